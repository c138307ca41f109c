/* CPU seconds of the theory: maps of 10 deltas x 50 exponents x 50 lambdas, isotropic and with 256
 * eigenvalues, and single predictions for groups with covariances of their own. */
#include "base/clock.h"
#include "base/random.h"
#include "linalg/blas.h"
#include "theory/descent.h"
#include "theory/general.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DELTAS = 10, GAMMAS = 50, LAMBDAS = 50, DIM = 256, GROUPS = 4 };

static llr_quadrature_t quadrature;

static void time_map(const char *name, llr_loss_t loss, const llr_spectrum_t *spectrum)
{
    static double weight[2 * GAMMAS], lambda[LAMBDAS];
    static llr_theory_point_t map[GAMMAS * LAMBDAS];
    llr_theory_problem_t p = {loss, spectrum, &quadrature, 0, 0, {.2, .8}, {1, 1}};
    double start = llr_clock_cpu_seconds();
    int64_t found = 0;
    for (int g = 0; g < GAMMAS; g++)
        llr_theory_exponent_weights(p.prior, 2, 2. * g / (GAMMAS - 1), weight + 2 * g);
    for (int l = 0; l < LAMBDAS; l++) lambda[l] = pow(10, -6 + 8. * l / (LAMBDAS - 1));
    for (int d = 1; d <= DELTAS; d++) {
        p.n = llr_spectrum_dim(spectrum) / (.05 * d);
        llr_theory_map(&p, weight, GAMMAS, lambda, LAMBDAS, map);
        for (int i = 0; i < GAMMAS * LAMBDAS; i++) found += map[i].found;
    }
    printf("%-10s %s map: %.3f s, %lld of %d found\n", name, loss ? "logistic" : "square",
           llr_clock_cpu_seconds() - start, (long long)found, DELTAS * GAMMAS * LAMBDAS);
}

static void time_maps(void)
{
    static double value[DIM], square[DIM];
    static const double one = 1, dim = DIM, length = 4;
    llr_spectrum_t isotropic = {1, &one, &dim, &length}, decaying = {DIM, value, NULL, square};
    for (int j = 0; j < DIM; j++) {
        value[j] = 40. / (1 + j);
        square[j] = 4. / DIM;
    }
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++) {
        time_map("isotropic", loss, &isotropic);
        time_map("256 values", loss, &decaying);
    }
}

/* Wishart covariances of different size, means apart on the first axis. */
static void make_groups(int64_t dim, double *mean, double *covariance, double *rows)
{
    llr_random_t random = llr_random_stream((llr_hash_t){1, 2}, LLR_PURPOSE_SYNTHETIC_ROW, 0, 0);
    for (int64_t g = 0; g < GROUPS; g++) {
        llr_random_normal(&random, mean + g * dim, dim);
        for (int64_t j = 0; j < dim; j++) mean[g * dim + j] /= sqrt((double)dim);
        mean[g * dim] += g % 2 ? 2 : -2;
        llr_random_normal(&random, rows, 2 * dim * dim);
        llr_gemm(true, false, dim, dim, 2 * dim, .5 * (double)(g + 1) / (double)dim, rows, dim,
                 rows, dim, 0, covariance + g * dim * dim, dim);
    }
}

static int time_groups(int64_t dim)
{
    static const double prior[GROUPS] = {.1, .2, .3, .4};
    static const int target[GROUPS] = {-1, 1, -1, 1};
    size_t size = sizeof(double) * (size_t)(dim * dim);
    double weight[GROUPS], *mean = malloc(size), *covariance = malloc(GROUPS * size);
    double *rows = malloc(2 * size);
    llr_theory_group_t group[GROUPS];
    llr_theory_grouped_t out = {.group = group};
    llr_theory_groups_t p = {GROUPS, dim,  (double)dim / .3, .02,  prior,
                             weight, mean, covariance,       NULL, NULL};
    llr_arena_t arena = {0};
    llr_error_t error;
    if (!mean || !covariance || !rows ||
        llr_arena_create(&arena, llr_theory_general_bytes(GROUPS, dim, 1), &error) != LLR_OK)
        return 1;
    make_groups(dim, mean, covariance, rows);
    llr_theory_exponent_weights(prior, GROUPS, 1, weight);
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++) {
        double start = llr_clock_cpu_seconds();
        if (llr_theory_general(&p, loss, &quadrature, target, &out, &arena, &error) != LLR_OK)
            return 1;
        printf("%d groups, d = %lld, %s: %.3f s%s\n", GROUPS, (long long)dim,
               loss ? "logistic" : "square", llr_clock_cpu_seconds() - start,
               out.found ? "" : ", not found");
    }
    llr_arena_destroy(&arena);
    free(mean);
    free(covariance);
    free(rows);
    return 0;
}

int main(void)
{
    if (llr_quadrature_create(&quadrature, LLR_THEORY_NODES, NULL) != LLR_OK) return 1;
    time_maps();
    int bad = time_groups(256) || time_groups(512);
    llr_quadrature_destroy(&quadrature);
    return bad;
}
