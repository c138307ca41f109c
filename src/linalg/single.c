#include "linalg/single.h"

#include <cblas.h>
#include <stddef.h>

/* Fortran, column-major: a row-major lower triangle is a column-major upper one. */
void spotrf_(const char *uplo, const int *n, float *a, const int *lda, int *info, size_t);
void spotrs_(const char *uplo, const int *n, const int *nrhs, const float *a, const int *lda,
             float *b, const int *ldb, int *info, size_t);
void spotri_(const char *uplo, const int *n, float *a, const int *lda, int *info, size_t);
void strtri_(const char *uplo, const char *diag, const int *n, float *a, const int *lda, int *info,
             size_t, size_t);

void llr_single_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k,
                     float alpha, const float *a, int64_t lda, const float *b, int64_t ldb,
                     float beta, float *c, int64_t ldc)
{
    cblas_sgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
                transpose_b ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, alpha, a, (int)lda,
                b, (int)ldb, beta, c, (int)ldc);
}

void llr_single_syrk(bool transposed, int64_t rows, int64_t n, const float *x, float *c)
{
    cblas_ssyrk(CblasRowMajor, CblasLower, transposed ? CblasNoTrans : CblasTrans, (int)n,
                (int)rows, 1, x, (int)(transposed ? rows : n), 0, c, (int)n);
}

float llr_single_dot(int64_t n, const float *x, const float *y)
{
    return cblas_sdot((int)n, x, 1, y, 1);
}

void llr_single_axpy(int64_t n, float a, const float *x, float *y)
{
    cblas_saxpy((int)n, a, x, 1, y, 1);
}

int llr_single_cholesky(int64_t n, float *a)
{
    int size = (int)n, info;
    spotrf_("U", &size, a, &size, &info, 1);
    return info;
}

void llr_single_cholesky_solve(int64_t n, const float *l, float *b, int64_t vectors)
{
    int size = (int)n, count = (int)vectors, info;
    spotrs_("U", &size, &count, l, &size, b, &size, &info, 1);
}

int llr_single_cholesky_invert(int64_t n, float *l)
{
    int size = (int)n, info;
    spotri_("U", &size, l, &size, &info, 1);
    return info;
}

double llr_single_trace_of_product(int64_t n, const float *a, const float *b)
{
    double trace = 0;
    for (int64_t i = 0; i < n; i++, a += n, b += n)
        trace += 2 * (double)llr_single_dot(i, a, b) + (double)a[i] * (double)b[i];
    return trace;
}

int llr_single_triangle_invert(int64_t n, float *l)
{
    int size = (int)n, info;
    strtri_("U", "N", &size, l, &size, &info, 1, 1);
    return info;
}

void llr_single_narrow(int64_t n, const double *x, float *y)
{
    for (int64_t j = 0; j < n; j++) y[j] = (float)x[j];
}

void llr_single_widen(int64_t n, const float *x, double *y)
{
    for (int64_t j = 0; j < n; j++) y[j] = x[j];
}

/* b = alpha op(t) b or alpha b op(t); t lower triangular, b rows x columns. */
static void multiply(enum CBLAS_SIDE side, bool transposed, int rows, int columns, float alpha,
                     const float *t, int ldt, float *b, int ldb)
{
    cblas_strmm(CblasRowMajor, side, CblasLower, transposed ? CblasTrans : CblasNoTrans,
                CblasNonUnit, rows, columns, alpha, t, ldt, b, ldb);
}

static int invert_small(int n, float *a, int lda)
{
    int info;
    spotrf_("U", &n, a, &lda, &info, 1);
    if (!info) strtri_("U", "N", &n, a, &lda, &info, 1, 1);
    return info;
}

/* Of [A, .; B, C] with the roots' inverses A~ and then C~ of C - B A^-1 B': [A~, .; -C~ B A~' A~,
 * C~]. */
static int inverse_root(int n, float *a, int lda)
{
    enum { SMALL = 32, UNIT = 16 };
    if (n <= SMALL) return invert_small(n, a, lda);
    int first = (n / 2 + UNIT - 1) / UNIT * UNIT, rest = n - first;
    float *b = a + (ptrdiff_t)first * lda, *c = b + first;
    int info = inverse_root(first, a, lda);
    if (info) return info;
    multiply(CblasRight, true, rest, first, 1, a, lda, b, lda);
    cblas_ssyrk(CblasRowMajor, CblasLower, CblasNoTrans, rest, first, -1, b, lda, 1, c, lda);
    info = inverse_root(rest, c, lda);
    if (info) return info;
    multiply(CblasRight, false, rest, first, -1, a, lda, b, lda);
    multiply(CblasLeft, false, rest, first, 1, c, lda, b, lda);
    return 0;
}

int llr_single_inverse_root(int64_t n, float *a)
{
    return inverse_root((int)n, a, (int)n);
}
