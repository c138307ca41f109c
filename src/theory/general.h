/* Asymptotic errors of groups with their own means and covariances, two classes (problem.md, 4b).
 * A group is a class, or a class x attribute. Receives arrays; knows nothing of rows or solvers. */
#ifndef LLR_THEORY_GENERAL_H
#define LLR_THEORY_GENERAL_H

#include "base/memory.h"
#include "linalg/loss.h"
#include "theory/quadrature.h"

#include <stdbool.h>

/* Prediction for one group: its test scores are m + b + sigma Z. */
typedef struct llr_theory_group {
    double m, sigma;
    double tau, curvature, kappa, square; /* tau_g, D_g, kappa_g, V2_g */
    double error;
} llr_theory_group_t;

typedef struct llr_theory_grouped {
    bool found; /* false: no solution (lambda = 0 with rank = n), or none to the precision asked;
                   numbers are then NaN */
    double b;
    double df;                 /* sum_g pi_g D_g tr(Sigma_g R) */
    llr_theory_group_t *group; /* borrowed, groups: out */
} llr_theory_grouped_t;

/* What is trained on. */
typedef struct llr_theory_groups {
    int32_t groups;
    int64_t dim;
    double n;                 /* training rows, need not be whole */
    double lambda;            /* > 0; square: >= 0, the limit lambda -> 0+ */
    const double *prior;      /* borrowed, groups: shares of the training rows, sum 1; 0: a group
                                 that is only predicted */
    const double *weight;     /* borrowed, groups: > 0, finite; prior 0: not looked at */
    const double *mean;       /* borrowed, groups x dim, row-major */
    const double *covariance; /* borrowed, groups x dim x dim: symmetric, both triangles */
    /* borrowed, groups: rows that the means were estimated from, whose sampling noise is then taken
     * out of every quadratic form of them; NULL: the means are exact. */
    const double *mean_rows;
    /* borrowed; a solution nearby of the same groups and loss, which saves time; NULL: none. Not
     * the one being solved for. */
    const llr_theory_grouped_t *start;
} llr_theory_groups_t;

/* Solves one problem. target: groups, +1 or -1, both among the groups of positive prior.
 * quadrature: logistic only. Square loss factors one dim x dim matrix a step of a fixed point in
 * log tau, and multiplies groups of them once; logistic multiplies them at every step. At lambda =
 * 0 with rank > n (square) tau is infinite and curvature 0. The rank is the number of columns that
 * vary in any group of positive prior: that these do not depend on each other linearly is taken for
 * granted (populations are narrowed to their span). lambda = 0 with a column that does not vary and
 * rank < n is not found.
 * LLR_FAILED: workspace too small. Not found is no failure. */
llr_code_t llr_theory_general(const llr_theory_groups_t *problem, llr_loss_t loss,
                              const llr_quadrature_t *quadrature, const int *target,
                              llr_theory_grouped_t *out, llr_arena_t *arena, llr_error_t *error);

/* Bytes of the arena for llr_theory_general (columns 1) and llr_theory_classes (columns K). */
int64_t llr_theory_general_bytes(int32_t groups, int64_t dim, int32_t columns);

/* The largest error of a group; NaN where not found. */
double llr_theory_worst_group(const llr_theory_grouped_t *grouped, int32_t groups);

#endif
