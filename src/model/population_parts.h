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

/* Spectrum, mean_square and dimension, from means and covariances by columns; then takes these to
 * the span. */
llr_code_t llr_population_decompose(llr_population_t *population, const llr_view_t *view,
                                    llr_error_t *error);

/* The largest square that is taken for rounding: variances and squared distances of means, where
 * the largest eigenvalue is this. The one place that decides what the rank of a population is. */
double llr_population_floor(double largest);

/* Takes means and covariances to the span: a basis of the directions in which any part varies or
 * the means differ. basis: dim x dim, its last rank rows an orthonormal basis of the directions in
 * which parts vary; the others are overwritten. work: dim x (dim + 1). */
void llr_population_narrow(llr_population_t *population, double *basis, int64_t rank, double floor,
                           double *work);

#endif
