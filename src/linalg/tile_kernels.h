/* The kernels of tile.c for one kind of CPU (see each_cpu.h). */

#define lanes_t NAME(lanes_t)
#define marks_t NAME(marks_t)
typedef float lanes_t __attribute__((vector_size(BYTES)));
typedef int32_t marks_t __attribute__((vector_size(BYTES)));

#define LANES (BYTES / (int)sizeof(float))
/* Rows of a register block that is so many strips wide. */
#define ROWS(strips) (BYTES == 64 ? 8 : ((strips) == 1 ? 4 : 2) * BYTES / 32)
/* Vectors of a register block that is so many strips wide. */
#define VECTORS(strips) ((strips) * (LLR_STRIP / LANES))

static float NAME(sum_of_squares)(int64_t count, const float *z)
{
    lanes_t sum = {0};
    for (int64_t j = 0; j < count; j += LANES) {
        lanes_t x = *(const lanes_t *)(z + j);
        sum += x * x;
    }
    float total = 0;
    for (int i = 0; i < LANES; i++) total += sum[i];
    return total;
}

static float NAME(standardise_float)(int64_t dim, const float *restrict x,
                                     const float *restrict shift, const float *restrict scale,
                                     float *restrict z)
{
    for (int64_t j = 0; j < dim; j++) z[j] = (x[j] - shift[j]) * scale[j];
    for (int64_t j = dim; j % LLR_STRIP; j++) z[j] = 0;
    return NAME(sum_of_squares)(llr_strips(dim) * LLR_STRIP, z);
}

static float NAME(standardise_double)(int64_t dim, const double *restrict x,
                                      const double *restrict shift, const double *restrict scale,
                                      float *restrict z)
{
    for (int64_t j = 0; j < dim; j++) z[j] = (float)((x[j] - shift[j]) * scale[j]);
    for (int64_t j = dim; j % LLR_STRIP; j++) z[j] = 0;
    return NAME(sum_of_squares)(llr_strips(dim) * LLR_STRIP, z);
}

/* `rows` rows by `strips` strips of the product, over a part of the depth; both are constants. */
static inline __attribute__((always_inline)) void NAME(block)(int rows, int strips, int64_t depth,
                                                              bool first, const float *a,
                                                              int64_t lda, const float *b,
                                                              int64_t ldb, float *c, int64_t ldc)
{
    lanes_t sum[ROWS(1)][VECTORS(WIDEST)], right[VECTORS(WIDEST)];
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 12
        for (int v = 0; v < VECTORS(strips); v++) sum[i][v] = (lanes_t){0};
    for (int64_t k = 0; k < depth; k++) {
#pragma GCC unroll 12
        for (int v = 0; v < VECTORS(strips); v++) {
            int strip = v * LANES / LLR_STRIP, lane = v * LANES % LLR_STRIP;
            right[v] = *(const lanes_t *)(b + strip * ldb + k * LLR_STRIP + lane);
        }
#pragma GCC unroll 8
        for (int i = 0; i < rows; i++)
#pragma GCC unroll 12
            for (int v = 0; v < VECTORS(strips); v++) sum[i][v] += a[i * lda + k] * right[v];
    }
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 12
        for (int v = 0; v < VECTORS(strips); v++) {
            lanes_t *out = (lanes_t *)(c + i * ldc + v * LANES);
            if (!first) sum[i][v] += *out;
            *out = sum[i][v];
        }
}

static void NAME(part)(int64_t strips, int64_t depth, bool first, const float *a, int64_t lda,
                       const float *b, int64_t ldb, float *c, int64_t ldc)
{
#define CALL(strips)                                                                               \
    for (int64_t i = 0; i < LLR_TILE_ROWS; i += ROWS(strips))                                      \
    NAME(block)(ROWS(strips), strips, depth, first, a + i * lda, lda, b, ldb, c + i * ldc, ldc)
    switch (strips) {
    case 1:
        CALL(1);
        break;
    case 2:
        CALL(2);
        break;
    default:
        CALL(WIDEST);
    }
#undef CALL
}

static void NAME(product)(int64_t depth, int64_t strips, const float *a, int64_t lda,
                          const float *b, float *c, int64_t ldc)
{
    for (int64_t k = 0; k < depth; k += DEPTH) {
        int64_t here = depth - k < DEPTH ? depth - k : DEPTH;
        for (int64_t s = 0; s < strips; s += WIDEST) NAME(part)
        (strips - s < WIDEST ? strips - s : WIDEST, here, k == 0, a + k, lda,
         b + (s * depth + k) * LLR_STRIP, depth * LLR_STRIP, c + s * LLR_STRIP, ldc);
    }
}

/* Scores of a vector of fits, and their bounds of error. */
#define BOUND(k)                                                                                   \
    (norm * *(const lanes_t *)(slope + (k)*width + f) + *(const lanes_t *)(floor + (k)*width + f))
#define SCORE(k)                                                                                   \
    (*(const lanes_t *)(score + (k)*width + f) + *(const lanes_t *)(offset + (k)*width + f))

static bool NAME(decide)(int64_t width, int32_t columns, int32_t label, const float *score,
                         const float *offset, float norm, const float *slope, const float *floor,
                         int32_t *const *hits, int slots, int32_t *doubt)
{
    marks_t any = {0};
    for (int64_t f = 0; f < width; f += LANES) {
        int32_t own = columns > 1 ? label : 0;
        lanes_t mine = SCORE(own), bound = BOUND(own), margin = {0};
        marks_t hit = margin == margin, miss = margin != margin;
        if (columns == 1) {
            if (!label) mine = -mine;
            hit = mine > bound;
            miss = mine < -bound;
        }
        for (int32_t k = 0; k < columns; k++) {
            if (k == own) continue;
            margin = mine - SCORE(k);
            lanes_t both = bound + BOUND(k);
            hit &= margin > both;
            miss |= margin < -both;
        }
        for (int s = 0; s < slots; s++) *(marks_t *)(hits[s] + f) -= hit;
        *(marks_t *)(doubt + f) = ~(hit | miss);
        any |= ~(hit | miss);
    }
    int32_t found = 0;
    for (int i = 0; i < LANES; i++) found |= any[i];
    return found;
}
#undef BOUND
#undef SCORE
#undef VECTORS
#undef LANES
#undef ROWS
#undef lanes_t
#undef marks_t
