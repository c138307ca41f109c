/* The sweep of a toy, run, and what a textbook makes of its cells: rows that llr_subsample_draw
 * names, preprocessing, weights, objective, minimum and accuracies in loops over long doubles. */
#ifndef LLR_TESTS_SWEEP_H
#define LLR_TESTS_SWEEP_H

#include "solve_reference.h"
#include "store/catalog.h"
#include "toy_draw.h"
#include "work/unit.h"

enum { MOST_COLUMNS = 40 };

typedef struct sweep {
    toy_t *toy;
    llr_facts_t facts; /* settled, borrowed from the dataset */
    llr_basis_t basis;
    llr_grid_t grid;
    llr_worker_t worker;
    llr_block_t *block; /* units */
} sweep_t;

/* Components, deltas: what llr_load_datasets settles. */
static inline void sweep_settle(sweep_t *sweep)
{
    toy_t *toy = sweep->toy;
    sweep->facts = toy->dataset.facts;
    llr_catalog_t catalog = {.dataset = &toy->dataset, .facts = &sweep->facts, .datasets = 1};
    if (llr_catalog_rotates(&toy->job, 0)) {
        CU_ASSERT_EQUAL_FATAL(llr_catalog_fit(&catalog, &toy->job, 0, &sweep->basis, NULL), LLR_OK);
        toy->dataset.basis = &sweep->basis;
    }
    CU_ASSERT_EQUAL_FATAL(llr_catalog_settle(&catalog, &toy->job, 0, sweep->basis.components, NULL),
                          LLR_OK);
}

static inline void sweep_check_job(const sweep_t *sweep)
{
    llr_findings_t findings = {0};
    llr_grid_check(&sweep->grid, &sweep->facts, &findings);
    for (int64_t i = 0; i < findings.count; i++) fprintf(stderr, "  %s\n", findings.line[i]);
    CU_ASSERT_EQUAL_FATAL(findings.count, 0);
}

/* Solves a unit with exactly the memory that is planned for it. */
static inline void sweep_run_unit(sweep_t *sweep, int64_t unit, llr_block_t *block,
                                  llr_head_t *head)
{
    llr_error_t error = {0};
    llr_arena_t *arena = &sweep->worker.arena;
    int64_t bytes = llr_unit_bytes(&sweep->grid, &sweep->facts, unit);
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(arena, bytes, NULL), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(
        llr_block_create(block, sweep->grid.unit[unit].cells, sweep->facts.shape, NULL), LLR_OK);
    llr_code_t code = llr_unit_run(&sweep->worker, unit, block, head, &error);
    if (code != LLR_OK) fprintf(stderr, "  unit %lld: %s\n", (long long)unit, error.text);
    CU_ASSERT_EQUAL(code, LLR_OK);
    CU_ASSERT_EQUAL(arena->used, 0);
    CU_ASSERT_TRUE(arena->peak <= bytes);
    llr_arena_destroy(arena);
}

static inline sweep_t *sweep_begin(toy_t *toy)
{
    sweep_t *sweep = calloc(1, sizeof *sweep);
    CU_ASSERT_PTR_NOT_NULL_FATAL(sweep);
    sweep->toy = toy;
    /* Fits end where the tolerance lets them; a textbook's minimum has more digits. */
    toy->job.tolerance = fmin(toy->job.tolerance, 1e-13);
    sweep_settle(sweep);
    CU_ASSERT_EQUAL_FATAL(llr_grid_create(&sweep->grid, &toy->job), 0);
    sweep_check_job(sweep);
    sweep->worker.grid = &sweep->grid;
    sweep->worker.dataset = &toy->dataset;
    sweep->block = calloc((size_t)sweep->grid.units, sizeof *sweep->block);
    for (int64_t u = 0; u < sweep->grid.units; u++)
        sweep_run_unit(sweep, u, &sweep->block[u], NULL);
    return sweep;
}

static inline void sweep_end(sweep_t *sweep)
{
    for (int64_t u = 0; u < sweep->grid.units; u++) llr_block_destroy(&sweep->block[u]);
    free(sweep->block);
    llr_grid_destroy(&sweep->grid);
    llr_basis_destroy(&sweep->basis);
    toy_end(sweep->toy);
    free(sweep);
}

static inline const llr_unit_t *sweep_unit(const sweep_t *sweep, int64_t cell)
{
    return &sweep->grid.unit[llr_grid_unit_of(&sweep->grid, cell)];
}

static inline const llr_row_t *sweep_row(const sweep_t *sweep, int64_t cell)
{
    int64_t unit = llr_grid_unit_of(&sweep->grid, cell);
    return &sweep->block[unit].row[llr_unit_row(&sweep->grid, unit, cell % sweep->grid.places)];
}

static inline const llr_weighting_t *sweep_weighting(const sweep_t *sweep, int64_t cell)
{
    return &sweep->grid.weighting[cell % sweep->grid.places / sweep->toy->job.lambdas];
}

static inline double sweep_lambda(const sweep_t *sweep, int64_t cell)
{
    return sweep->toy->job.lambda[cell % sweep->toy->job.lambdas];
}

/* The head of a cell, solved once more: the same row comes with it. */
typedef struct head {
    double theta[TOY_LABELS * MOST_COLUMNS], b[TOY_LABELS], shift[MOST_COLUMNS],
        scale[MOST_COLUMNS];
} head_t;

static inline void sweep_head(sweep_t *sweep, int64_t cell, head_t *out)
{
    llr_block_t block;
    int64_t unit = llr_grid_unit_of(&sweep->grid, cell);
    llr_head_t head = {cell, out->theta, out->b, out->shift, out->scale};
    llr_text_t first = {0}, second = {0};
    sweep_run_unit(sweep, unit, &block, &head);
    llr_block_pack(&sweep->block[unit], &first);
    llr_block_pack(&block, &second);
    CU_ASSERT_TRUE(first.length == second.length &&
                   !memcmp(first.data, second.data, (size_t)first.length));
    llr_text_destroy(&first);
    llr_text_destroy(&second);
    llr_block_destroy(&block);
}

/* S of a cell, or one balanced cut of it (repeat -1: the first rows); count: rows of the kinds of
 * S. */
static inline drawn_t sweep_draw(const sweep_t *sweep, int64_t cell, bool is_cut, int64_t repeat,
                                 int64_t *count)
{
    const llr_unit_t *unit = sweep_unit(sweep, cell);
    drawn_t drawn = draw(sweep->toy, unit->n, unit->seed);
    llr_subsample_t whole = drawn.s;
    memcpy(count, whole.count, (size_t)sweep->facts.shape.kinds * sizeof *count);
    if (is_cut)
        CU_ASSERT_EQUAL_FATAL(llr_subsample_balance(&sweep->toy->dataset, &whole, unit->seed,
                                                    repeat, &drawn.s, &drawn.arena, NULL),
                              LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_subsample_arrange(&sweep->toy->dataset, &drawn.s, &drawn.arena, NULL),
                          LLR_OK);
    return drawn;
}

/* What is subtracted from a column and what it is divided by; a divisor of 0: constant. */
typedef struct moments {
    real_t mean[MOST_COLUMNS], deviation[MOST_COLUMNS];
} moments_t;

static inline moments_t moments_of(const toy_t *toy, const int64_t *row, int64_t rows)
{
    moments_t moments = {.mean = {0}};
    for (int j = 0; j < TOY_DIM; j++) {
        bool varies = false;
        for (int64_t i = 0; i < rows; i++) {
            moments.mean[j] += (real_t)toy->x[row[i] * TOY_DIM + j] / rows;
            varies = varies || toy->x[row[i] * TOY_DIM + j] != toy->x[row[0] * TOY_DIM + j];
        }
        for (int64_t i = 0; varies && i < rows; i++) {
            real_t centred = toy->x[row[i] * TOY_DIM + j] - moments.mean[j];
            moments.deviation[j] += centred * centred / rows;
        }
        moments.deviation[j] = sqrtl(moments.deviation[j]);
    }
    return moments;
}

static inline real_t standardised(const toy_t *toy, const moments_t *moments, int64_t row,
                                  int64_t j)
{
    if (moments->deviation[j] == 0) return 0;
    return (toy->x[row * TOY_DIM + j] - moments->mean[j]) / moments->deviation[j];
}

/* The problem of a cell on these rows, standardised by their moments; weights to be set. */
static inline problem_t problem_of(const sweep_t *sweep, int64_t cell, const llr_subsample_t *s)
{
    problem_t problem = {.rows = s->rows,
                         .dim = TOY_DIM,
                         .classes = sweep->facts.shape.classes,
                         .strata = s->strata,
                         .lambda = sweep_lambda(sweep, cell),
                         .loss = sweep_unit(sweep, cell)->loss};
    moments_t moments = moments_of(sweep->toy, s->row, s->rows);
    CU_ASSERT_TRUE_FATAL(s->strata <= MOST_STRATA);
    memcpy(problem.start, s->stratum_start, (size_t)(s->strata + 1) * sizeof *problem.start);
    memcpy(problem.class_of, s->stratum_class, (size_t)s->strata * sizeof *problem.class_of);
    problem.x = malloc((size_t)(s->rows * TOY_DIM) * sizeof *problem.x);
    for (int64_t i = 0; i < s->rows * TOY_DIM; i++)
        problem.x[i] = (double)standardised(sweep->toy, &moments, s->row[i / TOY_DIM], i % TOY_DIM);
    return problem;
}

/* w_k ~ pi_k^-gamma over the kinds that have rows, sum of pi_k w_k = 1; others NaN. */
static inline void textbook_weights(const llr_weighting_t *weighting, const int64_t *count,
                                    int32_t kinds, real_t *weight)
{
    real_t rows = 0, total = 0;
    double gamma = weighting->rule == LLR_RULE_EXPONENT        ? weighting->value
                   : weighting->rule == LLR_RULE_INVERSE_PRIOR ? 1
                                                               : 0;
    for (int32_t k = 0; k < kinds; k++) rows += count[k];
    for (int32_t k = 0; k < kinds; k++) {
        weight[k] = count[k] ? powl((real_t)count[k] / rows, -(real_t)gamma) : NAN;
        if (count[k]) total += count[k] / rows * weight[k];
    }
    for (int32_t k = 0; k < kinds; k++) weight[k] /= total;
}

/* A head on standardised features, as the textbook's v: columns x (dim + 1), the intercept last. */
static inline void standardised_head(const sweep_t *sweep, const moments_t *moments,
                                     const head_t *head, real_t *v)
{
    int32_t columns = llr_columns(sweep->facts.shape.classes);
    for (int32_t k = 0; k < columns; k++) {
        real_t *mine = v + k * (TOY_DIM + 1);
        mine[TOY_DIM] = head->b[k];
        for (int j = 0; j < TOY_DIM; j++) {
            mine[j] = head->theta[k * TOY_DIM + j] * moments->deviation[j];
            mine[TOY_DIM] += head->theta[k * TOY_DIM + j] * moments->mean[j];
        }
    }
}

/* The trace of A (A + lambda)^-1, A the weighted centred Gram matrix over n. */
static inline real_t textbook_df(const problem_t *problem)
{
    int64_t d = problem->dim;
    real_t mean[MOST_COLUMNS] = {0}, a[MOST_COLUMNS * MOST_COLUMNS], whole = 0, df = 0;
    real_t gram[MOST_COLUMNS * MOST_COLUMNS] = {0}, column[MOST_COLUMNS];
    for (int64_t i = 0; i < problem->rows; i++) {
        real_t w = problem->weight[stratum_of_row(problem, i)];
        whole += w;
        for (int64_t j = 0; j < d; j++) mean[j] += w * problem->x[i * d + j];
    }
    for (int64_t i = 0; i < problem->rows; i++) {
        real_t w = (real_t)problem->weight[stratum_of_row(problem, i)] / problem->rows;
        const double *x = problem->x + i * d;
        for (int64_t j = 0; j < d * d; j++)
            gram[j] += w * (x[j / d] - mean[j / d] / whole) * (x[j % d] - mean[j % d] / whole);
    }
    for (int64_t k = 0; k < d; k++) {
        for (int64_t j = 0; j < d * d; j++) a[j] = gram[j] + (j / d == j % d ? problem->lambda : 0);
        for (int64_t j = 0; j < d; j++) column[j] = gram[j * d + k];
        eliminate(d, a, column);
        df += column[k];
    }
    return df;
}

/* Rows predicted right, slot by slot as llr_shape_slots has them; count: all rows. */
static inline void count_by_hand(const toy_t *toy, const head_t *head, int split, int64_t *right,
                                 int64_t *count)
{
    llr_shape_t shape = toy->dataset.facts.shape;
    int32_t columns = llr_columns(shape.classes);
    for (int64_t i = 0; i < TOY_ROWS; i++) {
        int32_t class = toy_class(toy, i), group = toy->group[i], best = 0;
        if (class < 0 || toy->split[i] != split + 1) continue;
        real_t f[TOY_LABELS];
        for (int32_t k = 0; k < columns; k++) {
            f[k] = head->b[k];
            for (int j = 0; j < TOY_DIM; j++)
                f[k] += (real_t)head->theta[k * TOY_DIM + j] * toy->x[i * TOY_DIM + j];
        }
        for (int32_t k = 1; k < columns; k++) best = f[k] > f[best] ? k : best;
        if (columns == 1) best = f[0] > 0;
        int64_t slots[] = {class, shape.classes + group,
                           shape.classes + shape.groups + 2 * group + class};
        for (int s = 0; s < (shape.classes == 2 ? 3 : 2); s++) {
            count[slots[s]]++;
            right[slots[s]] += best == class;
        }
    }
}

/* Accuracies of a row against its head. */
static inline void check_rates(const sweep_t *sweep, const llr_row_t *row, const head_t *head)
{
    int64_t slots = llr_shape_slots(sweep->facts.shape);
    for (int split = 0; split < LLR_SPLITS; split++) {
        int64_t right[64] = {0}, count[64] = {0};
        count_by_hand(sweep->toy, head, split, right, count);
        for (int64_t s = 0; s < slots; s++) {
            double rate = row->rate[split * slots + s];
            CU_ASSERT_EQUAL(sweep->facts.eval_count[split * slots + s], count[s]);
            CU_ASSERT_TRUE(count[s] ? rate == (double)right[s] / (double)count[s] : isnan(rate));
        }
    }
}

/* Weights, objective, minimum, df and accuracies of a cell that fits S or the first balanced cut of
 * it, standardised by its own moments. */
static inline void check_cell(sweep_t *sweep, int64_t cell)
{
    const llr_weighting_t *weighting = sweep_weighting(sweep, cell);
    const llr_row_t *row = sweep_row(sweep, cell);
    int32_t kinds = sweep->facts.shape.kinds;
    int64_t count[TOY_KINDS];
    real_t weight[TOY_KINDS], v[TOY_LABELS * (TOY_DIM + 1)], best[TOY_LABELS * (TOY_DIM + 1)];
    head_t head;
    bool is_cut = weighting->rule == LLR_RULE_BALANCED_SUBSAMPLE;
    drawn_t drawn = sweep_draw(sweep, cell, is_cut, -1, count);
    problem_t problem = problem_of(sweep, cell, &drawn.s);
    moments_t moments = moments_of(sweep->toy, drawn.s.row, drawn.s.rows);
    textbook_weights(weighting, count, kinds, weight);
    double whole = 0;
    for (int32_t k = 0; k < kinds; k++) {
        CU_ASSERT_EQUAL(isnan(row->weight[k]), !count[k]);
        if (count[k]) CU_ASSERT_TRUE(fabsl(row->weight[k] - weight[k]) <= 1e-13L * weight[k]);
        if (count[k]) whole += (double)count[k] / (double)drawn.s.rows * row->weight[k];
    }
    if (!is_cut) CU_ASSERT_DOUBLE_EQUAL(whole, 1, 1e-13);
    for (int32_t s = 0; s < drawn.s.strata; s++)
        problem.weight[s] = (double)weight[drawn.s.stratum_kind[s]];
    sweep_head(sweep, cell, &head);
    standardised_head(sweep, &moments, &head, v);
    real_t value = reference_value(&problem, v, NULL, NULL),
           least = reference_minimum(&problem, best);
    CU_ASSERT_TRUE(fabsl(row->fit.objective - value) <= 1e-11L * value);
    CU_ASSERT_TRUE(value - least <= (row->fit.certified_gap + 1e-12L) * value);
    CU_ASSERT_EQUAL(row->fit.status, LLR_FIT_CONVERGED);
    CU_ASSERT_EQUAL(row->n_used, drawn.s.rows);
    CU_ASSERT_EQUAL(row->rank, TOY_DIM - 1); /* a column is constant */
    if (problem.loss == LLR_LOSS_SQUARE)
        CU_ASSERT_TRUE(fabsl(row->fit.df - textbook_df(&problem)) < 1e-9L);
    check_rates(sweep, row, &head);
    free(problem.x);
    release(&drawn);
}

#endif
