/* Weights of kinds (classes or groups) and subsample counts (problem.md, 1 and 2). */
#ifndef LLR_MODEL_WEIGHTS_H
#define LLR_MODEL_WEIGHTS_H

#include "model/grid.h"
#include "model/population.h"

#include <stdint.h>

/* Rounds n * prior to whole rows by Sainte-Lague (divisors 1, 3, 5, ...): monotone in n, ties to
 * the lower kind; a prior of 0 gets none. prior, count: kinds; sum of count is n. */
void llr_stratify(int64_t n, const double *prior, int32_t kinds, int64_t *count);

/* Weights of one weighting for a subsample with these counts: normalised so that
 * sum_k pi_k w_k = 1, pi_k = count[k] / sum(count). weight, count: kinds. A kind without rows has
 * weight NaN and no part in the others. */
void llr_weights(const llr_weighting_t *weighting, const int64_t *count, int32_t kinds,
                 double *weight);

/* Scales weights to sum_k pi_k w_k = 1; NaN where a kind has no rows. */
void llr_weights_normalise(const int64_t *count, int32_t kinds, double *weight);

/* Weights of the rules paper and thumb for n rows of kinds with these priors, at lambda (thumb).
 * false: there are no finite ones; the weights are then NaN. prior, weight: kinds, not the same. */
bool llr_weights_by_rule(llr_rule_t rule, const llr_population_t *population, double lambda,
                         double n, const double *prior, double *weight);

/* The exponent and the ratio of a weighting with these weights: gamma (NaN where it has none:
 * balanced subsamples, equal priors, a ratio or computed weights with more than two kinds), rho =
 * w_minority / w_majority (NaN for more than two kinds). For equal counts kind 1 is the minority.
 */
double llr_weighting_gamma(const llr_weighting_t *weighting, const double *weight,
                           const int64_t *count, int32_t kinds);
double llr_weighting_rho(const double *weight, const int64_t *count, int32_t kinds);

#endif
