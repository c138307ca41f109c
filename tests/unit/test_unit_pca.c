#include "suite.h"
#include "sweep.h"

#define GRID                                                                                       \
    "exponents: [1.5]\nlambdas: [.01, 1]\nlosses: [square, logistic]\nseeds: {count: 2}\n"         \
    "rules: [balanced_subsample, averaged_balanced]\nbalanced_repeats: 3\n"

/* Moments of the whole pool. */
static moments_t pool_moments(const toy_t *toy)
{
    int64_t row[TOY_ROWS], rows = 0;
    for (int64_t i = 0; i < TOY_ROWS; i++)
        if (toy_in_pool(toy, i)) row[rows++] = i;
    return moments_of(toy, row, rows);
}

/* Component k of a row, from the pool's moments and the rotation. */
static real_t component(const sweep_t *sweep, const moments_t *moments, int64_t row, int64_t k)
{
    real_t sum = 0;
    for (int j = 0; j < TOY_DIM; j++)
        sum += standardised(sweep->toy, moments, row, j) * sweep->basis.rotation[k * TOY_DIM + j];
    return sum;
}

static problem_t projected_problem(const sweep_t *sweep, int64_t cell, const llr_subsample_t *s)
{
    moments_t moments = pool_moments(sweep->toy);
    problem_t problem = problem_of(sweep, cell, s);
    problem.dim = sweep->basis.components;
    for (int64_t i = 0; i < s->rows; i++)
        for (int64_t k = 0; k < problem.dim; k++)
            problem.x[i * problem.dim + k] = (double)component(sweep, &moments, s->row[i], k);
    return problem;
}

/* Scores of all rows by the head, and by the textbook's minimum on components. */
static void check_scores(const sweep_t *sweep, const head_t *head, const problem_t *problem,
                         const real_t *v)
{
    moments_t moments = pool_moments(sweep->toy);
    int64_t dim = problem->dim, off = 0;
    for (int64_t i = 0; i < TOY_ROWS; i++)
        for (int32_t k = 0; k < llr_columns(problem->classes); k++) {
            real_t found = head->b[k], wanted = v[k * (dim + 1) + dim];
            for (int j = 0; j < TOY_DIM; j++)
                found += (real_t)head->theta[k * TOY_DIM + j] * sweep->toy->x[i * TOY_DIM + j];
            for (int64_t m = 0; m < dim; m++)
                wanted += v[k * (dim + 1) + m] * component(sweep, &moments, i, m);
            off += !(fabsl(found - wanted) < 1e-5L);
        }
    CU_ASSERT_EQUAL(off, 0);
}

static void check_folded(const sweep_t *sweep, const head_t *head)
{
    moments_t moments = pool_moments(sweep->toy);
    for (int j = 0; j < TOY_DIM; j++) {
        real_t scale = moments.deviation[j] == 0 ? 0 : 1 / moments.deviation[j];
        CU_ASSERT_TRUE(fabsl(head->shift[j] - moments.mean[j]) <
                       1e-12L * fabsl(moments.mean[j]) + 1e-13L);
        CU_ASSERT_TRUE(fabsl(head->scale[j] - scale) <= 1e-12L * scale);
    }
}

/* A cell on S or its first balanced cut, against the minimum on the projected rows. */
static void check_projected_cell(sweep_t *sweep, int64_t cell)
{
    const llr_row_t *row = sweep_row(sweep, cell);
    const llr_weighting_t *weighting = sweep_weighting(sweep, cell);
    int64_t count[TOY_KINDS];
    real_t weight[TOY_KINDS], v[TOY_LABELS * (TOY_DIM + 1)];
    head_t head;
    drawn_t drawn =
        sweep_draw(sweep, cell, weighting->rule == LLR_RULE_BALANCED_SUBSAMPLE, -1, count);
    problem_t problem = projected_problem(sweep, cell, &drawn.s);
    textbook_weights(weighting, count, sweep->facts.shape.kinds, weight);
    for (int32_t s = 0; s < drawn.s.strata; s++)
        problem.weight[s] = (double)weight[drawn.s.stratum_kind[s]];
    real_t least = reference_minimum(&problem, v);
    CU_ASSERT_EQUAL(row->fit.status, LLR_FIT_CONVERGED);
    CU_ASSERT_TRUE(row->fit.objective - least <= (row->fit.certified_gap + 1e-11L) * least);
    CU_ASSERT_TRUE(row->fit.objective - least >= -1e-11L * least);
    CU_ASSERT_EQUAL(row->rank, sweep->basis.components);
    CU_ASSERT_EQUAL(row->n_used, drawn.s.rows);
    if (problem.loss == LLR_LOSS_SQUARE)
        CU_ASSERT_TRUE(fabsl(row->fit.df - textbook_df(&problem)) < 1e-9L);
    sweep_head(sweep, cell, &head);
    check_scores(sweep, &head, &problem, v);
    check_folded(sweep, &head);
    check_rates(sweep, row, &head);
    free(problem.x);
    release(&drawn);
}

/* The average of the minima on the projected draws. */
static void check_projected_average(sweep_t *sweep, int64_t cell)
{
    real_t sum[TOY_LABELS * (TOY_DIM + 1)] = {0}, v[TOY_LABELS * (TOY_DIM + 1)];
    int64_t count[TOY_KINDS], repeats = sweep->toy->job.balanced_repeats;
    problem_t problem = {.rows = 0};
    head_t head;
    for (int64_t r = 0; r < repeats; r++) {
        drawn_t drawn = sweep_draw(sweep, cell, true, r, count);
        free(problem.x);
        problem = projected_problem(sweep, cell, &drawn.s);
        for (int32_t s = 0; s < drawn.s.strata; s++) problem.weight[s] = 1;
        reference_minimum(&problem, v);
        for (int64_t u = 0; u < llr_columns(problem.classes) * (problem.dim + 1); u++)
            sum[u] += v[u] / repeats;
        release(&drawn);
    }
    CU_ASSERT_EQUAL(sweep_row(sweep, cell)->fit.status, LLR_FIT_AVERAGED);
    sweep_head(sweep, cell, &head);
    check_scores(sweep, &head, &problem, sum);
    check_folded(sweep, &head);
    check_rates(sweep, sweep_row(sweep, cell), &head);
    free(problem.x);
}

/* Variance of the first components of the pool, of as many as columns vary. */
static real_t held_by(const sweep_t *sweep, int64_t components)
{
    moments_t moments = pool_moments(sweep->toy);
    real_t held = 0, rows = 0;
    for (int64_t i = 0; i < TOY_ROWS; i++) {
        if (!toy_in_pool(sweep->toy, i)) continue;
        rows++;
        for (int64_t k = 0; k < components; k++)
            held += component(sweep, &moments, i, k) * component(sweep, &moments, i, k);
    }
    return held / rows / (TOY_DIM - 1);
}

/* components 0: as many as hold 0.7. */
static void check_job(toy_t *toy, int64_t components)
{
    sweep_t *sweep = sweep_begin(toy);
    if (!components) {
        components = sweep->basis.components;
        CU_ASSERT_TRUE(held_by(sweep, components) >= .7L && held_by(sweep, components - 1) < .7L);
    }
    CU_ASSERT_EQUAL(sweep->basis.components, components);
    CU_ASSERT_EQUAL(sweep->facts.dim, components);
    CU_ASSERT_EQUAL(sweep->facts.columns, TOY_DIM);
    CU_ASSERT_EQUAL(toy->dataset.facts.dim, components);
    for (int64_t cell = 0; cell < sweep->grid.cells; cell++)
        if (sweep_weighting(sweep, cell)->rule == LLR_RULE_AVERAGED_BALANCED)
            check_projected_average(sweep, cell);
        else
            check_projected_cell(sweep, cell);
    sweep_end(sweep);
}

static void fits_are_those_of_the_projected_rows(void)
{
    check_job(
        toy_begin(TOY_CROSSED, &toy_pair, GRID "sizes: [60]\npreprocess: {pca: {components: 3}}\n"),
        3);
    check_job(toy_begin(TOY_NESTED, &toy_pair,
                        GRID
                        "sizes: [60]\npreprocess: {pca: {components: 5}}\nweights_by: group\n"),
              5);
    check_job(toy_begin(TOY_CROSSED, &toy_pair,
                        GRID "sizes: [300]\npreprocess: {pca: {variance: .7}}\nsampling: "
                             "uniform\n"),
              0);
}

/* d of delta is the number of components: n = round(d / delta). */
static void deltas_are_of_the_components(void)
{
    sweep_t *sweep =
        sweep_begin(toy_begin(TOY_CROSSED, &toy_pair,
                              "deltas: [.1, .0131]\npreprocess: {pca: {components: 4}}\nlosses: "
                              "[square]\nseeds: {count: 1}\nlambdas: [1]\nexponents: []\n"));
    CU_ASSERT_EQUAL_FATAL(sweep->grid.units, 2);
    CU_ASSERT_EQUAL(sweep->grid.unit[0].n, 40);
    CU_ASSERT_EQUAL(sweep->grid.unit[1].n, 305);
    sweep_end(sweep);
    sweep = sweep_begin(toy_begin(TOY_CROSSED, &toy_pair,
                                  "deltas: [.1]\nlosses: [square]\nseeds: {count: 1}\n"
                                  "lambdas: [1]\nexponents: []\n"));
    CU_ASSERT_EQUAL(sweep->grid.unit[0].n, 60);
    sweep_end(sweep);
}

static llr_basis_t fit_pool(toy_t *toy)
{
    llr_basis_t basis;
    llr_facts_t facts = toy->dataset.facts;
    llr_catalog_t catalog = {.dataset = &toy->dataset, .facts = &facts, .datasets = 1};
    CU_ASSERT_EQUAL_FATAL(llr_catalog_fit(&catalog, &toy->job, 0, &basis, NULL), LLR_OK);
    return basis;
}

/* check and plan read the file in slices, run has it in memory: the same components to the bit,
 * whatever the pool's lists are. */
static void components_are_the_same_read_or_loaded(void)
{
    static const char *const keys[] = {"", "weights_by: group\n", "sampling: uniform\n"};
    llr_basis_t first = {0};
    for (int j = 0; j < 3; j++)
        for (int loaded = 0; loaded < 2; loaded++) {
            char text[200];
            snprintf(text, sizeof text, "sizes: [60]\npreprocess: {pca: {components: 5}}\n%s",
                     keys[j]);
            toy_t *toy = toy_begin(TOY_CROSSED, &toy_pair, text);
            if (!loaded) toy->dataset.features = NULL;
            llr_basis_t basis = fit_pool(toy);
            size_t bytes = (size_t)llr_basis_numbers(TOY_DIM, 5) * sizeof(double);
            if (first.shift) {
                CU_ASSERT_EQUAL(memcmp(basis.shift, first.shift, bytes), 0);
                llr_basis_destroy(&basis);
            } else
                first = basis;
            toy_end(toy);
        }
    llr_basis_destroy(&first);
}

static void too_many_components_are_refused(void)
{
    llr_basis_t basis;
    llr_error_t error = {0};
    toy_t *toy =
        toy_begin(TOY_CROSSED, &toy_pair, "sizes: [60]\npreprocess: {pca: {components: 6}}\n");
    llr_catalog_t catalog = {.dataset = &toy->dataset, .datasets = 1};
    CU_ASSERT_EQUAL(llr_catalog_fit(&catalog, &toy->job, 0, &basis, &error), LLR_INVALID);
    CU_ASSERT_STRING_EQUAL(error.text,
                           "toy.yaml:1: dataset \"toy\": preprocess: pca: components: 6 asked for, "
                           "the pool has 5 (6 columns)");
    toy_end(toy);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"fits are those of the projected rows", fits_are_those_of_the_projected_rows},
        {"deltas are of the components", deltas_are_of_the_components},
        {"components are the same read or loaded", components_are_the_same_read_or_loaded},
        {"too many components are refused", too_many_components_are_refused},
    };
    return LLR_RUN_SUITE("unit_pca", tests);
}
