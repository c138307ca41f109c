/* A textbook minimiser of the objective: full Newton on (Theta, b) with a dense Hessian and
 * Gaussian elimination, on the raw rows, in long double. Shares nothing with the solvers. */
#ifndef LLR_TESTS_SOLVE_REFERENCE_H
#define LLR_TESTS_SOLVE_REFERENCE_H

#include "model/solve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef long double real_t;

enum { MOST_STRATA = 20 };

typedef struct problem {
    int64_t rows, dim;
    int32_t classes, strata;
    int64_t start[MOST_STRATA + 1];
    int32_t class_of[MOST_STRATA];
    double *x;                  /* rows x dim, by stratum */
    double weight[MOST_STRATA]; /* strata */
    double lambda;
    llr_loss_t loss;
} problem_t;

static inline int32_t stratum_of_row(const problem_t *problem, int64_t row)
{
    int32_t s = 0;
    while (row >= problem->start[s + 1]) s++;
    return s;
}

/* Loss, first (columns) and second (columns x columns) derivatives by the scores of one row. */
static inline real_t row_loss(const problem_t *problem, int32_t class, const real_t *f, real_t *g,
                              real_t *h)
{
    int32_t columns = problem->classes == 2 ? 1 : problem->classes;
    real_t loss = 0, most = f[0], sum = 0;
    memset(h, 0, sizeof *h * (size_t)(columns * columns));
    if (problem->loss == LLR_LOSS_SQUARE) {
        for (int32_t k = 0; k < columns; k++) {
            real_t t = class == (columns == 1 ? 1 : k) ? 1 : -1;
            loss += (t - f[k]) * (t - f[k]) / 2;
            g[k] = f[k] - t;
            h[k * columns + k] = 1;
        }
    } else if (columns == 1) {
        real_t t = class ? 1 : -1, p = 1 / (1 + expl(t * f[0]));
        loss = t * f[0] > 0 ? log1pl(expl(-t * f[0])) : -t * f[0] + log1pl(expl(t * f[0]));
        g[0] = -t * p;
        h[0] = p * (1 - p);
    } else {
        for (int32_t k = 1; k < columns; k++) most = fmaxl(most, f[k]);
        for (int32_t k = 0; k < columns; k++) sum += expl(f[k] - most);
        for (int32_t k = 0; k < columns; k++) g[k] = expl(f[k] - most) / sum;
        for (int32_t k = 0; k < columns; k++)
            for (int32_t l = 0; l < columns; l++) h[k * columns + l] = g[k] * ((k == l) - g[l]);
        loss = most + logl(sum) - f[class];
        g[class] -= 1;
    }
    return loss;
}

/* F at v = columns x (dim + 1), the intercept last; gradient and Hessian where asked for. */
static inline real_t reference_value(const problem_t *problem, const real_t *v, real_t *gradient,
                                     real_t *hessian)
{
    int32_t columns = problem->classes == 2 ? 1 : problem->classes;
    int64_t width = problem->dim + 1, size = columns * width;
    real_t value = 0, f[8], g[8], h[64];
    if (gradient) memset(gradient, 0, sizeof *gradient * (size_t)size);
    if (hessian) memset(hessian, 0, sizeof *hessian * (size_t)(size * size));
    for (int64_t i = 0; i < problem->rows; i++) {
        const double *x = problem->x + i * problem->dim;
        int32_t stratum = stratum_of_row(problem, i), class = problem->class_of[stratum];
        real_t a = (real_t)problem->weight[stratum] / problem->rows;
        for (int32_t k = 0; k < columns; k++) {
            f[k] = v[k * width + problem->dim];
            for (int64_t j = 0; j < problem->dim; j++) f[k] += v[k * width + j] * x[j];
        }
        value += a * row_loss(problem, class, f, g, h);
        for (int32_t k = 0; gradient && k < columns; k++)
            for (int64_t j = 0; j < width; j++)
                gradient[k * width + j] += a * g[k] * (j < problem->dim ? x[j] : 1);
        for (int32_t k = 0; hessian && k < columns; k++)
            for (int32_t l = 0; l < columns; l++)
                for (int64_t j = 0; j < width; j++)
                    for (int64_t m = 0; m < width; m++)
                        hessian[(k * width + j) * size + l * width + m] +=
                            a * h[k * columns + l] * (j < problem->dim ? x[j] : 1) *
                            (m < problem->dim ? x[m] : 1);
    }
    for (int64_t u = 0; u < size; u++) {
        if (u % width == problem->dim) continue;
        value += (real_t)problem->lambda / 2 * v[u] * v[u];
        if (gradient) gradient[u] += problem->lambda * v[u];
        if (hessian) hessian[u * size + u] += problem->lambda;
    }
    return value;
}

/* Solves a x = b in place, with partial pivoting. */
static inline void eliminate(int64_t size, real_t *a, real_t *b)
{
    for (int64_t p = 0; p < size; p++) {
        int64_t best = p;
        for (int64_t i = p + 1; i < size; i++)
            if (fabsl(a[i * size + p]) > fabsl(a[best * size + p])) best = i;
        for (int64_t j = 0; j < size; j++) {
            real_t swap = a[p * size + j];
            a[p * size + j] = a[best * size + j];
            a[best * size + j] = swap;
        }
        real_t swap = b[p];
        b[p] = b[best];
        b[best] = swap;
        for (int64_t i = p + 1; i < size; i++) {
            real_t factor = a[i * size + p] / a[p * size + p];
            for (int64_t j = p; j < size; j++) a[i * size + j] -= factor * a[p * size + j];
            b[i] -= factor * b[p];
        }
    }
    for (int64_t p = size - 1; p >= 0; p--) {
        for (int64_t j = p + 1; j < size; j++) b[p] -= a[p * size + j] * b[j];
        b[p] /= a[p * size + p];
    }
}

/* The least F. v: room for columns x (dim + 1), the minimiser. */
static inline real_t reference_minimum(const problem_t *problem, real_t *v)
{
    int32_t columns = problem->classes == 2 ? 1 : problem->classes;
    int64_t width = problem->dim + 1, size = columns * width;
    real_t *g = calloc((size_t)size, sizeof *g), *trial = calloc((size_t)size, sizeof *trial);
    real_t *h = calloc((size_t)(size * size), sizeof *h);
    memset(v, 0, sizeof *v * (size_t)size);
    real_t value = reference_value(problem, v, g, h);
    for (int pass = 0; pass < 200; pass++) {
        /* All intercepts of softmax may shift together: fix the shift. */
        for (int32_t k = 0; k < columns && columns > 1 && problem->loss; k++)
            for (int32_t l = 0; l < columns; l++)
                h[(k * width + width - 1) * size + l * width + width - 1] += 1;
        real_t decrement = 0, length = 1, next = INFINITY;
        real_t *step = g, *slope = malloc(sizeof *slope * (size_t)size);
        memcpy(slope, g, sizeof *slope * (size_t)size);
        eliminate(size, h, step);
        for (int64_t u = 0; u < size; u++) decrement += slope[u] * step[u];
        free(slope);
        for (; length > 1e-9L && !(next <= value); length /= 2) {
            for (int64_t u = 0; u < size; u++) trial[u] = v[u] - length * step[u];
            next = reference_value(problem, trial, NULL, NULL);
        }
        if (!(next <= value)) break;
        memcpy(v, trial, sizeof *v * (size_t)size);
        value = reference_value(problem, v, g, h);
        if (decrement < 1e-32L * value) break;
    }
    free(g);
    free(h);
    free(trial);
    return value;
}

#endif
