/* Many classes, square loss: orthant probabilities against integrals of one dimension, two classes
 * against the two-class form, the covariance equations, symmetries. */
#include "base/random.h"
#include "suite.h"
#include "theory/classes.h"
#include "theory/loss.h"
#include "theory/orthant.h"
#include "theory_groups.h"

enum { MOST_DIM = 40 };

static double orthant(int64_t dim, const double *mean, const double *covariance)
{
    double m[MOST_DIM], c[MOST_DIM * MOST_DIM], work[3 * MOST_DIM];
    memcpy(m, mean, sizeof *m * (size_t)dim);
    memcpy(c, covariance, sizeof *c * (size_t)(dim * dim));
    return llr_normal_orthant(dim, m, c, work);
}

/* X_i = mean_i + load_i Y + spread_i e_i: given Y a product. */
static double one_factor(int64_t dim, const double *mean, const double *load, const double *spread)
{
    const double step = 0.004;
    double sum = 0;
    for (int i = -2250; i <= 2250; i++) {
        double y = i * step, product = step * exp(-y * y / 2) / sqrt(2 * M_PI);
        for (int64_t k = 0; k < dim; k++)
            product *= llr_normal_tail(-(mean[k] + load[k] * y) / spread[k]);
        sum += product;
    }
    return sum;
}

static void test_orthant_of_one_factor(void)
{
    static const int64_t dims[] = {2, 3, 5, 9, 20, 40};
    llr_random_t random = llr_random_stream((llr_hash_t){8, 1}, LLR_PURPOSE_SYNTHETIC_ROW, 0, 0);
    for (int d = 0; d < 6; d++)
        for (int repeat = 0; repeat < 8; repeat++) {
            double mean[MOST_DIM], load[MOST_DIM], spread[MOST_DIM], cov[MOST_DIM * MOST_DIM];
            int64_t dim = dims[d];
            llr_random_normal(&random, mean, dim);
            llr_random_normal(&random, load, dim);
            llr_random_normal(&random, spread, dim);
            for (int64_t i = 0; i < dim; i++) {
                mean[i] += 0.3 * (double)dim * (repeat % 2);
                spread[i] = 0.2 + fabs(spread[i]);
            }
            for (int64_t i = 0; i < dim; i++)
                for (int64_t j = 0; j < dim; j++)
                    cov[i * dim + j] = load[i] * load[j] + (i == j ? spread[i] * spread[i] : 0);
            CU_ASSERT_DOUBLE_EQUAL(orthant(dim, mean, cov), one_factor(dim, mean, load, spread),
                                   1e-4);
        }
}

static void test_orthant_in_closed_form(void)
{
    static const double zero[3] = {0, 0, 0};
    CU_ASSERT_EQUAL(orthant(0, zero, zero), 1);
    for (double r = -0.95; r < 1; r += 0.38) {
        double pair[] = {2, 2 * r, 2 * r, 2}, one[] = {4}, mean[] = {r};
        CU_ASSERT_DOUBLE_EQUAL(orthant(2, zero, pair), 0.25 + asin(r) / (2 * M_PI), 1e-5);
        CU_ASSERT_DOUBLE_EQUAL(orthant(1, mean, one), llr_normal_tail(-r / 2), 1e-15);
    }
    /* singular: X_3 = X_1 + X_2, and two that are never positive together */
    double sum[] = {1, 0, 1, 0, 1, 1, 1, 1, 2}, opposite[] = {1, -1, -1, 1};
    CU_ASSERT_DOUBLE_EQUAL(orthant(3, zero, sum), 0.25, 1e-4);
    CU_ASSERT_DOUBLE_EQUAL(orthant(2, zero, opposite), 0, 1e-12);
}

enum { MOST_CLASSES = 4 };

typedef struct room {
    double m[MOST_GROUPS * MOST_CLASSES], b[MOST_CLASSES];
    double covariance[MOST_GROUPS * MOST_CLASSES * MOST_CLASSES];
    double tau[MOST_GROUPS], error[MOST_GROUPS];
} room_t;

static llr_theory_classed_t predict(const theory_groups_t *w, const int32_t *class_of,
                                    int32_t classes, double n, double lambda, room_t *room)
{
    llr_theory_groups_t problem = theory_groups_problem(w, n, lambda);
    llr_theory_classed_t out = {false,     0,          room->m, room->b, room->covariance,
                                room->tau, room->error};
    llr_arena_t arena;
    llr_error_t error;
    CU_ASSERT_EQUAL_FATAL(
        llr_arena_create(&arena, llr_theory_general_bytes(w->groups, w->dim, classes), &error),
        LLR_OK);
    CU_ASSERT_EQUAL(llr_theory_classes(&problem, class_of, classes, &out, &arena, &error), LLR_OK);
    CU_ASSERT_EQUAL(arena.used, 0);
    llr_arena_destroy(&arena);
    return out;
}

/* Two classes as two columns: the columns are opposite, the errors those of the two-class form. */
static void test_two_classes(void)
{
    enum { DIM = 15, GROUPS = 4 };
    static const int32_t class_of[GROUPS] = {0, 0, 1, 1};
    static const int target[GROUPS] = {-1, -1, 1, 1};
    static const double deltas[] = {.2, .8, 2}, lambdas[] = {0, .01, 1};
    theory_groups_t w = theory_groups_create(GROUPS, DIM, 11);
    room_t room;
    theory_groups_exponent(&w, 1.3);
    for (int d = 0; d < 3; d++)
        for (int l = 0; l < 3; l++) {
            double n = DIM / deltas[d];
            llr_theory_classed_t out = predict(&w, class_of, 2, n, lambdas[l], &room);
            llr_theory_grouped_t two =
                theory_groups_predict(&w, LLR_LOSS_SQUARE, NULL, target, n, lambdas[l]);
            CU_ASSERT_TRUE(out.found && two.found);
            CU_ASSERT_DOUBLE_EQUAL(out.df, two.df, 1e-9);
            CU_ASSERT_DOUBLE_EQUAL(out.b[1], two.b, 1e-10);
            for (int g = 0; g < GROUPS; g++) {
                CU_ASSERT_DOUBLE_EQUAL(out.error[g], two.group[g].error, 1e-10);
                CU_ASSERT_DOUBLE_EQUAL(out.m[2 * g], -two.group[g].m, 1e-10);
                CU_ASSERT_DOUBLE_EQUAL(out.covariance[4 * g + 3],
                                       two.group[g].sigma * two.group[g].sigma, 1e-9);
            }
        }
    theory_groups_destroy(&w);
}

/* S_g put back into its equation, with textbook matrices. */
static void test_covariance_equation(void)
{
    enum { DIM = 16, GROUPS = 5, K = 3 };
    static const int32_t class_of[GROUPS] = {0, 1, 2, 1, 0};
    const double n = 30, lambda = .05;
    theory_groups_t w = theory_groups_create(GROUPS, DIM, 12);
    llr_theory_group_t group[GROUPS];
    room_t room;
    theory_groups_exponent(&w, .8);
    llr_theory_classed_t out = predict(&w, class_of, K, n, lambda, &room);
    CU_ASSERT_TRUE_FATAL(out.found);
    for (int g = 0; g < GROUPS; g++)
        group[g].curvature = w.weight[g] / (1 + out.tau[g] * w.weight[g]);
    double *r = theory_groups_resolvent(&w, group, lambda);
    double rest[GROUPS][K], theta[K][DIM] = {{0}}, pg[DIM * DIM], ph[DIM * DIM];
    for (int k = 0; k < K; k++) {
        double balance = 0;
        for (int g = 0; g < GROUPS; g++) {
            rest[g][k] = (class_of[g] == k ? 1 : -1) - out.m[g * K + k] - out.b[k];
            balance += w.prior[g] * group[g].curvature * rest[g][k];
            for (int i = 0; i < DIM; i++)
                for (int j = 0; j < DIM; j++)
                    theta[k][i] += r[i * DIM + j] * w.prior[g] * group[g].curvature * rest[g][k] *
                                   w.mean[g * DIM + j];
        }
        CU_ASSERT_DOUBLE_EQUAL(balance, 0, 1e-12);
    }
    for (int g = 0; g < GROUPS; g++) {
        const double *sigma = w.covariance + g * DIM * DIM;
        theory_product(DIM, sigma, r, pg);
        CU_ASSERT_DOUBLE_EQUAL(out.tau[g] / (theory_trace(DIM, pg) / n), 1, 1e-9);
        for (int k = 0; k < K; k++)
            for (int l = 0; l < K; l++) {
                double wanted = 0;
                for (int i = 0; i < DIM; i++)
                    for (int j = 0; j < DIM; j++)
                        wanted += theta[k][i] * sigma[i * DIM + j] * theta[l][j];
                for (int h = 0; h < GROUPS; h++) {
                    double v = group[h].curvature;
                    theory_product(DIM, w.covariance + h * DIM * DIM, r, ph);
                    wanted += w.prior[h] * v * v * theory_trace_pair(DIM, pg, ph) / n *
                              (rest[h][k] * rest[h][l] + out.covariance[(h * K + k) * K + l]);
                }
                CU_ASSERT_DOUBLE_EQUAL(out.covariance[(g * K + k) * K + l], wanted, 1e-9);
            }
    }
    free(r);
    theory_groups_destroy(&w);
}

/* Classes at the corners of a simplex, alike in all: one error for all of them, that of independent
 * Gaussian margins, which is an integral of one dimension. */
static void test_symmetric_classes(void)
{
    enum { DIM = 20, K = 4 };
    static const int32_t class_of[K] = {0, 1, 2, 3};
    theory_groups_t w = theory_groups_create(K, DIM, 13);
    room_t room;
    memset(w.mean, 0, sizeof *w.mean * K * DIM);
    memset(w.covariance, 0, sizeof *w.covariance * K * DIM * DIM);
    for (int g = 0; g < K; g++) {
        w.prior[g] = 1. / K;
        w.mean[g * DIM + g] = 2;
        for (int i = 0; i < DIM; i++) w.covariance[(g * DIM + i) * DIM + i] = 1;
    }
    llr_theory_classed_t out = predict(&w, class_of, K, 60, .1, &room);
    CU_ASSERT_TRUE_FATAL(out.found);
    const double *s = out.covariance;
    /* Differences to the class of group 0: equal means, variance 2c and covariance c. */
    double gap = out.m[0] + out.b[0] - out.m[1] - out.b[1];
    double common = s[0] - s[1] - s[K] + s[K + 2], alone = s[0] + s[K + 1] - s[1] - s[K] - common;
    double mean[3] = {gap, gap, gap}, load[3], spread[3];
    for (int k = 0; k < 3; k++) {
        load[k] = sqrt(common);
        spread[k] = sqrt(alone);
    }
    for (int g = 0; g < K; g++)
        CU_ASSERT_DOUBLE_EQUAL(out.error[g], 1 - one_factor(3, mean, load, spread), 1e-4);
    theory_groups_destroy(&w);
}

static void test_what_has_no_solution(void)
{
    static const int32_t one_class[] = {2, 2};
    theory_groups_t w = theory_groups_create(2, 6, 14);
    room_t room;
    llr_theory_classed_t out = predict(&w, one_class, 3, 20, .1, &room);
    CU_ASSERT_TRUE(!out.found && isnan(out.error[0]) && isnan(out.df));
    theory_groups_destroy(&w);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"orthant of one factor", test_orthant_of_one_factor},
        {"orthant in closed form", test_orthant_in_closed_form},
        {"two classes", test_two_classes},
        {"covariance equation", test_covariance_equation},
        {"symmetric classes", test_symmetric_classes},
        {"what has no solution is not found", test_what_has_no_solution},
    };
    return LLR_RUN_SUITE("theory_classes", tests);
}
