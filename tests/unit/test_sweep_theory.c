/* Sweeps with weights and predictions from the theory: against closed forms, against what is
 * measured, and their statuses. */
#include "suite.h"

#include "base/random.h"
#include "llr/sweep.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void set(llr_sweep_t *sweep, const char *key, const char *value)
{
    CU_ASSERT_EQUAL(llr_sweep_set(sweep, key, value), LLR_OK);
}

/* Isotropic classes, mean length 2, minority .2. */
static llr_sweep_t *create(const char *losses, const char *deltas, const char *lambdas)
{
    llr_sweep_t *sweep = llr_sweep_create();
    CU_ASSERT_PTR_NOT_NULL_FATAL(sweep);
    set(sweep, "datasets", "[{name: g, synthetic: {d: 40, separation: 2, priors: [.2, .8]}}]");
    set(sweep, "losses", losses);
    set(sweep, "preprocess", "none");
    set(sweep, "exponents", "[2]");
    set(sweep, "rules", "[paper, thumb, theory, balanced_subsample, averaged_balanced]");
    set(sweep, "lambdas", lambdas);
    set(sweep, "deltas", deltas);
    set(sweep, "seeds", "{count: 3}");
    set(sweep, "balanced_repeats", "2");
    return sweep;
}

static bool is_text(const llr_sweep_t *sweep, int64_t row, const char *column, const char *word)
{
    return !strcmp(llr_sweep_text(sweep, row, column), word);
}

/* A row of a rule, n and lambda; -1: there is none. */
static int64_t find(const llr_sweep_t *sweep, const char *rule, double n, double lambda)
{
    for (int64_t r = 0; r < llr_sweep_rows(sweep); r++)
        if (is_text(sweep, r, "rule", rule) && llr_sweep_number(sweep, r, "n") == n &&
            llr_sweep_number(sweep, r, "lambda") == lambda)
            return r;
    return -1;
}

static double number(const llr_sweep_t *sweep, int64_t row, const char *column)
{
    return llr_sweep_number(sweep, row, column);
}

/* lambda = 0: rho = (2 pi_maj - delta) / (2 pi_min - delta), and nothing beyond delta = 2 pi_min.
 */
static void thumb_is_the_equal_error_weight(void)
{
    llr_sweep_t *sweep = create("[square]", "[.1, .2, .5]", "[0]");
    CU_ASSERT_EQUAL(llr_sweep_run(sweep, NULL), LLR_OK);
    for (int i = 1; i <= 2; i++) {
        int64_t thumb = find(sweep, "thumb", 400 / i, 0);
        double delta = .1 * i, rho = (1.6 - delta) / (.4 - delta);
        CU_ASSERT_DOUBLE_EQUAL(number(sweep, thumb, "rho"), rho, 1e-9 * rho);
        CU_ASSERT_DOUBLE_EQUAL(number(sweep, thumb, "gamma"), log(rho) / log(4), 1e-9);
    }
    int64_t none = find(sweep, "thumb", 80, 0);
    CU_ASSERT_TRUE(is_text(sweep, none, "status", "no_finite_weights"));
    CU_ASSERT_TRUE(isnan(number(sweep, none, "rho")) && isnan(number(sweep, none, "w_max")));
    CU_ASSERT_TRUE(isnan(number(sweep, none, "test_balanced")));
    CU_ASSERT_TRUE(isnan(number(sweep, none, "objective")));
    llr_sweep_destroy(sweep);
}

/* Isotropic: all components are alike, so 99 % of the variance, the mean direction's too, take
 * nearly all; at lambda > 0 thumb is finite where paper is not. */
static void paper_knows_nothing_of_lambda(void)
{
    llr_sweep_t *sweep = create("[square, logistic]", "[.1, .5]", "[.01, 1]");
    CU_ASSERT_EQUAL(llr_sweep_run(sweep, NULL), LLR_OK);
    double rho = number(sweep, find(sweep, "paper", 400, 1), "rho");
    double dimension = (1.6 - .4 * rho) / (1 - rho) * 400;
    CU_ASSERT_DOUBLE_EQUAL(rho, number(sweep, find(sweep, "paper", 400, .01), "rho"), 0);
    CU_ASSERT_TRUE(fabs(dimension - round(dimension)) < 1e-8 && dimension >= 38 && dimension <= 40);
    CU_ASSERT_TRUE(is_text(sweep, find(sweep, "paper", 80, 1), "status", "no_finite_weights"));
    CU_ASSERT_TRUE(is_text(sweep, find(sweep, "thumb", 80, 1), "status", "converged"));
    CU_ASSERT_TRUE(number(sweep, find(sweep, "thumb", 80, .01), "rho") >
                   number(sweep, find(sweep, "thumb", 80, 1), "rho"));
    llr_sweep_destroy(sweep);
}

/* Mean over the seeds of a column, of the rows like this one. */
static double mean_of(const llr_sweep_t *sweep, int64_t row, const char *column)
{
    double sum = 0;
    int64_t count = 0;
    for (int64_t r = 0; r < llr_sweep_rows(sweep); r++) {
        bool same = is_text(sweep, r, "rule", llr_sweep_text(sweep, row, "rule")) &&
                    is_text(sweep, r, "loss", llr_sweep_text(sweep, row, "loss")) &&
                    number(sweep, r, "n") == number(sweep, row, "n") &&
                    number(sweep, r, "lambda") == number(sweep, row, "lambda");
        double own = number(sweep, r, "value"), wanted = number(sweep, row, "value");
        if (!same || (own != wanted && !isnan(own))) continue;
        sum += number(sweep, r, column);
        count++;
    }
    return sum / (double)count;
}

/* Exact errors of the fits, three seeds of 200 and 800 rows: a fluctuation of about 1 / d. */
static void predictions_are_near_what_is_measured(void)
{
    llr_sweep_t *sweep = create("[square, logistic]", "[.05, .2]", "[.01, .3]");
    set(sweep, "theory", "auto");
    CU_ASSERT_EQUAL(llr_sweep_run(sweep, NULL), LLR_OK);
    /* losses, n, lambdas, weightings, seeds */
    CU_ASSERT_EQUAL(llr_sweep_rows(sweep), 2 * 2 * 2 * 8 * 3);
    for (int64_t r = 0; r < llr_sweep_rows(sweep); r++) {
        double predicted = number(sweep, r, "theory_worst_class_error");
        bool averaged = is_text(sweep, r, "rule", "averaged_balanced");
        CU_ASSERT_EQUAL(isnan(predicted), averaged);
        if (averaged) continue;
        CU_ASSERT_DOUBLE_EQUAL(predicted, 1 - mean_of(sweep, r, "test_worst_class"), .025);
        CU_ASSERT_DOUBLE_EQUAL(number(sweep, r, "theory_balanced_error"),
                               1 - mean_of(sweep, r, "test_balanced"), .015);
        CU_ASSERT_DOUBLE_EQUAL(number(sweep, r, "theory_df") / mean_of(sweep, r, "df"), 1, .1);
        CU_ASSERT_TRUE(isnan(number(sweep, r, "theory_worst_group_error")));
    }
    llr_sweep_destroy(sweep);
}

/* Rows that are fitted alike, but for the weights, and on the whole subsample. */
static bool has_the_same_fit(const llr_sweep_t *sweep, int64_t o, int64_t r)
{
    return is_text(sweep, o, "loss", llr_sweep_text(sweep, r, "loss")) &&
           !is_text(sweep, o, "rule", "balanced_subsample") &&
           number(sweep, o, "n") == number(sweep, r, "n") &&
           number(sweep, o, "seed") == number(sweep, r, "seed") &&
           number(sweep, o, "lambda") == number(sweep, r, "lambda");
}

/* Of all weightings in the table the predicted worst error is least at those of rule theory. */
static void theory_predicts_the_least(void)
{
    llr_sweep_t *sweep = create("[square, logistic]", "[.1, .4]", "[.01, .1, 1]");
    set(sweep, "theory", "spectral");
    set(sweep, "ratios", "[1, 2, 4, 6, 8, 10, 15, 25]");
    CU_ASSERT_EQUAL(llr_sweep_run(sweep, NULL), LLR_OK);
    int64_t compared = 0;
    for (int64_t r = 0; r < llr_sweep_rows(sweep); r++) {
        if (!is_text(sweep, r, "rule", "theory")) continue;
        double least = number(sweep, r, "theory_worst_class_error");
        CU_ASSERT_FALSE(isnan(least));
        for (int64_t o = 0; o < llr_sweep_rows(sweep); o++) {
            if (!has_the_same_fit(sweep, o, r)) continue;
            double other = number(sweep, o, "theory_worst_class_error");
            CU_ASSERT_FALSE(other < least - 1e-5);
            compared += !isnan(other);
        }
    }
    /* losses, n, lambdas, seeds; 14 weightings, of which paper has no weights at delta .4 */
    CU_ASSERT_EQUAL(compared, 2 * (14 + 13) * 3 * 3);
    llr_sweep_destroy(sweep);
}

/* A pool of three classes and two groups that cut across them; both forms of weights. */
static void pools_of_groups_are_predicted(void)
{
    enum { ROWS = 3000, DIM = 8 };
    static double x[ROWS * DIM];
    static int32_t label[ROWS], group[ROWS];
    static int8_t split[ROWS];
    llr_random_t random = llr_random_stream((llr_hash_t){4, 2}, LLR_PURPOSE_SPLIT, 0, 0);
    llr_random_normal(&random, x, ROWS * DIM);
    for (int i = 0; i < ROWS; i++) {
        label[i] = i % 10 < 6 ? 0 : i % 10 < 9 ? 1 : 2;
        group[i] = i / 10 % 4 == 0;
        split[i] = (int8_t)(i / 100 % 3);
        x[i * DIM + label[i]] += 2;
        x[i * DIM + 5] *= 1 + group[i];
    }
    for (int by_group = 0; by_group < 2; by_group++) {
        llr_sweep_t *sweep = llr_sweep_create();
        CU_ASSERT_EQUAL(llr_sweep_add_arrays(sweep, "pool", x, ROWS, DIM, label, group, split),
                        LLR_OK);
        set(sweep, "exponents", "[0, 1]");
        set(sweep, "rules", "[thumb, theory]");
        set(sweep, "lambdas", "[.1]");
        set(sweep, "sizes", "[200]");
        set(sweep, "seeds", "{count: 20}");
        set(sweep, "weights_by", by_group ? "group" : "class");
        set(sweep, "theory", "auto");
        CU_ASSERT_EQUAL(llr_sweep_run(sweep, NULL), LLR_OK);
        CU_ASSERT_STRING_EQUAL(llr_sweep_error(sweep), "");
        CU_ASSERT_EQUAL(llr_sweep_rows(sweep), 6 * 20); /* weightings, seeds */
        for (int64_t r = 0; r < llr_sweep_rows(sweep); r++) {
            CU_ASSERT_DOUBLE_EQUAL(number(sweep, r, "theory_balanced_error"),
                                   1 - mean_of(sweep, r, "test_balanced"), .03);
            CU_ASSERT_DOUBLE_EQUAL(number(sweep, r, "theory_worst_group_error"),
                                   1 - mean_of(sweep, r, "test_worst_group"), .03);
        }
        llr_sweep_destroy(sweep);
    }
}

static void what_the_theory_lacks_is_refused(void)
{
    llr_sweep_t *sweep = llr_sweep_create();
    set(sweep, "datasets",
        "[{name: g, synthetic: {d: 4, separation: 2, priors: [.2, .3, .5], test: 500}}]");
    set(sweep, "losses", "[logistic]");
    set(sweep, "rules", "[theory]");
    set(sweep, "sizes", "[30]");
    CU_ASSERT_EQUAL(llr_sweep_check(sweep), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(llr_sweep_error(sweep), "rules: theory: nothing predicts"));
    set(sweep, "rules", "[thumb]");
    set(sweep, "theory", "spectral");
    CU_ASSERT_EQUAL(llr_sweep_check(sweep), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(llr_sweep_error(sweep), "theory: spectral: needs two classes"));
    set(sweep, "theory", "auto");
    CU_ASSERT_EQUAL(llr_sweep_run(sweep, NULL), LLR_OK);
    CU_ASSERT_TRUE(llr_sweep_rows(sweep) > 0);
    for (int64_t r = 0; r < llr_sweep_rows(sweep); r++)
        CU_ASSERT_TRUE(isnan(number(sweep, r, "theory_balanced_error")));
    llr_sweep_destroy(sweep);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"thumb is the equal-error weight", thumb_is_the_equal_error_weight},
        {"paper knows nothing of lambda", paper_knows_nothing_of_lambda},
        {"predictions are near what is measured", predictions_are_near_what_is_measured},
        {"theory predicts the least", theory_predicts_the_least},
        {"pools of groups are predicted", pools_of_groups_are_predicted},
        {"what the theory lacks is refused", what_the_theory_lacks_is_refused},
    };
    return LLR_RUN_SUITE("sweep_theory", tests);
}
