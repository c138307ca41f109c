#include "every_cpu.h"
#include "linalg/softmax.h"
#include "solve_world.h"

/* Long double; nothing is shared with the solver. */
typedef long double real_t;

/* The kernel --------------------------------------------------------------------------------- */

enum { MOST = 12, ROWS = 37 };

typedef struct sums {
    real_t value, gradient[MOST + 1], hessian[(MOST + 1) * (MOST + 1)], residual[MOST * ROWS];
} sums_t;

/* By the definition: shares p; derivatives by (t, b) through the changes e_0 = d, e_k = unit. */
static void add_row(const llr_softmax_t *in, int64_t row, int32_t class, double weight, sums_t *out)
{
    real_t f[MOST], e[MOST + 1][MOST], most = -INFINITY, sum = 0;
    int32_t columns = in->columns, order = columns + 1;
    memset(e, 0, sizeof e);
    for (int32_t k = 0; k < columns; k++) {
        e[0][k] = in->direction ? in->direction[k * in->rows + row] : 0;
        e[k + 1][k] = 1;
        f[k] = in->score[k * in->rows + row] + in->t * e[0][k] + in->b[k];
        most = fmaxl(most, f[k]);
    }
    for (int32_t k = 0; k < columns; k++) sum += expl(f[k] - most);
    real_t rest = 0;
    for (int32_t k = 0; k < columns; k++) rest += k == class ? 0 : expl(f[k] - f[class]);
    out->value += weight * (isfinite(rest) ? log1pl(rest) : most + logl(sum) - f[class]);
    for (int32_t k = 0; k < columns; k++) f[k] = expl(f[k] - most) / sum;
    real_t others = 0;
    for (int32_t k = 0; k < columns; k++) others += k == class ? 0 : f[k];
    for (int32_t k = 0; k < columns; k++)
        out->residual[k * in->rows + row] = weight * (k == class ? -others : f[k]);
    for (int32_t u = 0; u < order; u++) {
        real_t mean = 0;
        for (int32_t k = 0; k < columns; k++) mean += f[k] * e[u][k];
        out->gradient[u] += weight * (mean - e[u][class]);
        for (int32_t v = 0; v <= u; v++)
            for (int32_t k = 0; k < columns; k++)
                out->hessian[u * order + v] += weight * f[k] * (e[u][k] - mean) * e[v][k];
    }
}

/* A share is off by an ulp of its score, of about spread, and of what underflows. */
static void check_near(real_t found, real_t truth, real_t scale, double spread)
{
    CU_ASSERT_TRUE(fabsl(found - truth) <=
                   (2e-15L * (real_t)(4 + spread)) * fmaxl(fabsl(truth), scale) + 1e-305L);
}

static void check_kernel(int32_t columns, double spread, bool line)
{
    double score[MOST * ROWS], direction[MOST * ROWS], residual[MOST * ROWS], b[MOST];
    double gradient[MOST + 1] = {0}, hessian[(MOST + 1) * (MOST + 1)] = {0};
    double *work = aligned_alloc(64, sizeof *work * (size_t)llr_softmax_work(columns));
    llr_random_t random =
        llr_random_stream((llr_hash_t){5, 6}, LLR_PURPOSE_SYNTHETIC_ROW, columns, line);
    llr_random_normal(&random, score, columns * ROWS);
    llr_random_normal(&random, direction, columns * ROWS);
    llr_random_normal(&random, b, columns);
    for (int64_t u = 0; u < columns * ROWS; u++) score[u] *= spread;
    llr_softmax_t in = {ROWS, columns, score, line ? direction : NULL, 0.5, b, residual, work};
    static sums_t truth;
    memset(&truth, 0, sizeof truth);
    double value = llr_softmax_rows(&in, 0, 11, 1, 0.5, gradient, hessian);
    value += llr_softmax_rows(&in, 11, 26, columns - 1, 2, gradient, hessian);
    for (int64_t i = 0; i < ROWS; i++)
        add_row(&in, i, i < 11 ? 1 : columns - 1, i < 11 ? 0.5 : 2, &truth);
    check_near(value, truth.value, 0, spread);
    for (int32_t u = 0; u <= columns; u++) {
        check_near(gradient[u], truth.gradient[u], 10, spread);
        for (int32_t v = 0; v <= u; v++)
            check_near(hessian[u * (columns + 1) + v], truth.hessian[u * (columns + 1) + v], 10,
                       spread);
    }
    for (int64_t u = 0; u < columns * ROWS; u++)
        check_near(residual[u], truth.residual[u], 0, spread);
    free(work);
}

static void kernel_is_exact(void)
{
    for (int32_t columns = 3; columns <= MOST; columns++)
        for (int line = 0; line < 2; line++) {
            check_kernel(columns, 1, line);
            check_kernel(columns, 30, line);
            check_kernel(columns, 1000, line);
        }
}

static void kernel_shows_what_is_no_number(void)
{
    double score[3] = {0, NAN, 1}, b[3] = {0}, gradient[4] = {0}, hessian[16] = {0};
    double *work = aligned_alloc(64, sizeof *work * (size_t)llr_softmax_work(3));
    llr_softmax_t in = {1, 3, score, NULL, 0, b, NULL, work};
    CU_ASSERT_TRUE(isnan(llr_softmax_rows(&in, 0, 1, 0, 1, gradient, hessian)));
    score[1] = INFINITY;
    CU_ASSERT_FALSE(isfinite(llr_softmax_rows(&in, 0, 1, 0, 1, gradient, hessian)));
    free(work);
}

/* Fits --------------------------------------------------------------------------------------- */

/* Shares of the classes in a row at a solution (share: columns); its cross-entropy. */
static real_t shares(const world_t *world, const outcome_t *out, int64_t fit, int64_t row,
                     real_t *share)
{
    real_t most = -INFINITY, sum = 0, own;
    int32_t columns = world->classes;
    for (int32_t k = 0; k < columns; k++) {
        share[k] = out->b[fit * columns + k];
        for (int64_t j = 0; j < world->dim; j++)
            share[k] += (real_t)out->theta[(fit * columns + k) * world->dim + j] *
                        world->x[row * world->dim + j];
        most = fmaxl(most, share[k]);
    }
    own = share[world->class_of[world_stratum(world, row)]];
    for (int32_t k = 0; k < columns; k++) sum += share[k] = expl(share[k] - most);
    for (int32_t k = 0; k < columns; k++) share[k] /= sum;
    return most + logl(sum) - own;
}

/* F, and the proven gap by the gradient; b's derivatives are added to it as if b were bounded. */
static void check_optimum(const world_t *world, const outcome_t *out, int64_t fit,
                          const double *weight, double lambda, double tolerance)
{
    int64_t dim = world->dim, width = dim + 1;
    real_t *g = calloc((size_t)(world->classes * width), sizeof *g), value = 0, square = 0,
           p[STRATA];
    real_t shift = 0;
    for (int64_t i = 0; i < world->rows; i++) {
        int32_t s = world_stratum(world, i);
        real_t a = (real_t)weight[s] / world->rows;
        value += a * shares(world, out, fit, i, p);
        for (int32_t k = 0; k < world->classes; k++)
            for (int64_t j = 0; j < width; j++)
                g[k * width + j] +=
                    a * (p[k] - (k == world->class_of[s])) * (j < dim ? world->x[i * dim + j] : 1);
    }
    for (int32_t k = 0; k < world->classes; k++) {
        shift += fabsl(g[k * width + dim]);
        for (int64_t j = 0; j < dim; j++) {
            real_t theta = out->theta[(fit * world->classes + k) * dim + j];
            value += lambda / 2 * theta * theta;
            square += (g[k * width + j] + lambda * theta) * (g[k * width + j] + lambda * theta);
        }
    }
    CU_ASSERT_EQUAL(out->fit[fit].status, LLR_FIT_CONVERGED);
    CU_ASSERT_TRUE(square / (2 * lambda) <= tolerance * value);
    CU_ASSERT_TRUE(shift <= 1e-12L);
    CU_ASSERT_DOUBLE_EQUAL(out->fit[fit].objective / (double)value, 1, 1e-12);
    free(g);
}

/* trace of A (A + lambda)^-1 = dim - lambda trace (A + lambda)^-1, by Gauss and Jordan; A of the
 * curvature of one column, p_k (1 - p_k). */
static real_t column_df(const world_t *world, const outcome_t *out, int64_t fit,
                        const double *weight, double lambda, int32_t column)
{
    int64_t dim = world->dim;
    real_t *a = calloc((size_t)(dim * dim), sizeof *a), *mean = calloc((size_t)dim, sizeof *mean);
    real_t *c = calloc((size_t)world->rows, sizeof *c), whole = 0, trace = 0, p[STRATA];
    for (int64_t i = 0; i < world->rows; i++) {
        shares(world, out, fit, i, p);
        c[i] = weight[world_stratum(world, i)] * p[column] * (1 - p[column]) / world->rows;
        whole += c[i];
        for (int64_t j = 0; j < dim; j++) mean[j] += c[i] * world->x[i * dim + j];
    }
    for (int64_t i = 0; i < world->rows; i++)
        for (int64_t j = 0; j < dim; j++)
            for (int64_t l = 0; l < dim; l++)
                a[j * dim + l] += c[i] * (world->x[i * dim + j] - mean[j] / whole) *
                                  (world->x[i * dim + l] - mean[l] / whole);
    for (int64_t j = 0; j < dim; j++) a[j * dim + j] += lambda;
    for (int64_t q = 0; q < dim; q++) { /* a becomes its inverse; it is positive */
        real_t pivot = 1 / a[q * dim + q];
        for (int64_t j = 0; j < dim; j++) {
            if (j == q) continue;
            real_t factor = a[j * dim + q] * pivot;
            for (int64_t l = 0; l < dim; l++)
                if (l != q) a[j * dim + l] -= factor * a[q * dim + l];
            a[j * dim + q] = -factor;
        }
        for (int64_t l = 0; l < dim; l++)
            if (l != q) a[q * dim + l] *= pivot;
        a[q * dim + q] = pivot;
    }
    for (int64_t j = 0; j < dim; j++) trace += 1 - lambda * a[j * dim + j];
    free(a);
    free(c);
    free(mean);
    return trace;
}

static double dense_df(const world_t *world, const outcome_t *out, int64_t fit,
                       const double *weight, double lambda)
{
    real_t sum = 0;
    for (int32_t k = 0; k < world->classes; k++)
        sum += column_df(world, out, fit, weight, lambda, k);
    return (double)(sum / world->classes);
}

/* All fits of three weightings at lambdas, two of which are equal. */
static void check_world(int64_t rows, int64_t dim, int32_t classes, double tolerance, bool df)
{
    enum { WEIGHTINGS = 3, STRENGTHS = 6 };
    static const double lambda[STRENGTHS] = {1e-2, 10, 1e-4, 1e-2, 1e-6, 1};
    world_t world = world_create(rows, dim, classes, classes, dim);
    llr_path_t path[WEIGHTINGS];
    llr_solve_options_t options = {.tolerance = tolerance, .max_iterations = 1000};
    for (int w = 0; w < WEIGHTINGS; w++) {
        for (int32_t s = 0; s < classes; s++) world.weight[w][s] = pow(1.0 + s, w - 1);
        path[w] = (llr_path_t){world.weight[w], lambda, STRENGTHS};
    }
    world.weight[2][0] = 0; /* a class that does not count */
    outcome_t out = world_solve(&world, LLR_LOSS_LOGISTIC, path, WEIGHTINGS, &options);
    CU_ASSERT_EQUAL(out.code, LLR_OK);
    for (int64_t fit = 0; fit < WEIGHTINGS * STRENGTHS; fit++) {
        const double *weight = path[fit / STRENGTHS].weight;
        check_optimum(&world, &out, fit, weight, lambda[fit % STRENGTHS], tolerance);
        if (!df) continue;
        double truth = dense_df(&world, &out, fit, weight, lambda[fit % STRENGTHS]);
        CU_ASSERT_TRUE(fabs(out.fit[fit].df - truth) <= 1e-5 * truth);
    }
    outcome_destroy(&out);
    world_destroy(&world);
}

static void fits_are_minima(void)
{
    check_world(300, 24, 6, 1e-8, false);
    check_world(300, 24, 6, 1e-12, false);
    check_world(40, 60, 5, 1e-8, false);
    check_world(64, 8, 8, 1e-12, false);
    check_world(30, 1, 3, 1e-8, false);
}

static void df_is_the_mean_of_the_columns(void)
{
    check_world(200, 10, 4, 1e-8, true);
    check_world(300, 80, 3, 1e-8, true);
    check_world(50, 70, 3, 1e-8, true);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"kernel is exact", kernel_is_exact},
        {"kernel shows what is no number", kernel_shows_what_is_no_number},
        {"fits are minima", fits_are_minima},
        {"df is the mean of the columns", df_is_the_mean_of_the_columns},
    };
    return RUN_ON_EVERY_CPU("softmax", tests);
}
