/* The kernels of tile.c for one kind of CPU. Included once a kind, with NAME(x) its name for x and
 * ROWS the rows of a register block. */

typedef float NAME(lanes_t) __attribute__((vector_size(64)));
typedef int32_t NAME(marks_t) __attribute__((vector_size(64)));

static float NAME(sum_of_squares)(int64_t strips, const float *z)
{
    NAME(lanes_t) sum = {0};
    for (int64_t s = 0; s < strips; s++) {
        NAME(lanes_t) x = *(const NAME(lanes_t) *)(z + s * LLR_STRIP);
        sum += x * x;
    }
    float total = 0;
    for (int i = 0; i < LLR_STRIP; i++) total += sum[i];
    return total;
}

static float NAME(standardise_float)(int64_t dim, const float *restrict x,
                                     const float *restrict shift, const float *restrict scale,
                                     float *restrict z)
{
    for (int64_t j = 0; j < dim; j++) z[j] = (x[j] - shift[j]) * scale[j];
    for (int64_t j = dim; j % LLR_STRIP; j++) z[j] = 0;
    return NAME(sum_of_squares)(llr_strips(dim), z);
}

static float NAME(standardise_double)(int64_t dim, const double *restrict x,
                                      const double *restrict shift, const double *restrict scale,
                                      float *restrict z)
{
    for (int64_t j = 0; j < dim; j++) z[j] = (float)((x[j] - shift[j]) * scale[j]);
    for (int64_t j = dim; j % LLR_STRIP; j++) z[j] = 0;
    return NAME(sum_of_squares)(llr_strips(dim), z);
}

/* ROWS rows by `strips` strips of the product, over a part of the depth; strips is a constant. */
static inline __attribute__((always_inline)) void NAME(block)(int strips, int64_t depth, bool first,
                                                              const float *a, int64_t lda,
                                                              const float *b, int64_t ldb, float *c,
                                                              int64_t ldc)
{
    NAME(lanes_t) sum[ROWS][WIDEST];
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 3
        for (int s = 0; s < strips; s++) sum[i][s] = (NAME(lanes_t)){0};
    for (int64_t k = 0; k < depth; k++) {
        NAME(lanes_t) right[WIDEST];
#pragma GCC unroll 3
        for (int s = 0; s < strips; s++)
            right[s] = *(const NAME(lanes_t) *)(b + s * ldb + k * LLR_STRIP);
#pragma GCC unroll 8
        for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 3
            for (int s = 0; s < strips; s++) sum[i][s] += a[i * lda + k] * right[s];
    }
#pragma GCC unroll 8
    for (int i = 0; i < ROWS; i++)
#pragma GCC unroll 3
        for (int s = 0; s < strips; s++) {
            NAME(lanes_t) *out = (NAME(lanes_t) *)(c + i * ldc + s * LLR_STRIP);
            if (!first) sum[i][s] += *out;
            *out = sum[i][s];
        }
}

static void NAME(part)(int64_t strips, int64_t depth, bool first, const float *a, int64_t lda,
                       const float *b, int64_t ldb, float *c, int64_t ldc)
{
    for (int i = 0; i < LLR_TILE_ROWS; i += ROWS, a += ROWS * lda, c += ROWS * ldc)
        switch (strips) {
        case 1:
            NAME(block)(1, depth, first, a, lda, b, ldb, c, ldc);
            break;
        case 2:
            NAME(block)(2, depth, first, a, lda, b, ldb, c, ldc);
            break;
        default:
            NAME(block)(WIDEST, depth, first, a, lda, b, ldb, c, ldc);
        }
}

static void NAME(product)(int64_t depth, int64_t strips, const float *a, int64_t lda,
                          const float *b, float *c, int64_t ldc)
{
    for (int64_t k = 0; k < depth; k += DEPTH) {
        int64_t here = depth - k < DEPTH ? depth - k : DEPTH;
        for (int64_t s = 0; s < strips; s += WIDEST)
            NAME(part)
            (strips - s < WIDEST ? strips - s : WIDEST, here, k == 0, a + k, lda,
             b + (s * depth + k) * LLR_STRIP, depth * LLR_STRIP, c + s * LLR_STRIP, ldc);
    }
}

/* One strip of fits: those that hit, and those in doubt. */
static inline __attribute__((always_inline)) void
NAME(decide_strip)(int64_t width, int32_t columns, int32_t label, const float *score,
                   const float *offset, const NAME(lanes_t) * bounds, NAME(marks_t) * hits,
                   NAME(marks_t) * doubt)
{
    NAME(lanes_t) zero = {0}, bound = *bounds;
    NAME(marks_t) hit = zero == zero, miss = zero != zero;
    if (columns == 1) {
        NAME(lanes_t) margin = *(const NAME(lanes_t) *)score + *(const NAME(lanes_t) *)offset;
        if (!label) margin = -margin;
        hit = margin > bound;
        miss = margin < -bound;
    }
    for (int32_t k = 0; columns > 1 && k < columns; k++) {
        if (k == label) continue;
        const float *own = score + label * width, *other = score + k * width;
        NAME(lanes_t)
        margin = (*(const NAME(lanes_t) *)own + *(const NAME(lanes_t) *)(offset + label * width)) -
                 (*(const NAME(lanes_t) *)other + *(const NAME(lanes_t) *)(offset + k * width));
        hit &= margin > bound;
        miss |= margin < -bound;
    }
    *doubt = ~(hit | miss);
    *hits = hit;
}

static bool NAME(decide)(int64_t width, int32_t columns, int32_t label, const float *score,
                         const float *offset, float norm, const float *slope, const float *floor,
                         int32_t *const *hits, int slots, int32_t *doubt)
{
    NAME(marks_t) any = {0};
    for (int64_t f = 0; f < width; f += LLR_STRIP) {
        NAME(lanes_t)
        bound = norm * *(const NAME(lanes_t) *)(slope + f) + *(const NAME(lanes_t) *)(floor + f);
        NAME(marks_t) hit, doubtful;
        NAME(decide_strip)(width, columns, label, score + f, offset + f, &bound, &hit, &doubtful);
        for (int s = 0; s < slots; s++) *(NAME(marks_t) *)(hits[s] + f) -= hit;
        *(NAME(marks_t) *)(doubt + f) = doubtful;
        any |= doubtful;
    }
    int32_t found = 0;
    for (int i = 0; i < LLR_STRIP; i++) found |= any[i];
    return found;
}
