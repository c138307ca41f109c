#include "model/solve_ridge_change.h"

#include "linalg/band.h"
#include "linalg/blas.h"
#include "model/solve_ridge_base.h"

#include <string.h>

static bool goes_by_rows(int64_t size, int64_t rows, int32_t strata)
{
    return rows <= size && 2 * rows <= (strata - 1) * size;
}

double llr_ridge_change_flops(int64_t size, int64_t rows, int32_t strata)
{
    double columns = (double)size;
    return goes_by_rows(size, rows, strata) ? 4 * (double)rows * columns
                                            : 2 * (strata - 1) * columns * columns;
}

double llr_ridge_change_start_flops(int64_t size, int64_t rows, int32_t strata)
{
    double square = 2 * (double)size * (double)size;
    return goes_by_rows(size, rows, strata) ? (double)rows * square
                                            : 2 * (strata - 1) * square * (double)size;
}

int64_t llr_ridge_change_bytes(int64_t size, int32_t strata, int64_t vectors)
{
    int64_t d = sizeof(double);
    return llr_arena_cost((strata - 1) * size * size, d) + llr_arena_cost(size * size, d) +
           llr_arena_cost(strata * size, d) + llr_arena_cost(vectors * size, d);
}

llr_code_t llr_ridge_change_create(llr_ridge_change_t *change, const llr_call_t *call, int32_t base,
                                   int64_t vectors)
{
    int64_t size = call->space.size, rows = llr_ridge_other_rows(call->sample, base);
    int32_t strata = call->sample->strata;
    *change = (llr_ridge_change_t){.call = call,
                                   .base = base,
                                   .by_rows = goes_by_rows(size, rows, strata),
                                   .size = size,
                                   .rows = rows};
    LLR_TAKE(change->y, call->arena, (change->by_rows ? rows : (strata - 1) * size) * size,
             call->error);
    if (!change->by_rows) LLR_TAKE(change->room, call->arena, size * size, call->error);
    LLR_TAKE(change->sum, call->arena, strata * size, call->error);
    LLR_TAKE(change->image, call->arena, vectors * (change->by_rows ? rows : size), call->error);
    return LLR_OK;
}

static int64_t rows_of(const llr_ridge_change_t *change, int32_t stratum)
{
    return stratum == change->base ? 0 : llr_ridge_rows(change->call->sample, stratum);
}

/* Matrices ----------------------------------------------------------------------------------- */

static void transpose(int64_t n, double *a)
{
    enum { TILE = 16 };
    for (int64_t row = 0; row < n; row += TILE)
        for (int64_t column = 0; column <= row; column += TILE)
            for (int64_t i = row; i < row + TILE && i < n; i++)
                for (int64_t j = column; j < column + TILE && j < i; j++) {
                    double other = a[i * n + j];
                    a[i * n + j] = a[j * n + i];
                    a[j * n + i] = other;
                }
}

/* m = the base's mean. */
static void find_mean(const llr_ridge_change_t *change, double *m)
{
    const double *sum = change->call->gram.sum + change->base * change->size;
    memset(m, 0, (size_t)change->size * sizeof *m);
    llr_axpy(change->size, 1 / (double)llr_ridge_rows(change->call->sample, change->base), sum, m);
}

/* The sum of y over a stratum. */
static void shift_sum(const llr_ridge_change_t *change, int32_t stratum, const double *m,
                      double *sum)
{
    memcpy(sum, change->call->gram.sum + stratum * change->size,
           (size_t)change->size * sizeof *sum);
    llr_axpy(change->size, -(double)rows_of(change, stratum), m, sum);
}

/* y'y of a stratum in full, from its Gram matrix. */
static void shift_matrix(const llr_ridge_change_t *change, int32_t stratum, const double *m,
                         const double *sum, double *matrix)
{
    const llr_gram_t *gram = &change->call->gram;
    int64_t size = change->size;
    const double *all = gram->sum + stratum * size;
    for (int64_t i = 0; i < size; i++) {
        double *row = matrix + i * size;
        memcpy(row, gram->matrix + (stratum * size + i) * size, (size_t)(i + 1) * sizeof *row);
        llr_axpy(i + 1, -all[i], m, row);
        llr_axpy(i + 1, -m[i], sum, row);
        for (int64_t j = 0; j < i; j++) matrix[j * size + i] = row[j];
    }
}

static void turn_matrix(const llr_ridge_change_t *change, const double *q, const double *t,
                        double *matrix, double *work)
{
    llr_band_apply(change->size, q, t, true, matrix, change->size, work);
    transpose(change->size, matrix);
    llr_band_apply(change->size, q, t, true, matrix, change->size, work);
}

/* y'y in the basis, the lower triangle, from the rows of a stratum. */
static void square_rows(const llr_ridge_change_t *change, int32_t stratum, const double *m,
                        const double *q, const double *t, double *matrix, double *work)
{
    int64_t size = change->size, rows = rows_of(change, stratum);
    if (rows == 0) {
        memset(matrix, 0, (size_t)(size * size) * sizeof *matrix);
        return;
    }
    const int64_t *start = change->call->sample->stratum_start + stratum;
    memcpy(change->room, change->call->space.z + start[0] * size,
           (size_t)(rows * size) * sizeof(double));
    for (int64_t i = 0; i < rows; i++) llr_axpy(size, -1, m, change->room + i * size);
    llr_band_apply(size, q, t, true, change->room, rows, work);
    llr_syrk(rows, size, 1, change->room, size, 0, matrix);
}

/* What is done on both sides of a matrix takes less with the rows, where they are fewer. */
static void start_matrix(const llr_ridge_change_t *change, int32_t stratum, const double *q,
                         const double *t, double *matrix, double *work)
{
    double *m = change->image, *sum = change->sum + stratum * change->size;
    find_mean(change, m);
    shift_sum(change, stratum, m, sum);
    if (rows_of(change, stratum) > change->size) {
        shift_matrix(change, stratum, m, sum, matrix);
        turn_matrix(change, q, t, matrix, work);
    } else
        square_rows(change, stratum, m, q, t, matrix, work);
    llr_band_apply(change->size, q, t, true, sum, 1, work);
}

static void start_matrices(llr_ridge_change_t *change, const double *q, const double *t,
                           double *work)
{
    double *matrix = change->y;
    for (int32_t s = 0; s < change->call->sample->strata; s++) {
        if (s == change->base) continue;
        start_matrix(change, s, q, t, matrix, work);
        matrix += change->size * change->size;
    }
}

/* product += sum over strata of (v - t v_c) y'y x */
static void add_matrices(llr_ridge_change_t *change, const llr_ridge_change_of_t *of,
                         int64_t vectors, const double *x, double *product)
{
    int64_t size = change->size;
    const double *matrix = change->y;
    double n = (double)change->call->sample->rows;
    for (int32_t s = 0; s < change->call->sample->strata; s++) {
        if (s == change->base) continue;
        llr_symm(vectors, size, x, matrix, change->image);
        for (int64_t v = 0; v < vectors; v++)
            llr_axpy(size, (of[v].weight[s] - of[v].t * change->centre[s]) / n,
                     change->image + v * size, product + v * size);
        matrix += size * size;
    }
}

/* product += y' (t v_c v_c' / whole_c - v v' / whole) y x */
static void add_means(llr_ridge_change_t *change, const llr_ridge_change_of_t *of, const double *x,
                      double *product)
{
    int64_t size = change->size;
    int32_t strata = change->call->sample->strata;
    double n = (double)change->call->sample->rows, here = 0, there = 0;
    for (int32_t s = 0; s < strata; s++) {
        if (s == change->base) continue;
        double along = llr_dot(size, change->sum + s * size, x);
        here += of->weight[s] / n * along / of->whole;
        there += change->centre[s] / n * along * of->t / change->centre_whole;
    }
    for (int32_t s = 0; s < strata; s++)
        if (s != change->base)
            llr_axpy(size, (there * change->centre[s] - here * of->weight[s]) / n,
                     change->sum + s * size, product);
}

/* Rows --------------------------------------------------------------------------------------- */

/* u = (G - t G_c) u */
static void weigh(const llr_ridge_change_t *change, const llr_ridge_change_of_t *of, double *u)
{
    int32_t strata = change->call->sample->strata;
    double n = (double)change->call->sample->rows, here = 0, there = 0, *next = u;
    for (int32_t s = 0; s < strata; s++) {
        double sum = 0;
        for (int64_t i = 0; i < rows_of(change, s); i++) sum += *next++;
        here += of->weight[s] / n * sum / of->whole;
        there += change->centre[s] / n * sum * of->t / change->centre_whole;
    }
    for (int32_t s = 0; s < strata; s++) {
        double scale = (of->weight[s] - of->t * change->centre[s]) / n;
        double shift = (there * change->centre[s] - here * of->weight[s]) / n;
        int64_t rows = rows_of(change, s);
        for (int64_t i = 0; i < rows; i++) u[i] = scale * u[i] + shift;
        u += rows;
    }
}

static void add_rows(llr_ridge_change_t *change, const llr_ridge_change_of_t *of, int64_t vectors,
                     const double *x, double *product)
{
    int64_t size = change->size, rows = change->rows;
    llr_gemm(false, true, vectors, rows, size, 1, x, size, change->y, size, 0, change->image, rows);
    for (int64_t v = 0; v < vectors; v++) weigh(change, of + v, change->image + v * rows);
    llr_gemm(false, false, vectors, size, rows, 1, change->image, rows, change->y, size, 1, product,
             size);
}

/* Either ------------------------------------------------------------------------------------- */

void llr_ridge_change_start(llr_ridge_change_t *change, const double *centre, double whole,
                            const double *q, const double *t, double *work)
{
    change->centre = centre;
    change->centre_whole = whole;
    if (!change->by_rows) {
        start_matrices(change, q, t, work);
        return;
    }
    llr_ridge_gather(change->call, change->base, change->y);
    llr_band_apply(change->size, q, t, true, change->y, change->rows, work);
}

void llr_ridge_change_multiply(llr_ridge_change_t *change, const llr_ridge_change_of_t *of,
                               int64_t vectors, const double *x, double *product)
{
    if (change->by_rows) {
        add_rows(change, of, vectors, x, product);
        return;
    }
    add_matrices(change, of, vectors, x, product);
    for (int64_t v = 0; v < vectors; v++)
        add_means(change, of + v, x + v * change->size, product + v * change->size);
}
