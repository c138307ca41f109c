#include "bench_meter.h"

#include "base/clock.h"
#include "linalg/band_product.h"
#include "linalg/gram.h"
#include "linalg/panels.h"
#include "linalg/tile.h"
#include "store/subsample.h"
#include "work/unit.h"

#include <cblas.h>
#include <string.h>

static bench_meters_t *meters; /* NULL: not counting */
static bool counts_kernels;
static bench_phase_t phase;
static double entered;

/* Time up to now belongs to the phase that was; from now on to the next. */
static void enter(bench_phase_t next)
{
    if (!meters) return;
    double now = llr_clock_cpu_seconds();
    meters->phase[phase].seconds += now - entered;
    meters->phase[next].calls += next != phase;
    entered = now;
    phase = next;
}

void bench_meters_start(bench_meters_t *into, bool kernels)
{
    *into = (bench_meters_t){.phase = {{.name = "gather"}, {.name = "solve"}, {.name = "metrics"}}};
    meters = into;
    counts_kernels = kernels;
    phase = BENCH_METRICS;
    entered = llr_clock_cpu_seconds();
}

void bench_meters_stop(void)
{
    enter(BENCH_METRICS);
    for (int p = 0; p < BENCH_PHASES; p++)
        for (int k = 0; k < meters->kernels[p]; k++)
            meters->phase[p].flops += meters->kernel[p][k].flops;
    meters = NULL;
    counts_kernels = false;
}

/* The meter of a kernel in this phase, or a new one; the last one takes all that find no place. */
static bench_meter_t *find_meter(const char *name)
{
    int *used = &meters->kernels[phase], k = 0;
    while (k < *used && strcmp(meters->kernel[phase][k].name, name)) k++;
    if (k == BENCH_KERNELS) return &meters->kernel[phase][k - 1];
    if (k == *used) meters->kernel[phase][(*used)++].name = name;
    return &meters->kernel[phase][k];
}

static void count(const char *name, double before, double flops)
{
    bench_meter_t *meter = find_meter(name);
    meter->calls++;
    meter->seconds += llr_clock_cpu_seconds() - before;
    meter->flops += flops;
}

static double product(int64_t a, int64_t b, int64_t c)
{
    return (double)a * (double)b * (double)c;
}

/* A triangle has half the entries. */
static double panel_flops(const llr_panels_t *panels, int64_t vectors)
{
    double whole = 2 * product(panels->rows, panels->columns, vectors);
    return panels->shape == LLR_PANELS_FULL ? whole : whole / 2;
}

/* The linker calls __wrap_NAME in place of NAME, and finds NAME under __real_NAME. The build reads
 * the names out of the lines that begin with PHASE( or KERNEL(. */
#define PHASE(name, which, parameters, arguments)                                                  \
    __typeof__(name) __real_##name, __wrap_##name;                                                 \
    llr_code_t __wrap_##name parameters                                                            \
    {                                                                                              \
        bench_phase_t before = phase;                                                              \
        enter(which);                                                                              \
        llr_code_t code = __real_##name arguments;                                                 \
        enter(before);                                                                             \
        return code;                                                                               \
    }

#define KERNEL(name, flops, parameters, arguments)                                                 \
    void __real_##name parameters;                                                                 \
    void __wrap_##name parameters;                                                                 \
    void __wrap_##name parameters                                                                  \
    {                                                                                              \
        double before = counts_kernels ? llr_clock_cpu_seconds() : 0;                              \
        __real_##name arguments;                                                                   \
        if (counts_kernels) count(#name, before, flops);                                           \
    }

// clang-format off
PHASE(llr_subsample_draw, BENCH_GATHER,
      (const llr_dataset_t *dataset, int64_t n, int64_t seed, llr_subsample_t *out,
       llr_arena_t *arena, llr_error_t *error),
      (dataset, n, seed, out, arena, error))
PHASE(llr_subsample_arrange, BENCH_GATHER,
      (const llr_dataset_t *dataset, llr_subsample_t *subsample, llr_arena_t *arena,
       llr_error_t *error),
      (dataset, subsample, arena, error))
PHASE(llr_subsample_gather, BENCH_GATHER,
      (const llr_dataset_t *dataset, const llr_subsample_t *subsample, int64_t seed, double *out,
       llr_arena_t *arena, llr_error_t *error),
      (dataset, subsample, seed, out, arena, error))
PHASE(llr_solve, BENCH_SOLVE,
      (llr_loss_t loss, const llr_sample_t *sample, const llr_path_t *paths, int64_t count,
       const llr_solve_options_t *options, llr_solutions_t *solutions, llr_arena_t *arena,
       llr_error_t *error),
      (loss, sample, paths, count, options, solutions, arena, error))

KERNEL(cblas_dgemm, 2 * product(m, n, k),
       (CBLAS_ORDER order, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k,
        double alpha, const double *a, int lda, const double *b, int ldb, double beta, double *c,
        int ldc),
       (order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
KERNEL(cblas_sgemm, 2 * product(m, n, k),
       (CBLAS_ORDER order, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k,
        float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c,
        int ldc),
       (order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
KERNEL(cblas_dsyrk, product(n, n + 1, k),
       (CBLAS_ORDER order, CBLAS_UPLO uplo, CBLAS_TRANSPOSE trans, int n, int k, double alpha,
        const double *a, int lda, double beta, double *c, int ldc),
       (order, uplo, trans, n, k, alpha, a, lda, beta, c, ldc))
KERNEL(cblas_ssyrk, product(n, n + 1, k),
       (CBLAS_ORDER order, CBLAS_UPLO uplo, CBLAS_TRANSPOSE trans, int n, int k, float alpha,
        const float *a, int lda, float beta, float *c, int ldc),
       (order, uplo, trans, n, k, alpha, a, lda, beta, c, ldc))
KERNEL(cblas_dsymm, 2 * product(m, n, side == CblasLeft ? m : n),
       (CBLAS_ORDER order, CBLAS_SIDE side, CBLAS_UPLO uplo, int m, int n, double alpha,
        const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc),
       (order, side, uplo, m, n, alpha, a, lda, b, ldb, beta, c, ldc))
KERNEL(cblas_dsyr2k, 2 * product(n, n + 1, k),
       (CBLAS_ORDER order, CBLAS_UPLO uplo, CBLAS_TRANSPOSE trans, int n, int k, double alpha,
        const double *a, int lda, const double *b, int ldb, double beta, double *c, int ldc),
       (order, uplo, trans, n, k, alpha, a, lda, b, ldb, beta, c, ldc))
KERNEL(llr_gram_of, product(n, n + 1, rows),
       (int64_t rows, int64_t n, const double *x, double *sum, double *c, double *room),
       (rows, n, x, sum, c, room))
KERNEL(llr_band_product, 2 * product(n, n, lanes),
       (int64_t n, const double *a, int64_t lda, int lanes, const double *v, double *w),
       (n, a, lda, lanes, v, w))
KERNEL(llr_panels_multiply, panel_flops(panels, vectors),
       (const llr_panels_t *panels, const double *x, int64_t vectors, double *y),
       (panels, x, vectors, y))
KERNEL(llr_panels_multiply_exactly, panel_flops(panels, vectors),
       (const llr_panels_t *panels, const double *x, int64_t vectors, double *y),
       (panels, x, vectors, y))
KERNEL(llr_tile_product, 2 * product(LLR_TILE_ROWS, strips * LLR_STRIP, depth),
       (int64_t depth, int64_t strips, const float *a, int64_t lda, const float *b, float *c,
        int64_t ldc),
       (depth, strips, a, lda, b, c, ldc))
KERNEL(dpotrf_, product(*n, *n, *n) / 3,
       (const char *uplo, const int *n, double *a, const int *lda, int *info, size_t u),
       (uplo, n, a, lda, info, u))
KERNEL(spotrf_, product(*n, *n, *n) / 3,
       (const char *uplo, const int *n, float *a, const int *lda, int *info, size_t u),
       (uplo, n, a, lda, info, u))
KERNEL(dpotrs_, 2 * product(*n, *n, *columns),
       (const char *uplo, const int *n, const int *columns, const double *a, const int *lda,
        double *b, const int *ldb, int *info, size_t u),
       (uplo, n, columns, a, lda, b, ldb, info, u))
KERNEL(dtrtri_, product(*n, *n, *n) / 3,
       (const char *uplo, const char *diagonal, const int *n, double *a, const int *lda, int *info,
        size_t u, size_t d),
       (uplo, diagonal, n, a, lda, info, u, d))
KERNEL(dsytrd_, 4 * product(*n, *n, *n) / 3,
       (const char *uplo, const int *n, double *a, const int *lda, double *d, double *e,
        double *tau, double *work, const int *size, int *info, size_t u),
       (uplo, n, a, lda, d, e, tau, work, size, info, u))
KERNEL(dormtr_, 2 * product(*m, *m, *n),
       (const char *side, const char *uplo, const char *trans, const int *m, const int *n,
        const double *a, const int *lda, const double *tau, double *c, const int *ldc,
        double *work, const int *size, int *info, size_t s, size_t u, size_t t),
       (side, uplo, trans, m, n, a, lda, tau, c, ldc, work, size, info, s, u, t))
KERNEL(dsterf_, 0, (const int *n, double *d, double *e, int *info), (n, d, e, info))
KERNEL(dpttrf_, product(3, *n, 1), (const int *n, double *d, double *e, int *info),
       (n, d, e, info))
KERNEL(dpttrs_, product(5, *n, *columns),
       (const int *n, const int *columns, const double *d, const double *e, double *b,
        const int *ldb, int *info),
       (n, columns, d, e, b, ldb, info))
KERNEL(dgeqrf_, 2 * product(*n, *n, *m) - 2 * product(*n, *n, *n) / 3,
       (const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
        const int *size, int *info),
       (m, n, a, lda, tau, work, size, info))
KERNEL(dormqr_, 2 * product(*k, 2 * *m - *k, *n),
       (const char *side, const char *trans, const int *m, const int *n, const int *k,
        const double *a, const int *lda, const double *tau, double *c, const int *ldc,
        double *work, const int *size, int *info, size_t s, size_t t),
       (side, trans, m, n, k, a, lda, tau, c, ldc, work, size, info, s, t))
