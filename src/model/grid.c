#include "model/grid.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void add_weighting(llr_grid_t *grid, llr_rule_t rule, double value)
{
    grid->weighting[grid->weightings++] = (llr_weighting_t){rule, value};
}

static int lay_weightings(llr_grid_t *grid)
{
    const llr_job_t *job = grid->job;
    grid->weighting =
        llr_alloc(job->exponents + job->ratios + LLR_RULE_COUNT, sizeof *grid->weighting);
    if (!grid->weighting) return -1;
    for (int64_t i = 0; i < job->exponents; i++)
        add_weighting(grid, LLR_RULE_EXPONENT, job->exponent[i]);
    for (int64_t i = 0; i < job->ratios; i++) add_weighting(grid, LLR_RULE_RATIO, job->ratio[i]);
    add_weighting(grid, LLR_RULE_UNIFORM, 0);
    add_weighting(grid, LLR_RULE_INVERSE_PRIOR, 0);
    for (llr_rule_t rule = LLR_RULE_INVERSE_PRIOR + 1; rule < LLR_RULE_COUNT; rule++)
        if (job->rules & 1u << rule) add_weighting(grid, rule, 0);
    return 0;
}

static int64_t count_units(const llr_job_t *job)
{
    int64_t sizes = 0, count;
    for (int64_t d = 0; d < job->datasets; d++) {
        llr_job_sizes(job, d, &count);
        sizes += count;
    }
    return sizes * job->losses * job->seeds;
}

static void add_units(llr_grid_t *grid, int64_t dataset, llr_loss_t loss)
{
    int64_t sizes;
    const int64_t *size = llr_job_sizes(grid->job, dataset, &sizes);
    for (int64_t i = 0; i < sizes; i++)
        for (int64_t s = 0; s < grid->job->seeds; s++) {
            grid->unit[grid->units++] = (llr_unit_t){(int32_t)dataset, loss, size[i],
                                                     grid->job->seed_first + s, grid->cells};
            grid->cells += grid->unit_cells;
        }
}

int llr_grid_create(llr_grid_t *grid, const llr_job_t *job)
{
    *grid = (llr_grid_t){.job = job};
    grid->unit = llr_alloc(count_units(job), sizeof *grid->unit);
    if (lay_weightings(grid) || !grid->unit) {
        llr_grid_destroy(grid);
        return -1;
    }
    grid->unit_cells = grid->weightings * job->lambdas;
    for (int64_t d = 0; d < job->datasets; d++)
        for (int32_t l = 0; l < job->losses; l++) add_units(grid, d, job->loss[l]);
    return 0;
}

void llr_grid_destroy(llr_grid_t *grid)
{
    free(grid->weighting);
    free(grid->unit);
    *grid = (llr_grid_t){0};
}

int64_t llr_grid_unit_of(const llr_grid_t *grid, int64_t cell)
{
    return cell / grid->unit_cells;
}

void llr_grid_unit_key(const llr_grid_t *grid, int64_t unit, llr_text_t *out)
{
    const llr_unit_t *u = &grid->unit[unit];
    llr_text_add(out, "%s/%s/%lld/%lld", grid->job->dataset[u->dataset].name,
                 llr_loss_name(u->loss), (long long)u->n, (long long)u->seed);
}

/* "/rule[=value]/lambda" */
static void add_place(const llr_grid_t *grid, int64_t place, llr_text_t *out)
{
    const llr_weighting_t *weighting = &grid->weighting[place / grid->job->lambdas];
    char number[LLR_NUMBER_TEXT];
    llr_text_add(out, "/%s", llr_rule_name(weighting->rule));
    if (weighting->rule == LLR_RULE_EXPONENT || weighting->rule == LLR_RULE_RATIO)
        llr_text_add(out, "=%s", llr_number_text(weighting->value, number));
    llr_text_add(out, "/%s",
                 llr_number_text(grid->job->lambda[place % grid->job->lambdas], number));
}

void llr_grid_cell_key(const llr_grid_t *grid, int64_t cell, llr_text_t *out)
{
    int64_t unit = llr_grid_unit_of(grid, cell);
    llr_grid_unit_key(grid, unit, out);
    add_place(grid, cell - grid->unit[unit].first_cell, out);
}

static int64_t find_unit(const llr_grid_t *grid, const char *key, llr_text_t *text)
{
    for (int64_t u = 0; u < grid->units; u++) {
        text->length = 0;
        llr_grid_unit_key(grid, u, text);
        if (text->failed) return -1;
        if (!strncmp(key, text->data, (size_t)text->length) && key[text->length] == '/') return u;
    }
    return -1;
}

int64_t llr_grid_find_cell(const llr_grid_t *grid, const char *key)
{
    llr_text_t text = {0};
    int64_t unit = find_unit(grid, key, &text), found = -1;
    const char *place = unit < 0 ? "" : key + text.length;
    for (int64_t p = 0; unit >= 0 && found < 0 && p < grid->unit_cells; p++) {
        text.length = 0;
        add_place(grid, p, &text);
        if (!text.failed && !strcmp(place, text.data)) found = grid->unit[unit].first_cell + p;
    }
    llr_text_destroy(&text);
    return found;
}
