/* Predictions against fits of drawn rows: errors of the groups, averaged over fresh samples, within
 * four standard errors. The fits know nothing of the theory, nor the theory of the fits. */
#include "model/solve.h"
#include "suite.h"
#include "theory/classes.h"
#include "theory/spectral.h"
#include "theory_groups.h"

enum { DIM = 200, REPEATS = 10, MOST_COLUMNS = 4 };

static llr_quadrature_t quadrature;

typedef struct fits {
    int64_t rows, start[MOST_GROUPS + 1];
    double *x; /* rows x DIM, owned */
    double theta[MOST_COLUMNS * DIM], b[MOST_COLUMNS];
} fits_t;

static fits_t fits_create(const theory_groups_t *w, int64_t rows)
{
    fits_t fits = {.rows = rows};
    double share = 0;
    for (int32_t g = 0; g < w->groups; g++) {
        share += w->prior[g];
        fits.start[g + 1] = llround(share * (double)rows);
    }
    fits.x = malloc(sizeof *fits.x * (size_t)(rows * DIM));
    return fits;
}

/* Rows mean + root Z of one group. */
static void draw_rows(const theory_groups_t *w, int32_t g, llr_random_t *random, int64_t count,
                      double *x)
{
    const double *root = w->root + (int64_t)g * DIM * DIM;
    double z[DIM];
    for (int64_t i = 0; i < count; i++) {
        llr_random_normal(random, z, DIM);
        for (int64_t j = 0; j < DIM; j++) {
            double sum = w->mean[g * DIM + j];
            for (int64_t k = 0; k < DIM; k++) sum += root[j * DIM + k] * z[k];
            x[i * DIM + j] = sum;
        }
    }
}

static void fit(fits_t *fits, const theory_groups_t *w, llr_loss_t loss, const int32_t *class_of,
                int32_t classes, double lambda, llr_random_t *random)
{
    for (int32_t g = 0; g < w->groups; g++)
        draw_rows(w, g, random, fits->start[g + 1] - fits->start[g],
                  fits->x + fits->start[g] * DIM);
    llr_sample_t sample = {fits->x, fits->rows, DIM, w->groups, classes, fits->start, class_of};
    llr_path_t path = {w->weight, &lambda, 1};
    llr_solve_options_t options = {.tolerance = 1e-8, .max_iterations = 1000};
    llr_solve_shape_t shape = {loss, fits->rows, DIM, w->groups, classes, 1, 1, lambda == 0, false};
    llr_fit_t answer;
    llr_solutions_t solutions = {1, llr_columns(classes), 0, &answer, fits->theta, fits->b};
    llr_arena_t arena;
    llr_error_t error;
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, llr_solve_bytes(&shape), &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_solve(loss, &sample, &path, 1, &options, &solutions, &arena, &error),
                          LLR_OK);
    CU_ASSERT_EQUAL(answer.status, LLR_FIT_CONVERGED);
    llr_arena_destroy(&arena);
}

/* Exact error of a fit on one group, one column. */
static double exact_error(const fits_t *fits, const theory_groups_t *w, int32_t g, int target)
{
    double mean = fits->b[0], variance = 0;
    for (int64_t j = 0; j < DIM; j++) {
        mean += fits->theta[j] * w->mean[g * DIM + j];
        for (int64_t k = 0; k < DIM; k++)
            variance += fits->theta[j] * w->covariance[(g * DIM + j) * DIM + k] * fits->theta[k];
    }
    return erfc(target * mean / sqrt(2 * variance)) / 2;
}

typedef struct tally {
    double sum, squares;
} tally_t;

static void tally_add(tally_t *tally, double value)
{
    tally->sum += value;
    tally->squares += value * value;
}

static void check_tally(const tally_t *tally, double predicted)
{
    double mean = tally->sum / REPEATS;
    double variance = (tally->squares - REPEATS * mean * mean) / (REPEATS - 1);
    double error = sqrt(fmax(variance, 0) / REPEATS);
    CU_ASSERT_TRUE(error < 0.02); /* or the comparison says little */
    CU_ASSERT_TRUE(fabs(mean - predicted) <= 4 * error);
}

/* Mean exact errors of REPEATS fits against these. */
static void check_groups(const theory_groups_t *w, llr_loss_t loss, const int *target, int64_t rows,
                         double lambda, const double *predicted, int64_t seed)
{
    llr_random_t random = llr_random_stream((llr_hash_t){5, 6}, LLR_PURPOSE_SYNTHETIC_ROW, seed, 0);
    fits_t fits = fits_create(w, rows);
    tally_t tally[MOST_GROUPS] = {{0, 0}};
    int32_t class_of[MOST_GROUPS];
    for (int32_t g = 0; g < w->groups; g++) class_of[g] = target[g] > 0;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        fit(&fits, w, loss, class_of, 2, lambda, &random);
        for (int32_t g = 0; g < w->groups; g++)
            tally_add(tally + g, exact_error(&fits, w, g, target[g]));
    }
    for (int32_t g = 0; g < w->groups; g++) check_tally(tally + g, predicted[g]);
    free(fits.x);
}

typedef struct setting {
    llr_loss_t loss;
    double delta, gamma, lambda;
} setting_t;

/* Two classes at -+mu with eigenvalues along the axes, by the spectral form. */
static void test_two_classes(void)
{
    static const setting_t settings[] = {
        {LLR_LOSS_SQUARE, .25, 1, 0},     {LLR_LOSS_SQUARE, .4, 1.5, .1},
        {LLR_LOSS_SQUARE, 2, 1, 0},       {LLR_LOSS_LOGISTIC, .1, 1, .003},
        {LLR_LOSS_LOGISTIC, .4, 1.5, .1},
    };
    static const int target[] = {-1, 1};
    double value[DIM], square[DIM];
    theory_groups_t w = theory_groups_create(2, DIM, 21);
    llr_spectrum_t spectrum = {DIM, value, NULL, square};
    w.prior[0] = .2;
    w.prior[1] = .8;
    memset(w.root, 0, sizeof *w.root * 2 * DIM * DIM);
    for (int j = 0; j < DIM; j++) {
        value[j] = 10 * pow(1 + j, -.6);
        square[j] = w.mean[j] * w.mean[j];
        for (int g = 0; g < 2; g++) {
            w.root[(g * DIM + j) * DIM + j] = sqrt(value[j]);
            theory_square(DIM, w.root + g * DIM * DIM, w.covariance + g * DIM * DIM);
        }
        w.mean[DIM + j] = -w.mean[j];
    }
    for (int i = 0; i < 5; i++) {
        const setting_t *s = settings + i;
        int64_t rows = llround(DIM / s->delta);
        theory_groups_exponent(&w, s->gamma);
        llr_theory_problem_t problem = {s->loss,
                                        &spectrum,
                                        &quadrature,
                                        (double)rows,
                                        s->lambda,
                                        {.2, .8},
                                        {w.weight[0], w.weight[1]}};
        llr_theory_point_t point;
        llr_theory_solve(&problem, NULL, &point);
        CU_ASSERT_TRUE(point.found);
        check_groups(&w, s->loss, target, rows, s->lambda, point.error, i);
    }
    theory_groups_destroy(&w);
}

/* Three groups with three covariances. */
static void test_groups(void)
{
    static const setting_t settings[] = {
        {LLR_LOSS_SQUARE, .25, 1, .02},
        {LLR_LOSS_SQUARE, .5, 0, .2},
        {LLR_LOSS_LOGISTIC, .25, 2, .02},
        {LLR_LOSS_LOGISTIC, .5, 1, .2},
    };
    static const int target[] = {-1, 1, 1};
    theory_groups_t w = theory_groups_create(3, DIM, 22);
    for (int i = 0; i < 4; i++) {
        const setting_t *s = settings + i;
        int64_t rows = llround(DIM / s->delta);
        double predicted[3];
        theory_groups_exponent(&w, s->gamma);
        llr_theory_grouped_t out =
            theory_groups_predict(&w, s->loss, &quadrature, target, (double)rows, s->lambda);
        CU_ASSERT_TRUE(out.found);
        for (int g = 0; g < 3; g++) predicted[g] = out.group[g].error;
        check_groups(&w, s->loss, target, rows, s->lambda, predicted, 10 + i);
    }
    theory_groups_destroy(&w);
}

/* Share of fresh rows of a group whose argmax is another class. */
static double sampled_error(const fits_t *fits, const theory_groups_t *w, int32_t g, int32_t class,
                            int32_t classes, llr_random_t *random)
{
    enum { ROWS = 500 };
    double x[DIM];
    int wrong = 0;
    for (int i = 0; i < ROWS; i++) {
        int32_t best = 0;
        double most = -INFINITY;
        draw_rows(w, g, random, 1, x);
        for (int32_t k = 0; k < classes; k++) {
            double score = fits->b[k];
            for (int64_t j = 0; j < DIM; j++) score += fits->theta[k * DIM + j] * x[j];
            if (score > most) {
                most = score;
                best = k;
            }
        }
        wrong += best != class;
    }
    return (double)wrong / ROWS;
}

static void check_classes(theory_groups_t *w, double lambda, double gamma, int64_t rows,
                          int64_t seed)
{
    enum { K = 4 };
    static const int32_t class_of[K] = {0, 1, 2, 3};
    double m[K * K], b[K], covariance[K * K * K], tau[K], error[K];
    llr_theory_classed_t out = {false, 0, m, b, covariance, tau, error};
    llr_random_t random = llr_random_stream((llr_hash_t){5, 7}, LLR_PURPOSE_SYNTHETIC_ROW, seed, 0);
    llr_arena_t arena;
    llr_error_t failure;
    theory_groups_exponent(w, gamma);
    llr_theory_groups_t problem = theory_groups_problem(w, (double)rows, lambda);
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, llr_theory_general_bytes(K, DIM, K), &failure),
                          LLR_OK);
    CU_ASSERT_EQUAL(llr_theory_classes(&problem, class_of, K, &out, &arena, &failure), LLR_OK);
    CU_ASSERT_TRUE(out.found);
    llr_arena_destroy(&arena);
    fits_t fits = fits_create(w, rows);
    tally_t tally[K] = {{0, 0}};
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        fit(&fits, w, LLR_LOSS_SQUARE, class_of, K, lambda, &random);
        for (int32_t g = 0; g < K; g++)
            tally_add(tally + g, sampled_error(&fits, w, g, class_of[g], K, &random));
    }
    for (int32_t g = 0; g < K; g++) check_tally(tally + g, error[g]);
    free(fits.x);
}

static void test_four_classes(void)
{
    theory_groups_t w = theory_groups_create(4, DIM, 23);
    check_classes(&w, .02, 1, 600, 0);
    check_classes(&w, .3, 0, 400, 1);
    theory_groups_destroy(&w);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"two classes, one covariance", test_two_classes},
        {"three groups, three covariances", test_groups},
        {"four classes, four covariances", test_four_classes},
    };
    if (llr_quadrature_create(&quadrature, LLR_THEORY_NODES, NULL) != LLR_OK) return 2;
    int bad = LLR_RUN_SUITE("theory_simulation", tests);
    llr_quadrature_destroy(&quadrature);
    return bad;
}
