#include "linalg/tile.h"

#include "linalg/cpu.h"

/* Depth of a pass, so that its part of b stays in the first cache; strips of a register block. */
enum { DEPTH = 128, WIDEST = 3 };

int64_t llr_strips(int64_t columns)
{
    return (columns + LLR_STRIP - 1) / LLR_STRIP;
}

int64_t llr_tile_chain(int64_t depth)
{
    return depth < DEPTH ? depth : DEPTH + depth / DEPTH + 1;
}

#define LLR_KERNELS "linalg/tile_kernels.h"
#include "linalg/each_cpu.h"

float llr_tile_standardise_float(int64_t dim, const float *x, const float *shift,
                                 const float *scale, float *z)
{
    return LLR_CPU_CALL(standardise_float, dim, x, shift, scale, z);
}

float llr_tile_standardise_double(int64_t dim, const double *x, const double *shift,
                                  const double *scale, float *z)
{
    return LLR_CPU_CALL(standardise_double, dim, x, shift, scale, z);
}

void llr_tile_product(int64_t depth, int64_t strips, const float *a, int64_t lda, const float *b,
                      float *c, int64_t ldc)
{
    LLR_CPU_CALL(product, depth, strips, a, lda, b, c, ldc);
}

bool llr_tile_decide(int64_t width, int32_t columns, int32_t label, const float *score,
                     const float *offset, float norm, const float *slope, const float *floor,
                     int32_t *const *hits, int slots, int32_t *doubt)
{
    return LLR_CPU_CALL(decide, width, columns, label, score, offset, norm, slope, floor, hits,
                        slots, doubt);
}
