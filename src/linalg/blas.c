#include "linalg/blas.h"

#include "linalg/cpu.h"

#include <cblas.h>
#include <limits.h>
#include <strings.h>

int64_t llr_blas_limit(void)
{
    return INT_MAX;
}

void llr_gemm(bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, double alpha,
              const double *a, int64_t lda, const double *b, int64_t ldb, double beta, double *c,
              int64_t ldc)
{
    cblas_dgemm(CblasRowMajor, transpose_a ? CblasTrans : CblasNoTrans,
                transpose_b ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, alpha, a, (int)lda,
                b, (int)ldb, beta, c, (int)ldc);
}

void llr_syrk(int64_t rows, int64_t n, double alpha, const double *x, int64_t ldx, double beta,
              double *c)
{
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)n, (int)rows, alpha, x, (int)ldx, beta,
                c, (int)n);
}

void llr_symm(int64_t m, int64_t n, const double *a, const double *s, double *c)
{
    cblas_dsymm(CblasRowMajor, CblasRight, CblasLower, (int)m, (int)n, 1, s, (int)n, a, (int)n, 0,
                c, (int)n);
}

void llr_mirror(int64_t n, double *a)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) a[j * n + i] = a[i * n + j];
}

double llr_dot(int64_t n, const double *x, const double *y)
{
    return cblas_ddot((int)n, x, 1, y, 1);
}

void llr_axpy(int64_t n, double a, const double *x, double *y)
{
    cblas_daxpy((int)n, a, x, 1, y, 1);
}

const char *llr_blas_kernel(void)
{
    return openblas_get_corename();
}

const char *llr_blas_version(void)
{
    return openblas_get_config();
}

int llr_blas_threads(void)
{
    return openblas_get_num_threads();
}

void llr_blas_set_threads(int threads)
{
    if (threads != openblas_get_num_threads()) openblas_set_num_threads(threads);
}

/* OpenBLAS ends its threads by this when the program ends. */
int blas_thread_shutdown_(void) __attribute__((weak));

void llr_blas_alone(void)
{
    llr_blas_set_threads(1);
    if (blas_thread_shutdown_) blas_thread_shutdown_();
}
