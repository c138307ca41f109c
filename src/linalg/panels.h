/* Products of a tall matrix with few vectors, where BLAS is far from the machine's rate. The matrix
 * is kept as single-precision numbers, and single-precision remainders where more digits are asked
 * for, cut into panels of LLR_PANEL columns that are read in one stream. AVX-512 and AVX2 kernels
 * where the CPU has them: results depend on its kind, and on nothing else. */
#ifndef LLR_LINALG_PANELS_H
#define LLR_LINALG_PANELS_H

#include <stdbool.h>
#include <stdint.h>

enum { LLR_PANEL = 48, LLR_PANEL_RUN = 64, LLR_PANEL_VECTORS = 9 };

/* Of which entries are other than zero: all, those on and above the diagonal, on and below it. */
typedef enum llr_panels_shape {
    LLR_PANELS_FULL,
    LLR_PANELS_UPPER,
    LLR_PANELS_LOWER
} llr_panels_shape_t;

typedef struct llr_panels {
    int64_t rows, columns;
    llr_panels_shape_t shape;
    float *data;  /* borrowed, llr_panels_floats: panels x rows x LLR_PANEL, the last one padded
                     with zeros; 64-byte aligned */
    float *rest;  /* borrowed, as many: what data leaves of the matrix; or NULL */
    double *work; /* borrowed, LLR_PANEL_VECTORS * rows */
} llr_panels_t;

int64_t llr_panels_floats(int64_t rows, int64_t columns);

/* Fills data and rest from a (rows x columns, row-major, leading dimension lda), or from a
 * transposed, a being columns x rows. Entries that shape makes zeros are not looked at. */
void llr_panels_fill(const llr_panels_t *panels, bool transposed, const double *a, int64_t lda);
/* The same from single precision, without rest. */
void llr_panels_fill_single(const llr_panels_t *panels, bool transposed, const float *a,
                            int64_t lda);

/* y += x A: x is vectors x rows, y vectors x columns, both row-major and dense. Sums run in single
 * precision over LLR_PANEL_RUN rows, and in double from there on. */
void llr_panels_multiply(const llr_panels_t *panels, const double *x, int64_t vectors, double *y);
/* The same in double precision throughout, A being known to 2^-48. Needs rest. */
void llr_panels_multiply_exactly(const llr_panels_t *panels, const double *x, int64_t vectors,
                                 double *y);

#endif
