/* The kernels of logistic.c for one kind of CPU (see each_cpu.h). */

#define reals_t NAME(reals_t)
#define bits_t  NAME(bits_t)
#define point_t NAME(point_t)
#define total_t NAME(total_t)

#define LANES      (BYTES / (int)sizeof(double))
#define ELEMENTARY NAME(llr_elementary)

typedef double reals_t __attribute__((vector_size(BYTES)));
typedef int64_t bits_t __attribute__((vector_size(BYTES)));

INLINE reals_t NAME(all)(double x)
{
    return x - (reals_t){0};
}

INLINE reals_t NAME(choose)(bits_t where, reals_t yes, reals_t no)
{
    return (reals_t)((where & (bits_t)yes) | (~where & (bits_t)no));
}

/* Up to LANES numbers; zeros where there are none. */
INLINE reals_t NAME(load)(const double *from, int64_t count)
{
    reals_t x = {0};
    if (!from) return x;
    if (count >= LANES)
        memcpy(&x, from, sizeof x);
    else
        memcpy(&x, from, (size_t)count * sizeof *from);
    return x;
}

INLINE void NAME(store)(reals_t x, double *to, int64_t count)
{
    if (count >= LANES)
        memcpy(to, &x, sizeof x);
    else
        memcpy(to, &x, (size_t)count * sizeof *to);
}

/* 1 in the lanes that hold a row. */
INLINE reals_t NAME(rows_of)(int64_t count)
{
    reals_t lane;
    for (int l = 0; l < LANES; l++) lane[l] = l;
    return NAME(choose)(lane < NAME(all)((double)(count < LANES ? count : LANES)), NAME(all)(1),
                        NAME(all)(0));
}

INLINE double NAME(sum_of)(reals_t x)
{
    double sum = 0;
    for (int l = 0; l < LANES; l++) sum += x[l];
    return sum;
}

/* What all functions need of a row. */
typedef struct NAME(point) {
    reals_t more, size;  /* its loss is log(1 + more) + size */
    reals_t share, rest; /* share + rest = 1, both exact */
} point_t;

INLINE point_t NAME(point_at)(reals_t margin)
{
    bits_t wrong = (bits_t)margin >> 63; /* by its sign */
    reals_t size = (reals_t)((bits_t)margin & INT64_MAX), e = -size;
    ELEMENTARY.exp((double *)&e);
    reals_t over = 1 / (1 + e);
    return (point_t){.more = e,
                     .size = NAME(choose)(wrong, size, NAME(all)(0)),
                     .share = NAME(choose)(wrong, NAME(all)(1), e) * over,
                     .rest = NAME(choose)(wrong, e, NAME(all)(1)) * over};
}

/* A sum of losses. The logarithms are those of products of some rows: 1 + product is one of 1 +
 * more, and as product is a sum of positive terms, it is exact to a few units in the last place
 * also where it is tiny. */
typedef struct NAME(total) {
    reals_t sum, product;
    int factors;
} total_t;

INLINE void NAME(close_product)(total_t *total)
{
    reals_t loss = total->product;
    ELEMENTARY.log1p((double *)&loss);
    total->sum += loss;
    total->product = NAME(all)(0);
    total->factors = 0;
}

/* here: 1 in the lanes that count. */
INLINE void NAME(add_loss)(total_t *total, reals_t here, const point_t *point)
{
    enum { FACTORS = 8 };
    reals_t more = here * point->more;
    total->sum += here * point->size;
    total->product += more + more * total->product;
    if (++total->factors == FACTORS) NAME(close_product)(total);
}

INLINE double NAME(sum_of_losses)(total_t *total)
{
    NAME(close_product)(total);
    return NAME(sum_of)(total->sum);
}

static void NAME(line)(int64_t rows, double sign, const double *score, const double *direction,
                       double t, double b, llr_logistic_sums_t *sums)
{
    total_t loss = {0};
    reals_t slope[2] = {{0}, {0}}, curvature[3] = {{0}, {0}, {0}};
    for (int64_t i = 0; i < rows; i += LANES) {
        int64_t left = rows - i;
        reals_t d = NAME(load)(direction ? direction + i : NULL, left), here = NAME(rows_of)(left);
        point_t point = NAME(point_at)(sign * (NAME(load)(score + i, left) + t * d + b));
        reals_t share = here * point.share, c = share * point.rest;
        NAME(add_loss)(&loss, here, &point);
        slope[0] -= share * d;
        slope[1] -= share;
        curvature[0] += c * d * d;
        curvature[1] += c * d;
        curvature[2] += c;
    }
    *sums = (llr_logistic_sums_t){
        .loss = NAME(sum_of_losses)(&loss),
        .slope = {sign * NAME(sum_of)(slope[0]), sign * NAME(sum_of)(slope[1])},
        .curvature = {NAME(sum_of)(curvature[0]), NAME(sum_of)(curvature[1]),
                      NAME(sum_of)(curvature[2])}};
}

static double NAME(losses)(int64_t rows, double sign, const double *score, double b, double scale,
                           double *residual)
{
    total_t loss = {0};
    for (int64_t i = 0; i < rows; i += LANES) {
        int64_t left = rows - i;
        point_t point = NAME(point_at)(sign * (NAME(load)(score + i, left) + b));
        NAME(add_loss)(&loss, NAME(rows_of)(left), &point);
        if (residual) NAME(store)(-sign * scale * point.share, residual + i, left);
    }
    return NAME(sum_of_losses)(&loss);
}

static void NAME(curvatures)(int64_t rows, const double *score, double b, double scale,
                             double *curvature)
{
    for (int64_t i = 0; i < rows; i += LANES) {
        point_t point = NAME(point_at)(NAME(load)(score + i, rows - i) + b);
        NAME(store)(scale * point.share * point.rest, curvature + i, rows - i);
    }
}

#undef reals_t
#undef bits_t
#undef point_t
#undef total_t
#undef LANES
#undef ELEMENTARY
