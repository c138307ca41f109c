#include "suite.h"
#include "toy_draw.h"

#include <math.h>

/* Balanced cuts -------------------------------------------------------------------------------- */

static int64_t smallest(const int64_t *count, int32_t kinds)
{
    int64_t least = INT64_MAX;
    for (int32_t k = 0; k < kinds; k++)
        if (count[k] && count[k] < least) least = count[k];
    return least;
}

static void cut(const toy_t *toy, drawn_t *drawn, int64_t seed, int64_t repeat,
                llr_subsample_t *out)
{
    int64_t before = drawn->arena.used;
    CU_ASSERT_EQUAL_FATAL(
        llr_subsample_balance(&toy->dataset, &drawn->s, seed, repeat, out, &drawn->arena, NULL),
        LLR_OK);
    CU_ASSERT_TRUE(drawn->arena.used - before <=
                   llr_subsample_bytes(&toy->dataset.facts, toy->job.weights_by, drawn->s.rows));
}

static void first_rows_of_each_kind_are_kept(void)
{
    static const char *const keys[] = {"sizes: [9]\nweights_by: group\n", "sizes: [9]\n", UNIFORM,
                                       UNIFORM "weights_by: group\n"};
    for (int j = 0; j < 4; j++) {
        toy_t *toy = toy_begin(TOY_CROSSED, &toy_pair, keys[j]);
        int32_t kinds = toy->dataset.facts.shape.kinds, present = 0;
        drawn_t drawn = draw(toy, 70, 3);
        int64_t least = smallest(drawn.s.count, kinds);
        llr_subsample_t half;
        cut(toy, &drawn, 3, -1, &half);
        check_layout(toy, &half);
        for (int32_t k = 0; k < kinds; k++) {
            bool absent = !drawn.s.count[k];
            present += !absent;
            CU_ASSERT_EQUAL(half.count[k], absent ? 0 : least);
            CU_ASSERT_EQUAL(memcmp(half.row + half.kind_start[k],
                                   drawn.s.row + drawn.s.kind_start[k],
                                   (size_t)half.count[k] * sizeof *half.row),
                            0);
        }
        CU_ASSERT_EQUAL(half.rows, present * least);
        /* Groups 4 and 5 have no rows in the pool of the pair. */
        CU_ASSERT_EQUAL(present, toy->job.weights_by == LLR_BY_GROUP ? 4 : 2);
        release(&drawn);
        toy_end(toy);
    }
}

/* How often each row of S is drawn, over the repeats. */
static void count_draws(const toy_t *toy, drawn_t *drawn, int64_t repeats, double *times)
{
    for (int64_t r = 0; r < repeats; r++) {
        llr_subsample_t part;
        int64_t mark = llr_arena_mark(&drawn->arena);
        cut(toy, drawn, 2, r, &part);
        check_layout(toy, &part);
        for (int64_t i = 0; i < part.rows; i++)
            for (int64_t j = 0; j < drawn->s.rows; j++) times[j] += drawn->s.row[j] == part.row[i];
        llr_arena_release(&drawn->arena, mark);
    }
}

/* Drawing without putting back has the variance of a proportion by 1 - share. */
static void drawn_rows_are_equally_likely(void)
{
    enum { REPEATS = 1500, N = 60 };
    double times[N] = {0};
    toy_t *toy = toy_begin(TOY_CROSSED, &toy_all, "sizes: [9]\nweights_by: group\n");
    drawn_t drawn = draw(toy, N, 2);
    int32_t kinds = toy->dataset.facts.shape.kinds;
    double least = (double)smallest(drawn.s.count, kinds), drawn_rows = 0;
    count_draws(toy, &drawn, REPEATS, times);
    for (int32_t k = 0; k < kinds; k++) {
        double rows = (double)drawn.s.count[k], chi2 = 0, mean = REPEATS * least / rows;
        for (int64_t j = drawn.s.kind_start[k]; j < drawn.s.kind_start[k + 1]; j++) {
            chi2 += (times[j] - mean) * (times[j] - mean) / mean;
            drawn_rows += times[j];
            if (rows == least) CU_ASSERT_EQUAL(times[j], REPEATS);
        }
        if (rows <= least) continue;
        chi2 *= (rows - 1) / (rows - least);
        CU_ASSERT_TRUE(fabs(chi2 - (rows - 1)) < 5 * sqrt(2 * (rows - 1)));
    }
    CU_ASSERT_EQUAL(drawn_rows, REPEATS * least * 5); /* group 5 is not in the pool */
    release(&drawn);
    toy_end(toy);
}

/* A repeat is a function of its number: not of the draws before it, nor of who asks; -1, the first
 * rows, is none of the others. */
static void repeats_differ_and_are_repeatable(void)
{
    enum { REPEATS = 8, N = 90 };
    int64_t row[REPEATS][N];
    toy_t *toy = toy_begin(TOY_NESTED, &toy_all, "sizes: [9]\n");
    for (int pass = 0; pass < 2; pass++)
        for (int r = 0; r < REPEATS; r++) {
            int place = pass ? REPEATS - 1 - r : r;
            drawn_t drawn = draw(toy, N, 6);
            llr_subsample_t part;
            if (pass) llr_arena_take(&drawn.arena, 1, 1);
            cut(toy, &drawn, 6, place - 1, &part);
            size_t bytes = (size_t)part.rows * sizeof *part.row;
            if (pass) CU_ASSERT_EQUAL(memcmp(part.row, row[place], bytes), 0);
            memcpy(row[place], part.row, bytes);
            for (int other = 0; !pass && other < r; other++)
                CU_ASSERT_NOT_EQUAL(memcmp(row[r], row[other], bytes), 0);
            release(&drawn);
        }
    toy_end(toy);
}

/* Arranged and gathered ------------------------------------------------------------------------ */

/* Place of a row in a list. */
static int64_t find(const int64_t *list, int64_t count, int64_t row)
{
    for (int64_t i = 0; i < count; i++)
        if (list[i] == row) return i;
    return -1;
}

/* Pairs of a kind and a class that have rows. */
static int32_t count_pairs(const toy_t *toy, const llr_subsample_t *s)
{
    bool seen[TOY_KINDS][TOY_LABELS] = {{false}};
    int32_t pairs = 0;
    for (int64_t i = 0; i < s->rows; i++) {
        bool *mine = &seen[toy_kind(toy, s->row[i])][toy_class(toy, s->row[i])];
        pairs += !*mine;
        *mine = true;
    }
    return pairs;
}

static void check_strata(const toy_t *toy, const llr_subsample_t *s, const int64_t *before)
{
    int32_t last_kind = -1, last_class = -1;
    CU_ASSERT_EQUAL(s->stratum_start[0], 0);
    CU_ASSERT_EQUAL(s->stratum_start[s->strata], s->rows);
    CU_ASSERT_EQUAL(s->strata, count_pairs(toy, s));
    CU_ASSERT_TRUE(s->strata <= llr_subsample_strata(&toy->dataset.facts, toy->job.weights_by));
    for (int32_t t = 0; t < s->strata; t++) {
        int32_t kind = s->stratum_kind[t], class = s->stratum_class[t];
        int64_t first = s->stratum_start[t], last = s->stratum_start[t + 1];
        CU_ASSERT_TRUE(last > first); /* strata have rows */
        CU_ASSERT_TRUE(kind > last_kind || (kind == last_kind && class > last_class));
        for (int64_t i = first; i < last; i++) {
            CU_ASSERT_EQUAL(toy_kind(toy, s->row[i]), kind);
            CU_ASSERT_EQUAL(toy_class(toy, s->row[i]), class);
            CU_ASSERT_EQUAL(s->class[i], class);
            if (i > first) /* the order stays */
                CU_ASSERT_TRUE(find(before, s->rows, s->row[i]) >
                               find(before, s->rows, s->row[i - 1]));
        }
        last_kind = kind;
        last_class = class;
    }
}

static void strata_are_sorted_and_features_follow(void)
{
    static const char *const keys[] = {"sizes: [9]\nweights_by: group\n", "sizes: [9]\n",
                                       UNIFORM "weights_by: group\n", UNIFORM};
    for (int j = 0; j < 4; j++)
        for (int g = 0; g < 2; g++) {
            toy_t *toy = toy_begin((toy_groups_t)g, &toy_all, keys[j]);
            drawn_t drawn = draw(toy, 80, 1);
            int64_t before[80];
            double x[80 * TOY_DIM];
            memcpy(before, drawn.s.row, sizeof before);
            CU_ASSERT_EQUAL_FATAL(
                llr_subsample_arrange(&toy->dataset, &drawn.s, &drawn.arena, NULL), LLR_OK);
            check_layout(toy, &drawn.s);
            check_strata(toy, &drawn.s, before);
            CU_ASSERT_EQUAL(llr_subsample_gather(&toy->dataset, &drawn.s, 1, x, &drawn.arena, NULL),
                            LLR_OK);
            for (int64_t i = 0; i < 80; i++)
                CU_ASSERT_EQUAL(
                    memcmp(x + i * TOY_DIM, toy->x + drawn.s.row[i] * TOY_DIM, TOY_DIM * sizeof *x),
                    0);
            release(&drawn);
            toy_end(toy);
        }
}

/* Rows of a synthetic cut are rows of S, wherever they stand in their streams. */
static void synthetic_cuts_have_the_rows_of_the_whole(void)
{
    double x[50 * 4], y[50 * 4];
    toy_t *toy = toy_begin_synthetic(GAUSS, "sizes: [9]\n");
    drawn_t drawn = draw(toy, 50, 8);
    llr_subsample_gather(&toy->dataset, &drawn.s, 8, x, &drawn.arena, NULL);
    for (int64_t r = -1; r < 5; r++) {
        llr_subsample_t part;
        int64_t mark = llr_arena_mark(&drawn.arena);
        cut(toy, &drawn, 8, r, &part);
        CU_ASSERT_EQUAL(part.rows, 15);
        CU_ASSERT_EQUAL(llr_subsample_gather(&toy->dataset, &part, 8, y, &drawn.arena, NULL),
                        LLR_OK);
        for (int64_t i = 0; i < part.rows; i++) {
            int64_t place = drawn.s.kind_start[part.class[i]] + part.row[i];
            CU_ASSERT_TRUE(part.row[i] < drawn.s.count[part.class[i]]);
            CU_ASSERT_EQUAL(memcmp(y + i * 4, x + place * 4, 4 * sizeof *x), 0);
        }
        llr_arena_release(&drawn.arena, mark);
    }
    release(&drawn);
    toy_end(toy);
}

/* Workspace ------------------------------------------------------------------------------------ */

/* Everything a unit does with a subsample, in an arena of the planned bytes. */
static void check_workspace(const toy_t *toy, int64_t n)
{
    const llr_dataset_t *dataset = &toy->dataset;
    llr_subsample_t s, part;
    double *x = malloc((size_t)(n * dataset->facts.dim) * sizeof *x);
    llr_arena_t arena = planned_arena(toy, n, 1);
    bool good = llr_subsample_draw(dataset, n, 1, &s, &arena, NULL) == LLR_OK;
    for (int64_t r = -1; good && r < 2; r++) {
        int64_t mark = llr_arena_mark(&arena);
        good = llr_subsample_balance(dataset, &s, 1, r, &part, &arena, NULL) == LLR_OK &&
               llr_subsample_arrange(dataset, &part, &arena, NULL) == LLR_OK &&
               llr_subsample_gather(dataset, &part, 1, x, &arena, NULL) == LLR_OK;
        llr_arena_release(&arena, mark);
    }
    llr_arena_t alone = planned_arena(toy, n, 0);
    good = good && llr_subsample_draw(dataset, n, 1, &s, &alone, NULL) == LLR_OK &&
           llr_subsample_arrange(dataset, &s, &alone, NULL) == LLR_OK &&
           llr_subsample_gather(dataset, &s, 1, x, &alone, NULL) == LLR_OK;
    CU_ASSERT_TRUE(good);
    CU_ASSERT_TRUE(arena.peak <= arena.size && alone.peak <= alone.size);
    llr_arena_destroy(&alone);
    llr_arena_destroy(&arena);
    free(x);
}

/* Drawing takes no memory for columns: planned for one, where the pool's list is the larger part.
 */
static void check_drawing(const toy_t *toy, int64_t n)
{
    llr_subsample_t s;
    llr_arena_t arena;
    llr_facts_t facts = toy->dataset.facts;
    facts.columns = 1;
    int64_t kept = llr_subsample_bytes(&facts, toy->job.weights_by, n);
    int64_t bytes = kept + llr_subsample_scratch(&facts, n);
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, bytes, NULL), LLR_OK);
    CU_ASSERT_EQUAL(llr_subsample_draw(&toy->dataset, n, 1, &s, &arena, NULL), LLR_OK);
    CU_ASSERT_EQUAL(llr_subsample_arrange(&toy->dataset, &s, &arena, NULL), LLR_OK);
    CU_ASSERT_TRUE(arena.used <= kept);
    llr_arena_destroy(&arena);
}

static int64_t pool_rows(const toy_t *toy)
{
    int64_t rows = 0;
    for (int64_t i = 0; i < TOY_ROWS; i++) rows += toy_in_pool(toy, i);
    return rows;
}

static void workspace_is_as_planned(void)
{
    static const char *const keys[] = {"sizes: [9]\nweights_by: group\n", "sizes: [9]\n", UNIFORM,
                                       UNIFORM "weights_by: group\n"};
    static const char *const gauss[] = {GAUSS, "synthetic: {d: 1, priors: [.5, .5]}",
                                        "synthetic: {d: 300, priors: [.9, .1]}"};
    for (int j = 0; j < 4; j++)
        for (int g = 0; g < 2; g++) {
            toy_t *toy = toy_begin((toy_groups_t)g, g ? &toy_pair : &toy_all, keys[j]);
            int64_t pool = pool_rows(toy);
            for (int64_t n = 2; n < pool; n += 1 + n / 3) {
                check_workspace(toy, n);
                check_drawing(toy, n);
            }
            check_workspace(toy, pool);
            check_drawing(toy, pool);
            toy_end(toy);
        }
    for (int j = 0; j < 3; j++)
        for (int k = 1; k < 3; k++) {
            toy_t *toy = toy_begin_synthetic(gauss[j], keys[k]);
            for (int64_t n = 2; n < 3000; n *= 3) check_workspace(toy, n);
            toy_end(toy);
        }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"first rows of each kind are kept", first_rows_of_each_kind_are_kept},
        {"drawn rows are equally likely", drawn_rows_are_equally_likely},
        {"repeats differ and are repeatable", repeats_differ_and_are_repeatable},
        {"strata are sorted, and features follow", strata_are_sorted_and_features_follow},
        {"synthetic cuts have the rows of the whole", synthetic_cuts_have_the_rows_of_the_whole},
        {"workspace is as planned", workspace_is_as_planned},
    };
    return LLR_RUN_SUITE("subsample_cut", tests);
}
