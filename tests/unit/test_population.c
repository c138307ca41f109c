/* Populations: moments against sums written out, shrinkage, exact ones; predictions from them
 * against the reference values of the theory. */
#include "base/random.h"
#include "model/predict.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 700, COLUMNS = 6, CONSTANT = 3, CLASSES = 2, GROUPS = 3 };

/* A pool in memory: two classes, three groups, group 2 of class 1 has two rows. */
typedef struct pool {
    double x[ROWS][COLUMNS];
    int32_t class[ROWS], group[ROWS];
    int64_t at;
} pool_t;

static llr_code_t next(void *argument, double *x, int32_t *class, int32_t *group, int64_t *rows,
                       llr_error_t *error)
{
    pool_t *pool = argument;
    (void)error;
    for (*rows = 0; *rows < LLR_POPULATION_ROWS && pool->at < ROWS; ++*rows, pool->at++) {
        memcpy(x + *rows * COLUMNS, pool->x[pool->at], sizeof pool->x[0]);
        class[*rows] = pool->class[pool->at];
        group[*rows] = pool->group[pool->at];
    }
    if (!*rows) pool->at = 0;
    return LLR_OK;
}

static void fill(pool_t *pool, double stretch)
{
    llr_random_t random = llr_random_stream((llr_hash_t){7, 1}, LLR_PURPOSE_SYNTHETIC_ROW, 0, 0);
    llr_random_normal(&random, &pool->x[0][0], ROWS * COLUMNS);
    pool->at = 0;
    for (int i = 0; i < ROWS; i++) {
        pool->class[i] = i % 5 == 0;
        pool->group[i] = i % 3;
        if (pool->class[i] && pool->group[i] == 2 && i > 100) pool->group[i] = 0;
        pool->x[i][CONSTANT] = 4;
        pool->x[i][0] = 3 * pool->x[i][0] * (pool->class[i] ? stretch : 1) + 10 * pool->class[i];
        pool->x[i][1] += .5 * pool->x[i][0] + 2 * pool->group[i];
    }
}

static llr_view_t plain_view(bool standardise)
{
    return (llr_view_t){.shape = {CLASSES, GROUPS, CLASSES},
                        .by = LLR_BY_CLASS,
                        .standardise = standardise,
                        .effective_variance = .9};
}

static llr_population_t fitted(pool_t *pool, const llr_view_t *view)
{
    llr_population_t population;
    llr_error_t error;
    llr_pool_rows_t rows = {COLUMNS, next, pool};
    CU_ASSERT_EQUAL_FATAL(llr_population_fit(&population, &rows, view, &error), LLR_OK);
    return population;
}

/* Mean of a column over a part (group -1: a class; class -1: all), and the product of two. */
static double mean(const pool_t *pool, int32_t class, int32_t group, int j, int64_t *rows)
{
    double sum = 0;
    *rows = 0;
    for (int i = 0; i < ROWS; i++) {
        if (class >= 0 && pool->class[i] != class) continue;
        if (group >= 0 && pool->group[i] != group) continue;
        sum += pool->x[i][j];
        ++*rows;
    }
    return sum / (double)*rows;
}

static double covariance(const pool_t *pool, int32_t class, int32_t group, int a, int b, int ddof)
{
    int64_t rows;
    double sum = 0, at_a = mean(pool, class, group, a, &rows),
           at_b = mean(pool, class, group, b, &rows);
    for (int i = 0; i < ROWS; i++) {
        if (class >= 0 && pool->class[i] != class) continue;
        if (group >= 0 && pool->group[i] != group) continue;
        sum += (pool->x[i][a] - at_a) * (pool->x[i][b] - at_b);
    }
    return sum / (double)(rows - ddof);
}

static int raw_column(int64_t j)
{
    return (int)j + (j >= CONSTANT);
}

static void moments_are_those_of_the_rows(void)
{
    pool_t pool;
    fill(&pool, 4);
    for (int standardise = 0; standardise < 2; standardise++) {
        llr_view_t view = plain_view(standardise);
        llr_population_t p = fitted(&pool, &view);
        int64_t rows;
        CU_ASSERT_EQUAL_FATAL(p.dim, COLUMNS - 1);
        CU_ASSERT_EQUAL_FATAL(p.parts, CLASSES * GROUPS);
        for (int32_t a = 0; a < p.parts; a++)
            for (int64_t i = 0; i < p.dim; i++) {
                int x = raw_column(i);
                double all = sqrt(covariance(&pool, -1, -1, x, x, 0)),
                       scale = standardise ? all : 1;
                double centre = mean(&pool, -1, -1, x, &rows);
                double own = mean(&pool, p.part[a].class, p.part[a].group, x, &rows);
                CU_ASSERT_EQUAL(p.part[a].rows, rows);
                CU_ASSERT_DOUBLE_EQUAL(p.mean[a * p.dim + i], (own - centre) / scale, 1e-10);
            }
        llr_population_destroy(&p);
    }
}

/* The pooled covariance of all parts. */
static double pooled(const pool_t *pool, int a, int b)
{
    double sum = 0, freedom = 0;
    for (int32_t c = 0; c < CLASSES; c++)
        for (int32_t g = 0; g < GROUPS; g++) {
            int64_t rows;
            mean(pool, c, g, a, &rows);
            sum += (double)(rows - 1) * covariance(pool, c, g, a, b, 1);
            freedom += (double)(rows - 1);
        }
    return sum / freedom;
}

static void covariances_are_shrunk(void)
{
    pool_t pool;
    fill(&pool, 4);
    llr_view_t view = plain_view(false);
    llr_population_t p = fitted(&pool, &view);
    for (int32_t a = 0; a < p.parts; a++) {
        double towards = p.part[a].shrinkage;
        CU_ASSERT_TRUE(towards >= 0 && towards <= 1);
        if (p.part[a].rows < 8) CU_ASSERT_TRUE(towards > .5);
        if (p.part[a].rows > 100) CU_ASSERT_TRUE(towards < .3);
        for (int64_t i = 0; i < p.dim; i++)
            for (int64_t j = 0; j < p.dim; j++) {
                int x = raw_column(i), y = raw_column(j);
                double own = covariance(&pool, p.part[a].class, p.part[a].group, x, y, 1);
                double wanted = own + towards * (pooled(&pool, x, y) - own);
                CU_ASSERT_DOUBLE_EQUAL(p.covariance[(a * p.dim + i) * p.dim + j], wanted, 1e-9);
            }
    }
    llr_population_destroy(&p);
}

static void inequality_tells_covariances_apart(void)
{
    pool_t pool;
    llr_view_t view = plain_view(true);
    fill(&pool, 1);
    llr_population_t same = fitted(&pool, &view);
    fill(&pool, 4);
    llr_population_t apart = fitted(&pool, &view);
    CU_ASSERT_TRUE(same.inequality < .02);
    CU_ASSERT_TRUE(apart.inequality > .1);
    CU_ASSERT_TRUE(apart.dimension >= 1 && apart.dimension <= (double)apart.dim);
    llr_population_destroy(&same);
    llr_population_destroy(&apart);
}

/* Parts that are constant inside have equal covariances, of size 0. */
static void constant_parts_are_equal(void)
{
    pool_t pool;
    llr_view_t view = plain_view(false);
    fill(&pool, 1);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++) pool.x[i][j] = j == pool.class[i] + 2 * pool.group[i];
    llr_population_t p = fitted(&pool, &view);
    CU_ASSERT_EQUAL(p.inequality, 0);
    llr_population_destroy(&p);
}

/* The trace of the mean of the classes' covariances, written out. */
static void spectrum_is_of_the_classes(void)
{
    pool_t pool;
    fill(&pool, 1);
    llr_view_t view = plain_view(false);
    llr_population_t p = fitted(&pool, &view);
    double trace = 0, wanted = 0;
    for (int64_t j = 0; j < p.dim; j++) {
        trace += p.spectrum[j];
        for (int32_t c = 0; c < CLASSES; c++)
            wanted += covariance(&pool, c, -1, raw_column(j), raw_column(j), 0) / 2;
    }
    CU_ASSERT_DOUBLE_EQUAL(trace / wanted, 1, .05); /* shrinkage moves variance between parts */
    CU_ASSERT_DOUBLE_EQUAL(llr_population_df(&p, 1, 0), (double)p.dim, 1e-9);
    llr_population_destroy(&p);
}

/* Columns that depend on each other ---------------------------------------------------------- */

enum { MOST_PARTS = CLASSES * GROUPS };

/* The same rows with every column a second time, three times as large. */
static llr_code_t next_twice(void *argument, double *x, int32_t *class, int32_t *group,
                             int64_t *rows, llr_error_t *error)
{
    llr_code_t code = next(argument, x, class, group, rows, error);
    for (int64_t i = *rows; i-- > 0;)
        for (int64_t j = COLUMNS; j-- > 0;) {
            double value = x[i * COLUMNS + j];
            x[(2 * i + 1) * COLUMNS + j] = 3 * value;
            x[2 * i * COLUMNS + j] = value;
        }
    return code;
}

static llr_population_t fitted_twice(pool_t *pool, const llr_view_t *view)
{
    llr_population_t population;
    llr_error_t error;
    llr_pool_rows_t rows = {2 * COLUMNS, next_twice, pool};
    CU_ASSERT_EQUAL_FATAL(llr_population_fit(&population, &rows, view, &error), LLR_OK);
    return population;
}

/* What n rows are predicted to give at these weights (NULL: at the best), square loss. */
typedef struct outcome {
    bool found;
    double df, error[MOST_PARTS];
} outcome_t;

static outcome_t predict(const llr_population_t *p, llr_form_t form, double n, double lambda,
                         const double *weight)
{
    static const double prior[CLASSES] = {.8, .2};
    llr_training_t training = {LLR_LOSS_SQUARE, LLR_BY_CLASS, n, prior, form};
    double share[MOST_PARTS], least;
    llr_target_t target = {LLR_SELECT_WORST_CLASS, share, NULL};
    llr_predictor_t *predictor;
    llr_arena_t arena = {0};
    llr_error_t error;
    outcome_t outcome;
    double found[CLASSES];
    llr_prediction_t out = {.error = outcome.error};
    CU_ASSERT_EQUAL_FATAL(
        llr_arena_create(&arena, llr_predictor_bytes(p->shape, p->parts, p->dim), &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_predictor_create(&predictor, p, &training, &arena, &error), LLR_OK);
    llr_population_shares(p, prior, share);
    if (!weight) {
        CU_ASSERT_EQUAL(llr_predict_best(predictor, &target, lambda, 60, found, &least, &error),
                        LLR_OK);
        weight = found;
    }
    llr_predict_errors(predictor, weight, lambda, &out);
    outcome.found = out.found;
    outcome.df = out.df;
    llr_arena_destroy(&arena);
    return outcome;
}

static void compare(const outcome_t *a, const outcome_t *b, int32_t parts, double tolerance)
{
    CU_ASSERT_TRUE(a->found && b->found);
    CU_ASSERT_DOUBLE_EQUAL(a->df, b->df, 10 * tolerance);
    for (int32_t k = 0; k < parts; k++) CU_ASSERT_DOUBLE_EQUAL(a->error[k], b->error[k], tolerance);
}

/* Columns that repeat others make the penalty weaker by a factor, and change nothing else: below,
 * between and beyond the rank and the number of columns. */
static void check_repeated(pool_t *pool, const llr_view_t *view, llr_form_t form)
{
    static const double rows[] = {3, 7.5, 40}, lambdas[] = {0, 1e-9, 1e-5, .1};
    static const double weight[] = {.75, 2};
    llr_population_t once = fitted(pool, view), twice = fitted_twice(pool, view);
    int64_t rank = COLUMNS - 1, above = 0;
    double factor = view->standardise ? 2 : 10;
    for (int64_t j = 0; j < twice.dim; j++) above += twice.spectrum[j] > 0;
    CU_ASSERT_EQUAL(twice.dim, 2 * rank);
    CU_ASSERT_EQUAL(twice.span, rank);
    CU_ASSERT_EQUAL(once.span, rank);
    CU_ASSERT_EQUAL(above, rank);
    CU_ASSERT_EQUAL(llr_population_df(&twice, 1, 0), (double)rank);
    for (int n = 0; n < 3; n++)
        for (int l = 0; l < 4; l++)
            for (int best = 0; best < 2; best++) {
                const double *at = best ? NULL : weight;
                outcome_t a = predict(&once, form, rows[n], lambdas[l], at);
                outcome_t b = predict(&twice, form, rows[n], lambdas[l] * factor, at);
                compare(&a, &b, once.parts, best ? 1e-4 : 1e-7); /* a search ends before */
            }
    llr_population_destroy(&once);
    llr_population_destroy(&twice);
}

static void repeated_columns_change_nothing(void)
{
    pool_t pool;
    fill(&pool, 2);
    for (int standardise = 0; standardise < 2; standardise++) {
        llr_view_t view = plain_view(standardise);
        check_repeated(&pool, &view, LLR_FORM_GENERAL);
        view.shape.groups = 0;
        check_repeated(&pool, &view, LLR_FORM_GENERAL);
        check_repeated(&pool, &view, LLR_FORM_SPECTRAL);
    }
}

/* One column for every value of a word: they add up to 1. No penalty is the limit of a small one.
 */
static void one_column_a_word(void)
{
    enum { WORDS = COLUMNS - CONSTANT };
    pool_t pool;
    fill(&pool, 1);
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < WORDS; k++)
            pool.x[i][CONSTANT + k] = k == (i / 2 + i / 7 * pool.class[i]) % WORDS;
    for (int standardise = 0; standardise < 2; standardise++)
        for (int form = LLR_FORM_SPECTRAL; form <= LLR_FORM_GENERAL; form++) {
            llr_view_t view = plain_view(standardise);
            view.shape.groups = 0;
            llr_population_t p = fitted(&pool, &view);
            CU_ASSERT_EQUAL(p.dim, COLUMNS);
            CU_ASSERT_EQUAL(p.span, COLUMNS - 1);
            for (double n = 3; n < 100; n *= 1.83) { /* 5.49 rows: more than the rank, 5 */
                static const double weight[] = {.75, 2};
                outcome_t none = predict(&p, (llr_form_t)form, n, 0, weight);
                outcome_t little = predict(&p, (llr_form_t)form, n, 1e-9, weight);
                compare(&none, &little, p.parts, 1e-6);
                CU_ASSERT_DOUBLE_EQUAL(none.df, fmin(n, COLUMNS - 1), 1e-9);
            }
            llr_population_destroy(&p);
        }
}

/* A column that is constant inside of the parts, yet tells them apart: it counts wherever there is
 * a penalty, as one does that hardly varies. */
static void check_apart(pool_t *pool, const llr_view_t *view, llr_form_t form)
{
    enum { APART = 1 };
    static const double weight[] = {.75, 2};
    static double noise[ROWS];
    llr_random_t random = llr_random_stream((llr_hash_t){7, 2}, LLR_PURPOSE_SYNTHETIC_ROW, 0, 0);
    llr_random_normal(&random, noise, ROWS);
    for (int i = 0; i < ROWS; i++)
        pool->x[i][APART] = .4 * pool->class[i] + (view->shape.groups ? .2 * pool->group[i] : 0);
    llr_population_t still = fitted(pool, view), twice = fitted_twice(pool, view);
    for (int i = 0; i < ROWS; i++) pool->x[i][APART] += 1e-5 * noise[i];
    llr_population_t moves = fitted(pool, view);
    CU_ASSERT_EQUAL(twice.span, COLUMNS - 1);
    for (double n = 3; n < 100; n *= 3) {
        outcome_t a = predict(&still, form, n, .1, weight);
        outcome_t b = predict(&moves, form, n, .1, weight);
        outcome_t c = predict(&twice, form, n, 1, weight);
        compare(&a, &b, still.parts, 1e-5); /* a part has two rows */
        compare(&a, &c, still.parts, 1e-7);
    }
    outcome_t none = predict(&twice, form, 3, 0, weight);
    outcome_t little = predict(&twice, form, 3, 1e-9, weight);
    compare(&none, &little, still.parts, 1e-6);
    /* without one, and with more rows than the rank, they are separable */
    CU_ASSERT_FALSE(predict(&twice, form, 4.5, 0, weight).found);
    CU_ASSERT_FALSE(predict(&twice, form, 40, 0, weight).found);
    llr_population_destroy(&still);
    llr_population_destroy(&twice);
    llr_population_destroy(&moves);
}

static void means_apart_where_nothing_varies(void)
{
    pool_t pool;
    llr_view_t view = plain_view(false);
    fill(&pool, 2);
    check_apart(&pool, &view, LLR_FORM_GENERAL);
    view.shape.groups = 0;
    check_apart(&pool, &view, LLR_FORM_GENERAL);
    check_apart(&pool, &view, LLR_FORM_SPECTRAL);
}

/* Exact populations ------------------------------------------------------------------------ */

static llr_population_t isotropic(int64_t dim)
{
    static const double share[] = {.2, .8};
    llr_view_t view = {.shape = {2, 0, 2}, .by = LLR_BY_CLASS, .effective_variance = .99};
    llr_population_t population;
    llr_error_t error;
    double *means = calloc((size_t)(3 * dim), sizeof *means), *deviation = means + 2 * dim;
    for (int64_t j = 0; j < dim; j++) deviation[j] = 1;
    for (int64_t j = 0; j < dim; j++) means[dim + j] = -(means[j] = -2 / sqrt((double)dim));
    CU_ASSERT_EQUAL_FATAL(
        llr_population_exact(&population, dim, means, deviation, share, &view, &error), LLR_OK);
    free(means);
    return population;
}

static void predictions_are_the_references(void)
{
    static const struct {
        llr_loss_t loss;
        double delta, gamma, lambda, majority, minority;
    } wanted[] = {{LLR_LOSS_SQUARE, .30, 1, .1, .0421, .0669},
                  {LLR_LOSS_SQUARE, .36, 2, .1, .0746, .0652},
                  {LLR_LOSS_LOGISTIC, .05, 1, .001, .0238, .0499},
                  {LLR_LOSS_LOGISTIC, .10, 2, .1, .1071, .0044}};
    static const double prior[] = {.2, .8};
    enum { DIM = 60 };
    llr_population_t p = isotropic(DIM);
    llr_arena_t arena = {0};
    llr_error_t error;
    CU_ASSERT_EQUAL_FATAL(
        llr_arena_create(&arena, llr_predictor_bytes(p.shape, p.parts, p.dim), &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_predict_form(&p, LLR_FORM_AUTO), LLR_FORM_SPECTRAL);
    for (int i = 0; i < 4; i++)
        for (int form = LLR_FORM_SPECTRAL; form <= LLR_FORM_GENERAL; form++) {
            llr_training_t training = {wanted[i].loss, LLR_BY_CLASS, DIM / wanted[i].delta, prior,
                                       (llr_form_t)form};
            llr_predictor_t *predictor;
            double found[2], weight[2] = {pow(.2, -wanted[i].gamma), pow(.8, -wanted[i].gamma)};
            double whole = .2 * weight[0] + .8 * weight[1];
            llr_prediction_t out = {.error = found};
            weight[0] /= whole;
            weight[1] /= whole;
            llr_arena_release(&arena, 0);
            CU_ASSERT_EQUAL_FATAL(llr_predictor_create(&predictor, &p, &training, &arena, &error),
                                  LLR_OK);
            llr_predict_errors(predictor, weight, wanted[i].lambda, &out);
            CU_ASSERT_TRUE(out.found);
            CU_ASSERT_DOUBLE_EQUAL(found[1], wanted[i].majority, 5.01e-5);
            CU_ASSERT_DOUBLE_EQUAL(found[0], wanted[i].minority, 5.01e-5);
        }
    llr_arena_destroy(&arena);
    llr_population_destroy(&p);
}

/* At lambda -> 0 the thumb makes both errors equal, rho = (2 pi_maj - delta) / (2 pi_min - delta),
 * and the best weights are hardly better. */
static void best_weights_beat_the_thumb(void)
{
    static const double prior[] = {.2, .8}, delta = .2;
    llr_population_t p = isotropic(40);
    llr_training_t training = {LLR_LOSS_SQUARE, LLR_BY_CLASS, 40 / delta, prior, LLR_FORM_AUTO};
    llr_target_t target = {LLR_SELECT_WORST_CLASS, prior, NULL};
    llr_predictor_t *predictor;
    llr_arena_t arena = {0};
    llr_error_t error;
    double weight[2], thumb[2], found[2], least;
    llr_prediction_t out = {.error = found};
    CU_ASSERT_EQUAL_FATAL(
        llr_arena_create(&arena, llr_predictor_bytes(p.shape, p.parts, p.dim), &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_predictor_create(&predictor, &p, &training, &arena, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_predict_best(predictor, &target, 0, 200, weight, &least, &error), LLR_OK);
    thumb[0] = (1.6 - delta) / (.4 - delta) * (thumb[1] = 1 / (.2 * 7 + .8));
    llr_predict_errors(predictor, thumb, 0, &out);
    CU_ASSERT_DOUBLE_EQUAL(found[0], found[1], 1e-10);
    CU_ASSERT_TRUE(least <= found[0] && least > found[0] - 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(least, .0551, 5.1e-5);
    llr_arena_destroy(&arena);
    llr_population_destroy(&p);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"moments are those of the rows", moments_are_those_of_the_rows},
        {"covariances are shrunk", covariances_are_shrunk},
        {"inequality tells covariances apart", inequality_tells_covariances_apart},
        {"constant parts are equal", constant_parts_are_equal},
        {"spectrum is of the classes", spectrum_is_of_the_classes},
        {"repeated columns change nothing", repeated_columns_change_nothing},
        {"one column a word", one_column_a_word},
        {"means apart where nothing varies", means_apart_where_nothing_varies},
        {"predictions are the references", predictions_are_the_references},
        {"best weights beat the thumb", best_weights_beat_the_thumb},
    };
    return LLR_RUN_SUITE("population", tests);
}
