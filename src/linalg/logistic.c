#include "linalg/logistic.h"

#include "linalg/cpu.h"
#include "linalg/elementary.h"

#include <string.h>

/* Vectors of doubles stay inside this file and are inlined away, so their ABI is no matter. */
#pragma GCC diagnostic ignored "-Wpsabi"

enum { LANES = 8 };

typedef double reals_t __attribute__((vector_size(8 * LANES)));
typedef int64_t bits_t __attribute__((vector_size(8 * LANES)));

#define INLINE static inline __attribute__((always_inline))

INLINE reals_t all(double x)
{
    return (reals_t){x, x, x, x, x, x, x, x};
}

INLINE reals_t choose(bits_t where, reals_t yes, reals_t no)
{
    return (reals_t)((where & (bits_t)yes) | (~where & (bits_t)no));
}

/* Up to LANES numbers; zeros where there are none. */
INLINE reals_t load(const double *from, int64_t count)
{
    reals_t x = {0};
    if (!from) return x;
    if (count >= LANES)
        memcpy(&x, from, sizeof x);
    else
        memcpy(&x, from, (size_t)count * sizeof *from);
    return x;
}

INLINE void store(reals_t x, double *to, int64_t count)
{
    memcpy(to, &x, (size_t)(count < LANES ? count : LANES) * sizeof *to);
}

/* 1 in the lanes that hold a row. */
INLINE reals_t rows_of(int64_t count)
{
    reals_t lane = {0, 1, 2, 3, 4, 5, 6, 7};
    return choose(lane < all((double)(count < LANES ? count : LANES)), all(1), all(0));
}

INLINE double sum_of(reals_t x)
{
    return ((x[0] + x[1]) + (x[2] + x[3])) + ((x[4] + x[5]) + (x[6] + x[7]));
}

/* What all functions need of a row. */
typedef struct point {
    reals_t more, size;  /* its loss is log(1 + more) + size */
    reals_t share, rest; /* share + rest = 1, both exact */
} point_t;

INLINE point_t point_at(const llr_elementary_t *f, reals_t margin)
{
    bits_t wrong = (bits_t)margin >> 63; /* by its sign */
    reals_t size = (reals_t)((bits_t)margin & INT64_MAX), e = -size;
    f->exp((double *)&e);
    reals_t over = 1 / (1 + e);
    return (point_t){.more = e,
                     .size = choose(wrong, size, all(0)),
                     .share = choose(wrong, all(1), e) * over,
                     .rest = choose(wrong, e, all(1)) * over};
}

/* A sum of losses. The logarithms are those of products of some rows: 1 + product is one of 1 +
 * more, and as product is a sum of positive terms, it is exact to a few units in the last place
 * also where it is tiny. */
typedef struct total {
    reals_t sum, product;
    int factors;
} total_t;

INLINE void close_product(const llr_elementary_t *f, total_t *total)
{
    f->log1p((double *)&total->product);
    total->sum += total->product;
    total->product = all(0);
    total->factors = 0;
}

/* here: 1 in the lanes that count. */
INLINE void add_loss(const llr_elementary_t *f, total_t *total, reals_t here, const point_t *point)
{
    enum { FACTORS = 8 };
    reals_t more = here * point->more;
    total->sum += here * point->size;
    total->product += more + more * total->product;
    if (++total->factors == FACTORS) close_product(f, total);
}

INLINE double sum_of_losses(const llr_elementary_t *f, total_t *total)
{
    close_product(f, total);
    return sum_of(total->sum);
}

INLINE void line(const llr_elementary_t *f, int64_t rows, double sign, const double *score,
                 const double *direction, double t, double b, llr_logistic_sums_t *sums)
{
    total_t loss = {0};
    reals_t slope[2] = {{0}, {0}}, curvature[3] = {{0}, {0}, {0}};
    for (int64_t i = 0; i < rows; i += LANES) {
        int64_t left = rows - i;
        reals_t d = load(direction ? direction + i : NULL, left), here = rows_of(left);
        point_t point = point_at(f, sign * (load(score + i, left) + t * d + b));
        reals_t share = here * point.share, c = share * point.rest;
        add_loss(f, &loss, here, &point);
        slope[0] -= share * d;
        slope[1] -= share;
        curvature[0] += c * d * d;
        curvature[1] += c * d;
        curvature[2] += c;
    }
    *sums = (llr_logistic_sums_t){
        .loss = sum_of_losses(f, &loss),
        .slope = {sign * sum_of(slope[0]), sign * sum_of(slope[1])},
        .curvature = {sum_of(curvature[0]), sum_of(curvature[1]), sum_of(curvature[2])}};
}

INLINE double losses(const llr_elementary_t *f, int64_t rows, double sign, const double *score,
                     double b, double scale, double *residual)
{
    total_t loss = {0};
    for (int64_t i = 0; i < rows; i += LANES) {
        int64_t left = rows - i;
        point_t point = point_at(f, sign * (load(score + i, left) + b));
        add_loss(f, &loss, rows_of(left), &point);
        if (residual) store(-sign * scale * point.share, residual + i, left);
    }
    return sum_of_losses(f, &loss);
}

INLINE void curvatures(const llr_elementary_t *f, int64_t rows, const double *score, double b,
                       double scale, double *curvature)
{
    for (int64_t i = 0; i < rows; i += LANES) {
        point_t point = point_at(f, load(score + i, rows - i) + b);
        store(scale * point.share * point.rest, curvature + i, rows - i);
    }
}

/* One set of the three functions for each kind of CPU. */
#define DEFINE_FOR(kind, target)                                                                   \
    target static void line_##kind(int64_t rows, double sign, const double *score,                 \
                                   const double *direction, double t, double b,                    \
                                   llr_logistic_sums_t *sums)                                      \
    {                                                                                              \
        line(&llr_elementary_##kind, rows, sign, score, direction, t, b, sums);                    \
    }                                                                                              \
    target static double losses_##kind(int64_t rows, double sign, const double *score, double b,   \
                                       double scale, double *residual)                             \
    {                                                                                              \
        return losses(&llr_elementary_##kind, rows, sign, score, b, scale, residual);              \
    }                                                                                              \
    target static void curvatures_##kind(int64_t rows, const double *score, double b,              \
                                         double scale, double *curvature)                          \
    {                                                                                              \
        curvatures(&llr_elementary_##kind, rows, score, b, scale, curvature);                      \
    }

#if defined(__x86_64__)
DEFINE_FOR(avx512, __attribute__((target("avx512f,avx512dq,fma"))))
DEFINE_FOR(avx2, __attribute__((target("avx2,fma"))))
#endif
DEFINE_FOR(any, )

void llr_logistic_line(int64_t rows, double sign, const double *score, const double *direction,
                       double t, double b, llr_logistic_sums_t *sums)
{
    LLR_CPU_CALL(line, rows, sign, score, direction, t, b, sums);
}

double llr_logistic_loss(int64_t rows, double sign, const double *score, double b, double scale,
                         double *residual)
{
    return LLR_CPU_CALL(losses, rows, sign, score, b, scale, residual);
}

void llr_logistic_curvature(int64_t rows, const double *score, double b, double scale,
                            double *curvature)
{
    LLR_CPU_CALL(curvatures, rows, score, b, scale, curvature);
}
