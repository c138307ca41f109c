/* The kernels of softmax.c for one kind of CPU (see each_cpu.h). */

#define vector_t NAME(vector_t)
#define loose_t  NAME(loose_t)
#define mask_t   NAME(mask_t)
#define lanes_t  NAME(lanes_t)

#define LANES      (BYTES / (int)sizeof(double))
#define ELEMENTARY NAME(llr_elementary)

typedef double vector_t __attribute__((vector_size(BYTES)));
typedef double loose_t __attribute__((vector_size(BYTES), aligned(8), may_alias));
typedef int64_t mask_t __attribute__((vector_size(BYTES)));

/* Vectors of one call, in its work array. */
typedef struct NAME(lanes) {
    vector_t *share, *slope, *gradient, *hessian; /* columns, columns, order, packed triangle */
} lanes_t;

INLINE vector_t NAME(choose)(mask_t mask, vector_t yes, vector_t no)
{
    return (vector_t)(((mask_t)yes & mask) | ((mask_t)no & ~mask));
}

INLINE vector_t NAME(load)(const double *x, int64_t count)
{
    vector_t v = {0};
    if (count == LANES) return *(const loose_t *)x;
    memcpy(&v, x, (size_t)count * sizeof *x);
    return v;
}

INLINE void NAME(store)(double *x, vector_t v, int64_t count)
{
    if (count == LANES)
        *(loose_t *)x = v;
    else
        memcpy(x, &v, (size_t)count * sizeof *x);
}

INLINE double NAME(sum_of)(vector_t v)
{
    double sum = 0;
    for (int l = 0; l < LANES; l++) sum += v[l];
    return sum;
}

/* Scores at the point into share; the largest. */
INLINE vector_t NAME(make_scores)(const llr_softmax_t *in, const lanes_t *at, int64_t row,
                                  int64_t count)
{
    vector_t most = {0};
    for (int32_t k = 0; k < in->columns; k++) {
        vector_t f = NAME(load)(in->score + k * in->rows + row, count) + in->b[k];
        if (in->direction) {
            at->slope[k] = NAME(load)(in->direction + k * in->rows + row, count);
            f += in->t * at->slope[k];
        }
        most = k ? NAME(choose)(f > most, f, most) : f;
        at->share[k] = f;
    }
    return most;
}

/* Scores to shares; sets rest (the shares of the other classes) and returns the losses. */
INLINE vector_t NAME(make_shares)(const llr_softmax_t *in, const lanes_t *at, vector_t most,
                                  int32_t class, vector_t *rest)
{
    vector_t others = {0}, miss = most - at->share[class];
    for (int32_t k = 0; k < in->columns; k++) {
        vector_t e = at->share[k] - most;
        ELEMENTARY.exp((double *)&e);
        at->share[k] = e;
        if (k != class) others += e;
    }
    vector_t sum = others + at->share[class], ratio = others / sum, inverse = 1 / sum;
    /* Near 0 the loss is the share of the other classes, without cancellation; elsewhere the sum,
     * of which one term is 1, is at least 1. */
    mask_t near = ratio < 0.5;
    vector_t loss = NAME(choose)(near, -ratio, sum - 1);
    ELEMENTARY.log1p((double *)&loss);
    for (int32_t k = 0; k < in->columns; k++) at->share[k] *= inverse;
    *rest = ratio;
    return NAME(choose)(near, -loss, miss + loss);
}

INLINE void NAME(add_line)(const llr_softmax_t *in, const lanes_t *at, int32_t class,
                           vector_t weight)
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

INLINE void NAME(add_intercepts)(const llr_softmax_t *in, const lanes_t *at, vector_t weight)
{
    for (int32_t k = 0; k < in->columns; k++) {
        vector_t own = weight * at->share[k], *row = at->hessian + triangle(k + 1) + 1;
        for (int32_t l = 0; l < k; l++) row[l] -= own * at->share[l];
        row[k] += own - own * at->share[k];
    }
}

/* Rows row .. row + count - 1, at most LANES; count is a constant where it is LANES. */
INLINE vector_t NAME(add_block)(const llr_softmax_t *in, const lanes_t *at, int64_t row,
                                int64_t count, int32_t class, double weight)
{
    vector_t a = {0}, rest;
    for (int64_t i = 0; i < count; i++) a[i] = weight;
    vector_t most = NAME(make_scores)(in, at, row, count);
    vector_t loss = NAME(make_shares)(in, at, most, class, &rest);
    for (int32_t k = 0; k < in->columns; k++) {
        vector_t residual = a * (k == class ? -rest : at->share[k]);
        at->gradient[k + 1] += residual;
        if (in->residual) NAME(store)(in->residual + k * in->rows + row, residual, count);
    }
    if (in->direction) NAME(add_line)(in, at, class, a);
    NAME(add_intercepts)(in, at, a);
    return a * loss;
}

static double NAME(rows)(const llr_softmax_t *in, int64_t first, int64_t count, int32_t class,
                         double weight, double *gradient, double *hessian)
{
    int64_t row = 0, columns = in->columns, order = columns + 1;
    vector_t *work = __builtin_assume_aligned(in->work, 64), value = {0};
    lanes_t at = {work, work + columns, work + 2 * columns, work + 2 * columns + order};
    memset(at.gradient, 0, (size_t)(order + triangle(order)) * sizeof(vector_t));
    for (; row + LANES <= count; row += LANES)
        value += NAME(add_block)(in, &at, first + row, LANES, class, weight);
    if (row < count) value += NAME(add_block)(in, &at, first + row, count - row, class, weight);
    for (int64_t k = 0; k < order; k++) {
        gradient[k] += NAME(sum_of)(at.gradient[k]);
        for (int64_t l = 0; l <= k; l++)
            hessian[k * order + l] += NAME(sum_of)(at.hessian[triangle(k) + l]);
    }
    return NAME(sum_of)(value);
}

#undef vector_t
#undef loose_t
#undef mask_t
#undef lanes_t
#undef LANES
#undef ELEMENTARY
