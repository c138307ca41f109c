#include "linalg/panels.h"

#include <string.h>

static int64_t count_panels(int64_t columns)
{
    return (columns + LLR_PANEL - 1) / LLR_PANEL;
}

int64_t llr_panels_floats(int64_t rows, int64_t columns)
{
    return count_panels(columns) * rows * LLR_PANEL;
}

static int64_t width_of(const llr_panels_t *panels, int64_t panel)
{
    int64_t left = panels->columns - panel * LLR_PANEL;
    return left < LLR_PANEL ? left : LLR_PANEL;
}

void llr_panels_fill(const llr_panels_t *panels, bool transposed, const double *a, int64_t lda)
{
    int64_t rows = panels->rows;
    for (int64_t p = 0; p < count_panels(panels->columns); p++) {
        float *to = panels->data + p * rows * LLR_PANEL;
        int64_t width = width_of(panels, p);
        if (width < LLR_PANEL) memset(to, 0, (size_t)(rows * LLR_PANEL) * sizeof *to);
        if (transposed)
            for (int64_t c = 0; c < width; c++)
                for (int64_t i = 0; i < rows; i++)
                    to[i * LLR_PANEL + c] = (float)a[(p * LLR_PANEL + c) * lda + i];
        else
            for (int64_t i = 0; i < rows; i++)
                for (int64_t c = 0; c < width; c++)
                    to[i * LLR_PANEL + c] = (float)a[i * lda + p * LLR_PANEL + c];
    }
}

/* Sums of a panel over some rows for a few vectors: y[v][c] = sum_i x[i][v] a[i][c]. A kernel holds
 * all of y, or (in fewer registers) half the columns and some of the vectors at a time. */
typedef void kernel_t(int64_t rows, const float *a, const float *x, int64_t vectors, float *y);

typedef float wide_t __attribute__((vector_size(64), may_alias));
typedef float half_t __attribute__((vector_size(32), may_alias));

/* stride: floats from one row of x to the next. */
#define DEFINE_SUMS(name, type)                                                                    \
    static inline __attribute__((always_inline)) void name(                                        \
        int64_t rows, const float *a, const float *x, int64_t stride, const int vectors, float *y) \
    {                                                                                              \
        enum { LANES = sizeof(type) / sizeof(float) };                                             \
        type sum[LLR_PANEL_VECTORS][3];                                                            \
        _Pragma("GCC unroll 9") for (int v = 0; v < vectors; v++)                                  \
            _Pragma("GCC unroll 3") for (int c = 0; c < 3; c++) sum[v][c] = (type){0};             \
        for (int64_t i = 0; i < rows; i++, a += LLR_PANEL, x += stride) {                          \
            const type *row = (const type *)a;                                                     \
            _Pragma("GCC unroll 9") for (int v = 0; v < vectors; v++)                              \
                _Pragma("GCC unroll 3") for (int c = 0; c < 3; c++) sum[v][c] += row[c] * x[v];    \
        }                                                                                          \
        _Pragma("GCC unroll 9") for (int v = 0; v < vectors; v++)                                  \
                _Pragma("GCC unroll 3") for (int c = 0; c < 3; c++) *                              \
            (type *)(y + v * LLR_PANEL + c * LANES) = sum[v][c];                                   \
    }

DEFINE_SUMS(wide_sums, wide_t)
DEFINE_SUMS(half_sums, half_t)

#if defined(__x86_64__)
__attribute__((target("avx512f,fma"))) static void
sums_avx512(int64_t rows, const float *a, const float *x, int64_t vectors, float *y)
{
    switch (vectors) {
    case 1:
        wide_sums(rows, a, x, 1, 1, y);
        break;
    case 2:
        wide_sums(rows, a, x, 2, 2, y);
        break;
    case 3:
        wide_sums(rows, a, x, 3, 3, y);
        break;
    case 4:
        wide_sums(rows, a, x, 4, 4, y);
        break;
    case 5:
        wide_sums(rows, a, x, 5, 5, y);
        break;
    case 6:
        wide_sums(rows, a, x, 6, 6, y);
        break;
    case 7:
        wide_sums(rows, a, x, 7, 7, y);
        break;
    case 8:
        wide_sums(rows, a, x, 8, 8, y);
        break;
    default:
        wide_sums(rows, a, x, 9, 9, y);
        break;
    }
}
#endif

static inline __attribute__((always_inline)) void
sums_by_halves(int64_t rows, const float *a, const float *x, int64_t vectors, float *y)
{
    for (int half = 0; half < 2; half++, a += LLR_PANEL / 2, y += LLR_PANEL / 2) {
        int64_t v = 0;
        for (; v + 3 <= vectors; v += 3) half_sums(rows, a, x + v, vectors, 3, y + v * LLR_PANEL);
        for (; v < vectors; v++) half_sums(rows, a, x + v, vectors, 1, y + v * LLR_PANEL);
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) static void sums_avx2(int64_t rows, const float *a,
                                                          const float *x, int64_t vectors, float *y)
{
    sums_by_halves(rows, a, x, vectors, y);
}
#endif

static void sums_portable(int64_t rows, const float *a, const float *x, int64_t vectors, float *y)
{
    sums_by_halves(rows, a, x, vectors, y);
}

static kernel_t *pick_kernel(void)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return sums_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return sums_avx2;
#endif
    return sums_portable;
}

static void multiply_few(const llr_panels_t *panels, kernel_t *kernel, const double *x,
                         int64_t vectors, double *y)
{
    _Alignas(64) float sum[LLR_PANEL_VECTORS * LLR_PANEL];
    int64_t rows = panels->rows;
    for (int64_t v = 0; v < vectors; v++)
        for (int64_t i = 0; i < rows; i++)
            panels->factors[i * vectors + v] = (float)x[v * rows + i];
    for (int64_t p = 0; p < count_panels(panels->columns); p++) {
        const float *a = panels->data + p * rows * LLR_PANEL;
        int64_t width = width_of(panels, p);
        for (int64_t i = 0; i < rows; i += LLR_PANEL_RUN) {
            int64_t run = rows - i < LLR_PANEL_RUN ? rows - i : LLR_PANEL_RUN;
            kernel(run, a + i * LLR_PANEL, panels->factors + i * vectors, vectors, sum);
            for (int64_t v = 0; v < vectors; v++)
                for (int64_t c = 0; c < width; c++)
                    y[v * panels->columns + p * LLR_PANEL + c] += (double)sum[v * LLR_PANEL + c];
        }
    }
}

void llr_panels_multiply(const llr_panels_t *panels, const double *x, int64_t vectors, double *y)
{
    kernel_t *kernel = pick_kernel();
    for (int64_t v = 0; v < vectors; v += LLR_PANEL_VECTORS) {
        int64_t few = vectors - v < LLR_PANEL_VECTORS ? vectors - v : LLR_PANEL_VECTORS;
        multiply_few(panels, kernel, x + v * panels->rows, few, y + v * panels->columns);
    }
}
