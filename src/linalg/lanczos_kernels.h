/* The kernels of lanczos.c for one kind of CPU (see each_cpu.h). A row of a block is VECTORS
 * vectors, in which lanes have nothing to do with each other; kernels go through all rows two
 * vectors wide. */

#define lanes_t NAME(lanes_t)
typedef double lanes_t __attribute__((vector_size(BYTES)));

#define LANES   (BYTES / (int)sizeof(double))
#define VECTORS (B / LANES)

/* y += c x by lanes. */
static void NAME(add)(int64_t rows, const double *c, const double *x, double *y)
{
    const lanes_t *factor = (const lanes_t *)c, *from = (const lanes_t *)x;
    lanes_t *to = (lanes_t *)y, kept[VECTORS];
    for (int v = 0; v < VECTORS; v++) kept[v] = factor[v];
    for (int64_t i = 0; i < rows; i++, from += VECTORS, to += VECTORS)
#pragma GCC unroll 8
        for (int v = 0; v < VECTORS; v++) to[v] += kept[v] * from[v];
}

/* sum = x'y by lanes; rows is even. */
static void NAME(dot)(int64_t rows, const double *x, const double *y, double *sum)
{
    const lanes_t *left = (const lanes_t *)x, *right = (const lanes_t *)y;
    lanes_t even[VECTORS] = {0}, odd[VECTORS] = {0};
    for (int64_t i = 0; i < rows; i += 2, left += 2 * VECTORS, right += 2 * VECTORS)
#pragma GCC unroll 8
        for (int v = 0; v < VECTORS; v++) {
            even[v] += left[v] * right[v];
            odd[v] += left[VECTORS + v] * right[VECTORS + v];
        }
    for (int v = 0; v < VECTORS; v++) ((lanes_t *)sum)[v] = even[v] + odd[v];
}

/* Two vectors of ROWS rows of x = sum over steps of y v. */
static void NAME(combine_part)(int64_t steps, int64_t stride, const lanes_t *y, const lanes_t *v,
                               lanes_t *x)
{
    lanes_t sum[ROWS][2];
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) sum[r][0] = sum[r][1] = (lanes_t){0};
    for (int64_t j = 0; j < steps; j++, y += VECTORS, v += stride) {
        lanes_t y0 = y[0], y1 = y[1];
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++) {
            sum[r][0] += y0 * v[VECTORS * r];
            sum[r][1] += y1 * v[VECTORS * r + 1];
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) {
        x[VECTORS * r] = sum[r][0];
        x[VECTORS * r + 1] = sum[r][1];
    }
}

/* ROWS rows of x. */
static void NAME(combine)(int64_t steps, int64_t block, const double *y, const double *v, double *x)
{
    for (int part = 0; part < VECTORS; part += 2) NAME(combine_part)
    (steps, block / LANES, (const lanes_t *)y + part, (const lanes_t *)v + part,
     (lanes_t *)x + part);
}

#undef LANES
#undef VECTORS
#undef lanes_t
