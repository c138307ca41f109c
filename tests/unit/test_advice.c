/* Predictions by rule, and the advice made of them, against reference values and scans. */
#include "base/random.h"
#include "model/advice.h"
#include "suite.h"

#include <math.h>
#include <string.h>

enum { DIM = 6, GROUPS = 4, CLASSES = 2, ROWS = 4000, SLOTS = CLASSES + GROUPS };

/* Gaussian classes: class 1 is the majority ------------------------------------------------- */

static void make_gaussian(llr_population_t *population, int64_t dim, double minority)
{
    double mean[2 * 64] = {0}, deviation[64], share[2] = {minority, 1 - minority};
    llr_view_t view = {.shape = {2, 0, 2}, .by = LLR_BY_CLASS, .effective_variance = .99};
    for (int64_t j = 0; j < dim; j++) deviation[j] = 1;
    mean[0] = -2;
    mean[dim] = 2;
    CU_ASSERT_EQUAL_FATAL(
        llr_population_exact(population, dim, mean, deviation, share, &view, NULL), LLR_OK);
}

static void open_prospect(llr_prospect_t *prospect, const llr_population_t *population,
                          llr_loss_t loss, double n, const double *prior,
                          const llr_target_t *target)
{
    llr_training_t training = {loss, population->by, n, prior, LLR_FORM_AUTO};
    llr_error_t error = {0};
    CU_ASSERT_EQUAL_FATAL(llr_prospect_open(prospect, population, &training, target, &error),
                          LLR_OK);
}

/* problem.md, 4: errors of the majority and the minority, 4 digits. */
static void test_reference_values(void)
{
    static const struct {
        llr_loss_t loss;
        double delta, gamma, lambda, error[2];
    } known[] = {{LLR_LOSS_SQUARE, .10, 0, 0, {.0108, .0771}},
                 {LLR_LOSS_SQUARE, .30, 1, .1, {.0421, .0669}},
                 {LLR_LOSS_SQUARE, .36, 2, .1, {.0746, .0652}},
                 {LLR_LOSS_LOGISTIC, .05, 1, .001, {.0238, .0499}},
                 {LLR_LOSS_LOGISTIC, .10, 2, .1, {.1071, .0044}},
                 {LLR_LOSS_LOGISTIC, .15, 0, .001, {.0163, .0952}}};
    static const double prior[] = {.2, .8};
    llr_population_t population;
    llr_expected_t e;
    make_gaussian(&population, 36, .2);
    llr_target_t target = {LLR_SELECT_WORST_CLASS, prior, NULL};
    CU_ASSERT_EQUAL_FATAL(llr_expected_create(&e, population.shape, NULL), LLR_OK);
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        llr_prospect_t p;
        llr_weighting_t weighting = {LLR_RULE_EXPONENT, known[k].gamma};
        open_prospect(&p, &population, known[k].loss, 36 / known[k].delta, prior, &target);
        llr_prospect_rule(&p, &weighting, known[k].lambda, &e);
        CU_ASSERT_TRUE(e.found && e.finite);
        CU_ASSERT_DOUBLE_EQUAL(e.error[1], known[k].error[0], 5e-5);
        CU_ASSERT_DOUBLE_EQUAL(e.error[0], known[k].error[1], 5e-5);
        CU_ASSERT_EQUAL(e.worst_class, fmax(e.error[0], e.error[1]));
        CU_ASSERT_EQUAL(e.value, e.worst_class);
        CU_ASSERT_DOUBLE_EQUAL(e.balanced, (e.error[0] + e.error[1]) / 2, 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(e.overall, .2 * e.error[0] + .8 * e.error[1], 1e-15);
        CU_ASSERT_TRUE(isnan(e.worst_group));
        CU_ASSERT_EQUAL(e.gamma, known[k].gamma);
        CU_ASSERT_DOUBLE_EQUAL(e.rho, pow(4, known[k].gamma), 1e-12);
        llr_prospect_close(&p);
    }
    llr_expected_destroy(&e);
    llr_population_destroy(&population);
}

/* lambda = 0: thumb is the equal-error ratio, up to the border. */
static void test_thumb(void)
{
    static const double deltas[] = {.05, .2, .39, .41}, prior[] = {.2, .8};
    static const llr_weighting_t thumb = {LLR_RULE_THUMB, 0};
    llr_population_t population;
    llr_expected_t e;
    make_gaussian(&population, 40, .2);
    llr_target_t target = {LLR_SELECT_WORST_CLASS, prior, NULL};
    CU_ASSERT_EQUAL_FATAL(llr_expected_create(&e, population.shape, NULL), LLR_OK);
    for (int i = 0; i < 4; i++) {
        llr_prospect_t p;
        double delta = deltas[i], rho = (1.6 - delta) / (.4 - delta);
        open_prospect(&p, &population, LLR_LOSS_SQUARE, 40 / delta, prior, &target);
        llr_prospect_rule(&p, &thumb, 0, &e);
        CU_ASSERT_EQUAL(e.finite, delta < .4);
        CU_ASSERT_EQUAL(e.found, delta < .4);
        if (delta < .4) {
            CU_ASSERT_DOUBLE_EQUAL(e.rho / rho, 1, 1e-8);
            CU_ASSERT_DOUBLE_EQUAL(e.gamma, log(rho) / log(4), 1e-8);
            CU_ASSERT_DOUBLE_EQUAL(e.error[0], e.error[1], 1e-8);
        } else
            CU_ASSERT_TRUE(isnan(e.rho) && isnan(e.value) && isnan(e.error[0]));
        llr_prospect_close(&p);
    }
    llr_expected_destroy(&e);
    llr_population_destroy(&population);
}

/* Isotropic classes: the larger lambda the better, with the prior's ratio. */
static void test_end_of_range(void)
{
    static const double prior[] = {.2, .8};
    static const llr_advice_t anywhere = {0};
    llr_population_t population;
    llr_prospect_t p;
    llr_expected_t e;
    make_gaussian(&population, 40, .2);
    llr_target_t target = {LLR_SELECT_WORST_CLASS, prior, NULL};
    CU_ASSERT_EQUAL_FATAL(llr_expected_create(&e, population.shape, NULL), LLR_OK);
    open_prospect(&p, &population, LLR_LOSS_SQUARE, 200, prior, &target);
    llr_advice_best(&p, &anywhere, &e);
    CU_ASSERT_TRUE(e.found && llr_advice_at_end(&p, &anywhere, e.lambda));
    CU_ASSERT_DOUBLE_EQUAL(e.gamma, 1, .02);
    CU_ASSERT_DOUBLE_EQUAL(e.error[0], e.error[1], 1e-4);
    CU_ASSERT_FALSE(llr_advice_at_end(&p, &anywhere, 1));
    CU_ASSERT_FALSE(llr_advice_at_end(&p, &(llr_advice_t){&e.lambda, 1, NULL, 0, false}, e.lambda));
    llr_prospect_close(&p);
    llr_expected_destroy(&e);
    llr_population_destroy(&population);
}

/* Groups with covariances of their own -------------------------------------------------------- */

static const double group_prior[GROUPS] = {.6, .1, .05, .25}, class_prior[CLASSES] = {.7, .3};

typedef struct pool {
    llr_random_t random;
    int64_t row;
} pool_t;

/* Groups 0 and 1 are class 0. The attribute moves a mean and widens a column. */
static llr_code_t next_rows(void *argument, double *x, int32_t *class, int32_t *group,
                            int64_t *rows, llr_error_t *error)
{
    pool_t *pool = argument;
    (void)error;
    if (pool->row == 0) pool->random = llr_random_stream((llr_hash_t){5, 5}, 0, 1, 2);
    for (*rows = 0; *rows < LLR_POPULATION_ROWS && pool->row < ROWS; ++*rows, pool->row++) {
        double place = (double)pool->row / ROWS, *at = x + *rows * DIM;
        int32_t g = place < .6 ? 0 : place < .7 ? 1 : place < .75 ? 2 : 3;
        llr_random_normal(&pool->random, at, DIM);
        for (int j = 0; j < DIM; j++) at[j] *= 1 + .3 * (j == g);
        at[0] += g < 2 ? -1 : 1;
        at[1] += g % 2 ? .8 : -.8;
        class[*rows] = g / 2;
        group[*rows] = g;
    }
    if (!*rows) pool->row = 0;
    return LLR_OK;
}

static void make_groups(llr_population_t *population, llr_by_t by)
{
    pool_t pool = {.row = 0};
    llr_pool_rows_t rows = {DIM, next_rows, &pool};
    llr_view_t view = {.shape = {CLASSES, GROUPS, by == LLR_BY_GROUP ? GROUPS : CLASSES},
                       .by = by,
                       .standardise = true,
                       .effective_variance = .99};
    llr_error_t error = {0};
    CU_ASSERT_EQUAL_FATAL(llr_population_fit(population, &rows, &view, &error), LLR_OK);
}

static const double *prior_of(llr_by_t by)
{
    return by == LLR_BY_GROUP ? group_prior : class_prior;
}

/* The least value over a grid of weights and lambda. */
static double scan(llr_prospect_t *p, llr_expected_t *e, const double *lambda, int64_t lambdas)
{
    int32_t kinds = p->population->shape.kinds;
    int side = kinds == 2 ? 31 : 9, places = kinds == 2 ? side : side * side * side;
    double least = INFINITY;
    for (int at = 0; at < places; at++) {
        double mean = 0;
        for (int32_t k = 0, left = at; k < kinds; k++, left /= side) {
            double step = (left % side - side / 2) * (kinds == 2 ? .15 : .6);
            e->weight[k] = k == kinds - 1 ? 1 : exp(step - log(p->training.prior[k]));
            if (k == kinds - 1) e->weight[k] = 1 / p->training.prior[k];
            mean += p->training.prior[k] * e->weight[k];
        }
        for (int32_t k = 0; k < kinds; k++) e->weight[k] /= mean;
        for (int64_t l = 0; l < lambdas; l++) {
            llr_prospect_weights(p, lambda[l], e);
            CU_ASSERT_TRUE(e->found);
            least = fmin(least, e->value);
        }
    }
    return least;
}

typedef struct bench {
    llr_population_t population;
    llr_prospect_t prospect;
    llr_expected_t best, other;
} bench_t;

static void bench_open(bench_t *b, llr_by_t by, llr_loss_t loss, double n, llr_select_t select)
{
    static const double share[GROUPS] = {.25, .25, .25, .25}; /* at test time */
    make_groups(&b->population, by);
    CU_ASSERT_EQUAL_FATAL(b->population.parts, GROUPS);
    llr_target_t target = {select, share, NULL};
    open_prospect(&b->prospect, &b->population, loss, n, prior_of(by), &target);
    CU_ASSERT_EQUAL_FATAL(llr_expected_create(&b->best, b->population.shape, NULL), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_expected_create(&b->other, b->population.shape, NULL), LLR_OK);
}

static void bench_close(bench_t *b)
{
    llr_expected_destroy(&b->best);
    llr_expected_destroy(&b->other);
    llr_prospect_close(&b->prospect);
    llr_population_destroy(&b->population);
}

/* Advice is the best of all, is what its weights give, and weighs right. */
static void check_advice(bench_t *b, const llr_advice_t *advice, const double *lambda,
                         int64_t lambdas)
{
    double mean = 0;
    llr_advice_best(&b->prospect, advice, &b->best);
    CU_ASSERT_TRUE(b->best.found);
    CU_ASSERT_TRUE(b->best.value <= scan(&b->prospect, &b->other, lambda, lambdas) + 2e-4);
    memcpy(b->other.weight, b->best.weight, sizeof(double) * (size_t)b->population.shape.kinds);
    llr_prospect_weights(&b->prospect, b->best.lambda, &b->other);
    CU_ASSERT_DOUBLE_EQUAL(b->other.value, b->best.value, 1e-6);
    for (int32_t k = 0; k < b->population.shape.kinds; k++)
        mean += b->prospect.training.prior[k] * b->best.weight[k];
    CU_ASSERT_DOUBLE_EQUAL(mean, 1, 1e-12);
}

static void test_against_scan(void)
{
    static const double lambda[] = {1e-3, 1e-2, .03, .1, .3, 1, 3, 10};
    static const llr_select_t select[] = {LLR_SELECT_WORST_CLASS, LLR_SELECT_WORST_GROUP,
                                          LLR_SELECT_BALANCED};
    static const llr_advice_t anywhere = {0};
    for (int by = 0; by < LLR_BYS; by++)
        for (int s = 0; s < 3; s++) {
            bench_t b;
            bench_open(&b, by, LLR_LOSS_SQUARE, 25, select[s]);
            check_advice(&b, &anywhere, lambda, 8);
            bench_close(&b);
        }
    bench_t logistic;
    bench_open(&logistic, LLR_BY_CLASS, LLR_LOSS_LOGISTIC, 25, LLR_SELECT_WORST_CLASS);
    check_advice(&logistic, &anywhere, lambda, 8);
    bench_close(&logistic);
}

/* A descent with lambda leaves the upper end of its range, beyond the least error. */
static void test_from_end(void)
{
    static const double range[] = {1e-3, 10};
    double lambda = range[1], fixed = range[1], value, at_end, weight[CLASSES], other[CLASSES];
    bench_t b;
    bench_open(&b, LLR_BY_CLASS, LLR_LOSS_SQUARE, 25, LLR_SELECT_WORST_CLASS);
    for (int c = 0; c < CLASSES; c++) weight[c] = other[c] = 1 / (CLASSES * class_prior[c]);
    CU_ASSERT_EQUAL(llr_predict_better(b.prospect.predictor, &b.prospect.target, range, 300, weight,
                                       &lambda, &value, NULL),
                    LLR_OK);
    CU_ASSERT_EQUAL(llr_predict_better(b.prospect.predictor, &b.prospect.target, NULL, 300, other,
                                       &fixed, &at_end, NULL),
                    LLR_OK);
    CU_ASSERT_TRUE(lambda < .9 * range[1] && lambda >= range[0]);
    CU_ASSERT_EQUAL(fixed, range[1]);
    CU_ASSERT_TRUE(value < at_end - 1e-3);
    bench_close(&b);
}

/* A list of lambdas: one of them, and the best. */
static void test_list(void)
{
    static const double lambda[] = {0, .1, 1};
    for (int by = 0; by < LLR_BYS; by++) {
        bench_t b;
        llr_advice_t list = {lambda, 3, NULL, 0, false};
        bench_open(&b, by, LLR_LOSS_SQUARE, 20, LLR_SELECT_WORST_GROUP);
        check_advice(&b, &list, lambda, 3);
        CU_ASSERT_TRUE(b.best.lambda == 0 || b.best.lambda == .1 || b.best.lambda == 1);
        bench_close(&b);
    }
}

/* Simple rules at their own best lambda: no better than the advice, no worse than any lambda. */
static void test_rules(void)
{
    static const llr_advice_t anywhere = {0};
    static const llr_rule_t rules[] = {LLR_RULE_UNIFORM, LLR_RULE_INVERSE_PRIOR, LLR_RULE_THUMB};
    bench_t b;
    bench_open(&b, LLR_BY_GROUP, LLR_LOSS_SQUARE, 30, LLR_SELECT_WORST_GROUP);
    llr_advice_best(&b.prospect, &anywhere, &b.best);
    for (int r = 0; r < 3; r++) {
        llr_weighting_t weighting = {rules[r], 0};
        llr_advice_rule(&b.prospect, &anywhere, &weighting, &b.other);
        double found = b.other.value;
        CU_ASSERT_TRUE(b.best.value <= found);
        for (double lambda = 1e-4; lambda < 20; lambda *= 2) {
            llr_prospect_rule(&b.prospect, &weighting, lambda, &b.other);
            CU_ASSERT_TRUE(found <= b.other.value + 1e-4);
        }
    }
    bench_close(&b);
}

/* Rule theory is never worse than rule thumb. */
static void test_theory_and_thumb(void)
{
    static const llr_weighting_t thumb = {LLR_RULE_THUMB, 0}, theory = {LLR_RULE_THEORY, 0};
    static const double priors[][GROUPS] = {
        {.6, .1, .05, .25}, {.05, .6, .25, .1}, {.1, .25, .6, .05}, {.7, .1, .1, .1}};
    for (int i = 0; i < 4; i++)
        for (double n = 6; n < 100; n *= 2)
            for (double lambda = 1e-4; lambda < 10; lambda *= 10) {
                bench_t b;
                bench_open(&b, LLR_BY_GROUP, LLR_LOSS_SQUARE, n, LLR_SELECT_WORST_GROUP);
                llr_target_t target = b.prospect.target;
                llr_prospect_close(&b.prospect);
                open_prospect(&b.prospect, &b.population, LLR_LOSS_SQUARE, n, priors[i], &target);
                llr_prospect_rule(&b.prospect, &thumb, lambda, &b.other);
                llr_prospect_rule(&b.prospect, &theory, lambda, &b.best);
                CU_ASSERT_TRUE(b.other.found && b.best.found);
                CU_ASSERT_TRUE(b.best.value <= b.other.value + 1e-9);
                bench_close(&b);
            }
}

/* More rows never hurt, sought anew or only near what was best. */
static void test_monotone(void)
{
    double last = 1, near = 1;
    llr_expected_t start;
    CU_ASSERT_EQUAL_FATAL(llr_expected_create(&start, (llr_shape_t){CLASSES, GROUPS, GROUPS}, NULL),
                          LLR_OK);
    for (double n = 15; n < 1000; n *= 2) {
        bench_t b;
        bench_open(&b, LLR_BY_GROUP, LLR_LOSS_SQUARE, n, LLR_SELECT_WORST_GROUP);
        llr_advice_t advice = {NULL, 0, &start, n > 15, n > 15};
        llr_advice_best(&b.prospect, &advice, &b.best);
        CU_ASSERT_TRUE(b.best.value < near);
        near = b.best.value;
        memcpy(start.weight, b.best.weight, sizeof(double) * GROUPS);
        start.lambda = b.best.lambda;
        llr_advice_best(&b.prospect, &(llr_advice_t){0}, &b.best);
        CU_ASSERT_TRUE(b.best.value < last);
        last = b.best.value;
        CU_ASSERT_DOUBLE_EQUAL(near, last, 1e-3);
        bench_close(&b);
    }
    llr_expected_destroy(&start);
}

static void test_shift(void)
{
    static const double classes[] = {.5, .5}, groups[] = {.1, .2, .3, .4};
    double share[GROUPS] = {.6, .1, .05, .25};
    llr_population_t population;
    make_groups(&population, LLR_BY_CLASS);
    llr_prospect_shift(&population, LLR_BY_CLASS, classes, share);
    CU_ASSERT_DOUBLE_EQUAL(share[0], .5 * 6 / 7, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(share[3], .5 * 5 / 6, 1e-15);
    llr_prospect_shift(&population, LLR_BY_GROUP, groups, share);
    for (int g = 0; g < GROUPS; g++) CU_ASSERT_DOUBLE_EQUAL(share[g], groups[g], 1e-15);
    llr_population_destroy(&population);
}

/* Balanced with priors of the classes: what the rows of a test would show. */
static void test_priors(void)
{
    static const double share[GROUPS] = {.4, .4, .1, .1}, prior[] = {.8, .2};
    static const llr_weighting_t uniform = {LLR_RULE_UNIFORM, 0};
    bench_t b;
    bench_open(&b, LLR_BY_CLASS, LLR_LOSS_SQUARE, 30, LLR_SELECT_BALANCED);
    b.prospect.target = (llr_target_t){LLR_SELECT_BALANCED, share, prior};
    llr_prospect_rule(&b.prospect, &uniform, .1, &b.other);
    CU_ASSERT_DOUBLE_EQUAL(b.other.balanced, b.other.overall, 1e-12);
    CU_ASSERT_EQUAL(b.other.value, b.other.balanced);
    CU_ASSERT_DOUBLE_EQUAL(b.other.error[0], (b.other.error[2] + b.other.error[3]) / 2, 1e-12);
    bench_close(&b);
}

/* Softmax: weights, but no errors. */
static void test_no_theory(void)
{
    static const double mean[] = {1, 0, 0, 1, -1, 0}, deviation[] = {1, 1}, share[] = {.5, .3, .2};
    static const llr_weighting_t thumb = {LLR_RULE_THUMB, 0}, theory = {LLR_RULE_THEORY, 0};
    llr_view_t view = {.shape = {3, 0, 3}, .by = LLR_BY_CLASS, .effective_variance = .99};
    llr_population_t population;
    llr_prospect_t p;
    llr_expected_t e;
    CU_ASSERT_EQUAL_FATAL(llr_population_exact(&population, 2, mean, deviation, share, &view, NULL),
                          LLR_OK);
    llr_target_t target = {LLR_SELECT_WORST_CLASS, share, NULL};
    open_prospect(&p, &population, LLR_LOSS_LOGISTIC, 20, share, &target);
    CU_ASSERT_EQUAL_FATAL(llr_expected_create(&e, population.shape, NULL), LLR_OK);
    llr_prospect_rule(&p, &thumb, .1, &e);
    CU_ASSERT_TRUE(e.finite && !e.found && isnan(e.value) && e.weight[2] > e.weight[0]);
    llr_prospect_rule(&p, &theory, .1, &e);
    CU_ASSERT_TRUE(!e.finite && !e.found && isnan(e.weight[0]));
    llr_advice_best(&p, &(llr_advice_t){0}, &e);
    CU_ASSERT_FALSE(e.found);
    llr_prospect_close(&p);
    llr_expected_destroy(&e);
    llr_population_destroy(&population);
}

/* Gains that predictions cannot tell from none are no advice. */
static void test_settle(void)
{
    static const double inverse[] = {.7, 1.9, .2, .1}, other[] = {.5, 2.5, .15, .15};
    static const double values[] = {.2, .2, .2, .2, .2, .02, .02},
                        gains[] = {-1e-3, 0, .0049, .0051, .1, .0019, .0021};
    llr_shape_t shape = {2, 0, 2};
    for (int i = 0; i < 7; i++) {
        double a[4], b[4];
        memcpy(a, inverse, sizeof a);
        memcpy(b, other, sizeof b);
        llr_expected_t simple = {true, true, .1, .value = values[i], .weight = a, .error = a + 2};
        llr_expected_t best = {true,        true,          .3, .value = values[i] - gains[i],
                               .weight = b, .error = b + 2};
        llr_advice_settle(shape, &simple, &best);
        bool stays = i == 3 || i == 4 || i == 6;
        CU_ASSERT_EQUAL(memcmp(b, stays ? other : inverse, sizeof b), 0);
        CU_ASSERT_EQUAL(best.lambda, stays ? .3 : .1);
        CU_ASSERT_TRUE(best.weight == b && best.error == b + 2);
    }
    llr_expected_t none = {.found = false, .value = NAN}, best = {.found = true, .value = .2};
    llr_advice_settle(shape, &none, &best);
    CU_ASSERT_EQUAL(best.value, .2);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"reference values", test_reference_values},
        {"thumb", test_thumb},
        {"end of range", test_end_of_range},
        {"against a scan", test_against_scan},
        {"from the end of lambda", test_from_end},
        {"list of lambdas", test_list},
        {"rules", test_rules},
        {"theory and thumb", test_theory_and_thumb},
        {"monotone in n", test_monotone},
        {"shift", test_shift},
        {"priors", test_priors},
        {"no theory", test_no_theory},
        {"settle", test_settle},
    };
    return LLR_RUN_SUITE("advice", tests);
}
