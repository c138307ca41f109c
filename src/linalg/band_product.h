/* The product of a symmetric matrix with LLR_BAND vectors, in which BLAS spends more time on
 * packing than on multiplying. Private to linalg. */
#ifndef LLR_LINALG_BAND_PRODUCT_H
#define LLR_LINALG_BAND_PRODUCT_H

#include "linalg/band.h"

enum { LLR_BAND_TILE = 48 };

/* Rows of v and w for a matrix of n: a multiple of the tile. */
int64_t llr_band_rows(int64_t n);

/* Of the first lanes vectors, the others being zeros: w = a v for the symmetric a (n x n, row-major
 * lower triangle, leading dimension lda). v, w: llr_band_rows(n) x LLR_BAND, row-major, 64-byte
 * aligned; rows of v from n on are 0, those of w become 0. */
void llr_band_product(int64_t n, const double *a, int64_t lda, int lanes, const double *v,
                      double *w);

#endif
