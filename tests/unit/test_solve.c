#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "solve_reference.h"
#include "suite.h"

enum { WEIGHTINGS = 3, LAMBDAS = 4, FITS = WEIGHTINGS * LAMBDAS };

/* What makes a problem hard. */
typedef enum trait {
    PLAIN,
    RAW,       /* column scales from 1e-3 to 1e3, large means */
    CONSTANT,  /* a constant column */
    DUPLICATE, /* rows and columns that stand there twice */
    LONELY,    /* a class of one row */
    SEPARABLE, /* classes far apart */
    GROUPED,   /* two strata a class, of different weights */
    TRAITS
} trait_t;

static llr_random_t stream(int64_t seed)
{
    return llr_random_stream((llr_hash_t){1, 2}, LLR_PURPOSE_SYNTHETIC_ROW, seed, 0);
}

static void fill_x(problem_t *problem, trait_t trait, llr_random_t *random)
{
    int64_t dim = problem->dim;
    problem->x = malloc(sizeof(double) * (size_t)(problem->rows * dim));
    llr_random_normal(random, problem->x, problem->rows * dim);
    for (int64_t i = 0; i < problem->rows; i++) {
        double *x = problem->x + i * dim;
        x[problem->class_of[stratum_of_row(problem, i)] % dim] += trait == SEPARABLE ? 30 : 1;
        if (trait == CONSTANT) x[dim - 1] = 4;
        if (trait == DUPLICATE && i % 2) memcpy(x, x - dim, sizeof *x * (size_t)dim);
        if (trait == DUPLICATE) x[dim - 1] = x[0];
    }
    for (int64_t j = 0; trait == RAW && j < dim; j++) {
        double scale = pow(10, 6 * llr_random_unit(random) - 3),
               mean = 10 * llr_random_unit(random);
        for (int64_t i = 0; i < problem->rows; i++)
            problem->x[i * dim + j] = scale * (problem->x[i * dim + j] + mean);
    }
}

static problem_t make_problem(llr_loss_t loss, trait_t trait, int64_t seed)
{
    llr_random_t random = stream(seed);
    problem_t problem = {.loss = loss};
    problem.classes = (int32_t)(2 + llr_random_below(&random, 3));
    problem.rows = 20 + llr_random_below(&random, 30);
    problem.dim = 1 + llr_random_below(&random, problem.classes > 2 ? 10 : 40);
    problem.strata = problem.classes * (trait == GROUPED ? 2 : 1);
    for (int32_t s = 0; s < problem.strata; s++) {
        problem.class_of[s] = s % problem.classes;
        problem.start[s + 1] = (s + 1) * problem.rows / problem.strata;
    }
    if (trait == GROUPED) problem.start[1]--; /* not all of one size */
    if (trait == LONELY) problem.start[1] = 1;
    fill_x(&problem, trait, &random);
    return problem;
}

/* All fits of a problem by the solver. */
typedef struct outcome {
    double weight[WEIGHTINGS][MOST_STRATA], lambda[LAMBDAS];
    llr_path_t path[WEIGHTINGS];
    llr_fit_t fit[FITS];
    llr_solutions_t solutions;
    int64_t peak, bytes;
    llr_code_t code;
} outcome_t;

static bool never(void *argument)
{
    ++*(int64_t *)argument;
    return false;
}

static void solve(const problem_t *problem, double tolerance, outcome_t *out)
{
    int64_t dim = problem->dim, asked = 0;
    int32_t columns = llr_columns(problem->classes);
    llr_arena_t arena = {0};
    llr_error_t error = {0};
    double *x = malloc(sizeof *x * (size_t)(problem->rows * dim));
    memcpy(x, problem->x, sizeof *x * (size_t)(problem->rows * dim));
    for (int w = 0; w < WEIGHTINGS; w++) {
        double total = 0;
        for (int32_t s = 0; s < problem->strata; s++) {
            double share = (double)(problem->start[s + 1] - problem->start[s]);
            share /= (double)problem->rows;
            out->weight[w][s] = pow(share, -2.0 * w);
            if (s >= problem->classes) out->weight[w][s] *= 1 + w;
            total += share * out->weight[w][s];
        }
        for (int32_t s = 0; s < problem->strata; s++) out->weight[w][s] /= total;
        out->path[w] = (llr_path_t){out->weight[w], out->lambda, LAMBDAS};
    }
    memcpy(out->lambda, (double[LAMBDAS]){1e-2, 10, 1e-6, 1e-1}, sizeof out->lambda);
    out->solutions = (llr_solutions_t){FITS, columns, 0, out->fit, NULL, NULL};
    out->solutions.theta = malloc(sizeof(double) * (size_t)(FITS * columns * dim));
    out->solutions.b = malloc(sizeof(double) * (size_t)(FITS * columns));
    llr_sample_t sample = {x,
                           problem->rows,
                           dim,
                           problem->strata,
                           problem->classes,
                           problem->start,
                           problem->class_of};
    llr_solve_options_t options = {
        .tolerance = tolerance, .max_iterations = 1000, .should_stop = never, .argument = &asked};
    out->bytes = llr_solve_bytes(&(llr_solve_shape_t){.loss = problem->loss,
                                                      .rows = problem->rows,
                                                      .dim = dim,
                                                      .strata = problem->strata,
                                                      .classes = problem->classes,
                                                      .paths = WEIGHTINGS,
                                                      .fits = FITS});
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, out->bytes, &error), LLR_OK);
    out->code = llr_solve(problem->loss, &sample, out->path, WEIGHTINGS, &options, &out->solutions,
                          &arena, &error);
    out->peak = arena.peak;
    CU_ASSERT_TRUE(asked > 0);
    CU_ASSERT_EQUAL(arena.used, 0);
    llr_arena_destroy(&arena);
    free(x);
}

static void discard(problem_t *problem, outcome_t *out)
{
    free(problem->x);
    free(out->solutions.theta);
    free(out->solutions.b);
}

/* F of a solution, from the raw rows. */
static real_t value_of(const problem_t *problem, const outcome_t *out, int64_t fit)
{
    real_t v[8 * 64];
    int64_t dim = problem->dim;
    for (int32_t k = 0; k < out->solutions.columns; k++) {
        int64_t vector = fit * out->solutions.columns + k;
        for (int64_t j = 0; j < dim; j++)
            v[k * (dim + 1) + j] = out->solutions.theta[vector * dim + j];
        v[k * (dim + 1) + dim] = out->solutions.b[vector];
    }
    return reference_value(problem, v, NULL, NULL);
}

static int failures_shown;

static void check_fit(problem_t *problem, const outcome_t *out, int64_t fit, double tolerance,
                      trait_t trait, int64_t seed)
{
    real_t v[8 * 64];
    problem->lambda = out->lambda[fit % LAMBDAS];
    memcpy(problem->weight, out->weight[fit / LAMBDAS], sizeof problem->weight);
    double least = (double)reference_minimum(problem, v),
           found = (double)value_of(problem, out, fit);
    const llr_fit_t *about = &out->fit[fit];
    bool good = about->status == LLR_FIT_CONVERGED && about->certified_gap <= tolerance &&
                fabs(about->objective - found) <= 1e-11 * found &&
                found - least <= (about->certified_gap + 1e-12) * found &&
                found >= least * (1 - 1e-12);
    CU_ASSERT_TRUE(good);
    if (!good && failures_shown++ < 12)
        fprintf(
            stderr,
            "loss %d trait %d seed %lld n %lld d %lld K %d lambda %g weighting %lld: %s gap %.3g "
            "F %.17g found %.17g least %.17g iterations %lld\n",
            problem->loss, trait, (long long)seed, (long long)problem->rows,
            (long long)problem->dim, problem->classes, problem->lambda, (long long)(fit / LAMBDAS),
            llr_fit_status_name(about->status), about->certified_gap, about->objective, found,
            least, (long long)about->iterations);
}

static void check_against_newton(llr_loss_t loss, double tolerance, int64_t seeds)
{
    for (int trait = 0; trait < TRAITS; trait++)
        for (int64_t seed = 0; seed < seeds; seed++) {
            outcome_t out = {0};
            problem_t problem = make_problem(loss, (trait_t)trait, seed);
            solve(&problem, tolerance, &out);
            CU_ASSERT_EQUAL(out.code, LLR_OK);
            CU_ASSERT_TRUE(out.peak <= out.bytes);
            for (int64_t fit = 0; fit < FITS; fit++)
                check_fit(&problem, &out, fit, tolerance, (trait_t)trait, seed);
            discard(&problem, &out);
        }
}

static void square_fits_are_minima(void)
{
    check_against_newton(LLR_LOSS_SQUARE, 1e-8, 6);
    check_against_newton(LLR_LOSS_SQUARE, 1e-12, 2);
}

static void logistic_fits_are_minima(void)
{
    check_against_newton(LLR_LOSS_LOGISTIC, 1e-8, 6);
    check_against_newton(LLR_LOSS_LOGISTIC, 1e-12, 2);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"square fits are minima", square_fits_are_minima},
        {"logistic fits are minima", logistic_fits_are_minima},
    };
    return LLR_RUN_SUITE("solve", tests);
}
