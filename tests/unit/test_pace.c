/* Rates learnt from made timings, and their way through a file. */
#include "store/layout.h"
#include "suite.h"
#include "work/pace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct world {
    llr_job_t job;
    llr_catalog_t catalog;
    llr_grid_t grid;
    llr_findings_t findings;
    llr_block_t *block;
} world_t;

static const char JOB[] = "datasets:\n"
                          "  - {name: a, synthetic: {d: 20, priors: [.8, .2]}}\n"
                          "  - {name: b, synthetic: {d: 50, priors: [.7, .3]}}\n"
                          "  - {name: c, synthetic: {d: 70, priors: [.7, .3]}}\n"
                          "  - {name: k, synthetic: {d: 30, priors: [.5, .3, .2], test: 100}}\n"
                          "losses: [square, logistic]\ndf: [square]\nsizes: [30, 90]\n"
                          "seeds: {count: 3}\nexponents: [0, 1]\nlambdas: [.1, 1]\n";

static void begin(world_t *world)
{
    llr_error_t error = {0};
    memset(world, 0, sizeof *world);
    CU_ASSERT_EQUAL_FATAL(
        llr_job_parse(&world->job, JOB, sizeof JOB - 1, "job", ".", &world->findings, &error),
        LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_layout_open(&world->catalog, &world->grid, &world->job, false,
                                          &world->findings, &error),
                          LLR_OK);
    world->block = calloc((size_t)world->grid.units, sizeof *world->block);
}

static void end(world_t *world)
{
    for (int64_t u = 0; u < world->grid.units; u++) llr_block_destroy(&world->block[u]);
    free(world->block);
    llr_grid_destroy(&world->grid);
    llr_catalog_close(&world->catalog);
    llr_job_destroy(&world->job);
    llr_findings_destroy(&world->findings);
}

static const llr_facts_t *facts_of(const world_t *world, int64_t unit)
{
    return &world->catalog.facts[world->grid.unit[unit].dataset];
}

/* The rate that the timings are made with: of loss and classes. */
static double made_rate(const world_t *world, int64_t unit)
{
    int many = facts_of(world, unit)->shape.classes > 2;
    return (world->grid.unit[unit].loss == LLR_LOSS_SQUARE ? 2 : 3) * (many ? 10 : 1);
}

/* factor: of dataset a, over and above. */
static void time_units(world_t *world, double factor)
{
    for (int64_t u = 0; u < world->grid.units; u++) {
        const llr_facts_t *facts = facts_of(world, u);
        llr_block_t *block = &world->block[u];
        CU_ASSERT_EQUAL_FATAL(
            llr_block_create(block, world->grid.unit[u].cells, facts->shape, NULL), LLR_OK);
        double seconds = made_rate(world, u) * llr_unit_cost(&world->grid, facts, u);
        if (world->grid.unit[u].dataset == 0) seconds *= factor;
        for (int64_t r = 0; r < block->rows; r++)
            block->row[r].seconds = seconds / (double)block->rows;
    }
}

static void check_rates(const world_t *world, const llr_pace_t *pace)
{
    for (int64_t u = 0; u < world->grid.units; u++) {
        double rate = llr_pace_rate(pace, llr_regime(&world->grid, facts_of(world, u), u));
        CU_ASSERT_DOUBLE_EQUAL(rate, made_rate(world, u), 1e-9 * rate);
    }
}

static void made_rates_are_found(void)
{
    world_t world;
    llr_pace_t pace;
    llr_error_t error = {0};
    begin(&world);
    time_units(&world, 1);
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&pace, LLR_REGIMES, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_pace_rate(&pace, 0), 1);
    CU_ASSERT_TRUE(isnan(llr_pace_slowest(&pace, 0)));
    llr_pace_learn(&pace, &world.grid, world.catalog.facts, world.block);
    check_rates(&world, &pace);
    llr_text_t text = {0};
    llr_pace_t again;
    llr_pace_print(&pace, &text);
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&again, LLR_REGIMES, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_pace_parse(&again, text.data, "file", &error), LLR_OK);
    check_rates(&world, &again);
    CU_ASSERT_EQUAL(again.spread, pace.spread);
    llr_text_destroy(&text);
    llr_pace_destroy(&again);
    llr_pace_destroy(&pace);
    end(&world);
}

/* Of six groups (three datasets of two classes, two losses) a third takes e^1.2 times as long. */
static void the_spread_is_that_between_datasets(void)
{
    world_t world;
    llr_pace_t even, uneven;
    llr_error_t error = {0};
    begin(&world);
    time_units(&world, exp(1.2));
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&uneven, LLR_REGIMES, &error), LLR_OK);
    llr_pace_learn(&uneven, &world.grid, world.catalog.facts, world.block);
    double squares = 0;
    int groups = 0;
    for (int64_t d = 0; d < 4; d++)
        for (int l = 0; l < 2; l++, groups++) {
            double seconds = 0, predicted = 0;
            for (int64_t u = 0; u < world.grid.units; u++) {
                if (world.grid.unit[u].dataset != d || (int)world.grid.unit[u].loss != l) continue;
                seconds += llr_block_seconds(&world.block[u]);
                predicted +=
                    llr_pace_rate(&uneven, llr_regime(&world.grid, facts_of(&world, u), u)) *
                    llr_unit_cost(&world.grid, facts_of(&world, u), u);
            }
            squares += pow(log(seconds / predicted), 2);
        }
    CU_ASSERT_EQUAL(groups, 8);
    CU_ASSERT_DOUBLE_EQUAL(uneven.spread, sqrt(squares / (8 - 4)), 1e-12);
    CU_ASSERT_TRUE(uneven.spread > .3 && uneven.spread < 1.2);
    end(&world);
    begin(&world);
    time_units(&world, 1);
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&even, LLR_REGIMES, &error), LLR_OK);
    llr_pace_learn(&even, &world.grid, world.catalog.facts, world.block);
    CU_ASSERT_TRUE(even.spread > 0 &&
                   even.spread < uneven.spread); /* it is never said to be none */
    llr_pace_destroy(&even);
    llr_pace_destroy(&uneven);
    end(&world);
}

/* A kind that was not timed is as fast as all together; the slowest is of one unit. */
static void kinds_not_timed_take_the_mean(void)
{
    llr_pace_t pace;
    llr_error_t error = {0};
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&pace, 3, &error), LLR_OK);
    llr_pace_add(&pace, 0, 2, 4);
    llr_pace_add(&pace, 0, 2, 8);
    llr_pace_add(&pace, 1, 6, 8);
    llr_pace_add(&pace, 1, 0, 8); /* no cost, and no time: nothing is learnt */
    llr_pace_add(&pace, 1, 1, 0);
    CU_ASSERT_EQUAL(llr_pace_rate(&pace, 0), 3);
    CU_ASSERT_EQUAL(llr_pace_slowest(&pace, 0), 4);
    CU_ASSERT_EQUAL(llr_pace_rate(&pace, 2), 2);
    CU_ASSERT_EQUAL(llr_pace_slowest(&pace, 2), 4);
    llr_pace_destroy(&pace);
}

/* Kinds that both timed; for one that a pace did not time, what all the others say together. */
static void paces_are_compared_where_both_know(void)
{
    llr_pace_t slow, fast;
    llr_error_t error = {0};
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&slow, 4, &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&fast, 4, &error), LLR_OK);
    CU_ASSERT_TRUE(isnan(llr_pace_over(&slow, &fast, 0)));
    llr_pace_add(&fast, 0, 4, 4);
    llr_pace_add(&fast, 1, 6, 12);
    llr_pace_add(&fast, 2, 1, 100);
    llr_pace_add(&slow, 0, 1, 3); /* 3 for 1 */
    llr_pace_add(&slow, 1, 2, 4); /* 2 for 2 */
    llr_pace_add(&slow, 3, 1, 100);
    CU_ASSERT_EQUAL(llr_pace_over(&slow, &fast, 0), 3);
    CU_ASSERT_EQUAL(llr_pace_over(&slow, &fast, 1), 1);
    CU_ASSERT_EQUAL(llr_pace_over(&slow, &fast, 2), (3 * 4 + 2 * 6) / (4. + 12));
    CU_ASSERT_EQUAL(llr_pace_over(&slow, &fast, 3), llr_pace_over(&slow, &fast, 2));
    llr_pace_destroy(&slow);
    llr_pace_destroy(&fast);
}

static void bad_files_are_refused(void)
{
    static const char *const bad[][2] = {
        {"", "f: line 1: is not the head of a calibration file"},
        {"units\n", "f: line 1: is not the head"},
        {"HEAD\n3 1 2\n", "f: line 2: expected"},
        {"HEAD\nspread .2\n3 1 2 square\n", "f: line 3: expected"},
        {"HEAD\n0 1 2 square, two classes, df\n", "f: line 2: expected"},
        {"HEAD\n3 -1 2 square, two classes, df\n", "f: line 2: expected"},
        {"HEAD\n3 1 inf square, two classes, df\n", "f: line 2: expected"},
        {"HEAD\nspread -1\n", "f: line 2: expected"},
        {"HEAD\n3 1e300 1e-300 square, two classes, df\n", "f: line 2: expected"},
        {"HEAD\nspread .2\n", "f: no line has timings"},
        {"HEAD\n", "f: no line has timings"},
    };
    llr_pace_t pace;
    llr_error_t error = {0};
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&pace, LLR_REGIMES, &error), LLR_OK);
    for (size_t b = 0; b < sizeof bad / sizeof *bad; b++) {
        llr_text_t text = {0};
        bool head = !strncmp(bad[b][0], "HEAD", 4);
        llr_text_add(&text, "%s%s",
                     head ? "# llrsweep calibration 2: units, seconds, cost; kind" : "",
                     bad[b][0] + 4 * head);
        CU_ASSERT_EQUAL(llr_pace_parse(&pace, text.data, "f", &error), LLR_INVALID);
        CU_ASSERT_EQUAL(strncmp(error.text, bad[b][1], strlen(bad[b][1])), 0);
        llr_text_destroy(&text);
    }
    llr_pace_destroy(&pace);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"made rates are found", made_rates_are_found},
        {"the spread is that between datasets", the_spread_is_that_between_datasets},
        {"kinds not timed take the mean", kinds_not_timed_take_the_mean},
        {"paces are compared where both know", paces_are_compared_where_both_know},
        {"bad files are refused", bad_files_are_refused},
    };
    return LLR_RUN_SUITE("pace", tests);
}
