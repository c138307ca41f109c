#include "linalg/shifted_rows.h"

#include "linalg/cpu.h"

#include <math.h>
#include <string.h>

enum { B = LLR_BAND, W = LLR_BAND_WIDTH };

typedef struct rows {
    int64_t n, stride; /* stride: of a row, in numbers */
    const double
        *factor; /* of the lane: entry (j + i, j) at (j * W + i) * LLR_LANES: L, or 1 / D */
    const double *y;
    double *half, *whole; /* whole may be NULL */
} rows_t;

static inline double entry_of(const rows_t *rows, int64_t j, int64_t i)
{
    return rows->factor[(j * W + i) * LLR_LANES];
}

#define LLR_KERNELS "linalg/shifted_rows_kernels.h"
#include "linalg/each_cpu.h"

void llr_shifted_rows(const llr_shifted_t *shifted, int lane, int64_t wide, const double *y,
                      double *half, double *whole)
{
    rows_t rows = {shifted->n, wide, shifted->factor + lane, y, half, whole};
    LLR_CPU_CALL(solve_rows, &rows);
}

void llr_rows_square(int64_t n, int64_t wide, const double *x, double *c)
{
    enum { DEEP = 64 }; /* rows of x at once, which stay in the first cache */
    memset(c, 0, (size_t)(wide * wide) * sizeof *c);
    for (int64_t k = 0; k < n; k += DEEP)
        LLR_CPU_CALL(square, n - k < DEEP ? n - k : DEEP, wide, x + k * wide, c);
}
