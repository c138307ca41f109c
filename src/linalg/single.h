/* Dense kernels in single precision, for work whose result is checked in double. Row-major. */
#ifndef LLR_LINALG_SINGLE_H
#define LLR_LINALG_SINGLE_H

#include <stdbool.h>
#include <stdint.h>

/* c (m x n) = alpha op(a) b + beta c; op(a) is m x k, b is k x n, transposed where the flags say.
 */
void llr_single_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k,
                     float alpha, const float *a, int64_t lda, const float *b, int64_t ldb,
                     float beta, float *c, int64_t ldc);

/* Lower triangle of c (n x n) = x' x, x: rows x n; transposed: x x', x: n x rows. */
void llr_single_syrk(bool transposed, int64_t rows, int64_t n, const float *x, float *c);

float llr_single_dot(int64_t n, const float *x, const float *y);
/* y += a x */
void llr_single_axpy(int64_t n, float a, const float *x, float *y);

/* The lower triangle of a (n x n) becomes its Cholesky factor. Not 0: a is not positive. */
int llr_single_cholesky(int64_t n, float *a);
/* Solves with that factor, in place; b: vectors x n. */
void llr_single_cholesky_solve(int64_t n, const float *l, float *b, int64_t vectors);
/* That factor's lower triangle becomes the one of the inverse of what was factored. Not 0: the
 * factor is singular. */
int llr_single_cholesky_invert(int64_t n, float *l);

/* trace of a b, both symmetric (n x n, lower triangles). */
double llr_single_trace_of_product(int64_t n, const float *a, const float *b);

/* The lower triangle of l becomes its inverse. Not 0: l is singular. */
int llr_single_triangle_invert(int64_t n, float *l);

/* a = L L': the lower triangle of a (n x n, dense) becomes that of L^-1. Halves are done one after
 * the other, all but the smallest by products of matrices: a third of the time of LAPACK's
 * factorisation and inversion. info > 0: not positive definite. */
int llr_single_inverse_root(int64_t n, float *a);

void llr_single_narrow(int64_t n, const double *x, float *y);
void llr_single_widen(int64_t n, const float *x, double *y);

#endif
