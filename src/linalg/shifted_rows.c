#include "linalg/shifted_rows.h"

#include "linalg/cpu.h"

#include <math.h>

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
    for (int64_t j = n - 1; j >= 0; j--) {
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
                       .whole = (lanes_t *)(whole + first)};
        solve_rows_any(&rows);
    }
}
