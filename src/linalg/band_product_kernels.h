/* The kernel of band_product.c for one kind of CPU (see each_cpu.h). */

#define lanes_t NAME(lanes_t)
typedef double lanes_t __attribute__((vector_size(BYTES)));

#define LANES   (BYTES / (int)sizeof(double))
#define VECTORS (LLR_BAND / LANES)
/* Rows of a register block, which is two vectors wide; both divide a tile. */
#define ROWS (REGISTERS == 32 ? 12 : 6)

/* w += t v for a tile t, whose entry (i, k) is at t[i * down + k * right]. */
static void NAME(tile)(const double *t, int64_t down, int64_t right, const double *v, double *w)
{
    for (int part = 0; part < VECTORS; part += 2)
        for (int i = 0; i < TILE; i += ROWS) {
            lanes_t *to = (lanes_t *)w + VECTORS * i + part, sum[ROWS][2];
            const lanes_t *right_of = (const lanes_t *)v + part;
            const double *from = t + i * down;
#pragma GCC unroll 12
            for (int r = 0; r < ROWS; r++) {
                sum[r][0] = to[VECTORS * r];
                sum[r][1] = to[VECTORS * r + 1];
            }
            for (int k = 0; k < TILE; k++) {
                lanes_t v0 = right_of[VECTORS * k], v1 = right_of[VECTORS * k + 1];
#pragma GCC unroll 12
                for (int r = 0; r < ROWS; r++) {
                    double entry = from[r * down + k * right];
                    sum[r][0] += entry * v0;
                    sum[r][1] += entry * v1;
                }
            }
#pragma GCC unroll 12
            for (int r = 0; r < ROWS; r++) {
                to[VECTORS * r] = sum[r][0];
                to[VECTORS * r + 1] = sum[r][1];
            }
        }
}

#undef LANES
#undef VECTORS
#undef ROWS
#undef lanes_t
