/* Class weights and subsample counts (problem.md, 1 and 2). */
#ifndef LLR_MODEL_WEIGHTS_H
#define LLR_MODEL_WEIGHTS_H

#include "model/grid.h"

#include <stdint.h>

/* Rounds n * prior to whole rows by Sainte-Lague (divisors 1, 3, 5, ...): monotone in n, ties to
 * the lower class. prior, count: classes; sum of count is n. */
void llr_stratify(int64_t n, const double *prior, int32_t classes, int64_t *count);

/* Weights of one weighting for a subsample with these class counts: normalised so that
 * sum_c pi_c w_c = 1, pi_c = count[c] / sum(count). weight, count: classes; all counts > 0. */
void llr_weights(const llr_weighting_t *weighting, const int64_t *count, int32_t classes,
                 double *weight);

/* The exponent and the ratio of a weighting: gamma (NaN where it has none: equal priors, or a
 * ratio with K > 2), rho = w_minority / w_majority (NaN for K > 2). For equal counts class 1 is the
 * minority. */
double llr_weighting_gamma(const llr_weighting_t *weighting, const int64_t *count, int32_t classes);
double llr_weighting_rho(const double *weight, const int64_t *count, int32_t classes);

#endif
