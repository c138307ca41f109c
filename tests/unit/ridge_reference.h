/* Ridge problems by dense linear algebra in long double, from the rows. */
#ifndef LLR_TESTS_RIDGE_REFERENCE_H
#define LLR_TESTS_RIDGE_REFERENCE_H

#include "solve_world.h"

typedef long double real_t;

/* Centred moments of one weighting. */
typedef struct moments {
    int64_t dim;
    int32_t columns;
    real_t *a, *mean, *rhs, *target; /* dim x dim; dim; columns x dim; columns */
} moments_t;

static inline real_t *take(int64_t count)
{
    return calloc((size_t)count, sizeof(real_t));
}

static inline real_t share(const world_t *world, const double *weight, int64_t row)
{
    return (real_t)weight[world_stratum(world, row)] / world->rows;
}

static inline real_t target_of(const world_t *world, int64_t row, int32_t column)
{
    return llr_square_target(world->classes, world->class_of[world_stratum(world, row)], column);
}

static inline moments_t moments_create(const world_t *world, const double *weight)
{
    int64_t dim = world->dim;
    moments_t m = {.dim = dim, .columns = llr_columns(world->classes), .mean = take(dim)};
    real_t whole = 0;
    m.a = take(dim * dim);
    m.rhs = take(m.columns * dim);
    m.target = take(m.columns);
    for (int64_t i = 0; i < world->rows; i++) whole += share(world, weight, i);
    for (int64_t i = 0; i < world->rows; i++) {
        for (int64_t j = 0; j < dim; j++)
            m.mean[j] += share(world, weight, i) / whole * world->x[i * dim + j];
        for (int32_t k = 0; k < m.columns; k++)
            m.target[k] += share(world, weight, i) / whole * target_of(world, i, k);
    }
    for (int64_t i = 0; i < world->rows; i++)
        for (int64_t j = 0; j < dim; j++) {
            real_t part = share(world, weight, i) * (world->x[i * dim + j] - m.mean[j]);
            for (int64_t l = 0; l < dim; l++)
                m.a[j * dim + l] += part * (world->x[i * dim + l] - m.mean[l]);
            for (int32_t k = 0; k < m.columns; k++)
                m.rhs[k * dim + j] += part * (target_of(world, i, k) - m.target[k]);
        }
    return m;
}

static inline void moments_destroy(moments_t *m)
{
    free(m->a);
    free(m->mean);
    free(m->rhs);
    free(m->target);
}

/* inverse = (a + lambda)^-1 by Gauss-Jordan, which needs no pivots here. */
static inline void invert(const moments_t *m, double lambda, real_t *inverse)
{
    int64_t dim = m->dim;
    memcpy(inverse, m->a, (size_t)(dim * dim) * sizeof *inverse);
    for (int64_t j = 0; j < dim; j++) inverse[j * dim + j] += lambda;
    for (int64_t p = 0; p < dim; p++) {
        real_t pivot = 1 / inverse[p * dim + p];
        for (int64_t j = 0; j < dim; j++) inverse[p * dim + j] *= j == p ? 0 : pivot;
        for (int64_t i = 0; i < dim; i++) {
            if (i == p) continue;
            real_t factor = inverse[i * dim + p];
            inverse[i * dim + p] = 0;
            for (int64_t j = 0; j < dim; j++) inverse[i * dim + j] -= factor * inverse[p * dim + j];
            inverse[i * dim + p] = -factor * pivot;
        }
        inverse[p * dim + p] = pivot;
    }
}

static inline real_t trace_of_product(const moments_t *m, const real_t *inverse)
{
    real_t trace = 0;
    for (int64_t u = 0; u < m->dim * m->dim; u++) trace += m->a[u] * inverse[u];
    return trace;
}

static inline real_t value_of(const world_t *world, const double *weight, double lambda,
                              const real_t *theta, const real_t *b)
{
    int32_t columns = llr_columns(world->classes);
    real_t value = 0;
    for (int32_t k = 0; k < columns; k++) {
        for (int64_t i = 0; i < world->rows; i++) {
            real_t miss = b[k] - target_of(world, i, k);
            for (int64_t j = 0; j < world->dim; j++)
                miss += theta[k * world->dim + j] * world->x[i * world->dim + j];
            value += share(world, weight, i) * miss * miss / 2;
        }
        for (int64_t j = 0; j < world->dim; j++)
            value += (real_t)lambda / 2 * theta[k * world->dim + j] * theta[k * world->dim + j];
    }
    return value;
}

static inline real_t least_value(const world_t *world, const double *weight, double lambda,
                                 const moments_t *m, const real_t *inverse)
{
    int64_t dim = m->dim;
    real_t *theta = take(m->columns * dim), *b = take(m->columns), value;
    for (int32_t k = 0; k < m->columns; k++) {
        b[k] = m->target[k];
        for (int64_t j = 0; j < dim; j++) {
            for (int64_t l = 0; l < dim; l++)
                theta[k * dim + j] += inverse[j * dim + l] * m->rhs[k * dim + l];
            b[k] -= theta[k * dim + j] * m->mean[j];
        }
    }
    value = value_of(world, weight, lambda, theta, b);
    free(theta);
    free(b);
    return value;
}

static inline real_t found_value(const world_t *world, const double *weight, double lambda,
                                 const outcome_t *out, int64_t fit)
{
    int64_t columns = llr_columns(world->classes), width = columns * world->dim;
    real_t *theta = take(width), *b = take(columns), value;
    for (int64_t u = 0; u < width; u++) theta[u] = out->theta[fit * width + u];
    for (int64_t k = 0; k < columns; k++) b[k] = out->b[fit * columns + k];
    value = value_of(world, weight, lambda, theta, b);
    free(theta);
    free(b);
    return value;
}

#endif
