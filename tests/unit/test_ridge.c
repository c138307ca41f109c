/* Square loss at sizes beyond one panel of its reduction, many lambdas a weighting: df, optima and
 * certificates against dense linear algebra in long double on the rows. */
#include "every_cpu.h"
#include "ridge_reference.h"
#include "ridge_routes.h"

#include <float.h>

enum { COUNT = 9 };

static const double lambdas[COUNT] = {1e-4, 1e-3, 1e-2, 3e-2, 0.1, 1, 30, 1e3, 1e6};

static void check_fit(const world_t *world, const double *weight, double lambda, const moments_t *m,
                      const llr_solve_options_t *options, const outcome_t *out, int64_t fit)
{
    const llr_fit_t *about = &out->fit[fit];
    real_t *inverse = take(m->dim * m->dim);
    invert(m, lambda, inverse);
    real_t least = least_value(world, weight, lambda, m, inverse);
    real_t found = found_value(world, weight, lambda, out, fit);
    real_t df = trace_of_product(m, inverse), size = 0;
    for (int64_t j = 0; j < m->dim; j++) size += m->a[j * m->dim + j];
    /* A is known to rounding, which small lambda make felt. */
    real_t noise = DBL_EPSILON * size / lambda * fminl(df, 1);
    bool good =
        about->status == LLR_FIT_CONVERGED && about->certified_gap <= options->tolerance &&
        found - least <= about->certified_gap * found && found >= least * (1 - 1e-15L) &&
        fabsl(about->objective - found) <= (real_t)about->certified_gap * found &&
        fabsl(about->objective - found) <= 1e-11L * found &&
        (options->leaves_df ? isnan(about->df) : fabsl(about->df - df) <= 1e-11L * df + noise);
    CU_ASSERT_TRUE(good);
    if (!good)
        fprintf(stderr,
                "n %lld d %lld K %d lambda %g fit %lld: %s gap %g excess %Lg F %.17g of %.17Lg df "
                "%.15g of %.15Lg\n",
                (long long)world->rows, (long long)world->dim, world->classes, lambda,
                (long long)fit, llr_fit_status_name(about->status), about->certified_gap,
                (found - least) / found, about->objective, found, about->df, df);
    free(inverse);
}

/* The first lambdas of the list at the first weightings. */
static void check_some(const world_t *world, double tolerance, int64_t paths, int64_t count)
{
    llr_path_t path[PATHS];
    llr_solve_options_t options = {.tolerance = tolerance, .max_iterations = 1};
    for (int64_t p = 0; p < paths; p++) path[p] = (llr_path_t){world->weight[p], lambdas, count};
    outcome_t out = world_solve(world, LLR_LOSS_SQUARE, path, paths, &options);
    CU_ASSERT_EQUAL_FATAL(out.code, LLR_OK);
    for (int64_t p = 0; p < paths; p++) {
        moments_t m = moments_create(world, world->weight[p]);
        for (int64_t l = 0; l < count; l++)
            check_fit(world, world->weight[p], lambdas[l], &m, &options, &out, p * count + l);
        moments_destroy(&m);
    }
    outcome_destroy(&out);
}

/* Without df each of the first weightings comes so many times: enough for a Krylov space to pay. */
enum { COPIES = 5 };

static routes_t routes_without_df(const world_t *world, int64_t weightings, int64_t count)
{
    return routes_of(world, COPIES * weightings, COPIES * weightings * count, true);
}

static void check_without_df(const world_t *world, double tolerance, int64_t weightings,
                             int64_t count)
{
    llr_path_t path[PATHS * COPIES];
    llr_solve_options_t options = {.tolerance = tolerance, .max_iterations = 1, .leaves_df = true};
    int64_t last = (COPIES - 1) * weightings;
    for (int64_t p = 0; p < weightings * COPIES; p++)
        path[p] = (llr_path_t){world->weight[p % weightings], lambdas, count};
    outcome_t out = world_solve(world, LLR_LOSS_SQUARE, path, weightings * COPIES, &options);
    CU_ASSERT_EQUAL_FATAL(out.code, LLR_OK);
    for (int64_t p = 0; p < weightings; p++) {
        moments_t m = moments_create(world, world->weight[p]);
        for (int64_t l = 0; l < count; l++) {
            int64_t fit = (l % 2 ? p : last + p) * count + l;
            check_fit(world, world->weight[p], lambdas[l], &m, &options, &out, fit);
        }
        moments_destroy(&m);
    }
    outcome_destroy(&out);
}

static void check_world(const world_t *world, double tolerance)
{
    check_some(world, tolerance, 3, COUNT);
    check_without_df(world, tolerance, 3, COUNT);
}

/* Rows of a world with weights from even to far apart. */
static world_t make(int64_t rows, int64_t dim, int32_t classes, int32_t strata)
{
    world_t world = world_create(rows, dim, classes, strata, rows + dim);
    for (int p = 1; p < 3; p++)
        for (int32_t s = 0; s < strata; s++) world.weight[p][s] = pow(s + 1, 2 * p) / strata;
    return world;
}

static void check(world_t world)
{
    check_world(&world, 1e-8);
    check_world(&world, 1e-12);
    world_destroy(&world);
}

static void many_rows(void)
{
    check(make(700, 70, 2, 2));
}

static void few_rows(void)
{
    check(make(45, 70, 2, 2));
}

static void groups_and_classes(void)
{
    check(make(500, 40, 3, 6));
}

static void columns_of_all_scales(void)
{
    world_t world = make(300, 50, 2, 4);
    for (int64_t u = 0; u < world.rows * world.dim; u++)
        world.x[u] = (world.x[u] + 3) * pow(10, (double)(u % world.dim % 5) - 2);
    check(world);
}

/* Rank 36 of 40: the Gram matrices are singular. */
static void columns_that_depend(void)
{
    world_t world = make(200, 40, 2, 2);
    for (int64_t i = 0; i < world.rows; i++) {
        double *x = world.x + i * world.dim;
        x[3] = 0;
        x[7] = 2;
        x[11] = x[12];
        x[39] = x[0] - x[1];
    }
    check(world);
}

/* All rows in one stratum but for a few: a change of low rank to the scatter of that one, at shapes
 * where that takes the fewest operations. */
static world_t make_uneven(int64_t rows, int64_t dim, int32_t classes, int32_t strata)
{
    world_t world = make(rows, dim, classes, strata);
    int32_t base = 1;
    for (int32_t s = 0; s < strata; s++)
        world.start[s + 1] = world.start[s] + (s == base ? rows - 4 * (strata - 1) : 4);
    for (int32_t s = 0; s < strata; s++) world.weight[3][s] = s == 0 && strata > 2 ? 0 : s + 1;
    return world;
}

static void few_rows_beside_a_large_stratum(void)
{
    world_t worlds[] = {make_uneven(260, 192, 2, 2), make_uneven(260, 192, 2, 6),
                        make_uneven(230, 192, 3, 3), make_uneven(192, 240, 2, 4)};
    for (size_t w = 0; w < sizeof worlds / sizeof *worlds; w++) {
        if (worlds[w].rows >= worlds[w].dim) {
            CU_ASSERT_TRUE(routes_of(&worlds[w], 4, 16, false).updates);
            CU_ASSERT_TRUE(routes_without_df(&worlds[w], 4, 1).conjugates);
        }
        check_some(&worlds[w], 1e-8, 4, 4);
        check_without_df(&worlds[w], 1e-8, 4, 1);
        world_destroy(&worlds[w]);
    }
}

/* The large stratum may weigh nothing, and rounding may be too much for a change of low rank. */
static void large_strata_that_do_not_serve(void)
{
    world_t world = make_uneven(260, 192, 2, 4);
    CU_ASSERT_TRUE(routes_of(&world, 4, 16, false).updates);
    world.weight[1][1] = 0;
    check_some(&world, 1e-8, 4, 4);
    world.weight[1][1] = 1;
    for (int64_t u = 0; u < world.rows * world.dim; u++) world.x[u] *= 256;
    check_some(&world, 1e-8, 4, 4);
    world_destroy(&world);
}

/* Where rows are many, before conjugate gradients. */
static bool takes_shared_spaces(const world_t *world, int64_t weightings, int64_t count)
{
    routes_t routes = routes_without_df(world, weightings, count);
    return routes.krylov && routes.shares && world->rows >= 8 * world->dim;
}

/* Shapes at which Krylov spaces pay: shared by weightings, and of each weighting's own columns. */
static void many_weightings_without_df(void)
{
    world_t shared = make(2000, 96, 2, 2), columns = make(3000, 208, 3, 3),
            own = make(4000, 320, 4, 8);
    routes_t mine = routes_without_df(&own, 1, 2);
    CU_ASSERT_TRUE(takes_shared_spaces(&shared, 3, 4));
    CU_ASSERT_TRUE(takes_shared_spaces(&columns, 4, 2));
    CU_ASSERT_TRUE(mine.krylov && !mine.shares && !mine.conjugates && !mine.updates);
    check_without_df(&shared, 1e-8, 3, 4);
    check_without_df(&shared, 1e-12, 3, 4);
    check_without_df(&columns, 1e-8, 4, 2);
    check_without_df(&own, 1e-8, 1, 2);
    world_destroy(&shared);
    world_destroy(&columns);
    world_destroy(&own);
}

/* Two strata, the second of some rows: one reduction serves weightings near and far, in batches,
 * and takes the second's matrix for a change. */
static world_t make_lopsided(void)
{
    world_t world = make(600, 192, 2, 2);
    world.start[1] = 480;
    world.weight[3][1] = 1e6;
    return world;
}

static void batches_of_weightings_without_df(void)
{
    world_t world = make_lopsided();
    CU_ASSERT_TRUE(routes_without_df(&world, 4, COUNT).conjugates);
    CU_ASSERT_TRUE(routes_without_df(&world, 3, 4).conjugates);
    check_without_df(&world, 1e-8, 4, COUNT);
    check_without_df(&world, 1e-12, 3, 4);
    world_destroy(&world);
}

/* The rank is the same however it is seen, and fits are as good where it is not full. */
static void ranks_without_df(void)
{
    enum { MANY = 20 };
    world_t world = make_lopsided();
    llr_path_t path[MANY];
    llr_solve_options_t options = {.tolerance = 1e-8, .leaves_df = true};
    for (int p = 0; p < MANY; p++) path[p] = (llr_path_t){world.weight[p % 3], lambdas, 2};
    CU_ASSERT_TRUE(routes_of(&world, MANY, 2 * MANY, true).conjugates);
    for (int64_t rank = 192; rank > 190; rank--) {
        outcome_t out = world_solve(&world, LLR_LOSS_SQUARE, path, MANY, &options);
        CU_ASSERT_EQUAL(out.solutions.rank, rank);
        check_without_df(&world, 1e-8, 3, 4);
        outcome_destroy(&out);
        for (int64_t i = 0; i < world.rows; i++)
            world.x[i * world.dim + 5] = world.x[i * world.dim + 9] - world.x[i * world.dim + 100];
    }
    world_destroy(&world);
}

/* At lambda = 0, of full rank. */
static void check_zero(const world_t *world, const double *weight, const moments_t *m,
                       const outcome_t *out, int64_t fit)
{
    real_t *inverse = take(m->dim * m->dim);
    invert(m, 0, inverse);
    real_t least = least_value(world, weight, 0, m, inverse);
    real_t found = found_value(world, weight, 0, out, fit);
    CU_ASSERT_EQUAL(out->fit[fit].status, LLR_FIT_CONVERGED);
    CU_ASSERT_EQUAL(out->fit[fit].df, (double)m->dim);
    CU_ASSERT_TRUE(fabsl(found - least) <= 1e-12L * least);
    CU_ASSERT_TRUE(fabsl(out->fit[fit].objective - found) <= 1e-12L * found);
    free(inverse);
}

/* What pays for the fits at positive lambda might not pay for all: there is memory for it. */
static void zeros_beside_weightings_without_df(void)
{
    enum { MANY = 12, ZEROS = 9, ALL = FITS / MANY, DIFFERENT = 3 };
    double list[ALL] = {0};
    llr_path_t path[MANY];
    llr_solve_options_t options = {.tolerance = 1e-8, .leaves_df = true};
    world_t world = make(140, 64, 2, 2);
    world.start[1] = 139;
    CU_ASSERT_TRUE(routes_of(&world, MANY, (ALL - ZEROS) * MANY, true).conjugates);
    CU_ASSERT_FALSE(routes_of(&world, MANY, ALL * MANY, true).conjugates);
    for (int l = ZEROS; l < ALL; l++) list[l] = lambdas[l - ZEROS];
    for (int p = 0; p < MANY; p++) path[p] = (llr_path_t){world.weight[p % DIFFERENT], list, ALL};
    outcome_t out = world_solve(&world, LLR_LOSS_SQUARE, path, MANY, &options);
    CU_ASSERT_EQUAL(out.code, LLR_OK);
    for (int p = 0; p < DIFFERENT; p++) {
        moments_t m = moments_create(&world, world.weight[p]);
        for (int fit = p * ALL; fit < FITS; fit += DIFFERENT * ALL) {
            check_zero(&world, world.weight[p], &m, &out, fit);
            for (int l = ZEROS; l < ALL; l++)
                check_fit(&world, world.weight[p], list[l], &m, &options, &out, fit + l);
        }
        moments_destroy(&m);
    }
    outcome_destroy(&out);
    world_destroy(&world);
}

/* One weighting less takes Krylov spaces of more steps: there is memory for that too. A stratum
 * without rows leaves it to them. */
static void a_weighting_of_zero_alone_without_df(void)
{
    enum { MANY = 17 };
    static const double zero = 0;
    llr_path_t path[MANY];
    llr_solve_options_t options = {.tolerance = 1e-8, .leaves_df = true};
    world_t world = make(240, 160, 2, 2);
    world.start[1] = 240;
    routes_t routes = routes_of(&world, MANY - 1, MANY - 1, true);
    CU_ASSERT_TRUE(routes.krylov && routes.shares && !routes.conjugates);
    for (int p = 0; p < MANY; p++)
        path[p] = (llr_path_t){world.weight[p % 3], p ? lambdas : &zero, 1};
    outcome_t out = world_solve(&world, LLR_LOSS_SQUARE, path, MANY, &options);
    CU_ASSERT_EQUAL(out.code, LLR_OK);
    outcome_destroy(&out);
    world_destroy(&world);
}

/* A stratum of no weight, one of nearly all, and a class of nearly none. */
static void extreme_weights_without_df(void)
{
    world_t world = make(2000, 96, 2, 3);
    for (int32_t s = 0; s < 3; s++) {
        world.weight[0][s] = s == 1 ? 1 : s;
        world.weight[1][s] = s == 2 ? 1e8 : 1e-4;
        world.weight[2][s] = world.class_of[s] == 1 ? 1e-9 : 1;
    }
    check_without_df(&world, 1e-8, 3, 4);
    world_destroy(&world);
}

/* A column may also have all its entries in the first rows. */
static void check_rank(llr_loss_t loss, int dependent, int64_t rows)
{
    world_t world = make(rows, 40, 2, 2);
    llr_path_t path = {world.weight[0], lambdas, 1};
    llr_solve_options_t options = {.tolerance = 1e-8, .max_iterations = 1, .leaves_df = true};
    for (int64_t i = 0; i < rows; i++) {
        double *x = world.x + i * world.dim;
        if (dependent & 1) x[3] = 0;
        if (dependent & 2) x[9] = x[5] + x[6];
        if (dependent & 4 && i > 3) x[11] = 0;
    }
    outcome_t out = world_solve(&world, loss, &path, 1, &options);
    int64_t independent = 40 - (dependent & 1) - (dependent >> 1 & 1);
    CU_ASSERT_EQUAL(out.solutions.rank, independent < rows ? independent : rows - 1);
    outcome_destroy(&out);
    world_destroy(&world);
}

static void rank_is_that_of_the_columns(void)
{
    for (int dependent = 0; dependent < 8; dependent++)
        for (int64_t rows = 25; rows <= 200; rows *= 2) {
            check_rank(LLR_LOSS_SQUARE, dependent, rows);
            check_rank(LLR_LOSS_LOGISTIC, dependent, rows);
        }
}

/* Where no solution is good enough, all are refined, each by a reduction of its own: that makes
 * none of them worse. */
static void check_refined(world_t world, bool leaves_df)
{
    enum { SOME = 6 };
    llr_path_t path[PATHS];
    llr_solve_options_t options = {.tolerance = 1e-17, .max_iterations = 1, .leaves_df = leaves_df};
    for (int64_t p = 0; p < PATHS; p++) path[p] = (llr_path_t){world.weight[p], lambdas, SOME};
    outcome_t out = world_solve(&world, LLR_LOSS_SQUARE, path, PATHS, &options);
    CU_ASSERT_EQUAL_FATAL(out.code, LLR_OK);
    for (int64_t f = 0; f < PATHS * SOME; f++) {
        const double *weight = world.weight[f / SOME];
        moments_t m = moments_create(&world, weight);
        real_t *inverse = take(m.dim * m.dim);
        invert(&m, lambdas[f % SOME], inverse);
        real_t least = least_value(&world, weight, lambdas[f % SOME], &m, inverse);
        real_t found = found_value(&world, weight, lambdas[f % SOME], &out, f);
        CU_ASSERT_EQUAL(out.fit[f].status, LLR_FIT_UNCERTIFIED);
        CU_ASSERT_TRUE(found - least <= (real_t)out.fit[f].certified_gap * found);
        CU_ASSERT_TRUE(fabsl(found - least) <= 1e-14L * found);
        free(inverse);
        moments_destroy(&m);
    }
    outcome_destroy(&out);
    world_destroy(&world);
}

/* Columns so far apart in scale that a first solution is off by 1e-7. */
static world_t make_hard(int64_t rows, int64_t dim, int32_t strata)
{
    world_t world = make(rows, dim, 2, strata);
    for (int64_t u = 0; u < rows * dim; u++)
        world.x[u] = (world.x[u] + 3) * pow(10, 2 * (double)(u % dim % 5) - 4);
    return world;
}

static void what_is_not_good_enough_is_refined(void)
{
    for (int leaves_df = 0; leaves_df < 2; leaves_df++) {
        check_refined(make_hard(300, 50, 4), leaves_df);
        check_refined(make_hard(30, 60, 2), leaves_df);
        check_refined(make(150, 20, 3, 3), leaves_df);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"many rows", many_rows},
        {"few rows", few_rows},
        {"groups and classes", groups_and_classes},
        {"columns of all scales", columns_of_all_scales},
        {"columns that depend", columns_that_depend},
        {"few rows beside a large stratum", few_rows_beside_a_large_stratum},
        {"large strata that do not serve", large_strata_that_do_not_serve},
        {"many weightings without df", many_weightings_without_df},
        {"batches of weightings without df", batches_of_weightings_without_df},
        {"ranks without df", ranks_without_df},
        {"zeros beside weightings without df", zeros_beside_weightings_without_df},
        {"a weighting of zero alone without df", a_weighting_of_zero_alone_without_df},
        {"extreme weights without df", extreme_weights_without_df},
        {"rank is that of the columns", rank_is_that_of_the_columns},
        {"what is not good enough is refined", what_is_not_good_enough_is_refined},
    };
    return RUN_ON_EVERY_CPU("ridge", tests);
}
