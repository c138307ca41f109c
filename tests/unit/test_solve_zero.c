#include "least_norm.h"
#include "solve_world.h"
#include "suite.h"

#include <float.h>

/* What makes the rows special. */
typedef enum trait {
    PLAIN,
    COLLINEAR, /* a constant column, and one that is a sum of others */
    DECADES,   /* weights from 1e-2 to 1e2 */
    ABSENT,    /* a stratum of weight 0, far away */
    TWICE,     /* every row stands there twice, with one class */
    SCALES,    /* column scales from 1e-2 to 1e2 */
    TRAITS
} trait_t;

static world_t make_world(int64_t rows, int64_t dim, int32_t classes, trait_t trait)
{
    int32_t strata = trait == ABSENT ? 2 * classes : classes;
    world_t world = world_create(rows, dim, classes, strata, rows + 100 * dim);
    for (int64_t i = 0; i < rows; i++) {
        double *x = world.x + i * dim;
        int32_t s = world_stratum(&world, i);
        if (trait == COLLINEAR && dim > 3) x[0] = 0.7, x[dim - 1] = x[1] + x[2];
        if (trait == TWICE && i > world.start[s] && (i - world.start[s]) % 2)
            memcpy(x, x - dim, sizeof *x * (size_t)dim);
        for (int64_t j = 0; j < dim; j++) {
            if (trait == SCALES) x[j] *= pow(10, -2 + 4.0 * (double)j / (double)dim);
            if (trait == ABSENT && s == 1) x[j] += 1000;
        }
    }
    for (int32_t s = 0; s < strata; s++) {
        if (trait == DECADES) world.weight[0][s] = pow(10, -2 + 4.0 * s / (strata - 1));
        if (trait == ABSENT) world.weight[0][s] = s == 1 ? 0 : 1 + s;
    }
    return world;
}

static real_t row_weight(const world_t *world, int64_t row)
{
    return (real_t)world->weight[0][world_stratum(world, row)] / world->rows;
}

/* Features of a row, and after them its target in a column. */
static real_t entry(const world_t *world, int64_t row, int64_t j, int32_t column)
{
    if (j < world->dim) return world->x[row * world->dim + j];
    int32_t class = world->class_of[world_stratum(world, row)];
    return (real_t)llr_square_target(world->classes, class, column);
}

/* The rows of positive weight, less their weighted mean (dim + 1, the target's last), times
 * sqrt(w / n), into a, and their targets into y. Returns their number. */
static int64_t centre(const world_t *world, int32_t column, real_t *a, real_t *y, real_t *mean)
{
    int64_t dim = world->dim, rows = 0;
    real_t whole = 0;
    memset(mean, 0, sizeof *mean * (size_t)(dim + 1));
    for (int64_t i = 0; i < world->rows; i++) {
        whole += row_weight(world, i);
        for (int64_t j = 0; j <= dim; j++)
            mean[j] += row_weight(world, i) * entry(world, i, j, column);
    }
    for (int64_t j = 0; j <= dim; j++) mean[j] /= whole;
    for (int64_t i = 0; i < world->rows; i++) {
        real_t root = sqrtl(row_weight(world, i));
        if (root == 0) continue;
        for (int64_t j = 0; j < dim; j++)
            a[rows * dim + j] = root * (entry(world, i, j, column) - mean[j]);
        y[rows++] = root * (entry(world, i, dim, column) - mean[dim]);
    }
    return rows;
}

/* What is known of the shortest minimiser. */
typedef struct truth {
    int64_t rank, rows;
    real_t theta[8 * 64], b[8]; /* columns x dim, columns */
    real_t value, nothing;      /* F there, and at Theta = 0 with b minimised */
} truth_t;

static void find_truth(const world_t *world, truth_t *truth)
{
    int64_t dim = world->dim;
    size_t room = (size_t)(world->rows * dim);
    real_t *a = malloc(sizeof *a * room), *kept = malloc(sizeof *kept * room);
    real_t *y = malloc(sizeof *y * (size_t)world->rows), mean[65];
    *truth = (truth_t){0};
    for (int32_t k = 0; k < llr_columns(world->classes); k++) {
        real_t *theta = truth->theta + k * dim;
        truth->rows = centre(world, k, a, y, mean);
        memcpy(kept, a, sizeof *a * room);
        real_t longer = truth->rows > dim ? truth->rows : dim;
        truth->rank = least_norm(truth->rows, dim, a, y, longer * (real_t)DBL_EPSILON, theta);
        truth->b[k] = mean[dim];
        for (int64_t j = 0; j < dim; j++) truth->b[k] -= mean[j] * theta[j];
        for (int64_t i = 0; i < truth->rows; i++) {
            real_t miss = y[i];
            for (int64_t j = 0; j < dim; j++) miss -= kept[i * dim + j] * theta[j];
            truth->value += miss * miss / 2;
            truth->nothing += y[i] * y[i] / 2;
        }
    }
    free(a);
    free(kept);
    free(y);
}

/* |found - wanted| / |wanted| */
static double distance(const double *found, const real_t *wanted, int64_t count)
{
    real_t off = 0, size = 0;
    for (int64_t j = 0; j < count; j++) {
        off += (found[j] - wanted[j]) * (found[j] - wanted[j]);
        size += wanted[j] * wanted[j];
    }
    return (double)sqrtl(off / fmaxl(size, 1e-300L));
}

static void check_square(int64_t rows, int64_t dim, int32_t classes, trait_t trait)
{
    world_t world = make_world(rows, dim, classes, trait);
    outcome_t out = world_solve_at(&world, LLR_LOSS_SQUARE, 0);
    const llr_fit_t *fit = &out.fit[0];
    truth_t truth;
    find_truth(&world, &truth);
    bool through = truth.value < 1e-20L * truth.nothing;
    double gap = fit->certified_gap,
           off = distance(out.theta, truth.theta, dim * out.solutions.columns);
    double b_off = distance(out.b, truth.b, out.solutions.columns);
    double value_off = fabs(fit->objective - (double)truth.value) / (double)truth.nothing;
    bool good = fit->status == LLR_FIT_CONVERGED && fit->df == (double)truth.rank && off < 1e-10 &&
                b_off < 1e-9 && value_off < 1e-13 && gap >= 0 && gap < 1e-12 && !fit->iterations;
    /* Through all targets, F itself is the certificate. */
    if (through)
        good = good && fabs(gap - fit->objective / (double)truth.nothing) <= 1e-9 * gap + 1e-300;
    CU_ASSERT_TRUE(good);
    if (!good)
        fprintf(
            stderr,
            "n %lld d %lld K %d trait %d: %s df %g rank %lld theta %g b %g F %g of %Lg gap %g\n",
            (long long)rows, (long long)dim, classes, trait, llr_fit_status_name(fit->status),
            fit->df, (long long)truth.rank, off, b_off, fit->objective, truth.value, gap);
    outcome_destroy(&out);
    world_destroy(&world);
}

static void square_is_the_shortest_minimum(void)
{
    static const int64_t shapes[][2] = {{40, 8}, {41, 1}, {16, 30}, {17, 16}, {18, 16}, {16, 16}};
    for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++)
        for (int trait = 0; trait < TRAITS; trait++) {
            check_square(shapes[shape][0], shapes[shape][1], 2, (trait_t)trait);
            check_square(shapes[shape][0], shapes[shape][1], 4, (trait_t)trait);
        }
}

/* The penalised solver comes closer to it in proportion to lambda. */
static void check_limit(int64_t rows, int64_t dim, int32_t classes, trait_t trait, int strengths)
{
    static const double lambda[] = {1e-4, 1e-6, 1e-8, 1e-10};
    world_t world = make_world(rows, dim, classes, trait);
    truth_t truth;
    double last = 1;
    find_truth(&world, &truth);
    for (int l = 0; l < strengths; l++) {
        outcome_t out = world_solve_at(&world, LLR_LOSS_SQUARE, lambda[l]);
        double off = distance(out.theta, truth.theta, dim * out.solutions.columns);
        CU_ASSERT_TRUE(off < 0.02 * last);
        last = off;
        outcome_destroy(&out);
    }
    world_destroy(&world);
}

/* With collinear columns rounding over lambda hides the penalised limit: larger strengths only. */
static void square_is_the_limit(void)
{
    for (int32_t classes = 2; classes <= 4; classes += 2) {
        check_limit(40, 8, classes, PLAIN, 4);
        check_limit(16, 30, classes, PLAIN, 4);
        check_limit(40, 8, classes, COLLINEAR, 2);
        check_limit(16, 30, classes, COLLINEAR, 2);
    }
}

/* Singular values from 1 to about 1e-12: more than the arithmetic can certify. */
static void what_cannot_be_certified_is_not(void)
{
    world_t world = world_create(40, 3, 2, 2, 1);
    for (int64_t i = 0; i < world.rows; i++)
        world.x[i * 3 + 2] = world.x[i * 3] + ldexp((double)(i % 7 + i / 20), -40);
    outcome_t out = world_solve_at(&world, LLR_LOSS_SQUARE, 0);
    CU_ASSERT_EQUAL(out.fit[0].df, 3);
    CU_ASSERT_EQUAL(out.fit[0].status, LLR_FIT_UNCERTIFIED);
    CU_ASSERT_TRUE(out.fit[0].certified_gap > 1e-8);
    outcome_destroy(&out);
    world_destroy(&world);
}

/* Nothing but intercepts to fit: their targets' weighted means. */
static void equal_rows_have_rank_0(void)
{
    for (int wide = 0; wide < 2; wide++) {
        world_t world = world_create(12, wide ? 20 : 3, 3, 3, 5);
        for (int64_t i = 1; i < world.rows; i++)
            memcpy(world.x + i * world.dim, world.x, sizeof(double) * (size_t)world.dim);
        for (int64_t j = 0; j < world.rows * world.dim; j++) world.x[j] *= 0.1;
        world.weight[0][2] = 3;
        outcome_t out = world_solve_at(&world, LLR_LOSS_SQUARE, 0);
        CU_ASSERT_EQUAL(out.fit[0].status, LLR_FIT_CONVERGED);
        CU_ASSERT_EQUAL(out.fit[0].df, 0);
        for (int64_t j = 0; j < 3 * world.dim; j++) CU_ASSERT_EQUAL(out.theta[j], 0);
        CU_ASSERT_DOUBLE_EQUAL(out.b[0], -0.6, 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(out.b[1], -0.6, 1e-15);
        CU_ASSERT_DOUBLE_EQUAL(out.b[2], 0.2, 1e-15);
        outcome_destroy(&out);
        world_destroy(&world);
    }
}

static void one_class_is_met_by_the_intercept(void)
{
    world_t world = world_create(12, 5, 2, 2, 6);
    world.weight[0][0] = 0;
    outcome_t out = world_solve_at(&world, LLR_LOSS_SQUARE, 0);
    CU_ASSERT_EQUAL(out.fit[0].status, LLR_FIT_CONVERGED);
    CU_ASSERT_EQUAL(out.fit[0].objective, 0);
    CU_ASSERT_EQUAL(out.fit[0].df, 5);
    for (int64_t j = 0; j < 5; j++) CU_ASSERT_EQUAL(out.theta[j], 0);
    CU_ASSERT_DOUBLE_EQUAL(out.b[0], 1, 1e-15);
    outcome_destroy(&out);
    world_destroy(&world);
}

/* No weight at all, and numbers whose squares are none: a status, no crash, no claim. */
static void what_has_no_answer_has_a_status(void)
{
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++)
        for (int which = 0; which < 2; which++) {
            world_t world = world_create(12, 5, 2, 2, 7);
            for (int64_t u = 0; which && u < 60; u++) world.x[u] *= 1e305;
            for (int s = 0; !which && s < 2; s++) world.weight[0][s] = 0;
            outcome_t out = world_solve_at(&world, (llr_loss_t)loss, 0);
            CU_ASSERT_EQUAL(out.fit[0].status, LLR_FIT_NUMERICAL_FAILURE);
            outcome_destroy(&out);
            world_destroy(&world);
        }
}

static bool same_fit(const outcome_t *a, int64_t i, const outcome_t *b, int64_t j, int64_t dim)
{
    int64_t columns = a->solutions.columns, width = columns * dim;
    const llr_fit_t *f = &a->fit[i], *g = &b->fit[j];
    const double x[] = {f->objective, f->gradient_norm, f->certified_gap, f->df};
    const double y[] = {g->objective, g->gradient_norm, g->certified_gap, g->df};
    return f->status == g->status && f->iterations == g->iterations && !memcmp(x, y, sizeof x) &&
           !memcmp(a->theta + i * width, b->theta + j * width, sizeof(double) * (size_t)width) &&
           !memcmp(a->b + i * columns, b->b + j * columns, sizeof(double) * (size_t)columns);
}

/* Zeros among positive strengths: the positive ones are what they are without, the zeros what they
 * are alone. */
static void check_lists(llr_loss_t loss, int64_t rows, int64_t dim, int32_t classes)
{
    static const double mixed[] = {0.1, 0, 1e-3, 10}, plain[] = {0.1, 1e-3, 10};
    world_t world = world_create(rows, dim, classes, classes, rows + dim);
    llr_solve_options_t options = {.tolerance = 1e-8, .max_iterations = 1000};
    for (int p = 0; p < PATHS; p++) world.weight[p][0] = 1 + p;
    const double *w[] = {world.weight[0], world.weight[1], world.weight[2], world.weight[3]};
    llr_path_t with[] = {
        {w[0], mixed, 4}, {w[1], mixed + 1, 1}, {w[2], mixed + 1, 2}, {w[3], plain, 3}};
    llr_path_t without[] = {{w[0], plain, 3}, {w[2], plain + 1, 1}, {w[3], plain, 3}};
    static const int64_t positive[] = {0, 2, 3, 6, 7, 8, 9}, zero[] = {1, 4, 5};
    outcome_t all = world_solve(&world, loss, with, 4, &options);
    outcome_t some = world_solve(&world, loss, without, 3, &options);
    CU_ASSERT_EQUAL(all.code, LLR_OK);
    CU_ASSERT_EQUAL(all.solutions.rank, some.solutions.rank);
    CU_ASSERT_TRUE(some.bytes < all.bytes);
    for (int64_t f = 0; f < some.solutions.fits; f++)
        CU_ASSERT_TRUE(same_fit(&some, f, &all, positive[f], dim));
    for (int p = 0; p < 3; p++) {
        outcome_t alone = world_solve(&world, loss, &(llr_path_t){w[p], mixed + 1, 1}, 1, &options);
        CU_ASSERT_TRUE(same_fit(&alone, 0, &all, zero[p], dim));
        outcome_destroy(&alone);
    }
    outcome_destroy(&all);
    outcome_destroy(&some);
    world_destroy(&world);
}

static void lists_do_not_matter(void)
{
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++)
        for (int32_t classes = 2; classes <= 3; classes++) {
            check_lists((llr_loss_t)loss, 90, 6, classes);
            check_lists((llr_loss_t)loss, 24, 40, classes);
        }
}

/* Says yes at question number *argument. */
static bool stops_at(void *argument)
{
    return --*(int64_t *)argument == 0;
}

static void calls_can_be_stopped(void)
{
    static const double zero[] = {0, 0};
    world_t world = world_create(60, 5, 3, 3, 8);
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++)
        for (int64_t question = 1; question <= 3; question++) {
            int64_t left = question;
            llr_solve_options_t options = {.tolerance = 1e-8,
                                           .max_iterations = 1000,
                                           .should_stop = stops_at,
                                           .argument = &left};
            llr_path_t path = {world.weight[0], zero, 2};
            outcome_t out = world_solve(&world, (llr_loss_t)loss, &path, 1, &options);
            CU_ASSERT_EQUAL(out.code, LLR_STOPPED);
            CU_ASSERT_EQUAL(left, 0);
            outcome_destroy(&out);
        }
    world_destroy(&world);
}

/* Of all shapes of rows and columns: whatever LAPACK asks for was planned. */
static void memory_is_what_was_planned(void)
{
    static const int64_t sides[] = {1, 2, 3, 26, 70};
    for (int loss = 0; loss < LLR_LOSS_COUNT; loss++)
        for (int r = 1; r < 5; r++)
            for (int d = 0; d < 5; d++) {
                world_t world = world_create(sides[r], sides[d], 2, 2, r);
                outcome_t out = world_solve_at(&world, (llr_loss_t)loss, 0);
                CU_ASSERT_NOT_EQUAL(out.fit[0].status, LLR_FIT_NUMERICAL_FAILURE);
                CU_ASSERT_TRUE(out.peak > out.bytes / 2);
                outcome_destroy(&out);
                world_destroy(&world);
            }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"square: the shortest minimum", square_is_the_shortest_minimum},
        {"square: the limit of the penalised fits", square_is_the_limit},
        {"square: what cannot be certified is not", what_cannot_be_certified_is_not},
        {"square: equal rows have rank 0", equal_rows_have_rank_0},
        {"square: one class is met by the intercept", one_class_is_met_by_the_intercept},
        {"what has no answer has a status", what_has_no_answer_has_a_status},
        {"the lists around a zero do not matter", lists_do_not_matter},
        {"calls can be stopped", calls_can_be_stopped},
        {"memory is what was planned", memory_is_what_was_planned},
    };
    return LLR_RUN_SUITE("solve_zero", tests);
}
