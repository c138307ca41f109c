/* Keys of a job that say what is sampled, what shares a weight, and what is fitted. */
#include "base/memory.h"
#include "model/job.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static llr_code_t parse(llr_job_t *job, const char *text, llr_findings_t *findings)
{
    llr_error_t error = {0};
    return llr_job_parse(job, text, (int64_t)strlen(text), "jobs/a.yaml", "/data/jobs", findings,
                         &error);
}

static llr_job_t parse_good(const char *text)
{
    llr_job_t job;
    llr_findings_t findings = {0};
    llr_code_t code = parse(&job, text, &findings);
    for (int64_t i = 0; i < findings.count; i++) fprintf(stderr, "  %s\n", findings.line[i]);
    CU_ASSERT_EQUAL_FATAL(code, LLR_OK);
    llr_findings_destroy(&findings);
    return job;
}

#define DATA "datasets: [{name: a, path: a.h5}]\n"
#define GOOD DATA "sizes: [100]\n"

static const struct {
    const char *text, *says; /* a job, and what its one line must contain */
} mistakes[] = {
    {DATA "deltas: [0]\n", "a.yaml:2: deltas: 0 is out of range; it must be greater than 0"},
    {DATA "deltas: [.5, -1]\n", "a.yaml:2: deltas: -1 is out of range"},
    {DATA "deltas: []\n", "a.yaml:2: deltas: the list is empty; give at least one"},
    {DATA "deltas: [.1, 0.10]\n", "a.yaml:2: deltas: 0.1 stands there twice"},
    {GOOD "lambdas: [3, 1, 2, 1, 3]\n", "a.yaml:3: lambdas: 1 stands there twice"},
    {GOOD "exponents: [0, 2, -0.0, 2]\n", "exponents: -0 stands there twice"},
    {DATA "sizes: [9, 7, 8, 7, 9]\n", "a.yaml:2: sizes: 7 stands there twice"},
    {DATA "deltas: .1\n", "a.yaml:2: deltas: expected a list, found a single value"},
    {DATA "deltas: {from: .1, to: .5}\n", "deltas: key `count` is missing"},
    {DATA "sizes: [9]\ndeltas: [.1]\n", "a.yaml:3: sizes and deltas say the same thing twice"},
    {"datasets:\n  - {name: a, path: a.h5, sizes: [9], deltas: [.1]}\n",
     "a.yaml:2: dataset \"a\": give either sizes or deltas"},
    {"datasets:\n  - {name: a, path: a.h5, deltas: [x]}\n",
     "a.yaml:2: deltas: expected a number, found `x`"},
    {"datasets:\n  - {name: a, path: a.h5, deltas: [.5]}\n  - {name: b, path: b.h5}\n",
     "a.yaml:1: key `sizes` is missing"},
    {GOOD "preprocess: pca\n", "a.yaml:3: preprocess: pca: how much is missing; write {pca: {var"},
    {GOOD "preprocess: {pca: {}}\n", "a.yaml:3: preprocess: pca: give either variance or comp"},
    {GOOD "preprocess: {pca: {variance: .9, components: 3}}\n",
     "preprocess: pca: give either variance or components"},
    {GOOD "preprocess: {pca: {variance: 0}}\n",
     "preprocess: pca: variance: 0 is out of range; it must be greater than 0 and at most 1"},
    {GOOD "preprocess: {pca: {variance: 1.01}}\n", "preprocess: pca: variance: 1.01 is out of"},
    {GOOD "preprocess: {pca: {components: 0}}\n", "preprocess: pca: components: 0 is out of range"},
    {GOOD "preprocess: {pca: {components: 2.5}}\n", "components: expected a whole number"},
    {GOOD "preprocess: {pca: {varance: .9}}\n",
     "preprocess: pca: unknown key `varance`; did you mean `variance`?"},
    {GOOD "preprocess: {pca: 3}\n", "preprocess: pca: expected keys with values, found a single"},
    {GOOD "preprocess: {pca: {components: 3}, zscore: 1}\n", "preprocess: unknown key `zscore`"},
    {GOOD "preprocess: [zscore]\n", "preprocess: expected a single value, found a list"},
    {GOOD "preprocess: zscores\n",
     "preprocess: `zscores` is not known here; did you mean `zscore`?"},
    {"datasets:\n  - {name: a, path: a.h5, sizes: [9], preprocess: whiten}\n",
     "a.yaml:2: preprocess: `whiten` is not known here"},
    {"datasets:\n  - {name: a, path: a.h5, sizes: [9], preprocess: pca}\n",
     "a.yaml:2: preprocess: pca: how much is missing"},
    {GOOD "weights_by: label\n", "a.yaml:3: weights_by: `label` is not known here"},
    {GOOD "weights_by: [class]\n", "weights_by: expected a single value, found a list"},
    {GOOD "sampling: stratify\n", "a.yaml:3: sampling: `stratify` is not known here"},
    {GOOD "weights_by: group\nratios: [2]\n",
     "a.yaml:4: ratios: are for `weights_by: class`, a ratio of two classes; use exponents"},
    {GOOD "sampling: uniform\npriors: [.5, .5]\n",
     "a.yaml:4: priors: are for `sampling: stratified`; uniform takes rows as they come"},
    {GOOD "balanced_repeats: 0\n", "a.yaml:3: balanced_repeats: 0 is out of range"},
    {GOOD "balanced_repeats: 100001\n", "balanced_repeats: 100001 is out of range"},
    {GOOD "balanced_repeats: [10]\n", "balanced_repeats: expected a single value"},
    {GOOD "unit_size: -1\n", "a.yaml:3: unit_size: -1 is out of range"},
    {GOOD "unit_size: all\n", "unit_size: expected a whole number, found `all`"},
    {GOOD "ranks_per_unit: 0\n", "a.yaml:3: ranks_per_unit: expected a whole number from 1 to"},
    {GOOD "ranks_per_unit: all\n", "or auto, found `all`"},
    {GOOD "ranks_per_unit: [2]\n", "a.yaml:3: ranks_per_unit: expected a whole number"},
    {GOOD "ranks_per_unit: auto\n", "a.yaml:3: ranks_per_unit: auto follows from what a rank may"},
    {GOOD "rank_memory: 4GB\n", "a.yaml:3: rank_memory: expected bytes, as 4GiB or 512MiB, found"},
    {GOOD "ranks_per_unit: 2\nlambdas: [0, 1]\n",
     "a.yaml:4: lambdas: 0 is solved by one rank alone"},
    {GOOD "rules: [averaged_balancd]\n",
     "rules: `averaged_balancd` is not known here; did you mean `averaged_balanced`?"},
};

static void mistakes_have_one_line(void)
{
    for (size_t m = 0; m < sizeof mistakes / sizeof *mistakes; m++) {
        llr_job_t job;
        llr_findings_t findings = {0};
        llr_code_t code = parse(&job, mistakes[m].text, &findings);
        bool good = code == LLR_INVALID && findings.count == 1 &&
                    strstr(findings.line[0], mistakes[m].says);
        CU_ASSERT_TRUE(good);
        if (!good)
            fprintf(stderr, "job %zu: wanted `%s`, said %lld lines, `%s`\n", m, mistakes[m].says,
                    (long long)findings.count, findings.count ? findings.line[0] : "");
        llr_job_destroy(&job);
        llr_findings_destroy(&findings);
    }
}

static void every_bad_entry_has_its_line(void)
{
    static const char text[] = DATA "lambdas: [1e-3, abc, nan, -1]\nsizes: [x, 100, 1]\n";
    static const char *const says[] = {
        "sizes: expected a whole number, found `x`", "sizes: 1 is out of range",
        "lambdas: expected a number, found `abc`", "lambdas: nan", "lambdas: -1 is out of range"};
    enum { SAYS = sizeof says / sizeof *says };
    llr_job_t job;
    llr_findings_t findings = {0};
    CU_ASSERT_EQUAL(parse(&job, text, &findings), LLR_INVALID);
    CU_ASSERT_EQUAL(findings.count, SAYS);
    for (int s = 0; s < SAYS; s++) {
        int64_t at = 0;
        while (at < findings.count && !strstr(findings.line[at], says[s])) at++;
        CU_ASSERT_TRUE(at < findings.count);
        if (at == findings.count) fprintf(stderr, "nothing says `%s`\n", says[s]);
    }
    llr_job_destroy(&job);
    llr_findings_destroy(&findings);
}

/* Lists as long as they may be: not every pair of their entries is looked at. */
static void long_lists_are_read_at_once(void)
{
    llr_job_t job;
    llr_findings_t findings = {0};
    clock_t begun = clock();
    llr_code_t code = parse(&job,
                            GOOD "exponents: {from: 0, to: 2, count: 100000}\n"
                                 "lambdas: {log10: {from: -3, to: 0, count: 100000}}\n",
                            &findings);
    CU_ASSERT_EQUAL(code, LLR_INVALID); /* too many cells */
    CU_ASSERT_EQUAL(findings.count, 1);
    CU_ASSERT_EQUAL(job.exponents, 100000);
    CU_ASSERT_TRUE((double)(clock() - begun) / CLOCKS_PER_SEC < 2);
    llr_job_destroy(&job);
    llr_findings_destroy(&findings);
}

static void keys_are_read(void)
{
    llr_job_t job = parse_good(
        "datasets:\n  - {name: a, path: a.h5, deltas: [.25], preprocess: none}\n"
        "  - {name: b, path: b.h5, preprocess: {pca: {variance: .95}}}\n  - {name: c, path: c.h5}\n"
        "deltas: {from: .1, to: .3, count: 3}\npreprocess: {pca: {components: 32}}\n"
        "weights_by: group\nsampling: uniform\nrules: [averaged_balanced, balanced_subsample]\n"
        "balanced_repeats: 7\nunit_size: 50\nselect_by: worst_group\n"
        "ranks_per_unit: auto\nrank_memory: 1.5GiB\n");
    CU_ASSERT_EQUAL(job.weights_by, LLR_BY_GROUP);
    CU_ASSERT_EQUAL(job.sampling, LLR_SAMPLING_UNIFORM);
    CU_ASSERT_EQUAL(job.select_by, LLR_SELECT_WORST_GROUP);
    CU_ASSERT_EQUAL(job.balanced_repeats, 7);
    CU_ASSERT_EQUAL(job.unit_size, 50);
    CU_ASSERT_EQUAL(job.ranks_per_unit, 0);
    CU_ASSERT_EQUAL(job.rank_memory, 3ll << 29);
    CU_ASSERT_EQUAL(job.rules,
                    1u << LLR_RULE_BALANCED_SUBSAMPLE | 1u << LLR_RULE_AVERAGED_BALANCED);
    CU_ASSERT_EQUAL(job.deltas, 3);
    CU_ASSERT_EQUAL(job.delta[1], .2);
    CU_ASSERT_PTR_NULL(job.size);
    CU_ASSERT_EQUAL(job.dataset[0].deltas, 1);
    CU_ASSERT_EQUAL(llr_job_preprocess(&job, 0)->kind, LLR_PREPROCESS_NONE);
    CU_ASSERT_EQUAL(llr_job_preprocess(&job, 1)->kind, LLR_PREPROCESS_PCA);
    CU_ASSERT_EQUAL(llr_job_preprocess(&job, 1)->variance, .95);
    CU_ASSERT_EQUAL(llr_job_preprocess(&job, 1)->components, 0);
    CU_ASSERT_EQUAL(llr_job_preprocess(&job, 2)->components, 32);
    llr_job_destroy(&job);
    job = parse_good(GOOD);
    CU_ASSERT_EQUAL(job.weights_by, LLR_BY_CLASS);
    CU_ASSERT_EQUAL(job.sampling, LLR_SAMPLING_STRATIFIED);
    CU_ASSERT_EQUAL(job.balanced_repeats, 10);
    CU_ASSERT_EQUAL(job.unit_size, 0);
    CU_ASSERT_EQUAL(job.ranks_per_unit, 1);
    CU_ASSERT_EQUAL(job.rank_memory, 0);
    CU_ASSERT_FALSE(job.dataset[0].has_preprocess);
    CU_ASSERT_PTR_NULL(job.delta);
    llr_job_destroy(&job);
}

/* Deltas --------------------------------------------------------------------------------------- */

static void expect_sizes(const llr_job_t *job, int64_t dataset, int64_t wanted, int64_t first,
                         int64_t second)
{
    int64_t count;
    const int64_t *size = llr_job_sizes(job, dataset, &count);
    CU_ASSERT_EQUAL(count, wanted);
    if (wanted > 0) CU_ASSERT_EQUAL(size[0], first);
    if (wanted > 1) CU_ASSERT_EQUAL(size[1], second);
    if (!wanted) CU_ASSERT_PTR_NULL(size);
}

static char *print(const llr_job_t *job)
{
    llr_text_t text = {0};
    llr_job_print(job, &text);
    return text.data;
}

/* Reads what is printed, prints it again: the same job. */
static void check_round_trip(const llr_job_t *job)
{
    char *first = print(job);
    llr_job_t again = parse_good(first);
    char *second = print(&again);
    CU_ASSERT_STRING_EQUAL(first, second);
    CU_ASSERT_TRUE(llr_hash_equal(llr_job_fingerprint(job), llr_job_fingerprint(&again)));
    free(first);
    free(second);
    llr_job_destroy(&again);
}

static void check_printed(const llr_job_t *job, const char *has, const char *lacks)
{
    char *text = print(job);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, has));
    CU_ASSERT_PTR_NULL(strstr(text, lacks));
    free(text);
}

static void deltas_become_sizes(void)
{
    llr_error_t error = {0};
    llr_job_t job = parse_good("datasets:\n  - {name: a, path: a.h5}\n"
                               "  - {name: b, path: b.h5, deltas: [.3, 2]}\n"
                               "  - {name: c, path: c.h5, sizes: [7]}\ndeltas: [.5, .1]\n");
    for (int d = 0; d < 3; d++) expect_sizes(&job, d, d == 2, 7, 0);
    check_printed(&job, "\ndeltas: [0.5, 0.1]\n", "sizes: [20");
    check_printed(&job, "    deltas: [0.3, 2]\n", "sizes: [17");
    check_round_trip(&job);
    for (int pass = 0; pass < 2; pass++) { /* once is enough */
        CU_ASSERT_EQUAL(llr_job_resolve_sizes(&job, 0, 10, &error), LLR_OK);
        CU_ASSERT_EQUAL(llr_job_resolve_sizes(&job, 1, 5, &error), LLR_OK);
        CU_ASSERT_EQUAL(llr_job_resolve_sizes(&job, 2, 100, &error), LLR_OK);
    }
    expect_sizes(&job, 0, 2, 20, 100);
    expect_sizes(&job, 1, 2, 17, 3); /* 16.7, and 2.5 away from zero */
    expect_sizes(&job, 2, 1, 7, 0);
    check_printed(&job, "    sizes: [20, 100]\n", "deltas");
    check_printed(&job, "    sizes: [17, 3]\n", "deltas");
    check_round_trip(&job);
    llr_job_destroy(&job);
}

static void own_deltas_come_before_the_jobs_sizes(void)
{
    llr_error_t error = {0};
    llr_job_t job = parse_good("datasets:\n  - {name: a, path: a.h5, deltas: [.5]}\n"
                               "  - {name: b, path: b.h5}\nsizes: [100]\n");
    expect_sizes(&job, 0, 0, 0, 0);
    expect_sizes(&job, 1, 1, 100, 0);
    check_round_trip(&job);
    for (int d = 0; d < 2; d++) CU_ASSERT_EQUAL(llr_job_resolve_sizes(&job, d, 30, &error), LLR_OK);
    expect_sizes(&job, 0, 1, 60, 0);
    expect_sizes(&job, 1, 1, 100, 0);
    check_round_trip(&job);
    llr_job_destroy(&job);
}

static void expect_refusal(const char *deltas, int64_t dim, const char *says)
{
    char text[200];
    llr_error_t error = {0};
    snprintf(text, sizeof text, "datasets:\n  - {name: a, path: a.h5}\ndeltas: %s\n", deltas);
    llr_job_t job = parse_good(text);
    CU_ASSERT_EQUAL(llr_job_resolve_sizes(&job, 0, dim, &error), LLR_INVALID);
    CU_ASSERT_STRING_EQUAL(error.text, says);
    llr_job_destroy(&job);
}

static void deltas_that_do_not_suit_are_refused(void)
{
    expect_refusal("[.5, .1, .51]", 10,
                   "jobs/a.yaml:2: dataset \"a\": deltas: 0.51 of 10 columns gives n = 20, as "
                   "another delta does; drop one");
    expect_refusal("[.5, 8]", 10,
                   "jobs/a.yaml:2: dataset \"a\": deltas: 8 of 10 columns gives n = 1; ask for a "
                   "smaller delta");
    expect_refusal("[1000000]", 10,
                   "jobs/a.yaml:2: dataset \"a\": deltas: 1e+06 of 10 columns gives n = 0; ask for "
                   "a smaller delta");
}

/* Printing and fingerprint --------------------------------------------------------------------- */

/* All that these keys can say makes another job, and reads back. */
static void every_key_is_in_the_fingerprint(void)
{
    static const char *const texts[] = {
        GOOD,
        GOOD "weights_by: group\n",
        GOOD "sampling: uniform\n",
        GOOD "preprocess: none\n",
        GOOD "preprocess: {pca: {variance: .99}}\n",
        GOOD "preprocess: {pca: {variance: .98}}\n",
        GOOD "preprocess: {pca: {components: 1}}\n",
        GOOD "preprocess: {pca: {components: 2}}\n",
        GOOD "rules: [averaged_balanced]\n",
        GOOD "rules: [balanced_subsample]\n",
        GOOD "rules: [balanced_subsample, averaged_balanced]\n",
        GOOD "balanced_repeats: 11\n",
        GOOD "unit_size: 3\n",
        GOOD "ranks_per_unit: 2\n",
        GOOD "select_by: worst_group\n",
        GOOD "priors: [.25, .75]\n",
        DATA "deltas: [.5]\n",
        DATA "deltas: [.5, .25]\n",
        "datasets: [{name: a, path: a.h5, sizes: [100]}]\n",
        "datasets: [{name: a, path: a.h5, deltas: [.5]}]\n",
        "datasets: [{name: a, path: a.h5, preprocess: zscore}]\nsizes: [100]\n",
        "datasets: [{name: a, path: a.h5, preprocess: {pca: {components: 1}}}]\nsizes: [100]\n",
        "datasets: [{name: a, path: a.h5, preprocess: {pca: {variance: .99}}}]\nsizes: [100]\n",
    };
    enum { TEXTS = sizeof texts / sizeof *texts };
    llr_hash_t fingerprint[TEXTS];
    for (int t = 0; t < TEXTS; t++) {
        llr_job_t job = parse_good(texts[t]);
        check_round_trip(&job);
        fingerprint[t] = llr_job_fingerprint(&job);
        for (int other = 0; other < t; other++)
            CU_ASSERT_FALSE(llr_hash_equal(fingerprint[t], fingerprint[other]));
        llr_job_destroy(&job);
    }
}

/* What stands in the file as a default is the default. */
static void defaults_have_the_fingerprint_of_their_words(void)
{
    llr_job_t a = parse_good(GOOD);
    llr_job_t b = parse_good(GOOD "weights_by: class\nsampling: stratified\npreprocess: zscore\n"
                                  "balanced_repeats: 10\nunit_size: 0\nrules: []\n");
    CU_ASSERT_TRUE(llr_hash_equal(llr_job_fingerprint(&a), llr_job_fingerprint(&b)));
    llr_job_destroy(&a);
    llr_job_destroy(&b);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"mistakes have one line", mistakes_have_one_line},
        {"every bad entry has its line", every_bad_entry_has_its_line},
        {"long lists are read at once", long_lists_are_read_at_once},
        {"keys are read", keys_are_read},
        {"deltas become sizes", deltas_become_sizes},
        {"own deltas come before the job's sizes", own_deltas_come_before_the_jobs_sizes},
        {"deltas that do not suit are refused", deltas_that_do_not_suit_are_refused},
        {"every key is in the fingerprint", every_key_is_in_the_fingerprint},
        {"defaults have the fingerprint of their words",
         defaults_have_the_fingerprint_of_their_words},
    };
    return LLR_RUN_SUITE("job_keys", tests);
}
