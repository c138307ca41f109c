#include "sainte_lague.h"
#include "store/synthetic.h"
#include "suite.h"
#include "toy_draw.h"

#include <math.h>

/* Pool rows of a kind (-1: all), ascending, from the arrays that the dataset was made of. */
static int64_t list_pool(const toy_t *toy, int32_t kind, int64_t *row)
{
    int64_t count = 0;
    for (int64_t i = 0; i < TOY_ROWS; i++)
        if (toy_in_pool(toy, i) && (kind < 0 || toy_kind(toy, i) == kind)) row[count++] = i;
    return count;
}

/* The whole permutation of a list. */
static int64_t permute(const toy_t *toy, llr_purpose_t purpose, int64_t seed, int32_t kind,
                       int64_t *row)
{
    int64_t count = list_pool(toy, kind, row);
    llr_random_t random =
        llr_random_stream(toy->dataset.facts.content, purpose, seed, kind < 0 ? 0 : kind);
    llr_random_shuffle(&random, row, count);
    return count;
}

/* Stratified ----------------------------------------------------------------------------------- */

static void check_stratified(const toy_t *toy, llr_purpose_t purpose, int64_t n, int64_t seed)
{
    double prior[TOY_KINDS];
    int64_t row[TOY_ROWS], count[TOY_KINDS];
    int32_t kinds = toy->dataset.facts.shape.kinds;
    for (int32_t k = 0; k < kinds; k++)
        prior[k] = toy->job.prior ? toy->job.prior[k] : (double)list_pool(toy, k, row);
    sainte_lague(n, prior, kinds, count);
    drawn_t drawn = draw(toy, n, seed);
    check_layout(toy, &drawn.s);
    for (int32_t k = 0; k < kinds; k++) {
        permute(toy, purpose, seed, k, row);
        CU_ASSERT_EQUAL_FATAL(drawn.s.count[k], count[k]);
        CU_ASSERT_EQUAL(
            memcmp(row, drawn.s.row + drawn.s.kind_start[k], (size_t)count[k] * sizeof *row), 0);
    }
    release(&drawn);
}

/* Fronts of one permutation a kind: smaller n are nested in larger ones. */
static void strata_are_fronts_of_their_permutations(void)
{
    static const char *const keys[] = {"sizes: [9]\nweights_by: group\n",
                                       "sizes: [9]\nweights_by: class\n"};
    static const llr_purpose_t purpose[] = {LLR_PURPOSE_GROUP_PERMUTATION, LLR_PURPOSE_PERMUTATION};
    int64_t all[TOY_ROWS];
    for (int by = 0; by < 2; by++)
        for (int g = 0; g < 2; g++)
            for (int t = 0; t < 2; t++) {
                toy_t *toy = toy_begin((toy_groups_t)g, t ? &toy_pair : &toy_all, keys[by]);
                int64_t pool = list_pool(toy, -1, all);
                const int64_t n[] = {2, 11, 58, 200, pool};
                CU_ASSERT_EQUAL(toy->dataset.facts.shape.kinds,
                                by ? toy->task.classes : TOY_GROUPS);
                for (int i = 0; i < 5; i++)
                    for (int64_t seed = 0; seed < 3; seed++)
                        check_stratified(toy, purpose[by], n[i], seed);
                toy_end(toy);
            }
}

static void a_job_gives_priors_of_groups(void)
{
    llr_error_t error = {0};
    llr_subsample_t s;
    toy_t *toy = toy_begin(TOY_CROSSED, &toy_all,
                           "sizes: [9]\nweights_by: group\npriors: [.1, .3, .2, .1, .2999, "
                           ".0001]\n");
    for (int64_t n = 2; n <= 40; n++) check_stratified(toy, LLR_PURPOSE_GROUP_PERMUTATION, n, 4);
    llr_arena_t arena = planned_arena(toy, 400, 0);
    CU_ASSERT_EQUAL(llr_subsample_draw(&toy->dataset, 400, 0, &s, &arena, &error), LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "dataset \"toy\": "));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "the pool has"));
    llr_arena_destroy(&arena);
    toy_end(toy);
}

/* Of one row, which is of the most frequent class. */
static void every_pool_row_is_as_likely(void)
{
    enum { SEEDS = 6000 };
    int64_t count[TOY_ROWS] = {0}, pool[TOY_ROWS];
    toy_t *toy = toy_begin(TOY_CROSSED, &toy_all, "sizes: [9]\n");
    for (int seed = 0; seed < SEEDS; seed++) {
        drawn_t drawn = draw(toy, 1, seed);
        count[drawn.s.row[0]]++;
        release(&drawn);
    }
    double chi2 = 0, rows = (double)list_pool(toy, 0, pool), mean = SEEDS / rows;
    for (int64_t i = 0; i < (int64_t)rows; i++)
        chi2 += pow((double)count[pool[i]] - mean, 2) / mean;
    CU_ASSERT_TRUE(fabs(chi2 - (rows - 1)) < 5 * sqrt(2 * (rows - 1)));
    toy_end(toy);
}

/* Uniform -------------------------------------------------------------------------------------- */

/* The first n of one permutation of the whole pool, sorted by kind; inside a kind in its order. */
static void check_uniform(const toy_t *toy, int64_t n, int64_t seed)
{
    int64_t row[TOY_ROWS];
    int32_t kinds = toy->dataset.facts.shape.kinds;
    drawn_t drawn = draw(toy, n, seed);
    check_layout(toy, &drawn.s);
    permute(toy, LLR_PURPOSE_POOL_PERMUTATION, seed, -1, row);
    for (int32_t k = 0, at = 0; k < kinds; k++)
        for (int64_t i = 0; i < n; i++)
            if (toy_kind(toy, row[i]) == k) CU_ASSERT_EQUAL(drawn.s.row[at++], row[i]);
    release(&drawn);
}

static void uniform_rows_are_the_front_of_one_permutation(void)
{
    static const char *const keys[] = {UNIFORM "weights_by: group\n", UNIFORM};
    int64_t all[TOY_ROWS];
    for (int by = 0; by < 2; by++)
        for (int t = 0; t < 2; t++) {
            toy_t *toy = toy_begin(TOY_CROSSED, t ? &toy_pair : &toy_all, keys[by]);
            int64_t pool = list_pool(toy, -1, all);
            CU_ASSERT_EQUAL(toy->dataset.lists, 1);
            for (int64_t seed = 0; seed < 3; seed++)
                for (int64_t n = 2; n < 2 * pool; n *= 3)
                    check_uniform(toy, n < pool ? n : pool, seed);
            toy_end(toy);
        }
}

static void too_many_uniform_rows_are_refused(void)
{
    llr_error_t error = {0};
    int64_t all[TOY_ROWS];
    llr_subsample_t s;
    toy_t *toy = toy_begin(TOY_CROSSED, &toy_all, UNIFORM);
    int64_t pool = list_pool(toy, -1, all);
    llr_arena_t arena = planned_arena(toy, pool + 1, 0);
    CU_ASSERT_EQUAL(llr_subsample_draw(&toy->dataset, pool + 1, 0, &s, &arena, &error),
                    LLR_INVALID);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "the pool has"));
    llr_arena_destroy(&arena);
    toy_end(toy);
}

/* Rows of the rare class are hypergeometric: mean, variance, and how often there is none. */
static void uniform_counts_are_hypergeometric(void)
{
    enum { SEEDS = 3000, N = 12 };
    int64_t row[TOY_ROWS];
    double sum = 0, square = 0, none = 1, missing = 0;
    toy_t *toy = toy_begin(TOY_CROSSED, &toy_all, UNIFORM);
    double pool = (double)list_pool(toy, -1, row), rare = (double)list_pool(toy, 2, row);
    for (int64_t seed = 0; seed < SEEDS; seed++) {
        drawn_t drawn = draw(toy, N, seed);
        double count = (double)drawn.s.class_count[2];
        bool lacks = !drawn.s.class_count[0] || !drawn.s.class_count[1] || count == 0;
        sum += count;
        square += count * count;
        missing += count == 0;
        CU_ASSERT_EQUAL(llr_subsample_misses_class(&toy->dataset, &drawn.s), lacks);
        release(&drawn);
    }
    double p = rare / pool, mean = N * p, variance = mean * (1 - p) * (pool - N) / (pool - 1);
    for (int i = 0; i < N; i++) none *= (pool - rare - i) / (pool - i);
    CU_ASSERT_TRUE(fabs(sum / SEEDS - mean) < 5 * sqrt(variance / SEEDS));
    CU_ASSERT_TRUE(fabs(square / SEEDS - sum / SEEDS * sum / SEEDS - variance) < 0.2 * variance);
    CU_ASSERT_TRUE(fabs(missing / SEEDS - none) < 5 * sqrt(none * (1 - none) / SEEDS));
    toy_end(toy);
}

/* Synthetic ------------------------------------------------------------------------------------ */

/* Rows of a class are the first of its stream; the rows of n are those of n + 1 but one. */
static void synthetic_uniform_rows_are_nested(void)
{
    toy_t *toy = toy_begin_synthetic(GAUSS, UNIFORM);
    const llr_dataset_t *dataset = &toy->dataset;
    int64_t before[TOY_LABELS] = {0};
    double x[60 * 4], wanted[60 * 4];
    for (int64_t n = 1; n <= 60; n++) {
        drawn_t drawn = draw(toy, n, 5);
        int64_t more = 0;
        CU_ASSERT_EQUAL(llr_subsample_gather(dataset, &drawn.s, 5, x, &drawn.arena, NULL), LLR_OK);
        for (int32_t c = 0; c < 3; c++) {
            llr_random_t random =
                llr_random_stream(dataset->facts.content, LLR_PURPOSE_SYNTHETIC_ROW, 5, c);
            int64_t first = drawn.s.kind_start[c], count = drawn.s.count[c];
            llr_synthetic_rows(&random, dataset->mean + c * 4, dataset->deviation, 4, count,
                               wanted);
            CU_ASSERT_EQUAL(memcmp(wanted, x + first * 4, (size_t)count * 4 * sizeof *x), 0);
            for (int64_t i = 0; i < count; i++) CU_ASSERT_EQUAL(drawn.s.row[first + i], i);
            CU_ASSERT_TRUE(count >= before[c]);
            CU_ASSERT_EQUAL(drawn.s.class_count[c], count);
            more += count - before[c];
            before[c] = count;
        }
        CU_ASSERT_EQUAL(more, 1);
        release(&drawn);
    }
    toy_end(toy);
}

static void synthetic_uniform_classes_follow_the_priors(void)
{
    enum { SEEDS = 400, N = 50 };
    static const double prior[] = {.6, .3, .1};
    double count[TOY_LABELS] = {0}, chi2 = 0;
    int64_t missing = 0, lacking = 0;
    toy_t *toy = toy_begin_synthetic(GAUSS, UNIFORM);
    for (int64_t seed = 0; seed < SEEDS; seed++) {
        drawn_t drawn = draw(toy, N, seed), few = draw(toy, 6, seed);
        for (int c = 0; c < 3; c++) count[c] += (double)drawn.s.count[c];
        missing += llr_subsample_misses_class(&toy->dataset, &few.s);
        lacking += !few.s.count[0] || !few.s.count[1] || !few.s.count[2];
        release(&drawn);
        release(&few);
    }
    for (int c = 0; c < 3; c++) {
        double wanted = SEEDS * N * prior[c];
        chi2 += (count[c] - wanted) * (count[c] - wanted) / wanted;
    }
    CU_ASSERT_TRUE(chi2 < 13.8); /* 2 degrees of freedom: 1e-3 */
    CU_ASSERT_EQUAL(missing, lacking);
    CU_ASSERT_TRUE(missing > 0 && missing < SEEDS);
    toy_end(toy);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"strata are fronts of their permutations", strata_are_fronts_of_their_permutations},
        {"every pool row is as likely", every_pool_row_is_as_likely},
        {"a job gives priors of groups", a_job_gives_priors_of_groups},
        {"uniform rows are the front of one permutation",
         uniform_rows_are_the_front_of_one_permutation},
        {"too many uniform rows are refused", too_many_uniform_rows_are_refused},
        {"uniform counts are hypergeometric", uniform_counts_are_hypergeometric},
        {"synthetic uniform rows are nested", synthetic_uniform_rows_are_nested},
        {"synthetic uniform classes follow the priors",
         synthetic_uniform_classes_follow_the_priors},
    };
    return LLR_RUN_SUITE("subsample", tests);
}
