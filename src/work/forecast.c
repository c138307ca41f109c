#include "work/forecast.h"

#include "model/predict.h"
#include "model/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Most predictions of a search beyond those along the exponents. */
enum { EVALUATIONS = 100 };

/* Numbers of a cell: weights, df, errors. */
static int64_t numbers_of(llr_shape_t shape)
{
    return shape.kinds + 1 + shape.classes + shape.groups;
}

bool llr_forecasts_wanted(const llr_job_t *job)
{
    return job->theory != LLR_FORM_NONE || job->rules & 1u << LLR_RULE_THEORY;
}

static int64_t units_of_sample(const llr_grid_t *grid)
{
    return grid->job->seeds * grid->blocks;
}

int64_t llr_forecast_sample(const llr_grid_t *grid, int64_t unit)
{
    return unit / units_of_sample(grid);
}

static const llr_unit_t *unit_of(const llr_grid_t *grid, int64_t sample)
{
    return &grid->unit[sample * units_of_sample(grid)];
}

llr_code_t llr_forecasts_create(llr_forecasts_t *f, const llr_grid_t *grid,
                                const llr_facts_t *facts, llr_error_t *error)
{
    *f = (llr_forecasts_t){.grid = grid, .facts = facts};
    f->samples = grid->units / units_of_sample(grid);
    f->start = llr_alloc(f->samples + 1, sizeof *f->start);
    if (!f->start) return llr_fail_memory(error, f->samples * 8, "the predictions");
    for (int64_t s = 0; s < f->samples; s++)
        f->start[s + 1] =
            f->start[s] + grid->places * numbers_of(facts[unit_of(grid, s)->dataset].shape);
    return LLR_OK;
}

void llr_forecasts_destroy(llr_forecasts_t *f)
{
    free(f->start);
    *f = (llr_forecasts_t){0};
}

int64_t llr_forecasts_numbers(const llr_grid_t *grid, const llr_facts_t *facts)
{
    int64_t numbers = 0;
    if (!llr_forecasts_wanted(grid->job)) return 0;
    for (int64_t s = 0; s < grid->units / units_of_sample(grid); s++)
        numbers += grid->places * numbers_of(facts[unit_of(grid, s)->dataset].shape);
    return numbers;
}

bool llr_forecast_has_task(const llr_forecasts_t *f, int64_t task)
{
    const llr_job_t *job = f->grid->job;
    const llr_unit_t *unit = unit_of(f->grid, task / f->grid->weightings);
    llr_rule_t rule = f->grid->weighting[task % f->grid->weightings].rule;
    if (!llr_predict_covers(unit->loss, f->facts[unit->dataset].shape.classes)) return false;
    if (rule == LLR_RULE_AVERAGED_BALANCED) return false;
    return job->theory != LLR_FORM_NONE || rule == LLR_RULE_THEORY;
}

int64_t llr_forecast_place(const llr_forecasts_t *f, int64_t task, int64_t *count)
{
    int64_t sample = task / f->grid->weightings;
    *count = (f->start[sample + 1] - f->start[sample]) / f->grid->weightings;
    return f->start[sample] + task % f->grid->weightings * *count;
}

double llr_forecast_cost(const llr_forecasts_t *f, int64_t task)
{
    const llr_unit_t *unit = unit_of(f->grid, task / f->grid->weightings);
    const llr_facts_t *facts = &f->facts[unit->dataset];
    bool searches = f->grid->weighting[task % f->grid->weightings].rule == LLR_RULE_THEORY;
    double dim = (double)facts->dim, parts = llr_population_most_parts(facts);
    double one = (2 * parts + 8) * dim * dim * dim;
    return one * (searches ? 40 : 1) * (double)f->grid->job->lambdas *
           (unit->loss == LLR_LOSS_LOGISTIC ? 4 : 1);
}

int64_t llr_forecast_bytes(const llr_grid_t *grid, const llr_facts_t *facts)
{
    int64_t d = sizeof(double), kinds = facts->shape.kinds;
    int32_t parts = llr_population_most_parts(facts);
    if (!llr_forecasts_wanted(grid->job)) return 0;
    return llr_arena_cost(kinds, sizeof(int64_t)) + 2 * llr_arena_cost(kinds, d) +
           2 * llr_arena_cost(parts, d) + llr_predictor_bytes(facts->shape, parts, facts->dim);
}

/* One task --------------------------------------------------------------------------------- */

typedef struct task {
    const llr_grid_t *grid;
    const llr_unit_t *unit; /* any of the sample */
    const llr_facts_t *facts;
    const llr_population_t *population;
    const llr_weighting_t *weighting;
    llr_arena_t *arena;
    llr_predictor_t *predictor;
    double n;             /* rows that are fitted */
    int64_t *count;       /* kinds: rows of the subsample; those expected where it is uniform */
    double *prior;        /* kinds: of the rows that are fitted */
    double *error, *test; /* parts: predicted errors, shares of the test rows */
} task_t;

static void set_priors(task_t *task)
{
    const llr_job_t *job = task->grid->job;
    int32_t kinds = task->facts->shape.kinds;
    const double *asked =
        job->prior ? job->prior : llr_facts_kind_prior(task->facts, job->weights_by);
    llr_stratify(task->unit->n, asked, kinds, task->count);
    task->n = (double)task->unit->n;
    for (int32_t k = 0; k < kinds; k++) task->prior[k] = (double)task->count[k] / task->n;
}

/* Every kind is cut to the rows of the smallest. */
static void balance(task_t *task)
{
    int32_t kinds = task->facts->shape.kinds, present = 0;
    int64_t least = INT64_MAX;
    for (int32_t k = 0; k < kinds; k++) {
        if (!task->count[k]) continue;
        present++;
        least = task->count[k] < least ? task->count[k] : least;
    }
    task->n = (double)(least * present);
    for (int32_t k = 0; k < kinds; k++) task->prior[k] = task->count[k] ? 1. / present : 0;
}

static llr_code_t open_task(task_t *task, llr_error_t *error)
{
    const llr_job_t *job = task->grid->job;
    int64_t kinds = task->facts->shape.kinds, parts = task->population->parts;
    LLR_TAKE(task->count, task->arena, kinds, error);
    LLR_TAKE(task->prior, task->arena, kinds, error);
    LLR_TAKE(task->error, task->arena, parts, error);
    LLR_TAKE(task->test, task->arena, parts, error);
    set_priors(task);
    if (llr_rule_is_balanced(task->weighting->rule)) balance(task);
    llr_predict_test_share(task->population, task->facts, task->test);
    llr_training_t training = {.loss = task->unit->loss,
                               .by = job->weights_by,
                               .n = task->n,
                               .prior = task->prior,
                               .form = job->theory == LLR_FORM_NONE ? LLR_FORM_AUTO : job->theory};
    return llr_predictor_create(&task->predictor, task->population, &training, task->arena, error);
}

/* Where the largest predicted error is least. */
static llr_code_t search_weights(const task_t *task, double lambda, double *weight,
                                 llr_error_t *error)
{
    bool by_class = task->grid->job->weights_by == LLR_BY_CLASS;
    llr_target_t target = {.select = by_class ? LLR_SELECT_WORST_CLASS : LLR_SELECT_WORST_GROUP,
                           .share = task->test};
    double least;
    return llr_predict_best(task->predictor, &target, lambda, EVALUATIONS, weight, &least, error);
}

static llr_code_t set_weights(const task_t *task, double lambda, double *weight, llr_error_t *error)
{
    llr_rule_t rule = task->weighting->rule;
    int32_t kinds = task->facts->shape.kinds;
    if (rule == LLR_RULE_THEORY) return search_weights(task, lambda, weight, error);
    if (llr_rule_is_computed(rule))
        llr_weights_by_rule(rule, task->population, lambda, task->n, task->prior, weight);
    else if (llr_rule_is_balanced(rule))
        for (int32_t k = 0; k < kinds; k++) weight[k] = 1;
    else
        llr_weights(task->weighting, task->count, kinds, weight);
    return LLR_OK;
}

static bool are_finite(const double *weight, const double *prior, int32_t kinds)
{
    for (int32_t k = 0; k < kinds; k++)
        if (prior[k] > 0 && !isfinite(weight[k])) return false;
    return true;
}

/* out: the numbers of a cell */
static llr_code_t predict_cell(const task_t *task, double lambda, double *out, llr_error_t *error)
{
    llr_shape_t shape = task->facts->shape;
    llr_prediction_t found = {.df = NAN, .error = task->error};
    LLR_TRY(set_weights(task, lambda, out, error));
    for (int64_t s = shape.kinds; s < numbers_of(shape); s++) out[s] = NAN;
    if (task->grid->job->theory != LLR_FORM_NONE && are_finite(out, task->prior, shape.kinds)) {
        llr_predict_errors(task->predictor, out, lambda, &found);
        out[shape.kinds] = found.df;
        llr_predict_mix(task->population, found.error, task->test, out + shape.kinds + 1);
    }
    if (task->weighting->rule != LLR_RULE_THEORY)
        for (int32_t k = 0; k < shape.kinds; k++) out[k] = NAN;
    return LLR_OK;
}

static llr_code_t predict_cells(llr_worker_t *worker, const task_t *task, double *out,
                                llr_error_t *error)
{
    const llr_job_t *job = task->grid->job;
    for (int64_t l = 0; l < job->lambdas; l++) {
        if (worker->should_stop && worker->should_stop(worker->argument)) return LLR_STOPPED;
        LLR_TRY(
            predict_cell(task, job->lambda[l], out + l * numbers_of(task->facts->shape), error));
    }
    return LLR_OK;
}

llr_code_t llr_forecast_solve(llr_worker_t *worker, const llr_forecasts_t *f, int64_t index,
                              double *out, llr_error_t *error)
{
    const llr_unit_t *unit = unit_of(f->grid, index / f->grid->weightings);
    task_t task = {.grid = f->grid,
                   .unit = unit,
                   .facts = &f->facts[unit->dataset],
                   .population = worker->dataset[unit->dataset].population,
                   .weighting = &f->grid->weighting[index % f->grid->weightings],
                   .arena = &worker->arena};
    int64_t mark = llr_arena_mark(&worker->arena);
    llr_code_t code = open_task(&task, error);
    if (code == LLR_OK) code = predict_cells(worker, &task, out, error);
    llr_arena_release(&worker->arena, mark);
    return code;
}

llr_forecast_t llr_forecast_at(const llr_forecasts_t *f, int64_t unit, int64_t weighting,
                               int64_t lambda)
{
    llr_shape_t shape = f->facts[f->grid->unit[unit].dataset].shape;
    int64_t task = llr_forecast_sample(f->grid, unit) * f->grid->weightings + weighting, count;
    const double *number =
        f->number + llr_forecast_place(f, task, &count) + lambda * numbers_of(shape);
    return (llr_forecast_t){number, number[shape.kinds], number + shape.kinds + 1};
}
