#include "linalg/single.h"

#include <cblas.h>
#include <stddef.h>

/* Fortran, as in lapack.c. */
void spotrf_(const char *uplo, const int *n, float *a, const int *lda, int *info, size_t);
void spotrs_(const char *uplo, const int *n, const int *nrhs, const float *a, const int *lda,
             float *b, const int *ldb, int *info, size_t);
void strtri_(const char *uplo, const char *diag, const int *n, float *a, const int *lda, int *info,
             size_t, size_t);

void llr_single_syrk(int64_t rows, int64_t n, const float *x, float *c)
{
    cblas_ssyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)rows, 1, x, (int)n, 0, c,
                (int)n);
}

void llr_single_row_syrk(int64_t rows, int64_t n, const float *x, float *c)
{
    cblas_ssyrk(CblasRowMajor, CblasLower, CblasNoTrans, (int)rows, (int)n, 1, x, (int)n, 0, c,
                (int)rows);
}

int llr_single_cholesky(int64_t n, float *a)
{
    int size = (int)n, info;
    spotrf_("U", &size, a, &size, &info, 1);
    return info;
}

int llr_single_cholesky_solve(int64_t n, const float *l, float *b, int64_t vectors)
{
    int size = (int)n, count = (int)vectors, info;
    spotrs_("U", &size, &count, l, &size, b, &size, &info, 1);
    return info;
}

int llr_single_triangle_invert(int64_t n, float *l)
{
    int size = (int)n, info;
    strtri_("U", "N", &size, l, &size, &info, 1, 1);
    return info;
}
