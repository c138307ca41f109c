#include "model/solve_ridge_update.h"

#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "model/solve_ridge_base.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { SHARE = 8 }; /* at most size / SHARE other rows: a bound of the memory */

static int64_t round_up(int64_t rows)
{
    return (rows + LLR_ROWS_STEP - 1) / LLR_ROWS_STEP * LLR_ROWS_STEP;
}

bool llr_ridge_update_pays(const llr_call_t *call)
{
    int64_t rows = llr_ridge_other_rows(call->sample, llr_ridge_base(call->sample));
    double size = (double)call->space.size, wide = (double)round_up(rows);
    double fits = (double)call->solutions->fits, paths = (double)call->paths;
    if (rows * SHARE > call->space.size) return false;
    return fits * wide * (2 * size * wide + 4 * wide * wide + 128 * size) <
           (paths - 1) * size * size * size;
}

int64_t llr_ridge_update_bytes(int64_t size, int32_t columns, int64_t paths, int64_t fits)
{
    int64_t d = sizeof(double), rows = size / SHARE, wide = round_up(rows);
    if (paths == 1) return 0; /* has its own reduction */
    int64_t vectors = fits * columns > rows ? fits * columns : rows;
    return llr_arena_cost(size * size, d) + llr_arena_cost(llr_band_factors(size), d) +
           llr_arena_cost(size * LLR_BAND_WIDTH, d) + 3 * llr_arena_cost(size * wide, d) +
           3 * llr_arena_cost(wide * wide, d) + 4 * llr_arena_cost(wide, d) +
           (LLR_LANES + 1) * llr_arena_cost(columns * size, d) +
           llr_arena_cost(llr_band_work(size, vectors), d) +
           llr_arena_cost(llr_shifted_room(size), d) + llr_arena_cost(size * LLR_LANES, d);
}

static llr_code_t take(llr_ridge_update_t *update, llr_arena_t *arena, llr_error_t *error)
{
    int64_t size = update->size, wide = update->wide;
    int64_t vectors = update->call->solutions->fits * update->call->columns;
    LLR_TAKE(update->q, arena, size * size, error);
    LLR_TAKE(update->t, arena, llr_band_factors(size), error);
    LLR_TAKE(update->band, arena, size * LLR_BAND_WIDTH, error);
    LLR_TAKE(update->y, arena, size * wide, error);
    LLR_TAKE(update->half, arena, size * wide, error);
    LLR_TAKE(update->whole, arena, size * wide, error);
    LLR_TAKE(update->m, arena, wide * wide, error);
    LLR_TAKE(update->n, arena, wide * wide, error);
    LLR_TAKE(update->inverse, arena, wide * wide, error);
    LLR_TAKE(update->small, arena, wide, error);
    LLR_TAKE(update->root, arena, wide, error);
    LLR_TAKE(update->unit, arena, wide, error);
    LLR_TAKE(update->image, arena, wide, error);
    LLR_TAKE(update->rhs, arena, update->call->columns * size, error);
    for (int lane = 0; lane < LLR_LANES; lane++)
        LLR_TAKE(update->right[lane], arena, update->call->columns * size, error);
    LLR_TAKE(update->work, arena,
             llr_band_work(size, vectors > update->rows ? vectors : update->rows), error);
    update->shifted = (llr_shifted_t){.n = size, .band = update->band};
    LLR_TAKE(update->shifted.factor, arena, llr_shifted_room(size), error);
    LLR_TAKE(update->shifted.solution, arena, size * LLR_LANES, error);
    return LLR_OK;
}

/* Scatter of the base about its mean. */
static void make_scatter(llr_ridge_update_t *update)
{
    const llr_gram_t *gram = &update->call->gram;
    int64_t size = update->size;
    const double *matrix = gram->matrix + update->base * size * size;
    const double *sum = gram->sum + update->base * size;
    double count = (double)llr_ridge_rows(update->call->sample, update->base);
    for (int64_t i = 0; i < size; i++) {
        memcpy(update->q + i * size, matrix + i * size, (size_t)(i + 1) * sizeof(double));
        llr_axpy(i + 1, -sum[i] / count, sum, update->q + i * size);
    }
}

llr_code_t llr_ridge_update_create(llr_ridge_update_t *update, llr_call_t *call)
{
    int64_t size = call->space.size;
    *update =
        (llr_ridge_update_t){.call = call, .base = llr_ridge_base(call->sample), .size = size};
    update->rows = llr_ridge_other_rows(call->sample, update->base);
    update->wide = round_up(update->rows);
    LLR_TRY(take(update, call->arena, call->error));
    make_scatter(update);
    llr_band_reduce(size, update->q, update->t, update->band, update->work);
    llr_ridge_gather(call, update->base, update->half);
    llr_band_apply(size, update->q, update->t, true, update->half, update->rows, update->work);
    memset(update->y, 0, (size_t)(size * update->wide) * sizeof(double));
    for (int64_t i = 0; i < update->rows; i++)
        for (int64_t j = 0; j < size; j++)
            update->y[j * update->wide + i] = update->half[i * size + j];
    return LLR_OK;
}

/* D, u and tau of a weighting: D' D (1 - u u') are the weights about their mean, and (1 - tau u u')
 * squared is 1 - u u'. */
static void set_weights(llr_ridge_update_t *update, const double *weight)
{
    const llr_sample_t *sample = update->call->sample;
    double n = (double)sample->rows, whole = 0, square = 0;
    int64_t next = 0;
    memset(update->root, 0, (size_t)update->wide * sizeof(double));
    memset(update->unit, 0, (size_t)update->wide * sizeof(double));
    for (int32_t s = 0; s < sample->strata; s++)
        whole += weight[s] / n * (double)llr_ridge_rows(sample, s);
    for (int32_t s = 0; s < sample->strata; s++)
        for (int64_t i = 0; s != update->base && i < llr_ridge_rows(sample, s); i++, next++) {
            update->root[next] = sqrt(weight[s] / n);
            update->unit[next] = sqrt(weight[s] / n / whole);
            square += weight[s] / n / whole;
        }
    update->a_base = weight[update->base] / n;
    update->tau = square > 0 ? (1 - sqrt(fmax(1 - square, 0))) / square : 0;
}

/* x = S x, or S' x where transposed. */
static void apply_s(const llr_ridge_update_t *update, bool transposed, double *x)
{
    int64_t rows = update->rows;
    for (int64_t i = 0; transposed && i < rows; i++) x[i] *= update->root[i];
    llr_axpy(rows, -update->tau * llr_dot(rows, update->unit, x), update->unit, x);
    for (int64_t i = 0; !transposed && i < rows; i++) x[i] *= update->root[i];
}

/* Fills in the upper triangle of x, then x = S' x S. */
static void transform(const llr_ridge_update_t *update, double *x)
{
    int64_t wide = update->wide;
    for (int64_t i = 0; i < wide; i++)
        for (int64_t j = 0; j < i; j++) x[j * wide + i] = x[i * wide + j];
    for (int64_t i = 0; i < wide; i++) {
        double *row = x + i * wide;
        for (int64_t j = 0; j < wide; j++) row[j] *= update->root[i] * update->root[j];
        update->image[i] = llr_dot(wide, row, update->unit);
    }
    double form = llr_dot(wide, update->image, update->unit), tau = update->tau;
    for (int64_t i = 0; i < wide; i++) {
        double mine = tau * update->unit[i], other = tau * (form * mine - update->image[i]);
        for (int64_t j = 0; j < wide; j++)
            x[i * wide + j] += other * update->unit[j] - mine * update->image[j];
    }
}

/* inverse = m^-1 by its Cholesky factor, the lower triangle; m is destroyed. */
static bool invert_small(llr_ridge_update_t *update)
{
    int64_t wide = update->wide;
    if (llr_cholesky(wide, update->m) || llr_triangle_invert(wide, update->m)) return false;
    for (int64_t i = 0; i < wide; i++)
        memset(update->m + i * wide + i + 1, 0, (size_t)(wide - i - 1) * sizeof(double));
    llr_rows_square(wide, wide, update->m, update->inverse);
    return true;
}

/* tr m^-1 S' y (B + mu)^-2 y' S, n made of the rows' solutions. */
static double trace_of_change(llr_ridge_update_t *update)
{
    int64_t wide = update->wide;
    double trace = 0;
    llr_rows_square(update->size, wide, update->whole, update->n);
    transform(update, update->n);
    for (int64_t i = 0; i < wide; i++) {
        const double *left = update->inverse + i * wide, *right = update->n + i * wide;
        trace += 2 * llr_dot(i, left, right) + left[i] * right[i];
    }
    return trace;
}

/* The inverse of m = a_base + S' y (B + mu)^-1 y' S. Returns its trace with the rows' solutions,
 * NaN where m is not definite and 0 where df is not asked for. */
static double invert_change(llr_ridge_update_t *update, int lane)
{
    int64_t wide = update->wide;
    bool leaves_df = update->call->options->leaves_df;
    llr_shifted_rows(&update->shifted, lane, wide, update->y, update->half,
                     leaves_df ? NULL : update->whole);
    llr_rows_square(update->size, wide, update->half, update->m);
    transform(update, update->m);
    for (int64_t i = 0; i < wide; i++) update->m[i * wide + i] += update->a_base;
    if (!invert_small(update)) return NAN;
    return leaves_df ? 0 : trace_of_change(update);
}

/* x = y S m^-1 S' y' x */
static void make_change(llr_ridge_update_t *update, double *x)
{
    int64_t wide = update->wide, size = update->size;
    double *small = update->image, *solved = update->small;
    llr_gemm(false, false, 1, wide, size, 1, x, size, update->y, wide, 0, small, wide);
    apply_s(update, true, small);
    llr_symm(1, wide, small, update->inverse, solved);
    apply_s(update, false, solved);
    llr_gemm(false, true, 1, size, wide, 1, solved, wide, update->y, wide, 0, x, size);
}

static void load(llr_shifted_t *shifted, int64_t lane, const double *x)
{
    for (int64_t j = 0; j < shifted->n; j++) shifted->solution[j * LLR_LANES + lane] = x[j];
}

static void unload(const llr_shifted_t *shifted, int64_t lane, double *x)
{
    for (int64_t j = 0; j < shifted->n; j++) x[j] = shifted->solution[j * LLR_LANES + lane];
}

/* (B + mu)^-1 of a column for all lanes, from right, into right. */
static void solve_column(llr_ridge_update_t *update, int64_t count, int32_t k)
{
    llr_shifted_t *shifted = &update->shifted;
    int64_t first = k * update->size;
    for (int64_t lane = 0; lane < count; lane++) load(shifted, lane, update->right[lane] + first);
    llr_shifted_solve(shifted);
    for (int64_t lane = 0; lane < count; lane++) unload(shifted, lane, update->right[lane] + first);
}

static void solve_columns(llr_ridge_update_t *update, int64_t count)
{
    for (int32_t k = 0; k < update->call->columns; k++) solve_column(update, count, k);
}

/* x (columns x size) becomes what the other rows take off it, before (B + mu)^-1. */
static void change_columns(llr_ridge_update_t *update, double *x)
{
    for (int32_t k = 0; k < update->call->columns; k++) make_change(update, x + k * update->size);
}

/* Up to LLR_LANES fits: z = ((B + mu)^-1 rhs - (B + mu)^-1 change) / a_base. */
static bool solve_some(llr_ridge_update_t *update, const double *lambda, int64_t count, double *z,
                       llr_fit_t *fit)
{
    llr_shifted_t *shifted = &update->shifted;
    int64_t width = update->call->width;
    double shift[LLR_LANES], trace[LLR_LANES];
    for (int64_t lane = 0; lane < count; lane++) shift[lane] = lambda[lane] / update->a_base;
    llr_shifted_set(shifted, shift, count);
    llr_shifted_factor(shifted);
    if (!llr_shifted_definite(shifted)) return false;
    for (int64_t lane = 0; lane < count; lane++)
        memcpy(update->right[lane], update->rhs, (size_t)width * sizeof(double));
    solve_columns(update, count);
    for (int lane = 0; lane < count; lane++) {
        memcpy(z + lane * width, update->right[lane], (size_t)width * sizeof(double));
        fit[lane].df = invert_change(update, lane);
        if (!isfinite(fit[lane].df)) return false;
        change_columns(update, update->right[lane]);
    }
    solve_columns(update, count);
    for (int64_t lane = 0; lane < count; lane++)
        for (int64_t u = 0; u < width; u++)
            z[lane * width + u] = (z[lane * width + u] - update->right[lane][u]) / update->a_base;
    if (update->call->options->leaves_df) return true;
    llr_shifted_trace(shifted, trace);
    for (int64_t lane = 0; lane < count; lane++)
        fit[lane].df = trace[lane] + shifted->lambda[lane] * fit[lane].df;
    return true;
}

/* The condition of m is at most 1 + ||S' y||^2 / lambda. */
static bool is_safe(const llr_ridge_update_t *update, const llr_ridge_system_t *system,
                    const llr_path_t *path)
{
    double least = INFINITY;
    for (int64_t l = 0; l < path->lambdas; l++) least = fmin(least, path->lambda[l]);
    return update->a_base > 0 && DBL_EPSILON * system->square <= 1e-8 * least;
}

bool llr_ridge_update_solve(llr_ridge_update_t *update, const llr_ridge_system_t *system,
                            const llr_path_t *path, double *z, llr_fit_t *fit)
{
    int64_t width = update->call->width;
    set_weights(update, path->weight);
    if (!is_safe(update, system, path)) return false;
    memcpy(update->rhs, system->rhs, (size_t)width * sizeof(double));
    llr_band_apply(update->size, update->q, update->t, true, update->rhs, update->call->columns,
                   update->work);
    for (int64_t l = 0; l < path->lambdas; l += LLR_LANES) {
        int64_t some = path->lambdas - l < LLR_LANES ? path->lambdas - l : LLR_LANES;
        if (!solve_some(update, path->lambda + l, some, z + l * width, fit + l)) return false;
    }
    llr_band_apply(update->size, update->q, update->t, false, z,
                   path->lambdas * update->call->columns, update->work);
    return true;
}
