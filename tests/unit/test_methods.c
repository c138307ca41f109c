#include "model/methods.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One dataset, two classes, two groups that cut across them; 100 rows in every class and group. */
enum {
    CLASSES = 2,
    GROUPS = 2,
    SLOTS = CLASSES + GROUPS + CLASSES * GROUPS,
    LAMBDAS = 2,
    SEEDS = 3,
    FIRST_SEED = 5
};

static char dataset_name[] = "toy";
static double exponents[] = {0, 1, 2}, ratios[] = {3}, lambdas[LAMBDAS] = {0.1, 1};
static int64_t sizes[] = {40, 80};
static llr_job_dataset_t datasets[1];
static const llr_setting_t setting = {0, LLR_LOSS_LOGISTIC, 80};

typedef struct world {
    llr_job_t job;
    llr_grid_t grid;
    llr_facts_t facts;
    llr_block_t *block;
    llr_results_t results;
} world_t;

static void fill_row(llr_row_t *row, const llr_weighting_t *weighting)
{
    row->fit.status =
        weighting->rule == LLR_RULE_AVERAGED_BALANCED ? LLR_FIT_AVERAGED : LLR_FIT_CONVERGED;
    row->n_used = llr_rule_is_balanced(weighting->rule) ? 20 : 80;
    row->gamma = weighting->rule == LLR_RULE_EXPONENT        ? weighting->value
                 : weighting->rule == LLR_RULE_RATIO         ? 0.5
                 : weighting->rule == LLR_RULE_INVERSE_PRIOR ? 1
                                                             : 0;
    row->weight[0] = 1 + row->gamma;
    row->weight[1] = 1 + 2 * row->gamma;
    for (int i = 0; i < LLR_SPLITS * SLOTS; i++) row->rate[i] = 0.25;
}

/* unit_size: 0, or most cells of a unit. */
static void create_blocks(world_t *world, int64_t unit_size)
{
    memset(world, 0, sizeof *world);
    datasets[0].name = dataset_name;
    world->job =
        (llr_job_t){.dataset = datasets,
                    .datasets = 1,
                    .loss = {LLR_LOSS_SQUARE, LLR_LOSS_LOGISTIC},
                    .losses = 2,
                    .exponent = exponents,
                    .exponents = 3,
                    .ratio = ratios,
                    .ratios = 1,
                    .rules = 1u << LLR_RULE_BALANCED_SUBSAMPLE | 1u << LLR_RULE_AVERAGED_BALANCED |
                             1u << LLR_RULE_PAPER | 1u << LLR_RULE_THUMB | 1u << LLR_RULE_THEORY,
                    .lambda = lambdas,
                    .lambdas = LAMBDAS,
                    .size = sizes,
                    .sizes = 2,
                    .seed_first = FIRST_SEED,
                    .seeds = SEEDS,
                    .unit_size = unit_size,
                    .select_by = LLR_SELECT_WORST_CLASS};
    CU_ASSERT_EQUAL_FATAL(llr_grid_create(&world->grid, &world->job), 0);
    world->facts = (llr_facts_t){.dim = 10, .shape = {CLASSES, GROUPS, CLASSES}};
    CU_ASSERT_EQUAL_FATAL(llr_facts_allocate(&world->facts), 0);
    for (int i = 0; i < LLR_SPLITS * SLOTS; i++) world->facts.eval_count[i] = 100;
    world->block = calloc((size_t)world->grid.units, sizeof *world->block);
    for (int64_t u = 0; u < world->grid.units; u++) {
        llr_block_t *block = &world->block[u];
        CU_ASSERT_EQUAL_FATAL(
            llr_block_create(block, world->grid.unit[u].cells, world->facts.shape, NULL), LLR_OK);
        for (int64_t r = 0; r < block->rows; r++)
            fill_row(&block->row[r],
                     &world->grid.weighting[llr_unit_place(&world->grid, u, r) / LAMBDAS]);
    }
    world->results = (llr_results_t){&world->grid, &world->facts, world->block};
}

static void create_world(world_t *world)
{
    create_blocks(world, 0);
}

static void destroy_world(world_t *world)
{
    for (int64_t u = 0; u < world->grid.units; u++) llr_block_destroy(&world->block[u]);
    free(world->block);
    llr_facts_destroy(&world->facts);
    llr_grid_destroy(&world->grid);
}

/* The first unit of the setting. */
static int64_t unit_of(const world_t *world, int64_t seed)
{
    for (int64_t u = 0; u < world->grid.units; u++) {
        const llr_unit_t *unit = &world->grid.unit[u];
        if (unit->loss == setting.loss && unit->n == setting.n && unit->seed == seed) return u;
    }
    return -1;
}

static int64_t place_of(const world_t *world, llr_rule_t rule, double value, int64_t lambda)
{
    for (int64_t w = 0; w < world->grid.weightings; w++)
        if (world->grid.weighting[w].rule == rule && world->grid.weighting[w].value == value)
            return w * LAMBDAS + lambda;
    return -1;
}

static int64_t cell_at(const world_t *world, int64_t seed, llr_rule_t rule, double value,
                       int64_t lambda)
{
    return world->grid.unit[unit_of(world, seed)].base + place_of(world, rule, value, lambda);
}

static llr_row_t *row_at(const world_t *world, int64_t seed, llr_rule_t rule, double value,
                         int64_t lambda)
{
    int64_t cell = cell_at(world, seed, rule, value, lambda);
    int64_t unit = llr_grid_unit_of(&world->grid, cell);
    return &world->block[unit].row[llr_unit_row(&world->grid, unit, cell % world->grid.places)];
}

/* Accuracies of the two classes. */
static void set_classes(llr_row_t *row, llr_split_t split, double first, double second)
{
    row->rate[split * SLOTS] = first;
    row->rate[split * SLOTS + 1] = second;
}

static void the_grid_has_the_methods_it_has(void)
{
    world_t world;
    create_world(&world);
    for (int m = 0; m < LLR_METHOD_COUNT; m++)
        CU_ASSERT_TRUE(llr_method_in_grid(&world.grid, (llr_method_t)m));
    CU_ASSERT_STRING_EQUAL(llr_method_name(LLR_METHOD_TUNED_EXPONENT), "tuned_exponent");
    destroy_world(&world);
    llr_grid_t bare;
    llr_job_t job = world.job;
    job.exponents = job.ratios = 0;
    job.rules = 0;
    CU_ASSERT_EQUAL_FATAL(llr_grid_create(&bare, &job), 0);
    CU_ASSERT_TRUE(llr_method_in_grid(&bare, LLR_METHOD_UNIFORM));
    CU_ASSERT_TRUE(llr_method_in_grid(&bare, LLR_METHOD_INVERSE_PRIOR));
    CU_ASSERT_FALSE(llr_method_in_grid(&bare, LLR_METHOD_TUNED_EXPONENT));
    CU_ASSERT_FALSE(llr_method_in_grid(&bare, LLR_METHOD_BALANCED_SUBSAMPLE));
    CU_ASSERT_FALSE(llr_method_in_grid(&bare, LLR_METHOD_AVERAGED_BALANCED));
    llr_grid_destroy(&bare);
}

/* Validation chooses another cell at every seed; their test accuracies are .6, .7, .8. Cells with
 * better test rows, or of another loss or n, must not be seen. */
static void validation_chooses_test_reports(void)
{
    world_t world;
    create_world(&world);
    const double chosen_exponent[SEEDS] = {2, 0, 1};
    for (int s = 0; s < SEEDS; s++) {
        llr_row_t *row =
            row_at(&world, FIRST_SEED + s, LLR_RULE_EXPONENT, chosen_exponent[s], s % LAMBDAS);
        set_classes(row, LLR_SPLIT_VALIDATION, 0.9, 0.8);
        set_classes(row, LLR_SPLIT_TEST, 0.95, 0.6 + 0.1 * s);
        set_classes(row_at(&world, FIRST_SEED + s, LLR_RULE_RATIO, 3, 0), LLR_SPLIT_TEST, 1, 1);
        set_classes(row_at(&world, FIRST_SEED + s, LLR_RULE_UNIFORM, 0, 0), LLR_SPLIT_VALIDATION, 1,
                    1);
    }
    int64_t chosen[SEEDS];
    llr_spread_t spread = llr_method_evaluate(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT,
                                              LLR_SELECT_WORST_CLASS, chosen);
    CU_ASSERT_DOUBLE_EQUAL(spread.mean, 0.7, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(spread.deviation, 0.1, 1e-15);
    CU_ASSERT_EQUAL(spread.seeds, 3);
    for (int s = 0; s < SEEDS; s++)
        CU_ASSERT_EQUAL(chosen[s], cell_at(&world, FIRST_SEED + s, LLR_RULE_EXPONENT,
                                           chosen_exponent[s], s % LAMBDAS));
    spread = llr_method_evaluate(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT,
                                 LLR_SELECT_BALANCED, NULL);
    CU_ASSERT_DOUBLE_EQUAL(spread.mean, 0.825, 1e-15);
    destroy_world(&world);
}

static void ties_go_down_the_list(void)
{
    world_t world;
    create_world(&world);
    for (int e = 0; e < 3; e++)
        for (int l = 0; l < LAMBDAS; l++)
            set_classes(row_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, exponents[e], l),
                        LLR_SPLIT_VALIDATION, 0.5, 0.75);
    CU_ASSERT_EQUAL(
        llr_method_choose(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT, FIRST_SEED),
        cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 0, 1)); /* larger lambda, smaller gamma */
    set_classes(row_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 2, 0), LLR_SPLIT_VALIDATION, 0.5,
                0.8125);
    CU_ASSERT_EQUAL(
        llr_method_choose(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT, FIRST_SEED),
        cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 2, 0)); /* balanced comes first */
    world.job.select_by = LLR_SELECT_OVERALL;
    set_classes(row_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 1, 0), LLR_SPLIT_VALIDATION, 0.25, 1);
    set_classes(row_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 0, 1), LLR_SPLIT_VALIDATION, 1, 1);
    CU_ASSERT_EQUAL(
        llr_method_choose(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT, FIRST_SEED),
        cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 0, 1));
    destroy_world(&world);
}

static void no_answer_is_the_last_resort(void)
{
    world_t world;
    create_world(&world);
    llr_row_t *first = row_at(&world, FIRST_SEED, LLR_RULE_UNIFORM, 0, 0);
    llr_row_t *second = row_at(&world, FIRST_SEED, LLR_RULE_UNIFORM, 0, 1);
    int64_t cells[] = {cell_at(&world, FIRST_SEED, LLR_RULE_UNIFORM, 0, 0),
                       cell_at(&world, FIRST_SEED, LLR_RULE_UNIFORM, 0, 1)};
    set_classes(second, LLR_SPLIT_VALIDATION, 1, 1);
    second->fit.status = LLR_FIT_MAX_ITERATIONS;
#define CHOICE llr_method_choose(&world.results, &setting, LLR_METHOD_UNIFORM, FIRST_SEED)
    CU_ASSERT_EQUAL(CHOICE, cells[0]);
    set_classes(first, LLR_SPLIT_VALIDATION, NAN, 0.9);
    first->rate[LLR_SPLIT_VALIDATION * SLOTS + 1] = NAN;
    CU_ASSERT_EQUAL(CHOICE, cells[1]);
    second->fit.status = LLR_FIT_NUMERICAL_FAILURE;
    CU_ASSERT_EQUAL(CHOICE, -1);
#undef CHOICE
    destroy_world(&world);
}

static void a_ratio_without_exponent_is_left_out(void)
{
    world_t world;
    create_world(&world);
    for (int l = 0; l < LAMBDAS; l++) {
        llr_row_t *row = row_at(&world, FIRST_SEED, LLR_RULE_RATIO, 3, l);
        set_classes(row, LLR_SPLIT_VALIDATION, 1, 1);
        row->gamma = l ? NAN : 0.5;
    }
    CU_ASSERT_EQUAL(
        llr_method_choose(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT, FIRST_SEED),
        cell_at(&world, FIRST_SEED, LLR_RULE_RATIO, 3, 0));
    destroy_world(&world);
}

static void units_not_done_are_left_out(void)
{
    world_t world;
    create_world(&world);
    int64_t chosen[SEEDS];
    llr_spread_t spread;
    for (int left = SEEDS; left >= 0; left--) {
        spread = llr_method_evaluate(&world.results, &setting, LLR_METHOD_INVERSE_PRIOR,
                                     LLR_SELECT_OVERALL, chosen);
        CU_ASSERT_EQUAL(spread.seeds, left);
        CU_ASSERT_EQUAL(isnan(spread.mean), left == 0);
        CU_ASSERT_EQUAL(isnan(spread.deviation), left < 2);
        if (left > 1) CU_ASSERT_EQUAL(spread.deviation, 0);
        for (int s = 0; s < SEEDS; s++) CU_ASSERT_EQUAL(chosen[s] < 0, s >= left);
        if (left) llr_block_destroy(&world.block[unit_of(&world, FIRST_SEED + left - 1)]);
    }
    llr_ranked_t best[3];
    CU_ASSERT_EQUAL(llr_method_rank(&world.results, &setting, LLR_SELECT_OVERALL, best, 3), 0);
    destroy_world(&world);
}

static void groups_have_their_own_metric(void)
{
    world_t world;
    create_world(&world);
    world.job.select_by = LLR_SELECT_WORST_GROUP;
    for (int s = 0; s < SEEDS; s++) {
        llr_row_t *row = row_at(&world, FIRST_SEED + s, LLR_RULE_BALANCED_SUBSAMPLE, 0, 0);
        for (int split = 0; split < LLR_SPLITS; split++) {
            row->rate[split * SLOTS + CLASSES] = 0.875;
            row->rate[split * SLOTS + CLASSES + 1] = 0.75;
        }
    }
    llr_spread_t spread = llr_method_evaluate(
        &world.results, &setting, LLR_METHOD_BALANCED_SUBSAMPLE, LLR_SELECT_WORST_GROUP, NULL);
    CU_ASSERT_EQUAL(spread.mean, 0.75);
    CU_ASSERT_EQUAL(spread.deviation, 0);
    destroy_world(&world);
}

/* Exponent 0 and 1 are the fits of uniform and inverse_prior: listed once. */
static void the_best_cells_are_listed_once(void)
{
    world_t world;
    create_world(&world);
    for (int s = 0; s < SEEDS; s++) {
        int64_t seed = FIRST_SEED + s;
        set_classes(row_at(&world, seed, LLR_RULE_EXPONENT, 1, 1), LLR_SPLIT_VALIDATION, 0.75,
                    0.75);
        set_classes(row_at(&world, seed, LLR_RULE_EXPONENT, 1, 1), LLR_SPLIT_TEST, 0.5, 0.25 * s);
        set_classes(row_at(&world, seed, LLR_RULE_INVERSE_PRIOR, 0, 1), LLR_SPLIT_VALIDATION, 0.75,
                    0.75);
        set_classes(row_at(&world, seed, LLR_RULE_EXPONENT, 2, 0), LLR_SPLIT_VALIDATION,
                    0.5 + 0.125 * s, 1);
    }
    /* The best of all, but at two seeds only. */
    set_classes(row_at(&world, FIRST_SEED, LLR_RULE_RATIO, 3, 0), LLR_SPLIT_VALIDATION, NAN, NAN);
    for (int s = 1; s < SEEDS; s++)
        set_classes(row_at(&world, FIRST_SEED + s, LLR_RULE_RATIO, 3, 0), LLR_SPLIT_VALIDATION, 1,
                    1);
    llr_ranked_t best[40];
    int64_t count = llr_method_rank(&world.results, &setting, LLR_SELECT_WORST_CLASS, best, 40);
    CU_ASSERT_EQUAL(count, 6 * LAMBDAS); /* three exponents, ratio, two kinds of balanced cuts */
    CU_ASSERT_EQUAL(best[0].cell, cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 1, 1));
    CU_ASSERT_EQUAL(best[0].validation.mean, 0.75);
    CU_ASSERT_EQUAL(best[0].test.mean, 0.25);
    CU_ASSERT_DOUBLE_EQUAL(best[0].test.deviation, 0.25, 1e-15);
    CU_ASSERT_EQUAL(best[1].cell, cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 2, 0));
    CU_ASSERT_EQUAL(best[1].validation.mean, 0.625);
    CU_ASSERT_EQUAL(best[1].validation.deviation, 0.125);
    CU_ASSERT_EQUAL(best[2].lambda, 1); /* all that follow are tied */
    CU_ASSERT_EQUAL(best[2].gamma, 0);
    CU_ASSERT_EQUAL(best[count - 1].validation.seeds, 2);
    CU_ASSERT_EQUAL(best[count - 1].cell, cell_at(&world, FIRST_SEED + 1, LLR_RULE_RATIO, 3, 0));
    CU_ASSERT_EQUAL(llr_method_rank(&world.results, &setting, LLR_SELECT_WORST_CLASS, best, 1), 1);
    CU_ASSERT_EQUAL(best[0].cell, cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 1, 1));
    destroy_world(&world);
}

/* By their worst group the exponents stand the other way round than by their worst class. */
static void the_worst_group_chooses(void)
{
    static const llr_select_t select[] = {LLR_SELECT_WORST_CLASS, LLR_SELECT_WORST_GROUP};
    world_t world;
    create_world(&world);
    for (int e = 0; e < 3; e++) {
        llr_row_t *row = row_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, exponents[e], 0);
        set_classes(row, LLR_SPLIT_VALIDATION, 0.5 + 0.125 * e, 0.9);
        row->rate[LLR_SPLIT_VALIDATION * SLOTS + CLASSES] = 0.9;
        row->rate[LLR_SPLIT_VALIDATION * SLOTS + CLASSES + 1] = 0.75 - 0.125 * e;
        row->rate[LLR_SPLIT_TEST * SLOTS + CLASSES] = 0.3 + 0.1 * e;
    }
    for (int s = 0; s < 2; s++) {
        world.job.select_by = select[s];
        CU_ASSERT_EQUAL(
            llr_method_choose(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT, FIRST_SEED),
            cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, s ? 0 : 2, 0));
    }
    /* A group without rows has no part in it. */
    row_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 2, 0)
        ->rate[LLR_SPLIT_VALIDATION * SLOTS + CLASSES + 1] = NAN;
    CU_ASSERT_EQUAL(
        llr_method_choose(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT, FIRST_SEED),
        cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 2, 0));
    destroy_world(&world);
}

/* Status averaged is an answer; balanced_subsample does not choose from it, nor the other way. */
static void averages_are_a_method_of_their_own(void)
{
    world_t world;
    create_world(&world);
    CU_ASSERT_STRING_EQUAL(llr_method_name(LLR_METHOD_AVERAGED_BALANCED), "averaged_balanced");
    for (int s = 0; s < SEEDS; s++) {
        llr_row_t *row = row_at(&world, FIRST_SEED + s, LLR_RULE_AVERAGED_BALANCED, 0, s % LAMBDAS);
        set_classes(row, LLR_SPLIT_VALIDATION, 0.75, 0.875);
        set_classes(row, LLR_SPLIT_TEST, 0.5 + 0.125 * s, 1);
    }
    int64_t chosen[SEEDS];
    llr_spread_t spread = llr_method_evaluate(
        &world.results, &setting, LLR_METHOD_AVERAGED_BALANCED, LLR_SELECT_WORST_CLASS, chosen);
    CU_ASSERT_EQUAL(spread.seeds, SEEDS);
    CU_ASSERT_DOUBLE_EQUAL(spread.mean, 0.625, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(spread.deviation, 0.125, 1e-15);
    for (int s = 0; s < SEEDS; s++)
        CU_ASSERT_EQUAL(
            chosen[s], cell_at(&world, FIRST_SEED + s, LLR_RULE_AVERAGED_BALANCED, 0, s % LAMBDAS));
    spread = llr_method_evaluate(&world.results, &setting, LLR_METHOD_BALANCED_SUBSAMPLE,
                                 LLR_SELECT_WORST_CLASS, NULL);
    CU_ASSERT_EQUAL(spread.mean, 0.25);
    destroy_world(&world);
}

/* Rows without a class have no accuracies: the other seeds speak. */
static void a_missing_class_is_left_out(void)
{
    world_t world;
    create_world(&world);
    for (int l = 0; l < LAMBDAS; l++) {
        llr_row_t *row = row_at(&world, FIRST_SEED, LLR_RULE_AVERAGED_BALANCED, 0, l);
        row->fit.status = LLR_FIT_MISSING_CLASS;
        for (int i = 0; i < LLR_SPLITS * SLOTS; i++) row->rate[i] = NAN;
    }
    int64_t chosen[SEEDS];
    llr_spread_t spread = llr_method_evaluate(
        &world.results, &setting, LLR_METHOD_AVERAGED_BALANCED, LLR_SELECT_WORST_CLASS, chosen);
    CU_ASSERT_EQUAL(spread.seeds, SEEDS - 1);
    CU_ASSERT_EQUAL(spread.mean, 0.25);
    CU_ASSERT_EQUAL(chosen[0], -1);
    destroy_world(&world);
}

/* Cells of a block that is not done are not there; those of the other blocks are. */
static void blocks_not_done_are_left_out(void)
{
    world_t world;
    llr_ranked_t best[40];
    create_blocks(&world, 3); /* exponent 2 and ratio 3 at the second lambda are in the sixth */
    int64_t lost = unit_of(&world, FIRST_SEED) + 5;
    CU_ASSERT_EQUAL(world.grid.blocks, 8);
    for (int e = 0; e < 3; e++)
        set_classes(row_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, exponents[e], 1),
                    LLR_SPLIT_VALIDATION, 0.5 + 0.125 * e, 0.9);
    set_classes(row_at(&world, FIRST_SEED, LLR_RULE_RATIO, 3, 0), LLR_SPLIT_VALIDATION, 0.5625, 1);
#define CHOICE llr_method_choose(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT, FIRST_SEED)
    CU_ASSERT_EQUAL(CHOICE, cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 2, 1));
    int64_t whole = llr_method_rank(&world.results, &setting, LLR_SELECT_WORST_CLASS, best, 40);
    CU_ASSERT_EQUAL(best[0].cell, cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 2, 1));
    CU_ASSERT_EQUAL(best[0].validation.seeds, SEEDS);
    llr_block_destroy(&world.block[lost]);
    CU_ASSERT_EQUAL(CHOICE, cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 1, 1));
    llr_spread_t spread = llr_method_evaluate(&world.results, &setting, LLR_METHOD_TUNED_EXPONENT,
                                              LLR_SELECT_WORST_CLASS, NULL);
    CU_ASSERT_EQUAL(spread.seeds, SEEDS);
    /* Places of the lost block have a seed less, and rank after all others. */
    int64_t left = llr_method_rank(&world.results, &setting, LLR_SELECT_WORST_CLASS, best, 40);
    CU_ASSERT_EQUAL(left, whole);
    CU_ASSERT_EQUAL(best[0].cell, cell_at(&world, FIRST_SEED, LLR_RULE_EXPONENT, 1, 1));
    for (int64_t i = 0; i < left; i++)
        CU_ASSERT_EQUAL(best[i].validation.seeds, i < left - 2 ? SEEDS : SEEDS - 1);
    for (int64_t b = 0; b < world.grid.blocks; b++)
        llr_block_destroy(&world.block[unit_of(&world, FIRST_SEED) + b]);
    CU_ASSERT_EQUAL(CHOICE, -1);
#undef CHOICE
    destroy_world(&world);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"the grid has the methods it has", the_grid_has_the_methods_it_has},
        {"validation chooses, test reports", validation_chooses_test_reports},
        {"ties go down the list", ties_go_down_the_list},
        {"no answer is the last resort", no_answer_is_the_last_resort},
        {"a ratio without exponent is left out", a_ratio_without_exponent_is_left_out},
        {"units not done are left out", units_not_done_are_left_out},
        {"groups have their own metric", groups_have_their_own_metric},
        {"the best cells are listed once", the_best_cells_are_listed_once},
        {"the worst group chooses", the_worst_group_chooses},
        {"averages are a method of their own", averages_are_a_method_of_their_own},
        {"a missing class is left out", a_missing_class_is_left_out},
        {"blocks not done are left out", blocks_not_done_are_left_out},
    };
    return LLR_RUN_SUITE("methods", tests);
}
