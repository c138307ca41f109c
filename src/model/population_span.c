/* Populations whose columns depend on each other linearly: a copy of a column, one column for every
 * value of a word, more columns than rows. Nothing happens outside of the span of the rows, and in
 * it covariances have full rank, but where only the means differ. */
#include "model/population_parts.h"

#include "linalg/blas.h"

#include <math.h>
#include <string.h>

typedef struct narrowing {
    llr_population_t *population;
    double *basis; /* dim x dim: rows from first on are orthonormal */
    int64_t first;
    double *work; /* dim x (dim + 1) */
} narrowing_t;

/* Takes out of x what the basis explains: twice, for rounding. Returns the squared length left. */
static double take_out(const narrowing_t *n, double *x)
{
    int64_t dim = n->population->dim;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t j = n->first; j < dim; j++) {
            const double *row = n->basis + j * dim;
            llr_axpy(dim, -llr_dot(dim, row, x), row, x);
        }
    return llr_dot(dim, x, x);
}

/* Adds the directions of the means that the basis lacks. */
static void add_means(narrowing_t *n, double floor)
{
    const llr_population_t *p = n->population;
    double largest = 0;
    for (int32_t a = 0; a < p->parts; a++)
        largest = fmax(largest, llr_dot(p->dim, p->mean + a * p->dim, p->mean + a * p->dim));
    floor = fmax(floor, llr_population_floor(largest));
    for (int32_t a = 0; a < p->parts && n->first > 0; a++) {
        double *row = n->basis + (n->first - 1) * p->dim;
        memcpy(row, p->mean + a * p->dim, sizeof *row * (size_t)p->dim);
        double square = take_out(n, row);
        if (!(square > floor)) continue;
        for (int64_t i = 0; i < p->dim; i++) row[i] /= sqrt(square);
        n->first--;
    }
}

static void take_means(narrowing_t *n)
{
    llr_population_t *p = n->population;
    const double *basis = n->basis + n->first * p->dim;
    for (int32_t a = 0; a < p->parts; a++) {
        for (int64_t j = 0; j < p->span; j++)
            n->work[j] = llr_dot(p->dim, basis + j * p->dim, p->mean + a * p->dim);
        memcpy(p->mean + a * p->span, n->work, sizeof *n->work * (size_t)p->span);
    }
}

/* In place: the new ones end before the next old one begins. still: the first directions, in which
 * no part varies. */
static void take_covariances(narrowing_t *n, int64_t still)
{
    llr_population_t *p = n->population;
    int64_t dim = p->dim, span = p->span;
    const double *basis = n->basis + n->first * dim;
    for (int32_t a = 0; a < p->parts; a++) {
        double *to = p->covariance + a * span * span;
        llr_gemm(false, false, span, dim, dim, 1, basis, dim, p->covariance + a * dim * dim, dim, 0,
                 n->work, dim);
        llr_gemm(false, true, span, span, dim, 1, n->work, dim, basis, dim, 0, to, span);
        for (int64_t i = 0; i < span; i++)
            for (int64_t j = 0; j <= i && j < still; j++) to[i * span + j] = 0;
        llr_mirror(span, to);
    }
}

void llr_population_narrow(llr_population_t *p, double *basis, int64_t rank, double floor,
                           double *work)
{
    narrowing_t n = {p, basis, p->dim - rank, work};
    add_means(&n, floor);
    p->span = p->dim - n.first;
    take_means(&n);
    take_covariances(&n, p->span - rank);
}
