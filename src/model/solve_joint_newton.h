/* Newton's method on fits of logistic losses side by side. Private to llr_solve_team. */
#ifndef LLR_MODEL_SOLVE_JOINT_NEWTON_H
#define LLR_MODEL_SOLVE_JOINT_NEWTON_H

#include "model/solve_joint.h"

/* Fits on their way: the first `fits` of the batch. Vectors are (fits * columns) x size, scores
 * (fits * columns) x most (here). */
typedef struct llr_newton {
    llr_joint_t *joint;
    int64_t fits;
    llr_joint_fit_t *fit;  /* fits */
    double *theta, *b;     /* the point */
    double *gradient;      /* there */
    double *direction;     /* the step that is being made */
    double *rest;          /* what is missing to the step: residual of its system */
    double *search;        /* conjugate directions */
    double *image;         /* the Hessian times search, or rest preconditioned */
    double *packed;        /* of some fits */
    double *score, *along; /* here: scores of theta, of direction */
    double *share;         /* here: curvature (two classes) or probabilities */
    double *curve;         /* fits x columns^2: second derivatives by b */
    double *objective, *gap, *norm, *product, *goal; /* fits */
    int64_t *iterations;                             /* fits */
    bool *done;                                      /* fits: the search has ended */
    bool *open;                                      /* fits: the step is not good enough yet */
    int64_t *place;                                  /* fits: those that are open */
    double *inverse;       /* piece: of the Hessian's model, the preconditioner */
    double *scaled, *mean; /* most x size (here), size + 1 */
    double *c;             /* most, here */
    int64_t steps;         /* of conjugate gradients, for the last direction */
} llr_newton_t;

llr_code_t llr_newton_take(llr_newton_t *it, llr_joint_t *joint);
int64_t llr_newton_bytes(const llr_solve_shape_t *shape, int ranks);

/* Minimises all fits from where they stand. LLR_STOPPED: abandoned. */
llr_code_t llr_newton_run(llr_newton_t *it);

/* Second derivatives of a column's losses by its scores, into c (here): two classes a p (1 - p). */
void llr_newton_column_curvature(llr_newton_t *it, int64_t f, int32_t column, double *c);

/* Collective. direction = the Newton step of all fits that are not done, roughly; along, its
 * scores. Needs share, curve, gradient and inverse. */
llr_code_t llr_newton_direction(llr_newton_t *it);

#endif
