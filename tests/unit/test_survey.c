/* The survey of a dataset, on rows whose covariance and repetitions are known exactly. */
#include "model/spectrum.h"
#include "store/survey.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>

enum { DIM = 6 };

/* Columns are orthogonal patterns of signs, so their covariance is diagonal: these squared. The
 * last column is constant. */
static const double deviation[DIM] = {5, 3, 2, 1, 0.5, 0};

static double value(int row, int column)
{
    int sign = __builtin_popcount((unsigned)(row & (column + 1))) % 2 ? -1 : 1;
    return 100 * (column + 1) + sign * deviation[column];
}

typedef struct world {
    double *x; /* rows x DIM */
    int32_t *label;
    int8_t *split;
    int64_t rows;
    llr_source_t source;
    llr_survey_t survey;
} world_t;

/* The first 64 rows are the pool, whose moments the others, far away, must not touch. */
static void begin(world_t *world, int64_t rows)
{
    *world = (world_t){.rows = rows,
                       .x = calloc((size_t)rows * DIM, sizeof(double)),
                       .label = calloc((size_t)rows, sizeof(int32_t)),
                       .split = calloc((size_t)rows, 1)};
    CU_ASSERT_TRUE_FATAL(world->x && world->label && world->split);
    for (int64_t i = 0; i < rows; i++) {
        for (int j = 0; j < DIM; j++) world->x[i * DIM + j] = value((int)(i % 64), j);
        if (i >= 64) world->x[i * DIM] += 1000 + (double)i;
        world->label[i] = (int32_t)(i % 2);
        world->split[i] = (int8_t)(i < 64 ? 0 : 1 + i % 2);
    }
}

static void survey(world_t *world, bool split)
{
    llr_error_t error = {0};
    CU_ASSERT_EQUAL_FATAL(llr_source_open_memory(&world->source, "toy", world->x, world->rows, DIM,
                                                 world->label, NULL, split ? world->split : NULL,
                                                 NULL),
                          LLR_OK);
    llr_code_t code = llr_survey_make(&world->survey, &world->source, &error);
    if (code != LLR_OK) fprintf(stderr, "%s\n", error.text);
    CU_ASSERT_EQUAL_FATAL(code, LLR_OK);
}

static void end(world_t *world)
{
    llr_survey_destroy(&world->survey);
    llr_source_close(&world->source);
    free(world->x);
    free(world->label);
    free(world->split);
}

/* Variances 25, 9, 4, 1, .25 of 39.25: 34 are 87 %, 38 are 97 %, 39 are 99.4 %. Z-scored: five
 * of 1. */
static void ranks_are_those_of_the_pool(void)
{
    static const int64_t plain[] = {3, 3, 4}, scaled[] = {5, 5, 5};
    world_t world;
    begin(&world, 80);
    survey(&world, true);
    CU_ASSERT_EQUAL(world.survey.pool, 64);
    CU_ASSERT_EQUAL(world.survey.spectrum_rows, 64);
    for (int s = 0; s < LLR_SURVEY_SHARES; s++) {
        CU_ASSERT_EQUAL(world.survey.rank[0][s], plain[s]);
        CU_ASSERT_EQUAL(world.survey.rank[1][s], scaled[s]);
    }
    for (int j = 0; j < DIM; j++) {
        CU_ASSERT_EQUAL(world.survey.least[j], 100 * (j + 1) - deviation[j]);
        CU_ASSERT_EQUAL(world.survey.most[j], 100 * (j + 1) + deviation[j]);
    }
    end(&world);
}

/* Moments of batches are those of all rows: here 40000 of them, of which every third counts. */
static void many_rows_are_thinned_evenly(void)
{
    world_t world;
    begin(&world, 40000);
    for (int64_t i = 0; i < 40000; i++)
        for (int j = 0; j < DIM; j++) world.x[i * DIM + j] = value((int)(i / 3 % 64), j);
    survey(&world, false);
    CU_ASSERT_EQUAL(world.survey.spectrum_rows, (40000 + 2) / 3);
    CU_ASSERT_EQUAL(world.survey.rank[0][0], 3);
    CU_ASSERT_EQUAL(world.survey.rank[0][2], 4);
    CU_ASSERT_EQUAL(world.survey.rank[1][2], 5);
    end(&world);
}

static void copy_row(world_t *world, int64_t from, int64_t to)
{
    memcpy(world->x + to * DIM, world->x + from * DIM, DIM * sizeof(double));
}

/* The patterns repeat; here every row is its own. */
static void begin_unique(world_t *world)
{
    begin(world, 100);
    for (int64_t i = 0; i < 100; i++) world->x[i * DIM + 1] = (double)i;
}

static void equal_rows_are_counted_by_parts(void)
{
    world_t world;
    begin_unique(&world);
    copy_row(&world, 7, 66);  /* pool, validation */
    copy_row(&world, 7, 68);  /* once more */
    copy_row(&world, 3, 67);  /* pool, test */
    copy_row(&world, 9, 10);  /* inside the pool */
    copy_row(&world, 70, 71); /* validation, test */
    copy_row(&world, 80, 82); /* inside validation */
    copy_row(&world, 1, 99);  /* pool, test: the first pair */
    survey(&world, true);
    const llr_survey_t *found = &world.survey;
    CU_ASSERT_TRUE(found->hashed);
    CU_ASSERT_EQUAL(found->repeats[0][1], 2);
    CU_ASSERT_EQUAL(found->repeats[0][2], 2);
    CU_ASSERT_EQUAL(found->repeats[1][2], 1);
    CU_ASSERT_EQUAL(found->repeats[0][0], 1);
    CU_ASSERT_EQUAL(found->repeats[1][1], 2);
    CU_ASSERT_EQUAL(found->repeats[2][2], 0);
    CU_ASSERT_EQUAL_FATAL(found->pairs, 3);
    static const int64_t pair[3][2] = {{1, 99}, {3, 67}, {7, 66}};
    for (int p = 0; p < 3; p++) {
        CU_ASSERT_EQUAL(found->pair[p][0], pair[p][0]);
        CU_ASSERT_EQUAL(found->pair[p][1], pair[p][1]);
    }
    end(&world);
}

static void without_a_split_repetitions_count(void)
{
    world_t world;
    begin_unique(&world);
    copy_row(&world, 9, 10);
    copy_row(&world, 9, 50);
    survey(&world, false);
    CU_ASSERT_EQUAL(world.survey.repeats[0][0], 2);
    CU_ASSERT_EQUAL_FATAL(world.survey.pairs, 1);
    CU_ASSERT_EQUAL(world.survey.pair[0][0], 9);
    CU_ASSERT_EQUAL(world.survey.pair[0][1], 10);
    end(&world);
}

static void no_row_equals_another_by_chance(void)
{
    world_t world;
    begin_unique(&world);
    survey(&world, true);
    CU_ASSERT_EQUAL(world.survey.pairs, 0);
    for (int a = 0; a < LLR_PARTS; a++)
        for (int b = 0; b < LLR_PARTS; b++) CU_ASSERT_EQUAL(world.survey.repeats[a][b], 0);
    end(&world);
}

static void shares_are_of_positive_variance(void)
{
    static const double ascending[] = {-1e-12, 1, 1, 8};
    CU_ASSERT_EQUAL(llr_variance_rank(ascending, 4, 4, 0.8), 1);
    CU_ASSERT_EQUAL(llr_variance_rank(ascending, 4, 4, 0.81), 2);
    CU_ASSERT_EQUAL(llr_variance_rank(ascending, 4, 4, 1), 3);
    CU_ASSERT_EQUAL(llr_variance_rank(ascending, 4, 2, 1), 2);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"ranks are those of the pool", ranks_are_those_of_the_pool},
        {"many rows are thinned evenly", many_rows_are_thinned_evenly},
        {"equal rows are counted by parts", equal_rows_are_counted_by_parts},
        {"without a split repetitions count", without_a_split_repetitions_count},
        {"no row equals another by chance", no_row_equals_another_by_chance},
        {"shares are of positive variance", shares_are_of_positive_variance},
    };
    return LLR_RUN_SUITE("survey", tests);
}
