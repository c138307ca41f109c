#include "model/solve_swift.h"

#include "base/real.h"
#include "linalg/blas.h"
#include "linalg/single.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shares that rows may hold and yet be left out: of a preconditioner's curvature, of df's trace. */
static const double precondition_leaves = 1e-2, df_leaves = 1e-7;

static int64_t larger_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static llr_code_t take_panels(llr_panels_t *panels, const llr_call_t *call, bool exact,
                              double *work)
{
    int64_t floats = llr_panels_floats(panels->rows, panels->columns);
    panels->work = work;
    LLR_TAKE(panels->data, call->arena, floats, call->error);
    if (exact) LLR_TAKE(panels->rest, call->arena, floats, call->error);
    return LLR_OK;
}

llr_code_t llr_swift_create(llr_swift_t *single, const llr_call_t *call, bool exact,
                            int64_t vectors)
{
    int64_t rows = call->space.rows, size = call->space.size;
    double *work;
    *single = (llr_swift_t){.space = &call->space,
                            .z = {.rows = rows, .columns = size},
                            .turned = {.rows = size, .columns = rows},
                            .root = {size, size, LLR_PANELS_LOWER, NULL, NULL, NULL},
                            .up = {size, size, LLR_PANELS_UPPER, NULL, NULL, NULL}};
    LLR_TAKE(work, call->arena, LLR_PANEL_VECTORS * larger_of(rows, size), call->error);
    LLR_TRY(take_panels(&single->z, call, exact, work));
    LLR_TRY(take_panels(&single->turned, call, exact, work));
    LLR_TRY(take_panels(&single->root, call, false, work));
    LLR_TRY(take_panels(&single->up, call, false, work));
    LLR_TAKE(single->scaled, call->arena, rows * size, call->error);
    LLR_TAKE(single->factor, call->arena, size * size, call->error);
    LLR_TAKE(single->hessian, call->arena, size * size, call->error);
    LLR_TAKE(single->vector, call->arena, vectors * size, call->error);
    LLR_TAKE(single->mean, call->arena, size, call->error);
    LLR_TAKE(single->sorted, call->arena, rows, call->error);
    LLR_TAKE(single->norm, call->arena, rows, call->error);
    LLR_TAKE(single->share, call->arena, rows, call->error);
    for (int64_t i = 0; i < rows; i++)
        single->norm[i] = llr_dot(size, call->space.z + i * size, call->space.z + i * size);
    llr_panels_fill(&single->z, false, call->space.z, size);
    llr_panels_fill(&single->turned, true, call->space.z, size);
    return LLR_OK;
}

int64_t llr_swift_bytes(int64_t rows, int64_t size, int64_t vectors)
{
    int64_t f = sizeof(float), d = sizeof(double);
    return 2 * llr_arena_cost(llr_panels_floats(rows, size), f) +
           2 * llr_arena_cost(llr_panels_floats(size, rows), f) +
           2 * llr_arena_cost(llr_panels_floats(size, size), f) +
           llr_arena_cost(LLR_PANEL_VECTORS * larger_of(rows, size), d) +
           llr_arena_cost(rows * size, f) + 2 * llr_arena_cost(size * size, f) +
           llr_arena_cost(vectors * size, d) + llr_arena_cost(size, d) +
           3 * llr_arena_cost(rows, d);
}

static void multiply(const llr_panels_t *panels, bool exactly, const double *x, int64_t vectors,
                     double *y)
{
    if (exactly)
        llr_panels_multiply_exactly(panels, x, vectors, y);
    else
        llr_panels_multiply(panels, x, vectors, y);
}

void llr_swift_scores(const llr_swift_t *single, bool exactly, const double *theta, int64_t vectors,
                      double *score)
{
    memset(score, 0, (size_t)(vectors * single->space->rows) * sizeof *score);
    multiply(&single->turned, exactly, theta, vectors, score);
}

void llr_swift_gradients(const llr_swift_t *single, bool exactly, const double *residual,
                         int64_t vectors, double *gradient)
{
    multiply(&single->z, exactly, residual, vectors, gradient);
}

/* The least share of a row that counts: those below it hold less than so much of them all. */
static double find_least(const llr_swift_t *single, double leaves)
{
    int64_t rows = single->space->rows, i = 0;
    double whole = 0, sum = 0;
    memcpy(single->sorted, single->share, (size_t)rows * sizeof(double));
    qsort(single->sorted, (size_t)rows, sizeof(double), llr_real_compare);
    for (int64_t r = 0; r < rows; r++) whole += single->sorted[r];
    while (i < rows && (sum += single->sorted[i]) <= leaves * whole) i++;
    return i < rows ? single->sorted[i] : INFINITY;
}

/* Fills scaled; the number of rows that count by their shares. */
static int64_t scale_rows(llr_swift_t *single, const double *curvature, double leaves)
{
    const llr_space_t *space = single->space;
    int64_t size = space->size, count = 0;
    double whole = 0, least = find_least(single, leaves);
    for (int64_t i = 0; i < space->rows; i++) whole += curvature[i];
    memset(single->mean, 0, (size_t)size * sizeof *single->mean);
    llr_panels_multiply(&single->z, curvature, 1, single->mean);
    for (int64_t j = 0; j < size && whole > 0; j++) single->mean[j] /= whole;
    for (int64_t i = 0; i < space->rows; i++) {
        if (!(single->share[i] >= least)) continue;
        float root = (float)sqrt(curvature[i]), *to = single->scaled + count++ * size;
        const double *z = space->z + i * size;
        for (int64_t j = 0; j < size; j++) to[j] = root * (float)(z[j] - single->mean[j]);
    }
    return count;
}

void llr_swift_precondition(llr_swift_t *single, const double *curvature, double lambda)
{
    int64_t size = single->space->size;
    float *hessian = single->hessian, largest = 0;
    memcpy(single->share, curvature, (size_t)single->space->rows * sizeof *curvature);
    int64_t count = scale_rows(single, curvature, precondition_leaves);
    llr_single_syrk(false, count, size, single->scaled, hessian);
    for (int64_t j = 0; j < size; j++) largest = fmaxf(largest, hessian[j * (size + 1)]);
    /* Rounding of the Hessian must not make it indefinite. */
    float shift = (float)fmax(lambda, (double)(largest * FLT_EPSILON));
    do {
        memcpy(single->factor, hessian, (size_t)(size * size) * sizeof(float));
        for (int64_t j = 0; j < size; j++) single->factor[j * (size + 1)] += shift;
        shift *= 4;
    } while (llr_single_inverse_root(size, single->factor) && isfinite(shift));
    llr_panels_fill_single(&single->root, false, single->factor, size);
    llr_panels_fill_single(&single->up, true, single->factor, size);
}

void llr_swift_apply(const llr_swift_t *single, double *vector, int64_t vectors)
{
    size_t bytes = (size_t)(vectors * single->space->size) * sizeof *vector;
    memset(single->vector, 0, bytes);
    llr_panels_multiply(&single->up, vector, vectors, single->vector);
    memset(vector, 0, bytes);
    llr_panels_multiply(&single->root, single->vector, vectors, vector);
}

/* order - lambda trace (A + lambda)^-1, a being A + lambda, which is destroyed. */
static double df_by_inverse(int64_t order, float *a, double lambda)
{
    double square = 0;
    if (llr_single_inverse_root(order, a)) return NAN;
    for (int64_t i = 0; i < order; i++)
        square += (double)llr_single_dot(i + 1, a + i * order, a + i * order);
    return (double)order - lambda * square;
}

/* trace of A (A + lambda)^-1, shifted being A + lambda, which is destroyed. */
static double df_by_product(int64_t order, const float *a, float *shifted)
{
    if (llr_single_cholesky(order, shifted) || llr_single_cholesky_invert(order, shifted))
        return NAN;
    return llr_single_trace_of_product(order, a, shifted);
}

static void shift_diagonal(int64_t order, const float *a, double lambda, float *shifted)
{
    memcpy(shifted, a, (size_t)(order * order) * sizeof *a);
    for (int64_t j = 0; j < order; j++) shifted[j * (order + 1)] += (float)lambda;
}

/* A of the rows that count, in the smaller of its two orders, which is returned. */
static int64_t make_gram(llr_swift_t *single, const double *curvature, float *a)
{
    int64_t size = single->space->size;
    for (int64_t i = 0; i < single->space->rows; i++)
        single->share[i] = curvature[i] * single->norm[i];
    int64_t count = scale_rows(single, curvature, df_leaves);
    llr_single_syrk(count < size, count < size ? size : count, count < size ? count : size,
                    single->scaled, a);
    return count < size ? count : size;
}

double llr_swift_df(llr_swift_t *single, const double *curvature, double lambda)
{
    /* Rounding moves the difference by some 3e-8 of order + trace / lambda, and the product by some
     * 1e-7 of itself times what bounds the condition of A + lambda, trace / lambda. */
    const double well_known = 6e-3, well_conditioned = 30;
    float *a = single->factor, *shifted = single->hessian, largest = 0;
    int64_t order = make_gram(single, curvature, a);
    double trace = 0;
    for (int64_t j = 0; j < order; j++) {
        largest = fmaxf(largest, a[j * (order + 1)]);
        trace += (double)a[j * (order + 1)] / lambda;
    }
    if (!((double)largest < 2e2 * lambda)) return NAN;
    double least = well_known * ((double)order + trace); /* for the difference; df <= trace */
    shift_diagonal(order, a, lambda, shifted);
    double df = trace > least ? df_by_inverse(order, shifted, lambda) : 0;
    if (isnan(df) || df > least || order == 0) return df;
    if (trace > well_conditioned) return NAN;
    shift_diagonal(order, a, lambda, shifted);
    return df_by_product(order, a, shifted);
}
