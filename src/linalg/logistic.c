#include "linalg/logistic.h"

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

/* exp(x) for x <= 0; below -700, where nothing is left to see, exp(-700). With x = k log 2 + r,
 * |r| <= log(2) / 2: 2^k times Taylor's polynomial, whose rest is under 5e-18. Adding 1.5 2^52
 * rounds to whole numbers and leaves k in the lowest bits. */
INLINE reals_t exp_negative(reals_t x)
{
    const double shift = 6755399441055744.0;
    static const double share[] = {1.0 / 6227020800,
                                   1.0 / 479001600,
                                   1.0 / 39916800,
                                   1.0 / 3628800,
                                   1.0 / 362880,
                                   1.0 / 40320,
                                   1.0 / 5040,
                                   1.0 / 720,
                                   1.0 / 120,
                                   1.0 / 24,
                                   1.0 / 6,
                                   0.5,
                                   1,
                                   1};
    x = choose(x < all(-700), all(-700), x);
    reals_t shifted = x * 1.4426950408889634 + shift, k = shifted - shift;
    reals_t r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    reals_t sum = all(share[0]);
    for (int s = 1; s < 14; s++) sum = sum * r + share[s];
    bits_t power = ((bits_t)shifted + 1023) << 52;
    return sum * (reals_t)power;
}

/* log(1 + e) for 0 <= e <= 1: 2 atanh(s) with s = e / (2 + e), or from log 2 on with the s of
 * (1 + e) / 2; s^2 <= .0295, so eleven terms are left. */
INLINE reals_t log_of_one_more(reals_t e)
{
    bits_t large = e > all(0.4142);
    reals_t s = choose(large, e - 1, e) / (choose(large, e + 1, e) + 2);
    reals_t square = s * s, sum = all(1.0 / 23);
    for (int k = 21; k >= 3; k -= 2) sum = sum * square + 1.0 / k;
    return choose(large, all(0.69314718055994530942), all(0)) + (2 * s + 2 * s * square * sum);
}

/* What all functions need of a row. */
typedef struct point {
    reals_t loss, share, rest; /* share + rest = 1, both exact */
} point_t;

INLINE point_t point_at(reals_t margin, int loss)
{
    bits_t wrong = margin < all(0);
    reals_t size = (reals_t)((bits_t)margin & INT64_MAX), e = exp_negative(-size);
    reals_t over = 1 / (1 + e);
    point_t point = {.share = choose(wrong, all(1), e) * over,
                     .rest = choose(wrong, e, all(1)) * over};
    if (loss) point.loss = log_of_one_more(e) + choose(wrong, size, all(0));
    return point;
}

INLINE void line(int64_t rows, double sign, const double *score, const double *direction, double t,
                 double b, llr_logistic_sums_t *sums)
{
    reals_t loss = {0}, slope[2] = {{0}, {0}}, curvature[3] = {{0}, {0}, {0}};
    for (int64_t i = 0; i < rows; i += LANES) {
        int64_t left = rows - i;
        reals_t d = load(direction ? direction + i : NULL, left), here = rows_of(left);
        point_t point = point_at(sign * (load(score + i, left) + t * d + b), 1);
        reals_t share = here * point.share, c = share * point.rest;
        loss += here * point.loss;
        slope[0] -= share * d;
        slope[1] -= share;
        curvature[0] += c * d * d;
        curvature[1] += c * d;
        curvature[2] += c;
    }
    *sums = (llr_logistic_sums_t){
        .loss = sum_of(loss),
        .slope = {sign * sum_of(slope[0]), sign * sum_of(slope[1])},
        .curvature = {sum_of(curvature[0]), sum_of(curvature[1]), sum_of(curvature[2])}};
}

INLINE double losses(int64_t rows, double sign, const double *score, double b, double scale,
                     double *residual)
{
    reals_t sum = {0};
    for (int64_t i = 0; i < rows; i += LANES) {
        int64_t left = rows - i;
        point_t point = point_at(sign * (load(score + i, left) + b), 1);
        sum += rows_of(left) * point.loss;
        if (residual) store(-sign * scale * point.share, residual + i, left);
    }
    return sum_of(sum);
}

INLINE void curvatures(int64_t rows, const double *score, double b, double scale, double *curvature)
{
    for (int64_t i = 0; i < rows; i += LANES) {
        point_t point = point_at(load(score + i, rows - i) + b, 0);
        store(scale * point.share * point.rest, curvature + i, rows - i);
    }
}

/* One set of the three functions for each kind of CPU. */
#define DEFINE_FOR(kind, target)                                                                   \
    target static void line_##kind(int64_t rows, double sign, const double *score,                 \
                                   const double *direction, double t, double b,                    \
                                   llr_logistic_sums_t *sums)                                      \
    {                                                                                              \
        line(rows, sign, score, direction, t, b, sums);                                            \
    }                                                                                              \
    target static double losses_##kind(int64_t rows, double sign, const double *score, double b,   \
                                       double scale, double *residual)                             \
    {                                                                                              \
        return losses(rows, sign, score, b, scale, residual);                                      \
    }                                                                                              \
    target static void curvatures_##kind(int64_t rows, const double *score, double b,              \
                                         double scale, double *curvature)                          \
    {                                                                                              \
        curvatures(rows, score, b, scale, curvature);                                              \
    }

#if defined(__x86_64__)
DEFINE_FOR(avx512, __attribute__((target("avx512f,avx512dq,fma"))))
DEFINE_FOR(avx2, __attribute__((target("avx2,fma"))))
#endif
DEFINE_FOR(portable, )

#if defined(__x86_64__)
#define CALL(name, ...)                                                                            \
    (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")                       \
         ? name##_avx512(__VA_ARGS__)                                                              \
     : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")                             \
         ? name##_avx2(__VA_ARGS__)                                                                \
         : name##_portable(__VA_ARGS__))
#else
#define CALL(name, ...) name##_portable(__VA_ARGS__)
#endif

void llr_logistic_line(int64_t rows, double sign, const double *score, const double *direction,
                       double t, double b, llr_logistic_sums_t *sums)
{
    CALL(line, rows, sign, score, direction, t, b, sums);
}

double llr_logistic_loss(int64_t rows, double sign, const double *score, double b, double scale,
                         double *residual)
{
    return CALL(losses, rows, sign, score, b, scale, residual);
}

void llr_logistic_curvature(int64_t rows, const double *score, double b, double scale,
                            double *curvature)
{
    CALL(curvatures, rows, score, b, scale, curvature);
}
