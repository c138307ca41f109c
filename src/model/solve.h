/* The batched weighted solvers: all weightings and regularisation strengths of one subsample in one
 * call. One fit minimises
 *
 *   F(Theta, b) = (1/n) sum_i w_{s(i)} loss(y_i, Theta' x_i + b) + (lambda/2) ||Theta||_F^2
 *
 * with b unpenalised. Solvers see weights, never where they come from.
 *
 * lambda = 0, square: of all minimisers the one of least ||Theta||_F (the limit lambda -> 0+), by
 * the singular values of the weighted centred rows that exceed max(rows, dim) eps times the
 * largest; df is their number, the rank. Rows of weight 0 do not count.
 *
 * lambda = 0, logistic: a minimum may not exist, and none is certified. The answer is the solution
 * at a strength too small to matter: of 1e-10, 1e-12, 1e-14 and 1e-16 of the mean square of a
 * centred column the first that separates the rows, else the one of the least gradient. Status
 * separable where (Theta, b) gives every row of positive weight its own class, beyond rounding;
 * else uncertified. Objective and gradient are those without a penalty, certified_gap is NaN, df
 * the rank as above. max_iterations caps all strengths on the way together.
 *
 * Fits at positive lambda are the same, bit for bit, with zeros in the lists or without. */
#ifndef LLR_MODEL_SOLVE_H
#define LLR_MODEL_SOLVE_H

#include "linalg/loss.h"
#include "llr/status.h"

#include <stdbool.h>
#include <stdint.h>

struct llr_arena;
struct llr_error;

/* The rows of one fit, sorted by stratum. A stratum is a set of rows of one class that share a
 * weight: a class, or a group inside a class. */
typedef struct llr_sample {
    double *x;                    /* borrowed, rows x dim, row-major; a solver may overwrite it */
    int64_t rows, dim;            /* x has leading dimension dim */
    int32_t strata, classes;      /* classes >= 2 */
    const int64_t *stratum_start; /* borrowed, strata + 1: rows of s are [start[s], start[s+1]) */
    const int32_t *stratum_class; /* borrowed, strata: class of every row of s */
} llr_sample_t;

/* One weighting and the regularisation strengths wanted at it. */
typedef struct llr_path {
    const double *weight; /* borrowed, strata: w_s >= 0, finite; used as given (not normalised) */
    const double *lambda; /* borrowed, lambdas: >= 0, any order */
    int64_t lambdas;
} llr_path_t;

typedef struct llr_solve_options {
    double tolerance;       /* certified relative gap at which a fit is converged, e.g. 1e-8 */
    int64_t max_iterations; /* of iterative solvers, a fit */
    /* Asked between passes; true abandons the call with LLR_STOPPED. May be NULL. */
    bool (*should_stop)(void *argument);
    void *argument; /* borrowed, handed to should_stop */
    /* df of fits at lambda > 0 is not asked for (NaN). Of logistic losses it needs a matrix of its
     * own for every fit and column, and so takes several times as long as all else together; of the
     * square loss, a reduction for every weighting, which otherwise share one. */
    bool leaves_df;
} llr_solve_options_t;

/* What is known of one solution. */
typedef struct llr_fit {
    llr_fit_status_t status;
    int64_t iterations; /* 0 for direct solvers */
    /* F at (theta, b) in double precision: from the rows, or, square loss, from their Gram matrices
     * where certified_gap, the rounding of those included, then stays below half the tolerance. */
    double objective;
    double gradient_norm; /* Euclidean norm of dF/dTheta there (b is re-minimised) */
    /* Upper bound of (F - F*) / max(F - gap, tiny), rounding included. At lambda = 0, square: or
     * F / F(0, b), b minimised, where that is less (F* >= 0); logistic: NaN. */
    double certified_gap;
    /* Trace of A (A + lambda I)^-1, A the centred Gram matrix of the rows weighted by their second
     * derivatives at (theta, b), mean over columns (problem.md, 3). Logistic losses at lambda > 0:
     * to 1e-5 of itself. */
    double df;
} llr_fit_t;

/* Solutions in the order of the paths, and of each path's lambdas. Arrays are the caller's. */
typedef struct llr_solutions {
    int64_t fits;    /* sum of lambdas over the paths */
    int32_t columns; /* llr_columns(classes) */
    int64_t rank;    /* out: numerical rank of the centred rows that have a weight in some path */
    llr_fit_t *fit;  /* fits */
    double *theta;   /* (fits * columns) x dim, row-major: one coefficient vector a row */
    double *b;       /* fits * columns */
} llr_solutions_t;

/* Score columns of a fit: 1 for two classes, else one a class. */
int32_t llr_columns(int32_t classes);

/* The target of a class in a column of the square loss: +1 or -1. */
double llr_square_target(int32_t classes, int32_t label, int32_t column);

/* Solves every fit. Not collective. The workspace comes from the arena and is given back.
 * LLR_OK: every fit has a status (a fit that fails is no failure of the call);
 * LLR_FAILED: workspace too small; LLR_STOPPED: abandoned. */
llr_code_t llr_solve(llr_loss_t loss, const llr_sample_t *sample, const llr_path_t *paths,
                     int64_t count, const llr_solve_options_t *options, llr_solutions_t *solutions,
                     struct llr_arena *arena, struct llr_error *error);

/* Shapes of a call, all that its cost depends on. */
typedef struct llr_solve_shape {
    llr_loss_t loss;
    int64_t rows, dim;
    int32_t strata, classes;
    int64_t paths, fits;
    bool zero;      /* some lambda is 0 */
    bool leaves_df; /* as in the options */
} llr_solve_shape_t;

/* Upper bound of the bytes llr_solve takes from the arena: a fixed formula of the shapes. */
int64_t llr_solve_bytes(const llr_solve_shape_t *shape);

/* Solvers: a number for each loss, two classes or more, with df or without, those without behind.
 */
enum { LLR_SOLVE_REGIMES = 4 * LLR_LOSS_COUNT };
int llr_solve_regime(llr_loss_t loss, int32_t classes, bool leaves_df);

/* Predicted cost of llr_solve: a fixed formula of the shapes, in seconds of one core of the machine
 * that its rates were measured on. */
double llr_solve_cost(const llr_solve_shape_t *shape);

#endif
