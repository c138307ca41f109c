/* Square loss. Per weighting one reduction to a band, A = Q B Q', then every lambda is a banded
 * solve: theta = Q (B + lambda)^-1 Q' rhs. Weightings whose df is not asked for share more: Krylov
 * spaces (solve_ridge_krylov.h), and one reduction that preconditions all
 * (solve_ridge_conjugate.h). Where all strata but one are small, one reduction also gives every df
 * (solve_ridge_update.h). What does not come to half the tolerance that way, or without refinement,
 * is done again. */
#include "linalg/blas.h"
#include "linalg/shifted.h"
#include "model/solve_ridge_conjugate.h"
#include "model/solve_ridge_krylov.h"
#include "model/solve_ridge_update.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { REFINEMENTS = 4 };

typedef struct ridge {
    llr_call_t *call;
    llr_ridge_system_t system;
    bool *is_solved;    /* paths: with others, in their places already */
    int64_t size, most; /* columns of the space; most lambdas of a path */
    double *q, *t, *band;
    double *rhs; /* columns x size, in the basis Q */
    double *z;   /* (most * columns) x size */
    double *correction, *value, *work;
    double *b; /* LLR_CERTIFY_FITS x columns */
    llr_shifted_t shifted;
    bool updates; /* solves by update first */
    llr_ridge_update_t update;
    bool steps; /* solves by Lanczos' reductions first */
    llr_ridge_krylov_t krylov;
} ridge_t;

static int64_t larger_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t work_size(int64_t size, int64_t vectors)
{
    return larger_of(llr_band_work(size, vectors), size * (LLR_BAND_WIDTH + 2));
}

/* Of one weighting at a time. */
static int64_t own_bytes(int64_t size, int32_t columns, int64_t fits)
{
    int64_t d = sizeof(double), corrected = larger_of(fits, LLR_CERTIFY_FITS) * columns;
    return llr_arena_cost(size * size, d) + llr_arena_cost(llr_band_factors(size), d) +
           llr_arena_cost(size * LLR_BAND_WIDTH, d) + llr_arena_cost(columns * size, d) +
           llr_arena_cost(fits * columns * size, d) + llr_arena_cost(corrected * size, d) +
           llr_arena_cost(LLR_CERTIFY_FITS * columns, d) + llr_arena_cost(size, d) +
           llr_arena_cost(work_size(size, corrected), d) +
           llr_arena_cost(llr_shifted_room(size), d) + llr_arena_cost(size * LLR_LANES, d);
}

int64_t llr_ridge_bytes(const llr_solve_shape_t *shape)
{
    int64_t size = shape->rows < shape->dim ? shape->rows : shape->dim;
    int64_t paths = shape->paths, fits = shape->fits, least = shape->zero ? 1 : paths;
    int32_t columns = llr_columns(shape->classes), strata = shape->strata;
    int64_t shared = 0, each = llr_ridge_update_bytes(size, columns, paths, fits);
    if (shape->leaves_df)
        shared = llr_ridge_conjugate_bytes(size, columns, strata, paths, shape->zero ? paths : fits,
                                           fits);
    if (shape->leaves_df && shape->rows >= shape->dim) {
        shared = larger_of(shared,
                           llr_ridge_krylov_bytes(size, columns, strata, least, paths, fits, true));
        each = larger_of(each,
                         llr_ridge_krylov_bytes(size, columns, strata, least, paths, fits, false));
    }
    return llr_ridge_system_bytes(size, columns) + llr_arena_cost(paths, sizeof(bool)) +
           larger_of(shared, own_bytes(size, columns, fits) + each);
}

static llr_code_t take(ridge_t *ridge, llr_arena_t *arena, llr_error_t *error)
{
    int64_t size = ridge->size, columns = ridge->call->columns;
    int64_t corrected = larger_of(ridge->most, LLR_CERTIFY_FITS) * columns;
    LLR_TAKE(ridge->q, arena, size * size, error);
    LLR_TAKE(ridge->t, arena, llr_band_factors(size), error);
    LLR_TAKE(ridge->band, arena, size * LLR_BAND_WIDTH, error);
    LLR_TAKE(ridge->rhs, arena, columns * size, error);
    LLR_TAKE(ridge->z, arena, ridge->most * columns * size, error);
    LLR_TAKE(ridge->correction, arena, corrected * size, error);
    LLR_TAKE(ridge->b, arena, LLR_CERTIFY_FITS * columns, error);
    LLR_TAKE(ridge->value, arena, size, error);
    LLR_TAKE(ridge->work, arena, work_size(size, corrected), error);
    ridge->shifted = (llr_shifted_t){.n = size, .band = ridge->band};
    LLR_TAKE(ridge->shifted.factor, arena, llr_shifted_room(size), error);
    LLR_TAKE(ridge->shifted.solution, arena, size * LLR_LANES, error);
    return LLR_OK;
}

static void apply_q(ridge_t *ridge, bool transposed, double *b, int64_t vectors)
{
    llr_band_apply(ridge->size, ridge->q, ridge->t, transposed, b, vectors, ridge->work);
}

/* Factors B + lambda. Where rounding has made that indefinite, a larger lambda serves: refinement
 * makes up for it. */
static void factor(ridge_t *ridge, const double *lambda, int64_t count)
{
    llr_shifted_t *shifted = &ridge->shifted;
    llr_shifted_set(shifted, lambda, count);
    llr_shifted_factor(shifted);
    for (int attempt = 0; attempt < 60 && !llr_shifted_definite(shifted); attempt++) {
        for (int lane = 0; lane < shifted->lanes; lane++)
            if (!shifted->definite[lane])
                shifted->lambda[lane] = 2 * shifted->lambda[lane] + DBL_MIN;
        llr_shifted_factor(shifted);
    }
}

/* Column k of b (count fits x columns x size) becomes (B + lambda)^-1 b. */
static void solve_column(ridge_t *ridge, int64_t count, int32_t k, double *b)
{
    llr_shifted_t *shifted = &ridge->shifted;
    int64_t size = ridge->size, width = ridge->call->width;
    for (int64_t lane = 0; lane < count; lane++) {
        const double *from = b + lane * width + k * size;
        for (int64_t j = 0; j < size; j++) shifted->solution[j * LLR_LANES + lane] = from[j];
    }
    llr_shifted_solve(shifted);
    for (int64_t lane = 0; lane < count; lane++)
        for (int64_t j = 0; j < size; j++)
            b[lane * width + k * size + j] = shifted->solution[j * LLR_LANES + lane];
}

static double df_of_eigenvalues(int64_t size, const double *value, double lambda)
{
    double df = 0;
    for (int64_t j = 0; j < size; j++)
        if (value[j] > 0) df += value[j] / (value[j] + lambda);
    return df;
}

/* Of fits whose matrices are factored. A lambda that rounding may hide needs the eigenvalues, of
 * which those below zero are taken out. */
static void set_df(ridge_t *ridge, const double *lambda, int64_t count, llr_fit_t *fit)
{
    double trace[LLR_LANES], noise = 0;
    int64_t size = ridge->size;
    bool found = false;
    for (int64_t j = 0; j < size; j++) noise += ridge->band[j * LLR_BAND_WIDTH];
    noise *= (double)size * DBL_EPSILON;
    llr_shifted_trace(&ridge->shifted, trace);
    for (int64_t f = 0; f < count; f++) {
        fit[f].df = trace[f];
        if (lambda[f] > noise) continue;
        if (!found && llr_band_eigenvalues(size, ridge->band, ridge->value, ridge->work))
            memset(ridge->value, 0xff, (size_t)size * sizeof(double)); /* NaN */
        found = true;
        fit[f].df = df_of_eigenvalues(size, ridge->value, lambda[f]);
    }
}

/* b becomes (B + lambda)^-1 b for count fits, and their df is set where fit is given. */
static void solve_shifted(ridge_t *ridge, const double *lambda, int64_t count, double *b,
                          llr_fit_t *fit)
{
    for (int64_t l = 0; l < count; l += LLR_LANES) {
        int64_t some = count - l < LLR_LANES ? count - l : LLR_LANES;
        factor(ridge, lambda + l, some);
        for (int32_t k = 0; k < ridge->call->columns; k++)
            solve_column(ridge, some, k, b + l * ridge->call->width);
        if (fit) set_df(ridge, lambda + l, some, fit + l);
    }
}

/* z -= (A + lambda)^-1 correction. */
static void correct(ridge_t *ridge, const double *lambda, int64_t count, double *z)
{
    int64_t vectors = count * ridge->call->columns;
    apply_q(ridge, true, ridge->correction, vectors);
    solve_shifted(ridge, lambda, count, ridge->correction, NULL);
    apply_q(ridge, false, ridge->correction, vectors);
    llr_axpy(vectors * ridge->size, -1, ridge->correction, z);
}

/* Whether a fit came so far that it needs no refinement. */
static bool is_done(const ridge_t *ridge, const llr_fit_t *fit)
{
    return fit->certified_gap <= 0.5 * ridge->call->options->tolerance;
}

static bool all_done(const ridge_t *ridge, const llr_fit_t *fit, int64_t count)
{
    for (int64_t f = 0; f < count; f++)
        if (!is_done(ridge, fit + f)) return false;
    return true;
}

/* Certifies fits of one path from the rows, and refines them while that helps. */
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
        if (pass == REFINEMENTS || all_done(ridge, out->fit + fit, count)) return;
        llr_space_restrict(&call->space, call->certifier.gradient, count * call->columns,
                           ridge->correction);
        correct(ridge, lambda, count, z);
    }
}

/* Puts the fits of a path into their places, certified from its system where that is the rows' own.
 */
static void place(ridge_t *ridge, const llr_path_t *path, int64_t fit)
{
    llr_call_t *call = ridge->call;
    llr_solutions_t *out = call->solutions;
    double *theta = out->theta + fit * call->columns * call->space.dim;
    for (int64_t l = 0; l < path->lambdas; l++) out->fit[fit + l].certified_gap = INFINITY;
    llr_space_expand(&call->space, ridge->z, path->lambdas * call->columns, theta);
    if (call->space.q) return;
    llr_ridge_system_certify(&ridge->system, call, path->lambda, path->lambdas, ridge->z,
                             ridge->correction, out->b + fit * call->columns, out->fit + fit);
}

/* What is left to be done from the rows, in runs. */
static void finish_rest(ridge_t *ridge, const llr_path_t *path, const llr_margin_t *margin,
                        int64_t fit)
{
    const llr_fit_t *of = ridge->call->solutions->fit + fit;
    for (int64_t l = 0, count; l < path->lambdas; l += count) {
        bool done = is_done(ridge, of + l);
        for (count = 1; count < LLR_CERTIFY_FITS && l + count < path->lambdas; count++)
            if (is_done(ridge, of + l + count) != done) break;
        if (!done)
            finish(ridge, margin, path->lambda + l, count, ridge->z + l * ridge->call->width,
                   fit + l);
    }
}

/* By a reduction of this weighting's own. */
static void solve_directly(ridge_t *ridge, const llr_path_t *path, llr_fit_t *fit)
{
    llr_call_t *call = ridge->call;
    int64_t size = ridge->size;
    for (int64_t i = 0; i < size; i++)
        memcpy(ridge->q + i * size, ridge->system.a + i * size, (size_t)(i + 1) * sizeof(double));
    llr_band_reduce(size, ridge->q, ridge->t, ridge->band, ridge->work);
    memcpy(ridge->rhs, ridge->system.rhs, (size_t)call->width * sizeof(double));
    apply_q(ridge, true, ridge->rhs, call->columns);
    for (int64_t l = 0; l < path->lambdas; l++)
        memcpy(ridge->z + l * call->width, ridge->rhs, (size_t)call->width * sizeof(double));
    solve_shifted(ridge, path->lambda, path->lambdas, ridge->z,
                  call->options->leaves_df ? NULL : fit);
    apply_q(ridge, false, ridge->z, path->lambdas * call->columns);
}

/* Fits from Lanczos' reduction. Where it is given up for one weighting, it is not tried for those
 * after it. */
static bool solve_by_steps(ridge_t *ridge, int64_t index, int64_t fit)
{
    llr_call_t *call = ridge->call;
    size_t bytes = (size_t)(call->path[index].lambdas * call->width) * sizeof(double);
    if (!ridge->steps) return false;
    llr_ridge_krylov_solve(&ridge->krylov, &ridge->system, index, fit);
    ridge->steps = llr_ridge_krylov_solved(&ridge->krylov, index);
    memcpy(ridge->z, call->solutions->theta + fit * call->width, bytes);
    return ridge->steps;
}

/* Of a path that was not solved with others: puts its fits into their places. */
static void solve_path(ridge_t *ridge, int64_t index, int64_t fit)
{
    llr_call_t *call = ridge->call;
    const llr_path_t *path = &call->path[index];
    llr_fit_t *about = call->solutions->fit + fit;
    if (ridge->is_solved[index]) return;
    llr_ridge_system_make(&ridge->system, call, path->weight);
    bool found = solve_by_steps(ridge, index, fit) ||
                 (ridge->updates &&
                  llr_ridge_update_solve(&ridge->update, &ridge->system, path, ridge->z, about));
    if (!found) solve_directly(ridge, path, about);
    place(ridge, path, fit);
}

/* By its own reduction, with refinement, if it was not done otherwise. */
static void refine_path(ridge_t *ridge, int64_t index, int64_t fit)
{
    llr_call_t *call = ridge->call;
    const llr_path_t *path = &call->path[index];
    llr_fit_t *about = call->solutions->fit + fit;
    llr_margin_t margin = llr_call_margin(call, index);
    if (all_done(ridge, about, path->lambdas)) return;
    llr_ridge_system_make(&ridge->system, call, path->weight);
    solve_directly(ridge, path, about);
    finish_rest(ridge, path, &margin, fit);
}

/* Does so with every path, by its index and that of its first fit. */
static llr_code_t each_path(ridge_t *ridge, void (*solve)(ridge_t *, int64_t, int64_t))
{
    const llr_call_t *call = ridge->call;
    int64_t fit = 0;
    for (int64_t p = 0; p < call->paths; p++) {
        if (llr_call_stops(call)) return LLR_STOPPED;
        solve(ridge, p, fit);
        fit += call->path[p].lambdas;
    }
    return LLR_OK;
}

/* Fits of any paths, certified together from the rows: products with few vectors take as long as
 * with many. Neighbours, or else of a space that is the rows' own. */
typedef struct lot {
    int64_t count, index[LLR_CERTIFY_FITS];
    llr_margin_t margin[LLR_CERTIFY_FITS];
    double lambda[LLR_CERTIFY_FITS];
} lot_t;

static bool are_neighbours(const lot_t *lot)
{
    return lot->index[lot->count - 1] - lot->index[0] == lot->count - 1;
}

/* Coefficients of the lot, and its intercepts and fits, side by side. */
static const double *collect(ridge_t *ridge, const lot_t *lot, llr_fit_t *fit)
{
    const llr_call_t *call = ridge->call;
    const llr_solutions_t *out = call->solutions;
    int64_t columns = call->columns, width = columns * call->space.dim;
    bool neighbours = are_neighbours(lot);
    for (int64_t f = 0; f < lot->count; f++) {
        int64_t at = lot->index[f];
        fit[f] = out->fit[at];
        memcpy(ridge->b + f * columns, out->b + at * columns, (size_t)columns * sizeof(double));
        if (!neighbours)
            memcpy(ridge->correction + f * width, out->theta + at * width,
                   (size_t)width * sizeof(double));
    }
    return neighbours ? out->theta + lot->index[0] * width : ridge->correction;
}

static void certify_lot(ridge_t *ridge, lot_t *lot)
{
    llr_call_t *call = ridge->call;
    llr_solutions_t *out = call->solutions;
    const llr_margin_t *of[LLR_CERTIFY_FITS];
    llr_fit_t fit[LLR_CERTIFY_FITS];
    int64_t columns = call->columns;
    if (!lot->count) return;
    const double *theta = collect(ridge, lot, fit);
    for (int64_t f = 0; f < lot->count; f++) of[f] = &lot->margin[f];
    llr_certify_each(&call->certifier, of, lot->lambda, lot->count, theta, ridge->b, fit);
    for (int64_t f = 0; f < lot->count; f++) {
        out->fit[lot->index[f]] = fit[f];
        memcpy(out->b + lot->index[f] * columns, ridge->b + f * columns,
               (size_t)columns * sizeof(double));
    }
    lot->count = 0;
}

static bool takes(const ridge_t *ridge, const lot_t *lot, int64_t fit)
{
    if (!lot->count) return true;
    if (lot->count == LLR_CERTIFY_FITS) return false;
    return !ridge->call->space.q || lot->index[lot->count - 1] == fit - 1;
}

/* All fits that stand in their places and are not done yet. */
static void certify_rest(ridge_t *ridge)
{
    const llr_call_t *call = ridge->call;
    lot_t lot = {.count = 0};
    int64_t fit = 0;
    for (int64_t p = 0; p < call->paths; p++)
        for (int64_t l = 0; l < call->path[p].lambdas; l++, fit++) {
            if (is_done(ridge, call->solutions->fit + fit)) continue;
            if (!takes(ridge, &lot, fit)) certify_lot(ridge, &lot);
            lot.index[lot.count] = fit;
            lot.margin[lot.count] = llr_call_margin(call, p);
            lot.lambda[lot.count++] = call->path[p].lambda[l];
        }
    certify_lot(ridge, &lot);
}

/* Solves what paths can share, and tells of which it did. Where rows are many, Krylov spaces may
 * take least, and it shows soon whether they do; conjugate gradients take what they leave. */
static llr_code_t solve_shared(ridge_t *ridge)
{
    enum { MANY = 8 }; /* rows a column */
    llr_call_t *call = ridge->call;
    bool conjugates = llr_ridge_conjugate_pays(call);
    bool many = call->sample->rows >= MANY * call->sample->dim;
    bool shares = llr_ridge_krylov_pays(call) && llr_ridge_krylov_shares(call);
    memset(ridge->is_solved, 0, (size_t)call->paths * sizeof(bool));
    if (shares && (many || !conjugates))
        LLR_TRY(llr_ridge_krylov_solve_all(call, &ridge->system, ridge->most, conjugates,
                                           ridge->is_solved));
    if (conjugates) LLR_TRY(llr_ridge_conjugate_solve(call, &ridge->system, ridge->is_solved));
    ridge->updates = !conjugates && !shares && llr_ridge_update_pays(call);
    ridge->steps = !shares && !conjugates && !ridge->updates && llr_ridge_krylov_pays(call);
    return LLR_OK;
}

llr_code_t llr_solve_ridge(llr_call_t *call)
{
    ridge_t ridge = {.call = call, .size = call->space.size};
    for (int64_t p = 0; p < call->paths; p++)
        if (call->path[p].lambdas > ridge.most) ridge.most = call->path[p].lambdas;
    LLR_TRY(llr_ridge_system_create(&ridge.system, call));
    LLR_TAKE(ridge.is_solved, call->arena, call->paths, call->error);
    LLR_TRY(solve_shared(&ridge));
    LLR_TRY(take(&ridge, call->arena, call->error));
    if (ridge.steps) LLR_TRY(llr_ridge_krylov_create(&ridge.krylov, call, ridge.most));
    if (ridge.updates) LLR_TRY(llr_ridge_update_create(&ridge.update, call));
    LLR_TRY(each_path(&ridge, solve_path));
    certify_rest(&ridge);
    return each_path(&ridge, refine_path);
}
