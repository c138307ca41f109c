/* The resolvent R and what the equations of section 4b need of it. Private to general* and
 * classes. */
#ifndef LLR_THEORY_GENERAL_PARTS_H
#define LLR_THEORY_GENERAL_PARTS_H

#include "theory/general.h"

typedef struct llr_resolvent {
    const llr_theory_groups_t *problem; /* borrowed */
    double lambda;                      /* 1 for the limit lambda -> 0+ with rank > n */
    double *matrix;                     /* dim x dim: R */
    double *product;                    /* groups x dim x dim: Sigma_g R */
    double *solved;                     /* groups x dim: R mu_g */
    double *spread;                     /* groups x dim: Sigma_k R mu_h of one k */
    double *tau;                        /* groups: tr(Sigma_g R) / n */
    double *gram;                       /* groups x groups: mu_g' R mu_h */
    double *trace_pair;                 /* groups x groups: tr(Sigma_g R Sigma_h R) / n */
    double *mean_pair; /* groups x groups x groups: [k][g][h] = mu_g' R Sigma_k R mu_h */
} llr_resolvent_t;

int64_t llr_resolvent_bytes(int32_t groups, int64_t dim);
llr_code_t llr_resolvent_take(llr_resolvent_t *resolvent, const llr_theory_groups_t *problem,
                              llr_arena_t *arena, llr_error_t *error);

/* R = (sum_g pi_g D_g Sigma_g + lambda I)^-1 and tau. curvature: groups, D. false: not positive
 * definite. */
bool llr_resolvent_set(llr_resolvent_t *resolvent, const double *curvature);
/* The rest, from R. */
void llr_resolvent_expand(llr_resolvent_t *resolvent);

/* Square loss, any number of target columns. */
typedef struct llr_squares {
    int32_t columns;
    const double *target; /* borrowed, groups x columns */
    double *v;            /* groups: D_g = v_g */
    double *m;            /* groups x columns */
    double *b;            /* columns */
    double *covariance;   /* groups x columns x columns: S_g of the scores */
    double *system;       /* (groups + 1)^2 */
    double *answer;       /* columns^2 x (groups + 1) */
    double *log_tau;      /* groups */
    double *anderson;     /* llr_anderson_work(groups) */
    int *pivot;           /* groups + 1 */
    bool interpolates;    /* lambda = 0, rank > n: tau and curvature are in units of lambda */
} llr_squares_t;

int64_t llr_squares_bytes(int32_t groups, int32_t columns);
llr_code_t llr_squares_take(llr_squares_t *squares, int32_t groups, int32_t columns,
                            llr_arena_t *arena, llr_error_t *error);
/* Fills resolvent and squares. false: not found. */
bool llr_squares_solve(llr_squares_t *squares, llr_resolvent_t *resolvent);

int64_t llr_theory_general_logistic_bytes(int32_t groups);
llr_code_t llr_theory_general_logistic(llr_resolvent_t *resolvent,
                                       const llr_quadrature_t *quadrature, const int *target,
                                       llr_theory_grouped_t *out, llr_arena_t *arena,
                                       llr_error_t *error);

/* Shares and weights that make sense; side: groups, whatever tells two sorts of group apart, both
 * of which must have rows. */
bool llr_theory_groups_sensible(const llr_theory_groups_t *problem, const int32_t *side);
/* 1 / w_g; a group without rows is as one of weight 1. */
double llr_theory_inverse_weight(const llr_theory_groups_t *problem, int32_t g);

/* Errors and df from the scalars; found only if all are finite. */
void llr_theory_general_finish(const llr_theory_groups_t *problem, const int *target,
                               llr_theory_grouped_t *out);

#endif
