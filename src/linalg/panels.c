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

#define INLINE         static inline __attribute__((always_inline))
#define EACH(v, count) _Pragma("GCC unroll 9") for (int v = 0; v < (count); v++)

enum { LINE = 16 }; /* numbers of a line of the cache */

/* CALL with the number of vectors, at most MOST, as a constant. */
#define CASE(count, CALL)                                                                          \
    case count:                                                                                    \
        CALL(count > MOST ? MOST : count);                                                         \
        break;
#define SWITCH(vectors, CALL)                                                                      \
    switch (vectors) {                                                                             \
        CASE(1, CALL)                                                                              \
        CASE(2, CALL)                                                                              \
        CASE(3, CALL)                                                                              \
        CASE(4, CALL)                                                                              \
        CASE(5, CALL)                                                                              \
        CASE(6, CALL)                                                                              \
        CASE(7, CALL)                                                                              \
        CASE(8, CALL)                                                                              \
    default:                                                                                       \
        CALL(MOST);                                                                                \
    }

#define LLR_KERNELS "linalg/panels_kernels.h"
#include "linalg/each_cpu.h"

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

static void multiply_few(const llr_panels_t *panels, const double *x, int64_t vectors, double *y)
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
            LLR_CPU_CALL(sums, run, a, factor + i * vectors, vectors, sum);
            add(panels, p, vectors, sum, y);
        }
    }
}

static void multiply_few_exactly(const llr_panels_t *panels, const double *x, int64_t vectors,
                                 double *y)
{
    _Alignas(64) double sum[LLR_PANEL_VECTORS * LLR_PANEL];
    int64_t rows = panels->rows;
    for (int64_t v = 0; v < vectors; v++)
        for (int64_t i = 0; i < rows; i++) panels->work[i * vectors + v] = x[v * rows + i];
    for (int64_t p = 0; p < count_panels(panels->columns); p++) {
        int64_t first = first_row(panels, p), start = (p * rows + first) * LLR_PANEL;
        LLR_CPU_CALL(exact_sums, last_row(panels, p) - first, panels->data + start,
                     panels->rest + start, panels->work + first * vectors, vectors, sum);
        add_exactly(panels, p, vectors, sum, y);
    }
}

static void multiply(const llr_panels_t *panels, bool exactly, const double *x, int64_t vectors,
                     double *y)
{
    for (int64_t v = 0; v < vectors; v += LLR_PANEL_VECTORS) {
        int64_t few = vectors - v < LLR_PANEL_VECTORS ? vectors - v : LLR_PANEL_VECTORS;
        const double *from = x + v * panels->rows;
        double *to = y + v * panels->columns;
        if (exactly)
            multiply_few_exactly(panels, from, few, to);
        else
            multiply_few(panels, from, few, to);
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
