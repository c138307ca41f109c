#include "work/pace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Between datasets, where too few were timed to tell: as it was among the seven that the cost was
 * fitted to. */
static const double SPREAD = 0.25;

llr_code_t llr_pace_create(llr_pace_t *pace, int64_t kinds, llr_error_t *error)
{
    *pace = (llr_pace_t){llr_alloc(kinds, sizeof *pace->kind), kinds, SPREAD};
    return pace->kind ? LLR_OK : llr_fail_memory(error, kinds * 32, "the timings of units");
}

void llr_pace_destroy(llr_pace_t *pace)
{
    free(pace->kind);
    *pace = (llr_pace_t){0};
}

void llr_pace_add(llr_pace_t *pace, int64_t kind, double cost, double seconds)
{
    llr_timed_t *timed = &pace->kind[kind];
    if (!(cost > 0) || !(seconds > 0)) return;
    timed->cost += cost;
    timed->seconds += seconds;
    timed->most = fmax(timed->most, seconds / cost);
    timed->units++;
}

static llr_timed_t timed_of(const llr_pace_t *pace, int64_t kind)
{
    llr_timed_t all = {0};
    if (pace->kind[kind].units) return pace->kind[kind];
    for (int64_t k = 0; k < pace->kinds; k++) {
        all.seconds += pace->kind[k].seconds;
        all.cost += pace->kind[k].cost;
        all.most = fmax(all.most, pace->kind[k].most);
        all.units += pace->kind[k].units;
    }
    return all;
}

double llr_pace_rate(const llr_pace_t *pace, int64_t kind)
{
    llr_timed_t timed = timed_of(pace, kind);
    return timed.units ? timed.seconds / timed.cost : 1;
}

double llr_pace_slowest(const llr_pace_t *pace, int64_t kind)
{
    llr_timed_t timed = timed_of(pace, kind);
    return timed.units ? timed.most : NAN;
}

double llr_pace_over(const llr_pace_t *pace, const llr_pace_t *other, int64_t kind)
{
    const llr_timed_t *mine = pace->kind, *its = other->kind;
    double seconds = 0, there = 0;
    bool is_known = mine[kind].units && its[kind].units;
    for (int64_t k = 0; k < pace->kinds; k++) {
        if (!mine[k].units || !its[k].units || (is_known && k != kind)) continue;
        seconds += mine[k].seconds / mine[k].cost * its[k].cost;
        there += its[k].seconds;
    }
    return seconds / there;
}

/* By solver ------------------------------------------------------------------------------------ */

int64_t llr_regime(const llr_grid_t *grid, const llr_facts_t *facts, int64_t unit)
{
    llr_loss_t loss = grid->unit[unit].loss;
    return llr_solve_regime(loss, facts->shape.classes, !grid->job->df[loss]);
}

char *llr_regime_name(int64_t regime, char *out)
{
    snprintf(out, LLR_REGIME_TEXT, "%s, %s classes, %s", llr_loss_name((llr_loss_t)(regime / 4)),
             regime & 2 ? "many" : "two", regime & 1 ? "no df" : "df");
    return out;
}

/* Timed seconds of a dataset and loss, and what the rates say. */
typedef struct group {
    double seconds, predicted;
} group_t;

static group_t time_group(const llr_pace_t *pace, const llr_grid_t *grid, const llr_facts_t *facts,
                          const llr_block_t *block, int64_t dataset, llr_loss_t loss)
{
    group_t group = {0, 0};
    for (int64_t u = 0; u < grid->units; u++) {
        if (grid->unit[u].dataset != dataset || grid->unit[u].loss != loss || !block[u].rows)
            continue;
        group.seconds += llr_block_seconds(&block[u]);
        group.predicted += llr_unit_cost(grid, &facts[dataset], u) *
                           llr_pace_rate(pace, llr_regime(grid, &facts[dataset], u));
    }
    return group;
}

static double spread_of(const llr_pace_t *pace, const llr_grid_t *grid, const llr_facts_t *facts,
                        const llr_block_t *block)
{
    double squares = 0;
    int64_t groups = 0, freedom = 0;
    for (int64_t k = 0; k < pace->kinds; k++) freedom -= pace->kind[k].units > 0;
    for (int64_t d = 0; d < grid->job->datasets; d++)
        for (int32_t l = 0; l < grid->job->losses; l++) {
            group_t group = time_group(pace, grid, facts, block, d, grid->job->loss[l]);
            if (!(group.seconds > 0)) continue;
            squares += pow(log(group.seconds / group.predicted), 2);
            groups++;
        }
    freedom += groups;
    return freedom >= 2 ? fmax(sqrt(squares / (double)freedom), SPREAD / 2) : SPREAD;
}

void llr_pace_learn(llr_pace_t *pace, const llr_grid_t *grid, const llr_facts_t *facts,
                    const llr_block_t *block)
{
    for (int64_t u = 0; u < grid->units; u++) {
        const llr_facts_t *of = &facts[grid->unit[u].dataset];
        if (block[u].rows)
            llr_pace_add(pace, llr_regime(grid, of, u), llr_unit_cost(grid, of, u),
                         llr_block_seconds(&block[u]));
    }
    pace->spread = spread_of(pace, grid, facts, block);
}

/* Text ----------------------------------------------------------------------------------------- */

#define HEAD "# llrsweep calibration 2: units, seconds, cost; kind"

void llr_pace_print(const llr_pace_t *pace, llr_text_t *out)
{
    char seconds[LLR_NUMBER_TEXT], cost[LLR_NUMBER_TEXT], name[LLR_REGIME_TEXT];
    llr_text_add(out, HEAD "\n");
    for (int64_t k = 0; k < pace->kinds; k++)
        if (pace->kind[k].units)
            llr_text_add(out, "%lld %s %s %s\n", (long long)pace->kind[k].units,
                         llr_number_text(pace->kind[k].seconds, seconds),
                         llr_number_text(pace->kind[k].cost, cost), llr_regime_name(k, name));
    llr_text_add(out, "spread %s\n", llr_number_text(pace->spread, seconds));
}

static int64_t find_regime(const char *name)
{
    char known[LLR_REGIME_TEXT];
    int64_t regime = 0;
    while (regime < LLR_REGIMES && strcmp(name, llr_regime_name(regime, known))) regime++;
    return regime;
}

/* No machine is a million times slower or faster than the one that costs were measured on. */
static bool is_rate(double rate)
{
    return rate >= 1e-6 && rate <= 1e6;
}

static bool parse_line(llr_pace_t *pace, char *line)
{
    double seconds, cost;
    int64_t units;
    const char *first = strsep(&line, " ");
    if (line && !strcmp(first, "spread"))
        return llr_text_to_double(line, &pace->spread) && pace->spread >= 0 && pace->spread < 10;
    const char *second = strsep(&line, " "), *third = strsep(&line, " ");
    if (!line || !llr_text_to_int64(first, &units) || units < 1 ||
        !llr_text_to_double(second, &seconds) || !llr_text_to_double(third, &cost) ||
        !(seconds > 0) || !(cost > 0) || !is_rate(seconds / cost))
        return false;
    int64_t regime = find_regime(line);
    if (regime == LLR_REGIMES) return false;
    pace->kind[regime] = (llr_timed_t){seconds, cost, seconds / cost, units};
    return true;
}

static bool has_timings(const llr_pace_t *pace)
{
    int64_t k = 0;
    while (k < pace->kinds && !pace->kind[k].units) k++;
    return k < pace->kinds;
}

llr_code_t llr_pace_parse(llr_pace_t *pace, const char *text, const char *name, llr_error_t *error)
{
    llr_text_t copy = {0};
    llr_code_t code = LLR_OK;
    llr_text_add_word(&copy, text);
    if (copy.failed) return llr_fail_memory(error, copy.length, "a calibration");
    char *rest = copy.data;
    if (!rest || strcmp(strsep(&rest, "\n"), HEAD))
        code = llr_fail(error, LLR_INVALID,
                        "%s: line 1: is not the head of a calibration file; llrsweep plan JOB "
                        "--save-calibration FILE writes one",
                        name);
    for (int64_t line = 2; code == LLR_OK && rest && *rest; line++)
        if (!parse_line(pace, strsep(&rest, "\n")))
            code = llr_fail(error, LLR_INVALID,
                            "%s: line %lld: expected `units seconds cost kind` or `spread number`",
                            name, (long long)line);
    if (code == LLR_OK && !has_timings(pace))
        code = llr_fail(error, LLR_INVALID, "%s: no line has timings, `units seconds cost kind`",
                        name);
    llr_text_destroy(&copy);
    return code;
}
