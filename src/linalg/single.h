/* Single-precision factorisations, for preconditioners and for what seven digits are enough for.
 * Conventions as in linalg/blas.h and linalg/lapack.h. */
#ifndef LLR_LINALG_SINGLE_H
#define LLR_LINALG_SINGLE_H

#include <stdint.h>

/* Lower triangle of c (n x n) = x' x. x: rows x n, row-major, dense. */
void llr_single_syrk(int64_t rows, int64_t n, const float *x, float *c);
/* Lower triangle of c (rows x rows) = x x'. */
void llr_single_row_syrk(int64_t rows, int64_t n, const float *x, float *c);
/* a = L L' in place, lower triangle. info > 0: not positive definite. */
int llr_single_cholesky(int64_t n, float *a);
/* Solves (L L') x = b in place for each row of b (vectors x n, dense). */
int llr_single_cholesky_solve(int64_t n, const float *l, float *b, int64_t vectors);
/* Replaces L by its inverse. */
int llr_single_triangle_invert(int64_t n, float *l);

#endif
