#include "base/random.h"
#include "draw.h"
#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 600, DIM = 3, RAW = 4, GROUPS = 3, CLASSES = 4 };

/* A source of recognisable rows (feature = 1000 row + column), a job with one dataset on it, and
 * the dataset made of both. */
typedef struct world {
    double x[ROWS * DIM];
    float single[ROWS * DIM];
    int32_t label[ROWS], group[ROWS];
    int8_t split[ROWS];
    llr_source_t source;
    llr_hash_t content;
    llr_job_dataset_t entry;
    llr_job_t job;
    llr_dataset_t dataset;
    llr_arena_t arena;
} world_t;

static char job_file[] = "jobs/toy.yaml", entry_name[] = "toy", entry_path[] = "toy.h5";

/* Rows of class 3 are few; group 2 is in class 3 only. */
static void fill_world(world_t *world)
{
    for (int i = 0; i < ROWS; i++) {
        world->label[i] = i % 20 == 7 ? 3 : i % 3;
        world->group[i] = world->label[i] == 3 ? 2 : (i / 5) % 2;
        world->split[i] = (int8_t)(i % 7 < 4 ? 0 : i % 7 < 5 ? 1 : 2);
        for (int j = 0; j < DIM; j++) {
            world->x[i * DIM + j] = 1000.0 * i + j;
            world->single[i * DIM + j] = (float)world->x[i * DIM + j];
        }
    }
}

static world_t *begin(bool with_split)
{
    world_t *world = calloc(1, sizeof *world);
    CU_ASSERT_PTR_NOT_NULL_FATAL(world);
    fill_world(world);
    CU_ASSERT_EQUAL_FATAL(llr_source_open_memory(&world->source, "toy.h5", world->x, ROWS, DIM,
                                                 world->label, world->group,
                                                 with_split ? world->split : NULL, NULL),
                          LLR_OK);
    world->content = llr_source_content(&world->source, world->x);
    world->entry = (llr_job_dataset_t){.name = entry_name, .path = entry_path, .line = 12};
    world->job = (llr_job_t){.file = job_file, .dataset = &world->entry, .datasets = 1};
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&world->arena, 1 << 20, NULL), LLR_OK);
    return world;
}

static llr_code_t create(world_t *world, llr_error_t *error)
{
    llr_dataset_destroy(&world->dataset);
    llr_code_t code =
        llr_dataset_create(&world->dataset, &world->job, 0, &world->source, world->content, error);
    world->dataset.features = world->x;
    return code;
}

static void end(world_t *world)
{
    llr_dataset_destroy(&world->dataset);
    llr_source_close(&world->source);
    llr_arena_destroy(&world->arena);
    free(world);
}

/* The split a row must be in (0 pool, 1, 2), by searching the lists; -1 nowhere, -2 twice. */
static int find_row(const llr_dataset_t *dataset, int64_t row, int32_t *class)
{
    int found = -1;
    const llr_facts_t *facts = &dataset->facts;
    for (int32_t c = 0; c < facts->shape.classes; c++)
        for (int64_t i = dataset->pool_start[c]; i < dataset->pool_start[c + 1]; i++)
            if (dataset->pool_row[i] == row) {
                found = found == -1 ? 0 : -2;
                *class = c;
            }
    for (int s = 0; s < LLR_SPLITS; s++)
        for (int64_t i = 0; i < dataset->eval[s].rows; i++)
            if (dataset->eval[s].row[i] == row) {
                found = found == -1 ? s + 1 : -2;
                *class = dataset->eval[s].label[i];
            }
    return found;
}

/* All lists and counts against the map raw label -> class, row by row. */
static void check_task(const world_t *world, const int32_t *map, const int8_t *split)
{
    const llr_facts_t *facts = &world->dataset.facts;
    int64_t pool[CLASSES] = {0}, eval[LLR_SPLITS][CLASSES + GROUPS] = {{0}}, rows = 0;
    for (int i = 0; i < ROWS; i++) {
        int32_t class = -1, expected = map[world->label[i]];
        int part = find_row(&world->dataset, i, &class);
        CU_ASSERT_EQUAL(part, expected < 0 ? -1 : split[i]);
        CU_ASSERT_EQUAL(class, expected);
        if (expected < 0) continue;
        if (split[i] == 0) {
            pool[expected]++;
            rows++;
        } else {
            eval[split[i] - 1][expected]++;
            eval[split[i] - 1][facts->shape.classes + world->group[i]]++;
        }
    }
    CU_ASSERT_EQUAL(facts->shape.groups, GROUPS);
    CU_ASSERT_EQUAL(facts->shape.kinds, facts->shape.classes);
    CU_ASSERT_EQUAL(world->dataset.lists, facts->shape.kinds);
    CU_ASSERT_EQUAL(facts->dim, DIM);
    CU_ASSERT_EQUAL(facts->columns, DIM);
    for (int32_t c = 0; c < facts->shape.classes; c++) {
        CU_ASSERT_EQUAL(facts->pool_count[c], pool[c]);
        CU_ASSERT_DOUBLE_EQUAL(facts->pool_prior[c], (double)pool[c] / (double)rows, 1e-15);
    }
    for (int s = 0; s < LLR_SPLITS; s++)
        for (int32_t k = 0; k < facts->shape.classes + GROUPS; k++)
            CU_ASSERT_EQUAL(facts->eval_count[s * llr_shape_slots(facts->shape) + k], eval[s][k]);
}

static void check_order(const llr_dataset_t *dataset)
{
    for (int32_t c = 0; c < dataset->facts.shape.classes; c++)
        for (int64_t i = dataset->pool_start[c] + 1; i < dataset->pool_start[c + 1]; i++)
            CU_ASSERT_TRUE(dataset->pool_row[i] > dataset->pool_row[i - 1]);
    for (int s = 0; s < LLR_SPLITS; s++)
        for (int64_t i = 1; i < dataset->eval[s].rows; i++)
            CU_ASSERT_TRUE(dataset->eval[s].row[i] > dataset->eval[s].row[i - 1]);
}

static void a_plain_task_is_the_source(void)
{
    static const int32_t map[RAW] = {0, 1, 2, 3};
    world_t *world = begin(true);
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    CU_ASSERT_EQUAL(world->dataset.facts.shape.classes, RAW);
    CU_ASSERT_FALSE(world->dataset.facts.synthetic);
    check_task(world, map, world->split);
    check_order(&world->dataset);
    CU_ASSERT_TRUE(llr_hash_equal(world->dataset.facts.content, world->content));
    CU_ASSERT_EQUAL(world->dataset.facts.resident_bytes, ROWS * DIM * 8);
    int64_t pool = world->dataset.pool_start[RAW];
    CU_ASSERT_EQUAL(world->dataset.facts.private_bytes,
                    8 * (RAW + 1 + pool) + (8 + 4 + 4) * (ROWS - pool));
    end(world);
}

/* The content id of the dataset with these classes. */
static llr_hash_t content_of_pair(world_t *world, int32_t first, int32_t second)
{
    int32_t classes[2] = {first, second}, map[RAW] = {-1, -1, -1, -1};
    map[first] = 0;
    map[second] = 1;
    world->entry.classes = classes;
    world->entry.class_count = 2;
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    CU_ASSERT_EQUAL(world->dataset.facts.shape.classes, 2);
    check_task(world, map, world->split);
    check_order(&world->dataset);
    return world->dataset.facts.content;
}

static void pairs_keep_two_labels_in_the_given_order(void)
{
    world_t *world = begin(true);
    llr_hash_t a = content_of_pair(world, 3, 1), b = content_of_pair(world, 1, 3);
    llr_hash_t c = content_of_pair(world, 0, 1);
    CU_ASSERT_FALSE(llr_hash_equal(a, b) || llr_hash_equal(a, c) || llr_hash_equal(b, c));
    CU_ASSERT_FALSE(llr_hash_equal(c, world->content));
    /* Group 2 has rows in class 3 only: it stays, with a count of 0. */
    CU_ASSERT_EQUAL(world->dataset.facts.shape.groups, GROUPS);
    CU_ASSERT_EQUAL(world->dataset.facts.eval_count[2 + 2], 0);
    CU_ASSERT_TRUE(world->dataset.facts.eval_count[2 + 1] > 0);
    end(world);
}

static llr_hash_t content_of_merge(world_t *world, int32_t *first, int32_t firsts, int32_t *second,
                                   int32_t seconds)
{
    int32_t *merge[2] = {first, second}, count[2] = {firsts, seconds}, map[RAW] = {-1, -1, -1, -1};
    for (int32_t i = 0; i < firsts; i++) map[first[i]] = 0;
    for (int32_t i = 0; i < seconds; i++) map[second[i]] = 1;
    world->entry.merge = merge;
    world->entry.merge_count = count;
    world->entry.merges = 2;
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    check_task(world, map, world->split);
    check_order(&world->dataset);
    return world->dataset.facts.content;
}

static void merges_map_labels_and_may_drop_some(void)
{
    int32_t a[2] = {0, 3}, swapped[2] = {3, 0}, b[2] = {1, 2}, c[1] = {2};
    world_t *world = begin(true);
    llr_hash_t whole = content_of_merge(world, a, 2, b, 2);
    llr_hash_t again = content_of_merge(world, swapped, 2, b, 2);
    llr_hash_t part = content_of_merge(world, a, 2, c, 1);
    llr_hash_t turned = content_of_merge(world, b, 2, a, 2);
    CU_ASSERT_TRUE(llr_hash_equal(whole, again)); /* the same task, written differently */
    CU_ASSERT_FALSE(llr_hash_equal(whole, part));
    CU_ASSERT_FALSE(llr_hash_equal(whole, turned));
    end(world);
}

/* Splits made by the job ----------------------------------------------------------------------- */

static void ask_for_split(world_t *world, double pool, double validation, double test, int64_t seed)
{
    world->entry.has_split = true;
    world->entry.split_fraction[0] = pool;
    world->entry.split_fraction[1] = validation;
    world->entry.split_fraction[2] = test;
    world->entry.split_seed = seed;
}

/* The part of every row, by searching the lists. */
static void read_split(const world_t *world, int8_t *part)
{
    for (int i = 0; i < ROWS; i++) {
        int32_t class;
        part[i] = (int8_t)find_row(&world->dataset, i, &class);
    }
}

static void made_splits_cut_every_class_by_the_fractions(void)
{
    static const double fraction[3] = {.55, .15, .3};
    static const int32_t map[RAW] = {1, 0, 1, 0};
    int32_t first[2] = {1, 3}, second[2] = {0, 2}, *merge[2] = {first, second}, lists[2] = {2, 2};
    int8_t part[ROWS];
    int64_t count[2][3] = {{0}}, rows[2] = {0};
    world_t *world = begin(true); /* the job's split replaces the file's */
    ask_for_split(world, fraction[0], fraction[1], fraction[2], 5);
    world->entry.merge = merge;
    world->entry.merge_count = lists;
    world->entry.merges = 2;
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    read_split(world, part);
    check_task(world, map, part); /* disjoint: no row is in two lists */
    check_order(&world->dataset);
    for (int i = 0; i < ROWS; i++) {
        CU_ASSERT_TRUE_FATAL(part[i] >= 0); /* covering */
        count[map[world->label[i]]][part[i]]++;
        rows[map[world->label[i]]]++;
    }
    for (int c = 0; c < 2; c++)
        for (int p = 0; p < 3; p++)
            CU_ASSERT_TRUE(fabs((double)count[c][p] - fraction[p] * (double)rows[c]) < 1);
    end(world);
}

static void made_splits_depend_on_seed_alone(void)
{
    int8_t first[ROWS], part[ROWS];
    int pooled[ROWS] = {0};
    enum { SEEDS = 400 };
    world_t *world = begin(false);
    for (int seed = 0; seed < SEEDS; seed++) {
        ask_for_split(world, .5, .25, .25, seed);
        CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
        for (int64_t i = 0; i < world->dataset.pool_start[RAW]; i++)
            pooled[world->dataset.pool_row[i]]++;
        if (seed == 3) read_split(world, first);
    }
    /* Every row is in the pool for half of the seeds: 5 standard deviations are 50. */
    for (int i = 0; i < ROWS; i++) CU_ASSERT_TRUE(abs(pooled[i] - SEEDS / 2) < 55);
    llr_hash_t content = world->dataset.facts.content;
    ask_for_split(world, .5, .25, .25, 3);
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    read_split(world, part);
    CU_ASSERT_EQUAL(memcmp(first, part, sizeof part), 0);
    CU_ASSERT_FALSE(llr_hash_equal(world->dataset.facts.content, content));
    CU_ASSERT_FALSE(llr_hash_equal(world->dataset.facts.content, world->content));
    end(world);
}

/* Subsamples ----------------------------------------------------------------------------------- */

static void draw(world_t *world, int64_t seed, const int64_t *count, int64_t *row)
{
    llr_subsample_t drawn;
    const llr_facts_t *facts = &world->dataset.facts;
    int64_t before = llr_arena_mark(&world->arena);
    CU_ASSERT_EQUAL_FATAL(
        draw_counts(&world->dataset, &world->job, seed, count, &drawn, &world->arena, NULL),
        LLR_OK);
    memcpy(row, drawn.row, (size_t)drawn.rows * sizeof *row);
    CU_ASSERT_TRUE(llr_arena_mark(&world->arena) - before <=
                   llr_subsample_bytes(facts, LLR_BY_CLASS, drawn.rows));
    llr_arena_release(&world->arena, before);
}

/* What llr_random_shuffle makes of the pool of a class. */
static void shuffle_pool(const world_t *world, int64_t seed, int32_t class, int64_t *row)
{
    const llr_dataset_t *dataset = &world->dataset;
    int64_t first = dataset->pool_start[class], rows = dataset->pool_start[class + 1] - first;
    llr_random_t random =
        llr_random_stream(dataset->facts.content, LLR_PURPOSE_PERMUTATION, seed, class);
    memcpy(row, dataset->pool_row + first, (size_t)rows * sizeof *row);
    llr_random_shuffle(&random, row, rows);
}

static void subsamples_are_fronts_of_a_permutation(void)
{
    static const int64_t small[RAW] = {5, 0, 40, 3}, large[RAW] = {60, 7, 41, 9};
    int64_t few[ROWS], many[ROWS], all[ROWS], whole[ROWS], *at_few = few, *at_many = many;
    world_t *world = begin(true);
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    int64_t *at_all = all;
    draw(world, 11, small, few);
    draw(world, 11, large, many);
    draw(world, 11, world->dataset.facts.pool_count, all);
    for (int32_t c = 0; c < RAW; c++) {
        int64_t rows = world->dataset.facts.pool_count[c];
        bool seen[ROWS] = {false};
        shuffle_pool(world, 11, c, whole);
        CU_ASSERT_EQUAL(memcmp(at_few, whole, (size_t)small[c] * sizeof *whole), 0);
        CU_ASSERT_EQUAL(memcmp(at_many, whole, (size_t)large[c] * sizeof *whole), 0);
        CU_ASSERT_EQUAL(memcmp(at_all, whole, (size_t)rows * sizeof *whole), 0);
        for (int64_t i = 0; i < rows; i++) {
            CU_ASSERT_EQUAL(world->label[at_all[i]], c);
            CU_ASSERT_EQUAL(world->split[at_all[i]], 0);
            CU_ASSERT_FALSE(seen[at_all[i]]);
            seen[at_all[i]] = true;
        }
        at_few += small[c];
        at_many += large[c];
        at_all += rows;
    }
    end(world);
}

static void streams_differ_by_task(void)
{
    int64_t first[50], second[50];
    static const int64_t count[2] = {25, 25};
    int32_t pair[2] = {0, 1}, turned[2] = {1, 0};
    world_t *world = begin(true);
    world->entry.classes = pair;
    world->entry.class_count = 2;
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    draw(world, 0, count, first);
    draw(world, 1, count, second);
    CU_ASSERT_NOT_EQUAL(memcmp(first, second, sizeof first), 0);
    world->entry.classes = turned;
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    draw(world, 0, count, second);
    CU_ASSERT_NOT_EQUAL(memcmp(first, second + 25, sizeof first / 2), 0);
    end(world);
}

static void too_many_rows_are_refused(void)
{
    llr_error_t error = {0};
    llr_subsample_t drawn;
    int64_t count[RAW] = {1, 1, 1, 0};
    world_t *world = begin(true);
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    count[3] = world->dataset.facts.pool_count[3] + 1;
    CU_ASSERT_EQUAL(
        draw_counts(&world->dataset, &world->job, 0, count, &drawn, &world->arena, &error),
        LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "list 3"));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "the pool has"));
    world->dataset.features = NULL;
    count[3] = 1;
    CU_ASSERT_EQUAL_FATAL(
        draw_counts(&world->dataset, &world->job, 0, count, &drawn, &world->arena, &error), LLR_OK);
    CU_ASSERT_EQUAL(
        llr_subsample_gather(&world->dataset, &drawn, 0, world->x, &world->arena, &error),
        LLR_FAILED);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "the features are not loaded"));
    end(world);
}

static void check_gathered(world_t *world, int32_t rows, const int64_t *count)
{
    llr_subsample_t drawn;
    double out[ROWS * DIM];
    CU_ASSERT_EQUAL_FATAL(
        draw_counts(&world->dataset, &world->job, 4, count, &drawn, &world->arena, NULL), LLR_OK);
    int64_t before = llr_arena_mark(&world->arena);
    CU_ASSERT_EQUAL(llr_subsample_gather(&world->dataset, &drawn, 4, out, &world->arena, NULL),
                    LLR_OK);
    CU_ASSERT_EQUAL(llr_arena_mark(&world->arena), before);
    for (int32_t i = 0; i < rows * DIM; i++)
        CU_ASSERT_EQUAL(out[i], 1000.0 * (double)drawn.row[i / DIM] + i % DIM);
    const llr_eval_t *eval = &world->dataset.eval[LLR_SPLIT_TEST];
    llr_dataset_eval_rows(&world->dataset, LLR_SPLIT_TEST, 20, 30, out);
    for (int32_t i = 0; i < 30 * DIM; i++)
        CU_ASSERT_EQUAL(out[i], 1000.0 * (double)eval->row[20 + i / DIM] + i % DIM);
}

static void features_arrive_as_doubles(void)
{
    static const int64_t count[RAW] = {20, 10, 5, 2};
    world_t *world = begin(true);
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    check_gathered(world, 37, count);
    world->source.type = LLR_FLOAT32;
    CU_ASSERT_EQUAL_FATAL(create(world, NULL), LLR_OK);
    CU_ASSERT_EQUAL(world->dataset.facts.resident_bytes, ROWS * DIM * 4);
    world->dataset.features = world->single;
    check_gathered(world, 37, count);
    end(world);
}

/* Mistakes ------------------------------------------------------------------------------------- */

static void expect_mistake(world_t *world, const char *phrase)
{
    llr_error_t error = {0};
    CU_ASSERT_EQUAL(create(world, &error), LLR_INVALID);
    int right = strstr(error.text, "jobs/toy.yaml:12: dataset \"toy\": ") == error.text &&
                strstr(error.text, phrase);
    if (!right) fprintf(stderr, "  expected \"%s\", got: %s\n", phrase, error.text);
    CU_ASSERT_TRUE(right);
}

static void expect_bad_classes(int32_t count, int32_t first, int32_t second, const char *phrase)
{
    int32_t classes[2] = {first, second};
    world_t *world = begin(true);
    world->entry.classes = classes;
    world->entry.class_count = count;
    expect_mistake(world, phrase);
    end(world);
}

static void expect_bad_merge(int32_t firsts, int32_t seconds, int32_t last, const char *phrase)
{
    int32_t first[2] = {0, 2}, second[2] = {1, last};
    int32_t *merge[2] = {first, second}, count[2] = {firsts, seconds};
    world_t *world = begin(true);
    world->entry.merge = merge;
    world->entry.merge_count = count;
    world->entry.merges = 2;
    expect_mistake(world, phrase);
    end(world);
}

static void wrong_classes_are_refused(void)
{
    expect_bad_classes(2, 0, 4, "classes: label 4 is not in toy.h5, which has labels 0 to 3");
    expect_bad_classes(2, -1, 0, "classes: label -1 is not in toy.h5");
    expect_bad_classes(2, 2, 2, "classes: label 2 stands there twice");
    expect_bad_classes(1, 2, 0, "classes: at least two classes");
    expect_bad_merge(2, 2, 0, "merge: label 0 stands there twice");
    expect_bad_merge(2, 2, 9, "merge: label 9 is not in toy.h5");
    expect_bad_merge(2, 0, 3, "merge: list 1 is empty");
}

static void wrong_splits_are_refused(void)
{
    world_t *world = begin(false);
    expect_mistake(world, "toy.h5 has no /split; add split:");
    ask_for_split(world, .99, .005, .005, 0);
    expect_mistake(world, "has no validation rows; give that part a larger share");
    ask_for_split(world, 0, .5, .5, 0);
    expect_mistake(world, "class 0 (label 0) has no pool rows");
    end(world);
    world = begin(true);
    for (int i = 0; i < ROWS; i++)
        if (world->label[i] == 3 && world->source.split[i] == 2) world->source.split[i] = 0;
    expect_mistake(world, "class 3 (label 3) has no test rows");
    end(world);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"a plain task is the source", a_plain_task_is_the_source},
        {"pairs keep two labels in the given order", pairs_keep_two_labels_in_the_given_order},
        {"merges map labels and may drop some", merges_map_labels_and_may_drop_some},
        {"made splits cut every class by the fractions",
         made_splits_cut_every_class_by_the_fractions},
        {"made splits depend on the seed alone", made_splits_depend_on_seed_alone},
        {"subsamples are fronts of a permutation", subsamples_are_fronts_of_a_permutation},
        {"streams differ by task", streams_differ_by_task},
        {"too many rows are refused", too_many_rows_are_refused},
        {"features arrive as doubles", features_arrive_as_doubles},
        {"wrong classes are refused", wrong_classes_are_refused},
        {"wrong splits are refused", wrong_splits_are_refused},
    };
    return LLR_RUN_SUITE("dataset", tests);
}
