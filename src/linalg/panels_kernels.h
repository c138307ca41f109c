/* The kernels of panels.c for one kind of CPU (see each_cpu.h): sums of a panel over some rows, for
 * a few vectors, y[v][c] = sum_i x[i][v] a[i][c]. A register block is three vectors of columns (a
 * part of the panel) by MOST vectors of x. */

#define single_t NAME(single_t)
#define double_t NAME(double_t)
#define half_t   NAME(half_t)
typedef float single_t __attribute__((vector_size(BYTES), may_alias));
typedef double double_t __attribute__((vector_size(BYTES), may_alias));
typedef float half_t __attribute__((vector_size(BYTES / 2), may_alias));

#define LANES(type) (BYTES / (int)sizeof(type))
#define MOST        (REGISTERS == 32 ? 9 : 3)

/* stride: from one row of x to the next. The next run is fetched meanwhile: what follows the last
 * one is asked for in vain, and harmless. */
INLINE void NAME(block)(int64_t rows, const float *a, const float *x, int64_t stride,
                        const int vectors, float *y)
{
    single_t sum[MOST][3];
    EACH(v, vectors) EACH(c, 3) sum[v][c] = (single_t){0};
    for (int64_t i = 0; i < rows; i++, a += LLR_PANEL, x += stride) {
        const single_t *row = (const single_t *)a;
        __builtin_prefetch(a + LLR_PANEL_RUN * LLR_PANEL);
        __builtin_prefetch(a + LLR_PANEL_RUN * LLR_PANEL + LINE);
        EACH(v, vectors) EACH(c, 3) sum[v][c] += row[c] * x[v];
    }
    EACH(v, vectors) EACH(c, 3)((single_t *)(y + v * LLR_PANEL))[c] = sum[v][c];
}

/* The same in double precision, a being data + rest. */
INLINE void NAME(exact_block)(int64_t rows, const float *a, const float *rest, const double *x,
                              int64_t stride, const int vectors, double *y)
{
    double_t sum[MOST][3];
    EACH(v, vectors) EACH(c, 3) sum[v][c] = (double_t){0};
    for (int64_t i = 0; i < rows; i++, a += LLR_PANEL, rest += LLR_PANEL, x += stride) {
        double_t row[3];
        EACH(c, 3)
        row[c] = __builtin_convertvector(((const half_t *)a)[c], double_t) +
                 __builtin_convertvector(((const half_t *)rest)[c], double_t);
        EACH(v, vectors) EACH(c, 3) sum[v][c] += row[c] * x[v];
    }
    EACH(v, vectors) EACH(c, 3)((double_t *)(y + v * LLR_PANEL))[c] = sum[v][c];
}

static void NAME(sums)(int64_t rows, const float *a, const float *x, int64_t vectors, float *y)
{
    for (int64_t first = 0; first < LLR_PANEL; first += 3 * LANES(float))
        for (int64_t v = 0; v < vectors; v += MOST) {
#define CALL(count) NAME(block)(rows, a + first, x + v, vectors, count, y + v * LLR_PANEL + first)
            SWITCH(vectors - v, CALL)
#undef CALL
        }
}

static void NAME(exact_sums)(int64_t rows, const float *a, const float *rest, const double *x,
                             int64_t vectors, double *y)
{
    for (int64_t first = 0; first < LLR_PANEL; first += 3 * LANES(double))
        for (int64_t v = 0; v < vectors; v += MOST) {
#define CALL(count)                                                                                \
    NAME(exact_block)                                                                              \
    (rows, a + first, rest + first, x + v, vectors, count, y + v * LLR_PANEL + first)
            SWITCH(vectors - v, CALL)
#undef CALL
        }
}

#undef single_t
#undef double_t
#undef half_t
#undef LANES
#undef MOST
