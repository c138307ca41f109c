/* Mistakes and warnings that a job and its data show together. */
#include "model/grid.h"
#include "suite.h"

#include <stdio.h>
#include <string.h>

/* Two classes of 200 and 60 pool rows; groups of 150 (class 0), 80 (both), 30 (class 1), and one
 * that is not in the pool. */
static llr_facts_t make_facts(llr_by_t by, bool groups)
{
    static const int64_t pool[] = {200, 60, 150, 80, 30, 0};
    static const int32_t class[] = {0, LLR_SEVERAL_CLASSES, 1, LLR_NO_CLASS};
    static const int64_t eval[] = {70, 29, 50, 28, 20, 1};
    llr_facts_t facts = {.dim = 10, .columns = 12, .shape = {2, groups ? 4 : 0, 2}};
    if (by == LLR_BY_GROUP && groups) facts.shape.kinds = 4;
    CU_ASSERT_EQUAL_FATAL(llr_facts_allocate(&facts), 0);
    for (int k = 0; k < (groups ? 6 : 2); k++) {
        facts.pool_count[k] = pool[k];
        facts.pool_prior[k] = (double)pool[k] / 260;
        for (int s = 0; s < LLR_SPLITS; s++)
            facts.eval_count[s * llr_shape_slots(facts.shape) + k] = eval[k];
    }
    if (groups) memcpy(facts.group_class, class, sizeof class);
    return facts;
}

typedef void look_t(const llr_grid_t *grid, const llr_facts_t *facts, llr_findings_t *findings);

/* What is said of a job, keys besides datasets; says: lines expected, in order. */
static void expect(look_t *look, bool groups, const char *keys, int64_t lines,
                   const char *const *says)
{
    llr_job_t job;
    llr_grid_t grid;
    llr_findings_t findings = {0};
    llr_error_t error = {0};
    llr_text_t text = {0};
    llr_text_add(&text, "datasets:\n  - {name: a, path: a.h5}\n%s", keys);
    CU_ASSERT_EQUAL_FATAL(
        llr_job_parse(&job, text.data, text.length, "a.yaml", "", &findings, &error), LLR_OK);
    llr_facts_t facts = make_facts(job.weights_by, groups);
    CU_ASSERT_EQUAL_FATAL(llr_job_resolve_sizes(&job, 0, facts.dim, &error), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_grid_create(&grid, &job), 0);
    look(&grid, &facts, &findings);
    CU_ASSERT_EQUAL(findings.count, lines);
    for (int64_t i = 0; i < findings.count; i++) {
        bool right = i < lines && strstr(findings.line[i], says[i]) &&
                     strstr(findings.line[i], "a.yaml:2: dataset \"a\": ") == findings.line[i];
        CU_ASSERT_TRUE(right);
        if (!right)
            fprintf(stderr, "  wanted `%s`, said `%s`\n", i < lines ? says[i] : "nothing",
                    findings.line[i]);
    }
    llr_grid_destroy(&grid);
    llr_facts_destroy(&facts);
    llr_job_destroy(&job);
    llr_findings_destroy(&findings);
    llr_text_destroy(&text);
}

#define EXPECT(look, groups, keys, ...)                                                            \
    expect(look, groups, keys, sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *),       \
           (const char *[]){__VA_ARGS__})
#define EXPECT_NOTHING(look, groups, keys) expect(look, groups, keys, 0, NULL)

static void good_jobs_have_no_mistakes(void)
{
    EXPECT_NOTHING(llr_grid_check, true, "sizes: [3, 260]\nratios: [2]\n");
    EXPECT_NOTHING(llr_grid_check, true, "sizes: [6, 260]\nweights_by: group\n");
    EXPECT_NOTHING(llr_grid_check, true, "sizes: [2, 260]\nsampling: uniform\n");
    EXPECT_NOTHING(llr_grid_check, true,
                   "sizes: [2, 260]\nsampling: uniform\nweights_by: group\n"
                   "select_by: worst_group\n");
    EXPECT_NOTHING(llr_grid_check, true, "deltas: [.5, .04]\nsampling: uniform\n");
}

static void the_pool_has_too_few_rows(void)
{
    EXPECT(llr_grid_check, true, "sizes: [100, 261]\n",
           "sizes: n = 261 asks for 201 rows of class 0, the pool has 200");
    EXPECT(llr_grid_check, true, "sizes: [262]\nweights_by: group\n",
           "sizes: n = 262 asks for 151 rows of group 0, the pool has 150");
    EXPECT(llr_grid_check, true, "sizes: [261]\nsampling: uniform\n",
           "sizes: n = 261, the pool has 260 rows");
    EXPECT(llr_grid_check, true, "deltas: [.5, .038]\nsampling: uniform\n",
           "deltas: n = 263, the pool has 260 rows");
    EXPECT(llr_grid_check, true, "deltas: [.1]\npriors: [.2, .8]\n",
           "deltas: n = 100 asks for 80 rows of class 1, the pool has 60");
    EXPECT(llr_grid_check, true, "sizes: [100]\nweights_by: group\npriors: [.3, .3, .3, .1]\n",
           "sizes: n = 100 asks for 10 rows of group 3, the pool has 0");
}

/* Class 1 may come from group 1 or 2; of two rows both are of group 0. */
static void a_class_that_cannot_be_reached_is_found(void)
{
    EXPECT(llr_grid_check, true, "sizes: [2]\npriors: [.99, .01]\n",
           "sizes: of 2 rows class 1 gets none");
    EXPECT(llr_grid_check, true, "sizes: [2]\nweights_by: group\npriors: [.97, .01, .01, .01]\n",
           "sizes: of 2 rows class 1 gets none");
    EXPECT_NOTHING(llr_grid_check, true,
                   "sizes: [2]\nweights_by: group\npriors: [.01, .97, .01, .01]\n");
    EXPECT(llr_grid_check, true, "sizes: [2]\nweights_by: group\npriors: [.01, .01, .97, .01]\n",
           "sizes: of 2 rows class 0 gets none");
}

static void what_needs_groups_says_so(void)
{
    EXPECT(llr_grid_check, false, "sizes: [100]\nweights_by: group\n",
           "weights_by: group, but it has no groups; use class");
    EXPECT(llr_grid_check, false, "sizes: [100]\nselect_by: worst_group\n",
           "select_by: worst_group, but it has no groups; use worst_class");
    EXPECT(llr_grid_check, true, "sizes: [100]\npriors: [.5, .3, .2]\n",
           "priors: 3 given, it has 2 classes");
    EXPECT(llr_grid_check, true, "sizes: [100]\nweights_by: group\npriors: [.5, .5]\n",
           "priors: 2 given, it has 4 groups");
}

/* Warnings ------------------------------------------------------------------------------------- */

static void few_rows_are_warned_of_where_they_count(void)
{
    static const char class[] = "class 1 has 29 validation rows: an accuracy over them moves in "
                                "steps of 0.034";
    static const char *const group[] = {"group 1 has 28 validation rows", "group 2 has 20 val",
                                        "group 3 has 1 validation rows"};
    EXPECT(llr_grid_warn, true, "sizes: [100]\n", class);
    EXPECT(llr_grid_warn, false, "sizes: [100]\n", class);
    EXPECT(llr_grid_warn, true, "sizes: [100]\nselect_by: worst_group\n", class, group[0], group[1],
           group[2]);
    EXPECT(llr_grid_warn, true, "sizes: [100]\nweights_by: group\n", class, group[0], group[1],
           group[2]);
}

/* Of 3 rows group 2, of the pool, gets none; group 3 is not in the pool and not asked for. */
static void absent_groups_are_warned_of(void)
{
    EXPECT(llr_grid_warn, true, "sizes: [100, 3]\nweights_by: group\n", "class 1", "group 1 has",
           "group 2 has", "group 3 has", "of 3 rows group 2 gets none; its weight is left out");
    EXPECT(llr_grid_warn, true, "sizes: [100, 3]\nweights_by: group\nsampling: uniform\n",
           "class 1", "group 1 has", "group 2 has", "group 3 has");
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"good jobs have no mistakes", good_jobs_have_no_mistakes},
        {"the pool has too few rows", the_pool_has_too_few_rows},
        {"a class that cannot be reached is found", a_class_that_cannot_be_reached_is_found},
        {"what needs groups says so", what_needs_groups_says_so},
        {"few rows are warned of where they count", few_rows_are_warned_of_where_they_count},
        {"absent groups are warned of", absent_groups_are_warned_of},
    };
    return LLR_RUN_SUITE("grid_check", tests);
}
