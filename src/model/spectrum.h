/* How many directions of rows hold most of their variance. */
#ifndef LLR_MODEL_SPECTRUM_H
#define LLR_MODEL_SPECTRUM_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* The fewest of the largest eigenvalues that hold the share of the sum of all, at most `most`.
 * value: count, ascending; negative ones count as 0. */
int64_t llr_variance_rank(const double *value, int64_t count, int64_t most, double share);

/* Moments of rows that come in batches. Bytes: about 16 columns^2. */
typedef struct llr_spectrum {
    int64_t columns, rows;
    double *shift, *sum; /* columns: near the mean; of the rows less it. shift: owned, all arrays */
    double *scatter;     /* columns x columns, lower triangle: of the rows less shift */
} llr_spectrum_t;

llr_code_t llr_spectrum_begin(llr_spectrum_t *spectrum, int64_t columns, llr_error_t *error);
/* x: rows x columns, overwritten. */
void llr_spectrum_add(llr_spectrum_t *spectrum, double *x, int64_t rows);
/* Eigenvalues of the centred covariance, or (zscore) of the correlations, constant columns being 0.
 * value: columns, ascending. LLR_FAILED: memory, or the eigensolver. */
llr_code_t llr_spectrum_values(const llr_spectrum_t *spectrum, bool zscore, double *value,
                               llr_error_t *error);
/* Accepts {0}. */
void llr_spectrum_end(llr_spectrum_t *spectrum);

#endif
