/* A fit seen from its scores: loss, residuals and curvature of one weighted fit along a line, with
 * the intercept. No features here. Scores are columns x rows. Private to the solvers. */
#ifndef LLR_MODEL_SOLVE_MARGIN_H
#define LLR_MODEL_SOLVE_MARGIN_H

#include "model/solve.h"

typedef struct llr_margin {
    const llr_sample_t *sample; /* borrowed; x is not looked at */
    llr_loss_t loss;
    int32_t columns;      /* score columns */
    const double *weight; /* borrowed, strata */
    double *work;         /* borrowed, llr_margin_work(loss, columns); NULL where that is 0 */
} llr_margin_t;

int64_t llr_margin_work(llr_loss_t loss, int32_t columns);

/* (1/n) sum_i w_i loss_i at score + b. residual (columns x rows): its derivative by the scores; may
 * be NULL. Square loss, and logistic of two classes. */
double llr_margin_loss(const llr_margin_t *margin, const double *score, const double *b,
                       double *residual);

/* Second derivative of that sum by the scores (rows), logistic of two classes. */
void llr_margin_curvature(const llr_margin_t *margin, const double *score, const double *b,
                          double *curvature);

/* A line through the scores: score + t direction; the penalty along it is
 * penalty[0] + penalty[1] t + penalty[2] t^2 / 2. */
typedef struct llr_line {
    const double *score, *direction; /* borrowed, columns x rows; direction NULL: b alone */
    double penalty[3];
    double t;     /* in: start; out: the minimiser; stays without a direction */
    double *b;    /* in: start; out: the minimiser, columns */
    double trust; /* a Newton step that promises less than this share of the objective is the last,
                     and taken unseen; 0: steps are taken until none is left to take */
} llr_line_t;

/* Minimises loss + penalty over t and b by Newton's method with halving. Returns the objective
 * there; NaN when it is no finite number. Logistic of two classes; square loss without a direction.
 */
double llr_margin_minimise(const llr_margin_t *margin, llr_line_t *line);

/* The same over b alone, of any loss, and residual there. Of softmax fits b stays of sum zero if it
 * was. */
double llr_margin_settle(const llr_margin_t *margin, llr_line_t *line, double *residual);

#endif
