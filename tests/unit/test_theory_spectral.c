/* Two classes, one covariance: reference values, equations, limits, robustness over whole maps. */
#include "suite.h"
#include "theory/best.h"
#include "theory/loss.h"
#include "theory/spectral.h"
#include "theory/weights.h"

#include <math.h>
#include <stdlib.h>

static llr_quadrature_t quadrature;

/* Isotropic, unit variance, dim eigenvalues, ||mu|| = 2. */
static const double unit = 1, dim = 100, square_length = 4;
static const llr_spectrum_t isotropic = {1, &unit, &dim, &square_length};

static void exponent_weights(const double *prior, double gamma, double *weight)
{
    llr_theory_ratio_weights(prior, gamma * fabs(log(prior[0] / prior[1])), weight);
}

static llr_theory_problem_t isotropic_problem(llr_loss_t loss, double delta, double minority,
                                              double gamma, double lambda)
{
    llr_theory_problem_t problem = {
        loss, &isotropic, &quadrature, dim / delta, lambda, {minority, 1 - minority}, {1, 1}};
    exponent_weights(problem.prior, gamma, problem.weight);
    return problem;
}

static void test_reference_values(void)
{
    static const struct {
        llr_loss_t loss;
        double delta, gamma, lambda, majority, minority;
    } wanted[] = {
        {LLR_LOSS_SQUARE, .10, 0, 0, .0108, .0771},
        {LLR_LOSS_SQUARE, .30, 1, .1, .0421, .0669},
        {LLR_LOSS_SQUARE, .36, 2, .1, .0746, .0652},
        {LLR_LOSS_LOGISTIC, .05, 1, .001, .0238, .0499},
        {LLR_LOSS_LOGISTIC, .10, 2, .1, .1071, .0044},
        {LLR_LOSS_LOGISTIC, .15, 0, .001, .0163, .0952},
    };
    for (int i = 0; i < 6; i++) {
        llr_theory_point_t point;
        llr_theory_problem_t problem = isotropic_problem(wanted[i].loss, wanted[i].delta, .2,
                                                         wanted[i].gamma, wanted[i].lambda);
        llr_theory_solve(&problem, NULL, &point);
        CU_ASSERT_TRUE(point.found);
        CU_ASSERT_DOUBLE_EQUAL(point.error[1], wanted[i].majority, 5.01e-5);
        CU_ASSERT_DOUBLE_EQUAL(point.error[0], wanted[i].minority, 5.01e-5);
    }
}

static double worst_error(const llr_theory_problem_t *problem)
{
    llr_theory_point_t point;
    llr_theory_solve(problem, NULL, &point);
    return llr_theory_worst(&point);
}

static void test_worst_class_values(void)
{
    llr_theory_problem_t problem = isotropic_problem(LLR_LOSS_SQUARE, .2, .2, 0, 0);
    CU_ASSERT_DOUBLE_EQUAL(worst_error(&problem), .0936, 5e-5);
    exponent_weights(problem.prior, 1, problem.weight);
    CU_ASSERT_DOUBLE_EQUAL(worst_error(&problem), .0565, 5e-5);
    exponent_weights(problem.prior, log(7) / log(4), problem.weight);
    CU_ASSERT_DOUBLE_EQUAL(worst_error(&problem), .0551, 5e-5);
    CU_ASSERT_DOUBLE_EQUAL(problem.weight[0] / problem.weight[1], 7, 1e-12);
    llr_theory_problem_t balanced = isotropic_problem(LLR_LOSS_SQUARE, .2 / .4, .5, 0, 0);
    CU_ASSERT_DOUBLE_EQUAL(worst_error(&balanced), .0912, 5e-5);
}

/* The six equations at a solution, written out as the specification has them. */
static void check_equations(const llr_theory_problem_t *p, const llr_theory_point_t *at)
{
    double curvature = 0, kappa = 0, square = 0, slope = 0, tau = 0, mean = 0, variance = 0, df = 0;
    for (int c = 0; c < 2; c++) {
        int sign = c ? 1 : -1;
        llr_theory_scores_t scores = {sign, sign * at->m + at->b, at->sigma, 1 / p->weight[c],
                                      at->tau};
        llr_theory_pull_t pull = llr_theory_pull(p->loss, p->quadrature, &scores);
        curvature += p->prior[c] * pull.curvature;
        kappa -= p->prior[c] * sign * pull.slope;
        square += p->prior[c] * pull.square;
        slope += p->prior[c] * pull.slope;
    }
    for (int64_t j = 0; j < p->spectrum->count; j++) {
        double s = p->spectrum->value[j], r = 1 / (at->curvature * s + p->lambda);
        double m2 = p->spectrum->mean_square[j];
        double count = p->spectrum->multiplicity ? p->spectrum->multiplicity[j] : 1;
        tau += count * s * r / p->n;
        mean += kappa * m2 * r;
        variance += kappa * kappa * s * m2 * r * r + square / p->n * count * s * s * r * r;
        df += count * at->curvature * s * r;
    }
    CU_ASSERT_DOUBLE_EQUAL(at->curvature / curvature, 1, 1e-8);
    CU_ASSERT_DOUBLE_EQUAL(slope / kappa, 0, 1e-8);
    CU_ASSERT_DOUBLE_EQUAL(at->tau / tau, 1, 1e-8);
    CU_ASSERT_DOUBLE_EQUAL(at->m, mean, 1e-8 * (at->sigma + mean));
    CU_ASSERT_DOUBLE_EQUAL(at->sigma * at->sigma / variance, 1, 1e-7);
    CU_ASSERT_DOUBLE_EQUAL(at->df, df, 1e-7 * df);
}

static void test_equations_hold(void)
{
    static const double values[] = {6, 2, 1, .3, .01, 0}, squares[] = {.5, 2, 0, 1, .2, .1};
    llr_spectrum_t spectrum = {6, values, NULL, squares};
    static const double lambdas[] = {1e-4, .03, 1, 50}, deltas[] = {.1, .7, 1, 3};
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++)
        for (int l = 0; l < 4; l++)
            for (int d = 0; d < 4; d++)
                for (double gamma = 0; gamma < 3; gamma += 1.25) {
                    llr_theory_problem_t p = {loss,       &spectrum, &quadrature, 6 / deltas[d],
                                              lambdas[l], {.7, .3},  {1, 1}};
                    llr_theory_point_t point;
                    exponent_weights(p.prior, gamma, p.weight);
                    llr_theory_solve(&p, NULL, &point);
                    CU_ASSERT_TRUE(point.found);
                    check_equations(&p, &point);
                }
}

/* A multiplicity is the same as writing the eigenvalue so often. */
static void test_multiplicity(void)
{
    double values[9], squares[9];
    static const double value[] = {3, .5}, square[] = {2, 1}, times[] = {4, 5};
    for (int j = 0; j < 9; j++) {
        values[j] = j < 4 ? 3 : .5;
        squares[j] = j == 0 ? 2 : j == 6 ? 1 : 0;
    }
    llr_spectrum_t folded = {2, value, times, square}, full = {9, values, NULL, squares};
    CU_ASSERT_EQUAL(llr_spectrum_dim(&folded), 9);
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++) {
        llr_theory_point_t a, b;
        llr_theory_problem_t p = {loss, &folded, &quadrature, 30, .05, {.3, .7}, {1.5, 11. / 14}};
        llr_theory_solve(&p, NULL, &a);
        p.spectrum = &full;
        llr_theory_solve(&p, NULL, &b);
        for (int c = 0; c < 2; c++) CU_ASSERT_DOUBLE_EQUAL(a.error[c], b.error[c], 1e-9);
    }
}

/* lambda = 0 is the limit of small lambda, with fewer columns than rows and with more. */
static void test_limit_of_no_penalty(void)
{
    static const double deltas[] = {.3, .8, 1.5, 4};
    for (int d = 0; d < 4; d++)
        for (double gamma = 0; gamma < 3; gamma++) {
            llr_theory_point_t zero, small;
            llr_theory_problem_t p = isotropic_problem(LLR_LOSS_SQUARE, deltas[d], .2, gamma, 0);
            llr_theory_solve(&p, NULL, &zero);
            p.lambda = 1e-9;
            llr_theory_solve(&p, NULL, &small);
            CU_ASSERT_TRUE(zero.found && small.found);
            for (int c = 0; c < 2; c++) CU_ASSERT_DOUBLE_EQUAL(zero.error[c], small.error[c], 1e-6);
            CU_ASSERT_DOUBLE_EQUAL(zero.df, fmin(dim, p.n), 1e-9);
        }
}

static void test_what_has_no_solution(void)
{
    llr_theory_point_t point;
    llr_theory_problem_t p = isotropic_problem(LLR_LOSS_SQUARE, 1, .2, 0, 0);
    llr_theory_solve(&p, NULL, &point);
    CU_ASSERT_TRUE(!point.found && isnan(point.error[0]) && isnan(llr_theory_worst(&point)));
    p = isotropic_problem(LLR_LOSS_LOGISTIC, .5, .2, 0, 0);
    llr_theory_solve(&p, NULL, &point);
    CU_ASSERT_FALSE(point.found);
    p = isotropic_problem(LLR_LOSS_SQUARE, .5, .2, 0, .1);
    p.weight[0] = 0;
    llr_theory_solve(&p, NULL, &point);
    CU_ASSERT_FALSE(point.found);
}

/* From pi_min = .001 to equal classes, deltas up to 5: every point is found. */
static void check_maps(llr_loss_t loss, int deltas, int gammas, int lambdas, int64_t least)
{
    static const double minorities[] = {.001, .01, .1, .3, .5};
    double *weight = malloc(sizeof *weight * 2 * (size_t)gammas);
    double *lambda = malloc(sizeof *lambda * (size_t)lambdas);
    llr_theory_point_t *map = malloc(sizeof *map * (size_t)(gammas * lambdas));
    int64_t points = 0, found = 0;
    for (int l = 0; l < lambdas; l++) lambda[l] = pow(10, -6 + 8. * l / (lambdas - 1));
    for (int m = 0; m < 5; m++)
        for (int d = 1; d <= deltas; d++) {
            llr_theory_problem_t p = isotropic_problem(loss, 5. * d / deltas, minorities[m], 0, 0);
            for (int g = 0; g < gammas; g++)
                exponent_weights(p.prior, 6. * g / (gammas - 1), weight + 2 * g);
            llr_theory_map(&p, weight, gammas, lambda, lambdas, map);
            for (int i = 0; i < gammas * lambdas; i++) {
                points++;
                found += map[i].found && map[i].sigma > 0 && map[i].error[0] >= 0 &&
                         map[i].error[0] <= 1 && map[i].error[1] >= 0 && map[i].error[1] <= 1;
            }
        }
    CU_ASSERT_TRUE(points >= least);
    CU_ASSERT_EQUAL(found, points);
    free(weight);
    free(lambda);
    free(map);
}

static void test_maps_have_no_holes(void)
{
    check_maps(LLR_LOSS_SQUARE, 20, 31, 33, 100000);
    check_maps(LLR_LOSS_LOGISTIC, 10, 13, 17, 10000);
}

/* Where a solution starts from does not matter. */
static void test_map_is_the_single_points(void)
{
    enum { GAMMAS = 4, LAMBDAS = 5 };
    static const double lambda[LAMBDAS] = {10, .3, .01, 1e-4, 1e-6};
    double weight[2 * GAMMAS];
    llr_theory_point_t map[GAMMAS * LAMBDAS], point;
    llr_theory_problem_t p = isotropic_problem(LLR_LOSS_LOGISTIC, .4, .1, 0, 0);
    for (int g = 0; g < GAMMAS; g++) exponent_weights(p.prior, 1.5 * g, weight + 2 * g);
    llr_theory_map(&p, weight, GAMMAS, lambda, LAMBDAS, map);
    for (int i = 0; i < GAMMAS * LAMBDAS; i++) {
        exponent_weights(p.prior, 1.5 * (i / LAMBDAS), p.weight);
        p.lambda = lambda[i % LAMBDAS];
        llr_theory_solve(&p, NULL, &point);
        for (int c = 0; c < 2; c++) CU_ASSERT_DOUBLE_EQUAL(point.error[c], map[i].error[c], 1e-8);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"reference values", test_reference_values},
        {"worst-class values", test_worst_class_values},
        {"the equations hold", test_equations_hold},
        {"multiplicity", test_multiplicity},
        {"lambda = 0 is the limit", test_limit_of_no_penalty},
        {"what has no solution is not found", test_what_has_no_solution},
        {"maps have no holes", test_maps_have_no_holes},
        {"a map is its single points", test_map_is_the_single_points},
    };
    if (llr_quadrature_create(&quadrature, LLR_THEORY_NODES, NULL) != LLR_OK) return 2;
    int bad = LLR_RUN_SUITE("theory_spectral", tests);
    llr_quadrature_destroy(&quadrature);
    return bad;
}
