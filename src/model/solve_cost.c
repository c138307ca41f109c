/* What a call costs. The terms are what the solvers do; their rates were fitted, without negative
 * ones and by relative errors, to the times of 2300 kinds of units of 13 datasets (n 150 to 4800,
 * d 64 to 1024, 3 to 243 fits) on one core of a Xeon with AVX-512 (OpenBLAS, kernel SkylakeX). Half
 * of them are within a seventh: data decide how many steps a fit takes. LANES and START of
 * many classes with df are set by what cutting a unit into three was seen to take. */
#include "linalg/band.h"
#include "model/solve.h"

#include <math.h>

/* n rows of d columns, p the smaller of the two; vectors: a fit's columns; a lane: a weighting's
 * column. */
enum {
    ELEMENT,      /* n d: rows fetched, standardised, copied */
    WIDE_ELEMENT, /* the same, n < d */
    GRAM,         /* n p^2 */
    WIDE_GRAM,    /* n^2 d, n < d */
    CUBE,         /* p^3: factors and reductions that all fits share */
    LANES,        /* p^2 a LLR_BAND lanes: products with as many vectors at once */
    COEFFICIENT,  /* p a vector */
    EXPAND,       /* n d a vector, n < d: its coefficients in the columns */
    SYSTEM,       /* square loss: p^2 a vector, */
    REDUCTION,    /* and p^3 a weighting */
    CURVATURE,    /* logistic losses: n p^2 a curvature matrix, */
    INVERSE,      /* p^3 a curvature matrix, */
    PASS,         /* n p a vector, */
    START,        /* n p a lane: passes at its first strength, */
    SCORE,        /* and n a vector */
    TERMS
};

/* Seconds of a term, by regime (llr_solve_regime). */
static const double RATE[TERMS][LLR_SOLVE_REGIMES] = {
    [ELEMENT] = {5.8e-9, 5.3e-9, 5.0e-9, 5.1e-9, 5.1e-9, 1.6e-8, 1.4e-8, 0},
    [WIDE_ELEMENT] = {2.3e-8, 2.0e-8, 0, 0, 2.0e-8, 2.5e-8, 0, 2.1e-8},
    [GRAM] = {1.8e-11, 3.1e-11, 1.8e-11, 1.8e-11, 2.1e-11, 1.8e-11, 1.8e-11, 1.8e-11},
    [WIDE_GRAM] = {2.5e-11, 1.4e-11, 3.8e-11, 5.1e-12, 2.4e-11, 1.9e-12, 2.4e-11, 0},
    [CUBE] = {1.0e-11, 1.0e-11, 1.0e-11, 1.0e-11, 2.7e-11, 6.4e-11, 1.0e-11, 1.0e-11},
    [LANES] = {0, 1.0e-8, 1.2e-8, 1.7e-8, 7.8e-9, 0, 5.0e-8, 3.7e-8},
    [COEFFICIENT] = {7.6e-8, 4.6e-8, 5.2e-8, 3.5e-8, 8.7e-8, 0, 1.1e-6, 0},
    [EXPAND] = {3.7e-10, 1.6e-10, 7.7e-12, 8.8e-11, 2.5e-10, 1.8e-10, 0, 0},
    [SYSTEM] = {0, 2.4e-10, 0, 3.9e-11, 0, 0, 0, 0},
    [REDUCTION] = {3.3e-11, 2.7e-12, 2.5e-11, 1.6e-11, 0, 0, 0, 0},
    [CURVATURE] = {0, 0, 0, 0, 2.7e-12, 3.1e-13, 3.7e-12, 6.8e-12},
    [INVERSE] = {0, 0, 0, 0, 8.0e-12, 4.4e-13, 1.5e-11, 0},
    [PASS] = {0, 0, 0, 0, 3.0e-9, 3.0e-10, 3.5e-9, 3.1e-10},
    [START] = {0, 0, 0, 0, 3.5e-9, 2.2e-9, 2.0e-9, 4.2e-9},
    [SCORE] = {0, 0, 0, 0, 5.2e-9, 5.4e-8, 0, 2.2e-7}};

/* Those that passes share are one a strength and column; for df every vector has its own. */
static double curvature_matrices(const llr_solve_shape_t *shape, double vectors)
{
    return shape->leaves_df ? vectors / (double)shape->paths : vectors;
}

static void count_terms(const llr_solve_shape_t *shape, double *term)
{
    double n = (double)shape->rows, d = (double)shape->dim, p = fmin(n, d), wide = n < d;
    double columns = llr_columns(shape->classes), paths = (double)shape->paths;
    double vectors = (double)shape->fits * columns, lanes = paths * columns;
    bool is_square = shape->loss == LLR_LOSS_SQUARE;
    double square = is_square, other = !is_square, matrices = curvature_matrices(shape, vectors);
    term[ELEMENT] = n * d;
    term[WIDE_ELEMENT] = wide * n * d;
    term[GRAM] = n * p * p;
    term[WIDE_GRAM] = wide * n * n * d;
    term[CUBE] = p * p * p;
    term[LANES] = p * p * ceil(lanes / LLR_BAND);
    term[COEFFICIENT] = p * vectors;
    term[EXPAND] = wide * n * d * vectors;
    term[SYSTEM] = square * p * p * vectors;
    term[REDUCTION] = square * p * p * p * paths;
    term[CURVATURE] = other * n * p * p * matrices;
    term[INVERSE] = other * p * p * p * matrices;
    term[PASS] = other * n * p * vectors;
    term[START] = other * n * p * lanes;
    term[SCORE] = other * n * vectors;
}

/* Of lambda = 0: a QR and singular vectors a path; logistic, also eight strengths. */
static double zero_cost(const llr_solve_shape_t *shape)
{
    static const double product = 1.1e-11;
    double n = (double)shape->rows, d = (double)shape->dim, p = fmin(n, d);
    llr_solve_shape_t levels = *shape;
    if (!shape->zero) return 0;
    levels.zero = false;
    levels.fits = 8 * shape->paths;
    return product * (double)shape->paths * (4 * n * d * p + 20 * p * p * p) +
           (shape->loss == LLR_LOSS_SQUARE ? 0 : llr_solve_cost(&levels));
}

int llr_solve_regime(llr_loss_t loss, int32_t classes, bool leaves_df)
{
    return 4 * (int)loss + 2 * (classes > 2) + leaves_df;
}

double llr_solve_cost(const llr_solve_shape_t *shape)
{
    int regime = llr_solve_regime(shape->loss, shape->classes, shape->leaves_df);
    double term[TERMS], cost = zero_cost(shape);
    count_terms(shape, term);
    for (int t = 0; t < TERMS; t++) cost += RATE[t][regime] * term[t];
    return cost;
}
