#include "suite.h"
#include "sweep.h"

#define GRID                                                                                       \
    "exponents: [0, .5, 1, 2]\nlambdas: [1, .001, .05]\nlosses: [square, logistic]\n"              \
    "seeds: {first: 5, count: 2}\nrules: [balanced_subsample, averaged_balanced]\n"                \
    "balanced_repeats: 2\n"

/* Numbers of a row that do not depend on where and when it was computed. */
static bool same_bits(const sweep_t *sweep, const llr_row_t *a, const llr_row_t *b)
{
    llr_shape_t shape = sweep->facts.shape;
    size_t numbers = (size_t)(shape.kinds + LLR_SPLITS * llr_shape_slots(shape));
    const double x[] = {
        a->fit.objective, a->fit.gradient_norm, a->fit.certified_gap, a->fit.df, a->gamma, a->rho};
    const double y[] = {
        b->fit.objective, b->fit.gradient_norm, b->fit.certified_gap, b->fit.df, b->gamma, b->rho};
    return a->fit.status == b->fit.status && a->fit.iterations == b->fit.iterations &&
           a->n_used == b->n_used && a->rank == b->rank && !memcmp(x, y, sizeof x) &&
           !memcmp(a->weight, b->weight, numbers * sizeof *a->weight);
}

static bool is_near(double a, double b, double tolerance)
{
    return isnan(a) ? isnan(b) : fabs(a - b) <= tolerance * fabs(a);
}

/* Equal but for rounding, or (iterative fits) within their tolerance; a row near the border may
 * turn. */
static bool is_alike(const sweep_t *sweep, const llr_row_t *a, const llr_row_t *b, llr_loss_t loss)
{
    bool exact = loss == LLR_LOSS_SQUARE;
    bool alike = a->fit.status == b->fit.status && a->n_used == b->n_used && a->rank == b->rank &&
                 is_near(a->fit.objective, b->fit.objective, exact ? 1e-14 : 1e-9) &&
                 is_near(a->fit.df, b->fit.df, exact ? 1e-14 : 1e-5) &&
                 is_near(a->gamma, b->gamma, 0) && is_near(a->rho, b->rho, 0);
    for (int32_t k = 0; k < sweep->facts.shape.kinds; k++)
        alike = alike && is_near(a->weight[k], b->weight[k], 0);
    for (int64_t s = 0; s < LLR_SPLITS * llr_shape_slots(sweep->facts.shape); s++)
        alike = alike && isnan(a->rate[s]) == isnan(b->rate[s]) &&
                (isnan(a->rate[s]) ||
                 fabs(a->rate[s] - b->rate[s]) * (double)sweep->facts.eval_count[s] < 1.5);
    return alike;
}

/* Direct fits do not depend on which others are solved with them: equal but for rounding, and to
 * the bit where nothing is cut. */
static void check_against_whole(const sweep_t *whole, const sweep_t *cut)
{
    int64_t size = cut->toy->job.unit_size;
    bool uncut = size >= cut->grid.places;
    CU_ASSERT_EQUAL_FATAL(whole->grid.cells, cut->grid.cells);
    for (int64_t cell = 0; cell < whole->grid.cells; cell++) {
        const llr_row_t *a = sweep_row(whole, cell), *b = sweep_row(cut, cell);
        llr_loss_t loss = sweep_unit(whole, cell)->loss;
        CU_ASSERT_TRUE(uncut && loss == LLR_LOSS_SQUARE ? same_bits(whole, a, b)
                                                        : is_alike(whole, a, b, loss));
    }
}

/* Every cell belongs to one row of one unit of at most so many cells, which has all weightings
 * where it may, and its key leads back to it. */
static void check_layout_of_grid(const sweep_t *sweep, int64_t size)
{
    const llr_grid_t *grid = &sweep->grid;
    int64_t most = size && size < grid->places ? size : grid->places, cells = 0;
    for (int64_t u = 0; u < grid->units; u++) {
        const llr_unit_t *unit = &grid->unit[u];
        CU_ASSERT_TRUE(unit->cells >= 1 && unit->cells <= most);
        CU_ASSERT_EQUAL(unit->cells, unit->weightings * unit->lambdas);
        CU_ASSERT_TRUE(unit->lambdas == 1 || unit->weightings == grid->weightings);
        cells += unit->cells;
        for (int64_t r = 0; r < unit->cells; r++) {
            int64_t cell = llr_unit_cell(grid, u, r);
            CU_ASSERT_EQUAL(llr_grid_unit_of(grid, cell), u);
            CU_ASSERT_EQUAL(llr_unit_row(grid, u, cell % grid->places), r);
            CU_ASSERT_EQUAL(llr_unit_place(grid, u, r), cell % grid->places);
        }
    }
    CU_ASSERT_EQUAL(grid->cells, cells);
    for (int64_t cell = 0; cell < grid->cells; cell++) {
        llr_text_t key = {0};
        llr_grid_cell_key(grid, cell, &key);
        CU_ASSERT_EQUAL(llr_grid_find_cell(grid, key.data), cell);
        llr_text_destroy(&key);
    }
}

static sweep_t *begin(toy_groups_t groups, const toy_task_t *task, const char *keys, int64_t size)
{
    char text[800];
    snprintf(text, sizeof text, "%sunit_size: %lld\n", keys, (long long)size);
    return sweep_begin(toy_begin(groups, task, text));
}

static void check_sizes(toy_groups_t groups, const toy_task_t *task, const char *keys)
{
    sweep_t *whole = begin(groups, task, keys, 0);
    int64_t lambdas = whole->toy->job.lambdas, places = whole->grid.places;
    const int64_t size[] = {1, 2,          lambdas, lambdas + 1, 2 * lambdas,
                            7, places - 1, places,  places + 5};
    check_layout_of_grid(whole, 0);
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        sweep_t *cut = begin(groups, task, keys, size[i]);
        check_layout_of_grid(cut, size[i]);
        check_against_whole(whole, cut);
        sweep_end(cut);
    }
    sweep_end(whole);
}

static void blocks_have_the_rows_of_whole_units(void)
{
    check_sizes(TOY_CROSSED, &toy_pair, GRID "sizes: [40, 90]\nratios: [3]\n");
    check_sizes(TOY_CROSSED, &toy_all, GRID "sizes: [60]\n");
}

static void blocks_by_group_have_them_too(void)
{
    check_sizes(TOY_CROSSED, &toy_pair, GRID "sizes: [100]\nweights_by: group\n");
    check_sizes(TOY_NESTED, &toy_all,
                GRID "sizes: [120]\nweights_by: group\npreprocess: {pca: {components: 3}}\n");
}

static void blocks_without_a_class_have_them_too(void)
{
    check_sizes(TOY_CROSSED, &toy_all, GRID "sizes: [12]\nsampling: uniform\n");
}

/* The head of a cell is the same from a block. */
static void heads_are_those_of_whole_units(void)
{
    static const char keys[] = GRID "sizes: [90]\n";
    sweep_t *whole = begin(TOY_CROSSED, &toy_pair, keys, 0);
    sweep_t *cut = begin(TOY_CROSSED, &toy_pair, keys, 2);
    for (int64_t cell = 0; cell < whole->grid.cells; cell++) {
        head_t a, b;
        sweep_head(whole, cell, &a);
        sweep_head(cut, cell, &b);
        for (int j = 0; j < TOY_DIM; j++)
            CU_ASSERT_DOUBLE_EQUAL(a.theta[j], b.theta[j], 1e-6 * (1 + fabs(a.theta[j])));
        CU_ASSERT_DOUBLE_EQUAL(a.b[0], b.b[0], 1e-5 * (1 + fabs(a.b[0])));
        CU_ASSERT_EQUAL(memcmp(a.scale, b.scale, TOY_DIM * sizeof(double)), 0);
    }
    sweep_end(cut);
    sweep_end(whole);
}

/* Memory --------------------------------------------------------------------------------------- */

/* sweep_begin solves every unit with the bytes that are planned for it, and no more. Sizes are such
 * that S, and cuts of it, have fewer rows than columns, as many, and more. */
static void no_unit_takes_more_than_planned(void)
{
    static const char *const synthetic[] = {"synthetic: {d: 30, priors: [.7, .3]}",
                                            "synthetic: {d: 12, priors: [.5, .3, .2], test: 700}",
                                            "synthetic: {d: 1, priors: [.8, .2]}",
                                            "synthetic: {d: 2, priors: [.4, .6]}"};
    static const char *const size[] = {"unit_size: 0\n", "unit_size: 1\n", "unit_size: 4\n"};
    static const char *const preprocess[] = {"preprocess: none\n", "preprocess: zscore\n"};
    for (int d = 0; d < 4; d++)
        for (int u = 0; u < 3; u++)
            for (int p = 0; p < 2; p++) {
                char text[800];
                snprintf(text, sizeof text,
                         "%s%s%ssizes: [5, 6, 10, 13, 29, 30, 31, 32, 45, 60, 99, 101, 150]\n",
                         GRID, size[u], preprocess[p]);
                sweep_end(sweep_begin(toy_begin_synthetic(synthetic[d], text)));
            }
}

static void no_unit_of_a_pool_takes_more_than_planned(void)
{
    static const char *const by[] = {"", "weights_by: group\n", "sampling: uniform\n",
                                     "sampling: uniform\nweights_by: group\n"};
    static const char *const preprocess[] = {"preprocess: none\n", "preprocess: zscore\n",
                                             "preprocess: {pca: {components: 1}}\n",
                                             "preprocess: {pca: {components: 5}}\n"};
    for (int b = 0; b < 4; b++)
        for (int p = 0; p < 4; p++)
            for (int t = 0; t < 2; t++) {
                char text[800];
                snprintf(text, sizeof text, "%s%s%ssizes: [12, 17, 30, 70, 200]\n", GRID, by[b],
                         preprocess[p]);
                sweep_end(
                    sweep_begin(toy_begin((toy_groups_t)(p % 2), t ? &toy_pair : &toy_all, text)));
            }
}

/* Units of one weighting and many lambdas: what is kept of every fit is the larger part. Balanced
 * cuts of the last Gaussian have a row less than columns where S has as many. */
static void many_lambdas_take_no_more_than_planned(void)
{
#define LAMBDAS                                                                                    \
    "exponents: []\nlambdas: {from: .5, to: 40, count: 80}\nlosses: [square, logistic]\n"          \
    "seeds: {count: 1}\nrules: [balanced_subsample, averaged_balanced]\nbalanced_repeats: 2\n"     \
    "unit_size: 80\n"
    static const char *const synthetic[] = {"synthetic: {d: 200, priors: [.7, .3]}",
                                            "synthetic: {d: 40, priors: [.5, .3, .2], test: 50}",
                                            "synthetic: {d: 61, priors: [.5, .5]}"};
    for (int d = 0; d < 3; d++)
        sweep_end(
            sweep_begin(toy_begin_synthetic(synthetic[d], LAMBDAS "sizes: [6, 25, 60, 61, 62]\n")));
    for (int t = 0; t < 2; t++)
        sweep_end(
            sweep_begin(toy_begin(TOY_TWO, t ? &toy_pair : &toy_all,
                                  LAMBDAS "sizes: [25]\npreprocess: {pca: {components: 2}}\n")));
#undef LAMBDAS
}

static bool stop_after(void *argument)
{
    return --*(int64_t *)argument < 0;
}

/* A unit that is told to stop gives back its memory, wherever it was. */
static void a_stop_is_obeyed_everywhere(void)
{
    sweep_t *sweep = begin(TOY_CROSSED, &toy_pair, GRID "sizes: [60]\n", 0);
    int64_t unit = sweep->grid.units - 1, stops = 0;
    llr_block_t block;
    llr_arena_t *arena = &sweep->worker.arena;
    CU_ASSERT_EQUAL_FATAL(
        llr_block_create(&block, sweep->grid.unit[unit].cells, sweep->facts.shape, NULL), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(
        llr_arena_create(arena, llr_unit_bytes(&sweep->grid, &sweep->facts, unit), NULL), LLR_OK);
    for (int64_t patience = 0;; patience++) {
        int64_t left = patience;
        sweep->worker.should_stop = stop_after;
        sweep->worker.argument = &left;
        llr_code_t code = llr_unit_run(&sweep->worker, unit, &block, NULL, NULL);
        CU_ASSERT_EQUAL(arena->used, 0);
        if (code == LLR_OK) break;
        CU_ASSERT_EQUAL_FATAL(code, LLR_STOPPED);
        stops++;
    }
    CU_ASSERT_TRUE(stops > 10);
    for (int64_t r = 0; r < block.rows; r++)
        CU_ASSERT_TRUE(same_bits(sweep, &block.row[r], &sweep->block[unit].row[r]));
    llr_arena_destroy(arena);
    llr_block_destroy(&block);
    sweep_end(sweep);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"blocks have the rows of whole units", blocks_have_the_rows_of_whole_units},
        {"blocks by group have them too", blocks_by_group_have_them_too},
        {"blocks without a class have them too", blocks_without_a_class_have_them_too},
        {"heads are those of whole units", heads_are_those_of_whole_units},
        {"no unit takes more than planned", no_unit_takes_more_than_planned},
        {"no unit of a pool takes more than planned", no_unit_of_a_pool_takes_more_than_planned},
        {"many lambdas take no more than planned", many_lambdas_take_no_more_than_planned},
        {"a stop is obeyed everywhere", a_stop_is_obeyed_everywhere},
    };
    return LLR_RUN_SUITE("unit_blocks", tests);
}
