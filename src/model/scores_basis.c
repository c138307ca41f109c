#include "model/scores_basis.h"

#include "linalg/blas.h"
#include "linalg/tile.h"

#include <math.h>
#include <string.h>

/* A basis is wide enough when, in the mean over the vectors, this much of the unit is left over:
 * of a thousand scores a few are then in doubt, which costs less than a wider basis. */
#define LEFT_OVER 5e-4
/* Squares of what is left below this are rounding. */
#define NOTHING 1e-14

/* Two products with r directions in between against one without:
 * dim r + r width < dim width, in whole strips. */
int64_t llr_scores_basis_most(int64_t vectors, int64_t dim)
{
    int64_t width = llr_strips(vectors) * LLR_STRIP;
    return (dim * width - 1) / (dim + width) / LLR_STRIP * LLR_STRIP;
}

llr_code_t llr_scores_basis_create(llr_scores_basis_t *basis, int64_t vectors, int64_t dim,
                                   llr_arena_t *arena, llr_error_t *error)
{
    int64_t most = llr_scores_basis_most(vectors, dim);
    *basis = (llr_scores_basis_t){.vectors = vectors, .dim = dim, .most = most};
    LLR_TAKE(basis->vector, arena, vectors * dim, error);
    LLR_TAKE(basis->direction, arena, most * dim, error);
    LLR_TAKE(basis->mix, arena, vectors * most, error);
    LLR_TAKE(basis->product, arena, vectors, error);
    LLR_TAKE(basis->left, arena, vectors, error);
    return LLR_OK;
}

int64_t llr_scores_basis_bytes(int64_t vectors, int64_t dim)
{
    int64_t most = llr_scores_basis_most(vectors, dim), d = sizeof(double);
    return llr_arena_cost(vectors * dim, d) + llr_arena_cost(most * dim, d) +
           llr_arena_cost(vectors * most, d) + 2 * llr_arena_cost(vectors, d);
}

static int64_t largest(const double *x, int64_t count)
{
    int64_t best = 0;
    for (int64_t i = 1; i < count; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

/* The pivot's vector less its part in the directions so far, divided by its length. */
static void make_direction(llr_scores_basis_t *basis, int64_t pivot, double length)
{
    int64_t dim = basis->dim;
    const double *mix = basis->mix + pivot * basis->most;
    double *direction = basis->direction + basis->used * dim;
    memcpy(direction, basis->vector + pivot * dim, (size_t)dim * sizeof *direction);
    for (int64_t q = 0; q < basis->used; q++)
        llr_axpy(dim, -mix[q], basis->direction + q * dim, direction);
    for (int64_t j = 0; j < dim; j++) direction[j] /= length;
}

/* The pivot's row of the Gram of all vectors: few of its rows are ever needed. */
static void multiply_by(llr_scores_basis_t *basis, int64_t pivot)
{
    const double *its = basis->vector + pivot * basis->dim;
    for (int64_t v = 0; v < basis->vectors; v++)
        basis->product[v] = llr_dot(basis->dim, its, basis->vector + v * basis->dim);
}

/* One step of the pivoted Cholesky factorisation of the Gram, whose rows are mix; false: nothing
 * is left over. */
static bool add_direction(llr_scores_basis_t *basis)
{
    int64_t pivot = largest(basis->left, basis->vectors), r = basis->used;
    if (!(basis->left[pivot] > NOTHING)) return false;
    double length = sqrt(basis->left[pivot]);
    const double *own = basis->mix + pivot * basis->most;
    make_direction(basis, pivot, length);
    multiply_by(basis, pivot);
    for (int64_t v = 0; v < basis->vectors; v++) {
        double *mix = basis->mix + v * basis->most, rest = basis->product[v];
        for (int64_t q = 0; q < r; q++) rest -= mix[q] * own[q];
        mix[r] = v == pivot ? length : rest / length;
        basis->left[v] -= mix[r] * mix[r];
    }
    basis->left[pivot] = 0;
    basis->used++;
    return true;
}

static double mean_left(const llr_scores_basis_t *basis)
{
    double sum = 0;
    for (int64_t v = 0; v < basis->vectors; v++)
        if (basis->left[v] > 0) sum += sqrt(basis->left[v]);
    return sum / (double)basis->vectors;
}

bool llr_scores_basis_find(llr_scores_basis_t *basis)
{
    int64_t vectors = basis->vectors;
    basis->used = 0;
    if (!basis->most) return false;
    for (int64_t v = 0; v < vectors; v++) {
        const double *its = basis->vector + v * basis->dim;
        basis->left[v] = llr_dot(basis->dim, its, its);
    }
    while (basis->used < basis->most) {
        if (!add_direction(basis)) return basis->used > 0;
        if (basis->used % LLR_STRIP == 0 && mean_left(basis) <= LEFT_OVER) return true;
    }
    basis->used = 0;
    return false;
}
