/* Products of many vectors with (B + lambda)^-1, lambda one lane of a shifted band: what a low-rank
 * change of the band needs. */
#ifndef LLR_LINALG_SHIFTED_ROWS_H
#define LLR_LINALG_SHIFTED_ROWS_H

#include "linalg/shifted.h"

enum { LLR_ROWS_STEP = 32 }; /* the number of vectors is a multiple of this */

/* For y (n x wide, row-major, 64-byte aligned as all three): half' half = y' (B + lambda)^-1 y, and
 * whole = (B + lambda)^-1 y, unless it is NULL. The band is factored, and definite in that lane. */
void llr_shifted_rows(const llr_shifted_t *shifted, int lane, int64_t wide, const double *y,
                      double *half, double *whole);

/* Lower triangle of c (wide x wide, row-major, 64-byte aligned) = x' x, x as above: BLAS takes
 * longer to pack so narrow an x than to multiply it. What stands above the diagonal is lost. */
void llr_rows_square(int64_t n, int64_t wide, const double *x, double *c);

#endif
