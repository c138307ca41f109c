/* The kernel of combine.c for one kind of CPU (see each_cpu.h). */

#define loose_t NAME(loose_t)
typedef double loose_t __attribute__((vector_size(BYTES), aligned(8), may_alias));

#define LANES (BYTES / (int)sizeof(double))
#define BLOCK 4 /* vectors at once, whose sums do not wait for each other */
#define FEW                                                                                        \
    4 /* parts read side by side: with strides of powers of two they share a cache's set           \
       */

/* y += factor * sum over parts, or is set where it is the first. */
static void NAME(add_few)(int64_t n, int64_t parts, bool first, double factor, const double *weight,
                          const double *x, int64_t stride, double *y)
{
    int64_t j = 0;
    for (; j + BLOCK * LANES <= n; j += BLOCK * LANES) {
        loose_t sum[BLOCK] = {{0}};
        for (int64_t p = 0; p < parts; p++)
#pragma GCC unroll 4
            for (int v = 0; v < BLOCK; v++)
                sum[v] += weight[p] * *(const loose_t *)(x + p * stride + j + v * LANES);
        for (int v = 0; v < BLOCK; v++) {
            loose_t *to = (loose_t *)(y + j + v * LANES);
            *to = first ? factor * sum[v] : *to + factor * sum[v];
        }
    }
    for (; j < n; j++) {
        double sum = 0;
        for (int64_t p = 0; p < parts; p++) sum += weight[p] * x[p * stride + j];
        y[j] = first ? factor * sum : y[j] + factor * sum;
    }
}

static void NAME(combine)(int64_t n, int64_t parts, double factor, const double *weight,
                          const double *x, int64_t stride, double *y)
{
    for (int64_t p = 0; p == 0 || p < parts; p += FEW) {
        int64_t few = parts - p < FEW ? parts - p : FEW;
        NAME(add_few)(n, few, p == 0, factor, weight + p, x + p * stride, stride, y);
    }
}

#undef loose_t
#undef LANES
#undef BLOCK
#undef FEW
