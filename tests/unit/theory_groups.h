/* Groups of Gaussian rows with dense covariances, their predictions, and textbook matrix algebra.
 */
#ifndef LLR_TESTS_THEORY_GROUPS_H
#define LLR_TESTS_THEORY_GROUPS_H

#include "base/random.h"
#include "suite.h"
#include "theory/general.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_GROUPS = 8 };

typedef struct theory_groups {
    int32_t groups;
    int64_t dim;
    double prior[MOST_GROUPS], weight[MOST_GROUPS];
    double *mean;       /* groups x dim, owned */
    double *root;       /* groups x dim x dim, owned: covariance = root root' */
    double *covariance; /* groups x dim x dim, owned */
    llr_theory_group_t predicted[MOST_GROUPS];
    const double *mean_rows; /* borrowed, or NULL: the means are exact */
} theory_groups_t;

/* c = a b */
static inline void theory_product(int64_t n, const double *a, const double *b, double *c)
{
    memset(c, 0, sizeof *c * (size_t)(n * n));
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < n; k++)
            for (int64_t j = 0; j < n; j++) c[i * n + j] += a[i * n + k] * b[k * n + j];
}

static inline double theory_trace(int64_t n, const double *a)
{
    double trace = 0;
    for (int64_t i = 0; i < n; i++) trace += a[i * n + i];
    return trace;
}

static inline double theory_trace_pair(int64_t n, const double *a, const double *b)
{
    double trace = 0;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) trace += a[i * n + j] * b[j * n + i];
    return trace;
}

static inline void theory_square(int64_t n, const double *root, double *covariance)
{
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            covariance[i * n + j] = 0;
            for (int64_t k = 0; k < n; k++)
                covariance[i * n + j] += root[i * n + k] * root[j * n + k];
        }
}

/* Priors 1 : 2 : 3 ..., means about 2 long, covariances of different size, spread and
 * orientation. */
static inline theory_groups_t theory_groups_create(int32_t groups, int64_t dim, int64_t seed)
{
    llr_random_t random =
        llr_random_stream((llr_hash_t){7, 9}, LLR_PURPOSE_SYNTHETIC_MEAN, seed, 0);
    theory_groups_t w = {.groups = groups, .dim = dim};
    int64_t size = dim * dim;
    w.mean = malloc(sizeof *w.mean * (size_t)(groups * dim));
    w.root = malloc(sizeof *w.root * (size_t)(groups * size));
    w.covariance = malloc(sizeof *w.covariance * (size_t)(groups * size));
    llr_random_normal(&random, w.mean, groups * dim);
    llr_random_normal(&random, w.root, groups * size);
    for (int64_t u = 0; u < groups * dim; u++) w.mean[u] *= 1.8 / sqrt((double)dim);
    for (int32_t g = 0; g < groups; g++) {
        w.prior[g] = 2. * (g + 1) / (groups * (groups + 1));
        w.weight[g] = 1;
        for (int64_t i = 0; i < dim; i++)
            for (int64_t j = 0; j < dim; j++)
                w.root[g * size + i * dim + j] *= (0.4 + 0.3 * g) / sqrt((double)dim);
        for (int64_t i = 0; i < dim; i++) w.root[g * size + i * dim + i] += 0.6 / (1 + g);
        theory_square(dim, w.root + g * size, w.covariance + g * size);
    }
    return w;
}

static inline void theory_groups_destroy(theory_groups_t *w)
{
    free(w->mean);
    free(w->root);
    free(w->covariance);
}

/* w_g ~ prior^-gamma, mean 1. */
static inline void theory_groups_exponent(theory_groups_t *w, double gamma)
{
    double mean = 0;
    for (int32_t g = 0; g < w->groups; g++) {
        w->weight[g] = pow(w->prior[g], -gamma);
        mean += w->prior[g] * w->weight[g];
    }
    for (int32_t g = 0; g < w->groups; g++) w->weight[g] /= mean;
}

/* Both groups get means -+mu and one covariance H diag(value) H, H a reflection; square: mu in its
 * eigenbasis, squared. */
static inline void theory_groups_share_spectrum(theory_groups_t *w, double *value, double *square)
{
    int64_t d = w->dim;
    double *axis = malloc(sizeof *axis * (size_t)d), *h = malloc(sizeof *h * (size_t)(d * d));
    double length = 0;
    for (int64_t i = 0; i < d; i++) {
        axis[i] = w->mean[d + i];
        length += axis[i] * axis[i];
        value[i] = 3 / (1. + (double)i);
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) h[i * d + j] = (i == j) - 2 * axis[i] * axis[j] / length;
    for (int32_t g = 0; g < 2; g++) {
        double *covariance = w->covariance + g * d * d;
        memset(covariance, 0, sizeof *covariance * (size_t)(d * d));
        for (int64_t i = 0; i < d; i++)
            for (int64_t j = 0; j < d; j++)
                for (int64_t k = 0; k < d; k++)
                    covariance[i * d + j] += h[i * d + k] * value[k] * h[j * d + k];
    }
    for (int64_t i = 0; i < d; i++) {
        double along = 0;
        for (int64_t k = 0; k < d; k++) along += h[i * d + k] * w->mean[k];
        square[i] = along * along;
        w->mean[d + i] = -w->mean[i];
    }
    for (int64_t i = 0; i < d; i++) { /* group 0 is the class of -mu */
        double swap = w->mean[i];
        w->mean[i] = w->mean[d + i];
        w->mean[d + i] = swap;
    }
    free(axis);
    free(h);
}

static inline llr_theory_groups_t theory_groups_problem(const theory_groups_t *w, double n,
                                                        double lambda)
{
    return (llr_theory_groups_t){w->groups,    w->dim,    n,       lambda,
                                 w->prior,     w->weight, w->mean, w->covariance,
                                 w->mean_rows, NULL};
}

/* The prediction, with no more workspace than planned; its groups are w->predicted. */
static inline llr_theory_grouped_t theory_groups_predict(theory_groups_t *w, llr_loss_t loss,
                                                         const llr_quadrature_t *quadrature,
                                                         const int *target, double n, double lambda)
{
    llr_theory_groups_t problem = theory_groups_problem(w, n, lambda);
    llr_theory_grouped_t out = {.group = w->predicted};
    llr_arena_t arena;
    llr_error_t error;
    CU_ASSERT_EQUAL_FATAL(
        llr_arena_create(&arena, llr_theory_general_bytes(w->groups, w->dim, 1), &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_theory_general(&problem, loss, quadrature, target, &out, &arena, &error),
                    LLR_OK);
    CU_ASSERT_EQUAL(arena.used, 0);
    llr_arena_destroy(&arena);
    return out;
}

/* (sum_g prior_g D_g Sigma_g + lambda I)^-1 by Gauss-Jordan elimination. */
static inline double *theory_groups_resolvent(const theory_groups_t *w,
                                              const llr_theory_group_t *group, double lambda)
{
    int64_t d = w->dim, width = 2 * d;
    double *a = calloc((size_t)(d * width), sizeof *a), *r = malloc(sizeof *r * (size_t)(d * d));
    for (int64_t i = 0; i < d; i++) {
        a[i * width + i] = lambda;
        a[i * width + d + i] = 1;
        for (int32_t g = 0; g < w->groups; g++)
            for (int64_t j = 0; j < d; j++)
                a[i * width + j] +=
                    w->prior[g] * group[g].curvature * w->covariance[(g * d + i) * d + j];
    }
    for (int64_t p = 0; p < d; p++) {
        double pivot = a[p * width + p]; /* positive definite: no exchange needed */
        for (int64_t j = 0; j < width; j++) a[p * width + j] /= pivot;
        for (int64_t i = 0; i < d; i++) {
            double factor = a[i * width + p];
            for (int64_t j = 0; j < width && i != p; j++)
                a[i * width + j] -= factor * a[p * width + j];
        }
    }
    for (int64_t i = 0; i < d; i++) memcpy(r + i * d, a + i * width + d, sizeof *r * (size_t)d);
    free(a);
    return r;
}

#endif
