#include "model/methods.h"

#include <math.h>
#include <string.h>

static const char *const method_names[LLR_METHOD_COUNT] = {
    [LLR_METHOD_UNIFORM] = "uniform",
    [LLR_METHOD_INVERSE_PRIOR] = "inverse_prior",
    [LLR_METHOD_PAPER] = "paper",
    [LLR_METHOD_THUMB] = "thumb",
    [LLR_METHOD_THEORY] = "theory",
    [LLR_METHOD_BALANCED_SUBSAMPLE] = "balanced_subsample",
    [LLR_METHOD_AVERAGED_BALANCED] = "averaged_balanced",
    [LLR_METHOD_TUNED_EXPONENT] = "tuned_exponent"};

const char *llr_method_name(llr_method_t method)
{
    return method < LLR_METHOD_COUNT ? method_names[method] : "unknown";
}

static bool may_choose(llr_method_t method, llr_rule_t rule)
{
    switch (method) {
    case LLR_METHOD_UNIFORM:
        return rule == LLR_RULE_UNIFORM;
    case LLR_METHOD_INVERSE_PRIOR:
        return rule == LLR_RULE_INVERSE_PRIOR;
    case LLR_METHOD_PAPER:
        return rule == LLR_RULE_PAPER;
    case LLR_METHOD_THUMB:
        return rule == LLR_RULE_THUMB;
    case LLR_METHOD_THEORY:
        return rule == LLR_RULE_THEORY;
    case LLR_METHOD_BALANCED_SUBSAMPLE:
        return rule == LLR_RULE_BALANCED_SUBSAMPLE;
    case LLR_METHOD_AVERAGED_BALANCED:
        return rule == LLR_RULE_AVERAGED_BALANCED;
    case LLR_METHOD_TUNED_EXPONENT:
        return rule == LLR_RULE_EXPONENT || rule == LLR_RULE_RATIO;
    default:
        return false;
    }
}

bool llr_method_in_grid(const llr_grid_t *grid, llr_method_t method)
{
    for (int64_t w = 0; w < grid->weightings; w++)
        if (may_choose(method, grid->weighting[w].rule)) return true;
    return false;
}

double llr_summary_value(const llr_summary_t *summary, llr_select_t select)
{
    switch (select) {
    case LLR_SELECT_WORST_CLASS:
        return summary->worst_class;
    case LLR_SELECT_WORST_GROUP:
        return summary->worst_group;
    case LLR_SELECT_BALANCED:
        return summary->balanced;
    case LLR_SELECT_OVERALL:
        return summary->overall;
    default:
        return NAN;
    }
}

static int64_t find_unit(const llr_results_t *results, const llr_setting_t *setting, int64_t seed)
{
    return llr_grid_find_unit(results->grid, setting->dataset, setting->loss, setting->n, seed);
}

/* The row at a place of the cells that begin with this unit, or NULL while it is not done. */
static const llr_row_t *row_at(const llr_results_t *results, int64_t first, int64_t place)
{
    const llr_grid_t *grid = results->grid;
    int64_t unit = llr_grid_unit_of(grid, grid->unit[first].base + place);
    const llr_block_t *block = &results->block[unit];
    return block->rows ? &block->row[llr_unit_row(grid, unit, place)] : NULL;
}

/* What a choice looks at, most important first; larger wins everywhere. */
enum { KEY_STANDING, KEY_SELECTED, KEY_BALANCED, KEY_LAMBDA, KEY_GAMMA, KEYS };

static double nan_loses(double value)
{
    return isnan(value) ? -INFINITY : value;
}

static bool is_larger(const double *a, const double *b)
{
    for (int k = 0; k < KEYS; k++)
        if (a[k] != b[k]) return a[k] > b[k];
    return false;
}

static double lambda_of(const llr_grid_t *grid, int64_t place)
{
    return grid->job->lambda[place % grid->job->lambdas];
}

/* False when the row cannot be chosen. */
static bool weigh(const llr_results_t *results, const llr_facts_t *facts, const llr_row_t *row,
                  int64_t place, double *key)
{
    llr_summary_t summary = llr_row_summary(row, facts, LLR_SPLIT_VALIDATION);
    key[KEY_STANDING] = llr_fit_status_is_answer(row->fit.status);
    key[KEY_SELECTED] = llr_summary_value(&summary, results->grid->job->select_by);
    key[KEY_BALANCED] = nan_loses(summary.balanced);
    key[KEY_LAMBDA] = lambda_of(results->grid, place);
    key[KEY_GAMMA] = nan_loses(-row->gamma);
    return !isnan(key[KEY_SELECTED]) && row->fit.status != LLR_FIT_NUMERICAL_FAILURE;
}

int64_t llr_method_choose(const llr_results_t *results, const llr_setting_t *setting,
                          llr_method_t method, int64_t seed)
{
    int64_t unit = find_unit(results, setting, seed), best = -1;
    if (unit < 0) return -1;
    const llr_grid_t *grid = results->grid;
    double best_key[KEYS] = {0}, key[KEYS];
    for (int64_t place = 0; place < grid->places; place++) {
        const llr_row_t *row = row_at(results, unit, place);
        if (!row || !may_choose(method, grid->weighting[place / grid->job->lambdas].rule)) continue;
        if (method == LLR_METHOD_TUNED_EXPONENT && !isfinite(row->gamma)) continue;
        if (!weigh(results, &results->facts[setting->dataset], row, place, key)) continue;
        if (best >= 0 && !is_larger(key, best_key)) continue;
        memcpy(best_key, key, sizeof key);
        best = grid->unit[unit].base + place;
    }
    return best;
}

static double test_value(const llr_results_t *results, int64_t dataset, const llr_row_t *row,
                         llr_select_t metric)
{
    llr_summary_t summary = llr_row_summary(row, &results->facts[dataset], LLR_SPLIT_TEST);
    return llr_summary_value(&summary, metric);
}

/* The accuracy of the cell chosen at one seed, or NaN. */
static double chosen_value(const llr_results_t *results, const llr_setting_t *setting,
                           llr_method_t method, llr_select_t metric, int64_t seed, int64_t *cell)
{
    *cell = llr_method_choose(results, setting, method, seed);
    if (*cell < 0) return NAN;
    int64_t unit = find_unit(results, setting, seed);
    const llr_row_t *row = row_at(results, unit, *cell % results->grid->places);
    return test_value(results, setting->dataset, row, metric);
}

llr_spread_t llr_method_evaluate(const llr_results_t *results, const llr_setting_t *setting,
                                 llr_method_t method, llr_select_t metric, int64_t *chosen)
{
    const llr_job_t *job = results->grid->job;
    llr_tally_t tally = {0};
    for (int64_t s = 0; s < job->seeds; s++) {
        int64_t cell;
        llr_tally_add(&tally, chosen_value(results, setting, method, metric, job->seed_first + s,
                                           chosen ? &chosen[s] : &cell));
    }
    return llr_tally_spread(&tally);
}

void llr_method_values(const llr_results_t *results, const llr_setting_t *setting,
                       llr_method_t method, llr_select_t metric, int64_t first, int64_t count,
                       double *value)
{
    int64_t cell;
    for (int64_t s = 0; s < count; s++)
        value[s] = chosen_value(results, setting, method, metric, first + s, &cell);
}

/* The row at a place of a seed with what it is weighed by, or NULL when it has no number. */
static const llr_row_t *weighed_row(const llr_results_t *results, const llr_setting_t *setting,
                                    int64_t place, int64_t seed, double *key)
{
    int64_t unit = find_unit(results, setting, seed);
    const llr_row_t *row = unit < 0 ? NULL : row_at(results, unit, place);
    bool has = row && weigh(results, &results->facts[setting->dataset], row, place, key);
    return has ? row : NULL;
}

/* One place of the unit over the seeds; cell -1 when no seed has a number. */
static llr_ranked_t over_seeds(const llr_results_t *results, const llr_setting_t *setting,
                               int64_t place, llr_select_t metric)
{
    const llr_job_t *job = results->grid->job;
    llr_ranked_t ranked = {.cell = -1, .lambda = lambda_of(results->grid, place)};
    llr_tally_t validation = {0}, test = {0}, balanced = {0};
    double key[KEYS];
    for (int64_t s = 0; s < job->seeds; s++) {
        int64_t seed = job->seed_first + s;
        const llr_row_t *row = weighed_row(results, setting, place, seed, key);
        if (!row) continue;
        if (ranked.cell < 0) {
            int64_t unit = find_unit(results, setting, seed);
            ranked.cell = results->grid->unit[unit].base + place;
            ranked.gamma = row->gamma;
        }
        llr_tally_add(&validation, key[KEY_SELECTED]);
        llr_tally_add(&balanced, key[KEY_BALANCED]);
        llr_tally_add(&test, test_value(results, setting->dataset, row, metric));
    }
    ranked.validation = llr_tally_spread(&validation);
    ranked.test = llr_tally_spread(&test);
    ranked.balanced = llr_tally_spread(&balanced).mean;
    return ranked;
}

void llr_ranked_values(const llr_results_t *results, const llr_setting_t *setting, int64_t cell,
                       llr_select_t metric, double *validation, double *test)
{
    const llr_job_t *job = results->grid->job;
    double key[KEYS];
    for (int64_t s = 0; s < job->seeds; s++) {
        const llr_row_t *row =
            weighed_row(results, setting, cell % results->grid->places, job->seed_first + s, key);
        validation[s] = row ? key[KEY_SELECTED] : NAN;
        test[s] = row ? test_value(results, setting->dataset, row, metric) : NAN;
    }
}

/* Means that differ by rounding alone are ties. */
static double settled(double mean)
{
    return rint(nan_loses(mean) * 1e12);
}

static bool ranks_before(const llr_ranked_t *a, const llr_ranked_t *b)
{
    double x[KEYS] = {(double)a->validation.seeds, settled(a->validation.mean),
                      settled(a->balanced), a->lambda, nan_loses(-a->gamma)};
    double y[KEYS] = {(double)b->validation.seeds, settled(b->validation.mean),
                      settled(b->balanced), b->lambda, nan_loses(-b->gamma)};
    return is_larger(x, y);
}

/* Is the fit at this place the one of an earlier weighting at the same lambda? */
static bool is_repeated(const llr_results_t *results, int64_t cell)
{
    const llr_grid_t *grid = results->grid;
    int64_t unit = llr_grid_unit_of(grid, cell), lambdas = grid->job->lambdas;
    int64_t place = cell % grid->places, first = unit - unit % grid->blocks;
    const llr_row_t *row = row_at(results, first, place);
    size_t bytes = (size_t)results->block[unit].shape.kinds * sizeof *row->weight;
    for (int64_t earlier = place % lambdas; earlier < place; earlier += lambdas) {
        const llr_row_t *other = row_at(results, first, earlier);
        if (other && other->n_used == row->n_used && other->fit.status == row->fit.status &&
            !memcmp(other->weight, row->weight, bytes))
            return true;
    }
    return false;
}

int64_t llr_method_rank(const llr_results_t *results, const llr_setting_t *setting,
                        llr_select_t metric, llr_ranked_t *best, int64_t wanted)
{
    int64_t count = 0;
    for (int64_t place = 0; place < results->grid->places; place++) {
        llr_ranked_t ranked = over_seeds(results, setting, place, metric);
        if (ranked.cell < 0 || is_repeated(results, ranked.cell)) continue;
        if (count == wanted && (!count || !ranks_before(&ranked, &best[count - 1]))) continue;
        int64_t at = count < wanted ? count++ : count - 1;
        for (; at > 0 && ranks_before(&ranked, &best[at - 1]); at--) best[at] = best[at - 1];
        best[at] = ranked;
    }
    return count;
}
