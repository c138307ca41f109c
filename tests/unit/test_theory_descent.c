/* The least of the largest error over the weights of several kinds, against scans; starts nearby.
 */
#include "suite.h"
#include "theory/descent.h"
#include "theory_groups.h"

static llr_quadrature_t quadrature;

/* Errors of groups at weights, each solved from the one before. */
typedef struct world {
    theory_groups_t *groups;
    llr_loss_t loss;
    const int *target;
    double n, lambda;
    llr_arena_t arena;
    llr_theory_group_t group[2][MOST_GROUPS];
    llr_theory_grouped_t point[2];
    int latest;
} world_t;

static bool group_errors(void *argument, const double *weight, double *error)
{
    world_t *w = argument;
    llr_theory_groups_t problem = theory_groups_problem(w->groups, w->n, w->lambda);
    llr_theory_grouped_t *next = w->point + !w->latest;
    llr_error_t failure;
    problem.weight = weight;
    problem.start = w->point + w->latest;
    next->group = w->group[!w->latest];
    CU_ASSERT_EQUAL(
        llr_theory_general(&problem, w->loss, &quadrature, w->target, next, &w->arena, &failure),
        LLR_OK);
    w->latest = !w->latest;
    for (int32_t g = 0; g < w->groups->groups; g++) error[g] = next->group[g].error;
    return next->found;
}

static world_t world_create(theory_groups_t *groups, llr_loss_t loss, const int *target, double n,
                            double lambda)
{
    world_t w = {.groups = groups, .loss = loss, .target = target, .n = n, .lambda = lambda};
    llr_error_t error;
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&w.arena,
                                           llr_theory_general_bytes(groups->groups, groups->dim, 1),
                                           &error),
                          LLR_OK);
    return w;
}

/* A solution does not depend on where it starts. */
static void test_starts_nearby(void)
{
    enum { DIM = 16, GROUPS = 3 };
    static const int target[GROUPS] = {-1, 1, 1};
    theory_groups_t groups = theory_groups_create(GROUPS, DIM, 31);
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++) {
        world_t w = world_create(&groups, loss, target, 40, .01);
        for (double gamma = 0; gamma < 4; gamma += .8) {
            double error[GROUPS];
            theory_groups_exponent(&groups, gamma);
            CU_ASSERT_TRUE(group_errors(&w, groups.weight, error));
            llr_theory_grouped_t cold =
                theory_groups_predict(&groups, loss, &quadrature, target, 40, .01);
            for (int g = 0; g < GROUPS; g++)
                CU_ASSERT_DOUBLE_EQUAL(error[g], cold.group[g].error, 1e-7);
        }
        llr_arena_destroy(&w.arena);
    }
    theory_groups_destroy(&groups);
}

static double largest(const double *error, int32_t kinds)
{
    double most = 0;
    for (int32_t c = 0; c < kinds; c++) most = fmax(most, error[c]);
    return most;
}

/* Least value of three groups over a fine grid of two log ratios. */
static double scan_of(const llr_theory_kinds_t *k)
{
    double least = INFINITY, error[3], weight[3];
    for (int i = -20; i <= 20; i++)
        for (int j = -20; j <= 20; j++) {
            double raw[] = {exp(.2 * i), exp(.2 * j), 1}, mean = 0;
            for (int g = 0; g < 3; g++) mean += k->prior[g] * raw[g];
            for (int g = 0; g < 3; g++) weight[g] = raw[g] / mean;
            CU_ASSERT_TRUE(k->errors(k->argument, weight, error));
            least = fmin(least, largest(error, k->measures));
        }
    return least;
}

/* The best exponent, without a descent. */
static llr_theory_kinds_t problem_of(world_t *w, int32_t measures, llr_theory_errors_t errors,
                                     double *room)
{
    return (llr_theory_kinds_t){.kinds = w->groups->groups,
                                .measures = measures,
                                .prior = w->groups->prior,
                                .errors = errors,
                                .argument = w,
                                .gamma = {-1, 4, 20, 1e-4},
                                .room = room};
}

static void test_three_groups(void)
{
    enum { DIM = 12, GROUPS = 3 };
    static const int target[GROUPS] = {-1, 1, 1};
    theory_groups_t groups = theory_groups_create(GROUPS, DIM, 32);
    double weight[GROUPS], error[GROUPS], line[GROUPS], room[GROUPS * (GROUPS + 4)];
    CU_ASSERT_EQUAL(llr_theory_descent_room(GROUPS, GROUPS), GROUPS * (GROUPS + 4));
    for (int d = 0; d < 3; d++) {
        world_t w = world_create(&groups, LLR_LOSS_SQUARE, target, 20 + 30 * d, .03);
        llr_theory_kinds_t kinds = problem_of(&w, GROUPS, group_errors, room);
        double on_line = llr_theory_least_worst(&kinds, line, error);
        kinds.evaluations = 200;
        double found = llr_theory_least_worst(&kinds, weight, error);
        CU_ASSERT_TRUE(found <= on_line);
        CU_ASSERT_DOUBLE_EQUAL(found, largest(error, GROUPS), 1e-15);
        double least = scan_of(&kinds);
        CU_ASSERT_TRUE(found <= least + 1e-5 && found >= least - 2e-3);
        double mean = 0;
        for (int g = 0; g < GROUPS; g++) mean += groups.prior[g] * weight[g];
        CU_ASSERT_DOUBLE_EQUAL(mean, 1, 1e-12);
        llr_arena_destroy(&w.arena);
    }
    theory_groups_destroy(&groups);
}

/* The same three groups seen as two classes (0; 1 and 2, of which a third is group 1). */
enum { CLASSES = 2 };

static bool class_errors(void *argument, const double *weight, double *error)
{
    double group[3];
    bool found = group_errors(argument, weight, group);
    error[0] = group[0];
    error[1] = group[1] / 3 + 2 * group[2] / 3;
    return found;
}

static bool mean_error(void *argument, const double *weight, double *error)
{
    double class[CLASSES];
    bool found = class_errors(argument, weight, class);
    *error = class[0] / 2 + class[1] / 2;
    return found;
}

/* Fewer errors than weights: the worst of two classes, and one mean. */
static void test_other_measures(void)
{
    enum { DIM = 12, GROUPS = 3 };
    static const int target[GROUPS] = {-1, 1, 1};
    static const llr_theory_errors_t errors[] = {mean_error, class_errors};
    theory_groups_t groups = theory_groups_create(GROUPS, DIM, 33);
    world_t w = world_create(&groups, LLR_LOSS_SQUARE, target, 40, .03);
    for (int32_t measures = 1; measures <= CLASSES; measures++) {
        double weight[GROUPS], error[CLASSES], again[CLASSES], room[GROUPS * CLASSES + 10];
        CU_ASSERT_EQUAL(llr_theory_descent_room(GROUPS, CLASSES), GROUPS * CLASSES + 10);
        llr_theory_kinds_t kinds = problem_of(&w, measures, errors[measures - 1], room);
        double on_line = llr_theory_least_worst(&kinds, weight, error);
        kinds.evaluations = 300;
        double found = llr_theory_least_worst(&kinds, weight, error), least = scan_of(&kinds);
        CU_ASSERT_TRUE(found <= on_line && found <= least + 1e-5 && found >= least - 2e-3);
        CU_ASSERT_TRUE(errors[measures - 1](&w, weight, again));
        CU_ASSERT_DOUBLE_EQUAL(largest(again, measures), found, 1e-8);
        CU_ASSERT_DOUBLE_EQUAL(largest(error, measures), found, 1e-15);
    }
    llr_arena_destroy(&w.arena);
    theory_groups_destroy(&groups);
}

static bool class_errors_and_lambda(void *argument, const double *weight, double *error)
{
    world_t *w = argument;
    w->lambda = weight[3];
    return class_errors(argument, weight, error);
}

/* The weights and lambda together, from a place that is not good: as by a scan of lambdas. */
static void test_with_strength(void)
{
    enum { DIM = 12, GROUPS = 3 };
    static const int target[GROUPS] = {-1, 1, 1};
    static const double start[] = {1, 1, 1, .001};
    theory_groups_t groups = theory_groups_create(GROUPS, DIM, 33);
    world_t w = world_create(&groups, LLR_LOSS_SQUARE, target, 25, 0);
    double place[GROUPS + 1], error[CLASSES], room[4 * CLASSES + 12], least = INFINITY;
    llr_theory_kinds_t kinds = problem_of(&w, CLASSES, class_errors_and_lambda, room);
    CU_ASSERT_EQUAL(llr_theory_descent_room(GROUPS + 1, CLASSES), 4 * CLASSES + 12);
    kinds.strengths = 1;
    kinds.start = start;
    kinds.evaluations = 600;
    double found = llr_theory_least_worst(&kinds, place, error);
    kinds.errors = class_errors;
    for (int l = -8; l <= 8; l++) {
        w.lambda = place[GROUPS] * exp(l == 0 ? 0 : .5 * l);
        least = fmin(least, scan_of(&kinds));
    }
    CU_ASSERT_TRUE(found <= least + 1e-4 && found >= least - 2e-3);
    llr_arena_destroy(&w.arena);
    theory_groups_destroy(&groups);
}

static const double *strength_range; /* least and largest that may be asked */

static bool bounded_errors(void *argument, const double *weight, double *error)
{
    CU_ASSERT_TRUE(weight[3] >= strength_range[0] && weight[3] <= strength_range[1]);
    return class_errors_and_lambda(argument, weight, error);
}

/* From an end of its range a strength comes back where it should, and stays there where not. */
static void test_ends_of_strength(void)
{
    enum { DIM = 12, GROUPS = 3 };
    static const int target[GROUPS] = {-1, 1, 1};
    theory_groups_t groups = theory_groups_create(GROUPS, DIM, 33);
    world_t w = world_create(&groups, LLR_LOSS_SQUARE, target, 25, 0);
    double start[GROUPS + 1], place[GROUPS + 1], error[CLASSES], room[4 * CLASSES + 12];
    llr_theory_kinds_t kinds = problem_of(&w, CLASSES, class_errors_and_lambda, room);
    kinds.strengths = 1;
    kinds.start = start;
    kinds.evaluations = 600;
    for (int g = 0; g < GROUPS; g++) start[g] = 1 / groups.prior[g];
    start[GROUPS] = .1;
    double free_least = llr_theory_least_worst(&kinds, place, error), best = place[GROUPS];
    const double ranges[][2] = {
        {best / 50, best * 8}, {best / 50, best / 4}, {best * 4, best * 50}};
    const double wanted[] = {best, best / 4, best * 4};
    kinds.errors = bounded_errors;
    for (int r = 0; r < 3; r++) {
        double found[2];
        for (int end = 0; end < 2; end++) {
            strength_range = kinds.low = &ranges[r][0];
            kinds.high = &ranges[r][1];
            start[GROUPS] = ranges[r][end];
            found[end] = llr_theory_least_worst(&kinds, place, error);
            CU_ASSERT_DOUBLE_EQUAL(place[GROUPS], wanted[r], r ? 0 : .01 * best);
        }
        CU_ASSERT_DOUBLE_EQUAL(found[0], found[1], 1e-5);
        CU_ASSERT_TRUE(r ? found[0] > free_least + 1e-3 : found[0] < free_least + 1e-5);
    }
    llr_arena_destroy(&w.arena);
    theory_groups_destroy(&groups);
}

static bool spectral_errors(void *argument, const double *weight, double *error)
{
    llr_theory_problem_t problem = *(const llr_theory_problem_t *)argument;
    llr_theory_point_t point;
    for (int c = 0; c < 2; c++) problem.weight[c] = weight[c];
    llr_theory_solve(&problem, NULL, &point);
    for (int c = 0; c < 2; c++) error[c] = point.error[c];
    return point.found;
}

/* Two kinds: the line of exponents holds all weights. */
static void test_two_kinds(void)
{
    static const double unit = 1, dim = 50, square = 3;
    llr_spectrum_t spectrum = {1, &unit, &dim, &square};
    llr_theory_problem_t p = {LLR_LOSS_SQUARE, &spectrum, NULL, 150, .02, {.15, .85}, {1, 1}};
    double gap = log(.85 / .15), weight[2], error[2], room[12];
    llr_search_t ratio = {-gap, 4 * gap, 25, 1e-10};
    llr_theory_best_t best;
    llr_theory_kinds_t kinds = {.kinds = 2,
                                .measures = 2,
                                .prior = p.prior,
                                .errors = spectral_errors,
                                .argument = &p,
                                .gamma = {-1, 4, 25, 1e-10},
                                .room = room};
    llr_theory_best_ratio(&p, &ratio, &best);
    double found = llr_theory_least_worst(&kinds, weight, error);
    CU_ASSERT_DOUBLE_EQUAL(found, llr_theory_worst(&best.point), 1e-9);
    for (int c = 0; c < 2; c++) CU_ASSERT_DOUBLE_EQUAL(weight[c], best.weight[c], 1e-3);
}

static void test_exponent_weights(void)
{
    static const double prior[] = {.5, 0, .3, .2};
    double weight[4];
    llr_theory_exponent_weights(prior, 4, 1, weight);
    for (int c = 0; c < 4; c++)
        if (c != 1) CU_ASSERT_DOUBLE_EQUAL(weight[c], 1 / (3 * prior[c]), 1e-14);
    CU_ASSERT_TRUE(isnan(weight[1]));
    llr_theory_exponent_weights(prior, 4, 1e4, weight);
    CU_ASSERT_DOUBLE_EQUAL(weight[3], 5, 1e-12);
}

/* Two valleys of one error: a higher one about inverse priors, and a lower one about these. */
static const double valley_prior[] = {.6, .3, .1}, lower[] = {1.5, .2, .4};

static bool valleys(void *argument, const double *weight, double *error)
{
    double inverse[3], high = .3, low = .1;
    (void)argument;
    llr_theory_exponent_weights(valley_prior, 3, 1, inverse);
    for (int c = 0; c < 3; c++) {
        high += .1 * pow(log(weight[c] / inverse[c]), 2);
        low += .1 * pow(log(weight[c] / lower[c]), 2);
    }
    *error = fmin(high, low);
    return true;
}

/* Other weights are where the descent begins if they are better than all exponents. */
static void test_other_weights(void)
{
    static const double near[] = {1.4, .3, .7}, far[] = {1, 1, 1}, none[] = {NAN, NAN, NAN};
    const double *others[] = {near, far, none, NULL};
    double weight[3], error, room[16];
    for (int i = 0; i < 4; i++) {
        llr_theory_kinds_t kinds = {.kinds = 3,
                                    .measures = 1,
                                    .prior = valley_prior,
                                    .errors = valleys,
                                    .gamma = {0, 8, 16, 1e-3},
                                    .other = others[i],
                                    .evaluations = 60,
                                    .room = room};
        double found = llr_theory_least_worst(&kinds, weight, &error);
        CU_ASSERT_DOUBLE_EQUAL(found, i ? .3 : .1, 1e-3);
        CU_ASSERT_EQUAL(found, error);
        kinds.evaluations = 0;
        found = llr_theory_least_worst(&kinds, weight, &error);
        CU_ASSERT_DOUBLE_EQUAL(found, i ? .3 : error, 1e-4);
        if (!i)
            for (int c = 0; c < 3; c++)
                CU_ASSERT_DOUBLE_EQUAL(weight[c] / near[c], weight[0] / near[0], 1e-12);
    }
}

static bool nothing_found(void *argument, const double *weight, double *error)
{
    (void)argument;
    (void)weight;
    (void)error;
    return false;
}

static void test_nothing_found(void)
{
    static const double prior[] = {.5, .5};
    double weight[2], error[2], room[12];
    llr_theory_kinds_t kinds = {.kinds = 2,
                                .measures = 2,
                                .prior = prior,
                                .errors = nothing_found,
                                .gamma = {0, 2, 4, 1e-3},
                                .evaluations = 5,
                                .room = room};
    CU_ASSERT_TRUE(isnan(llr_theory_least_worst(&kinds, weight, error)));
    CU_ASSERT_TRUE(isnan(weight[0]) && isnan(error[1]));
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"starts nearby", test_starts_nearby},         {"three groups", test_three_groups},
        {"other measures", test_other_measures},       {"with strength", test_with_strength},
        {"ends of a strength", test_ends_of_strength}, {"two kinds", test_two_kinds},
        {"other weights", test_other_weights},         {"exponent weights", test_exponent_weights},
        {"nothing found", test_nothing_found},
    };
    if (llr_quadrature_create(&quadrature, 100, NULL) != LLR_OK) return 2;
    int bad = LLR_RUN_SUITE("theory_descent", tests);
    llr_quadrature_destroy(&quadrature);
    return bad;
}
