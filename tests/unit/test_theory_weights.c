/* thumb and paper weights, the best weights, and what is known of them in closed form. */
#include "suite.h"
#include "theory/best.h"
#include "theory/weights.h"

#include <math.h>

static const double unit = 1, dim = 100, square_length = 4;
static const llr_spectrum_t isotropic = {1, &unit, &dim, &square_length};

static llr_theory_problem_t square_problem(double delta, double minority, double lambda)
{
    return (llr_theory_problem_t){LLR_LOSS_SQUARE,          &isotropic, NULL, dim / delta, lambda,
                                  {minority, 1 - minority}, {1, 1}};
}

/* Found from the two errors alone, the ratio is the formula's. */
static void test_equal_error_ratio(void)
{
    static const double deltas[] = {.01, .1, .2, .3, .39, .5},
                        minorities[] = {.2, .2, .2, .2, .2, .3};
    llr_search_t search = {-1, 8, 8, 1e-12};
    for (int i = 0; i < 6; i++) {
        double weight[2],
            wanted = (2 * (1 - minorities[i]) - deltas[i]) / (2 * minorities[i] - deltas[i]);
        llr_theory_problem_t p = square_problem(deltas[i], minorities[i], 0);
        double found = exp(llr_theory_equal_ratio(&p, &search));
        CU_ASSERT_DOUBLE_EQUAL(found / wanted, 1, 1e-8);
        CU_ASSERT_TRUE(
            llr_theory_thumb(llr_spectrum_df, &isotropic, p.n, 0, p.prior, 2, weight, NULL));
        CU_ASSERT_DOUBLE_EQUAL(weight[0] / weight[1] / wanted, 1, 1e-11);
    }
    llr_theory_problem_t beyond = square_problem(.45, .2, 0);
    CU_ASSERT_TRUE(isnan(llr_theory_equal_ratio(&beyond, &search)));
}

static void test_closed_form(void)
{
    static const double deltas[] = {.05, .2, .35};
    for (int i = 0; i < 3; i++) {
        llr_theory_point_t point;
        llr_theory_problem_t p = square_problem(deltas[i], .2, 0);
        llr_theory_thumb(llr_spectrum_df, &isotropic, p.n, 0, p.prior, 2, p.weight, NULL);
        llr_theory_solve(&p, NULL, &point);
        double wanted = llr_theory_thumb_error(2, deltas[i], .2);
        for (int c = 0; c < 2; c++) CU_ASSERT_DOUBLE_EQUAL(point.error[c], wanted, 1e-12);
    }
    CU_ASSERT_DOUBLE_EQUAL(llr_theory_thumb_error(2, .2, .2), .0551, 5e-5);
    CU_ASSERT_TRUE(isnan(llr_theory_thumb_error(2, .4, .2)));
}

/* At every strength and spectrum the thumb's weights make the two errors equal, and its df is that
 * of the prediction. */
static void test_thumb_equalises(void)
{
    static const double lambdas[] = {1e-12, 1e-8, 1e-4, .01, 1, 100}, deltas[] = {.1, .4, .6, 2};
    static const double values[] = {9, 3, 1, .1}, times[] = {2, 10, 30, 58};
    static const double squares[] = {1, 1, 1, 1};
    llr_spectrum_t spectrum = {4, values, times, squares};
    for (int l = 0; l < 6; l++)
        for (int d = 0; d < 4; d++) {
            double df;
            llr_theory_point_t point;
            llr_theory_problem_t p = square_problem(deltas[d], .2, lambdas[l]);
            p.spectrum = &spectrum;
            CU_ASSERT_TRUE(llr_theory_thumb(llr_spectrum_df, &spectrum, p.n, p.lambda, p.prior, 2,
                                            p.weight, &df));
            llr_theory_solve(&p, NULL, &point);
            CU_ASSERT_TRUE(p.weight[0] > 0 && p.weight[1] > 0);
            CU_ASSERT_DOUBLE_EQUAL(.2 * p.weight[0] + .8 * p.weight[1], 1, 1e-12);
            CU_ASSERT_DOUBLE_EQUAL(point.error[0], point.error[1], 1e-7);
            CU_ASSERT_DOUBLE_EQUAL(point.df / df, 1, 1e-6);
            CU_ASSERT_TRUE(df < 2 * .2 * p.n);
        }
}

/* w_c = a / (pi_c - df(K a) / (n K)): put back into the definition, for three kinds and a df that
 * is a function of its own. */
static double saturating(const void *scale, double curvature, double lambda)
{
    double stiff = *(const double *)scale * curvature;
    return lambda > 0 ? 50 * stiff / (stiff + lambda) : 50;
}

static void test_thumb_of_any_kinds(void)
{
    static const double prior[] = {.5, .3, .2}, lambdas[] = {1e-6, .1, 3};
    double scale = 2, weight[3], df, n = 100;
    for (int l = 0; l < 3; l++) {
        CU_ASSERT_TRUE(llr_theory_thumb(saturating, &scale, n, lambdas[l], prior, 3, weight, &df));
        double a = weight[0] * (prior[0] - df / (3 * n)), mean = 0;
        for (int c = 0; c < 3; c++) {
            mean += prior[c] * weight[c];
            CU_ASSERT_DOUBLE_EQUAL(weight[c] * (prior[c] - df / (3 * n)) / a, 1, 1e-8);
        }
        CU_ASSERT_DOUBLE_EQUAL(mean, 1, 1e-13);
        CU_ASSERT_DOUBLE_EQUAL(df, saturating(&scale, 3 * a, lambdas[l]), 1e-8);
    }
    static const double absent[] = {.5, 0, .3, .2};
    double three[4];
    CU_ASSERT_TRUE(llr_theory_thumb(saturating, &scale, n, 3, absent, 4, three, NULL));
    CU_ASSERT_TRUE(three[0] == weight[0] && three[2] == weight[1] && three[3] == weight[2]);
    CU_ASSERT_TRUE(isnan(three[1]));
    static const double equal[] = {.25, .25, .25, .25};
    double same[4];
    CU_ASSERT_TRUE(llr_theory_thumb(saturating, &scale, n, .1, equal, 4, same, NULL));
    for (int c = 0; c < 4; c++) CU_ASSERT_DOUBLE_EQUAL(same[c], 1, 1e-14);
}

static void test_no_finite_weights(void)
{
    static const double prior[] = {.2, .8};
    double weight[2], df;
    CU_ASSERT_DOUBLE_EQUAL(llr_theory_border(prior, 2), .4, 1e-15);
    CU_ASSERT_FALSE(llr_theory_thumb(llr_spectrum_df, &isotropic, 250, 0, prior, 2, weight, &df));
    CU_ASSERT_TRUE(isnan(weight[0]) && isnan(weight[1]));
    CU_ASSERT_EQUAL(df, 100);
    CU_ASSERT_TRUE(llr_theory_thumb(llr_spectrum_df, &isotropic, 251, 0, prior, 2, weight, NULL));
    CU_ASSERT_FALSE(llr_theory_paper(41, 100, prior, 2, weight));
    CU_ASSERT_TRUE(llr_theory_paper(10, 100, prior, 2, weight));
    CU_ASSERT_DOUBLE_EQUAL(weight[0] / weight[1], (1.6 - .1) / (.4 - .1), 1e-13);
    CU_ASSERT_DOUBLE_EQUAL(.2 * weight[0] + .8 * weight[1], 1, 1e-15);
}

/* The best ratio against a fine scan, and the best pair against a scan of best ratios. */
static void test_best_weights(void)
{
    llr_quadrature_t quadrature;
    CU_ASSERT_EQUAL_FATAL(llr_quadrature_create(&quadrature, 64, NULL), LLR_OK);
    llr_search_t ratio = {-1, 6, 28, 1e-9}, strength = {log(1e-4), log(1e-1), 6, 1e-5};
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++) {
        llr_theory_problem_t p = square_problem(.2, .2, .01);
        llr_theory_best_t best, both;
        p.loss = loss;
        p.quadrature = &quadrature;
        llr_theory_best_ratio(&p, &ratio, &best);
        CU_ASSERT_TRUE_FATAL(best.point.found);
        CU_ASSERT_DOUBLE_EQUAL(best.gamma, best.log_ratio / log(4), 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(best.weight[0] / best.weight[1], exp(best.log_ratio), 1e-9);
        double least = INFINITY, least_both = INFINITY;
        for (int i = 0; i <= 700; i++) {
            llr_theory_point_t point;
            llr_theory_ratio_weights(p.prior, -1 + .01 * i, p.weight);
            llr_theory_solve(&p, NULL, &point);
            least = fmin(least, llr_theory_worst(&point));
        }
        CU_ASSERT_TRUE(llr_theory_worst(&best.point) <= least + 1e-12);
        CU_ASSERT_TRUE(llr_theory_worst(&best.point) >= least - 1e-3);
        llr_theory_best_both(&p, &ratio, &strength, &both);
        for (int i = 0; i <= 12; i++) {
            p.lambda = 1e-4 * pow(10, i / 4.);
            llr_theory_best_ratio(&p, &ratio, &best);
            least_both = fmin(least_both, llr_theory_worst(&best.point));
        }
        CU_ASSERT_TRUE(llr_theory_worst(&both.point) <= least_both + 1e-9);
        CU_ASSERT_TRUE(both.lambda >= 1e-4 * (1 - 1e-9) && both.lambda <= .1 * (1 + 1e-9));
    }
    llr_quadrature_destroy(&quadrature);
}

static double hole_and_valley(void *argument, double at)
{
    (void)argument;
    return at < 0 ? NAN : fabs(at - M_E);
}

static void test_search(void)
{
    llr_search_t search = {-5, 5, 10, 1e-12};
    double least;
    CU_ASSERT_DOUBLE_EQUAL(llr_search_minimum(&search, hole_and_valley, NULL, &least), M_E, 1e-11);
    CU_ASSERT_DOUBLE_EQUAL(least, 0, 1e-11);
    search.high = -1;
    CU_ASSERT_TRUE(isnan(llr_search_minimum(&search, hole_and_valley, NULL, &least)));
    CU_ASSERT_TRUE(isnan(least));
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"equal-error ratio", test_equal_error_ratio},
        {"closed form at thumb", test_closed_form},
        {"thumb equalises", test_thumb_equalises},
        {"thumb of any kinds", test_thumb_of_any_kinds},
        {"no finite weights", test_no_finite_weights},
        {"best weights", test_best_weights},
        {"search", test_search},
    };
    return LLR_RUN_SUITE("theory_weights", tests);
}
