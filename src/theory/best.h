/* The weights, and the strength, at which the predicted worst-class error is least. */
#ifndef LLR_THEORY_BEST_H
#define LLR_THEORY_BEST_H

#include "theory/spectral.h"

/* Where to look: a coarse grid of steps intervals over [low, high], then golden sections about its
 * best point down to tolerance. */
typedef struct llr_search {
    double low, high;
    int32_t steps; /* >= 2 */
    double tolerance;
} llr_search_t;

/* The minimiser over the range of a function whose NaN loses; *least: its value (NaN: none). Ties
 * go to the lower place. */
typedef double (*llr_objective_t)(void *argument, double at);
double llr_search_minimum(const llr_search_t *search, llr_objective_t objective, void *argument,
                          double *least);

typedef struct llr_theory_best {
    double gamma;     /* exponent of the weights; NaN for equal priors */
    double log_ratio; /* log(w_minority / w_majority); class 1 is the minority of equal priors */
    double lambda;
    double weight[2]; /* sum_c prior_c weight_c = 1 */
    llr_theory_point_t point;
} llr_theory_best_t;

/* Weights of two classes with sum_c prior_c w_c = 1 and this log(w_minority / w_majority). */
void llr_theory_ratio_weights(const double *prior, double log_ratio, double *weight);

/* The three searches below are by closed equations of two classes: what tests hold the descent of
 * theory/descent.h and the formulas of theory/weights.h against. */

/* The least worst-class error over log_ratio at problem->lambda. problem->weight is not looked at.
 * Not found where no point is. */
void llr_theory_best_ratio(const llr_theory_problem_t *problem, const llr_search_t *log_ratio,
                           llr_theory_best_t *best);

/* And over log lambda (natural logarithm) too. */
void llr_theory_best_both(const llr_theory_problem_t *problem, const llr_search_t *log_ratio,
                          const llr_search_t *log_lambda, llr_theory_best_t *best);

/* The log_ratio in the range at which both errors are equal (square: the thumb rule); NaN if the
 * difference has one sign at both ends of the range. */
double llr_theory_equal_ratio(const llr_theory_problem_t *problem, const llr_search_t *log_ratio);

#endif
