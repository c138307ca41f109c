#include "model/scores.h"

#include "linalg/blas.h"
#include "linalg/tile.h"
#include "model/scores_basis.h"

#include <math.h>
#include <string.h>

/* Rounding of one operation in single and in double precision. */
#define SINGLE 0x1p-24
#define DOUBLE 0x1p-53
/* More than underflow can do to a score of order one, or to a norm. */
#define UNDERFLOW 1e-18
/* A fit whose offset may be off by more is left to double precision. */
#define LARGEST_FLOOR 1e30

/* A basis of so many fits costs as much as it spares on about 20 rows a fit. */
enum { ROWS_A_FIT = 16 };

/* What the scores are made from, while they are. */
typedef struct source {
    const llr_heads_t *heads;
    int64_t rows;
    const double *shift, *scale;
    double *measure; /* fits: what a fit's coefficients are divided by */
    double *length;  /* norms of the rounded directions or vectors */
    llr_scores_basis_t basis;
} source_t;

static int64_t width_of(int64_t fits)
{
    return llr_strips(fits) * LLR_STRIP;
}

/* Rows of the tile half a strip or more apart from a power of two, for the sake of the cache. */
static int64_t stride_of(int64_t dim)
{
    return (llr_strips(dim) + 1) * LLR_STRIP;
}

/* Coefficients ----------------------------------------------------------------------------- */

static double norm_of(const source_t *source, int64_t vector)
{
    int64_t dim = source->heads->dim;
    const double *theta = source->heads->theta + vector * dim;
    double sum = 0;
    for (int64_t j = 0; j < dim; j++) {
        double x = theta[j] / source->scale[j];
        sum += x * x;
    }
    return sqrt(sum);
}

/* The greatest norm of each fit's columns (NaN where one is), or 1 where all are zero. */
static void measure_fits(source_t *source)
{
    int32_t columns = source->heads->columns;
    for (int64_t f = 0; f < source->heads->fits; f++) {
        double most = 0;
        for (int32_t k = 0; k < columns; k++) {
            double norm = norm_of(source, f * columns + k);
            if (most == most && !(norm <= most)) most = norm;
        }
        source->measure[f] = most == 0 ? 1 : most;
    }
}

static bool is_sound(double measure)
{
    return measure > 1e-150 && measure < 1e150;
}

/* A column's vectors in the basis; zero for fits that are left to double precision. */
static void fill_vectors(source_t *source, int32_t k)
{
    const llr_heads_t *heads = source->heads;
    for (int64_t f = 0; f < heads->fits; f++) {
        const double *theta = heads->theta + (f * heads->columns + k) * heads->dim;
        double *vector = source->basis.vector + f * heads->dim;
        bool sound = is_sound(source->measure[f]);
        for (int64_t j = 0; j < heads->dim; j++)
            vector[j] = sound ? theta[j] / source->scale[j] / source->measure[f] : 0;
    }
}

/* Storing ---------------------------------------------------------------------------------- */

/* Where element (i, j) stands in strips of rows. */
static int64_t packed(int64_t i, int64_t j, int64_t depth)
{
    return (i / LLR_STRIP * depth + j) * LLR_STRIP + i % LLR_STRIP;
}

/* x (count rows, stride apart, of width columns) stored as strips of rows, strips x depth x
 * LLR_STRIP, depth >= width, zeros elsewhere; then x as it was rounded. The two are apart because
 * GCC 12 takes a vector of doubles to float and back for itself. */
static void pack(double *x, int64_t count, int64_t stride, int64_t width, int64_t depth, float *out)
{
    memset(out, 0, (size_t)(width_of(count) * depth) * sizeof *out);
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < width; j++) out[packed(i, j, depth)] = (float)x[i * stride + j];
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < width; j++) x[i * stride + j] = (double)out[packed(i, j, depth)];
}

static double euclidean(const double *x, int64_t count)
{
    return sqrt(llr_dot(count, x, x));
}

/* The vectors by way of a basis; vector becomes what rounded basis and mixture leave over. */
static void store_mixed(source_t *source, llr_score_column_t *column)
{
    llr_scores_basis_t *basis = &source->basis;
    int64_t dim = basis->dim, used = basis->used;
    column->depth = width_of(used);
    pack(basis->direction, used, dim, dim, dim, column->basis);
    pack(basis->mix, basis->vectors, basis->most, used, column->depth, column->mixture);
    llr_gemm(false, false, basis->vectors, dim, used, -1, basis->mix, basis->most, basis->direction,
             dim, 1, basis->vector, dim);
    for (int64_t q = 0; q < used; q++)
        source->length[q] = euclidean(basis->direction + q * dim, dim);
}

/* The vectors as they are; what rounding leaves over is at most SINGLE of each. */
static void store_plain(source_t *source, llr_score_column_t *column)
{
    llr_scores_basis_t *basis = &source->basis;
    column->depth = 0;
    pack(basis->vector, basis->vectors, basis->dim, basis->dim, basis->dim, column->basis);
}

/* Bounds ----------------------------------------------------------------------------------- */

/* Of one score, by |z|: what basis and mixture leave over, their products, the two operations of
 * standardising, and the sum in double precision. Vectors have norm 1 at most. */
static double slope_of(const source_t *source, const llr_score_column_t *column, int64_t fit)
{
    const llr_scores_basis_t *basis = &source->basis;
    double dim = (double)basis->dim, left = SINGLE, spread = 1;
    double chain = (double)llr_tile_chain(basis->dim);
    if (column->depth) {
        left = euclidean(basis->vector + fit * basis->dim, basis->dim);
        chain += (double)llr_tile_chain(column->depth);
        spread = 0;
        for (int64_t q = 0; q < basis->used; q++)
            spread += fabs(basis->mix[fit * basis->most + q]) * source->length[q];
    }
    return left + SINGLE * (3 + (chain + 2) * spread) + DOUBLE * (dim + 4);
}

/* The part of a score that is the same for all rows; returns its bound, with that of the sum in
 * double precision. */
static double set_offset(const source_t *source, int32_t k, int64_t fit, float *offset)
{
    const llr_heads_t *heads = source->heads;
    int64_t vector = fit * heads->columns + k;
    const double *theta = heads->theta + vector * heads->dim;
    double sum = heads->b[vector], size = fabs(sum), measure = source->measure[fit];
    for (int64_t j = 0; j < heads->dim; j++) {
        sum += theta[j] * source->shift[j];
        size += fabs(theta[j] * source->shift[j]);
    }
    sum /= measure;
    *offset = (float)sum;
    return fabs(sum - (double)*offset) + 2 * SINGLE * fabs(sum) +
           2 * DOUBLE * (double)(heads->dim + 4) * size / measure;
}

/* The slack is for products of roundings, here, in the bound itself and in a difference. */
static void set_bounds(llr_scores_t *scores, const source_t *source, int32_t k)
{
    double slack = 1.01 + SINGLE * (double)scores->dim;
    for (int64_t f = 0; f < source->heads->fits; f++) {
        int64_t at = k * scores->width + f;
        double floor = set_offset(source, k, f, &scores->offset[at]) * slack + UNDERFLOW;
        double slope = slope_of(source, &scores->column[k], f) * slack;
        bool sound = is_sound(source->measure[f]) && floor < LARGEST_FLOOR;
        scores->slope[at] = sound ? (float)slope : INFINITY;
        scores->floor[at] = (float)floor;
    }
}

/* Making ----------------------------------------------------------------------------------- */

static void make_column(llr_scores_t *scores, source_t *source, int32_t k)
{
    llr_score_column_t *column = &scores->column[k];
    fill_vectors(source, k);
    bool pays = source->rows >= ROWS_A_FIT * source->heads->fits;
    if (pays && llr_scores_basis_find(&source->basis))
        store_mixed(source, column);
    else
        store_plain(source, column);
    set_bounds(scores, source, k);
}

static llr_code_t take_arrays(llr_scores_t *scores, int64_t fits, llr_arena_t *arena,
                              llr_error_t *error)
{
    int64_t width = scores->width, most = llr_scores_basis_most(fits, scores->dim);
    LLR_TAKE(scores->column, arena, scores->columns, error);
    for (int32_t k = 0; k < scores->columns; k++) {
        LLR_TAKE(scores->column[k].basis, arena, width * scores->dim, error);
        LLR_TAKE(scores->column[k].mixture, arena, width * most, error);
    }
    LLR_TAKE(scores->offset, arena, scores->columns * width, error);
    LLR_TAKE(scores->slope, arena, scores->columns * width, error);
    LLR_TAKE(scores->floor, arena, scores->columns * width, error);
    LLR_TAKE(scores->z, arena, LLR_TILE_ROWS * scores->stride, error);
    LLR_TAKE(scores->y, arena, LLR_TILE_ROWS * most, error);
    LLR_TAKE(scores->score, arena, LLR_TILE_ROWS * scores->columns * width, error);
    memset(scores->slope, 0, (size_t)(scores->columns * width) * sizeof *scores->slope);
    memset(scores->floor, 0, (size_t)(scores->columns * width) * sizeof *scores->floor);
    memset(scores->z, 0, (size_t)(LLR_TILE_ROWS * scores->stride) * sizeof *scores->z);
    /* Where no fit is, a margin that is never in doubt. */
    for (int32_t k = 0; k < scores->columns; k++)
        for (int64_t f = fits; f < width; f++) scores->offset[k * width + f] = (float)(k + 1);
    return LLR_OK;
}

int64_t llr_scores_bytes(int64_t fits, int32_t columns, int64_t dim)
{
    int64_t width = width_of(fits), most = llr_scores_basis_most(fits, dim), f = sizeof(float);
    return llr_arena_cost(columns, sizeof(llr_score_column_t)) +
           columns * (llr_arena_cost(width * dim, f) + llr_arena_cost(width * most, f)) +
           3 * llr_arena_cost(columns * width, f) +
           llr_arena_cost(LLR_TILE_ROWS * stride_of(dim), f) +
           llr_arena_cost(LLR_TILE_ROWS * most, f) +
           llr_arena_cost(LLR_TILE_ROWS * columns * width, f) +
           2 * llr_arena_cost(fits, sizeof(double)) + llr_scores_basis_bytes(fits, dim);
}

llr_code_t llr_scores_create(llr_scores_t *scores, const llr_heads_t *heads, int64_t rows,
                             const double *shift, const double *scale, llr_arena_t *arena,
                             llr_error_t *error)
{
    source_t source = {.heads = heads, .rows = rows, .shift = shift, .scale = scale};
    *scores = (llr_scores_t){.dim = heads->dim,
                             .width = width_of(heads->fits),
                             .columns = heads->columns,
                             .stride = stride_of(heads->dim)};
    LLR_TRY(take_arrays(scores, heads->fits, arena, error));
    int64_t mark = llr_arena_mark(arena);
    LLR_TAKE(source.measure, arena, heads->fits, error);
    LLR_TAKE(source.length, arena, heads->fits, error);
    LLR_TRY(llr_scores_basis_create(&source.basis, heads->fits, heads->dim, arena, error));
    measure_fits(&source);
    for (int32_t k = 0; k < heads->columns; k++) make_column(scores, &source, k);
    llr_arena_release(arena, mark);
    return LLR_OK;
}

/* Using ------------------------------------------------------------------------------------ */

void llr_scores_multiply(llr_scores_t *scores)
{
    int64_t strips = scores->width / LLR_STRIP, all = scores->columns * scores->width;
    for (int32_t k = 0; k < scores->columns; k++) {
        const llr_score_column_t *column = &scores->column[k];
        float *score = scores->score + k * scores->width;
        if (!column->depth) {
            llr_tile_product(scores->dim, strips, scores->z, scores->stride, column->basis, score,
                             all);
            continue;
        }
        llr_tile_product(scores->dim, column->depth / LLR_STRIP, scores->z, scores->stride,
                         column->basis, scores->y, column->depth);
        llr_tile_product(column->depth, strips, scores->y, column->depth, column->mixture, score,
                         all);
    }
}

/* Above this the squares of a row, or its scores, might overflow. */
static float norm_from(float squares)
{
    return squares < 1e36f ? sqrtf(squares) : INFINITY;
}

bool llr_scores_decide(const llr_scores_t *scores, int64_t i, int32_t label, float squares,
                       int32_t *const *hits, int slots, int32_t *doubt)
{
    const float *score = scores->score + i * scores->columns * scores->width;
    return llr_tile_decide(scores->width, scores->columns, label, score, scores->offset,
                           norm_from(squares), scores->slope, scores->floor, hits, slots, doubt);
}

bool llr_scores_beaten(const llr_scores_t *scores, int64_t i, int64_t fit, int32_t label, int32_t k,
                       float squares)
{
    const float *score = scores->score + i * scores->columns * scores->width;
    int64_t own = label * scores->width + fit, other = k * scores->width + fit;
    float margin = (score[own] + scores->offset[own]) - (score[other] + scores->offset[other]);
    float norm = norm_from(squares);
    return margin > (norm * scores->slope[own] + scores->floor[own]) +
                        (norm * scores->slope[other] + scores->floor[other]);
}
