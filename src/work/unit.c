#include "work/unit.h"

#include "model/basis.h"
#include "model/weights.h"
#include "work/fit_set.h"
#include "work/forecast.h"

#include <math.h>
#include <string.h>

/* A cell that has no fit. */
static void fill_without(llr_shape_t shape, llr_fit_status_t status, llr_row_t *row)
{
    int64_t rates = LLR_SPLITS * llr_shape_slots(shape);
    row->fit = (llr_fit_t){status, 0, NAN, NAN, NAN, NAN};
    row->gamma = row->rho = NAN;
    for (int32_t k = 0; k < shape.kinds; k++) row->weight[k] = NAN;
    for (int64_t s = 0; s < rates; s++) row->rate[s] = NAN;
    llr_row_forget_theory(row, shape);
}

static void fill_theory(const llr_fit_set_t *set, const llr_member_t *member, int64_t l,
                        llr_row_t *row)
{
    llr_shape_t shape = set->dataset->facts.shape;
    int64_t unit = set->unit - set->worker->grid->unit;
    llr_row_forget_theory(row, shape);
    if (!set->worker->forecasts) return;
    llr_forecast_t forecast =
        llr_forecast_at(set->worker->forecasts, unit, member->weighting, member->first_lambda + l);
    row->theory_df = forecast.df;
    memcpy(row->theory_error, forecast.error,
           (size_t)(shape.classes + shape.groups) * sizeof(double));
}

static void fill_row(const llr_fit_set_t *set, int64_t m, int64_t l, llr_row_t *row)
{
    const llr_member_t *member = &set->member[m];
    int32_t kinds = set->dataset->facts.shape.kinds;
    const double *weight = set->weight + m * kinds;
    bool by_class = set->worker->grid->job->weights_by == LLR_BY_CLASS;
    if (member->path < 0) {
        fill_without(set->dataset->facts.shape, LLR_FIT_NO_FINITE_WEIGHTS, row);
        return;
    }
    row->fit = set->solutions.fit[llr_fit_set_fit(set, member, l)];
    row->n_used = set->rows;
    row->rank = set->solutions.rank;
    row->gamma = llr_weighting_gamma(&set->worker->grid->weighting[member->weighting], weight,
                                     set->count, kinds);
    row->rho = by_class ? llr_weighting_rho(weight, set->count, kinds) : NAN;
    memcpy(row->weight, weight, (size_t)kinds * sizeof *weight);
    fill_theory(set, member, l, row);
}

static void fill_rows(const llr_fit_set_t *set, llr_block_t *block)
{
    for (int64_t m = 0; m < set->members; m++)
        for (int64_t l = 0; l < set->member[m].lambdas; l++)
            fill_row(set, m, l, llr_fit_set_row(set, &set->member[m], l, block));
}

static void fill_missing_set(const llr_fit_set_t *set, llr_block_t *block)
{
    for (int64_t m = 0; m < set->members; m++)
        for (int64_t l = 0; l < set->member[m].lambdas; l++)
            fill_without(set->dataset->facts.shape, LLR_FIT_MISSING_CLASS,
                         llr_fit_set_row(set, &set->member[m], l, block));
}

static void copy_fit(const llr_fit_set_t *set, int64_t fit, llr_head_t *head)
{
    const llr_dataset_t *dataset = set->dataset;
    int64_t columns = set->solutions.columns, width = columns * dataset->facts.columns;
    const double *shift = dataset->basis ? dataset->basis->shift : set->shift;
    const double *scale = dataset->basis ? dataset->basis->scale : set->scale;
    memcpy(head->theta, set->raw + fit * width, (size_t)width * sizeof(double));
    memcpy(head->b, set->solutions.b + fit * columns, (size_t)columns * sizeof(double));
    memcpy(head->shift, shift, (size_t)dataset->facts.columns * sizeof(double));
    memcpy(head->scale, scale, (size_t)dataset->facts.columns * sizeof(double));
}

static bool has_place(const llr_member_t *member, int64_t weighting, int64_t lambda)
{
    return member->path >= 0 && member->weighting == weighting && lambda >= member->first_lambda &&
           lambda < member->first_lambda + member->lambdas;
}

static void copy_head(const llr_fit_set_t *set, llr_head_t *head)
{
    const llr_grid_t *grid = set->worker->grid;
    int64_t place = head->cell % grid->places, lambdas = grid->job->lambdas;
    for (int64_t m = 0; m < set->members; m++)
        if (has_place(&set->member[m], place / lambdas, place % lambdas))
            copy_fit(set,
                     llr_fit_set_fit(set, &set->member[m],
                                     place % lambdas - set->member[m].first_lambda),
                     head);
}

/* A cell that turns out to have no fit has no head. */
static void clear_head(const llr_facts_t *facts, llr_head_t *head)
{
    int64_t columns = llr_columns(facts->shape.classes);
    for (int64_t j = 0; j < columns * facts->columns; j++) head->theta[j] = NAN;
    for (int64_t k = 0; k < columns; k++) head->b[k] = NAN;
    for (int64_t j = 0; j < facts->columns; j++) head->shift[j] = head->scale[j] = NAN;
}

static llr_code_t run_set(llr_worker_t *worker, const llr_unit_t *unit,
                          const llr_subsample_t *whole, llr_cut_t cut, llr_block_t *block,
                          llr_head_t *head, llr_error_t *error)
{
    llr_fit_set_t set;
    LLR_TRY(llr_fit_set_create(&set, worker, unit, whole, cut, error));
    if (!set.paths) {
        fill_rows(&set, block);
        return LLR_OK;
    }
    int64_t mark = llr_arena_mark(&worker->arena);
    LLR_TRY(llr_fit_set_solve(&set, error));
    llr_arena_release(&worker->arena, mark);
    if (set.lacks_class) {
        fill_missing_set(&set, block);
        return LLR_OK;
    }
    fill_rows(&set, block);
    if (head) copy_head(&set, head);
    if (worker->measures) worker->measures(worker->argument, true);
    llr_code_t code = llr_fit_set_measure(&set, block, error);
    if (worker->measures) worker->measures(worker->argument, false);
    return code;
}

static llr_code_t run(llr_worker_t *worker, const llr_unit_t *unit, llr_block_t *block,
                      llr_head_t *head, llr_error_t *error)
{
    const llr_dataset_t *dataset = &worker->dataset[unit->dataset];
    llr_subsample_t whole;
    LLR_TRY(llr_subsample_draw(dataset, unit->n, unit->seed, &whole, &worker->arena, error));
    if (llr_subsample_misses_class(dataset, &whole)) {
        for (int64_t r = 0; r < unit->cells; r++)
            fill_without(dataset->facts.shape, LLR_FIT_MISSING_CLASS, &block->row[r]);
        return LLR_OK;
    }
    /* Cuts first: the fits of the whole sort its rows. */
    for (int cut = LLR_CUTS - 1; cut >= 0; cut--) {
        int64_t mark = llr_arena_mark(&worker->arena);
        LLR_TRY(run_set(worker, unit, &whole, (llr_cut_t)cut, block, head, error));
        llr_arena_release(&worker->arena, mark);
    }
    return LLR_OK;
}

llr_code_t llr_unit_run(llr_worker_t *worker, int64_t unit, llr_block_t *block, llr_head_t *head,
                        llr_error_t *error)
{
    int64_t mark = llr_arena_mark(&worker->arena);
    if (head) clear_head(&worker->dataset[worker->grid->unit[unit].dataset].facts, head);
    llr_code_t code = run(worker, &worker->grid->unit[unit], block, head, error);
    llr_arena_release(&worker->arena, mark);
    return code;
}
