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
