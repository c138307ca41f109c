#include "linalg/blas.h"

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

#if defined(__x86_64__)
/* Vectors by length: none or SSE, AVX, AVX2 with FMA, AVX-512. */
enum { VECTORS_SSE, VECTORS_AVX, VECTORS_AVX2, VECTORS_AVX512 };

static int vectors_of_cpu(void)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq"))
        return VECTORS_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return VECTORS_AVX2;
    return __builtin_cpu_supports("avx") ? VECTORS_AVX : VECTORS_SSE;
}

/* A kernel that is not named here may be newer than all that are. */
static int vectors_of_kernel(const char *kernel)
{
    static const struct {
        const char *name;
        int vectors;
    } known[] = {
        {"Prescott", VECTORS_SSE},    {"Core2", VECTORS_SSE},     {"Penryn", VECTORS_SSE},
        {"Dunnington", VECTORS_SSE},  {"Nehalem", VECTORS_SSE},   {"Atom", VECTORS_SSE},
        {"Athlon", VECTORS_SSE},      {"Opteron", VECTORS_SSE},   {"Opteron_SSE3", VECTORS_SSE},
        {"Barcelona", VECTORS_SSE},   {"Bobcat", VECTORS_SSE},    {"Nano", VECTORS_SSE},
        {"Sandybridge", VECTORS_AVX}, {"Bulldozer", VECTORS_AVX}, {"Piledriver", VECTORS_AVX},
        {"Steamroller", VECTORS_AVX}, {"Haswell", VECTORS_AVX2},  {"Excavator", VECTORS_AVX2},
        {"Zen", VECTORS_AVX2}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (!strcasecmp(kernel, known[k].name)) return known[k].vectors;
    return VECTORS_AVX512;
}

bool llr_blas_kernel_is_old(void)
{
    return vectors_of_kernel(llr_blas_kernel()) < vectors_of_cpu();
}
#else
bool llr_blas_kernel_is_old(void)
{
    return false;
}
#endif

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
    openblas_set_num_threads(threads);
}
