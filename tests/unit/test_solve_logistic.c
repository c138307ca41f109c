/* Logistic fits of two classes: df against a dense trace in long double, and what the options ask.
 */
#include "every_cpu.h"
#include "solve_world.h"

typedef long double real_t;

/* Weights of path p: the p-th power of the strata's numbers. */
static void weigh(world_t *world)
{
    for (int p = 0; p < PATHS; p++)
        for (int32_t s = 0; s < world->strata; s++) world->weight[p][s] = pow(3, p * (s % 3));
}

/* Curvature of the loss by the score of a row at a solution. */
static real_t curvature_of(const world_t *world, const outcome_t *out, int64_t fit, int path,
                           int64_t row)
{
    real_t score = out->b[fit];
    for (int64_t j = 0; j < world->dim; j++)
        score += (real_t)out->theta[fit * world->dim + j] * world->x[row * world->dim + j];
    real_t p = 1 / (1 + expl(-score));
    return world->weight[path][world_stratum(world, row)] * p * (1 - p) / (real_t)world->rows;
}

/* h (dim x dim) = sum c (x - mean)(x - mean)'. */
static void fill_hessian(const world_t *world, const outcome_t *out, int64_t fit, int path,
                         real_t *h)
{
    int64_t dim = world->dim;
    real_t *mean = calloc((size_t)dim, sizeof *mean), whole = 0;
    memset(h, 0, sizeof *h * (size_t)(dim * dim));
    for (int64_t i = 0; i < world->rows; i++) {
        real_t c = curvature_of(world, out, fit, path, i);
        whole += c;
        for (int64_t j = 0; j < dim; j++) mean[j] += c * world->x[i * dim + j];
    }
    for (int64_t i = 0; i < world->rows; i++) {
        real_t c = curvature_of(world, out, fit, path, i);
        for (int64_t j = 0; j < dim; j++)
            for (int64_t k = 0; k <= j; k++)
                h[j * dim + k] += c * (world->x[i * dim + j] - mean[j] / whole) *
                                  (world->x[i * dim + k] - mean[k] / whole);
    }
    free(mean);
}

/* Trace of h (h + lambda)^-1 = dim - lambda |L^-1|^2, by Cholesky row by row. */
static real_t trace_df(int64_t dim, real_t *h, real_t lambda)
{
    real_t square = 0, *column = calloc((size_t)dim, sizeof *column);
    for (int64_t j = 0; j < dim; j++) h[j * dim + j] += lambda;
    for (int64_t i = 0; i < dim; i++)
        for (int64_t j = 0; j <= i; j++) {
            for (int64_t k = 0; k < j; k++) h[i * dim + j] -= h[i * dim + k] * h[j * dim + k];
            h[i * dim + j] = i == j ? sqrtl(h[i * dim + i]) : h[i * dim + j] / h[j * dim + j];
        }
    for (int64_t c = 0; c < dim; c++)
        for (int64_t i = c; i < dim; i++) {
            column[i] = i == c;
            for (int64_t k = c; k < i; k++) column[i] -= h[i * dim + k] * column[k];
            column[i] /= h[i * dim + i];
            square += column[i] * column[i];
        }
    free(column);
    return (real_t)dim - lambda * square;
}

static void check_df(int64_t rows, int64_t dim, int32_t strata, double common)
{
    static const double lambda[] = {1e6, 1e3, 30, 1, 1e-2, 1e-2, 1e-4, 1e-7};
    enum { LAMBDAS = sizeof lambda / sizeof *lambda };
    world_t world = world_create(rows, dim, 2, strata, rows + dim);
    real_t *h = calloc((size_t)(dim * dim), sizeof *h);
    llr_path_t path[PATHS];
    /* What the ill-conditioned world can be certified to depends on the rounding of the build. */
    llr_solve_options_t options = {.tolerance = 1e-8, .max_iterations = 1000};
    weigh(&world);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 1; j < dim && common > 0; j++)
            world.x[i * dim + j] += common * world.x[i * dim];
    for (int p = 0; p < PATHS; p++) path[p] = (llr_path_t){world.weight[p], lambda, LAMBDAS};
    outcome_t out = world_solve(&world, LLR_LOSS_LOGISTIC, path, PATHS, &options);
    CU_ASSERT_EQUAL_FATAL(out.code, LLR_OK);
    for (int64_t f = 0; f < PATHS * LAMBDAS; f++) {
        fill_hessian(&world, &out, f, (int)(f / LAMBDAS), h);
        real_t df = trace_df(dim, h, lambda[f % LAMBDAS]);
        CU_ASSERT_EQUAL(out.fit[f].status, LLR_FIT_CONVERGED);
        CU_ASSERT_TRUE(fabsl(out.fit[f].df - df) <= 1e-5L * df);
    }
    outcome_destroy(&out);
    world_destroy(&world);
    free(h);
}

static void df_is_the_trace(void)
{
    check_df(200, 40, 2, 0);
    check_df(70, 90, 2, 0); /* fewer rows than columns */
    check_df(150, 60, 6, 0);
    check_df(150, 30, 4, 1000); /* what columns share drowns the rest in single precision */
}

/* Of a world of some size at one tolerance. */
static outcome_t solve_at(const world_t *world, double tolerance, bool leaves_df)
{
    static const double lambda[] = {1e-3, 1, 1e-1, 1e-2, 1e-4};
    llr_path_t path[PATHS];
    llr_solve_options_t options = {
        .tolerance = tolerance, .max_iterations = 1000, .leaves_df = leaves_df};
    for (int p = 0; p < PATHS; p++) path[p] = (llr_path_t){world->weight[p], lambda, 5};
    return world_solve(world, LLR_LOSS_LOGISTIC, path, PATHS, &options);
}

static void tolerances_are_kept(void)
{
    static const double tolerance[] = {1e-3, 1e-6, 1e-8, 1e-9, 1e-12, 1e-13};
    world_t world = world_create(400, 100, 2, 2, 1);
    int64_t before = 0;
    weigh(&world);
    for (size_t t = 0; t < sizeof tolerance / sizeof *tolerance; t++) {
        outcome_t out = solve_at(&world, tolerance[t], true);
        int64_t iterations = 0;
        for (int64_t f = 0; f < out.solutions.fits; f++) {
            CU_ASSERT_EQUAL(out.fit[f].status, LLR_FIT_CONVERGED);
            CU_ASSERT_TRUE(out.fit[f].certified_gap <= tolerance[t]);
            iterations += out.fit[f].iterations;
        }
        CU_ASSERT_TRUE(iterations > before || tolerance[t] < 1e-12);
        before = iterations;
        outcome_destroy(&out);
    }
    world_destroy(&world);
}

static void df_may_be_left_out(void)
{
    world_t world = world_create(120, 30, 2, 2, 2);
    outcome_t with = solve_at(&world, 1e-8, false), without = solve_at(&world, 1e-8, true);
    size_t fits = (size_t)with.solutions.fits;
    CU_ASSERT_EQUAL(memcmp(with.theta, without.theta, fits * 30 * sizeof(double)), 0);
    CU_ASSERT_EQUAL(memcmp(with.b, without.b, fits * sizeof(double)), 0);
    for (size_t f = 0; f < fits; f++) {
        CU_ASSERT_TRUE(with.fit[f].df > 0 && isnan(without.fit[f].df));
        CU_ASSERT_EQUAL(with.fit[f].certified_gap, without.fit[f].certified_gap);
    }
    outcome_destroy(&with);
    outcome_destroy(&without);
    world_destroy(&world);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"df is the trace", df_is_the_trace},
        {"tolerances are kept", tolerances_are_kept},
        {"df may be left out", df_may_be_left_out},
    };
    return RUN_ON_EVERY_CPU("solve_logistic", tests);
}
