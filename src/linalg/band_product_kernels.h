/* The kernel of band_product.c for one kind of CPU (see each_cpu.h). */

#define lanes_t NAME(lanes_t)
typedef double lanes_t __attribute__((vector_size(BYTES)));

#define LANES   (BYTES / (int)sizeof(double))
#define VECTORS (LLR_BAND / LANES)
/* Vectors of a register block. Their rows divide a tile. */
#define BLOCK (REGISTERS == 32 ? 24 : 12)

/* w += t v for some vectors of v, which follow each other, and a part of a tile. */
static inline __attribute__((always_inline)) void NAME(tile_part)(const int rows, const int vectors,
                                                                  const double *t, int64_t down,
                                                                  int64_t right, const double *v,
                                                                  lanes_t *to)
{
    const lanes_t *right_of = (const lanes_t *)v;
    lanes_t sum[BLOCK];
#pragma GCC unroll 24
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 3
        for (int u = 0; u < vectors; u++) sum[r * vectors + u] = to[VECTORS * r + u];
    for (int k = 0; k < TILE; k++, t += right, right_of += VECTORS) {
#pragma GCC unroll 24
        for (int r = 0; r < rows; r++) {
            double entry = t[r * down];
#pragma GCC unroll 3
            for (int u = 0; u < vectors; u++) sum[r * vectors + u] += entry * right_of[u];
        }
    }
#pragma GCC unroll 24
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 3
        for (int u = 0; u < vectors; u++) to[VECTORS * r + u] = sum[r * vectors + u];
}

static inline __attribute__((always_inline)) void NAME(tile_of)(const int vectors, const double *t,
                                                                int64_t down, int64_t right,
                                                                const double *v, double *w)
{
    const int rows = BLOCK / vectors;
    for (int i = 0; i < TILE; i += rows) NAME(tile_part)
    (rows, vectors, t + i * down, down, right, v, (lanes_t *)w + VECTORS * i);
}

/* w += t v for a tile t, whose entry (i, k) is at t[i * down + k * right], and the first lanes of
 * v. */
static void NAME(tile)(const double *t, int64_t down, int64_t right, int lanes, const double *v,
                       double *w)
{
    int left = (lanes + LANES - 1) / LANES;
    for (; left > 3 || left == 2; left -= 2, v += 2 * LANES, w += 2 * LANES)
        NAME(tile_of)(2, t, down, right, v, w);
    if (left == 3) NAME(tile_of)(3, t, down, right, v, w);
    if (left == 1) NAME(tile_of)(1, t, down, right, v, w);
}

#undef LANES
#undef VECTORS
#undef BLOCK
#undef lanes_t
