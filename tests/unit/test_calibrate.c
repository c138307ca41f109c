/* Which units are timed, and what is learnt of those that were timed elsewhere. */
#include "par/calibrate.h"
#include "store/layout.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct world {
    llr_job_t job;
    llr_catalog_t catalog;
    llr_grid_t grid;
    llr_findings_t findings;
    llr_pace_t here, there;
    double *elsewhere;
} world_t;

#define JOB                                                                                        \
    "datasets:\n  - {name: a, synthetic: {d: 20, priors: [.8, .2]}}\n"                             \
    "  - {name: k, synthetic: {d: 30, priors: [.5, .3, .2], test: 100}}\n"                         \
    "losses: [square, logistic]\nsizes: [30, 90]\nseeds: {count: 4}\nexponents: [0, 1]\n"          \
    "lambdas: [.1, 1]\n"

static void begin(world_t *world, const char *job)
{
    llr_error_t error = {0};
    memset(world, 0, sizeof *world);
    CU_ASSERT_EQUAL_FATAL(
        llr_job_parse(&world->job, job, (int64_t)strlen(job), "job", ".", &world->findings, &error),
        LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_layout_open(&world->catalog, &world->grid, &world->job, false,
                                          &world->findings, &error),
                          LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&world->here, LLR_REGIMES, &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_pace_create(&world->there, LLR_REGIMES, &error), LLR_OK);
    world->elsewhere = calloc((size_t)world->grid.units, sizeof *world->elsewhere);
}

static void end(world_t *world)
{
    free(world->elsewhere);
    llr_pace_destroy(&world->here);
    llr_pace_destroy(&world->there);
    llr_grid_destroy(&world->grid);
    llr_catalog_close(&world->catalog);
    llr_job_destroy(&world->job);
    llr_findings_destroy(&world->findings);
}

static llr_code_t time_again(world_t *world)
{
    llr_error_t error = {0};
    return llr_calibrate_again(&world->here, &world->there, world->elsewhere, &world->grid,
                               &world->job, .2, &error);
}

/* The same units here as there, of all four solvers, and none that was not timed there. */
static void units_of_elsewhere_are_timed_again(void)
{
    enum { SECONDS = 7 };
    world_t world;
    int64_t timed = 0, sum = 0;
    begin(&world, JOB);
    for (int64_t u = 0; u < world.grid.units; u++)
        if (world.grid.unit[u].seed % 2 == 0) world.elsewhere[u] = SECONDS, timed++;
    CU_ASSERT_EQUAL(timed, 16);
    CU_ASSERT_EQUAL_FATAL(time_again(&world), LLR_OK);
    for (int64_t k = 0; k < LLR_REGIMES; k++) {
        const llr_timed_t *here = &world.here.kind[k], *there = &world.there.kind[k];
        CU_ASSERT_EQUAL(here->units, there->units);
        CU_ASSERT_EQUAL(here->cost, there->cost);
        CU_ASSERT_EQUAL(there->seconds, (double)(SECONDS * there->units));
        CU_ASSERT_EQUAL(here->units > 0, k % 2 == 0); /* with df */
        if (here->units)
            CU_ASSERT_DOUBLE_EQUAL(llr_pace_over(&world.there, &world.here, k) * here->seconds,
                                   there->seconds, 1e-12 * there->seconds);
        sum += here->units;
    }
    /* A seed may be timed twice, as the first of its solver and in its turn. */
    CU_ASSERT_TRUE(sum >= 4 && sum <= timed + 4);
    end(&world);
}

static void nothing_timed_there_is_nothing_learnt(void)
{
    world_t world;
    begin(&world, JOB);
    CU_ASSERT_EQUAL(time_again(&world), LLR_OK);
    for (int64_t k = 0; k < LLR_REGIMES; k++) {
        CU_ASSERT_EQUAL(world.here.kind[k].units + world.there.kind[k].units, 0);
        CU_ASSERT_TRUE(isnan(llr_pace_over(&world.there, &world.here, k)));
    }
    end(&world);
}

static void cheap_jobs_calibrate_themselves(void)
{
    static const struct {
        const char *job;
        bool own;
    } jobs[] = {
        {JOB, true},
        {JOB "theory: auto\n", true},
        {JOB "rules: [thumb]\n", false}, /* weights that wait for predictions */
        {JOB "ranks_per_unit: 2\n", false},
        {JOB "preprocess: {pca: {components: 5}}\n", false},
        {"datasets: [{name: a, synthetic: {d: 9000, priors: [.8, .2]}}]\nsizes: [9000]\n", false},
    };
    for (size_t j = 0; j < sizeof jobs / sizeof *jobs; j++) {
        world_t world;
        begin(&world, jobs[j].job);
        CU_ASSERT_EQUAL(llr_calibrates_itself(&world.grid, &world.catalog), jobs[j].own);
        end(&world);
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"units of elsewhere are timed again", units_of_elsewhere_are_timed_again},
        {"nothing timed there is nothing learnt", nothing_timed_there_is_nothing_learnt},
        {"cheap jobs calibrate themselves", cheap_jobs_calibrate_themselves},
    };
    return LLR_RUN_SUITE("calibrate", tests);
}
