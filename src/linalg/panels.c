#include "linalg/panels.h"

#include "linalg/cpu.h"

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

/* Rows of a panel that are not all zeros: from first to before last. */
static int64_t first_row(const llr_panels_t *panels, int64_t panel)
{
    return panels->shape == LLR_PANELS_LOWER ? panel * LLR_PANEL : 0;
}

static int64_t last_row(const llr_panels_t *panels, int64_t panel)
{
    int64_t end = (panel + 1) * LLR_PANEL;
    return panels->shape == LLR_PANELS_UPPER && end < panels->rows ? end : panels->rows;
}

static bool is_zero(const llr_panels_t *panels, int64_t row, int64_t column)
{
    if (column >= panels->columns) return true;
    if (panels->shape == LLR_PANELS_FULL) return false;
    return panels->shape == LLR_PANELS_UPPER ? row > column : row < column;
}

/* A tile of rows at a time, so that the lines of a transposed matrix are read once. */
#define DEFINE_FILL(name, type)                                                                    \
    static void name(const llr_panels_t *panels, int64_t panel, bool transposed, const type *a,    \
                     int64_t lda)                                                                  \
    {                                                                                              \
        enum { TILE = 16 };                                                                        \
        int64_t start = panel * LLR_PANEL, down = transposed ? 1 : lda, on = transposed ? lda : 1; \
        int64_t last = last_row(panels, panel);                                                    \
        for (int64_t tile = first_row(panels, panel); tile < last; tile += TILE)                   \
            for (int64_t c = 0; c < LLR_PANEL; c++)                                                \
                for (int64_t i = tile; i < last && i < tile + TILE; i++) {                         \
                    bool zero = is_zero(panels, i, start + c);                                     \
                    type x = zero ? 0 : a[i * down + (start + c) * on];                            \
                    int64_t at = start * panels->rows + i * LLR_PANEL + c;                         \
                    panels->data[at] = (float)x;                                                   \
                    if (panels->rest) panels->rest[at] = (float)(x - (type)panels->data[at]);      \
                }                                                                                  \
    }

DEFINE_FILL(fill_panel, double)
DEFINE_FILL(fill_single_panel, float)

void llr_panels_fill(const llr_panels_t *panels, bool transposed, const double *a, int64_t lda)
{
    for (int64_t p = 0; p < count_panels(panels->columns); p++)
        fill_panel(panels, p, transposed, a, lda);
}

void llr_panels_fill_single(const llr_panels_t *panels, bool transposed, const float *a,
                            int64_t lda)
{
    for (int64_t p = 0; p < count_panels(panels->columns); p++)
        fill_single_panel(panels, p, transposed, a, lda);
}

/* Kernels ------------------------------------------------------------------------------------ */

/* Sums of a panel over some rows, for a few vectors: y[v][c] = sum_i x[i][v] a[i][c]; exactly, a is
 * data + rest. A kernel holds as many of y in registers as there are: three vectors of columns (a
 * part of the panel) by `most` vectors of x. */
typedef void sums_t(int64_t rows, const float *a, const float *x, int64_t vectors, float *y);
typedef void exact_sums_t(int64_t rows, const float *a, const float *rest, const double *x,
                          int64_t vectors, double *y);

typedef float float16_t __attribute__((vector_size(64), may_alias));
typedef float float8_t __attribute__((vector_size(32), may_alias));
typedef float float4_t __attribute__((vector_size(16), may_alias));
typedef double double8_t __attribute__((vector_size(64), may_alias));
typedef double double4_t __attribute__((vector_size(32), may_alias));

#define INLINE         static inline __attribute__((always_inline))
#define EACH(v, count) _Pragma("GCC unroll 9") for (int v = 0; v < (count); v++)

/* stride: from one row of x to the next. */
#define DEFINE_SUMS(name, type)                                                                    \
    INLINE void name(int64_t rows, const float *a, const float *x, int64_t stride,                 \
                     const int vectors, float *y)                                                  \
    {                                                                                              \
        type sum[LLR_PANEL_VECTORS][3];                                                            \
        EACH(v, vectors) EACH(c, 3) sum[v][c] = (type){0};                                         \
        for (int64_t i = 0; i < rows; i++, a += LLR_PANEL, x += stride) {                          \
            const type *row = (const type *)a;                                                     \
            EACH(v, vectors) EACH(c, 3) sum[v][c] += row[c] * x[v];                                \
        }                                                                                          \
        EACH(v, vectors) EACH(c, 3)((type *)(y + v * LLR_PANEL))[c] = sum[v][c];                   \
    }

#define DEFINE_EXACT_SUMS(name, half, type)                                                        \
    INLINE void name(int64_t rows, const float *a, const float *rest, const double *x,             \
                     int64_t stride, const int vectors, double *y)                                 \
    {                                                                                              \
        type sum[LLR_PANEL_VECTORS][3];                                                            \
        EACH(v, vectors) EACH(c, 3) sum[v][c] = (type){0};                                         \
        for (int64_t i = 0; i < rows; i++, a += LLR_PANEL, rest += LLR_PANEL, x += stride) {       \
            type row[3];                                                                           \
            EACH(c, 3)                                                                             \
            row[c] = __builtin_convertvector(((const half *)a)[c], type) +                         \
                     __builtin_convertvector(((const half *)rest)[c], type);                       \
            EACH(v, vectors) EACH(c, 3) sum[v][c] += row[c] * x[v];                                \
        }                                                                                          \
        EACH(v, vectors) EACH(c, 3)((type *)(y + v * LLR_PANEL))[c] = sum[v][c];                   \
    }

DEFINE_SUMS(sums_of_16, float16_t)
DEFINE_SUMS(sums_of_8, float8_t)
DEFINE_EXACT_SUMS(exact_sums_of_8, float8_t, double8_t)
DEFINE_EXACT_SUMS(exact_sums_of_4, float4_t, double4_t)

/* Calls sums with a number of vectors that the compiler knows. */
#define SWITCH(vectors, CALL)                                                                      \
    switch (vectors) {                                                                             \
    case 1:                                                                                        \
        CALL(1);                                                                                   \
        break;                                                                                     \
    case 2:                                                                                        \
        CALL(2);                                                                                   \
        break;                                                                                     \
    case 3:                                                                                        \
        CALL(3);                                                                                   \
        break;                                                                                     \
    case 4:                                                                                        \
        CALL(4);                                                                                   \
        break;                                                                                     \
    case 5:                                                                                        \
        CALL(5);                                                                                   \
        break;                                                                                     \
    case 6:                                                                                        \
        CALL(6);                                                                                   \
        break;                                                                                     \
    case 7:                                                                                        \
        CALL(7);                                                                                   \
        break;                                                                                     \
    case 8:                                                                                        \
        CALL(8);                                                                                   \
        break;                                                                                     \
    default:                                                                                       \
        CALL(9);                                                                                   \
        break;                                                                                     \
    }

/* Sixteen registers: three vectors of x at a time, or one. */
INLINE void sums_by_three(int64_t rows, const float *a, const float *x, int64_t vectors, float *y)
{
    for (int64_t first = 0; first < LLR_PANEL; first += 24)
        for (int64_t v = 0; v < vectors; v += v + 3 <= vectors ? 3 : 1)
            if (v + 3 <= vectors)
                sums_of_8(rows, a + first, x + v, vectors, 3, y + v * LLR_PANEL + first);
            else
                sums_of_8(rows, a + first, x + v, vectors, 1, y + v * LLR_PANEL + first);
}

INLINE void exact_sums_by_three(int64_t rows, const float *a, const float *rest, const double *x,
                                int64_t vectors, double *y)
{
    for (int64_t first = 0; first < LLR_PANEL; first += 12)
        for (int64_t v = 0; v < vectors; v += v + 3 <= vectors ? 3 : 1)
            if (v + 3 <= vectors)
                exact_sums_of_4(rows, a + first, rest + first, x + v, vectors, 3,
                                y + v * LLR_PANEL + first);
            else
                exact_sums_of_4(rows, a + first, rest + first, x + v, vectors, 1,
                                y + v * LLR_PANEL + first);
}

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,fma")))
#define AVX2   __attribute__((target("avx2,fma")))

AVX512 static void sums_avx512(int64_t rows, const float *a, const float *x, int64_t vectors,
                               float *y){
#define CALL(count) sums_of_16(rows, a, x, count, count, y)
    SWITCH(vectors, CALL)
#undef CALL
}

AVX512 static void exact_sums_avx512(int64_t rows, const float *a, const float *rest,
                                     const double *x, int64_t vectors, double *y)
{
    for (int64_t first = 0; first < LLR_PANEL; first += 24, a += 24, rest += 24, y += 24) {
#define CALL(count) exact_sums_of_8(rows, a, rest, x, count, count, y)
        SWITCH(vectors, CALL)
#undef CALL
    }
}

AVX2 static void sums_avx2(int64_t rows, const float *a, const float *x, int64_t vectors, float *y)
{
    sums_by_three(rows, a, x, vectors, y);
}

AVX2 static void exact_sums_avx2(int64_t rows, const float *a, const float *rest, const double *x,
                                 int64_t vectors, double *y)
{
    exact_sums_by_three(rows, a, rest, x, vectors, y);
}
#endif

static void sums_any(int64_t rows, const float *a, const float *x, int64_t vectors, float *y)
{
    sums_by_three(rows, a, x, vectors, y);
}

static void exact_sums_any(int64_t rows, const float *a, const float *rest, const double *x,
                           int64_t vectors, double *y)
{
    exact_sums_by_three(rows, a, rest, x, vectors, y);
}

static void pick_kernels(sums_t **sums, exact_sums_t **exact_sums)
{
    *sums = sums_any;
    *exact_sums = exact_sums_any;
#if defined(__x86_64__)
    if (llr_cpu() == LLR_CPU_AVX512) {
        *sums = sums_avx512;
        *exact_sums = exact_sums_avx512;
    } else if (llr_cpu() == LLR_CPU_AVX2) {
        *sums = sums_avx2;
        *exact_sums = exact_sums_avx2;
    }
#endif
}

/* Products ----------------------------------------------------------------------------------- */

/* y (a panel's part of it, for each vector) += sum */
#define DEFINE_ADD(name, type)                                                                     \
    static void name(const llr_panels_t *panels, int64_t panel, int64_t vectors, const type *sum,  \
                     double *y)                                                                    \
    {                                                                                              \
        int64_t width = width_of(panels, panel);                                                   \
        for (int64_t v = 0; v < vectors; v++)                                                      \
            for (int64_t c = 0; c < width; c++)                                                    \
                y[v * panels->columns + panel * LLR_PANEL + c] += (double)sum[v * LLR_PANEL + c];  \
    }

DEFINE_ADD(add, float)
DEFINE_ADD(add_exactly, double)

static void multiply_few(const llr_panels_t *panels, sums_t *kernel, const double *x,
                         int64_t vectors, double *y)
{
    _Alignas(64) float sum[LLR_PANEL_VECTORS * LLR_PANEL];
    int64_t rows = panels->rows;
    float *factor = (float *)panels->work;
    for (int64_t v = 0; v < vectors; v++)
        for (int64_t i = 0; i < rows; i++) factor[i * vectors + v] = (float)x[v * rows + i];
    for (int64_t p = 0; p < count_panels(panels->columns); p++) {
        int64_t last = last_row(panels, p);
        for (int64_t i = first_row(panels, p); i < last; i += LLR_PANEL_RUN) {
            int64_t run = last - i < LLR_PANEL_RUN ? last - i : LLR_PANEL_RUN;
            const float *a = panels->data + (p * rows + i) * LLR_PANEL;
            kernel(run, a, factor + i * vectors, vectors, sum);
            add(panels, p, vectors, sum, y);
        }
    }
}

static void multiply_few_exactly(const llr_panels_t *panels, exact_sums_t *kernel, const double *x,
                                 int64_t vectors, double *y)
{
    _Alignas(64) double sum[LLR_PANEL_VECTORS * LLR_PANEL];
    int64_t rows = panels->rows;
    for (int64_t v = 0; v < vectors; v++)
        for (int64_t i = 0; i < rows; i++) panels->work[i * vectors + v] = x[v * rows + i];
    for (int64_t p = 0; p < count_panels(panels->columns); p++) {
        int64_t first = first_row(panels, p), start = (p * rows + first) * LLR_PANEL;
        kernel(last_row(panels, p) - first, panels->data + start, panels->rest + start,
               panels->work + first * vectors, vectors, sum);
        add_exactly(panels, p, vectors, sum, y);
    }
}

static void multiply(const llr_panels_t *panels, bool exactly, const double *x, int64_t vectors,
                     double *y)
{
    sums_t *sums;
    exact_sums_t *exact_sums;
    pick_kernels(&sums, &exact_sums);
    for (int64_t v = 0; v < vectors; v += LLR_PANEL_VECTORS) {
        int64_t few = vectors - v < LLR_PANEL_VECTORS ? vectors - v : LLR_PANEL_VECTORS;
        const double *from = x + v * panels->rows;
        double *to = y + v * panels->columns;
        if (exactly)
            multiply_few_exactly(panels, exact_sums, from, few, to);
        else
            multiply_few(panels, sums, from, few, to);
    }
}

void llr_panels_multiply(const llr_panels_t *panels, const double *x, int64_t vectors, double *y)
{
    multiply(panels, false, x, vectors, y);
}

void llr_panels_multiply_exactly(const llr_panels_t *panels, const double *x, int64_t vectors,
                                 double *y)
{
    multiply(panels, true, x, vectors, y);
}
