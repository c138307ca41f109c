#include "linalg/softmax.h"

#include "linalg/cpu.h"
#include "linalg/elementary.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Vectors are passed between functions that are always inlined: their ABI does not matter. */
#pragma GCC diagnostic ignored "-Wpsabi"

enum { LANES = 8 };

typedef double vector_t __attribute__((vector_size(64)));
typedef double loose_t __attribute__((vector_size(64), aligned(8), may_alias));
typedef int64_t mask_t __attribute__((vector_size(64)));

#define INLINE static inline __attribute__((always_inline))

/* Vectors of one call, in its work array. */
typedef struct lanes {
    int64_t order;
    vector_t *share, *slope, *gradient, *hessian; /* columns, columns, order, packed triangle */
} lanes_t;

static int64_t triangle(int64_t order)
{
    return order * (order + 1) / 2;
}

int64_t llr_softmax_work(int32_t columns)
{
    return LANES * (2 * columns + (columns + 1) + triangle(columns + 1));
}

INLINE vector_t choose(mask_t mask, vector_t yes, vector_t no)
{
    return (vector_t)(((mask_t)yes & mask) | ((mask_t)no & ~mask));
}

INLINE vector_t load(const double *x, int64_t count)
{
    vector_t v = {0};
    if (count == LANES) return *(const loose_t *)x;
    memcpy(&v, x, (size_t)count * sizeof *x);
    return v;
}

INLINE void store(double *x, vector_t v, int64_t count)
{
    if (count == LANES)
        *(loose_t *)x = v;
    else
        memcpy(x, &v, (size_t)count * sizeof *x);
}

/* Scores at the point into share; the largest. */
INLINE vector_t make_scores(const llr_softmax_t *in, const lanes_t *at, int64_t row, int64_t count)
{
    vector_t most = {0};
    for (int32_t k = 0; k < in->columns; k++) {
        vector_t f = load(in->score + k * in->rows + row, count) + in->b[k];
        if (in->direction) {
            at->slope[k] = load(in->direction + k * in->rows + row, count);
            f += in->t * at->slope[k];
        }
        most = k ? choose(f > most, f, most) : f;
        at->share[k] = f;
    }
    return most;
}

/* Scores to shares; sets rest (the shares of the other classes) and returns the losses. */
INLINE vector_t make_shares(const llr_elementary_t *f, const llr_softmax_t *in, const lanes_t *at,
                            vector_t most, int32_t class, int64_t count, vector_t *rest)
{
    vector_t others = {0}, loss = {0}, miss = most - at->share[class];
    for (int32_t k = 0; k < in->columns; k++) {
        at->share[k] -= most;
        f->exp((double *)&at->share[k]);
        if (k != class) others += at->share[k];
    }
    vector_t sum = others + at->share[class], ratio = others / sum;
    /* Near 0 the loss is the share of the other classes, without cancellation. */
    for (int64_t i = 0; i < count; i++)
        loss[i] = ratio[i] < 0.5 ? -log1p(-ratio[i]) : miss[i] + log(sum[i]);
    for (int32_t k = 0; k < in->columns; k++) at->share[k] /= sum;
    *rest = ratio;
    return loss;
}

INLINE void add_line(const llr_softmax_t *in, const lanes_t *at, int32_t class, vector_t weight)
{
    vector_t mean = {0}, square = {0};
    for (int32_t k = 0; k < in->columns; k++) {
        vector_t product = at->share[k] * at->slope[k];
        mean += product;
        square += product * at->slope[k];
    }
    at->gradient[0] += weight * (mean - at->slope[class]);
    at->hessian[0] += weight * (square - mean * mean);
    for (int32_t k = 0; k < in->columns; k++)
        at->hessian[triangle(k + 1)] += weight * at->share[k] * (at->slope[k] - mean);
}

INLINE void add_intercepts(const llr_softmax_t *in, const lanes_t *at, vector_t weight)
{
    for (int32_t k = 0; k < in->columns; k++) {
        vector_t own = weight * at->share[k], *row = at->hessian + triangle(k + 1) + 1;
        for (int32_t l = 0; l <= k; l++) row[l] -= own * at->share[l];
        row[k] += own;
    }
}

INLINE vector_t add_block(const llr_elementary_t *f, const llr_softmax_t *in, const lanes_t *at,
                          int64_t row, int64_t count, int32_t class, double weight)
{
    vector_t a = {0}, rest;
    for (int64_t i = 0; i < count; i++) a[i] = weight;
    vector_t most = make_scores(in, at, row, count);
    vector_t loss = make_shares(f, in, at, most, class, count, &rest);
    for (int32_t k = 0; k < in->columns; k++) {
        vector_t residual = a * (k == class ? -rest : at->share[k]);
        at->gradient[k + 1] += residual;
        if (in->residual) store(in->residual + k * in->rows + row, residual, count);
    }
    if (in->direction) add_line(in, at, class, a);
    add_intercepts(in, at, a);
    return a * loss;
}

INLINE vector_t add_rows(const llr_elementary_t *f, const llr_softmax_t *in, const lanes_t *at,
                         int64_t first, int64_t count, int32_t class, double weight)
{
    vector_t value = {0};
    int64_t row = 0;
    for (; row + LANES <= count; row += LANES)
        value += add_block(f, in, at, first + row, LANES, class, weight);
    if (row < count) value += add_block(f, in, at, first + row, count - row, class, weight);
    return value;
}

#define DEFINE_FOR(kind, target)                                                                   \
    target static void add_##kind(const llr_softmax_t *in, const lanes_t *at, int64_t first,       \
                                  int64_t count, int32_t class, double weight, vector_t *value)    \
    {                                                                                              \
        *value = add_rows(&llr_elementary_##kind, in, at, first, count, class, weight);            \
    }

#if defined(__x86_64__)
DEFINE_FOR(avx512, __attribute__((target("avx512f,avx512dq,fma"))))
DEFINE_FOR(avx2, __attribute__((target("avx2,fma"))))
#endif
DEFINE_FOR(any, )

static double sum_lanes(vector_t v)
{
    return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

double llr_softmax_rows(const llr_softmax_t *softmax, int64_t first, int64_t count, int32_t class,
                        double weight, double *gradient, double *hessian)
{
    int64_t columns = softmax->columns, order = columns + 1;
    vector_t *work = (vector_t *)__builtin_assume_aligned(softmax->work, 64), value;
    lanes_t at = {order, work, work + columns, work + 2 * columns, work + 2 * columns + order};
    memset(at.gradient, 0, (size_t)(order + triangle(order)) * sizeof(vector_t));
    LLR_CPU_CALL(add, softmax, &at, first, count, class, weight, &value);
    for (int64_t k = 0; k < order; k++) {
        gradient[k] += sum_lanes(at.gradient[k]);
        for (int64_t l = 0; l <= k; l++)
            hessian[k * order + l] += sum_lanes(at.hessian[triangle(k) + l]);
    }
    return sum_lanes(value);
}
