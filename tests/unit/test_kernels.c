/* The kernels of linalg against sums and closed forms in long double. */
#include "base/memory.h"
#include "every_cpu.h"
#include "linalg/band_product.h"
#include "linalg/combine.h"
#include "linalg/gram.h"
#include "linalg/logistic.h"
#include "linalg/normal.h"
#include "linalg/panels.h"
#include "linalg/single.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers in (-1, 1) that look like none. */
static double noise(int64_t *state)
{
    *state = (*state * 1103515245 + 12345) & 0x7fffffff;
    return (double)*state / 0x40000000 - 1;
}

static void fill(double *x, int64_t count, int64_t *state)
{
    for (int64_t i = 0; i < count; i++) x[i] = noise(state);
}

/* Panels ------------------------------------------------------------------------------------- */

/* Of rows x columns with that many vectors: largest error over the sum of the terms' sizes. */
static double panel_error(int64_t rows, int64_t columns, int64_t vectors, bool transposed,
                          bool exactly, llr_panels_shape_t shape)
{
    int64_t state = rows + 7 * columns + vectors, lda = transposed ? rows + 3 : columns + 3;
    size_t bytes = sizeof(float) * (size_t)llr_panels_floats(rows, columns);
    double *a = llr_alloc((transposed ? columns : rows) * lda, sizeof *a), worst = 0;
    double *x = llr_alloc(vectors * rows, sizeof *x), *y = llr_alloc(vectors * columns, sizeof *y);
    llr_panels_t panels = {.rows = rows, .columns = columns, .shape = shape};
    panels.data = aligned_alloc(LLR_ALIGNMENT, bytes);
    panels.work = llr_alloc(LLR_PANEL_VECTORS * rows, sizeof(double));
    if (exactly) panels.rest = aligned_alloc(LLR_ALIGNMENT, bytes);
    fill(a, (transposed ? columns : rows) * lda, &state);
    fill(x, vectors * rows, &state);
    for (int64_t u = 0; u < vectors * columns; u++) y[u] = 1;
    llr_panels_fill(&panels, transposed, a, lda);
    (exactly ? llr_panels_multiply_exactly : llr_panels_multiply)(&panels, x, vectors, y);
    for (int64_t v = 0; v < vectors; v++)
        for (int64_t c = 0; c < columns; c++) {
            long double sum = 1, size = 1;
            for (int64_t i = 0; i < rows; i++) {
                long double term = x[v * rows + i];
                if (shape == LLR_PANELS_UPPER ? i > c : shape == LLR_PANELS_LOWER && i < c)
                    continue;
                term *= transposed ? a[c * lda + i] : a[i * lda + c];
                sum += term;
                size += fabsl(term);
            }
            worst = fmax(worst, (double)(fabsl((long double)y[v * columns + c] - sum) / size));
        }
    free(a);
    free(x);
    free(y);
    free(panels.data);
    free(panels.rest);
    free(panels.work);
    return worst;
}

static void panels_multiply(void)
{
    static const int64_t shape[][2] = {{1, 1}, {5, 48}, {128, 47}, {129, 49}, {300, 100}, {7, 200}};
    for (size_t s = 0; s < sizeof shape / sizeof *shape; s++)
        for (int64_t vectors = 1; vectors <= 20; vectors++)
            for (int turned = 0; turned < 2; turned++) {
                int64_t rows = shape[s][0], columns = shape[s][1];
                CU_ASSERT_TRUE(panel_error(rows, columns, vectors, turned, false, LLR_PANELS_FULL) <
                               1e-6);
                CU_ASSERT_TRUE(panel_error(rows, columns, vectors, turned, true, LLR_PANELS_FULL) <
                               1e-14);
            }
}

static void triangles_multiply(void)
{
    for (int64_t n = 1; n < 200; n += n < 100 ? 7 : 47)
        for (int turned = 0; turned < 2; turned++)
            for (int exactly = 0; exactly < 2; exactly++) {
                double bound = exactly ? 1e-14 : 1e-6;
                CU_ASSERT_TRUE(panel_error(n, n, 3, turned, exactly, LLR_PANELS_UPPER) < bound);
                CU_ASSERT_TRUE(panel_error(n, n, 3, turned, exactly, LLR_PANELS_LOWER) < bound);
            }
}

/* Whole numbers are the same in both precisions. */
static void single_precision_fills_too(void)
{
    enum { ROWS = 19, COLUMNS = 50 };
    static _Alignas(64) float data[2 * ROWS * LLR_PANEL];
    float a[ROWS * COLUMNS];
    double x[ROWS], y[COLUMNS] = {0}, work[LLR_PANEL_VECTORS * ROWS];
    for (int u = 0; u < ROWS * COLUMNS; u++) a[u] = (float)(u % 11 - 5);
    for (int i = 0; i < ROWS; i++) x[i] = i % 5 - 2;
    llr_panels_t panels = {.rows = ROWS, .columns = COLUMNS, .data = data, .work = work};
    llr_panels_fill_single(&panels, false, a, COLUMNS);
    llr_panels_multiply(&panels, x, 1, y);
    for (int c = 0; c < COLUMNS; c++) {
        double sum = 0;
        for (int i = 0; i < ROWS; i++) sum += x[i] * (double)a[i * COLUMNS + c];
        CU_ASSERT_EQUAL(y[c], sum);
    }
}

/* The logistic loss -------------------------------------------------------------------------- */

static long double true_loss(long double margin)
{
    return margin > 0 ? log1pl(expl(-margin)) : log1pl(expl(margin)) - margin;
}

static bool close_to(double x, long double truth)
{
    return fabsl(x - truth) <= 2e-15L * fabsl(truth);
}

/* Scores from 1e-9 to 690 of both signs, some rows at a time. */
static void rows_have_their_losses(void)
{
    enum { ROWS = 203 };
    double score[ROWS], residual[ROWS], curvature[ROWS];
    for (int i = 0; i < ROWS; i++)
        score[i] = (i % 2 ? -1 : 1) * pow(10, -9 + (log10(690) + 9) * i / (ROWS - 1));
    for (int first = 0, count = 1; first < ROWS; first += count, count = 1 + first % 20) {
        int rows = count < ROWS - first ? count : ROWS - first;
        double sign = first % 3 ? 1 : -1;
        long double sum = 0;
        double loss = llr_logistic_loss(rows, sign, score + first, 0.25, 3, residual + first);
        llr_logistic_curvature(rows, score + first, 0.25, 3, curvature + first);
        for (int i = first; i < first + rows; i++) {
            long double margin = sign * ((long double)score[i] + 0.25);
            long double share = 1 / (1 + expl(margin)), rest = 1 / (1 + expl(-margin));
            /* A score that is rounded moves what depends on it by as much as it is large. */
            double slack = (double)fabsl(margin) * 2e-16;
            sum += true_loss(margin);
            CU_ASSERT_TRUE(fabsl(residual[i] + sign * 3 * share) <= (2e-15L + slack) * 3 * share);
            CU_ASSERT_TRUE(fabsl(curvature[i] - 3 * share * rest) <=
                           (2e-15L + slack) * 3 * share * rest);
        }
        CU_ASSERT_TRUE(fabsl(loss - sum) <= 2e-13L * sum);
        CU_ASSERT_EQUAL(loss, llr_logistic_loss(rows, sign, score + first, 0.25, 3, NULL));
    }
}

static void lines_have_their_derivatives(void)
{
    enum { ROWS = 29 };
    double score[ROWS], direction[ROWS];
    int64_t state = 4;
    fill(score, ROWS, &state);
    fill(direction, ROWS, &state);
    for (int rows = 1; rows <= ROWS; rows++)
        for (int sign = -1; sign <= 1; sign += 2) {
            long double loss = 0, slope[2] = {0}, curvature[3] = {0}, t = 0.75, b = -0.5;
            llr_logistic_sums_t sums, still;
            llr_logistic_line(rows, sign, score, direction, 0.75, -0.5, &sums);
            llr_logistic_line(rows, sign, score, NULL, 0.75, -0.5, &still);
            for (int i = 0; i < rows; i++) {
                long double d = direction[i], margin = sign * (score[i] + t * d + b);
                long double share = 1 / (1 + expl(margin)), c = share * (1 - share);
                loss += true_loss(margin);
                slope[0] -= sign * share * d;
                slope[1] -= sign * share;
                curvature[0] += c * d * d;
                curvature[1] += c * d;
                curvature[2] += c;
            }
            CU_ASSERT_TRUE(close_to(sums.loss, loss));
            for (int k = 0; k < 2; k++) CU_ASSERT_TRUE(fabsl(sums.slope[k] - slope[k]) < 1e-14L);
            for (int k = 0; k < 3; k++)
                CU_ASSERT_TRUE(fabsl(sums.curvature[k] - curvature[k]) < 1e-14L);
            CU_ASSERT_EQUAL(still.slope[0], 0);
            CU_ASSERT_EQUAL(still.curvature[0], 0);
        }
}

static void what_is_not_finite_shows(void)
{
    const double bad[] = {NAN, INFINITY, -INFINITY};
    CU_ASSERT_TRUE(isnan(llr_logistic_loss(1, 1, bad, 0, 1, NULL)));
    CU_ASSERT_TRUE(llr_logistic_loss(1, 1, bad + 1, 0, 1, NULL) < 1e-300);
    CU_ASSERT_EQUAL(llr_logistic_loss(1, 1, bad + 2, 0, 1, NULL), INFINITY);
}

/* Single precision --------------------------------------------------------------------------- */

/* a = x'x + 1 of order n, R the inverse root of it; the largest entry of R a R' - 1. */
static double inverse_error(int64_t n)
{
    int64_t state = n;
    float *x = llr_alloc(2 * n * n, sizeof *x), *root = llr_alloc(n * n, sizeof *root);
    double *a = llr_alloc(n * n, sizeof *a), *half = llr_alloc(n * n, sizeof *half), worst = 0;
    for (int64_t u = 0; u < 2 * n * n; u++) x[u] = (float)noise(&state) / sqrtf((float)n);
    llr_single_syrk(false, 2 * n, n, x, root);
    for (int64_t i = 0; i < n; i++) {
        root[i * n + i] += 1;
        for (int64_t j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = (double)root[i * n + j];
    }
    CU_ASSERT_EQUAL(llr_single_inverse_root(n, root), 0);
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k <= i; k++)
            for (int64_t j = 0; j < n; j++)
                half[i * n + j] += (double)root[i * n + k] * a[k * n + j];
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) {
            double sum = 0;
            for (int64_t k = 0; k <= j; k++) sum += half[i * n + k] * (double)root[j * n + k];
            worst = fmax(worst, fabs(sum - (i == j)));
        }
    free(x);
    free(root);
    free(a);
    free(half);
    return worst;
}

static void inverse_roots_invert(void)
{
    for (int64_t n = 1; n <= 200; n += n < 70 ? 1 : 13) CU_ASSERT_TRUE(inverse_error(n) < 1e-5);
}

static void indefinite_matrices_have_no_root(void)
{
    for (int64_t n = 2; n <= 100; n += 7) {
        float *a = llr_alloc(n * n, sizeof *a);
        for (int64_t i = 0; i < n; i++) a[i * n + i] = 1;
        a[n * n - 2] = 2; /* the last two rows: [1 2; 2 1] */
        CU_ASSERT_TRUE(llr_single_inverse_root(n, a) > 0);
        free(a);
    }
}

static void both_gram_matrices(void)
{
    enum { ROWS = 5, N = 3 };
    float x[ROWS * N], c[N * N] = {0}, r[ROWS * ROWS] = {0};
    for (int u = 0; u < ROWS * N; u++) x[u] = (float)(u % 7 - 3);
    llr_single_syrk(false, ROWS, N, x, c);
    llr_single_syrk(true, N, ROWS, x, r);
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++) {
            float sum = 0;
            for (int k = 0; k < ROWS; k++) sum += x[k * N + i] * x[k * N + j];
            CU_ASSERT_EQUAL(c[i * N + j], sum);
        }
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j <= i; j++) {
            float sum = 0;
            for (int k = 0; k < N; k++) sum += x[i * N + k] * x[j * N + k];
            CU_ASSERT_EQUAL(r[i * ROWS + j], sum);
        }
}

/* Odd lengths and strides, fewer and more parts than are read side by side; what stood there before
 * is gone. */
static void weighted_sums(void)
{
    enum { MOST = 11, STRIDE = 83 };
    double x[MOST * STRIDE], weight[MOST], y[STRIDE];
    int64_t state = 7;
    fill(x, MOST * STRIDE, &state);
    fill(weight, MOST, &state);
    for (int64_t parts = 0; parts <= MOST; parts++)
        for (int64_t n = 0; n <= STRIDE; n++) {
            for (int64_t j = 0; j < STRIDE; j++) y[j] = 99;
            llr_combine(n, parts, 0.25, weight, x, STRIDE, y);
            for (int64_t j = 0; j < STRIDE; j++) {
                long double sum = 0;
                for (int64_t p = 0; p < parts; p++)
                    sum += (long double)weight[p] * x[p * STRIDE + j];
                CU_ASSERT_DOUBLE_EQUAL(y[j], j < n ? (double)(0.25L * sum) : 99, 1e-14);
            }
        }
}

/* Only the lower triangle is written. */
static void check_gram(int64_t rows, int64_t n)
{
    int64_t state = rows + 31 * n;
    double *x = llr_alloc(rows * n, sizeof *x), *c = llr_alloc(n * n, sizeof *c);
    double *sum = llr_alloc(n, sizeof *sum), bound = 1e-15 * (double)(rows + 8);
    size_t lines = sizeof(double) * (size_t)llr_gram_room(rows, n) / LLR_ALIGNMENT + 1;
    double *room = aligned_alloc(LLR_ALIGNMENT, lines * LLR_ALIGNMENT);
    fill(x, rows * n, &state);
    for (int64_t u = 0; u < n * n; u++) c[u] = 99;
    llr_gram_of(rows, n, x, sum, c, room);
    for (int64_t i = 0; i < n; i++) {
        long double total = 0;
        for (int64_t k = 0; k < rows; k++) total += x[k * n + i];
        CU_ASSERT_DOUBLE_EQUAL(sum[i], (double)total, bound);
        for (int64_t j = 0; j < n; j++) {
            long double entry = 0;
            for (int64_t k = 0; k < rows; k++) entry += (long double)x[k * n + i] * x[k * n + j];
            CU_ASSERT_DOUBLE_EQUAL(c[i * n + j], j <= i ? (double)entry : 99, bound);
        }
    }
    free(x);
    free(c);
    free(sum);
    free(room);
}

static void gram_matrices_of_rows(void)
{
    static const int64_t rows[] = {0, 1, 7, LLR_GRAM_ROWS, LLR_GRAM_ROWS + 1, 3 * LLR_GRAM_ROWS};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        for (int64_t n = 1; n <= 30; n++) check_gram(rows[r], n);
        check_gram(rows[r], 48);
        check_gram(rows[r], 77);
    }
}

/* Lanes that are not asked for may be zeros: they are not looked at. */
static void check_product(int64_t n, int lanes)
{
    int64_t rows = llr_band_rows(n), state = n + lanes;
    size_t bytes = sizeof(double) * (size_t)(rows * LLR_BAND);
    double *a = llr_alloc(n * n, sizeof *a), *v = aligned_alloc(LLR_ALIGNMENT, bytes),
           *w = aligned_alloc(LLR_ALIGNMENT, bytes);
    fill(a, n * n, &state);
    memset(v, 0, bytes);
    for (int64_t i = 0; i < n; i++) fill(v + i * LLR_BAND, lanes, &state);
    llr_band_product(n, a, n, lanes, v, w);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t l = 0; l < LLR_BAND; l++) {
            long double sum = 0;
            for (int64_t k = 0; k < n && i < n; k++)
                sum += (long double)(k <= i ? a[i * n + k] : a[k * n + i]) * v[k * LLR_BAND + l];
            CU_ASSERT_DOUBLE_EQUAL(w[i * LLR_BAND + l], (double)sum, 1e-14 * (double)n);
        }
    free(a);
    free(v);
    free(w);
}

static void products_of_some_lanes(void)
{
    for (int lanes = 1; lanes <= LLR_BAND; lanes++) {
        check_product(5, lanes);
        check_product(LLR_BAND_TILE, lanes);
        check_product(2 * LLR_BAND_TILE + 13, lanes);
    }
}

/* Normals ------------------------------------------------------------------------------------ */

/* The textbook's in long double, out of the same words. */
static void check_normals(int64_t count)
{
    llr_random_t random =
        llr_random_stream((llr_hash_t){3, 4}, LLR_PURPOSE_SYNTHETIC_ROW, count, 0);
    llr_random_t same = random;
    double *z = llr_alloc(count + 1, sizeof *z), worst = 0;
    z[count] = 7;
    llr_normals(&random, z, count);
    for (int64_t i = 0; i < count; i += 2) {
        long double radius = sqrtl(-2 * logl((long double)llr_random_unit(&same)));
        long double angle = 2 * acosl(-1) * (long double)llr_random_unit(&same);
        worst = fmax(worst, fabs(z[i] - (double)(radius * cosl(angle))));
        if (i + 1 < count) worst = fmax(worst, fabs(z[i + 1] - (double)(radius * sinl(angle))));
    }
    CU_ASSERT_TRUE(worst < 2e-14);
    CU_ASSERT_EQUAL(z[count], 7);
    CU_ASSERT_EQUAL(llr_random_word(&random), llr_random_word(&same));
    free(z);
}

static void normals_of_any_number(void)
{
    for (int64_t count = 0; count < 40; count++) check_normals(count);
    check_normals(100001);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"panels multiply", panels_multiply},
        {"triangles multiply", triangles_multiply},
        {"single precision fills too", single_precision_fills_too},
        {"rows have their losses", rows_have_their_losses},
        {"lines have their derivatives", lines_have_their_derivatives},
        {"what is not finite shows", what_is_not_finite_shows},
        {"inverse roots invert", inverse_roots_invert},
        {"indefinite matrices have no root", indefinite_matrices_have_no_root},
        {"both Gram matrices", both_gram_matrices},
        {"weighted sums", weighted_sums},
        {"Gram matrices of rows", gram_matrices_of_rows},
        {"products of some lanes", products_of_some_lanes},
        {"normals of any number", normals_of_any_number},
    };
    return RUN_ON_EVERY_CPU("kernels", tests);
}
