#include "work/count.h"

#include "linalg/blas.h"
#include "linalg/tile.h"
#include "model/metrics.h"
#include "model/solve.h"

#include <math.h>
#include <string.h>

/* Evaluation rows that standardising looks at. */
enum { LOOK_ROWS = 256 };
/* With more fits in doubt than one in so many, a tile is all done in double precision. */
enum { DOUBTFUL_SHARE = 4 };

/* Standardising ---------------------------------------------------------------------------- */

/* The i-th of LOOK_ROWS rows spread over both lists, as doubles. */
static void look(const llr_dataset_t *dataset, int64_t i, double *x)
{
    int64_t first = dataset->eval[0].rows, rows = first + dataset->eval[1].rows;
    int64_t at = rows * i / LOOK_ROWS;
    llr_dataset_eval_rows(dataset, at < first ? LLR_SPLIT_VALIDATION : LLR_SPLIT_TEST,
                          at < first ? at : at - first, 1, x);
}

/* Means into shift, deviations into scale. x: scratch, columns. */
static void find_moments(llr_count_t *count, double *x)
{
    int64_t columns = count->heads.dim;
    memset(count->shift, 0, (size_t)columns * sizeof *count->shift);
    memset(count->scale, 0, (size_t)columns * sizeof *count->scale);
    for (int64_t i = 0; i < LOOK_ROWS; i++) {
        look(count->dataset, i, x);
        for (int64_t j = 0; j < columns; j++) count->shift[j] += x[j] / LOOK_ROWS;
    }
    for (int64_t i = 0; i < LOOK_ROWS; i++) {
        look(count->dataset, i, x);
        for (int64_t j = 0; j < columns; j++) {
            double off = x[j] - count->shift[j];
            count->scale[j] += off * off / LOOK_ROWS;
        }
    }
    for (int64_t j = 0; j < columns; j++) count->scale[j] = sqrt(count->scale[j]);
}

/* A deviation that is no rounding of a constant column. */
static bool varies(double deviation, double shift)
{
    return deviation > 1e-12 * fabs(shift);
}

/* Deviations to their inverses; columns that seem constant are given the least one of the others.
 * Single precision must be able to hold it. */
static void invert(const double *shift, double *scale, int64_t columns)
{
    double least = INFINITY;
    for (int64_t j = 0; j < columns; j++)
        if (varies(scale[j], shift[j]) && scale[j] < least) least = scale[j];
    for (int64_t j = 0; j < columns; j++) {
        double deviation = varies(scale[j], shift[j]) ? scale[j] : least;
        scale[j] = deviation > 1e-30 && deviation < 1e30 ? 1 / deviation : 1;
    }
}

/* Any numbers will do for the bounds; these make them tight. Rows in single precision are
 * standardised by numbers in single precision. */
static void choose_standard(llr_count_t *count)
{
    int64_t columns = count->heads.dim;
    find_moments(count, count->x);
    invert(count->shift, count->scale, columns);
    for (int64_t j = 0; j < columns; j++) {
        count->shift_single[j] = (float)count->shift[j];
        count->scale_single[j] = (float)count->scale[j];
    }
    if (llr_dataset_eval_type(count->dataset) == LLR_FLOAT64) return;
    for (int64_t j = 0; j < columns; j++) {
        count->shift[j] = (double)count->shift_single[j];
        count->scale[j] = (double)count->scale_single[j];
    }
}

static float standardise(llr_count_t *count, const void *row, float *z)
{
    int64_t columns = count->heads.dim;
    return llr_dataset_eval_type(count->dataset) == LLR_FLOAT32
               ? llr_tile_standardise_float(columns, row, count->shift_single, count->scale_single,
                                            z)
               : llr_tile_standardise_double(columns, row, count->shift, count->scale, z);
}

/* Creating --------------------------------------------------------------------------------- */

llr_code_t llr_count_create(llr_count_t *count, const llr_dataset_t *dataset,
                            const llr_heads_t *heads, llr_arena_t *arena, llr_error_t *error)
{
    *count = (llr_count_t){.dataset = dataset, .heads = *heads};
    int64_t columns = heads->dim, width = llr_strips(heads->fits) * LLR_STRIP;
    LLR_TAKE(count->shift, arena, columns, error);
    LLR_TAKE(count->scale, arena, columns, error);
    LLR_TAKE(count->shift_single, arena, columns, error);
    LLR_TAKE(count->scale_single, arena, columns, error);
    LLR_TAKE(count->hits, arena, llr_shape_slots(dataset->facts.shape) * width, error);
    LLR_TAKE(count->doubt, arena, LLR_TILE_ROWS * width, error);
    LLR_TAKE(count->x, arena, LLR_TILE_ROWS * columns, error);
    LLR_TAKE(count->score, arena, LLR_TILE_ROWS * heads->fits * heads->columns, error);
    choose_standard(count);
    int64_t rows = dataset->eval[0].rows + dataset->eval[1].rows;
    return llr_scores_create(&count->scores, heads, rows, count->shift, count->scale, arena, error);
}

int64_t llr_count_bytes(const llr_facts_t *facts, int64_t fits)
{
    int64_t columns = facts->columns, width = llr_strips(fits) * LLR_STRIP;
    int32_t scores = llr_columns(facts->shape.classes);
    return 2 * llr_arena_cost(columns, sizeof(double)) +
           2 * llr_arena_cost(columns, sizeof(float)) +
           llr_arena_cost(llr_shape_slots(facts->shape) * width, sizeof(int32_t)) +
           llr_arena_cost(LLR_TILE_ROWS * width, sizeof(int32_t)) +
           llr_arena_cost(LLR_TILE_ROWS * columns, sizeof(double)) +
           llr_arena_cost(LLR_TILE_ROWS * fits * scores, sizeof(double)) +
           llr_scores_bytes(fits, scores, columns);
}

/* Counting --------------------------------------------------------------------------------- */

void llr_count_tile_double(llr_count_t *count, llr_split_t split, int64_t first, int64_t rows,
                           int64_t *correct)
{
    const llr_heads_t *heads = &count->heads;
    const llr_eval_t *eval = &count->dataset->eval[split];
    int64_t vectors = heads->fits * heads->columns;
    llr_dataset_eval_rows(count->dataset, split, first, rows, count->x);
    llr_gemm(false, true, rows, vectors, heads->dim, 1, count->x, heads->dim, heads->theta,
             heads->dim, 0, count->score, vectors);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t v = 0; v < vectors; v++) count->score[i * vectors + v] += heads->b[v];
    llr_count_correct(count->score, rows, heads->fits, heads->columns, eval->label + first,
                      eval->group ? eval->group + first : NULL, count->dataset->facts.shape,
                      correct);
}

/* Hits into hits, doubts into doubt; returns the number of the latter. */
static int64_t decide_tile(llr_count_t *count, llr_split_t split, int64_t first, int64_t rows)
{
    const llr_eval_t *eval = &count->dataset->eval[split];
    llr_shape_t shape = count->dataset->facts.shape;
    int64_t width = count->scores.width, slot[LLR_ROW_SLOTS], doubts = 0;
    int32_t *hits[LLR_ROW_SLOTS];
    memset(count->hits, 0, (size_t)(llr_shape_slots(shape) * width) * sizeof *count->hits);
    for (int64_t i = 0; i < rows; i++) {
        int32_t label = eval->label[first + i], *doubt = count->doubt + i * width;
        int slots = llr_row_slots(shape, label, eval->group ? eval->group[first + i] : 0, slot);
        for (int s = 0; s < slots; s++) hits[s] = count->hits + slot[s] * width;
        count->doubtful[i] =
            llr_scores_decide(&count->scores, i, label, count->squares[i], hits, slots, doubt);
        if (count->doubtful[i])
            for (int64_t f = 0; f < count->heads.fits; f++) doubts -= doubt[f];
    }
    return doubts;
}

static void add_hits(const llr_count_t *count, int64_t *correct)
{
    int64_t slots = llr_shape_slots(count->dataset->facts.shape);
    for (int64_t s = 0; s < slots; s++)
        for (int64_t f = 0; f < count->heads.fits; f++)
            correct[f * slots + s] += count->hits[s * count->scores.width + f];
}

/* Is the fit right on row i of the tile, whose features are x, in double precision? Columns that
 * are proven to lose need no score. */
static bool hits_double(const llr_count_t *count, int64_t i, int64_t fit, int32_t label)
{
    const llr_heads_t *heads = &count->heads;
    for (int32_t k = 0; k < heads->columns; k++) {
        int64_t vector = fit * heads->columns + k;
        bool loses = heads->columns > 1 && k != label &&
                     llr_scores_beaten(&count->scores, i, fit, label, k, count->squares[i]);
        count->score[k] = loses
                              ? -INFINITY
                              : llr_dot(heads->dim, count->x, heads->theta + vector * heads->dim) +
                                    heads->b[vector];
    }
    return llr_predict(count->score, heads->columns) == label;
}

static void settle_row(llr_count_t *count, llr_split_t split, int64_t first, int64_t i,
                       int64_t *correct)
{
    const llr_eval_t *eval = &count->dataset->eval[split];
    llr_shape_t shape = count->dataset->facts.shape;
    const int32_t *doubt = count->doubt + i * count->scores.width;
    int32_t label = eval->label[first + i];
    int64_t slot[LLR_ROW_SLOTS], all = llr_shape_slots(shape);
    int slots = llr_row_slots(shape, label, eval->group ? eval->group[first + i] : 0, slot);
    llr_dataset_eval_rows(count->dataset, split, first + i, 1, count->x);
    for (int64_t f = 0; f < count->heads.fits; f++)
        if (doubt[f] && hits_double(count, i, f, label))
            for (int s = 0; s < slots; s++) correct[f * all + slot[s]]++;
}

/* Rows lie anywhere: the next but one is fetched while this one is standardised. */
static void fetch(const llr_count_t *count, llr_split_t split, int64_t index)
{
    if (index >= count->dataset->eval[split].rows) return;
    const char *row = llr_dataset_eval_row(count->dataset, split, index);
    int64_t bytes = count->heads.dim * llr_dtype_size(llr_dataset_eval_type(count->dataset));
    for (int64_t at = 0; at < bytes; at += 64) __builtin_prefetch(row + at);
}

void llr_count_tile(llr_count_t *count, llr_split_t split, int64_t first, int64_t rows,
                    int64_t *correct)
{
    for (int64_t i = 0; i < rows; i++) {
        const void *row = llr_dataset_eval_row(count->dataset, split, first + i);
        fetch(count, split, first + i + 2);
        count->squares[i] = standardise(count, row, count->scores.z + i * count->scores.stride);
    }
    llr_scores_multiply(&count->scores);
    int64_t doubts = decide_tile(count, split, first, rows);
    if (doubts > rows * count->heads.fits / DOUBTFUL_SHARE) {
        llr_count_tile_double(count, split, first, rows, correct);
        return;
    }
    add_hits(count, correct);
    for (int64_t i = 0; i < rows; i++)
        if (count->doubtful[i]) settle_row(count, split, first, i, correct);
}
