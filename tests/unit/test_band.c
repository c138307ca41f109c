/* The reduction to a band and the systems on it, against the matrix itself and its eigenvalues. */
#include "base/random.h"
#include "every_cpu.h"
#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "linalg/shifted.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef enum shape { FULL, LOW_RANK, GRADED, DIAGONAL, ZERO, SHAPES } shape_t;

/* A positive semidefinite matrix, its reduction and its eigenvalues. */
typedef struct example {
    int64_t n;
    double *a; /* n x n, both triangles */
    double *q, *t, *band, *work;
    double *value; /* ascending */
    double norm;   /* the largest of them */
} example_t;

static double *take(int64_t count)
{
    size_t bytes = (size_t)(count + 8) * sizeof(double) / 64 * 64 + 64;
    double *memory = aligned_alloc(64, bytes);
    memset(memory, 0, bytes);
    return memory;
}

static void fill(example_t *example, shape_t shape)
{
    int64_t n = example->n, rows = shape == LOW_RANK ? (n + 1) / 2 : 2 * n;
    llr_random_t random = llr_random_stream((llr_hash_t){5, 6}, LLR_PURPOSE_SYNTHETIC_ROW, n, 0);
    double *x = take(rows * n);
    llr_random_normal(&random, x, rows * n);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < n; j++) {
            if (shape == GRADED) x[i * n + j] *= pow(10, -4.0 * (double)j / (double)n);
            if (shape == ZERO || (shape == DIAGONAL && i != j)) x[i * n + j] = 0;
        }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
            for (int64_t r = 0; r < rows; r++)
                example->a[i * n + j] += x[r * n + i] * x[r * n + j] / (double)n;
    free(x);
}

static example_t example_create(int64_t n, shape_t shape)
{
    example_t example = {.n = n, .a = take(n * n), .q = take(n * n), .value = take(n)};
    double *work = take(llr_eigen_work(n)), *vector = take(n * n);
    int *integers = calloc((size_t)llr_eigen_integers(n), sizeof *integers);
    example.t = take(llr_band_factors(n));
    example.band = take(n * LLR_BAND_WIDTH);
    example.work = take(llr_band_work(n, n) + n * (LLR_BAND_WIDTH + 2));
    fill(&example, shape);
    memcpy(vector, example.a, (size_t)(n * n) * sizeof(double));
    CU_ASSERT_EQUAL(llr_eigen(n, vector, example.value, work, integers), 0);
    example.norm = example.value[n - 1];
    /* Only the lower triangle may be looked at. */
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) example.q[i * n + j] = j <= i ? example.a[i * n + j] : NAN;
    llr_band_reduce(n, example.q, example.t, example.band, example.work);
    free(work);
    free(vector);
    free(integers);
    return example;
}

static void example_destroy(example_t *example)
{
    double *owned[] = {example->a,    example->q,    example->t,
                       example->band, example->work, example->value};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
}

static void for_all(void (*check)(example_t *example))
{
    static const int64_t sizes[] = {1, 2, 3, 15, 16, 17, 18, 32, 33, 47, 48, 49, 64, 65, 97, 131};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int shape = 0; shape < SHAPES; shape++) {
            example_t example = example_create(sizes[s], (shape_t)shape);
            check(&example);
            example_destroy(&example);
        }
}

/* y = (B + lambda) x */
static void multiply(const example_t *example, double lambda, const double *x, double *y)
{
    int64_t n = example->n;
    for (int64_t j = 0; j < n; j++) y[j] = lambda * x[j];
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i <= LLR_BAND && j + i < n; i++) {
            double entry = example->band[j * LLR_BAND_WIDTH + i];
            y[j + i] += entry * x[j];
            if (i) y[j] += entry * x[j + i];
        }
}

static double distance(int64_t count, const double *x, const double *y)
{
    double most = 0;
    for (int64_t i = 0; i < count; i++) most = fabs(x[i] - y[i]) <= most ? most : fabs(x[i] - y[i]);
    return most;
}

/* Q B Q' applied to all unit vectors at once is A; Q Q' is 1. */
static void check_reduction(example_t *example)
{
    int64_t n = example->n;
    double *unit = take(n * n), *turned = take(n * n), *image = take(n * n);
    for (int64_t i = 0; i < n; i++) turned[i * n + i] = unit[i * n + i] = 1;
    llr_band_apply(n, example->q, example->t, true, turned, n, example->work);
    for (int64_t i = 0; i < n; i++) multiply(example, 0, turned + i * n, image + i * n);
    llr_band_apply(n, example->q, example->t, false, image, n, example->work);
    CU_ASSERT_TRUE(distance(n * n, image, example->a) <= 1e-13 * example->norm);
    llr_band_apply(n, example->q, example->t, false, turned, n, example->work);
    CU_ASSERT_TRUE(distance(n * n, turned, unit) <= 1e-13);
    free(unit);
    free(turned);
    free(image);
}

static void check_eigenvalues(example_t *example)
{
    double *value = take(example->n);
    CU_ASSERT_EQUAL(llr_band_eigenvalues(example->n, example->band, value, example->work), 0);
    CU_ASSERT_TRUE(distance(example->n, value, example->value) <= 1e-13 * example->norm);
    free(value);
}

static llr_shifted_t shifted_create(const example_t *example)
{
    llr_shifted_t shifted = {.n = example->n, .band = example->band, .lanes = LLR_LANES};
    shifted.factor = take(llr_shifted_room(example->n));
    shifted.solution = take(example->n * LLR_LANES);
    for (int lane = 0; lane < LLR_LANES; lane++)
        shifted.lambda[lane] = pow(10, 2 * lane - 6); /* 1e-6 .. 1e8 */
    return shifted;
}

static void shifted_destroy(llr_shifted_t *shifted)
{
    free(shifted->factor);
    free(shifted->solution);
}

static void check_solutions(example_t *example)
{
    int64_t n = example->n;
    llr_shifted_t shifted = shifted_create(example);
    double *right = take(n), *x = take(n), *image = take(n);
    for (int64_t j = 0; j < n; j++) {
        right[j] = cos((double)j);
        for (int lane = 0; lane < LLR_LANES; lane++)
            shifted.solution[j * LLR_LANES + lane] = right[j];
    }
    llr_shifted_factor(&shifted);
    llr_shifted_solve(&shifted);
    for (int lane = 0; lane < LLR_LANES; lane++) {
        double size = 0;
        for (int64_t j = 0; j < n; j++) {
            x[j] = shifted.solution[j * LLR_LANES + lane];
            size = fmax(size, fabs(x[j]));
        }
        multiply(example, shifted.lambda[lane], x, image);
        CU_ASSERT_TRUE(shifted.definite[lane]);
        CU_ASSERT_TRUE(distance(n, image, right) <=
                       1e-13 * (1 + (example->norm + shifted.lambda[lane]) * size));
    }
    shifted_destroy(&shifted);
    free(right);
    free(x);
    free(image);
}

/* Where lambda stands clear of rounding, to many digits however small the trace. */
static void check_traces(example_t *example)
{
    llr_shifted_t shifted = shifted_create(example);
    double trace[LLR_LANES];
    llr_shifted_factor(&shifted);
    llr_shifted_trace(&shifted, trace);
    for (int lane = 0; lane < LLR_LANES; lane++) {
        double truth = 0, lambda = shifted.lambda[lane];
        for (int64_t j = 0; j < example->n; j++)
            truth += example->value[j] / (example->value[j] + lambda);
        double noise = 1e-14 * (double)example->n * example->norm / lambda;
        CU_ASSERT_TRUE(fabs(trace[lane] - truth) <= 1e-11 * truth + noise * fmin(truth, 1));
    }
    shifted_destroy(&shifted);
}

/* A shift below the eigenvalues' range is found out, in its own lane alone. */
static void check_indefinite(example_t *example)
{
    llr_shifted_t shifted = shifted_create(example);
    shifted.lambda[3] = -0.5 * example->norm - 1e-3;
    llr_shifted_factor(&shifted);
    for (int lane = 0; lane < LLR_LANES; lane++)
        CU_ASSERT_EQUAL(shifted.definite[lane],
                        lane != 3 || example->value[0] + shifted.lambda[3] > 0);
    shifted_destroy(&shifted);
}

/* Some lanes give what all of them do, to the last bit. */
static void check_few_lanes(example_t *example)
{
    int64_t n = example->n, size = n * LLR_LANES;
    llr_shifted_t all = shifted_create(example), few = shifted_create(example);
    for (int lanes = 1; lanes < LLR_LANES; lanes++) {
        double shift[LLR_LANES], trace[2][LLR_LANES];
        memcpy(shift, all.lambda, sizeof shift);
        llr_shifted_set(&few, shift, lanes);
        for (int64_t u = 0; u < size; u++) all.solution[u] = few.solution[u] = sin((double)u);
        llr_shifted_factor(&all);
        llr_shifted_factor(&few);
        CU_ASSERT_TRUE(llr_shifted_definite(&few));
        llr_shifted_solve(&all);
        llr_shifted_solve(&few);
        llr_shifted_trace(&all, trace[0]);
        llr_shifted_trace(&few, trace[1]);
        for (int lane = 0; lane < lanes; lane++) {
            CU_ASSERT_EQUAL(trace[0][lane], trace[1][lane]);
            for (int64_t j = 0; j < n; j++)
                CU_ASSERT_EQUAL(all.solution[j * LLR_LANES + lane],
                                few.solution[j * LLR_LANES + lane]);
        }
    }
    shifted_destroy(&all);
    shifted_destroy(&few);
}

static void reduction_keeps_the_matrix(void)
{
    for_all(check_reduction);
}

static void band_keeps_the_eigenvalues(void)
{
    for_all(check_eigenvalues);
}

static void systems_are_solved(void)
{
    for_all(check_solutions);
}

static void traces_are_those_of_the_eigenvalues(void)
{
    for_all(check_traces);
}

static void indefinite_shifts_are_told(void)
{
    for_all(check_indefinite);
}

static void few_lanes_are_as_many(void)
{
    for_all(check_few_lanes);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"reduction keeps the matrix", reduction_keeps_the_matrix},
        {"band keeps the eigenvalues", band_keeps_the_eigenvalues},
        {"systems are solved", systems_are_solved},
        {"traces are those of the eigenvalues", traces_are_those_of_the_eigenvalues},
        {"indefinite shifts are told", indefinite_shifts_are_told},
        {"few lanes are as many", few_lanes_are_as_many},
    };
    return RUN_ON_EVERY_CPU("band", tests);
}
