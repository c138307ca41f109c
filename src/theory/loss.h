/* Leave-one-out response of a training row to its own loss (problem.md, 4). */
#ifndef LLR_THEORY_LOSS_H
#define LLR_THEORY_LOSS_H

#include "linalg/loss.h"
#include "theory/quadrature.h"

/* The training score z of a row whose test score would be f: z + pull loss'(z) = f, pull =
 * tau w >= 0 finite, target +1 or -1, to full double precision. */
double llr_theory_prox(llr_loss_t loss, int target, double pull, double f);

/* Test scores mean + sigma Z of the rows of one class or group. */
typedef struct llr_theory_scores {
    int target; /* +1 or -1 */
    double mean, sigma;
    double inverse_weight; /* 1 / w; 0 (square only): the limit w -> infinity */
    double tau;
} llr_theory_scores_t;

/* Expectations over Z of l1 = w loss'(z) and l2 = w loss''(z) at the training scores z. */
typedef struct llr_theory_pull {
    double slope;     /* E l1 */
    double square;    /* E l1^2 */
    double curvature; /* E l2 / (1 + tau l2) */
} llr_theory_pull_t;

/* Square loss in closed form. Logistic to about 1e-10: by the quadrature where its nodes resolve
 * sigma, else by a trapezoidal rule along the training scores. quadrature: not looked at for
 * square.
 */
llr_theory_pull_t llr_theory_pull(llr_loss_t loss, const llr_quadrature_t *quadrature,
                                  const llr_theory_scores_t *scores);

/* Upper tail of N(0, 1). */
double llr_normal_tail(double x);

#endif
