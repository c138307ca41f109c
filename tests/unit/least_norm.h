/* The shortest of all least-squares solutions by one-sided Jacobi rotations of the columns, in long
 * double. Shares nothing with the solvers. */
#ifndef LLR_TESTS_LEAST_NORM_H
#define LLR_TESTS_LEAST_NORM_H

#include "solve_reference.h"

/* Turns columns p and q of a (rows x n) and of v (n x n) until those of a are orthogonal. Returns
 * the cosine that was between them. */
static inline real_t rotate(int64_t rows, int64_t n, real_t *a, real_t *v, int64_t p, int64_t q)
{
    real_t pp = 0, qq = 0, pq = 0;
    for (int64_t i = 0; i < rows; i++) {
        pp += a[i * n + p] * a[i * n + p];
        qq += a[i * n + q] * a[i * n + q];
        pq += a[i * n + p] * a[i * n + q];
    }
    if (pq == 0) return 0;
    real_t zeta = (qq - pp) / (2 * pq);
    real_t tangent = (zeta < 0 ? -1 : 1) / (fabsl(zeta) + sqrtl(1 + zeta * zeta));
    real_t c = 1 / sqrtl(1 + tangent * tangent), s = c * tangent;
    for (int64_t i = 0; i < rows + n; i++) {
        real_t *row = i < rows ? a + i * n : v + (i - rows) * n, old = row[p];
        row[p] = c * old - s * row[q];
        row[q] = s * old + c * row[q];
    }
    return fabsl(pq) / sqrtl(pp * qq);
}

/* x (n): of all minimisers of |a x - y| the shortest, by the singular values of a (rows x n,
 * destroyed) above tolerance times the largest. Returns their number. */
static inline int64_t least_norm(int64_t rows, int64_t n, real_t *a, const real_t *y,
                                 real_t tolerance, real_t *x)
{
    real_t *v = calloc((size_t)(n * n), sizeof *v), *square = calloc((size_t)n, sizeof *square);
    real_t worst = 1, largest = 0;
    int64_t rank = 0;
    for (int64_t j = 0; j < n; j++) v[j * n + j] = 1;
    for (int sweep = 0; sweep < 60 && worst > 1e-17L; sweep++) {
        worst = 0;
        for (int64_t p = 0; p < n; p++)
            for (int64_t q = p + 1; q < n; q++) worst = fmaxl(worst, rotate(rows, n, a, v, p, q));
    }
    for (int64_t j = 0; j < n; j++) {
        for (int64_t i = 0; i < rows; i++) square[j] += a[i * n + j] * a[i * n + j];
        largest = fmaxl(largest, square[j]);
    }
    memset(x, 0, (size_t)n * sizeof *x);
    for (int64_t j = 0; j < n; j++) {
        real_t share = 0;
        if (!(square[j] > tolerance * tolerance * largest)) continue;
        for (int64_t i = 0; i < rows; i++) share += a[i * n + j] * y[i];
        for (int64_t k = 0; k < n; k++) x[k] += v[k * n + j] * share / square[j];
        rank++;
    }
    free(v);
    free(square);
    return rank;
}

#endif
