#include "model/solve_ridge_conjugate.h"

#include "linalg/blas.h"
#include "linalg/shifted.h"
#include "model/solve_ridge_base.h"
#include "model/solve_ridge_change.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum {
    CELLS = 96, /* vectors that are solved together */
    MOST = 64,  /* steps */
};
static const double MOST_SPREAD = 1e4; /* of a weighting: a bound of the condition */

/* One column of a fit. */
typedef struct cell {
    int64_t path, fit; /* fit: in the batch */
    int64_t place;     /* in the batch: block and lane of its shift */
    int32_t column;
    double lambda;
    double slope; /* r' P^-1 r of the last step; 0 before the first */
} cell_t;

typedef struct conjugate {
    llr_call_t *call;
    llr_ridge_system_t *system;
    llr_call_t turned; /* the call with its sums in the basis Q */
    int32_t base;
    int64_t size;
    const double *centre; /* weights */
    double *q, *t, *band, *work;
    llr_ridge_change_t change;
    double *x, *r, *p, *pp, *product; /* cells x size: solution, residual, direction, P p, A p */
    double *solved;                   /* cells x size, by place */
    double *factor;                   /* of each block: B + lambda / t */
    llr_shifted_t shifted;
    cell_t cell[CELLS];                /* the active ones first, in the order of x, r, p, pp */
    llr_ridge_change_of_t of[CELLS];   /* of each cell; t = a / a_c */
    llr_ridge_fit_t fit[CELLS];        /* of the batch */
    double twice[CELLS];               /* 2 F of each so far */
    int64_t most, cells, active, fits; /* most: that the batch has room for */
} conjugate_t;

static int64_t smaller_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static bool pays(int64_t size, int64_t rows, int32_t columns, int32_t strata, int64_t paths,
                 int64_t fits)
{
    enum { STEPS = 8, SOLVE = 100 }; /* a vector; operations of a preconditioner's solve a column */
    double vectors = (double)(fits * columns), cube = pow((double)size, 3);
    double step = llr_ridge_change_flops(size, rows, strata) + SOLVE * (double)size;
    return columns <= CELLS && rows > 0 &&
           vectors * STEPS * step + llr_ridge_change_start_flops(size, rows, strata) <
               (double)(paths - 1) * 5 / 3 * cube;
}

bool llr_ridge_conjugate_pays(const llr_call_t *call)
{
    int64_t rows = llr_ridge_other_rows(call->sample, llr_ridge_base(call->sample));
    return call->options->leaves_df &&
           pays(call->space.size, rows, call->columns, call->sample->strata, call->paths,
                call->solutions->fits);
}

static int64_t work_size(int64_t size, int32_t strata)
{
    int64_t vectors = size > CELLS ? size : CELLS;
    return llr_band_work(size, vectors > strata ? vectors : strata);
}

/* Vectors of a batch, in whole blocks. */
static int64_t most_cells(int64_t vectors)
{
    return vectors < CELLS ? (vectors + LLR_LANES - 1) / LLR_LANES * LLR_LANES : CELLS;
}

int64_t llr_ridge_conjugate_bytes(int64_t size, int32_t columns, int32_t strata, int64_t paths,
                                  int64_t least, int64_t most)
{
    int64_t d = sizeof(double), cells = most_cells(most * columns);
    if (!pays(size, 1, columns, strata, paths, least)) return 0;
    return llr_arena_cost(size * size, d) + llr_arena_cost(llr_band_factors(size), d) +
           llr_arena_cost(size * LLR_BAND_WIDTH, d) + llr_arena_cost(work_size(size, strata), d) +
           llr_arena_cost(strata * size, d) + llr_ridge_change_bytes(size, strata, cells) +
           6 * llr_arena_cost(cells * size, d) +
           llr_arena_cost(cells / LLR_LANES * llr_shifted_room(size), d) +
           llr_arena_cost(size * LLR_LANES, d) + llr_arena_cost((int64_t)sizeof(conjugate_t), 1);
}

static llr_code_t take(conjugate_t *all, llr_arena_t *arena, llr_error_t *error)
{
    int64_t size = all->size, cells = all->most;
    LLR_TAKE(all->q, arena, size * size, error);
    LLR_TAKE(all->t, arena, llr_band_factors(size), error);
    LLR_TAKE(all->band, arena, size * LLR_BAND_WIDTH, error);
    LLR_TAKE(all->work, arena, work_size(size, all->call->gram.parts), error);
    LLR_TAKE(all->turned.gram.sum, arena, all->call->gram.parts * size, error);
    LLR_TAKE(all->x, arena, cells * size, error);
    LLR_TAKE(all->r, arena, cells * size, error);
    LLR_TAKE(all->p, arena, cells * size, error);
    LLR_TAKE(all->pp, arena, cells * size, error);
    LLR_TAKE(all->product, arena, cells * size, error);
    LLR_TAKE(all->solved, arena, cells * size, error);
    LLR_TAKE(all->factor, arena, cells / LLR_LANES * llr_shifted_room(size), error);
    all->shifted = (llr_shifted_t){.n = size, .band = all->band};
    LLR_TAKE(all->shifted.solution, arena, size * LLR_LANES, error);
    return llr_ridge_change_create(&all->change, all->call, all->base, cells);
}

/* The largest ratio of two strata's weights in a weighting over that in another. */
static double spread_of(const llr_sample_t *sample, const double *weight, const double *centre)
{
    double least = INFINITY, most = 0;
    for (int32_t s = 0; s < sample->strata; s++) {
        if (!llr_ridge_rows(sample, s) || (weight[s] == 0 && centre[s] == 0)) continue;
        double ratio = weight[s] / centre[s];
        least = fmin(least, ratio);
        most = fmax(most, ratio);
    }
    return most / least;
}

static bool is_near(const conjugate_t *all, int64_t path)
{
    const double *weight = all->call->path[path].weight;
    return weight[all->base] > 0 &&
           spread_of(all->call->sample, weight, all->centre) <= MOST_SPREAD;
}

/* The weighting from which the others are least apart. */
static const double *find_centre(const llr_call_t *call, int32_t base, const bool *solved)
{
    const double *centre = NULL;
    double least = INFINITY;
    for (int64_t c = 0; c < call->paths; c++) {
        double apart = solved[c] ? INFINITY : 0;
        for (int64_t p = 0; p < call->paths; p++)
            if (!solved[p])
                apart += log(fmin(
                    spread_of(call->sample, call->path[p].weight, call->path[c].weight), 1e300));
        if (!(apart < least) || !(call->path[c].weight[base] > 0)) continue;
        least = apart;
        centre = call->path[c].weight;
    }
    return centre;
}

/* Where it is plain to see that no eigenvalue of the rows' Gram matrix T counts as rounding, the
 * rank is the size: A_c is at most T times the largest weight of a row. What T may have lost, and
 * what A_c and B may, is asked for twice, as in llr_gram_rank. */
static void see_rank(conjugate_t *all)
{
    const llr_call_t *call = all->call;
    const llr_sample_t *sample = call->sample;
    double largest = 0, trace = 0;
    for (int32_t s = 0; s < sample->strata; s++) largest = fmax(largest, all->centre[s]);
    largest /= (double)sample->rows;
    for (int64_t j = 0; j < all->size; j++) trace += all->band[j * LLR_BAND_WIDTH];
    double noise = llr_gram_share(&call->space) * llr_gram_trace(&call->gram) * largest +
                   (double)all->size * DBL_EPSILON * trace;
    double shift = -4 * noise;
    llr_shifted_set(&all->shifted, &shift, 1);
    all->shifted.factor = all->factor;
    llr_shifted_factor(&all->shifted);
    if (all->shifted.definite[0]) call->solutions->rank = all->size;
}

/* The centre's reduction, and what the steps need in its basis. */
static void reduce(conjugate_t *all)
{
    llr_call_t *call = all->call;
    int64_t size = all->size, parts = call->gram.parts;
    llr_ridge_system_make(all->system, call, all->centre);
    for (int64_t i = 0; i < size; i++)
        memcpy(all->q + i * size, all->system->a + i * size, (size_t)(i + 1) * sizeof(double));
    llr_band_reduce(size, all->q, all->t, all->band, all->work);
    see_rank(all);
    llr_ridge_change_start(&all->change, all->centre, all->system->whole, all->q, all->t,
                           all->work);
    memcpy(all->turned.gram.sum, call->gram.sum, (size_t)(parts * size) * sizeof(double));
    llr_band_apply(size, all->q, all->t, true, all->turned.gram.sum, parts, all->work);
}

/* Adds a fit to the batch, whose vectors in the basis Q the system has. */
static void add_fit(conjugate_t *all, int64_t path, double lambda, int64_t index)
{
    int32_t columns = all->call->columns;
    int64_t size = all->size;
    const double *weight = all->call->path[path].weight;
    all->fit[all->fits] = (llr_ridge_fit_t){all->call->path + path, lambda, index};
    all->twice[all->fits] = all->system->spread;
    for (int32_t k = 0; k < columns; k++, all->cells++) {
        int64_t c = all->cells;
        all->cell[c] = (cell_t){path, all->fits, c, k, lambda, 0};
        all->of[c] = (llr_ridge_change_of_t){weight, weight[all->base] / all->centre[all->base],
                                             all->system->whole};
        memset(all->x + c * size, 0, (size_t)size * sizeof(double));
        memcpy(all->r + c * size, all->system->rhs + k * size, (size_t)size * sizeof(double));
    }
    all->fits++;
}

/* The factors of all shifts of the batch, before any cell is retired. Whether all are definite. */
static bool factor(conjugate_t *all)
{
    llr_shifted_t *shifted = &all->shifted;
    bool definite = true;
    for (int64_t first = 0; first < all->cells; first += LLR_LANES) {
        double shift[LLR_LANES];
        int64_t lanes = smaller_of(all->cells - first, LLR_LANES);
        for (int64_t lane = 0; lane < lanes; lane++)
            shift[lane] = all->cell[first + lane].lambda / all->of[first + lane].t;
        llr_shifted_set(shifted, shift, lanes);
        shifted->factor = all->factor + first / LLR_LANES * llr_shifted_room(all->size);
        llr_shifted_factor(shifted);
        definite = definite && llr_shifted_definite(shifted);
    }
    return definite;
}

/* The residuals of a block's active cells, by lane. Whether there are any. */
static bool load_block(conjugate_t *all, int64_t block)
{
    int64_t size = all->size;
    double *to = all->shifted.solution;
    bool found = false;
    memset(to, 0, (size_t)(size * LLR_LANES) * sizeof *to);
    for (int64_t c = 0; c < all->active; c++) {
        const double *r = all->r + c * size;
        double scale = 1 / all->of[c].t;
        if (all->cell[c].place / LLR_LANES != block) continue;
        found = true;
        for (int64_t j = 0; j < size; j++)
            to[j * LLR_LANES + all->cell[c].place % LLR_LANES] = scale * r[j];
    }
    return found;
}

/* product = P^-1 r of a block's active cells. */
static void precondition(conjugate_t *all, int64_t block)
{
    int64_t size = all->size;
    const double *from = all->shifted.solution;
    if (!load_block(all, block)) return;
    all->shifted.factor = all->factor + block * llr_shifted_room(size);
    all->shifted.lanes = (int)smaller_of(all->cells - block * LLR_LANES, LLR_LANES);
    llr_shifted_solve(&all->shifted);
    for (int64_t c = 0; c < all->active; c++) {
        double *z = all->product + c * size;
        if (all->cell[c].place / LLR_LANES != block) continue;
        for (int64_t j = 0; j < size; j++)
            z[j] = from[j * LLR_LANES + all->cell[c].place % LLR_LANES];
    }
}

/* p and P p, from P^-1 r in product. */
static void turn(conjugate_t *all, int64_t c)
{
    int64_t size = all->size;
    const double *r = all->r + c * size, *z = all->product + c * size;
    double *p = all->p + c * size, *pp = all->pp + c * size;
    double slope = llr_dot(size, r, z), before = all->cell[c].slope;
    double share = before > 0 ? slope / before : 0;
    for (int64_t j = 0; j < size; j++) {
        p[j] = z[j] + (before > 0 ? share * p[j] : 0);
        pp[j] = r[j] + (before > 0 ? share * pp[j] : 0);
    }
    all->cell[c].slope = slope;
}

/* product = (A + lambda) p of the active cells. */
static void multiply(conjugate_t *all)
{
    memcpy(all->product, all->pp, (size_t)(all->active * all->size) * sizeof(double));
    llr_ridge_change_multiply(&all->change, all->of, all->active, all->p, all->product);
}

static void advance(conjugate_t *all, int64_t c)
{
    int64_t size = all->size;
    const double *p = all->p + c * size, *product = all->product + c * size;
    double slope = all->cell[c].slope, step = slope / llr_dot(size, p, product);
    llr_axpy(size, step, p, all->x + c * size);
    llr_axpy(size, -step, product, all->r + c * size);
    all->twice[all->cell[c].fit] -= step * slope;
}

/* Whether the gap of a cell, ||r||^2 / (2 lambda), is its share of a twentieth of what is asked. */
static bool is_solved(const conjugate_t *all, int64_t c)
{
    const llr_call_t *call = all->call;
    double asked = 0.05 * call->options->tolerance * all->twice[all->cell[c].fit];
    const double *r = all->r + c * all->size;
    return llr_dot(all->size, r, r) <= all->cell[c].lambda * asked / call->columns;
}

/* The last of the active takes the place of a solved one. */
static void retire(conjugate_t *all, int64_t c)
{
    int64_t size = all->size, last = --all->active;
    size_t bytes = (size_t)size * sizeof(double);
    memcpy(all->solved + all->cell[c].place * size, all->x + c * size, bytes);
    if (c == last) return;
    memcpy(all->x + c * size, all->x + last * size, bytes);
    memcpy(all->r + c * size, all->r + last * size, bytes);
    memcpy(all->p + c * size, all->p + last * size, bytes);
    memcpy(all->pp + c * size, all->pp + last * size, bytes);
    all->cell[c] = all->cell[last];
    all->of[c] = all->of[last];
}

static void retire_solved(conjugate_t *all)
{
    for (int64_t c = all->active - 1; c >= 0; c--)
        if (is_solved(all, c)) retire(all, c);
}

static void step(conjugate_t *all)
{
    for (int64_t block = 0; block * LLR_LANES < all->cells; block++) precondition(all, block);
    for (int64_t c = 0; c < all->active; c++) turn(all, c);
    multiply(all);
    for (int64_t c = 0; c < all->active; c++) advance(all, c);
    retire_solved(all);
}

/* Of a space of the rows' span: maps the batch to theta, and certifies it from the rows. */
static void finish_by_rows(conjugate_t *all)
{
    llr_call_t *call = all->call;
    llr_margin_t margin[LLR_CERTIFY_FITS];
    const llr_margin_t *of[LLR_CERTIFY_FITS];
    double lambda[LLR_CERTIFY_FITS];
    int64_t columns = call->columns, count;
    for (int64_t f = 0; f < all->fits; f += count) {
        /* A run of neighbours in the solutions. */
        int64_t first = all->fit[f].index, most = smaller_of(all->fits - f, LLR_CERTIFY_FITS);
        for (count = 0; count < most && all->fit[f + count].index == first + count; count++) {
            margin[count] = llr_call_margin(call, all->fit[f + count].path - call->path);
            of[count] = &margin[count];
            lambda[count] = all->fit[f + count].lambda;
        }
        double *theta = call->solutions->theta + first * columns * call->space.dim;
        llr_space_expand(&call->space, all->solved + f * columns * all->size, count * columns,
                         theta);
        llr_certify_each(&call->certifier, of, lambda, count, theta,
                         call->solutions->b + first * columns, call->solutions->fit + first);
    }
}

static void finish_by_matrices(conjugate_t *all)
{
    const llr_call_t *call = all->call;
    for (int64_t f = 0; f < all->fits; f++)
        memcpy(call->solutions->theta + all->fit[f].index * call->width,
               all->solved + f * call->width, (size_t)call->width * sizeof(double));
    llr_ridge_certify_each(all->system, call, all->fit, all->fits, all->solved, all->product,
                           all->p);
}

static void solve_batch(conjugate_t *all, bool *solved)
{
    int64_t size = all->size;
    all->active = all->cells;
    bool definite = factor(all);
    retire_solved(all);
    for (int steps = 0; definite && all->active > 0 && steps < MOST; steps++) step(all);
    for (int64_t c = 0; c < all->active; c++) {
        solved[all->cell[c].path] = false;
        memset(all->solved + all->cell[c].place * size, 0, (size_t)size * sizeof(double));
    }
    llr_band_apply(size, all->q, all->t, false, all->solved, all->cells, all->work);
    if (all->call->space.q)
        finish_by_rows(all);
    else
        finish_by_matrices(all);
    all->cells = all->fits = 0;
}

static llr_code_t solve_all(conjugate_t *all, bool *solved)
{
    llr_call_t *call = all->call;
    int64_t index = 0;
    for (int64_t p = 0; p < call->paths; p++) {
        const llr_path_t *path = call->path + p;
        if (llr_call_stops(call)) return LLR_STOPPED;
        if (solved[p] || !is_near(all, p)) {
            index += path->lambdas;
            continue;
        }
        solved[p] = true;
        for (int64_t l = 0; l < path->lambdas; l++, index++) {
            llr_ridge_system_make_vectors(all->system, &all->turned, path->weight);
            add_fit(all, p, path->lambda[l], index);
            if (all->cells + call->columns > all->most) solve_batch(all, solved);
        }
    }
    if (all->cells > 0) solve_batch(all, solved);
    return LLR_OK;
}

llr_code_t llr_ridge_conjugate_solve(llr_call_t *call, llr_ridge_system_t *system, bool *solved)
{
    int64_t mark = llr_arena_mark(call->arena);
    int32_t base = llr_ridge_base(call->sample);
    const double *centre = find_centre(call, base, solved);
    conjugate_t *all;
    LLR_TAKE(all, call->arena, 1, call->error);
    *all = (conjugate_t){.call = call,
                         .system = system,
                         .turned = *call,
                         .base = base,
                         .size = call->space.size,
                         .centre = centre,
                         .most = most_cells(call->solutions->fits * call->columns)};
    LLR_TRY(take(all, call->arena, call->error));
    llr_code_t code = LLR_OK;
    if (centre) {
        reduce(all);
        code = solve_all(all, solved);
    }
    llr_arena_release(call->arena, mark);
    return code;
}
