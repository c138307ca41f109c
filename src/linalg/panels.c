#include "linalg/panels.h"

#include "linalg/cpu.h"

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

/* Columns of a panel that are not all zeros in a row: from *first to before *last, of the panel. */
static void take_columns(const llr_panels_t *panels, int64_t panel, int64_t row, int64_t *first,
                         int64_t *last)
{
    int64_t diagonal = row - panel * LLR_PANEL, width = width_of(panels, panel);
    *first = panels->shape == LLR_PANELS_UPPER && diagonal > 0 ? diagonal : 0;
    *last = panels->shape == LLR_PANELS_LOWER && diagonal + 1 < width ? diagonal + 1 : width;
}

/* Rows from..end - 1 of a panel; entry (i, c) of it is at a[i * down + c * on]. */
#define DEFINE_FILL(name, type)                                                                    \
    static inline void name##_rows(const llr_panels_t *panels, int64_t panel, int64_t from,        \
                                   int64_t end, const type *a, int64_t down, int64_t on)           \
    {                                                                                              \
        int64_t first, last, start = panel * LLR_PANEL * panels->rows;                             \
        for (int64_t i = from; i < end; i++) {                                                     \
            float *to = panels->data + start + i * LLR_PANEL;                                      \
            float *rest = panels->rest ? panels->rest + start + i * LLR_PANEL : NULL;              \
            take_columns(panels, panel, i, &first, &last);                                         \
            memset(to, 0, LLR_PANEL * sizeof *to);                                                 \
            if (rest) memset(rest, 0, LLR_PANEL * sizeof *rest);                                   \
            for (int64_t c = first; c < last; c++) to[c] = (float)a[i * down + c * on];            \
            for (int64_t c = first; rest && c < last; c++)                                         \
                rest[c] = (float)(a[i * down + c * on] - (type)to[c]);                             \
        }                                                                                          \
    }                                                                                              \
    static void name(const llr_panels_t *panels, int64_t panel, bool transposed, const type *a,    \
                     int64_t lda)                                                                  \
    {                                                                                              \
        int64_t start = panel * LLR_PANEL, from = first_row(panels, panel);                        \
        if (transposed)                                                                            \
            name##_rows(panels, panel, from, last_row(panels, panel), a + start * lda, 1, lda);    \
        else                                                                                       \
            name##_rows(panels, panel, from, last_row(panels, panel), a + start, lda, 1);          \
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
