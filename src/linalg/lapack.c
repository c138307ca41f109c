#include "linalg/lapack.h"

#include <limits.h>
#include <stddef.h>

/* Fortran, column-major: a row-major lower triangle is a column-major upper one, and rows of a
 * row-major array are columns. The last arguments are the hidden lengths of the character ones. */
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void dpotrs_(const char *uplo, const int *n, const int *nrhs, const double *a, const int *lda,
             double *b, const int *ldb, int *info, size_t);
void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info);
void dgetrs_(const char *trans, const int *n, const int *nrhs, const double *a, const int *lda,
             const int *ipiv, double *b, const int *ldb, int *info, size_t);
void dtrtri_(const char *uplo, const char *diag, const int *n, double *a, const int *lda, int *info,
             size_t, size_t);
void dsytrd_(const char *uplo, const int *n, double *a, const int *lda, double *d, double *e,
             double *tau, double *work, const int *lwork, int *info, size_t);
void dsterf_(const int *n, double *d, double *e, int *info);
void dgeqrf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
             const int *lwork, int *info);
void dormqr_(const char *side, const char *trans, const int *m, const int *n, const int *k,
             const double *a, const int *lda, const double *tau, double *c, const int *ldc,
             double *work, const int *lwork, int *info, size_t, size_t);
void dgesdd_(const char *jobz, const int *m, const int *n, double *a, const int *lda, double *s,
             double *u, const int *ldu, double *vt, const int *ldvt, double *work, const int *lwork,
             int *iwork, int *info, size_t);

void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t,
             size_t);

enum { BLOCK = 64 }; /* largest block of LAPACK's reductions */

int64_t llr_lapack_work(int64_t n, int64_t vectors)
{
    int64_t larger = n > vectors ? n : vectors;
    return BLOCK * larger + BLOCK * (BLOCK + 1);
}

int llr_cholesky(int64_t n, double *a)
{
    int size = (int)n, info;
    dpotrf_("U", &size, a, &size, &info, 1);
    return info;
}

int llr_cholesky_solve(int64_t n, const double *l, double *b, int64_t vectors, int64_t ldb)
{
    int size = (int)n, count = (int)vectors, stride = (int)ldb, info;
    dpotrs_("U", &size, &count, l, &size, b, &stride, &info, 1);
    return info;
}

int llr_cholesky_invert(int64_t n, double *l)
{
    int size = (int)n, info;
    dpotri_("U", &size, l, &size, &info, 1);
    return info;
}

int llr_lu_solve(int64_t n, double *a, double *b, int64_t vectors, int *pivot)
{
    /* Read by columns, a is its transpose. */
    int size = (int)n, count = (int)vectors, info;
    dgetrf_(&size, &size, a, &size, pivot, &info);
    if (!info) dgetrs_("T", &size, &count, a, &size, pivot, b, &size, &info, 1);
    return info;
}

int llr_triangle_invert(int64_t n, double *l)
{
    int size = (int)n, info;
    dtrtri_("U", "N", &size, l, &size, &info, 1, 1);
    return info;
}

int llr_tridiagonalise(int64_t n, double *a, double *diagonal, double *off, double *tau,
                       double *work, int64_t size)
{
    int order = (int)n, room = (int)size, info;
    dsytrd_("U", &order, a, &order, diagonal, off, tau, work, &room, &info, 1);
    return info;
}

int llr_tridiagonal_eigenvalues(int64_t n, double *diagonal, double *off)
{
    int order = (int)n, info;
    dsterf_(&order, diagonal, off, &info);
    return info;
}

int llr_qr(int64_t rows, int64_t dim, double *x, double *tau, double *work, int64_t size)
{
    int m = (int)dim, n = (int)rows, room = (int)size, info;
    dgeqrf_(&m, &n, x, &m, tau, work, &room, &info);
    return info;
}

int llr_qr_apply(int64_t rows, int64_t dim, const double *x, const double *tau, bool transposed,
                 double *b, int64_t vectors, double *work, int64_t size)
{
    int m = (int)dim, n = (int)vectors, k = (int)rows, room = (int)size, info;
    dormqr_("L", transposed ? "T" : "N", &m, &n, &k, x, &m, tau, b, &m, work, &room, &info, 1, 1);
    return info;
}

int64_t llr_eigen_work(int64_t n)
{
    return 1 + 6 * n + 2 * n * n;
}

int64_t llr_eigen_integers(int64_t n)
{
    return 3 + 5 * n;
}

int llr_eigen(int64_t n, double *a, double *value, double *work, int *integers)
{
    int order = (int)n, room = (int)llr_eigen_work(n), places = (int)llr_eigen_integers(n), info;
    dsyevd_("V", "U", &order, a, &order, value, work, &room, integers, &places, &info, 1, 1);
    return info;
}

/* dgesdd's real work, then its 8 n integers: two in the room of a double. */
static int64_t svd_reals(int64_t n)
{
    return 4 * n * n + 10 * n + 2 * BLOCK * n;
}

int64_t llr_svd_work(int64_t n)
{
    return svd_reals(n) + 4 * n;
}

int llr_svd(int64_t n, double *a, double *singular, double *u, double *vt, double *work)
{
    /* Read by columns, a is its transpose V S U': its left vectors by columns are V' by rows. */
    int order = (int)n, info;
    int room = svd_reals(n) < INT_MAX ? (int)svd_reals(n) : INT_MAX;
    dgesdd_("S", &order, &order, a, &order, singular, vt, &order, u, &order, work, &room,
            (int *)(work + svd_reals(n)), &info, 1);
    return info;
}
