#include "linalg/band_product.h"

#include "linalg/cpu.h"

#include <string.h>

enum { TILE = LLR_BAND_TILE };

int64_t llr_band_rows(int64_t n)
{
    return (n + TILE - 1) / TILE * TILE;
}

#define LLR_KERNELS "linalg/band_product_kernels.h"
#include "linalg/each_cpu.h"

/* A tile below the diagonal stands for two. */
static void add_both(const double *tile, int64_t stride, int64_t row, int64_t column, int lanes,
                     const double *v, double *w)
{
    LLR_CPU_CALL(tile, tile, stride, 1, lanes, v + column * LLR_BAND, w + row * LLR_BAND);
    LLR_CPU_CALL(tile, tile, 1, stride, lanes, v + row * LLR_BAND, w + column * LLR_BAND);
}

/* A tile of rows and columns of a in full: zeros below the matrix. */
static void copy_tile(int64_t n, const double *a, int64_t lda, int64_t row, int64_t column,
                      double *tile)
{
    int64_t rows = n - row < TILE ? n - row : TILE;
    for (int64_t i = 0; i < rows; i++)
        memcpy(tile + i * TILE, a + (row + i) * lda + column, TILE * sizeof *tile);
    memset(tile + rows * TILE, 0, (size_t)((TILE - rows) * TILE) * sizeof *tile);
}

/* A tile on the diagonal in full. */
static void mirror_tile(int64_t n, const double *a, int64_t lda, int64_t row, double *tile)
{
    int64_t rows = n - row < TILE ? n - row : TILE;
    memset(tile, 0, TILE * TILE * sizeof *tile);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t k = 0; k <= i; k++)
            tile[i * TILE + k] = tile[k * TILE + i] = a[(row + i) * lda + row + k];
}

void llr_band_product(int64_t n, const double *a, int64_t lda, int lanes, const double *v,
                      double *w)
{
    double copy[TILE * TILE];
    memset(w, 0, (size_t)(llr_band_rows(n) * LLR_BAND) * sizeof *w);
    for (int64_t row = 0; row < n; row += TILE) {
        for (int64_t column = 0; column < row; column += TILE) {
            const double *tile = a + row * lda + column;
            bool whole = row + TILE <= n;
            if (!whole) copy_tile(n, a, lda, row, column, copy);
            add_both(whole ? tile : copy, whole ? lda : TILE, row, column, lanes, v, w);
        }
        mirror_tile(n, a, lda, row, copy);
        LLR_CPU_CALL(tile, copy, TILE, 1, lanes, v + row * LLR_BAND, w + row * LLR_BAND);
    }
}
