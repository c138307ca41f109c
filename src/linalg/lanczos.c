#include "linalg/lanczos.h"

#include "linalg/band_product.h"
#include "linalg/cpu.h"

#include <math.h>
#include <string.h>

enum { B = LLR_BAND, LANES = 8, ROWS = 12 };

_Static_assert(B == 2 * LANES && LLR_BAND_TILE % ROWS == 0, "the kernels have two vectors a row");

typedef double lanes_t __attribute__((vector_size(LANES * sizeof(double))));

/* y += c x by lanes. */
LLR_CPU_BODY add_body(int64_t rows, const double *c, const double *x, double *y)
{
    lanes_t c0 = ((const lanes_t *)c)[0], c1 = ((const lanes_t *)c)[1];
    const lanes_t *from = (const lanes_t *)x;
    lanes_t *to = (lanes_t *)y;
    for (int64_t i = 0; i < rows; i++) {
        to[2 * i] += c0 * from[2 * i];
        to[2 * i + 1] += c1 * from[2 * i + 1];
    }
}

LLR_CPU_COPIES(add, (int64_t rows, const double *c, const double *x, double *y), (rows, c, x, y))

/* sum = x'y by lanes. */
LLR_CPU_BODY dot_body(int64_t rows, const double *x, const double *y, double *sum)
{
    const lanes_t *left = (const lanes_t *)x, *right = (const lanes_t *)y;
    lanes_t s[4] = {0};
    for (int64_t i = 0; i < 2 * rows; i += 4)
        for (int u = 0; u < 4; u++) s[u] += left[i + u] * right[i + u];
    ((lanes_t *)sum)[0] = s[0] + s[2];
    ((lanes_t *)sum)[1] = s[1] + s[3];
}

LLR_CPU_COPIES(dot, (int64_t rows, const double *x, const double *y, double *sum),
               (rows, x, y, sum))

/* ROWS rows of x = sum over steps of y v. */
LLR_CPU_BODY combine_body(int64_t steps, int64_t block, const double *y, const double *v, double *x)
{
    lanes_t sum[ROWS][2] = {0}, *to = (lanes_t *)x;
    for (int64_t j = 0; j < steps; j++) {
        const lanes_t *from = (const lanes_t *)(v + j * block);
        lanes_t y0 = ((const lanes_t *)y)[2 * j], y1 = ((const lanes_t *)y)[2 * j + 1];
#pragma GCC unroll 12
        for (int r = 0; r < ROWS; r++) {
            sum[r][0] += y0 * from[2 * r];
            sum[r][1] += y1 * from[2 * r + 1];
        }
    }
    for (int r = 0; r < ROWS; r++) {
        to[2 * r] = sum[r][0];
        to[2 * r + 1] = sum[r][1];
    }
}

LLR_CPU_COPIES(combine, (int64_t steps, int64_t block, const double *y, const double *v, double *x),
               (steps, block, y, v, x))

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
    dot_here(rows, v, v, square.lane);
    for (int l = 0; l < B; l++) {
        next[l] = sqrt(square.lane[l]);
        inverse.lane[l] = next[l] > 0 ? 1 / next[l] - 1 : 0;
    }
    add_here(rows, inverse.lane, v, v);
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
        llr_band_product(n, lanczos->matrix + s * n * n, n, v, lanczos->part);
        add_here(rows, lanczos->coefficient + s * B, lanczos->part, image);
    }
    dot_here(rows, lanczos->mean, v, along.lane);
    for (int l = 0; l < B; l++) along.lane[l] = -along.lane[l];
    add_here(rows, along.lane, lanczos->mean, image);
}

void llr_lanczos_step(llr_lanczos_t *lanczos)
{
    int64_t rows = llr_band_rows(lanczos->n), block = rows * B, j = lanczos->steps++;
    double *v = lanczos->basis + j * block, *image = v + block;
    double *diagonal = lanczos->diagonal + j * B;
    row_t minus;
    multiply(lanczos, v, image);
    for (int l = 0; l < B; l++) minus.lane[l] = -lanczos->next[j * B + l];
    if (j > 0) add_here(rows, minus.lane, v - block, image);
    dot_here(rows, v, image, diagonal);
    for (int l = 0; l < B; l++) minus.lane[l] = -diagonal[l];
    add_here(rows, minus.lane, v, image);
    normalise(rows, image, lanczos->next + (j + 1) * B);
}

void llr_lanczos_combine(const llr_lanczos_t *lanczos, const double *y, double *x)
{
    int64_t block = llr_lanczos_block(lanczos->n);
    for (int64_t i = 0; i < block; i += ROWS * B)
        combine_here(lanczos->steps, block, y, lanczos->basis + i, x + i);
}
