#include "model/solve_factor.h"

#include "linalg/blas.h"
#include "linalg/lapack.h"

#include <float.h>
#include <math.h>
#include <string.h>

static int64_t smaller_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t larger_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t work_of(int64_t size, int64_t vectors)
{
    return larger_of(llr_svd_work(size), llr_lapack_work(size, vectors));
}

static double row_weight(const llr_factor_t *factor, int32_t stratum)
{
    return factor->weight[stratum] / (double)factor->sample->rows;
}

static bool counts(const llr_factor_t *factor, int32_t stratum)
{
    return row_weight(factor, stratum) > 0;
}

static int64_t rows_of(const llr_factor_t *factor, int32_t stratum)
{
    return factor->sample->stratum_start[stratum + 1] - factor->sample->stratum_start[stratum];
}

static llr_code_t take(llr_factor_t *factor, int64_t vectors, llr_arena_t *arena,
                       llr_error_t *error)
{
    int64_t size = factor->space.size;
    LLR_TAKE(factor->mean, arena, factor->space.dim, error);
    LLR_TAKE(factor->q, arena, size * factor->longer, error);
    LLR_TAKE(factor->space.tau, arena, size, error);
    LLR_TAKE(factor->core, arena, size * size, error);
    LLR_TAKE(factor->singular, arena, size, error);
    LLR_TAKE(factor->u, arena, size * size, error);
    LLR_TAKE(factor->vt, arena, size * size, error);
    LLR_TAKE(factor->share, arena, vectors * size, error);
    factor->space.work_size = work_of(size, vectors);
    LLR_TAKE(factor->space.work, arena, factor->space.work_size, error);
    return LLR_OK;
}

int64_t llr_factor_bytes(int64_t rows, int64_t dim, int64_t vectors)
{
    int64_t size = smaller_of(rows, dim), longer = larger_of(rows, dim), d = sizeof(double);
    return llr_arena_cost(dim, d) + llr_arena_cost(size * longer, d) + 2 * llr_arena_cost(size, d) +
           3 * llr_arena_cost(size * size, d) + llr_arena_cost(vectors * size, d) +
           llr_arena_cost(work_of(size, vectors), d);
}

/* The rows are measured from one of them: equal rows and constant columns become exact zeros, not
 * what rounding left of a mean. */
static const double *origin_of(const llr_factor_t *factor)
{
    int32_t s = 0;
    while (!counts(factor, s) || !rows_of(factor, s)) s++;
    return factor->sample->x + factor->sample->stratum_start[s] * factor->sample->dim;
}

static void make_mean(llr_factor_t *factor, const double *origin)
{
    const llr_sample_t *sample = factor->sample;
    int64_t dim = sample->dim;
    double whole = 0;
    memset(factor->mean, 0, (size_t)dim * sizeof(double));
    for (int32_t s = 0; s < sample->strata; s++) {
        if (!counts(factor, s)) continue;
        double a = row_weight(factor, s);
        whole += a * (double)rows_of(factor, s);
        for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++)
            for (int64_t j = 0; j < dim; j++)
                factor->mean[j] += a * (sample->x[i * dim + j] - origin[j]);
    }
    for (int64_t j = 0; j < dim; j++) factor->mean[j] /= whole;
}

/* The rows into q as they are, or as columns where they are more than the columns. */
static void make_rows(llr_factor_t *factor)
{
    const llr_sample_t *sample = factor->sample;
    const double *origin = origin_of(factor);
    int64_t dim = sample->dim, row = 0;
    bool tall = factor->space.rows > dim;
    make_mean(factor, origin);
    for (int32_t s = 0; s < sample->strata; s++) {
        double root = sqrt(row_weight(factor, s));
        for (int64_t i = sample->stratum_start[s];
             counts(factor, s) && i < sample->stratum_start[s + 1]; i++, row++) {
            double *to = factor->q + (tall ? row : row * dim);
            for (int64_t j = 0; j < dim; j++)
                to[tall ? j * factor->longer : j] =
                    root * (sample->x[i * dim + j] - origin[j] - factor->mean[j]);
        }
    }
}

/* The triangle of the QR as the matrix of a system in z. False: not all of it is finite. */
static bool make_core(llr_factor_t *factor)
{
    int64_t size = factor->space.size;
    bool tall = !factor->space.q, finite = true;
    memset(factor->core, 0, (size_t)(size * size) * sizeof(double));
    for (int64_t i = 0; i < size; i++)
        for (int64_t j = 0; j <= i; j++) {
            double entry = factor->q[i * factor->longer + j];
            factor->core[tall ? j * size + i : i * size + j] = entry;
            finite = finite && isfinite(entry);
        }
    return finite;
}

static void find_rank(llr_factor_t *factor)
{
    double least = (double)factor->longer * DBL_EPSILON * factor->singular[0];
    factor->rank = 0;
    while (factor->rank < factor->space.size && factor->singular[factor->rank] > least)
        factor->rank++;
}

llr_code_t llr_factor_create(llr_factor_t *factor, const llr_sample_t *sample, const double *weight,
                             int64_t vectors, llr_arena_t *arena, llr_error_t *error)
{
    *factor = (llr_factor_t){.sample = sample, .weight = weight, .rank = -1};
    llr_space_t *space = &factor->space;
    *space = (llr_space_t){.sample = sample, .dim = sample->dim};
    for (int32_t s = 0; s < sample->strata; s++)
        space->rows += counts(factor, s) ? rows_of(factor, s) : 0;
    space->size = smaller_of(space->rows, space->dim);
    factor->longer = larger_of(space->rows, space->dim);
    LLR_TRY(take(factor, vectors, arena, error));
    space->q = space->rows > space->dim ? NULL : factor->q;
    if (!space->rows) return LLR_OK;
    make_rows(factor);
    llr_qr(space->size, factor->longer, factor->q, space->tau, space->work, space->work_size);
    if (make_core(factor) &&
        !llr_svd(space->size, factor->core, factor->singular, factor->u, factor->vt, space->work))
        find_rank(factor);
    return LLR_OK;
}

/* z = V S^-power share, over the singular values that count. */
static void combine(const llr_factor_t *factor, int power, int64_t vectors, double *z)
{
    int64_t size = factor->space.size;
    for (int64_t v = 0; v < vectors; v++)
        for (int64_t r = 0; r < factor->rank; r++)
            for (int p = 0; p < power; p++) factor->share[v * size + r] /= factor->singular[r];
    llr_gemm(false, false, vectors, size, factor->rank, 1, factor->share, size, factor->vt, size, 0,
             z, size);
}

void llr_factor_solve(const llr_factor_t *factor, double *y, int64_t vectors, double *z)
{
    int64_t size = factor->space.size, longer = factor->longer;
    if (!factor->space.q)
        llr_qr_apply(size, longer, factor->q, factor->space.tau, true, y, vectors,
                     factor->space.work, factor->space.work_size);
    llr_gemm(false, false, vectors, factor->rank, size, 1, y, longer, factor->u, size, 0,
             factor->share, size);
    combine(factor, 1, vectors, z);
}

void llr_factor_newton(const llr_factor_t *factor, const double *g, int64_t vectors, double *step)
{
    int64_t size = factor->space.size;
    llr_gemm(false, true, vectors, factor->rank, size, 1, g, size, factor->vt, size, 0,
             factor->share, size);
    combine(factor, 2, vectors, step);
}
