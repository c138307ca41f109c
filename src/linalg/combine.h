/* Weighted sums of several arrays in one pass over them, where a call of BLAS an array would read
 * and write the sum each time. */
#ifndef LLR_LINALG_COMBINE_H
#define LLR_LINALG_COMBINE_H

#include <stdint.h>

/* y (n) = factor * sum over parts of weight_part x_part, with x_part at x + part * stride. Results
 * depend on the kind of CPU, which may fuse multiplication and addition, and on nothing else. */
void llr_combine(int64_t n, int64_t parts, double factor, const double *weight, const double *x,
                 int64_t stride, double *y);

#endif
