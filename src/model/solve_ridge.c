/* Square loss. Per weighting one reduction to tridiagonal form, A = Q T Q', then every lambda is a
 * tridiagonal solve: theta = Q (T + lambda)^-1 Q' rhs. */
#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "model/solve_parts.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { REFINEMENTS = 4 };

typedef struct ridge {
    llr_call_t *call;
    int64_t size, most; /* columns of the space; most lambdas of a path */
    double *gram;       /* strata x size x size, lower triangles: sums over rows of z z' */
    double *sum;        /* strata x size */
    double *a, *tau, *diagonal, *off, *d, *e;
    double *mean, *rhs; /* size; columns x size, in the basis Q */
    double *z;          /* (most * columns) x size */
    double *correction; /* (LLR_CERTIFY_FITS * columns) x size */
    double *work;
    int64_t work_size;
} ridge_t;

int64_t llr_ridge_bytes(int64_t size, int64_t dim, int32_t strata, int32_t columns, int64_t fits)
{
    int64_t d = sizeof(double), vectors = fits * columns;
    (void)dim;
    return llr_arena_cost(strata * size * size, d) + llr_arena_cost(strata * size, d) +
           llr_arena_cost(size * size, d) + 6 * llr_arena_cost(size, d) +
           llr_arena_cost(columns * size, d) + llr_arena_cost(vectors * size, d) +
           llr_arena_cost(LLR_CERTIFY_FITS * columns * size, d) +
           llr_arena_cost(llr_lapack_work(size, vectors), d);
}

static llr_code_t take(ridge_t *ridge, llr_arena_t *arena, llr_error_t *error)
{
    int64_t size = ridge->size, columns = ridge->call->columns;
    int64_t strata = ridge->call->sample->strata;
    LLR_TAKE(ridge->gram, arena, strata * size * size, error);
    LLR_TAKE(ridge->sum, arena, strata * size, error);
    LLR_TAKE(ridge->a, arena, size * size, error);
    LLR_TAKE(ridge->tau, arena, size, error);
    LLR_TAKE(ridge->diagonal, arena, size, error);
    LLR_TAKE(ridge->off, arena, size, error);
    LLR_TAKE(ridge->d, arena, size, error);
    LLR_TAKE(ridge->e, arena, size, error);
    LLR_TAKE(ridge->mean, arena, size, error);
    LLR_TAKE(ridge->rhs, arena, columns * size, error);
    LLR_TAKE(ridge->z, arena, ridge->most * columns * size, error);
    LLR_TAKE(ridge->correction, arena, LLR_CERTIFY_FITS * columns * size, error);
    ridge->work_size = llr_lapack_work(size, ridge->most * columns);
    LLR_TAKE(ridge->work, arena, ridge->work_size, error);
    return LLR_OK;
}

static void make_grams(ridge_t *ridge)
{
    const llr_sample_t *sample = ridge->call->sample;
    int64_t size = ridge->size;
    memset(ridge->sum, 0, (size_t)(sample->strata * size) * sizeof(double));
    for (int32_t s = 0; s < sample->strata; s++) {
        int64_t first = sample->stratum_start[s], rows = sample->stratum_start[s + 1] - first;
        const double *z = ridge->call->space.z + first * size;
        llr_syrk(rows, size, 1, z, size, 0, ridge->gram + s * size * size);
        for (int64_t i = 0; i < rows; i++) llr_axpy(size, 1, z + i * size, ridge->sum + s * size);
    }
}

/* The share of a stratum's rows in F, and all of it. */
static double row_weight(const ridge_t *ridge, const llr_path_t *path, int32_t stratum)
{
    return path->weight[stratum] / (double)ridge->call->sample->rows;
}

static double whole_weight(const ridge_t *ridge, const llr_path_t *path)
{
    const llr_sample_t *sample = ridge->call->sample;
    double whole = 0;
    for (int32_t s = 0; s < sample->strata; s++)
        whole += row_weight(ridge, path, s) *
                 (double)(sample->stratum_start[s + 1] - sample->stratum_start[s]);
    return whole;
}

/* A = sum_i a_i (z_i - mean)(z_i - mean)', mean the weighted one. */
static void make_matrix(ridge_t *ridge, const llr_path_t *path, double whole)
{
    int64_t size = ridge->size;
    memset(ridge->a, 0, (size_t)(size * size) * sizeof(double));
    memset(ridge->mean, 0, (size_t)size * sizeof(double));
    for (int32_t s = 0; s < ridge->call->sample->strata; s++) {
        double a = row_weight(ridge, path, s);
        llr_axpy(size, a / whole, ridge->sum + s * size, ridge->mean);
        for (int64_t i = 0; i < size; i++)
            llr_axpy(i + 1, a, ridge->gram + s * size * size + i * size, ridge->a + i * size);
    }
    for (int64_t i = 0; i < size; i++)
        llr_axpy(i + 1, -whole * ridge->mean[i], ridge->mean, ridge->a + i * size);
}

/* sum_i a_i (t_i - mean t) z_i */
static void make_rhs(ridge_t *ridge, const llr_path_t *path, double whole)
{
    const llr_sample_t *sample = ridge->call->sample;
    int64_t size = ridge->size;
    memset(ridge->rhs, 0, (size_t)(ridge->call->columns * size) * sizeof(double));
    for (int32_t k = 0; k < ridge->call->columns; k++) {
        double mean = 0;
        for (int32_t s = 0; s < sample->strata; s++)
            mean += row_weight(ridge, path, s) / whole *
                    (double)(sample->stratum_start[s + 1] - sample->stratum_start[s]) *
                    llr_square_target(sample->classes, sample->stratum_class[s], k);
        for (int32_t s = 0; s < sample->strata; s++) {
            double target = llr_square_target(sample->classes, sample->stratum_class[s], k);
            llr_axpy(size, row_weight(ridge, path, s) * (target - mean), ridge->sum + s * size,
                     ridge->rhs + k * size);
        }
    }
}

/* Solves (T + lambda) x = b in place. Where rounding has made T + lambda indefinite, a larger
 * lambda serves: refinement makes up for it. */
static void solve_shifted(ridge_t *ridge, double lambda, double *b)
{
    int64_t size = ridge->size;
    double shift = lambda;
    for (int attempt = 0; attempt < 60; attempt++, shift = 2 * shift + DBL_MIN) {
        for (int64_t j = 0; j < size; j++) ridge->d[j] = ridge->diagonal[j] + shift;
        memcpy(ridge->e, ridge->off, (size_t)size * sizeof(double));
        if (!llr_tridiagonal_solve(size, ridge->d, ridge->e, b, ridge->call->columns)) return;
    }
}

static void set_df(ridge_t *ridge, const llr_path_t *path, llr_fit_t *fit)
{
    int64_t size = ridge->size;
    memcpy(ridge->d, ridge->diagonal, (size_t)size * sizeof(double));
    memcpy(ridge->e, ridge->off, (size_t)size * sizeof(double));
    bool found = !llr_tridiagonal_eigenvalues(size, ridge->d, ridge->e);
    for (int64_t l = 0; l < path->lambdas; l++) {
        double df = 0;
        for (int64_t j = 0; j < size; j++)
            if (ridge->d[j] > 0) df += ridge->d[j] / (ridge->d[j] + path->lambda[l]);
        fit[l].df = found ? df : NAN;
    }
}

static void apply_q(ridge_t *ridge, bool transposed, double *b, int64_t vectors)
{
    llr_tridiagonal_apply(ridge->size, ridge->a, ridge->tau, transposed, b, vectors, ridge->work,
                          ridge->work_size);
}

static bool all_converged(const llr_fit_t *fit, int64_t count, double tolerance)
{
    for (int64_t f = 0; f < count; f++)
        if (!(fit[f].certified_gap <= 0.1 * tolerance)) return false;
    return true;
}

/* theta -= (A + lambda)^-1 gradient, for the fits just certified. */
static void refine(ridge_t *ridge, const double *lambda, int64_t count, double *z)
{
    const llr_call_t *call = ridge->call;
    int64_t vectors = count * call->columns;
    llr_space_restrict(&call->space, call->certifier.gradient, vectors, ridge->correction);
    apply_q(ridge, true, ridge->correction, vectors);
    for (int64_t f = 0; f < count; f++)
        solve_shifted(ridge, lambda[f], ridge->correction + f * call->width);
    apply_q(ridge, false, ridge->correction, vectors);
    llr_axpy(vectors * ridge->size, -1, ridge->correction, z);
}

/* Certifies fits of one path, and refines them while that helps. */
static void finish(ridge_t *ridge, const llr_margin_t *margin, const double *lambda, int64_t count,
                   double *z, int64_t fit)
{
    llr_call_t *call = ridge->call;
    llr_solutions_t *out = call->solutions;
    double *theta = out->theta + fit * call->columns * call->space.dim;
    for (int pass = 0; pass <= REFINEMENTS; pass++) {
        llr_space_expand(&call->space, z, count * call->columns, theta);
        llr_certify(&call->certifier, margin, lambda, count, theta, out->b + fit * call->columns,
                    out->fit + fit);
        if (pass == REFINEMENTS || all_converged(out->fit + fit, count, call->options->tolerance))
            return;
        refine(ridge, lambda, count, z);
    }
}

static void solve_path(ridge_t *ridge, int64_t index, int64_t fit)
{
    llr_call_t *call = ridge->call;
    const llr_path_t *path = &call->path[index];
    llr_margin_t margin = llr_call_margin(call, index);
    double whole = whole_weight(ridge, path);
    make_matrix(ridge, path, whole);
    make_rhs(ridge, path, whole);
    llr_tridiagonalise(ridge->size, ridge->a, ridge->diagonal, ridge->off, ridge->tau, ridge->work,
                       ridge->work_size);
    apply_q(ridge, true, ridge->rhs, call->columns);
    for (int64_t l = 0; l < path->lambdas; l++) {
        memcpy(ridge->z + l * call->width, ridge->rhs, (size_t)call->width * sizeof(double));
        solve_shifted(ridge, path->lambda[l], ridge->z + l * call->width);
    }
    apply_q(ridge, false, ridge->z, path->lambdas * call->columns);
    set_df(ridge, path, call->solutions->fit + fit);
    for (int64_t l = 0; l < path->lambdas; l += LLR_CERTIFY_FITS) {
        int64_t left = path->lambdas - l;
        finish(ridge, &margin, path->lambda + l, left < LLR_CERTIFY_FITS ? left : LLR_CERTIFY_FITS,
               ridge->z + l * call->width, fit + l);
    }
}

llr_code_t llr_solve_ridge(llr_call_t *call)
{
    ridge_t ridge = {.call = call, .size = call->space.size};
    int64_t fit = 0;
    for (int64_t p = 0; p < call->paths; p++)
        if (call->path[p].lambdas > ridge.most) ridge.most = call->path[p].lambdas;
    LLR_TRY(take(&ridge, call->arena, call->error));
    make_grams(&ridge);
    for (int64_t p = 0; p < call->paths; p++) {
        if (llr_call_stops(call)) return LLR_STOPPED;
        solve_path(&ridge, p, fit);
        fit += call->path[p].lambdas;
    }
    return LLR_OK;
}
