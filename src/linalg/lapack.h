/* Factorisations of row-major arrays. A symmetric matrix reads the same both ways; a factor stands
 * where its function says. Work arrays are the caller's; functions return LAPACK's info (0: done).
 */
#ifndef LLR_LINALG_LAPACK_H
#define LLR_LINALG_LAPACK_H

#include <stdbool.h>
#include <stdint.h>

/* Doubles of work that every function below but llr_svd is content with for matrices of up to n
 * columns and vectors right-hand sides. */
int64_t llr_lapack_work(int64_t n, int64_t vectors);

/* a = L L': L (n x n, row-major lower triangle, leading dimension n) overwrites the lower triangle
 * of a. Only the lower triangle is read. info > 0: not positive definite. */
int llr_cholesky(int64_t n, double *a);
/* Solves (L L') x = b in place for each row of b. b: vectors x n, row-major, leading dimension ldb.
 */
int llr_cholesky_solve(int64_t n, const double *l, double *b, int64_t vectors, int64_t ldb);
/* Replaces L by the lower triangle of (L L')^-1. */
int llr_cholesky_invert(int64_t n, double *l);
/* Solves a x = b in place for each row of b (vectors x n). a: n x n, row-major, becomes its
 * factors; pivot: n. info > 0: a is singular. */
int llr_lu_solve(int64_t n, double *a, double *b, int64_t vectors, int *pivot);
/* Replaces L by its inverse. */
int llr_triangle_invert(int64_t n, double *l);

/* a = Q T Q', T tridiagonal with this diagonal (n) and off-diagonal (n - 1). Reads the lower
 * triangle (row-major) of a; a and tau (n) then hold Q. */
int llr_tridiagonalise(int64_t n, double *a, double *diagonal, double *off, double *tau,
                       double *work, int64_t size);
/* diagonal becomes the eigenvalues of T, ascending; off is destroyed. */
int llr_tridiagonal_eigenvalues(int64_t n, double *diagonal, double *off);

/* a (n x n, row-major, lower triangle) = V diag(value) V': value ascending, and the rows of a
 * become the eigenvectors. Workspaces of llr_eigen_work doubles and llr_eigen_integers ints. */
int64_t llr_eigen_work(int64_t n);
int64_t llr_eigen_integers(int64_t n);
int llr_eigen(int64_t n, double *a, double *value, double *work, int *integers);

/* x' = Q R for the rows x (rows x dim, row-major, rows <= dim): x and tau (rows) then hold Q, and
 * the lower triangle of the first rows columns of x holds R'. */
int llr_qr(int64_t rows, int64_t dim, double *x, double *tau, double *work, int64_t size);
/* Each row of b (vectors x dim, leading dimension dim) becomes Q b, or Q' b where transposed. */
int llr_qr_apply(int64_t rows, int64_t dim, const double *x, const double *tau, bool transposed,
                 double *b, int64_t vectors, double *work, int64_t size);

/* a = U S V' for a (n x n, row-major, destroyed): singular (n) descending, u (n x n) holds U, vt
 * (n x n) V', both row-major. work: llr_svd_work(n) doubles. */
int llr_svd(int64_t n, double *a, double *singular, double *u, double *vt, double *work);
int64_t llr_svd_work(int64_t n);

#endif
