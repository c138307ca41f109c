/* Which lambda, and with rule theory which weights, the theory advises. */
#ifndef LLR_MODEL_ADVICE_H
#define LLR_MODEL_ADVICE_H

#include "model/outlook.h"
#include "theory/best.h"

/* The lambdas to choose from. */
typedef struct llr_strengths {
    const double *lambda; /* borrowed, count; ascending is quickest */
    int64_t count;        /* 0: any of the range of llr_advice_range */
} llr_strengths_t;

/* Natural logarithms of the lambdas that are looked at by default: seven decades about the
 * mean eigenvalue of the covariances, beyond which the fit no longer changes much. */
llr_search_t llr_advice_range(const llr_population_t *population);

/* The weighting at the lambda where the outlook's target is least. *at_end (may be NULL): it lies
 * at an end of the range. forecast->found is false where nothing was found. */
void llr_advice_find(llr_outlook_t *outlook, const llr_weighting_t *weighting,
                     const llr_strengths_t *strengths, llr_forecast_t *forecast, bool *at_end);

#endif
