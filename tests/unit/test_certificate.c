/* Certified gaps of random problems of all kinds are upper bounds: against textbook minima where
 * those are cheap, else against solutions far tighter. F is evaluated on the rows in long double.
 */
#include "solve_reference.h"
#include "solve_world.h"

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
enum { PROBLEMS = 1000 };
#else
enum { PROBLEMS = 120 };
#endif
enum { MOST_UNKNOWNS = 40, CELLS = 4 };

static const double tolerance = 1e-8, far_tighter = 1e-13;

static double between(llr_random_t *dice, double low, double high)
{
    return low + (high - low) * llr_random_unit(dice);
}

/* Whole numbers, small ones as likely as large ones. */
static int64_t sized(llr_random_t *dice, int64_t low, int64_t high)
{
    return (int64_t)floor(exp(between(dice, log((double)low), log((double)high + 1))));
}

/* Some classes, the first ones larger; at least two rows each. */
static void deal_classes(llr_random_t *dice, world_t *world)
{
    double share[8], whole = 0;
    int64_t left = world->rows - 2 * world->classes;
    for (int32_t c = 0; c < world->classes; c++) whole += share[c] = exp(between(dice, -2.5, 0));
    world->strata = world->classes;
    world->start[0] = 0;
    for (int32_t c = 0; c < world->classes; c++) {
        int64_t rows = 2 + (int64_t)floor((double)left * share[c] / whole);
        world->class_of[c] = c;
        world->start[c + 1] = c + 1 < world->classes ? world->start[c] + rows : world->rows;
    }
}

/* Columns that repeat others, or do not vary. */
static void spoil_columns(llr_random_t *dice, world_t *world)
{
    for (int64_t j = 1; j < world->dim; j++) {
        int64_t from = sized(dice, 1, j) - 1;
        double kind = llr_random_unit(dice);
        for (int64_t i = 0; i < world->rows && kind < .5; i++)
            world->x[i * world->dim + j] = kind < .1 ? 3 : world->x[i * world->dim + from];
    }
}

static world_t deal(llr_random_t *dice)
{
    world_t world = {.classes = (int32_t)sized(dice, 2, 6)};
    world.rows = sized(dice, 20, 300);
    world.dim = sized(dice, 2, 400);
    deal_classes(dice, &world);
    world.x = malloc(sizeof(double) * (size_t)(world.rows * world.dim));
    llr_random_normal(dice, world.x, world.rows * world.dim);
    double apart = llr_random_unit(dice) < .3 ? 8 : between(dice, 0, 2);
    double decay = between(dice, 0, 1.5);
    for (int64_t i = 0; i < world.rows; i++)
        for (int64_t j = 0; j < world.dim; j++) {
            double *x = &world.x[i * world.dim + j];
            bool own = world_stratum(&world, i) % world.dim == j;
            *x = *x * pow((double)(j + 1), -decay) + (own ? apart : 0);
        }
    if (llr_random_unit(dice) < .25) spoil_columns(dice, &world);
    return world;
}

/* Weights of two exponents. */
static void weigh(llr_random_t *dice, world_t *world)
{
    for (int p = 0; p < 2; p++) {
        double gamma = between(dice, 0, 4), mean = 0;
        for (int32_t c = 0; c < world->classes; c++) {
            double share = (double)(world->start[c + 1] - world->start[c]) / (double)world->rows;
            world->weight[p][c] = pow(share, -gamma);
            mean += share * world->weight[p][c];
        }
        for (int32_t c = 0; c < world->classes; c++) world->weight[p][c] /= mean;
    }
}

static outcome_t solve_to(const world_t *world, llr_loss_t loss, const double *lambda, double to,
                          bool leaves_df)
{
    llr_path_t path[2] = {{world->weight[0], lambda, 2}, {world->weight[1], lambda, 2}};
    llr_solve_options_t options = {.tolerance = to, .max_iterations = 3000, .leaves_df = leaves_df};
    outcome_t out = world_solve(world, loss, path, 2, &options);
    CU_ASSERT_EQUAL(out.code, LLR_OK);
    return out;
}

static problem_t problem_of(const world_t *world, llr_loss_t loss, int cell, const double *lambda)
{
    problem_t problem = {world->rows, world->dim, world->classes, world->strata, .x = world->x};
    problem.loss = loss;
    problem.lambda = lambda[cell % 2];
    memcpy(problem.start, world->start, sizeof world->start);
    memcpy(problem.class_of, world->class_of, sizeof world->class_of);
    memcpy(problem.weight, world->weight[cell / 2], sizeof world->weight[0]);
    return problem;
}

/* F of a solution. v: room for columns x (dim + 1). */
static real_t value_of(const problem_t *problem, const outcome_t *out, int cell, real_t *v)
{
    int32_t columns = out->solutions.columns;
    int64_t dim = problem->dim;
    for (int32_t k = 0; k < columns; k++) {
        for (int64_t j = 0; j < dim; j++)
            v[k * (dim + 1) + j] = out->theta[(cell * columns + k) * dim + j];
        v[k * (dim + 1) + dim] = out->b[cell * columns + k];
    }
    return reference_value(problem, v, NULL, NULL);
}

static int64_t certified, exact;

static void check_cell(const problem_t *problem, const outcome_t *out, const outcome_t *tight,
                       int cell, int64_t seed)
{
    int64_t unknowns = out->solutions.columns * (problem->dim + 1);
    real_t *v = malloc(sizeof *v * (size_t)unknowns);
    real_t found = value_of(problem, out, cell, v), least = value_of(problem, tight, cell, v);
    const llr_fit_t *fit = &out->fit[cell];
    if (unknowns <= MOST_UNKNOWNS && problem->rows <= 100) {
        least = fminl(least, reference_minimum(problem, v));
        exact++;
    }
    free(v);
    bool good = found - least <= (fit->certified_gap + 1e-14L) * found &&
                (fit->status != LLR_FIT_CONVERGED || fit->certified_gap <= tolerance) &&
                fabsl(fit->objective - found) <= 1e-9L * found;
    certified += fit->status == LLR_FIT_CONVERGED;
    CU_ASSERT_TRUE(good);
    if (!good)
        fprintf(stderr,
                "problem %lld: loss %d n %lld d %lld K %d lambda %g: gap %g, in truth %Lg\n",
                (long long)seed, problem->loss, (long long)problem->rows, (long long)problem->dim,
                problem->classes, problem->lambda, fit->certified_gap, (found - least) / found);
}

static void check_problem(int64_t seed)
{
    llr_random_t dice = llr_random_stream((llr_hash_t){11, 5}, LLR_PURPOSE_SYNTHETIC_ROW, seed, 0);
    world_t world = deal(&dice);
    llr_loss_t loss = seed % 2 ? LLR_LOSS_LOGISTIC : LLR_LOSS_SQUARE;
    double lambda[2] = {pow(10, between(&dice, -6, 1)), pow(10, between(&dice, -6, 1))};
    weigh(&dice, &world);
    bool leaves_df = llr_random_below(&dice, 2);
    outcome_t out = solve_to(&world, loss, lambda, tolerance, leaves_df),
              tight = solve_to(&world, loss, lambda, far_tighter, leaves_df);
    for (int cell = 0; cell < CELLS; cell++) {
        problem_t problem = problem_of(&world, loss, cell, lambda);
        check_cell(&problem, &out, &tight, cell, seed);
    }
    outcome_destroy(&out);
    outcome_destroy(&tight);
    world_destroy(&world);
}

static void certified_gaps_are_upper_bounds(void)
{
    for (int64_t seed = 0; seed < PROBLEMS; seed++) check_problem(seed);
    CU_ASSERT_TRUE(certified >= CELLS * PROBLEMS * 99 / 100);
    CU_ASSERT_TRUE(exact >= PROBLEMS / 4);
    fprintf(stderr, "%lld of %d cells certified, %lld against a textbook minimum\n",
            (long long)certified, CELLS * PROBLEMS, (long long)exact);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"certified gaps are upper bounds", certified_gaps_are_upper_bounds}};
    return LLR_RUN_SUITE("certificate", tests);
}
