#include "work/unit.h"

#include "linalg/blas.h"
#include "model/metrics.h"
#include "model/scaling.h"
#include "model/weights.h"

#include <math.h>
#include <string.h>

enum { METRIC_ROWS = 256, MAX_ITERATIONS = 1000 };

/* The weightings of a unit that are fitted on the same rows. */
typedef struct fit_set {
    const llr_unit_t *unit;
    const llr_dataset_t *dataset;
    const int64_t *count;  /* rows a class */
    int64_t rows, members; /* rows fitted; weightings in the set */
    int64_t *member;       /* index of each in grid->weighting */
    double *weight;        /* members x classes */
    int64_t *path;         /* path of each member: equal weights are solved once */
    llr_path_t *paths;
    int64_t path_count;
    double *shift, *scale;
    llr_solutions_t solutions;
    int64_t *correct; /* fits x (classes + groups) */
} fit_set_t;

static bool is_balanced(const llr_weighting_t *weighting)
{
    return weighting->rule == LLR_RULE_BALANCED_SUBSAMPLE;
}

static int64_t smallest(const int64_t *count, int32_t classes)
{
    int64_t least = count[0];
    for (int32_t c = 1; c < classes; c++)
        if (count[c] < least) least = count[c];
    return least;
}

static void subsample_counts(const llr_worker_t *worker, const llr_unit_t *unit, bool balanced,
                             int64_t *count)
{
    const llr_job_t *job = worker->grid->job;
    const llr_facts_t *facts = &worker->dataset[unit->dataset].facts;
    llr_stratify(unit->n, job->prior ? job->prior : facts->pool_prior, facts->classes, count);
    if (!balanced) return;
    int64_t least = smallest(count, facts->classes);
    for (int32_t c = 0; c < facts->classes; c++) count[c] = least;
}

/* The path with these weights, or a new one. */
static int64_t find_path(fit_set_t *set, const double *weight, int32_t classes)
{
    size_t bytes = (size_t)classes * sizeof *weight;
    for (int64_t p = 0; p < set->path_count; p++)
        if (!memcmp(set->paths[p].weight, weight, bytes)) return p;
    set->paths[set->path_count].weight = weight;
    return set->path_count++;
}

static llr_code_t lay_out(fit_set_t *set, const llr_grid_t *grid, bool balanced, llr_arena_t *arena,
                          llr_error_t *error)
{
    int32_t classes = set->dataset->facts.classes;
    LLR_TAKE(set->member, arena, grid->weightings, error);
    LLR_TAKE(set->path, arena, grid->weightings, error);
    LLR_TAKE(set->paths, arena, grid->weightings, error);
    LLR_TAKE(set->weight, arena, grid->weightings * classes, error);
    for (int64_t w = 0; w < grid->weightings; w++) {
        if (is_balanced(&grid->weighting[w]) != balanced) continue;
        double *weight = set->weight + set->members * classes;
        llr_weights(&grid->weighting[w], set->count, classes, weight);
        set->member[set->members] = w;
        set->path[set->members++] = find_path(set, weight, classes);
    }
    for (int64_t p = 0; p < set->path_count; p++) {
        set->paths[p].lambda = grid->job->lambda;
        set->paths[p].lambdas = grid->job->lambdas;
    }
    return LLR_OK;
}

static llr_code_t take_solutions(fit_set_t *set, const llr_grid_t *grid, llr_arena_t *arena,
                                 llr_error_t *error)
{
    llr_solutions_t *out = &set->solutions;
    const llr_facts_t *facts = &set->dataset->facts;
    out->fits = set->path_count * grid->job->lambdas;
    out->columns = llr_columns(facts->classes);
    LLR_TAKE(out->fit, arena, out->fits, error);
    LLR_TAKE(out->theta, arena, out->fits * out->columns * facts->dim, error);
    LLR_TAKE(out->b, arena, out->fits * out->columns, error);
    LLR_TAKE(set->correct, arena, out->fits * (facts->classes + facts->groups), error);
    LLR_TAKE(set->shift, arena, facts->dim, error);
    LLR_TAKE(set->scale, arena, facts->dim, error);
    return LLR_OK;
}

/* Classes are the strata of a class-weighted fit. */
static llr_code_t solve(llr_worker_t *worker, fit_set_t *set, llr_error_t *error)
{
    const llr_job_t *job = worker->grid->job;
    const llr_facts_t *facts = &set->dataset->facts;
    llr_arena_t *arena = &worker->arena;
    double *x;
    int64_t *start;
    int32_t *class_of;
    LLR_TAKE(x, arena, set->rows * facts->dim, error);
    LLR_TAKE(start, arena, facts->classes + 1, error);
    LLR_TAKE(class_of, arena, facts->classes, error);
    start[0] = 0;
    for (int32_t c = 0; c < facts->classes; c++) {
        start[c + 1] = start[c] + set->count[c];
        class_of[c] = c;
    }
    LLR_TRY(llr_dataset_gather(set->dataset, set->unit->seed, set->count, x, arena, error));
    llr_scaling_fit(job->preprocess, x, set->rows, facts->dim, set->shift, set->scale);
    if (job->preprocess != LLR_PREPROCESS_NONE)
        llr_scaling_apply(set->shift, set->scale, x, set->rows, facts->dim);
    llr_sample_t sample = {x,     set->rows, facts->dim, facts->classes, facts->classes,
                           start, class_of};
    llr_solve_options_t options = {job->tolerance, MAX_ITERATIONS, worker->should_stop,
                                   worker->argument};
    LLR_TRY(llr_solve(set->unit->loss, &sample, set->paths, set->path_count, &options,
                      &set->solutions, arena, error));
    llr_scaling_fold(set->shift, set->scale, set->solutions.theta, set->solutions.b,
                     set->solutions.fits * set->solutions.columns, facts->dim);
    return LLR_OK;
}

static void add_intercepts(double *score, const double *b, int64_t rows, int64_t columns)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) score[i * columns + j] += b[j];
}

/* Counts right predictions of all fits on one split: one GEMM a block of rows. */
static llr_code_t count_split(llr_worker_t *worker, fit_set_t *set, llr_split_t split,
                              llr_error_t *error)
{
    const llr_facts_t *facts = &set->dataset->facts;
    const llr_eval_t *eval = &set->dataset->eval[split];
    int64_t columns = set->solutions.fits * set->solutions.columns;
    llr_arena_t *arena = &worker->arena;
    double *x, *score;
    LLR_TAKE(x, arena, METRIC_ROWS * facts->dim, error);
    LLR_TAKE(score, arena, METRIC_ROWS * columns, error);
    memset(set->correct, 0,
           (size_t)(set->solutions.fits * (facts->classes + facts->groups)) * sizeof *set->correct);
    for (int64_t first = 0; first < eval->rows; first += METRIC_ROWS) {
        if (worker->should_stop && worker->should_stop(worker->argument)) return LLR_STOPPED;
        int64_t rows = eval->rows - first < METRIC_ROWS ? eval->rows - first : METRIC_ROWS;
        llr_dataset_eval_rows(set->dataset, split, first, rows, x);
        llr_gemm(false, true, rows, columns, facts->dim, 1, x, facts->dim, set->solutions.theta,
                 facts->dim, 0, score, columns);
        add_intercepts(score, set->solutions.b, rows, columns);
        llr_count_correct(score, rows, set->solutions.fits, set->solutions.columns,
                          eval->label + first, eval->group ? eval->group + first : NULL,
                          facts->classes, facts->groups, set->correct);
    }
    return LLR_OK;
}

static void store_rates(const fit_set_t *set, llr_split_t split, int64_t fit, llr_row_t *row)
{
    const llr_facts_t *facts = &set->dataset->facts;
    int64_t slots = facts->classes + facts->groups;
    for (int64_t s = 0; s < slots; s++) {
        int64_t count = facts->eval_count[split * slots + s];
        row->rate[split * slots + s] =
            count ? (double)set->correct[fit * slots + s] / (double)count : NAN;
    }
}

/* The row of one member of the set at one lambda. */
static llr_row_t *row_of(const fit_set_t *set, const llr_grid_t *grid, llr_block_t *block,
                         int64_t member, int64_t lambda)
{
    return &block->row[set->member[member] * grid->job->lambdas + lambda];
}

static void fill_rows(const fit_set_t *set, const llr_grid_t *grid, llr_block_t *block)
{
    int32_t classes = set->dataset->facts.classes;
    for (int64_t m = 0; m < set->members; m++) {
        const llr_weighting_t *weighting = &grid->weighting[set->member[m]];
        const double *weight = set->weight + m * classes;
        for (int64_t l = 0; l < grid->job->lambdas; l++) {
            llr_row_t *row = row_of(set, grid, block, m, l);
            row->fit = set->solutions.fit[set->path[m] * grid->job->lambdas + l];
            row->n_used = set->rows;
            row->rank = set->solutions.rank;
            row->gamma = llr_weighting_gamma(weighting, set->count, classes);
            row->rho = llr_weighting_rho(weight, set->count, classes);
            memcpy(row->weight, weight, (size_t)classes * sizeof *weight);
        }
    }
}

static llr_code_t measure(llr_worker_t *worker, fit_set_t *set, llr_block_t *block,
                          llr_error_t *error)
{
    const llr_grid_t *grid = worker->grid;
    llr_arena_t *arena = &worker->arena;
    const llr_facts_t *facts = &set->dataset->facts;
    bool exact = facts->synthetic && facts->classes == 2;
    for (int split = 0; split < LLR_SPLITS; split++) {
        int64_t mark = llr_arena_mark(arena);
        if (!exact) LLR_TRY(count_split(worker, set, (llr_split_t)split, error));
        llr_arena_release(arena, mark);
        for (int64_t m = 0; m < set->members; m++)
            for (int64_t l = 0; l < grid->job->lambdas; l++) {
                int64_t fit = set->path[m] * grid->job->lambdas + l;
                llr_row_t *row = row_of(set, grid, block, m, l);
                if (exact)
                    llr_dataset_exact_rates(set->dataset, set->solutions.theta + fit * facts->dim,
                                            set->solutions.b[fit],
                                            row->rate + split * facts->classes);
                else
                    store_rates(set, (llr_split_t)split, fit, row);
            }
    }
    return LLR_OK;
}

static void copy_head(const fit_set_t *set, const llr_grid_t *grid, llr_head_t *head)
{
    int64_t cell = head->cell - set->unit->first_cell, dim = set->dataset->facts.dim;
    for (int64_t m = 0; m < set->members; m++) {
        if (cell / grid->job->lambdas != set->member[m]) continue;
        int64_t columns = set->solutions.columns;
        int64_t fit = set->path[m] * grid->job->lambdas + cell % grid->job->lambdas;
        memcpy(head->theta, set->solutions.theta + fit * columns * dim,
               (size_t)(columns * dim) * sizeof(double));
        memcpy(head->b, set->solutions.b + fit * columns, (size_t)columns * sizeof(double));
        if (head->shift) memcpy(head->shift, set->shift, (size_t)dim * sizeof(double));
        if (head->scale) memcpy(head->scale, set->scale, (size_t)dim * sizeof(double));
    }
}

static llr_code_t run_set(llr_worker_t *worker, const llr_unit_t *unit, bool balanced,
                          llr_block_t *block, llr_head_t *head, llr_error_t *error)
{
    llr_arena_t *arena = &worker->arena;
    const llr_dataset_t *dataset = &worker->dataset[unit->dataset];
    fit_set_t set = {.unit = unit, .dataset = dataset};
    int64_t *count;
    LLR_TAKE(count, arena, dataset->facts.classes, error);
    subsample_counts(worker, unit, balanced, count);
    set.count = count;
    for (int32_t c = 0; c < dataset->facts.classes; c++) set.rows += count[c];
    LLR_TRY(lay_out(&set, worker->grid, balanced, arena, error));
    if (!set.members) return LLR_OK;
    LLR_TRY(take_solutions(&set, worker->grid, arena, error));
    int64_t mark = llr_arena_mark(arena);
    LLR_TRY(solve(worker, &set, error));
    llr_arena_release(arena, mark);
    fill_rows(&set, worker->grid, block);
    if (head) copy_head(&set, worker->grid, head);
    return measure(worker, &set, block, error);
}

llr_code_t llr_unit_run(llr_worker_t *worker, int64_t unit, llr_block_t *block, llr_head_t *head,
                        llr_error_t *error)
{
    int64_t mark = llr_arena_mark(&worker->arena);
    llr_code_t code = LLR_OK;
    for (int balanced = 0; balanced < 2 && code == LLR_OK; balanced++) {
        code = run_set(worker, &worker->grid->unit[unit], balanced, block, head, error);
        llr_arena_release(&worker->arena, mark);
    }
    return code;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static llr_shape_t shape_of(const llr_grid_t *grid, const llr_facts_t *facts,
                            const llr_unit_t *unit)
{
    llr_shape_t shape = {.loss = unit->loss,
                         .rows = unit->n,
                         .dim = facts->dim,
                         .strata = facts->classes,
                         .classes = facts->classes,
                         .paths = grid->weightings,
                         .fits = grid->unit_cells};
    for (int64_t l = 0; l < grid->job->lambdas; l++)
        if (grid->job->lambda[l] == 0) shape.zero = true;
    return shape;
}

int64_t llr_unit_bytes(const llr_grid_t *grid, const llr_facts_t *facts, int64_t unit)
{
    const llr_unit_t *u = &grid->unit[unit];
    int64_t fits = grid->unit_cells, vectors = fits * llr_columns(facts->classes);
    int64_t slots = facts->classes + facts->groups, d = sizeof(double);
    int64_t kept = llr_arena_cost(grid->weightings, 2 * sizeof(int64_t) + sizeof(llr_path_t)) +
                   llr_arena_cost(grid->weightings * facts->classes, d) +
                   llr_arena_cost(fits, sizeof(llr_fit_t)) +
                   llr_arena_cost(vectors * facts->dim, d) +
                   llr_arena_cost(vectors + fits * slots + 2 * facts->dim + 4 * facts->classes, d);
    int64_t gather = llr_arena_cost(facts->synthetic ? 0 : larger(u->n, 0), d);
    for (int32_t c = 0; c < facts->classes; c++)
        gather = larger(gather, llr_arena_cost(u->n + facts->pool_count[c], d));
    llr_shape_t shape = shape_of(grid, facts, u);
    int64_t solving = llr_solve_bytes(&shape);
    int64_t counting = llr_arena_cost(METRIC_ROWS * (facts->dim + vectors), d);
    return kept + larger(llr_arena_cost(u->n * facts->dim, d) + larger(gather, solving), counting) +
           32 * LLR_ALIGNMENT;
}

double llr_unit_cost(const llr_grid_t *grid, const llr_facts_t *facts, int64_t unit)
{
    const llr_unit_t *u = &grid->unit[unit];
    int64_t vectors = grid->unit_cells * llr_columns(facts->classes), rows = 0;
    for (int32_t c = 0; c < facts->classes; c++)
        for (int split = 0; split < LLR_SPLITS; split++)
            rows += facts->eval_count[split * (facts->classes + facts->groups) + c];
    llr_shape_t shape = shape_of(grid, facts, u);
    return llr_solve_flops(&shape) + 2.0 * (double)rows * (double)facts->dim * (double)vectors;
}
