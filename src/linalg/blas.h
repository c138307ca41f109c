/* Dense kernels on row-major arrays: with linalg/lapack.h, the only callers of BLAS and LAPACK.
 * Sizes are int64_t; the narrowing to the library's int is checked in blas.c. */
#ifndef LLR_LINALG_BLAS_H
#define LLR_LINALG_BLAS_H

#include <stdbool.h>
#include <stdint.h>

/* c (m x n, leading dimension ldc) = alpha op(a) op(b) + beta c, row-major; op is transposition
 * where the flag says so; op(a) is m x k, op(b) is k x n. */
void llr_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, double alpha,
              const double *a, int64_t lda, const double *b, int64_t ldb, double beta, double *c,
              int64_t ldc);

/* Lower triangle of c (n x n, leading dimension n) = alpha x' x + beta c. x: rows x n, row-major,
 * leading dimension ldx. */
void llr_syrk(int64_t rows, int64_t n, double alpha, const double *x, int64_t ldx, double beta,
              double *c);
/* c (m x n) = a s, row-major, for a symmetric s (n x n) of which the lower triangle is read. */
void llr_symm(int64_t m, int64_t n, const double *a, const double *s, double *c);
/* Copies the lower triangle of a (n x n) to the upper one. */
void llr_mirror(int64_t n, double *a);
double llr_dot(int64_t n, const double *x, const double *y);
/* y += a x */
void llr_axpy(int64_t n, double a, const double *x, double *y);

/* Name of the CPU kernel that BLAS picked ("Haswell"); static string. */
const char *llr_blas_kernel(void);
/* Is that kernel made for vectors shorter than this CPU has? false where it cannot be told. */
bool llr_blas_kernel_is_old(void);
/* Version and build options of the BLAS; static string. */
const char *llr_blas_version(void);
/* First in main: BLAS has read its settings before, from the environment alone. Where they do not
 * suit this machine, the program begins anew with others; words: of main. */
void llr_blas_begin(char **words);
/* Number of threads BLAS may use in this process. */
int llr_blas_threads(void);
void llr_blas_set_threads(int threads);
/* One thread from now on. The others, which BLAS starts with the program and which spin for a
 * while, end: with a rank a core they would take the cores of others. For programs that never ask
 * for more threads again. */
void llr_blas_alone(void);
/* Largest size that BLAS can take in one dimension or product. */
int64_t llr_blas_limit(void);

#endif
