/* Preprocessing of a subsample, and its inverse on the coefficients: x' = (x - shift) * scale. */
#ifndef LLR_MODEL_SCALING_H
#define LLR_MODEL_SCALING_H

#include "model/job.h"
#include "model/team.h"

/* zscore: the moments of the rows, unweighted, ddof 0; a constant column gets scale 0. Others:
 * shift 0, scale 1. x: rows x dim, row-major; shift, scale: dim. */
void llr_scaling_fit(llr_preprocess_t preprocess, const double *x, int64_t rows, int64_t dim,
                     double *shift, double *scale);
/* Collective. The same of rows that are dealt; x: the rows here x dim. work: 2 * dim. */
void llr_scaling_fit_team(llr_preprocess_t preprocess, const llr_team_t *team, const double *x,
                          int64_t here, int64_t rows, int64_t dim, double *shift, double *scale,
                          double *work);
/* Applies it in place. x: rows x dim, row-major. */
void llr_scaling_apply(const double *shift, const double *scale, double *x, int64_t rows,
                       int64_t dim);
/* Coefficients of the scaled features, in place, to coefficients of the raw ones.
 * theta: vectors x dim, row-major; b: vectors. */
void llr_scaling_fold(const double *shift, const double *scale, double *theta, double *b,
                      int64_t vectors, int64_t dim);

#endif
