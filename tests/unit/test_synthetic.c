#include "draw.h"
#include "store/catalog.h"
#include "store/synthetic.h"
#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIM = 5 };

/* A job with one synthetic dataset, and the dataset. */
typedef struct world {
    double priors[3];
    llr_job_dataset_t entry;
    llr_job_t job;
    llr_dataset_t dataset;
} world_t;

static char job_file[] = "jobs/toy.yaml", entry_name[] = "gauss";

static void set_up(world_t *world, int32_t classes)
{
    *world = (world_t){.priors = {.7, .3, 0}};
    if (classes == 3) {
        world->priors[0] = .5;
        world->priors[2] = .2;
    }
    world->entry = (llr_job_dataset_t){.name = entry_name, .line = 7, .is_synthetic = true};
    world->entry.synthetic = (llr_synthetic_t){.dim = DIM,
                                               .separation = 1.5,
                                               .decay = .8,
                                               .priors = world->priors,
                                               .classes = classes,
                                               .test = 3000};
    world->job = (llr_job_t){.file = job_file, .dataset = &world->entry, .datasets = 1};
}

static llr_code_t create(world_t *world, llr_error_t *error)
{
    llr_dataset_destroy(&world->dataset);
    return llr_dataset_create(&world->dataset, &world->job, 0, NULL, (llr_hash_t){0, 0}, error);
}

static void begin(world_t *world, int32_t classes)
{
    set_up(world, classes);
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
}

/* The features of count rows of every class. */
static void gather(world_t *world, int64_t seed, const int64_t *count, double *x)
{
    llr_subsample_t drawn;
    llr_arena_t arena;
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, 4 << 20, NULL), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(
        draw_counts(&world->dataset, &world->job, seed, count, &drawn, &arena, NULL), LLR_OK);
    CU_ASSERT_EQUAL(llr_subsample_gather(&world->dataset, &drawn, seed, x, &arena, NULL), LLR_OK);
    llr_arena_destroy(&arena);
}

static double dot(const double *a, const double *b, int64_t dim)
{
    double sum = 0;
    for (int64_t j = 0; j < dim; j++) sum += a[j] * b[j];
    return sum;
}

static void means_have_the_asked_distance(void)
{
    world_t world;
    begin(&world, 2);
    const double *mean = world.dataset.mean;
    for (int j = 0; j < DIM; j++) CU_ASSERT_EQUAL(mean[j], -mean[DIM + j]);
    CU_ASSERT_DOUBLE_EQUAL(dot(mean, mean, DIM), 1.5 * 1.5, 1e-13);
    llr_dataset_destroy(&world.dataset);
    begin(&world, 3);
    mean = world.dataset.mean;
    for (int c = 0; c < 3; c++) {
        CU_ASSERT_DOUBLE_EQUAL(dot(mean + c * DIM, mean + c * DIM, DIM), 1.5 * 1.5, 1e-13);
        double cosine = dot(mean + c * DIM, mean + (c + 1) % 3 * DIM, DIM) / (1.5 * 1.5);
        CU_ASSERT_TRUE(fabs(cosine) < .999);
    }
    llr_dataset_destroy(&world.dataset);
}

static void the_spectrum_is_a_power_law_of_trace_d(void)
{
    world_t world;
    begin(&world, 2);
    const double *deviation = world.dataset.deviation;
    CU_ASSERT_DOUBLE_EQUAL(dot(deviation, deviation, DIM), DIM, 1e-13);
    for (int j = 1; j < DIM; j++)
        CU_ASSERT_DOUBLE_EQUAL(pow(deviation[j] / deviation[0], 2), pow(j + 1, -.8), 1e-13);
    llr_dataset_destroy(&world.dataset);
    set_up(&world, 2);
    world.entry.synthetic.decay = 0;
    CU_ASSERT_EQUAL_FATAL(create(&world, NULL), LLR_OK);
    for (int j = 0; j < DIM; j++) CU_ASSERT_DOUBLE_EQUAL(world.dataset.deviation[j], 1, 1e-15);
    llr_dataset_destroy(&world.dataset);
}

/* Mean and covariance of rows x (count x DIM) against the class's, within 5 standard errors. */
static void check_moments(const double *x, int64_t count, const double *mean,
                          const double *deviation)
{
    double n = (double)count;
    for (int j = 0; j < DIM; j++)
        for (int k = 0; k <= j; k++) {
            double sum = 0, product = 0, variance = deviation[j] * deviation[j];
            for (int64_t i = 0; i < count; i++) {
                sum += x[i * DIM + j] - mean[j];
                product += (x[i * DIM + j] - mean[j]) * (x[i * DIM + k] - mean[k]);
            }
            CU_ASSERT_TRUE(fabs(sum / n) < 5 * deviation[j] / sqrt(n));
            if (j == k) CU_ASSERT_TRUE(fabs(product / n - variance) < 5 * variance * sqrt(2 / n));
            if (j != k)
                CU_ASSERT_TRUE(fabs(product / n) < 5 * deviation[j] * deviation[k] / sqrt(n));
        }
}

static void rows_have_the_moments_of_their_class(void)
{
    world_t world;
    static const int64_t count[2] = {30000, 20001};
    double *x = malloc(50001 * DIM * sizeof *x);
    begin(&world, 2);
    gather(&world, 3, count, x);
    check_moments(x, count[0], world.dataset.mean, world.dataset.deviation);
    check_moments(x + count[0] * DIM, count[1], world.dataset.mean + DIM, world.dataset.deviation);
    /* Rows do not depend on the row before: the product of neighbours has mean 0. */
    double lag = 0, variance = pow(world.dataset.deviation[0], 2);
    for (int64_t i = 1; i < count[0]; i++)
        lag += (x[i * DIM] - world.dataset.mean[0]) * (x[(i - 1) * DIM] - world.dataset.mean[0]);
    CU_ASSERT_TRUE(fabs(lag) < 5 * variance * sqrt((double)count[0]));
    llr_dataset_destroy(&world.dataset);
    free(x);
}

static void smaller_subsamples_are_nested(void)
{
    world_t world;
    static const int64_t small[2] = {10, 3}, large[2] = {25, 8};
    double few[13 * DIM], many[33 * DIM], other[33 * DIM];
    begin(&world, 2);
    gather(&world, 5, small, few);
    gather(&world, 5, large, many);
    gather(&world, 6, large, other);
    CU_ASSERT_EQUAL(memcmp(few, many, 10 * DIM * sizeof *few), 0);
    CU_ASSERT_EQUAL(memcmp(few + 10 * DIM, many + 25 * DIM, 3 * DIM * sizeof *few), 0);
    for (int i = 0; i < 33 * DIM; i++) CU_ASSERT_NOT_EQUAL(many[i], other[i]);
    for (int j = 0; j < DIM; j++) { /* class 1 is not class 0 moved */
        double first = many[j] - world.dataset.mean[j];
        CU_ASSERT_NOT_EQUAL(first, many[25 * DIM + j] - world.dataset.mean[DIM + j]);
    }
    llr_dataset_destroy(&world.dataset);
}

/* Exact rates ---------------------------------------------------------------------------------- */

/* A standard normal number that owes nothing to the generator under test (Marsaglia's polar
 * method over drand48). */
static double other_normal(void)
{
    for (;;) {
        double u = 2 * drand48() - 1, v = 2 * drand48() - 1, s = u * u + v * v;
        if (s > 0 && s < 1) return u * sqrt(-2 * log(s) / s);
    }
}

static double sampled_rate(const llr_dataset_t *dataset, int class, const double *theta, double b,
                           int draws)
{
    int right = 0;
    for (int i = 0; i < draws; i++) {
        double f = b;
        for (int j = 0; j < DIM; j++)
            f += theta[j] *
                 (dataset->mean[class * DIM + j] + dataset->deviation[j] * other_normal());
        right += (f > 0) == (class == 1);
    }
    return right / (double)draws;
}

static void exact_rates_agree_with_monte_carlo(void)
{
    enum { DRAWS = 200000 };
    world_t world;
    begin(&world, 2);
    srand48(17);
    for (int k = 0; k < 4; k++) {
        double theta[DIM], rate[2], b = .3 * k - .4;
        for (int j = 0; j < DIM; j++)
            theta[j] = other_normal() + world.dataset.mean[DIM + j] * (k % 2);
        llr_dataset_exact_rates(&world.dataset, theta, b, rate);
        for (int c = 0; c < 2; c++) {
            double sampled = sampled_rate(&world.dataset, c, theta, b, DRAWS);
            CU_ASSERT_TRUE(rate[c] > 0 && rate[c] < 1);
            CU_ASSERT_TRUE(fabs(sampled - rate[c]) < 5 * sqrt(rate[c] * (1 - rate[c]) / DRAWS));
        }
    }
    llr_dataset_destroy(&world.dataset);
}

/* Isotropic, theta along the means, b = 0: both rates are Phi(separation), tabled values. */
static void exact_rates_agree_with_tables(void)
{
    static const double separation[] = {0.5, 1, 2, 3},
                        phi[] = {0.69146246127401310, 0.84134474606854293, 0.97724986805182079,
                                 0.99865010196836990};
    for (int k = 0; k < 4; k++) {
        world_t world;
        double theta[DIM], rate[2];
        set_up(&world, 2);
        world.entry.synthetic.decay = 0;
        world.entry.synthetic.separation = separation[k];
        CU_ASSERT_EQUAL_FATAL(create(&world, NULL), LLR_OK);
        for (int power = -250; power <= 250; power += 125) { /* no overflow, no underflow */
            for (int j = 0; j < DIM; j++) theta[j] = world.dataset.mean[DIM + j] * pow(10, power);
            llr_dataset_exact_rates(&world.dataset, theta, 0, rate);
            CU_ASSERT_DOUBLE_EQUAL(rate[0], phi[k], 1e-14);
            CU_ASSERT_DOUBLE_EQUAL(rate[1], phi[k], 1e-14);
        }
        llr_dataset_destroy(&world.dataset);
    }
}

static void no_coefficients_predict_by_the_intercept(void)
{
    static const double intercept[] = {-1e-3, 0, 1e-3};
    static const double expected[][2] = {{1, 0}, {1, 0}, {0, 1}};
    world_t world;
    begin(&world, 2);
    for (int k = 0; k < 3; k++) {
        double theta[DIM] = {0}, rate[2];
        llr_dataset_exact_rates(&world.dataset, theta, intercept[k], rate);
        CU_ASSERT_EQUAL(rate[0], expected[k][0]);
        CU_ASSERT_EQUAL(rate[1], expected[k][1]);
    }
    llr_dataset_destroy(&world.dataset);
}

/* Facts ---------------------------------------------------------------------------------------- */

static void two_classes_need_no_rows(void)
{
    world_t world;
    begin(&world, 2);
    const llr_facts_t *facts = &world.dataset.facts;
    CU_ASSERT_TRUE(facts->synthetic);
    CU_ASSERT_EQUAL(facts->shape.classes, 2);
    CU_ASSERT_EQUAL(facts->shape.groups, 0);
    CU_ASSERT_EQUAL(facts->dim, DIM);
    CU_ASSERT_EQUAL(facts->resident_bytes, 0);
    CU_ASSERT_EQUAL(facts->private_bytes, 3 * DIM * 8);
    for (int c = 0; c < 2; c++) {
        CU_ASSERT_EQUAL(facts->pool_count[c], 0);
        CU_ASSERT_EQUAL(facts->pool_prior[c], world.priors[c]);
        CU_ASSERT_EQUAL(facts->eval_count[c], 0);
        CU_ASSERT_EQUAL(facts->eval_count[2 + c], 0);
    }
    CU_ASSERT_EQUAL(world.dataset.eval[0].rows + world.dataset.eval[1].rows, 0);
    CU_ASSERT_PTR_NULL(world.dataset.sampled);
    llr_dataset_destroy(&world.dataset);
}

static void check_sampled_split(const llr_dataset_t *dataset, llr_split_t split, double *x)
{
    static const int64_t count[3] = {1500, 900, 600};
    int64_t first = 0, seen[3] = {0};
    CU_ASSERT_EQUAL_FATAL(dataset->eval[split].rows, 3000);
    CU_ASSERT_PTR_NULL(dataset->eval[split].group);
    llr_dataset_eval_rows(dataset, split, 0, 1000, x);
    llr_dataset_eval_rows(dataset, split, 1000, 2000, x + 1000 * DIM);
    for (int i = 0; i < 3000; i++) seen[dataset->eval[split].label[i]]++;
    for (int c = 0; c < 3; c++) {
        CU_ASSERT_EQUAL(seen[c], count[c]);
        CU_ASSERT_EQUAL(dataset->facts.eval_count[split * 3 + c], count[c]);
        CU_ASSERT_EQUAL(dataset->eval[split].label[first], c);
        check_moments(x + first * DIM, count[c], dataset->mean + c * DIM, dataset->deviation);
        first += count[c];
    }
}

static void more_classes_have_sampled_rows(void)
{
    world_t world;
    double *x = malloc(6000 * DIM * sizeof *x);
    begin(&world, 3);
    check_sampled_split(&world.dataset, LLR_SPLIT_VALIDATION, x);
    check_sampled_split(&world.dataset, LLR_SPLIT_TEST, x + 3000 * DIM);
    for (int i = 0; i < 3000 * DIM; i++) CU_ASSERT_NOT_EQUAL(x[i], x[3000 * DIM + i]);
    CU_ASSERT_EQUAL(world.dataset.facts.private_bytes,
                    4 * DIM * 8 + 6000 * DIM * 8 + 6000 * (8 + 4));
    llr_dataset_destroy(&world.dataset);
    free(x);
}

static void content_is_of_all_parameters(void)
{
    world_t world;
    llr_hash_t content[7];
    for (int k = 0; k < 7; k++) {
        set_up(&world, k == 6 ? 3 : 2);
        llr_synthetic_t *synthetic = &world.entry.synthetic;
        synthetic->test += k == 1; /* without effect: the rates of two classes are exact */
        synthetic->dim += k == 2;
        synthetic->separation += k == 3;
        synthetic->decay += k == 4;
        if (k == 5) world.priors[0] = .6, world.priors[1] = .4;
        content[k] = llr_synthetic_content(synthetic);
        for (int i = 0; i < k; i++)
            CU_ASSERT_EQUAL(llr_hash_equal(content[i], content[k]), i == 0 && k == 1);
    }
    world.entry.synthetic.test++;
    CU_ASSERT_FALSE(llr_hash_equal(llr_synthetic_content(&world.entry.synthetic), content[6]));
}

static void expect_mistake(world_t *world, const char *phrase)
{
    llr_error_t error = {0};
    CU_ASSERT_EQUAL(create(world, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "jobs/toy.yaml:7: dataset \"gauss\": synthetic: "));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, phrase));
    llr_dataset_destroy(&world->dataset);
}

static void wrong_parameters_are_refused(void)
{
    world_t world;
    set_up(&world, 3);
    world.entry.synthetic.test = 2;
    expect_mistake(&world, "test: of 2 rows class 2 gets none");
    set_up(&world, 2);
    world.priors[1] = 0;
    expect_mistake(&world, "priors");
    set_up(&world, 2);
    world.entry.synthetic.separation = NAN;
    expect_mistake(&world, "separation");
    set_up(&world, 2);
    world.entry.synthetic.dim = 0;
    expect_mistake(&world, "d: must be at least 1");
}

static void a_synthetic_dataset_has_no_pool(void)
{
    world_t world;
    llr_error_t error = {0};
    llr_basis_t basis;
    begin(&world, 2);
    CU_ASSERT_PTR_NULL(world.dataset.pool_row);
    llr_catalog_t catalog = {.dataset = &world.dataset, .datasets = 1};
    CU_ASSERT_EQUAL(llr_catalog_fit(&catalog, &world.job, 0, &basis, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "jobs/toy.yaml:7: dataset \"gauss\": preprocess: pca "
                                              "needs a pool"));
    llr_dataset_destroy(&world.dataset);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"means have the asked distance", means_have_the_asked_distance},
        {"the spectrum is a power law of trace d", the_spectrum_is_a_power_law_of_trace_d},
        {"rows have the moments of their class", rows_have_the_moments_of_their_class},
        {"smaller subsamples are nested", smaller_subsamples_are_nested},
        {"exact rates agree with Monte Carlo", exact_rates_agree_with_monte_carlo},
        {"exact rates agree with tables", exact_rates_agree_with_tables},
        {"no coefficients predict by the intercept", no_coefficients_predict_by_the_intercept},
        {"two classes need no rows", two_classes_need_no_rows},
        {"more classes have sampled rows", more_classes_have_sampled_rows},
        {"content is of all parameters", content_is_of_all_parameters},
        {"wrong parameters are refused", wrong_parameters_are_refused},
        {"a synthetic dataset has no pool", a_synthetic_dataset_has_no_pool},
    };
    return LLR_RUN_SUITE("synthetic", tests);
}
