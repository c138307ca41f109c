#include "theory/orthant.h"

#include "theory/loss.h"

#include <math.h>

enum { POINTS = 16384 };

/* x with upper tail p in (0, 1): Acklam's rational approximations, to 1.2e-9 relative. */
static double tail_quantile(double p)
{
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,
                               -2.759285104469687e+02, 1.383577518672690e+02,
                               -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02,
                               -1.556989798598866e+02, 6.680131188771972e+01,
                               -1.328068155288572e+01};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01,
                               -2.400758277161838e+00, -2.549732539343734e+00,
                               4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                               3.754408661907416e+00};
    if (p > 0.97575) return -tail_quantile(1 - p);
    if (p < 0.02425) {
        double q = sqrt(-2 * log(p));
        return -(((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
               ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
    }
    double q = 0.5 - p, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* Exchanges variables i <= j of mean and of the symmetric covariance, whose columns before i hold
 * the factor. */
static void exchange(int64_t dim, double *mean, double *covariance, int64_t i, int64_t j)
{
    swap(mean + i, mean + j);
    for (int64_t k = 0; k < dim; k++) swap(covariance + i * dim + k, covariance + j * dim + k);
    for (int64_t k = i; k < dim; k++) swap(covariance + k * dim + i, covariance + k * dim + j);
}

/* P(X > 0) for N(mean, deviation^2); a deviation of 0 is a point. */
static double positive(double mean, double deviation)
{
    if (deviation > 0) return llr_normal_tail(-mean / deviation);
    return mean > 0 ? 1 : 0;
}

/* The variable from i on that is least likely positive, given that those before have their expected
 * values. */
static int64_t least_likely(int64_t dim, const double *mean, const double *covariance, int64_t i)
{
    int64_t best = i;
    double least = INFINITY;
    for (int64_t j = i; j < dim; j++) {
        double likely = positive(mean[j], sqrt(fmax(covariance[j * dim + j], 0)));
        if (likely < least) {
            least = likely;
            best = j;
        }
    }
    return best;
}

/* E(Z | Z > a) */
static double tail_mean(double a)
{
    double tail = llr_normal_tail(a);
    return tail > 1e-300 ? exp(-a * a / 2) / sqrt(2 * M_PI) / tail : a;
}

/* Factors the covariance (lower triangle, in place) in the order of least probability. The mean
 * moves with the expected values meanwhile, and is put back. */
static void factor(int64_t dim, double *mean, double *covariance, double *expected)
{
    double scale = 0;
    for (int64_t i = 0; i < dim; i++) scale = fmax(scale, covariance[i * dim + i]);
    for (int64_t i = 0; i < dim; i++) {
        exchange(dim, mean, covariance, i, least_likely(dim, mean, covariance, i));
        double variance = covariance[i * dim + i];
        double root = variance > 1e-13 * scale ? sqrt(variance) : 0;
        covariance[i * dim + i] = root;
        expected[i] = root > 0 ? tail_mean(-mean[i] / root) : 0;
        for (int64_t j = i + 1; j < dim; j++) {
            covariance[j * dim + i] = root > 0 ? covariance[j * dim + i] / root : 0;
            mean[j] += covariance[j * dim + i] * expected[i];
        }
        for (int64_t j = i + 1; j < dim; j++)
            for (int64_t k = i + 1; k < dim; k++)
                covariance[j * dim + k] -= covariance[j * dim + i] * covariance[k * dim + i];
    }
    for (int64_t i = 0; i < dim; i++)
        for (int64_t k = 0; k < i; k++) mean[i] -= covariance[i * dim + k] * expected[k];
}

/* The integrand of Genz's transformed integral at a point of the unit cube: the product of the
 * conditional probabilities, each variable drawn from its tail by one coordinate. */
static double conditional_product(int64_t dim, const double *mean, const double *factor,
                                  const double *point, double *z)
{
    double product = 1;
    for (int64_t i = 0; i < dim && product > 0; i++) {
        double at = mean[i], root = factor[i * dim + i];
        for (int64_t k = 0; k < i; k++) at += factor[i * dim + k] * z[k];
        double likely = positive(at, root);
        product *= likely;
        if (i + 1 < dim) z[i] = root > 0 && likely > 0 ? tail_quantile(likely * point[i]) : 0;
    }
    return product;
}

static int64_t next_prime(int64_t prime)
{
    for (int64_t candidate = prime + 1;; candidate++) {
        int64_t factor = 2;
        while (factor * factor <= candidate && candidate % factor) factor++;
        if (factor * factor > candidate) return candidate;
    }
}

static void prime_roots(int64_t count, double *root)
{
    int64_t prime = 1;
    for (int64_t i = 0; i < count; i++) {
        prime = next_prime(prime);
        root[i] = sqrt((double)prime);
    }
}

/* Richtmyer's points: multiples of the roots of the primes modulo 1, folded so that the integrand
 * is periodic. */
static void richtmyer(int64_t dim, const double *root, int64_t index, double *point)
{
    for (int64_t i = 0; i < dim; i++) {
        double turn = ((double)index + 0.5) * root[i];
        point[i] = fmin(fmax(fabs(2 * (turn - floor(turn)) - 1), 1e-12), 1 - 1e-12);
    }
}

double llr_normal_orthant(int64_t dim, double *mean, double *covariance, double *work)
{
    double *z = work, *point = work + dim, *root = point + dim, sum = 0;
    if (dim == 0) return 1;
    if (dim == 1) return positive(mean[0], sqrt(fmax(covariance[0], 0)));
    factor(dim, mean, covariance, z);
    prime_roots(dim - 1, root);
    for (int64_t i = 0; i < POINTS; i++) {
        richtmyer(dim - 1, root, i, point);
        sum += conditional_product(dim, mean, covariance, point, z);
    }
    return sum / POINTS;
}
