#include "work/fit_set.h"

#include "model/basis.h"
#include "model/scaling.h"
#include "model/weights.h"
#include "work/forecast.h"

#include <math.h>
#include <string.h>

enum { MAX_ITERATIONS = 1000 };

llr_cut_t llr_cut_of(llr_rule_t rule)
{
    if (rule == LLR_RULE_AVERAGED_BALANCED) return LLR_CUT_AVERAGED;
    return rule == LLR_RULE_BALANCED_SUBSAMPLE ? LLR_CUT_BALANCED : LLR_CUT_NONE;
}

int64_t llr_fit_set_fit(const llr_fit_set_t *set, const llr_member_t *member, int64_t l)
{
    return set->first_fit[member->path] + l;
}

llr_row_t *llr_fit_set_row(const llr_fit_set_t *set, const llr_member_t *member, int64_t l,
                           llr_block_t *block)
{
    const llr_grid_t *grid = set->worker->grid;
    int64_t place = member->weighting * grid->job->lambdas + member->first_lambda + l;
    return &block->row[llr_unit_row(grid, set->unit - grid->unit, place)];
}

/* Layout ----------------------------------------------------------------------------------- */

int64_t llr_fit_set_members(const llr_grid_t *grid)
{
    int64_t members = grid->weightings;
    for (int64_t w = 0; w < grid->weightings; w++)
        if (llr_rule_follows_lambda(grid->weighting[w].rule)) members += grid->job->lambdas - 1;
    return members;
}

/* The lambdas of a weighting that the unit has. */
static llr_member_t member_of(const llr_fit_set_t *set, int64_t weighting)
{
    const llr_unit_t *unit = set->unit;
    int64_t at = weighting - unit->first_weighting;
    bool has = at >= 0 && at < unit->weightings;
    return (llr_member_t){weighting, unit->first_lambda, has ? unit->lambdas : 0, 0};
}

/* The path with these weights and lambdas, or a new one. */
static int64_t find_path(llr_fit_set_t *set, const double *weight, const llr_member_t *member)
{
    const double *lambda = set->worker->grid->job->lambda + member->first_lambda;
    size_t bytes = (size_t)set->dataset->facts.shape.kinds * sizeof *weight;
    for (int64_t p = 0; p < set->paths; p++)
        if (set->path[p].lambda == lambda && set->path[p].lambdas == member->lambdas &&
            !memcmp(set->path[p].weight, weight, bytes))
            return p;
    set->path[set->paths] = (llr_path_t){weight, lambda, member->lambdas};
    set->first_fit[set->paths] = set->solutions.fits;
    set->solutions.fits += member->lambdas;
    return set->paths++;
}

/* Those of rule theory as predicted, on the scale of this subsample's rows. */
static bool forecast_weights(const llr_fit_set_t *set, const llr_member_t *member, double *weight)
{
    int32_t kinds = set->dataset->facts.shape.kinds;
    int64_t unit = set->unit - set->worker->grid->unit;
    llr_forecast_t forecast =
        llr_forecast_at(set->worker->forecasts, unit, member->weighting, member->first_lambda);
    memcpy(weight, forecast.weight, (size_t)kinds * sizeof *weight);
    llr_weights_normalise(set->count, kinds, weight);
    for (int32_t k = 0; k < kinds; k++)
        if (set->count[k] && !isfinite(weight[k])) return false;
    return true;
}

/* false: there are no finite weights. */
static bool set_weights(const llr_fit_set_t *set, const llr_member_t *member, double *weight)
{
    const llr_grid_t *grid = set->worker->grid;
    const llr_weighting_t *weighting = &grid->weighting[member->weighting];
    int32_t kinds = set->dataset->facts.shape.kinds;
    if (weighting->rule == LLR_RULE_THEORY) return forecast_weights(set, member, weight);
    if (llr_rule_is_computed(weighting->rule))
        return llr_weights_by_rule(weighting->rule, set->dataset->population,
                                   grid->job->lambda[member->first_lambda],
                                   (double)set->whole->rows, set->prior, weight);
    llr_weights(weighting, set->count, kinds, weight);
    return true;
}

static void add_member(llr_fit_set_t *set, llr_member_t member)
{
    double *weight = set->weight + set->members * set->dataset->facts.shape.kinds;
    member.path = set_weights(set, &member, weight) ? find_path(set, weight, &member) : -1;
    set->member[set->members++] = member;
}

static void add_members(llr_fit_set_t *set)
{
    const llr_grid_t *grid = set->worker->grid;
    for (int32_t k = 0; k < set->dataset->facts.shape.kinds; k++)
        set->prior[k] = (double)set->count[k] / (double)set->whole->rows;
    for (int64_t w = 0; w < grid->weightings; w++) {
        llr_member_t member = member_of(set, w);
        llr_rule_t rule = grid->weighting[w].rule;
        int64_t each = llr_rule_follows_lambda(rule) ? 1 : member.lambdas;
        int64_t last = member.first_lambda + member.lambdas;
        if (!member.lambdas || llr_cut_of(rule) != set->cut) continue;
        for (int64_t l = member.first_lambda; l < last; l += each)
            add_member(set, (llr_member_t){w, l, each, -1});
    }
}

static llr_code_t take_solutions(llr_fit_set_t *set, llr_error_t *error)
{
    llr_solutions_t *out = &set->solutions;
    const llr_facts_t *facts = &set->dataset->facts;
    llr_arena_t *arena = &set->worker->arena;
    out->columns = llr_columns(facts->shape.classes);
    int64_t vectors = out->fits * out->columns;
    LLR_TAKE(out->fit, arena, out->fits, error);
    LLR_TAKE(out->theta, arena, vectors * facts->dim, error);
    LLR_TAKE(out->b, arena, vectors, error);
    LLR_TAKE(set->shift, arena, facts->dim, error);
    LLR_TAKE(set->scale, arena, facts->dim, error);
    set->raw = out->theta;
    if (set->dataset->basis) LLR_TAKE(set->raw, arena, vectors * facts->columns, error);
    return LLR_OK;
}

/* Weights of balanced cuts are made for S: all are 1. */
llr_code_t llr_fit_set_create(llr_fit_set_t *set, llr_worker_t *worker, const llr_unit_t *unit,
                              const llr_subsample_t *whole, llr_cut_t cut, llr_error_t *error)
{
    const llr_dataset_t *dataset = &worker->dataset[unit->dataset];
    int64_t most = llr_fit_set_members(worker->grid), kinds = dataset->facts.shape.kinds;
    llr_arena_t *arena = &worker->arena;
    *set = (llr_fit_set_t){.worker = worker,
                           .unit = unit,
                           .dataset = dataset,
                           .whole = whole,
                           .cut = cut,
                           .count = whole->count};
    LLR_TAKE(set->member, arena, most, error);
    LLR_TAKE(set->path, arena, most, error);
    LLR_TAKE(set->first_fit, arena, most, error);
    LLR_TAKE(set->weight, arena, most * kinds, error);
    LLR_TAKE(set->prior, arena, kinds, error);
    add_members(set);
    return set->paths ? take_solutions(set, error) : LLR_OK;
}

/* Solving ---------------------------------------------------------------------------------- */

/* Paths with a weight a stratum in place of a kind. */
static llr_code_t spread_weights(const llr_fit_set_t *set, const llr_subsample_t *sample,
                                 llr_path_t **out, llr_error_t *error)
{
    llr_arena_t *arena = &set->worker->arena;
    double *weight;
    LLR_TAKE(*out, arena, set->paths, error);
    LLR_TAKE(weight, arena, set->paths * sample->strata, error);
    for (int64_t p = 0; p < set->paths; p++, weight += sample->strata) {
        for (int32_t s = 0; s < sample->strata; s++)
            weight[s] = set->path[p].weight[sample->stratum_kind[s]];
        (*out)[p] = (llr_path_t){weight, set->path[p].lambda, set->path[p].lambdas};
    }
    return LLR_OK;
}

/* Coefficients of the features as they are. */
static void unfold(llr_fit_set_t *set)
{
    const llr_facts_t *facts = &set->dataset->facts;
    llr_solutions_t *out = &set->solutions;
    int64_t vectors = out->fits * out->columns;
    if (set->dataset->basis)
        llr_basis_unfold(set->dataset->basis, out->theta, vectors, set->raw, out->b);
    else
        llr_scaling_fold(set->shift, set->scale, set->raw, out->b, vectors, facts->dim);
}

static llr_code_t solve_rows(llr_fit_set_t *set, llr_subsample_t *sample, llr_error_t *error)
{
    llr_worker_t *worker = set->worker;
    const llr_facts_t *facts = &set->dataset->facts;
    const llr_job_t *job = worker->grid->job;
    llr_preprocess_t preprocess = llr_job_preprocess(job, set->unit->dataset)->kind;
    llr_path_t *path;
    double *x;
    llr_solve_options_t options = {.tolerance = job->tolerance,
                                   .leaves_df = !job->df[set->unit->loss],
                                   .max_iterations = MAX_ITERATIONS,
                                   .should_stop = worker->should_stop,
                                   .argument = worker->argument};
    set->rows = sample->rows;
    LLR_TRY(llr_subsample_arrange(set->dataset, sample, &worker->arena, error));
    LLR_TRY(spread_weights(set, sample, &path, error));
    if (worker->crew) return llr_fit_set_solve_together(set, sample, path, &options, error);
    LLR_TAKE(x, &worker->arena, sample->rows * facts->dim, error);
    LLR_TRY(llr_subsample_gather(set->dataset, sample, set->unit->seed, x, &worker->arena, error));
    llr_scaling_fit(preprocess, x, sample->rows, facts->dim, set->shift, set->scale);
    if (preprocess == LLR_PREPROCESS_ZSCORE)
        llr_scaling_apply(set->shift, set->scale, x, sample->rows, facts->dim);
    llr_sample_t rows = {x,
                         sample->rows,
                         facts->dim,
                         sample->strata,
                         facts->shape.classes,
                         sample->stratum_start,
                         sample->stratum_class};
    return llr_solve(set->unit->loss, &rows, path, set->paths, &options, &set->solutions,
                     &worker->arena, error);
}

/* Solves the paths on some rows. sample: not arranged; its memory is the caller's. */
static llr_code_t solve_sample(llr_fit_set_t *set, llr_subsample_t *sample, llr_error_t *error)
{
    int64_t mark = llr_arena_mark(&set->worker->arena);
    llr_code_t code = solve_rows(set, sample, error);
    llr_arena_release(&set->worker->arena, mark);
    if (code == LLR_OK) unfold(set);
    return code;
}

/* Solves the paths on one balanced cut of S (see llr_subsample_balance). A cut of groups that have
 * several classes may lack one that S has. */
static llr_code_t solve_cut(llr_fit_set_t *set, int64_t repeat, llr_error_t *error)
{
    llr_subsample_t sample;
    llr_arena_t *arena = &set->worker->arena;
    int64_t mark = llr_arena_mark(arena);
    LLR_TRY(llr_subsample_balance(set->dataset, set->whole, set->unit->seed, repeat, &sample, arena,
                                  error));
    set->lacks_class = llr_subsample_misses_class(set->dataset, &sample);
    llr_code_t code = set->lacks_class ? LLR_OK : solve_sample(set, &sample, error);
    llr_arena_release(arena, mark);
    return code;
}

/* Sums over the draws of averaged_balanced. */
typedef struct totals {
    double *raw, *b;
    llr_fit_t *fit;
    int64_t rank;
} totals_t;

static llr_code_t take_totals(const llr_fit_set_t *set, totals_t *total, llr_error_t *error)
{
    const llr_solutions_t *out = &set->solutions;
    llr_arena_t *arena = &set->worker->arena;
    int64_t vectors = out->fits * out->columns, numbers = vectors * set->dataset->facts.columns;
    LLR_TAKE(total->raw, arena, numbers, error);
    LLR_TAKE(total->b, arena, vectors, error);
    LLR_TAKE(total->fit, arena, out->fits, error);
    total->rank = 0;
    memset(total->raw, 0, (size_t)numbers * sizeof *total->raw);
    memset(total->b, 0, (size_t)vectors * sizeof *total->b);
    for (int64_t f = 0; f < out->fits; f++)
        total->fit[f] = (llr_fit_t){.status = LLR_FIT_AVERAGED,
                                    .objective = NAN,
                                    .gradient_norm = NAN,
                                    .certified_gap = NAN};
    return LLR_OK;
}

/* An average is as good as its worst part. */
static llr_fit_status_t worse(llr_fit_status_t a, llr_fit_status_t b)
{
    static const llr_fit_status_t order[] = {LLR_FIT_NUMERICAL_FAILURE, LLR_FIT_MAX_ITERATIONS,
                                             LLR_FIT_UNCERTIFIED, LLR_FIT_SEPARABLE};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (a == order[i] || b == order[i]) return order[i];
    return LLR_FIT_AVERAGED;
}

static void add_draw(const llr_fit_set_t *set, totals_t *total, double share)
{
    const llr_solutions_t *out = &set->solutions;
    int64_t vectors = out->fits * out->columns, numbers = vectors * set->dataset->facts.columns;
    for (int64_t j = 0; j < numbers; j++) total->raw[j] += share * set->raw[j];
    for (int64_t v = 0; v < vectors; v++) total->b[v] += share * out->b[v];
    for (int64_t f = 0; f < out->fits; f++) {
        total->fit[f].status = worse(total->fit[f].status, out->fit[f].status);
        total->fit[f].iterations += out->fit[f].iterations;
        total->fit[f].df += share * out->fit[f].df;
    }
    if (out->rank > total->rank) total->rank = out->rank;
}

static void keep_average(llr_fit_set_t *set, const totals_t *total)
{
    llr_solutions_t *out = &set->solutions;
    int64_t vectors = out->fits * out->columns, numbers = vectors * set->dataset->facts.columns;
    memcpy(set->raw, total->raw, (size_t)numbers * sizeof *set->raw);
    memcpy(out->b, total->b, (size_t)vectors * sizeof *out->b);
    memcpy(out->fit, total->fit, (size_t)out->fits * sizeof *out->fit);
    out->rank = total->rank;
}

static llr_code_t solve_average(llr_fit_set_t *set, llr_error_t *error)
{
    int64_t repeats = set->worker->grid->job->balanced_repeats;
    totals_t total = {0};
    LLR_TRY(take_totals(set, &total, error));
    for (int64_t r = 0; r < repeats; r++) {
        LLR_TRY(solve_cut(set, r, error));
        if (set->lacks_class) return LLR_OK;
        add_draw(set, &total, 1 / (double)repeats);
    }
    keep_average(set, &total);
    return LLR_OK;
}

llr_code_t llr_fit_set_solve(llr_fit_set_t *set, llr_error_t *error)
{
    llr_subsample_t sample = *set->whole;
    switch (set->cut) {
    case LLR_CUT_BALANCED:
        return solve_cut(set, -1, error);
    case LLR_CUT_AVERAGED:
        return solve_average(set, error);
    default:
        return solve_sample(set, &sample, error);
    }
}
