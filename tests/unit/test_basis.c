#include "base/random.h"
#include "model/basis.h"
#include "model/scaling.h"
#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef long double real_t;

/* A pool of rows and all that is known of it by textbook means. */
typedef struct pool {
    int64_t rows, columns, at, piece; /* next row; rows handed out at a time */
    double *x;                        /* rows x columns */
    real_t *mean, *deviation;         /* columns; deviation 0: constant */
    real_t *value, *vector;           /* eigenvalues descending; columns x columns, one a row */
    real_t *matrix;                   /* correlations, columns x columns */
} pool_t;

static llr_code_t next_rows(void *argument, double *x, int64_t *rows, llr_error_t *error)
{
    pool_t *pool = argument;
    (void)error;
    *rows = pool->rows - pool->at < pool->piece ? pool->rows - pool->at : pool->piece;
    memcpy(x, pool->x + pool->at * pool->columns, (size_t)(*rows * pool->columns) * sizeof *x);
    pool->at = *rows ? pool->at + *rows : 0;
    return LLR_OK;
}

static llr_code_t fit(pool_t *pool, double variance, int64_t components, llr_basis_t *basis,
                      llr_error_t *error)
{
    llr_preprocessing_t wanted = {LLR_PREPROCESS_PCA, variance, components};
    llr_basis_rows_t rows = {pool->columns, next_rows, pool};
    return llr_basis_fit(&rows, &wanted, basis, error);
}

/* The textbook ------------------------------------------------------------------------------- */

static void find_moments(pool_t *pool)
{
    int64_t n = pool->rows, d = pool->columns;
    for (int64_t j = 0; j < d; j++) {
        bool varies = false;
        for (int64_t i = 0; i < n; i++) {
            pool->mean[j] += (real_t)pool->x[i * d + j] / n;
            varies = varies || pool->x[i * d + j] != pool->x[j];
        }
        for (int64_t i = 0; varies && i < n; i++) {
            real_t centred = pool->x[i * d + j] - pool->mean[j];
            pool->deviation[j] += centred * centred / n;
        }
        pool->deviation[j] = sqrtl(pool->deviation[j]);
    }
}

static real_t standardised(const pool_t *pool, int64_t row, int64_t column)
{
    if (pool->deviation[column] == 0) return 0;
    return (pool->x[row * pool->columns + column] - pool->mean[column]) / pool->deviation[column];
}

static void find_correlations(pool_t *pool)
{
    int64_t d = pool->columns;
    for (int64_t j = 0; j < d; j++)
        for (int64_t k = 0; k < d; k++)
            for (int64_t i = 0; i < pool->rows; i++)
                pool->matrix[j * d + k] +=
                    standardised(pool, i, j) * standardised(pool, i, k) / pool->rows;
}

/* Turns the plane of p and q so that a[p][q] becomes 0. */
static void rotate(real_t *a, real_t *v, int64_t d, int64_t p, int64_t q)
{
    real_t theta = (a[q * d + q] - a[p * d + p]) / (2 * a[p * d + q]);
    real_t t = (theta < 0 ? -1 : 1) / (fabsl(theta) + sqrtl(theta * theta + 1));
    real_t c = 1 / sqrtl(t * t + 1), s = t * c;
    for (int64_t i = 0; i < d; i++) {
        real_t x = a[i * d + p], y = a[i * d + q];
        a[i * d + p] = c * x - s * y;
        a[i * d + q] = s * x + c * y;
    }
    for (int64_t i = 0; i < d; i++) {
        real_t x = a[p * d + i], y = a[q * d + i], u = v[p * d + i], w = v[q * d + i];
        a[p * d + i] = c * x - s * y;
        a[q * d + i] = s * x + c * y;
        v[p * d + i] = c * u - s * w;
        v[q * d + i] = s * u + c * w;
    }
}

/* Jacobi's eigenvalue iteration; the rows of v become the eigenvectors. */
static void jacobi(real_t *a, real_t *v, int64_t d)
{
    for (int64_t j = 0; j < d; j++)
        for (int64_t k = 0; k < d; k++) v[j * d + k] = j == k;
    for (int sweep = 0; sweep < 40; sweep++)
        for (int64_t p = 0; p < d; p++)
            for (int64_t q = p + 1; q < d; q++)
                if (fabsl(a[p * d + q]) > 1e-25L) rotate(a, v, d, p, q);
}

static void sort_descending(pool_t *pool)
{
    int64_t d = pool->columns;
    for (int64_t j = 0; j < d; j++)
        for (int64_t k = j + 1; k < d; k++) {
            if (pool->value[k] <= pool->value[j]) continue;
            real_t value = pool->value[j];
            pool->value[j] = pool->value[k];
            pool->value[k] = value;
            for (int64_t i = 0; i < d; i++) {
                real_t entry = pool->vector[j * d + i];
                pool->vector[j * d + i] = pool->vector[k * d + i];
                pool->vector[k * d + i] = entry;
            }
        }
}

static void solve_by_textbook(pool_t *pool)
{
    int64_t d = pool->columns;
    find_moments(pool);
    find_correlations(pool);
    real_t *a = malloc((size_t)(d * d) * sizeof *a);
    memcpy(a, pool->matrix, (size_t)(d * d) * sizeof *a);
    jacobi(a, pool->vector, d);
    for (int64_t j = 0; j < d; j++) pool->value[j] = a[j * d + j];
    sort_descending(pool);
    free(a);
}

typedef enum trait {
    PLAIN,
    SCALES,   /* column scales from 1e-4 to 1e4, large means */
    CONSTANT, /* columns 1 and d - 1 are constant */
    TWINS,    /* the last column repeats the first, turned round */
    TRAITS
} trait_t;

static pool_t make_pool(int64_t rows, int64_t columns, trait_t trait)
{
    llr_random_t random =
        llr_random_stream((llr_hash_t){3, 4}, LLR_PURPOSE_SYNTHETIC_ROW, rows, columns);
    pool_t pool = {.rows = rows, .columns = columns, .piece = trait % 2 ? LLR_BASIS_ROWS : 37};
    size_t d = (size_t)columns;
    pool.x = malloc((size_t)rows * d * sizeof *pool.x);
    pool.mean = calloc(d, sizeof(real_t));
    pool.deviation = calloc(d, sizeof(real_t));
    pool.value = calloc(d, sizeof(real_t));
    pool.vector = calloc(d * d, sizeof(real_t));
    pool.matrix = calloc(d * d, sizeof(real_t));
    llr_random_normal(&random, pool.x, rows * columns);
    for (int64_t i = 0; i < rows; i++) {
        double *x = pool.x + i * columns;
        for (int64_t j = 1; j < columns; j++) x[j] += 1.5 / (double)j * x[j - 1];
        for (int64_t j = 0; trait == SCALES && j < columns; j++)
            x[j] = pow(10, (double)(j % 9) - 4) * (x[j] + 100);
        if (trait == CONSTANT) x[1] = 0.1;
        if (trait == CONSTANT) x[columns - 1] = -3;
        if (trait == TWINS) x[columns - 1] = 5 - 2 * x[0];
    }
    solve_by_textbook(&pool);
    return pool;
}

static void discard(pool_t *pool)
{
    free(pool->x);
    free(pool->mean);
    free(pool->deviation);
    free(pool->value);
    free(pool->vector);
    free(pool->matrix);
}

/* Components that vary, as the textbook has them. */
static int64_t textbook_rank(const pool_t *pool)
{
    int64_t rank = 0;
    for (int64_t j = 0; j < pool->columns; j++) rank += pool->value[j] > 1e-12L;
    return rank;
}

/* The fewest of the largest that hold the share. */
static int64_t textbook_components(const pool_t *pool, double share)
{
    real_t whole = 0, held = 0;
    int64_t count = 0;
    for (int64_t j = 0; j < pool->columns; j++) whole += pool->value[j];
    while (count < textbook_rank(pool) && held < share * whole) held += pool->value[count++];
    return count;
}

/* Fitting ------------------------------------------------------------------------------------ */

static void check_scaling(const pool_t *pool, const llr_basis_t *basis)
{
    for (int64_t j = 0; j < pool->columns; j++) {
        real_t scale = pool->deviation[j] == 0 ? 0 : 1 / pool->deviation[j];
        CU_ASSERT_TRUE(fabsl(basis->shift[j] - pool->mean[j]) <=
                       1e-13L * fabsl(pool->mean[j]) + 1e-13L * pool->deviation[j]);
        CU_ASSERT_TRUE(fabsl(basis->scale[j] - scale) <= 1e-12L * scale);
        if (pool->deviation[j] == 0) CU_ASSERT_EQUAL(basis->shift[j], pool->x[j]);
    }
}

/* A component is an eigenvector: v'Cv is the eigenvalue, and v the vector up to its sign, which is
 * such that its largest entry is positive. */
static void check_component(const pool_t *pool, const llr_basis_t *basis, int64_t k)
{
    int64_t d = pool->columns;
    const double *v = basis->rotation + k * d;
    real_t value = 0, cosine = 0;
    double most = 0, least = 0;
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j < d; j++) value += v[i] * pool->matrix[i * d + j] * v[j];
        cosine += v[i] * pool->vector[k * d + i];
        most = fmax(most, v[i]);
        least = fmin(least, v[i]);
        if (pool->deviation[i] == 0) CU_ASSERT_TRUE(fabs(v[i]) < 1e-12);
    }
    CU_ASSERT_TRUE(fabsl(value - pool->value[k]) < 1e-10L * pool->value[0]);
    CU_ASSERT_TRUE(most > -least - 1e-9);
    for (int64_t i = 0; i < d; i++)
        CU_ASSERT_TRUE(fabsl(v[i] - (cosine < 0 ? -1 : 1) * pool->vector[k * d + i]) < 1e-10L);
}

static void check_basis(const pool_t *pool, const llr_basis_t *basis)
{
    int64_t d = pool->columns;
    CU_ASSERT_EQUAL(basis->columns, d);
    check_scaling(pool, basis);
    for (int64_t k = 0; k < basis->components; k++) {
        check_component(pool, basis, k);
        for (int64_t l = 0; l <= k; l++) {
            real_t product = 0;
            for (int64_t j = 0; j < d; j++)
                product += (real_t)basis->rotation[k * d + j] * basis->rotation[l * d + j];
            CU_ASSERT_TRUE(fabsl(product - (k == l)) < 1e-12L);
        }
    }
}

static const int64_t shapes[][2] = {{40, 5}, {300, 12}, {1000, 3}, {7, 15}, {30, 30}, {4, 2}};

static void components_are_eigenvectors(void)
{
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int trait = 0; trait < TRAITS; trait++) {
            pool_t pool = make_pool(shapes[s][0], shapes[s][1], (trait_t)trait);
            int64_t rank = textbook_rank(&pool);
            for (int64_t k = 1; k <= rank; k += 1 + k / 2) {
                llr_basis_t basis;
                CU_ASSERT_EQUAL_FATAL(fit(&pool, 0, k, &basis, NULL), LLR_OK);
                CU_ASSERT_EQUAL(basis.components, k);
                check_basis(&pool, &basis);
                llr_basis_destroy(&basis);
            }
            discard(&pool);
        }
}

static void a_share_takes_the_fewest_components(void)
{
    static const double share[] = {1e-6, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999, 1};
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int trait = 0; trait < TRAITS; trait++) {
            pool_t pool = make_pool(shapes[s][0], shapes[s][1], (trait_t)trait);
            for (size_t i = 0; i < sizeof share / sizeof *share; i++) {
                llr_basis_t basis;
                CU_ASSERT_EQUAL_FATAL(fit(&pool, share[i], 0, &basis, NULL), LLR_OK);
                CU_ASSERT_EQUAL(basis.components, textbook_components(&pool, share[i]));
                check_basis(&pool, &basis);
                llr_basis_destroy(&basis);
            }
            discard(&pool);
        }
}

/* More columns than rows: centred rows have rows - 1 components at most. */
static void no_more_components_than_the_rows_have(void)
{
    llr_basis_t basis;
    llr_error_t error = {0};
    pool_t pool = make_pool(7, 15, PLAIN);
    CU_ASSERT_EQUAL(textbook_rank(&pool), 6);
    CU_ASSERT_EQUAL(fit(&pool, 0, 6, &basis, &error), LLR_OK);
    llr_basis_destroy(&basis);
    CU_ASSERT_EQUAL(fit(&pool, 0, 7, &basis, &error), LLR_INVALID);
    CU_ASSERT_STRING_EQUAL(error.text, "preprocess: pca: components: 7 asked for, the pool has 6 "
                                       "(15 columns)");
    CU_ASSERT_PTR_NULL(basis.shift);
    discard(&pool);
    pool = make_pool(50, 4, CONSTANT); /* two of four columns are constant */
    CU_ASSERT_EQUAL(fit(&pool, 0, 3, &basis, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "3 asked for, the pool has 2"));
    discard(&pool);
}

static void a_pool_that_does_not_vary_is_refused(void)
{
    llr_basis_t basis;
    llr_error_t error = {0};
    pool_t pool = make_pool(300, 3, PLAIN);
    for (int64_t i = 0; i < 900; i++) pool.x[i] = 0.1 * (double)(i % 3);
    CU_ASSERT_EQUAL(fit(&pool, 0.9, 0, &basis, &error), LLR_INVALID);
    CU_ASSERT_STRING_EQUAL(error.text, "preprocess: pca: no column of the pool varies");
    CU_ASSERT_EQUAL(fit(&pool, 0, 1, &basis, &error), LLR_INVALID);
    discard(&pool);
}

static llr_code_t fail_to_read(void *argument, double *x, int64_t *rows, llr_error_t *error)
{
    int *calls = argument;
    (void)x;
    *rows = 0;
    if (--*calls < 0) return llr_fail(error, LLR_FAILED, "disk gone");
    return LLR_OK;
}

static void a_failing_reader_is_passed_on(void)
{
    llr_preprocessing_t wanted = {LLR_PREPROCESS_PCA, 0.9, 0};
    for (int calls = 0; calls < 2; calls++) {
        llr_basis_t basis;
        llr_error_t error = {0};
        int left = calls;
        llr_basis_rows_t rows = {3, fail_to_read, &left};
        CU_ASSERT_EQUAL(llr_basis_fit(&rows, &wanted, &basis, &error), LLR_FAILED);
        CU_ASSERT_STRING_EQUAL(error.text, "disk gone");
        llr_basis_destroy(&basis);
    }
}

/* Using it ----------------------------------------------------------------------------------- */

/* A basis survives being copied as numbers, the way it travels between ranks. */
static llr_basis_t copied(const llr_basis_t *basis, double *memory)
{
    int64_t numbers = llr_basis_numbers(basis->columns, basis->components);
    memcpy(memory, basis->shift, (size_t)numbers * sizeof *memory);
    return llr_basis_in(memory, basis->columns, basis->components);
}

/* Projections by loops over the textbook's standardised rows. */
static void check_projection(const pool_t *pool, const llr_basis_t *basis, const double *out)
{
    int64_t d = pool->columns;
    for (int64_t i = 0; i < pool->rows; i++)
        for (int64_t k = 0; k < basis->components; k++) {
            real_t wanted = 0;
            for (int64_t j = 0; j < d; j++)
                wanted += standardised(pool, i, j) * basis->rotation[k * d + j];
            CU_ASSERT_TRUE(fabsl(out[i * basis->components + k] - wanted) < 1e-11L);
        }
}

/* The same scores from projected and from raw rows. */
static void check_unfolding(const pool_t *pool, const llr_basis_t *basis, const double *projected)
{
    enum { VECTORS = 4 };
    int64_t d = pool->columns, components = basis->components;
    llr_random_t random = llr_random_stream((llr_hash_t){9, 9}, LLR_PURPOSE_SPLIT, 0, 0);
    double theta[VECTORS * 30], raw[VECTORS * 30], b[VECTORS], raw_b[VECTORS];
    llr_random_normal(&random, theta, VECTORS * components);
    llr_random_normal(&random, b, VECTORS);
    memcpy(raw_b, b, sizeof b);
    llr_basis_unfold(basis, theta, VECTORS, raw, raw_b);
    for (int64_t v = 0; v < VECTORS; v++) {
        for (int64_t j = 0; j < d; j++)
            if (pool->deviation[j] == 0) CU_ASSERT_EQUAL(raw[v * d + j], 0);
        for (int64_t i = 0; i < pool->rows; i++) {
            real_t wanted = b[v], found = raw_b[v], size = 1;
            for (int64_t k = 0; k < components; k++)
                wanted += (real_t)theta[v * components + k] * projected[i * components + k];
            for (int64_t j = 0; j < d; j++) {
                real_t term = (real_t)raw[v * d + j] * pool->x[i * d + j];
                found += term;
                size += fabsl(term);
            }
            CU_ASSERT_TRUE(fabsl(found - wanted) < 1e-13L * size);
        }
    }
}

static void scores_are_the_same_on_raw_rows(void)
{
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
        for (int trait = 0; trait < TRAITS; trait++) {
            pool_t pool = make_pool(shapes[s][0], shapes[s][1], (trait_t)trait);
            int64_t numbers = pool.rows * pool.columns;
            double *x = malloc((size_t)numbers * sizeof *x), *out = malloc((size_t)numbers * 8);
            double *memory = malloc((size_t)((pool.columns + 2) * pool.columns) * sizeof *memory);
            llr_basis_t fitted;
            CU_ASSERT_EQUAL_FATAL(fit(&pool, 0.95, 0, &fitted, NULL), LLR_OK);
            llr_basis_t basis = copied(&fitted, memory);
            llr_basis_destroy(&fitted);
            memcpy(x, pool.x, (size_t)numbers * sizeof *x);
            llr_basis_apply(&basis, x, pool.rows, out);
            check_projection(&pool, &basis, out);
            check_unfolding(&pool, &basis, out);
            free(memory);
            free(out);
            free(x);
            discard(&pool);
        }
}

/* Values whose squares over- or underflow are scaled as others are; those below all that a
 * reciprocal can be of count as equal. */
static void columns_of_any_size_are_standardised(void)
{
    enum { ROWS = 50, DIM = 6 };
    static const double size[DIM] = {1, 1e-170, 1e200, 1e-290, 0, 4e-324};
    double x[ROWS * DIM], shift[DIM], scale[DIM];
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < DIM; j++) x[i * DIM + j] = size[j] * (i % 10 + 1);
    llr_scaling_fit(LLR_PREPROCESS_ZSCORE, x, ROWS, DIM, shift, scale);
    for (int j = 0; j < 4; j++) {
        CU_ASSERT_DOUBLE_EQUAL(scale[j] * size[j], 1 / sqrt(8.25), 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(shift[j] / size[j], 5.5, 1e-12);
    }
    CU_ASSERT_EQUAL(scale[4], 0);
    CU_ASSERT_EQUAL(scale[5], 0);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"components are eigenvectors", components_are_eigenvectors},
        {"a share takes the fewest components", a_share_takes_the_fewest_components},
        {"no more components than the rows have", no_more_components_than_the_rows_have},
        {"a pool that does not vary is refused", a_pool_that_does_not_vary_is_refused},
        {"a failing reader is passed on", a_failing_reader_is_passed_on},
        {"scores are the same on raw rows", scores_are_the_same_on_raw_rows},
        {"columns of any size are standardised", columns_of_any_size_are_standardised},
    };
    return LLR_RUN_SUITE("basis", tests);
}
