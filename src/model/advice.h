/* Which weights and lambda the theory advises. */
#ifndef LLR_MODEL_ADVICE_H
#define LLR_MODEL_ADVICE_H

#include "model/prospect.h"
#include "theory/best.h"

/* Where to look. */
typedef struct llr_advice {
    const double *lambda;        /* borrowed, lambdas: to choose from, ascending or descending */
    int64_t lambdas;             /* 0: any of the range of llr_advice_range */
    const llr_expected_t *start; /* borrowed, starts: weights and lambdas that may be good */
    int64_t starts;
    bool is_near; /* look only near these */
} llr_advice_t;

/* Natural logarithms of the lambdas that are looked at by default: seven decades about the mean
 * eigenvalue of the covariances; beyond, fits hardly change. */
llr_search_t llr_advice_range(const llr_population_t *population);

/* A weighting at the lambda where the prospect's target is least. */
void llr_advice_rule(llr_prospect_t *prospect, const llr_advice_t *advice,
                     const llr_weighting_t *weighting, llr_expected_t *expected);

/* The weights of all kinds, and the lambda, at which it is least: descents from the best
 * of the starts, of rule thumb and of the exponents; never worse than these. expected->found is
 * false where nothing was found. */
void llr_advice_best(llr_prospect_t *prospect, const llr_advice_t *advice,
                     llr_expected_t *expected);

/* Where the best weights gain next to nothing over simple ones, the simple ones are the advice:
 * less than .005, and less than a tenth of the target. Predictions are off by more. */
void llr_advice_settle(llr_shape_t shape, const llr_expected_t *simple, llr_expected_t *best);

/* Does lambda lie at an end of the range that was looked at? */
bool llr_advice_at_end(const llr_prospect_t *prospect, const llr_advice_t *advice, double lambda);

#endif
