/* The stratum of most rows, about which the others are few. Private to the solver of the square
 * loss. */
#ifndef LLR_MODEL_SOLVE_RIDGE_BASE_H
#define LLR_MODEL_SOLVE_RIDGE_BASE_H

#include "model/solve_parts.h"

int32_t llr_ridge_base(const llr_sample_t *sample);
/* Rows of a stratum, and of all strata but one. */
int64_t llr_ridge_rows(const llr_sample_t *sample, int32_t stratum);
int64_t llr_ridge_other_rows(const llr_sample_t *sample, int32_t base);
/* The rows of the other strata less the base's mean: llr_ridge_other_rows x size. */
void llr_ridge_gather(const llr_call_t *call, int32_t base, double *rows);

#endif
