/* Asymptotic per-class error of two classes with means -+mu and one covariance (problem.md, 4).
 * Receives arrays; knows nothing of rows or solvers. */
#ifndef LLR_THEORY_SPECTRAL_H
#define LLR_THEORY_SPECTRAL_H

#include "linalg/loss.h"
#include "theory/quadrature.h"

#include <stdbool.h>
#include <stdint.h>

/* The covariance by its eigenvalues, and mu in its eigenbasis. */
typedef struct llr_spectrum {
    int64_t count;
    const double *value;        /* borrowed, count: eigenvalues s_j >= 0, exactly 0 where
                                    they are no more than rounding */
    const double *multiplicity; /* borrowed, count: how many equal ones; NULL: one each */
    const double *mean_square;  /* borrowed, count: squared length of mu in that eigenspace */
} llr_spectrum_t;

/* Number of eigenvalues, and of those above 0. */
double llr_spectrum_dim(const llr_spectrum_t *spectrum);
double llr_spectrum_rank(const llr_spectrum_t *spectrum);
/* Degrees of freedom at curvature D > 0: sum_j D s_j / (D s_j + lambda); lambda = 0: the rank.
 * spectrum: a llr_spectrum_t (this is a llr_theory_df_t of theory_weights.h). */
double llr_spectrum_df(const void *spectrum, double curvature, double lambda);

/* A good number of quadrature nodes. The answer hardly depends on it, only the time does. */
enum { LLR_THEORY_NODES = 64 };

typedef struct llr_theory_problem {
    llr_loss_t loss;
    const llr_spectrum_t *spectrum;     /* borrowed */
    const llr_quadrature_t *quadrature; /* borrowed; logistic only: LLR_THEORY_NODES nodes */
    double n;                           /* training rows, need not be whole */
    double lambda;                      /* > 0; square: >= 0, the limit lambda -> 0+ */
    double prior[2], weight[2];         /* class 0 (mean -mu, target -1), class 1 (+mu, +1): > 0 */
} llr_theory_problem_t;

/* The prediction. Numbers are NaN where not found. */
typedef struct llr_theory_point {
    bool found; /* false: no solution (lambda = 0 with rank = n, weights or priors of 0) or none to
                   the precision asked */
    double m, b, sigma; /* test score of class c = -+1: c m + b + sigma Z */
    double tau;         /* infinity at lambda = 0, rank > n (then curvature is 0) */
    double curvature;   /* D */
    double kappa;
    double df;       /* theory_df */
    double error[2]; /* of class 0 and 1 */
} llr_theory_point_t;

/* Solves one problem. start: a solution nearby (logistic: saves time; may be NULL). Square loss is
 * closed form but for one monotone equation in tau; logistic is a root of four equations. */
void llr_theory_solve(const llr_theory_problem_t *problem, const llr_theory_point_t *start,
                      llr_theory_point_t *out);

/* The larger error; NaN where not found. */
double llr_theory_worst(const llr_theory_point_t *point);

/* A whole map: the problem at every pair of weights (count x 2, row-major) and lambda. Solves from
 * neighbour to neighbour: list the weights in an order in which they change little by little, and
 * lambda ascending or descending. out: count x lambdas, row-major. The problem's own weight and
 * lambda are not looked at. */
void llr_theory_map(const llr_theory_problem_t *problem, const double *weight, int64_t count,
                    const double *lambda, int64_t lambdas, llr_theory_point_t *out);

#endif
