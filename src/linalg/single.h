/* Single precision, for preconditioners and for what seven digits are enough for. Conventions as in
 * linalg/blas.h and linalg/lapack.h. */
#ifndef LLR_LINALG_SINGLE_H
#define LLR_LINALG_SINGLE_H

#include <stdint.h>

/* Lower triangle of c (n x n) = x' x. x: rows x n, row-major, dense. */
void llr_single_syrk(int64_t rows, int64_t n, const float *x, float *c);
/* Lower triangle of c (rows x rows) = x x'. */
void llr_single_row_syrk(int64_t rows, int64_t n, const float *x, float *c);

/* a = L L': the lower triangle of a (n x n, dense) becomes that of L^-1. Halves are done one after
 * the other, all but the smallest by products of matrices: a third of the time of LAPACK's
 * factorisation and inversion. info > 0: not positive definite. */
int llr_single_inverse_root(int64_t n, float *a);

#endif
