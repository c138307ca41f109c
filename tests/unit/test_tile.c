/* The single-precision kernels against sums in double precision. */
#include "every_cpu.h"
#include "linalg/tile.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_DEPTH = 300, MOST_WIDTH = 7 * LLR_STRIP, STRIDE = MOST_DEPTH + 20 };

static _Alignas(64) float a[LLR_TILE_ROWS * STRIDE], b[MOST_DEPTH * MOST_WIDTH],
    c[LLR_TILE_ROWS * MOST_WIDTH];

static float draw(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (float)((double)(state >> 11) * 0x1p-52 - 1);
}

static void check_product(int64_t depth, int64_t strips)
{
    int64_t width = strips * LLR_STRIP, wrong = 0;
    llr_tile_product(depth, strips, a, STRIDE, b, c, width);
    for (int i = 0; i < LLR_TILE_ROWS; i++)
        for (int64_t j = 0; j < width; j++) {
            double sum = 0, size = 0;
            for (int64_t k = 0; k < depth; k++) {
                double term = (double)a[i * STRIDE + k] *
                              (double)b[(j / LLR_STRIP * depth + k) * LLR_STRIP + j % LLR_STRIP];
                sum += term;
                size += fabs(term);
            }
            double bound = 1.01 * 0x1p-24 * (double)llr_tile_chain(depth) * size;
            wrong += !(fabs((double)c[i * width + j] - sum) <= bound);
        }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void test_product(void)
{
    static const int64_t depths[] = {1, 5, 16, 127, 128, 129, 256, 300};
    for (size_t i = 0; i < sizeof a / sizeof *a; i++) a[i] = draw();
    for (size_t i = 0; i < sizeof b / sizeof *b; i++) b[i] = draw();
    for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
        for (int64_t strips = 1; strips <= 7; strips++) check_product(depths[d], strips);
}

static void test_standardise(void)
{
    static _Alignas(64) float z[48], shift[40], scale[40], x[40];
    static double shift_double[40], scale_double[40], x_double[40];
    for (int64_t dim = 1; dim <= 40; dim++) {
        double squares = 0;
        int wrong = 0;
        for (int64_t j = 0; j < dim; j++) {
            x_double[j] = (double)(x[j] = 100 * draw());
            shift_double[j] = (double)(shift[j] = draw());
            scale_double[j] = (double)(scale[j] = 2 + draw());
            double exact = (x_double[j] - shift_double[j]) * scale_double[j];
            squares += exact * exact;
        }
        for (int type = 0; type < 2; type++) {
            for (int j = 0; j < 48; j++) z[j] = 7;
            float sum =
                type ? llr_tile_standardise_double(dim, x_double, shift_double, scale_double, z)
                     : llr_tile_standardise_float(dim, x, shift, scale, z);
            CU_ASSERT_DOUBLE_EQUAL((double)sum, squares, 1e-5 * squares);
            for (int64_t j = 0; j < dim; j++) {
                double exact = (x_double[j] - shift_double[j]) * scale_double[j];
                wrong += !(fabs((double)z[j] - exact) <= (0x1p-23 + 0x1p-46) * fabs(exact));
            }
            for (int64_t j = dim; j < llr_strips(dim) * LLR_STRIP; j++) wrong += z[j] != 0;
        }
        CU_ASSERT_EQUAL(wrong, 0);
    }
}

/* Margins around their bound of 2 * .5 + 1 = 2 (two columns: 4), with NaN and infinity. */
static void test_decide(void)
{
    static const float margin[] = {1, 2, 2.5f, 4, 4.5f, -2, -2.5f, -4.5f, NAN, INFINITY, -INFINITY};
    enum { MARGINS = sizeof margin / sizeof *margin };
    static _Alignas(64) float score[3 * LLR_STRIP], offset[3 * LLR_STRIP], slope[3 * LLR_STRIP],
        floor[3 * LLR_STRIP];
    static _Alignas(64) int32_t hits[LLR_STRIP], doubt[LLR_STRIP];
    int32_t *into[] = {hits};
    for (int i = 0; i < 3 * LLR_STRIP; i++) slope[i] = .5f, floor[i] = 1, offset[i] = 3;
    for (int columns = 1; columns <= 3; columns += 2)
        for (int32_t label = 0; label < (columns == 1 ? 2 : 3); label++) {
            float bound = columns == 1 ? 2 : 4;
            for (int i = 0; i < LLR_STRIP; i++) {
                float m = margin[i % MARGINS];
                hits[i] = 5;
                for (int k = 0; k < columns; k++)
                    score[k * LLR_STRIP + i] = k == label ? m : k == (label + 1) % 3 ? 0 : -50;
                if (columns == 1) score[i] = (label ? m : -m) - 3;
            }
            CU_ASSERT_TRUE(llr_tile_decide(LLR_STRIP, columns, label, score, offset, 2, slope,
                                           floor, into, 1, doubt));
            for (int i = 0; i < LLR_STRIP; i++) {
                float m = margin[i % MARGINS];
                CU_ASSERT_EQUAL(hits[i], 5 + (m > bound));
                CU_ASSERT_EQUAL(doubt[i], -!(m > bound || m < -bound));
            }
        }
}

int main(void)
{
    static const llr_test_t tests[] = {{"product of a tile", test_product},
                                       {"standardising a row", test_standardise},
                                       {"deciding a row", test_decide}};
    return RUN_ON_EVERY_CPU("tile", tests);
}
