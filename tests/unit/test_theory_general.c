/* Groups with their own covariances: the equations of the specification written out densely, and
 * agreement with the spectral form where both apply. */
#include "base/random.h"
#include "suite.h"
#include "theory/best.h"
#include "theory/general.h"
#include "theory/loss.h"
#include "theory/spectral.h"
#include "theory_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static llr_quadrature_t quadrature;

/* Two groups with one covariance, rotated out of the axes, against its spectrum. */
static void test_agrees_with_the_spectral_form(void)
{
    enum { DIM = 12 };
    theory_groups_t groups = theory_groups_create(2, DIM, 1);
    double value[DIM], square[DIM];
    theory_groups_share_spectrum(&groups, value, square);
    llr_spectrum_t spectrum = {DIM, value, NULL, square};
    static const double deltas[] = {.1, .6, 1.7}, lambdas[] = {0, 1e-5, .02, 2};
    static const int target[] = {-1, 1};
    groups.prior[0] = .25;
    groups.prior[1] = .75;
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++)
        for (int d = 0; d < 3; d++)
            for (int l = loss; l < 4; l++)
                for (double rho = 1; rho < 40; rho *= 6) {
                    llr_theory_problem_t p = {loss,       &spectrum,  &quadrature, DIM / deltas[d],
                                              lambdas[l], {.25, .75}, {1, 1}};
                    llr_theory_point_t point;
                    llr_theory_ratio_weights(p.prior, log(rho), p.weight);
                    groups.weight[0] = p.weight[0];
                    groups.weight[1] = p.weight[1];
                    llr_theory_solve(&p, NULL, &point);
                    llr_theory_grouped_t out =
                        theory_groups_predict(&groups, loss, &quadrature, target, p.n, p.lambda);
                    CU_ASSERT_TRUE(out.found && point.found);
                    CU_ASSERT_DOUBLE_EQUAL(out.b, point.b, 1e-7 * (1 + fabs(point.b)));
                    CU_ASSERT_DOUBLE_EQUAL(out.df, point.df, 1e-7 * DIM);
                    for (int c = 0; c < 2; c++) {
                        const llr_theory_group_t *g = out.group + c;
                        CU_ASSERT_DOUBLE_EQUAL(g->error, point.error[c], 1e-8);
                        CU_ASSERT_DOUBLE_EQUAL(g->m, target[c] * point.m, 1e-7 * (1 + point.m));
                        CU_ASSERT_DOUBLE_EQUAL(g->sigma / point.sigma, 1, 1e-7);
                        if (isfinite(point.tau))
                            CU_ASSERT_DOUBLE_EQUAL(g->tau / point.tau, 1, 1e-7);
                    }
                }
    theory_groups_destroy(&groups);
}

/* The equations of section 4b at a solution, with textbook matrices. */
static void check_equations(const theory_groups_t *w, llr_loss_t loss, const int *target, double n,
                            double lambda, const llr_theory_grouped_t *out)
{
    int64_t d = w->dim;
    int32_t groups = w->groups;
    double *r = theory_groups_resolvent(w, out->group, lambda);
    double *mean = calloc((size_t)d, sizeof *mean), *thbar = calloc((size_t)d, sizeof *thbar);
    double *pg = malloc(sizeof *pg * (size_t)(d * d)), *ph = malloc(sizeof *ph * (size_t)(d * d));
    double balance = 0, size = 0, df = 0;
    for (int32_t g = 0; g < groups; g++) {
        const llr_theory_group_t *at = out->group + g;
        llr_theory_scores_t scores = {target[g], at->m + out->b, at->sigma, 1 / w->weight[g],
                                      at->tau};
        llr_theory_pull_t pull = llr_theory_pull(loss, &quadrature, &scores);
        CU_ASSERT_DOUBLE_EQUAL(pull.curvature / at->curvature, 1, 1e-7);
        CU_ASSERT_DOUBLE_EQUAL(-pull.slope / at->kappa, 1, 1e-7);
        CU_ASSERT_DOUBLE_EQUAL(pull.square / at->square, 1, 1e-7);
        balance += w->prior[g] * at->kappa;
        size += w->prior[g] * fabs(at->kappa);
        for (int64_t i = 0; i < d; i++) mean[i] += w->prior[g] * at->kappa * w->mean[g * d + i];
    }
    CU_ASSERT_DOUBLE_EQUAL(balance / size, 0, 1e-8);
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = 0; j < d; j++) thbar[i] += r[i * d + j] * mean[j];
    for (int32_t g = 0; g < groups; g++) {
        const llr_theory_group_t *at = out->group + g;
        const double *sigma = w->covariance + g * d * d;
        double m = 0, variance = 0, tau;
        for (int64_t i = 0; i < d; i++) {
            m += w->mean[g * d + i] * thbar[i];
            for (int64_t j = 0; j < d; j++) variance += thbar[i] * sigma[i * d + j] * thbar[j];
        }
        theory_product(d, sigma, r, pg);
        tau = theory_trace(d, pg) / n;
        df += w->prior[g] * at->curvature * tau * n;
        for (int32_t h = 0; h < groups; h++) {
            theory_product(d, w->covariance + h * d * d, r, ph);
            variance += w->prior[h] * out->group[h].square * theory_trace_pair(d, pg, ph) / n;
        }
        CU_ASSERT_DOUBLE_EQUAL(at->m, m, 1e-7 * (fabs(m) + at->sigma));
        CU_ASSERT_DOUBLE_EQUAL(at->tau / tau, 1, 1e-7);
        CU_ASSERT_DOUBLE_EQUAL(at->sigma * at->sigma / variance, 1, 1e-6);
        CU_ASSERT_DOUBLE_EQUAL(at->error, llr_normal_tail(target[g] * (m + out->b) / at->sigma),
                               1e-7);
    }
    CU_ASSERT_DOUBLE_EQUAL(out->df / df, 1, 1e-7);
    free(r);
    free(mean);
    free(thbar);
    free(pg);
    free(ph);
}

static void test_equations_hold(void)
{
    enum { DIM = 20, GROUPS = 4 };
    static const double deltas[] = {.1, .9, 3}, lambdas[] = {1e-5, .05, 5};
    static const int target[GROUPS] = {-1, -1, 1, 1};
    theory_groups_t groups = theory_groups_create(GROUPS, DIM, 2);
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++)
        for (int d = 0; d < 3; d++)
            for (int l = 0; l < 3; l++)
                for (double gamma = 0; gamma < 4; gamma += 1.5) {
                    theory_groups_exponent(&groups, gamma);
                    llr_theory_grouped_t out = theory_groups_predict(
                        &groups, loss, &quadrature, target, DIM / deltas[d], lambdas[l]);
                    CU_ASSERT_TRUE(out.found);
                    if (out.found)
                        check_equations(&groups, loss, target, DIM / deltas[d], lambdas[l], &out);
                }
    theory_groups_destroy(&groups);
}

/* A group without training rows changes nothing, and gets the error of its twin. */
static void test_group_that_is_only_predicted(void)
{
    enum { DIM = 10, GROUPS = 4 };
    static const int target[GROUPS] = {-1, 1, 1, 1};
    theory_groups_t groups = theory_groups_create(GROUPS, DIM, 3);
    for (int64_t i = 0; i < DIM; i++) groups.mean[3 * DIM + i] = groups.mean[1 * DIM + i];
    for (int64_t i = 0; i < DIM * DIM; i++)
        groups.covariance[3 * DIM * DIM + i] = groups.covariance[1 * DIM * DIM + i];
    theory_groups_exponent(&groups, 1);
    groups.prior[0] = .5;
    groups.prior[1] = groups.prior[2] = .25;
    groups.prior[3] = 0;
    groups.weight[3] = NAN;
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++) {
        theory_groups_t three = groups;
        three.groups = 3;
        llr_theory_grouped_t four =
            theory_groups_predict(&groups, loss, &quadrature, target, 40, .02);
        CU_ASSERT_TRUE_FATAL(four.found);
        CU_ASSERT_DOUBLE_EQUAL(four.group[3].error, four.group[1].error, 1e-8);
        double error[3];
        for (int g = 0; g < 3; g++) error[g] = four.group[g].error;
        llr_theory_grouped_t without =
            theory_groups_predict(&three, loss, &quadrature, target, 40, .02);
        for (int g = 0; g < 3; g++) CU_ASSERT_DOUBLE_EQUAL(without.group[g].error, error[g], 1e-8);
    }
    theory_groups_destroy(&groups);
}

static void test_what_has_no_solution(void)
{
    enum { DIM = 8 };
    static const int one_side[] = {1, 1}, target[] = {-1, 1};
    theory_groups_t groups = theory_groups_create(2, DIM, 4);
    llr_theory_grouped_t out =
        theory_groups_predict(&groups, LLR_LOSS_SQUARE, NULL, one_side, 40, .1);
    CU_ASSERT_TRUE(!out.found && isnan(out.b) && isnan(out.group[0].error));
    out = theory_groups_predict(&groups, LLR_LOSS_SQUARE, NULL, target, DIM, 0);
    CU_ASSERT_FALSE(out.found);
    out = theory_groups_predict(&groups, LLR_LOSS_LOGISTIC, &quadrature, target, 40, 0);
    CU_ASSERT_FALSE(out.found);
    CU_ASSERT_TRUE(isnan(llr_theory_worst_group(&out, 2)));
    theory_groups_destroy(&groups);
}

static void test_workspace_too_small(void)
{
    theory_groups_t groups = theory_groups_create(2, 8, 5);
    llr_theory_groups_t problem = theory_groups_problem(&groups, 40, .1);
    static const int target[] = {-1, 1};
    llr_theory_grouped_t out = {.group = groups.predicted};
    llr_arena_t arena;
    llr_error_t error;
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, llr_theory_general_bytes(2, 8, 1) / 2, &error),
                          LLR_OK);
    CU_ASSERT_EQUAL(
        llr_theory_general(&problem, LLR_LOSS_SQUARE, NULL, target, &out, &arena, &error),
        LLR_FAILED);
    CU_ASSERT_EQUAL(arena.used, 0);
    llr_arena_destroy(&arena);
    theory_groups_destroy(&groups);
}

/* Mean error of a group over predictions from means that are estimated from few rows. */
static void predict_from_estimates(theory_groups_t *w, llr_loss_t loss, const int *target,
                                   const double *rows, double *mean_error)
{
    enum { DRAWS = 60 };
    int64_t dim = w->dim, numbers = w->groups * dim;
    llr_random_t random =
        llr_random_stream((llr_hash_t){3, 4}, LLR_PURPOSE_SYNTHETIC_MEAN, loss, 1);
    double *exact = malloc(sizeof *exact * (size_t)numbers), *z = malloc(sizeof *z * (size_t)dim);
    memcpy(exact, w->mean, sizeof *exact * (size_t)numbers);
    for (int32_t g = 0; g < w->groups; g++) mean_error[g] = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
        for (int32_t g = 0; g < w->groups; g++) {
            llr_random_normal(&random, z, dim);
            for (int64_t i = 0; i < dim; i++) {
                double noise = 0;
                for (int64_t k = 0; k < dim; k++) noise += w->root[(g * dim + i) * dim + k] * z[k];
                w->mean[g * dim + i] = exact[g * dim + i] + noise / sqrt(rows[g]);
            }
        }
        llr_theory_grouped_t out = theory_groups_predict(w, loss, &quadrature, target, 80, .1);
        CU_ASSERT_TRUE(out.found);
        for (int32_t g = 0; g < w->groups; g++) mean_error[g] += out.group[g].error / DRAWS;
    }
    memcpy(w->mean, exact, sizeof *exact * (size_t)numbers);
    free(exact);
    free(z);
}

/* Estimated means seem to lie further apart than they do, unless their rows are counted. */
static void test_noise_of_means_is_taken_out(void)
{
    static const int target[] = {-1, 1, 1};
    static const double rows[] = {30, 40, 60};
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++) {
        theory_groups_t w = theory_groups_create(3, 30, 5);
        double plain[3], counted[3], exact[3];
        llr_theory_grouped_t out = theory_groups_predict(&w, loss, &quadrature, target, 80, .1);
        for (int g = 0; g < 3; g++) exact[g] = out.group[g].error;
        predict_from_estimates(&w, loss, target, rows, plain);
        w.mean_rows = rows;
        predict_from_estimates(&w, loss, target, rows, counted);
        double before = 0, after = 0;
        for (int g = 0; g < 3; g++) {
            before += fabs(plain[g] - exact[g]);
            after += fabs(counted[g] - exact[g]);
            CU_ASSERT_TRUE(plain[g] < exact[g]);
        }
        CU_ASSERT_TRUE(after < .4 * before);
        theory_groups_destroy(&w);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"agrees with the spectral form", test_agrees_with_the_spectral_form},
        {"the equations hold", test_equations_hold},
        {"a group that is only predicted", test_group_that_is_only_predicted},
        {"what has no solution is not found", test_what_has_no_solution},
        {"workspace too small", test_workspace_too_small},
        {"noise of means is taken out", test_noise_of_means_is_taken_out},
    };
    if (llr_quadrature_create(&quadrature, 100, NULL) != LLR_OK) return 2;
    int bad = LLR_RUN_SUITE("theory_general", tests);
    llr_quadrature_destroy(&quadrature);
    return bad;
}
