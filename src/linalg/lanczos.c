#include "linalg/lanczos.h"

#include "linalg/band_product.h"
#include "linalg/cpu.h"

#include <math.h>
#include <string.h>

enum { B = LLR_BAND, ROWS = 6 };

_Static_assert(LLR_BAND_TILE % ROWS == 0 && ROWS % 2 == 0, "a block is whole parts of rows");

#define LLR_KERNELS "linalg/lanczos_kernels.h"
#include "linalg/each_cpu.h"

typedef struct row {
    _Alignas(64) double lane[B];
} row_t;

int64_t llr_lanczos_block(int64_t n)
{
    return llr_band_rows(n) * B;
}

/* Normalises block v, whose norms become next. */
static void normalise(int64_t rows, double *v, double *next)
{
    row_t square, inverse;
    LLR_CPU_CALL(dot, rows, v, v, square.lane);
    for (int l = 0; l < B; l++) {
        next[l] = sqrt(square.lane[l]);
        inverse.lane[l] = next[l] > 0 ? 1 / next[l] - 1 : 0;
    }
    LLR_CPU_CALL(add, rows, inverse.lane, v, v);
}

void llr_lanczos_start(llr_lanczos_t *lanczos)
{
    lanczos->steps = 0;
    normalise(llr_band_rows(lanczos->n), lanczos->basis, lanczos->next);
}

/* image = A v. */
static void multiply(const llr_lanczos_t *lanczos, const double *v, double *image)
{
    int64_t n = lanczos->n, rows = llr_band_rows(n);
    row_t along;
    memset(image, 0, (size_t)(rows * B) * sizeof *image);
    for (int64_t s = 0; s < lanczos->parts; s++) {
        llr_band_product(n, lanczos->matrix + s * n * n, n, lanczos->lanes, v, lanczos->part);
        LLR_CPU_CALL(add, rows, lanczos->coefficient + s * B, lanczos->part, image);
    }
    LLR_CPU_CALL(dot, rows, lanczos->mean, v, along.lane);
    for (int l = 0; l < B; l++) along.lane[l] = -along.lane[l];
    LLR_CPU_CALL(add, rows, along.lane, lanczos->mean, image);
}

void llr_lanczos_step(llr_lanczos_t *lanczos)
{
    int64_t rows = llr_band_rows(lanczos->n), block = rows * B, j = lanczos->steps++;
    double *v = lanczos->basis + j * block, *image = v + block;
    double *diagonal = lanczos->diagonal + j * B;
    row_t minus;
    multiply(lanczos, v, image);
    for (int l = 0; l < B; l++) minus.lane[l] = -lanczos->next[j * B + l];
    if (j > 0) LLR_CPU_CALL(add, rows, minus.lane, v - block, image);
    LLR_CPU_CALL(dot, rows, v, image, diagonal);
    for (int l = 0; l < B; l++) minus.lane[l] = -diagonal[l];
    LLR_CPU_CALL(add, rows, minus.lane, v, image);
    normalise(rows, image, lanczos->next + (j + 1) * B);
}

void llr_lanczos_combine(const llr_lanczos_t *lanczos, const double *y, double *x)
{
    int64_t block = llr_lanczos_block(lanczos->n);
    for (int64_t i = 0; i < block; i += ROWS * B)
        LLR_CPU_CALL(combine, lanczos->steps, block, y, lanczos->basis + i, x + i);
}
