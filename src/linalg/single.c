#include "linalg/single.h"

#include <cblas.h>
#include <stdbool.h>
#include <stddef.h>

/* Fortran, as in lapack.c. */
void spotrf_(const char *uplo, const int *n, float *a, const int *lda, int *info, size_t);
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
