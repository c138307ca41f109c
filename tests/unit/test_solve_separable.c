#include "solve_reference.h"
#include "solve_world.h"
#include "suite.h"

/* Does the fit give every row of positive weight its own class, in long double, on the rows as they
 * were given? */
static bool separates(const world_t *world, const outcome_t *out)
{
    for (int64_t i = 0; i < world->rows; i++) {
        int32_t s = world_stratum(world, i), class = world->class_of[s];
        real_t score[8] = {0};
        for (int32_t k = 0; k < out->solutions.columns; k++) {
            score[k] = out->b[k];
            for (int64_t j = 0; j < world->dim; j++)
                score[k] += (real_t)out->theta[k * world->dim + j] * world->x[i * world->dim + j];
        }
        if (world->weight[0][s] == 0) continue;
        if (world->classes == 2 && !((class ? 1 : -1) * score[0] > 0)) return false;
        for (int32_t k = 0; k < world->classes && world->classes > 2; k++)
            if (k != class && !(score[class] > score[k])) return false;
    }
    return true;
}

/* Solves at lambda = 0; what every such fit must be. */
static outcome_t solve(const world_t *world, llr_fit_status_t status)
{
    outcome_t out = world_solve_at(world, LLR_LOSS_LOGISTIC, 0);
    const llr_fit_t *fit = &out.fit[0];
    bool good = fit->status == status && isnan(fit->certified_gap) && isfinite(fit->objective) &&
                isfinite(fit->gradient_norm) && fit->iterations <= 1000 + 8;
    for (int64_t j = 0; j < out.solutions.columns * world->dim; j++)
        good = good && isfinite(out.theta[j]);
    for (int32_t k = 0; k < out.solutions.columns; k++) good = good && isfinite(out.b[k]);
    CU_ASSERT_TRUE(good);
    if (!good)
        fprintf(stderr, "n %lld d %lld K %d: %s, wanted %s; F %g iterations %lld\n",
                (long long)world->rows, (long long)world->dim, world->classes,
                llr_fit_status_name(fit->status), llr_fit_status_name(status), fit->objective,
                (long long)fit->iterations);
    if (status == LLR_FIT_SEPARABLE) CU_ASSERT_TRUE(separates(world, &out));
    return out;
}

static outcome_t solve_and_forget(world_t *world, llr_fit_status_t status)
{
    outcome_t out = solve(world, status);
    outcome_destroy(&out);
    world_destroy(world);
    return out;
}

/* Moves every row along the first column: class k to k * step. */
static void pull_apart(world_t *world, double step)
{
    for (int64_t i = 0; i < world->rows; i++)
        world->x[i * world->dim] += step * world->class_of[world_stratum(world, i)];
}

/* Coefficients of softmax columns are known but for a common shift: take their mean off. */
static real_t centred(const outcome_t *out, const real_t *v, int64_t dim, int32_t column, int64_t j)
{
    int32_t columns = out->solutions.columns;
    real_t mean = 0;
    for (int32_t k = 0; k < columns && columns > 1; k++)
        mean += (v ? v[k * (dim + 1) + j] : (real_t)out->theta[k * dim + j]) / columns;
    return (v ? v[column * (dim + 1) + j] : (real_t)out->theta[column * dim + j]) - mean;
}

/* Overlapping classes: Newton's method on the loss itself (1e-14 of penalty holds the shift). */
static void check_overlap(int64_t rows, int64_t dim, int32_t classes, double heavier)
{
    world_t world = world_create(rows, dim, classes, classes, rows);
    world.weight[0][0] = heavier;
    outcome_t out = solve(&world, LLR_FIT_UNCERTIFIED);
    problem_t problem = {rows, dim, classes, .x = world.x, .lambda = 1e-14};
    real_t v[8 * 64], off = 0, size = 0;
    problem.loss = LLR_LOSS_LOGISTIC;
    memcpy(problem.start, world.start, sizeof(int64_t) * (size_t)(classes + 1));
    memcpy(problem.weight, world.weight[0], sizeof problem.weight);
    double least = (double)reference_minimum(&problem, v);
    for (int32_t k = 0; k < out.solutions.columns; k++)
        for (int64_t j = 0; j < dim; j++) {
            real_t wanted = centred(&out, v, dim, k, j);
            size += wanted * wanted;
            off += powl(centred(&out, NULL, dim, k, j) - wanted, 2);
        }
    CU_ASSERT_TRUE(fabs(out.fit[0].objective - least) <= 1e-12 * least);
    CU_ASSERT_TRUE(off <= 1e-12L * size);
    CU_ASSERT_TRUE(out.fit[0].gradient_norm < 1e-10);
    CU_ASSERT_EQUAL(out.fit[0].df, dim);
    outcome_destroy(&out);
    world_destroy(&world);
}

static void overlap_gives_the_minimum(void)
{
    for (int32_t classes = 2; classes <= 4; classes++) {
        check_overlap(60 * classes, 1, classes, 1);
        check_overlap(60 * classes, 6, classes, 1);
        check_overlap(60 * classes, 6, classes, 100);
    }
}

static void fewer_rows_than_columns_are_separable(void)
{
    for (int32_t classes = 2; classes <= 6; classes++)
        for (int64_t dim = 30; dim <= 60; dim += 30) {
            world_t world = world_create(30, dim, classes, classes, dim);
            outcome_t out = solve_and_forget(&world, LLR_FIT_SEPARABLE);
            CU_ASSERT_EQUAL(out.fit[0].df, 29);
        }
}

static void distant_classes_are_separable(void)
{
    for (int32_t classes = 2; classes <= 4; classes++)
        for (int64_t dim = 1; dim <= 9; dim += 4) {
            world_t world = world_create(120, dim, classes, classes, dim);
            world.weight[0][0] = 1e-4;
            pull_apart(&world, 20);
            outcome_t out = solve_and_forget(&world, LLR_FIT_SEPARABLE);
            CU_ASSERT_TRUE(out.fit[0].objective < 1e-5);
        }
}

/* Two classes on either side of a plane, each with a row at half the gap from it; other rows are
 * close behind. A gap below 0 is an overlap of one row. */
static world_t make_touching(int64_t dim, double gap)
{
    world_t world = world_create(100, dim, 2, 2, dim);
    for (int64_t i = 0; i < 100; i++) {
        double *x = world.x + i * dim, side = i < 50 ? -1 : 1;
        x[0] = side * (gap / 2 + (i == 7 || i == 80 ? 0 : fabs(x[0])));
        for (int64_t j = 1; j < dim; j++) x[j] = i == 7 || i == 80 ? 0 : x[j];
    }
    return world;
}

static void narrow_gaps_are_found(void)
{
    static const double gap[] = {1e-1, 1e-3, 1e-5, 1e-7, 1e-9};
    for (int64_t dim = 1; dim <= 3; dim++)
        for (int g = 0; g < 5; g++) {
            world_t world = make_touching(dim, gap[g]);
            solve_and_forget(&world, LLR_FIT_SEPARABLE);
        }
}

/* Rows on the border itself, and beyond it: nothing separates them, whatever rounding says. */
static void touching_classes_are_not_separable(void)
{
    static const double gap[] = {0, -1e-15, -1e-9, -1e-3};
    for (int64_t dim = 1; dim <= 3; dim++)
        for (int g = 0; g < 4; g++) {
            world_t world = make_touching(dim, gap[g]);
            solve_and_forget(&world, LLR_FIT_UNCERTIFIED);
        }
}

/* A gap of 1e-10 along one column, between rows that lie far out along another: what rounding does
 * to scores of such rows is more than the gap gives them. */
static void rounding_is_allowed_for(void)
{
    static const double outwards[] = {1, 1e6};
    for (int far = 0; far < 2; far++) {
        world_t world = world_create(40, 2, 2, 2, 1);
        for (int64_t i = 0; i < 40; i++) {
            world.x[i * 2] = (i < 20 ? -1 : 1) * (i % 20 < 2 ? 0.5e-10 : 1);
            world.x[i * 2 + 1] = (i % 2 ? -1 : 1) * outwards[far];
        }
        solve_and_forget(&world, far ? LLR_FIT_UNCERTIFIED : LLR_FIT_SEPARABLE);
    }
}

/* One column of -1 and 1: all of a class on its side, but one. */
static void a_class_on_both_sides_is_not_separable(void)
{
    for (int both = 0; both < 2; both++) {
        world_t world = world_create(40, 1, 2, 2, 1);
        for (int64_t i = 0; i < 40; i++) world.x[i] = i < 20 || (both && i == 30) ? -1 : 1;
        solve_and_forget(&world, both ? LLR_FIT_UNCERTIFIED : LLR_FIT_SEPARABLE);
    }
}

/* Three classes in a row on a line, the first two with a value in common or not; and one class far
 * from two that overlap. */
static void all_classes_must_be_apart(void)
{
    for (int common = 0; common < 2; common++) {
        world_t world = world_create(90, 1, 3, 3, 1);
        for (int64_t i = 0; i < 90; i++) world.x[i] = (double)(i / 30) + (double)(i % 30) / 40;
        if (common) world.x[29] = 1;
        solve_and_forget(&world, common ? LLR_FIT_UNCERTIFIED : LLR_FIT_SEPARABLE);
    }
    world_t world = world_create(90, 4, 3, 3, 2);
    for (int64_t i = 60; i < 90; i++) world.x[i * 4] += 30;
    solve_and_forget(&world, LLR_FIT_UNCERTIFIED);
}

/* Columns that repeat others, are constant, or differ by a million in scale. */
static void columns_may_be_anything(void)
{
    for (int32_t classes = 2; classes <= 3; classes++)
        for (int wide = 0; wide < 2; wide++) {
            world_t world = world_create(60, wide ? 80 : 8, classes, classes, 3);
            for (int64_t i = 0; i < 60; i++) {
                double *x = world.x + i * world.dim;
                x[1] = 0.1;
                x[2] = x[3];
                for (int64_t j = 4; j < world.dim; j++) x[j] *= pow(10, (double)(j % 7) - 3);
            }
            outcome_t out =
                solve_and_forget(&world, wide ? LLR_FIT_SEPARABLE : LLR_FIT_UNCERTIFIED);
            CU_ASSERT_EQUAL(out.fit[0].df, wide ? 59 : 6);
        }
}

static void equal_rows_are_not_separable(void)
{
    for (int32_t classes = 2; classes <= 3; classes++) {
        world_t world = world_create(12, 4, classes, classes, 4);
        for (int64_t u = 0; u < 48; u++) world.x[u] = 0.1;
        outcome_t out = solve(&world, LLR_FIT_UNCERTIFIED);
        CU_ASSERT_DOUBLE_EQUAL(out.fit[0].objective, log(classes), 1e-15);
        CU_ASSERT_EQUAL(out.fit[0].df, 0);
        for (int64_t j = 0; j < 4 * out.solutions.columns; j++) CU_ASSERT_EQUAL(out.theta[j], 0);
        outcome_destroy(&out);
        world_destroy(&world);
    }
}

/* Rows of weight 0 are as if they were not there: with them the classes overlap. */
static void rows_of_weight_0_do_not_count(void)
{
    for (int apart = 0; apart < 2; apart++) {
        world_t world = world_create(120, 3, 2, 4, 5), rest = world_create(90, 3, 2, 3, 5);
        for (int64_t i = 0; i < 120; i++)
            world.x[i * 3] += i / 30 == 3 ? -50 : i / 30 == 1 ? 20 * apart : 0;
        memcpy(rest.x, world.x, sizeof(double) * 270);
        world.weight[0][3] = 0;
        for (int s = 0; s < 3; s++) rest.weight[0][s] = 90.0 / 120;
        llr_fit_status_t status = apart ? LLR_FIT_SEPARABLE : LLR_FIT_UNCERTIFIED;
        outcome_t a = solve(&world, status), b = solve(&rest, status);
        CU_ASSERT_DOUBLE_EQUAL(a.fit[0].objective, b.fit[0].objective, 1e-12);
        CU_ASSERT_EQUAL(a.fit[0].df, 3);
        for (int j = 0; j < 3; j++)
            CU_ASSERT_DOUBLE_EQUAL(a.theta[j], b.theta[j], 1e-6 * fabs(b.theta[j]));
        outcome_destroy(&a);
        outcome_destroy(&b);
        world_destroy(&world);
        world_destroy(&rest);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"overlap gives the minimum", overlap_gives_the_minimum},
        {"fewer rows than columns are separable", fewer_rows_than_columns_are_separable},
        {"distant classes are separable", distant_classes_are_separable},
        {"narrow gaps are found", narrow_gaps_are_found},
        {"touching classes are not separable", touching_classes_are_not_separable},
        {"rounding is allowed for", rounding_is_allowed_for},
        {"a class on both sides is not separable", a_class_on_both_sides_is_not_separable},
        {"all classes must be apart", all_classes_must_be_apart},
        {"columns may be anything", columns_may_be_anything},
        {"equal rows are not separable", equal_rows_are_not_separable},
        {"rows of weight 0 do not count", rows_of_weight_0_do_not_count},
    };
    return LLR_RUN_SUITE("solve_separable", tests);
}
