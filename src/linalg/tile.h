/* Single-precision kernels on tiles of rows, for the CPU that runs: AVX-512, AVX2 with FMA, or any.
 * Columns come in strips of LLR_STRIP; all arrays but the rows given to llr_tile_standardise_* are
 * 64-byte aligned with leading dimensions that are multiples of LLR_STRIP. Results differ between
 * kinds of CPU by rounding alone, and the bounds below hold on all. */
#ifndef LLR_LINALG_TILE_H
#define LLR_LINALG_TILE_H

#include <stdbool.h>
#include <stdint.h>

enum { LLR_STRIP = 16, LLR_TILE_ROWS = 64 };

/* Columns filled up to whole strips. */
int64_t llr_strips(int64_t columns);

/* z[j] = (x[j] - shift[j]) * scale[j] for a row of dim columns, and zeros up to whole strips; of
 * every z[j] the relative error is at most 2^-23 + 2^-46. Returns the sum of squares of z in single
 * precision, which may be infinite. */
float llr_tile_standardise_float(int64_t dim, const float *x, const float *shift,
                                 const float *scale, float *z);
float llr_tile_standardise_double(int64_t dim, const double *x, const double *shift,
                                  const double *scale, float *z);

/* c (LLR_TILE_ROWS x strips * LLR_STRIP, leading dimension ldc) = a b. a: LLR_TILE_ROWS x depth,
 * leading dimension lda; b: strips x depth x LLR_STRIP. Every sum of depth products has a rounding
 * error of at most llr_tile_chain(depth) * 2^-24 times the sum of their magnitudes, to first
 * order. */
void llr_tile_product(int64_t depth, int64_t strips, const float *a, int64_t lda, const float *b,
                      float *c, int64_t ldc);
int64_t llr_tile_chain(int64_t depth);

/* Decides the fits on one row. score, offset, slope, floor: columns x width: the scores are score +
 * offset, and norm * slope + floor their bounds of error. One column: the margin of a fit is its
 * score, or minus that where label is 0; more: score[label] less that of each other column, with
 * the sum of both bounds. Margins that are all above their bounds make a hit and add 1 to
 * hits[0 .. slots) (width each); one below minus its bound makes none; all else, NaN too, is in
 * doubt: -1 in doubt (width), which is 0 elsewhere. Returns whether any is in doubt. width: a
 * multiple of LLR_STRIP. */
bool llr_tile_decide(int64_t width, int32_t columns, int32_t label, const float *score,
                     const float *offset, float norm, const float *slope, const float *floor,
                     int32_t *const *hits, int slots, int32_t *doubt);

#endif
