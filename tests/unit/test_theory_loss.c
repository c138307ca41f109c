/* Quadrature against moments, the response of a row against bisection, expectations against fine
 * sums. */
#include "suite.h"
#include "theory/loss.h"

#include <math.h>

static void test_moments_are_exact(void)
{
    static const int64_t counts[] = {1, 2, 3, 8, 33, 200, 1000};
    for (int c = 0; c < 7; c++) {
        llr_quadrature_t q;
        CU_ASSERT_EQUAL_FATAL(llr_quadrature_create(&q, counts[c], NULL), LLR_OK);
        double moment = 1; /* E Z^k = (k - 1) E Z^(k-2) */
        for (int k = 0; k < 2 * counts[c] && k <= 24; k += 2) {
            double sum = 0;
            for (int64_t i = 0; i < q.count; i++) sum += q.weight[i] * pow(q.node[i], k);
            CU_ASSERT_DOUBLE_EQUAL(sum / moment, 1, 1e-12);
            moment *= k + 1;
        }
        double wave = 0;
        for (int64_t i = 0; i < q.count; i++) wave += q.weight[i] * cos(q.node[i]);
        if (q.count > 20) CU_ASSERT_DOUBLE_EQUAL(wave, exp(-0.5), 1e-13);
        llr_quadrature_destroy(&q);
    }
}

static void test_nodes_ascend_and_mirror(void)
{
    llr_quadrature_t q;
    CU_ASSERT_EQUAL_FATAL(llr_quadrature_create(&q, 201, NULL), LLR_OK);
    for (int64_t i = 0; i < q.count; i++) {
        CU_ASSERT_EQUAL(q.node[i], -q.node[q.count - 1 - i]);
        CU_ASSERT_TRUE(q.weight[i] >= 0);
        if (i) CU_ASSERT_TRUE(q.node[i] > q.node[i - 1]);
    }
    llr_quadrature_destroy(&q);
}

/* z + pull loss'(z) - f in long double, for target t. */
static long double imbalance(llr_loss_t loss, int t, long double pull, long double f, long double z)
{
    long double slope = loss == LLR_LOSS_SQUARE ? z - t : -t / (1 + expl(t * z));
    return z + pull * slope - f;
}

static long double bisect(llr_loss_t loss, int t, long double pull, long double f)
{
    long double low = f - pull - fabsl(f) - 2, high = f + pull + fabsl(f) + 2;
    for (int pass = 0; pass < 300; pass++) {
        long double middle = (low + high) / 2;
        if (imbalance(loss, t, pull, f, middle) > 0)
            high = middle;
        else
            low = middle;
    }
    return low;
}

static void test_prox_is_the_root(void)
{
    static const double pulls[] = {0, 1e-9, 0.3, 1, 7, 250, 1e6, 1e12};
    static const double scores[] = {-1e5, -800, -30, -2.5, -1e-7, 0, 0.4, 3, 40, 800, 1e5};
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++)
        for (int t = -1; t <= 1; t += 2)
            for (int p = 0; p < 8; p++)
                for (int s = 0; s < 11; s++) {
                    double z = llr_theory_prox(loss, t, pulls[p], scores[s]);
                    long double root = bisect(loss, t, pulls[p], scores[s]);
                    long double size = 1 + fabsl(root) + 1e-16L * pulls[p];
                    CU_ASSERT_TRUE(fabsl(z - root) <= 4e-16L * size);
                }
}

/* The three expectations by a fine sum over Z, with the prox by bisection. */
static void check_expectations(llr_loss_t loss, const llr_quadrature_t *q, double sigma, double tau)
{
    const double step = 0.02, mean = 0.7, weight = 2.5;
    for (int t = -1; t <= 1; t += 2) {
        llr_theory_scores_t scores = {t, mean, sigma, 1 / weight, tau};
        llr_theory_pull_t pull = llr_theory_pull(loss, q, &scores);
        long double slope = 0, square = 0, curvature = 0;
        for (int i = -500; i <= 500; i++) {
            long double x = i * step, density = expl(-x * x / 2) / sqrtl(2 * M_PIl) * step;
            long double z = bisect(loss, t, tau * weight, mean + sigma * x);
            long double share = 1 / (1 + expl(t * z)), l1 = weight * (z - t), l2 = weight;
            if (loss == LLR_LOSS_LOGISTIC) {
                l1 = -t * weight * share;
                l2 = weight * share * (1 - share);
            }
            slope += density * l1;
            square += density * l1 * l1;
            curvature += density * l2 / (1 + tau * l2);
        }
        CU_ASSERT_DOUBLE_EQUAL(pull.slope, (double)slope, 1e-10 * weight);
        CU_ASSERT_DOUBLE_EQUAL(pull.square, (double)square, 1e-10 * (double)square);
        CU_ASSERT_DOUBLE_EQUAL(pull.curvature, (double)curvature, 1e-10 * weight);
    }
}

static void test_expectations_match_a_fine_sum(void)
{
    llr_quadrature_t q;
    CU_ASSERT_EQUAL_FATAL(llr_quadrature_create(&q, 200, NULL), LLR_OK);
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++) {
        check_expectations(loss, &q, 0.3, 0.1);
        check_expectations(loss, &q, 1.5, 2);
        check_expectations(loss, &q, 2, 40);
    }
    llr_quadrature_destroy(&q);
}

/* Widely spread scores: a fine sum over the training margin u, from which the score follows. */
static void check_wide(const llr_quadrature_t *q, double mean, double sigma, double pull)
{
    const long double weight = 2.5L, tau = pull / weight;
    const long double step = fminl(0.05L, 0.1L * sigma / (1 + pull / 4)); /* resolves both scales */
    llr_theory_scores_t scores = {1, mean, sigma, 1 / (double)weight, (double)tau};
    llr_theory_pull_t found = llr_theory_pull(LLR_LOSS_LOGISTIC, q, &scores);
    long double slope = 0, square = 0, curvature = 0;
    for (long double u = -11 * sigma - 20; u < 11 * sigma + 20; u += step) {
        long double share = 1 / (1 + expl(u)), l1 = weight * share, l2 = l1 * (1 - share);
        long double z = (u - pull * share - mean) / sigma, rise = 1 + tau * l2;
        long double part = expl(-z * z / 2) / sqrtl(2 * M_PIl) * rise / sigma * step;
        slope -= part * l1;
        square += part * l1 * l1;
        curvature += part * l2 / rise;
    }
    CU_ASSERT_DOUBLE_EQUAL(found.slope / (double)slope, 1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(found.square / (double)square, 1, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(found.curvature / (double)curvature, 1, 1e-9);
}

static void test_wide_scores(void)
{
    static const double sigmas[] = {3, 8, 40, 300}, pulls[] = {1e-3, 1, 40, 1000};
    llr_quadrature_t q;
    CU_ASSERT_EQUAL_FATAL(llr_quadrature_create(&q, 32, NULL), LLR_OK);
    for (int s = 0; s < 4; s++)
        for (int p = 0; p < 4; p++) {
            check_wide(&q, 0.5 * sigmas[s], sigmas[s], pulls[p]);
            check_wide(&q, -2 * sigmas[s], sigmas[s], pulls[p]);
        }
    llr_quadrature_destroy(&q);
}

static void test_infinite_weight_pins_to_the_target(void)
{
    llr_theory_scores_t scores = {1, 0.25, 2, 0, 0.5};
    llr_theory_pull_t pull = llr_theory_pull(LLR_LOSS_SQUARE, NULL, &scores);
    CU_ASSERT_DOUBLE_EQUAL(pull.slope, -0.75 / 0.5, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(pull.curvature, 2, 1e-15);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"moments of the normal law are exact", test_moments_are_exact},
        {"nodes ascend and mirror", test_nodes_ascend_and_mirror},
        {"prox is the root, by bisection in long double", test_prox_is_the_root},
        {"expectations match a fine sum", test_expectations_match_a_fine_sum},
        {"widely spread scores", test_wide_scores},
        {"infinite weight pins a row to its target", test_infinite_weight_pins_to_the_target},
    };
    return LLR_RUN_SUITE("theory_loss", tests);
}
