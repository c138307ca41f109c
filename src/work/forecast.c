#include "work/forecast.h"

#include "model/prospect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static int64_t numbers_of_sample(const llr_grid_t *grid, const llr_facts_t *facts, int64_t sample)
{
    return grid->places * numbers_of(facts[unit_of(grid, sample)->dataset].shape);
}

llr_code_t llr_forecasts_create(llr_forecasts_t *f, const llr_grid_t *grid,
                                const llr_facts_t *facts, llr_error_t *error)
{
    *f = (llr_forecasts_t){.grid = grid, .facts = facts};
    f->samples = grid->units / units_of_sample(grid);
    f->start = llr_alloc(f->samples + 1, sizeof *f->start);
    if (!f->start) return llr_fail_memory(error, f->samples * 8, "the predictions");
    for (int64_t s = 0; s < f->samples; s++)
        f->start[s + 1] = f->start[s] + numbers_of_sample(grid, facts, s);
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
        numbers += numbers_of_sample(grid, facts, s);
    return numbers;
}

bool llr_forecast_has_task(const llr_forecasts_t *f, int64_t task, bool weights_only)
{
    const llr_job_t *job = f->grid->job;
    const llr_unit_t *unit = unit_of(f->grid, task / f->grid->weightings);
    llr_rule_t rule = f->grid->weighting[task % f->grid->weightings].rule;
    if (!llr_predict_covers(unit->loss, f->facts[unit->dataset].shape.classes)) return false;
    if (rule == LLR_RULE_AVERAGED_BALANCED) return false;
    return rule == LLR_RULE_THEORY || (job->theory != LLR_FORM_NONE && !weights_only);
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
    return llr_arena_cost(kinds, sizeof(int64_t)) + llr_arena_cost(kinds, d) +
           llr_arena_cost(parts, d) + llr_prospect_bytes(facts->shape, parts, facts->dim);
}

/* One task --------------------------------------------------------------------------------- */

typedef struct task {
    const llr_grid_t *grid;
    const llr_unit_t *unit; /* any of the sample */
    const llr_facts_t *facts;
    const llr_population_t *population;
    const llr_weighting_t *weighting;
    llr_arena_t *arena;
    llr_prospect_t prospect;
    int64_t *count; /* kinds: workspace */
    double *prior;  /* kinds: of the rows that are fitted */
    double *test;   /* parts: shares of the test rows */
} task_t;

static llr_code_t open_task(task_t *task, llr_error_t *error)
{
    const llr_job_t *job = task->grid->job;
    double n = (double)task->unit->n; /* rows that are fitted */
    LLR_TAKE(task->count, task->arena, task->facts->shape.kinds, error);
    LLR_TAKE(task->prior, task->arena, task->facts->shape.kinds, error);
    LLR_TAKE(task->test, task->arena, task->population->parts, error);
    llr_training_priors(job, task->facts, task->unit->n, task->count, task->prior);
    if (llr_rule_is_balanced(task->weighting->rule))
        n = llr_training_balance(n, task->prior, task->facts->shape.kinds);
    llr_predict_test_share(task->population, task->facts, task->test);
    llr_training_t training = {.loss = task->unit->loss,
                               .by = job->weights_by,
                               .n = n,
                               .prior = task->prior,
                               .form = job->theory};
    llr_target_t target = {.select = llr_select_worst(job->weights_by), .share = task->test};
    return llr_prospect_take(&task->prospect, task->population, &training, &target, task->arena,
                             error);
}

/* out: the numbers of a cell */
static void predict_cell(task_t *task, double lambda, double *out)
{
    llr_shape_t shape = task->facts->shape;
    llr_expected_t expected = {.weight = out, .error = out + shape.kinds + 1};
    if (llr_rule_is_balanced(task->weighting->rule)) {
        for (int32_t k = 0; k < shape.kinds; k++) out[k] = 1;
        llr_prospect_weights(&task->prospect, lambda, &expected);
    } else
        llr_prospect_rule(&task->prospect, task->weighting, lambda, &expected);
    out[shape.kinds] = expected.df;
    if (task->weighting->rule != LLR_RULE_THEORY)
        for (int32_t k = 0; k < shape.kinds; k++) out[k] = NAN;
    if (task->grid->job->theory == LLR_FORM_NONE)
        for (int64_t s = shape.kinds; s < numbers_of(shape); s++) out[s] = NAN;
}

static llr_code_t predict_cells(llr_worker_t *worker, task_t *task, double *out)
{
    const llr_job_t *job = task->grid->job;
    for (int64_t l = 0; l < job->lambdas; l++) {
        if (worker->should_stop && worker->should_stop(worker->argument)) return LLR_STOPPED;
        predict_cell(task, job->lambda[l], out + l * numbers_of(task->facts->shape));
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
    if (code == LLR_OK) code = predict_cells(worker, &task, out);
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
