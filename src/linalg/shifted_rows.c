#include "linalg/shifted_rows.h"

#include "linalg/cpu.h"

#include <math.h>
#include <string.h>

enum { B = LLR_BAND, W = LLR_BAND_WIDTH, LANES = 8, STEP = LLR_ROWS_STEP / LANES };

typedef double lanes_t __attribute__((vector_size(LANES * sizeof(double))));

typedef struct rows {
    int64_t n, stride;    /* stride: of a row, in vectors */
    const double *factor; /* of the lane: entry (j + i, j) of L at (j * W + i) * LLR_LANES */
    const lanes_t *y;
    lanes_t *half, *whole;
} rows_t;

static inline double entry_of(const rows_t *rows, int64_t j, int64_t i)
{
    return rows->factor[(j * W + i) * LLR_LANES];
}

/* half = L^-1 y, then whole = L^-T D^-1 half, then half = D^-1/2 half; STEP vectors a row. */
LLR_CPU_BODY solve_rows_body(const rows_t *rows)
{
    int64_t n = rows->n, stride = rows->stride;
    for (int64_t j = 0; j < n; j++) {
        lanes_t sum[STEP];
        for (int s = 0; s < STEP; s++) sum[s] = rows->y[j * stride + s];
        for (int64_t k = j > B ? j - B : 0; k < j; k++)
            for (int s = 0; s < STEP; s++)
                sum[s] -= entry_of(rows, k, j - k) * rows->half[k * stride + s];
        for (int s = 0; s < STEP; s++) rows->half[j * stride + s] = sum[s];
    }
    for (int64_t j = 0; !rows->whole && j < n; j++) {
        double root = sqrt(1 / entry_of(rows, j, 0));
        for (int s = 0; s < STEP; s++) rows->half[j * stride + s] *= root;
    }
    for (int64_t j = n - 1; rows->whole && j >= 0; j--) {
        lanes_t sum[STEP];
        double inverse = 1 / entry_of(rows, j, 0), root = sqrt(inverse);
        for (int s = 0; s < STEP; s++) {
            sum[s] = inverse * rows->half[j * stride + s];
            rows->half[j * stride + s] *= root;
        }
        for (int64_t k = j + 1; k < n && k <= j + B; k++)
            for (int s = 0; s < STEP; s++)
                sum[s] -= entry_of(rows, j, k - j) * rows->whole[k * stride + s];
        for (int s = 0; s < STEP; s++) rows->whole[j * stride + s] = sum[s];
    }
}

LLR_CPU_COPIES(solve_rows, (const rows_t *rows), (rows))

void llr_shifted_rows(const llr_shifted_t *shifted, int lane, int64_t wide, const double *y,
                      double *half, double *whole)
{
    for (int64_t first = 0; first < wide; first += LLR_ROWS_STEP) {
        rows_t rows = {.n = shifted->n,
                       .stride = wide / LANES,
                       .factor = shifted->factor + lane,
                       .y = (const lanes_t *)(y + first),
                       .half = (lanes_t *)(half + first),
                       .whole = whole ? (lanes_t *)(whole + first) : NULL};
        solve_rows_here(&rows);
    }
}

enum {
    TALL = 8,
    BROAD = 2,
    DEEP = 64
}; /* of a tile of c, in rows and vectors; rows of x at once */

/* Adds depth rows of x to the tile of c whose first entry is (row, column). */
LLR_CPU_BODY square_body(int64_t depth, int64_t wide, const double *x, int64_t row, int64_t column,
                         double *c)
{
    lanes_t sum[TALL][BROAD];
#pragma GCC unroll 8
    for (int r = 0; r < TALL; r++) {
        const lanes_t *from = (const lanes_t *)(c + (row + r) * wide + column);
        sum[r][0] = from[0];
        sum[r][1] = from[1];
    }
    for (int64_t k = 0; k < depth; k++) {
        const double *left = x + k * wide + row;
        const lanes_t *right = (const lanes_t *)(x + k * wide + column);
        lanes_t first = right[0], second = right[1];
#pragma GCC unroll 8
        for (int r = 0; r < TALL; r++) {
            sum[r][0] += left[r] * first;
            sum[r][1] += left[r] * second;
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < TALL; r++) {
        lanes_t *to = (lanes_t *)(c + (row + r) * wide + column);
        to[0] = sum[r][0];
        to[1] = sum[r][1];
    }
}

LLR_CPU_COPIES(square,
               (int64_t depth, int64_t wide, const double *x, int64_t row, int64_t column,
                double *c),
               (depth, wide, x, row, column, c))

void llr_rows_square(int64_t n, int64_t wide, const double *x, double *c)
{
    memset(c, 0, (size_t)(wide * wide) * sizeof *c);
    for (int64_t k = 0; k < n; k += DEEP)
        for (int64_t row = 0; row < wide; row += TALL)
            for (int64_t column = 0; column < row + TALL; column += BROAD * LANES)
                square_here(n - k < DEEP ? n - k : DEEP, wide, x + k * wide, row, column, c);
}
