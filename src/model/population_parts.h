/* What estimated and exact populations share. Private to population*. */
#ifndef LLR_MODEL_POPULATION_PARTS_H
#define LLR_MODEL_POPULATION_PARTS_H

#include "model/population.h"

/* The block, for the scalars that are set; arrays are zero. */
llr_code_t llr_population_allocate(llr_population_t *population, llr_error_t *error);

/* Mean and deviation of a mixture of the parts, column by column: variance is parts x dim. */
typedef struct llr_mixture {
    double *mean, *variance; /* dim, out */
} llr_mixture_t;
void llr_population_mix(const llr_population_t *population, const double *share,
                        const double *variance, llr_mixture_t *mixture);

/* Spectrum, mean_square and dimension, from means and covariances. */
llr_code_t llr_population_decompose(llr_population_t *population, const llr_view_t *view,
                                    llr_error_t *error);

#endif
