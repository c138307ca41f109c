#include "base/memory.h"
#include "base/random.h"
#include "model/grid.h"
#include "suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static llr_code_t parse(llr_job_t *job, const char *text, int64_t length, llr_findings_t *findings)
{
    llr_error_t error = {0};
    return llr_job_parse(job, text, length, "jobs/a.yaml", "/data/jobs", findings, &error);
}

#define GOOD "datasets: [{name: a, path: a.h5}]\nsizes: [100]\n"

typedef struct mistake {
    const char *text, *says; /* a job, and what its one line must contain */
} mistake_t;

static const mistake_t mistakes[] = {
    {"", "a.yaml:1: the file is empty"},
    {"# only a remark\n", "a.yaml:1: the file is empty"},
    {"just words", "a.yaml:1: the job: expected keys with values, found a single value"},
    {"- a\n- b\n", "the job: expected keys with values, found a list"},
    {GOOD "lambda: [1]\n", "a.yaml:3: unknown key `lambda`; did you mean `lambdas`?"},
    {GOOD "exponnets: [1]\n", "unknown key `exponnets`; did you mean `exponents`?"},
    {GOOD "colour: red\n", "unknown key `colour`; `llrsweep help job` lists the keys"},
    {GOOD "sizes: [200]\n", "a.yaml:3: key `sizes` stands there twice"},
    {GOOD "? [1, 2]\n: 3\n", "a key must be a word"},
    {"sizes: [100]\n", "key `datasets` is missing"},
    {"datasets: [{name: a, path: a.h5}]\n", "key `sizes` is missing"},
    {"datasets: []\nsizes: [100]\n", "datasets: the list has 0 entries"},
    {"datasets: a.h5\nsizes: [100]\n", "a.yaml:1: datasets: expected a list"},
    {"datasets: [a.h5]\nsizes: [100]\n", "dataset: expected keys with values"},
    {"datasets: [{path: a.h5}]\nsizes: [9]\n", "dataset: key `name` is missing"},
    {"datasets: [{name: a}]\nsizes: [9]\n", "give either path or synthetic"},
    {"datasets: [{name: a, path: b, synthetic: {d: 3, priors: [.5, .5]}}]\nsizes: [9]\n",
     "give either path or synthetic"},
    {"datasets:\n  - {name: a, path: a.h5}\n  - {name: a, path: b.h5}\nsizes: [9]\n",
     "a.yaml:3: dataset \"a\": the name stands there twice"},
    {"datasets: [{name: a/b, path: a.h5}]\nsizes: [9]\n", "a name has no '/'"},
    {"datasets: [{name: a b, path: a.h5}]\nsizes: [9]\n", "a name has no '/'"},
    {"datasets: [{name: a, path: \"\"}]\nsizes: [9]\n", "path: expected a text, not empty"},
    {"datasets: [{name: a, path: a.h5, clases: [0, 1]}]\nsizes: [9]\n",
     "dataset: unknown key `clases`; did you mean `classes`?"},
    {"datasets: [{name: a, path: a.h5, classes: [0]}]\nsizes: [9]\n", "classes: the list has 1"},
    {"datasets: [{name: a, path: a.h5, classes: [0, -1]}]\nsizes: [9]\n", "-1 is out of range"},
    {"datasets: [{name: a, path: a.h5, classes: [0, 1], merge: [[0], [1]]}]\nsizes: [9]\n",
     "classes and merge exclude each other"},
    {"datasets: [{name: a, path: a.h5, merge: [[0], []]}]\nsizes: [9]\n",
     "merge: the list has 0 entries"},
    {"datasets: [{name: a, path: a.h5, split: {fractions: [.5, .5]}}]\nsizes: [9]\n",
     "the list has 2 entries"},
    {"datasets: [{name: a, path: a.h5, split: {fractions: [.5, .2, .2]}}]\nsizes: [9]\n",
     "split: fractions: expected three with sum 1"},
    {"datasets: [{name: a, path: a.h5, split: {seed: 1}}]\nsizes: [9]\n",
     "split: key `fractions` is missing"},
    {"datasets: [{name: a, synthetic: {priors: [.5, .5]}}]\nsizes: [9]\n",
     "synthetic: key `d` is missing"},
    {"datasets: [{name: a, synthetic: {d: 0, priors: [.5, .5]}}]\nsizes: [9]\n",
     "synthetic: d: 0 is out of range"},
    {"datasets: [{name: a, synthetic: {d: 5, priors: [.5, .6]}}]\nsizes: [9]\n",
     "priors: their sum is 1.1, it must be 1"},
    {"datasets: [{name: a, synthetic: {d: 5, priors: [1]}}]\nsizes: [9]\n",
     "priors: the list has 1 entries"},
    {"datasets: [{name: a, synthetic: {d: 5, priors: [.5, .5], decay: 1}}]\nsizes: [9]\n",
     "decay: only with `spectrum: power`"},
    {"datasets: [{name: a, synthetic: {d: 5, priors: [.5, .5], spectrum: flat}}]\nsizes: [9]\n",
     "spectrum: `flat` is not known here"},
    {"datasets: [{name: a, synthetic: {d: 5, priors: [.5, .5]}, classes: [0, 1]}]\nsizes: [9]\n",
     "are for files, not for synthetic data"},
    {GOOD "version: 2\n", "version: 2 is out of range"},
    {GOOD "losses: [sqare]\n", "losses: `sqare` is not known here; did you mean `square`?"},
    {GOOD "losses: [square, square]\n", "losses: `square` stands there twice"},
    {GOOD "rules: [averaged_balanced, balanced_subsample, averaged_balanced]\n",
     "rules: `averaged_balanced` stands there twice"},
    {GOOD "losses: []\n", "losses: the list has 0 entries"},
    {GOOD "preprocess: whiten\n", "preprocess: `whiten` is not known here"},
    {GOOD "preprocess: pca\n", "preprocess: pca: how much is missing; write {pca: "},
    {GOOD "weights_by: groups\n",
     "weights_by: `groups` is not known here; did you mean `group`?; it is one of class, group"},
    {GOOD "sampling: random\n", "sampling: `random` is not known here"},
    {GOOD "exponents: [0, 1, x]\n", "a.yaml:3: exponents: expected a number, found `x`"},
    {GOOD "exponents: [-1]\n", "exponents: -1 is out of range; it must be at least 0"},
    {GOOD "exponents: [.nan]\n", "exponents: "},
    {GOOD "exponents: [1, 1.0]\n", "exponents: 1 stands there twice"},
    {GOOD "exponents: {from: 0, to: 2}\n", "exponents: key `count` is missing"},
    {GOOD "exponents: {from: 0, to: 2, count: 1}\n", "count: 1 is out of range"},
    {GOOD "lambdas: [-1]\n", "lambdas: -1 is out of range; it must be at least 0"},
    {GOOD "lambdas: []\n", "lambdas: the list is empty"},
    {GOOD "lambdas: {log10: {from: -4, to: 0, count: x}}\n", "count: expected a whole number"},
    {GOOD "ratios: [0]\n", "ratios: 0 is out of range"},
    {GOOD "rules: [thump]\n", "rules: `thump` is not known here; did you mean `thumb`?"},
    {GOOD "theory: spectra\n", "theory: `spectra` is not known here; did you mean `spectral`?"},
    {GOOD "effective_variance: 1.5\n", "effective_variance: "},
    {"datasets: [{name: a, path: a.h5}]\nsizes: [1.5]\n", "sizes: expected a whole number"},
    {"datasets: [{name: a, path: a.h5}]\nsizes: [1]\n", "sizes: 1 is out of range"},
    {"datasets: [{name: a, path: a.h5}]\nsizes: 100\n", "sizes: expected a list"},
    {"datasets: [{name: a, path: a.h5}]\nsizes: [9, 9]\n", "sizes: 9 stands there twice"},
    {GOOD "priors: [.5]\n", "priors: the list has 1 entries"},
    {GOOD "seeds: 10\n", "seeds: expected keys with values, found a single value"},
    {GOOD "seeds: {count: 0}\n", "seeds: count: 0 is out of range"},
    {GOOD "seeds: {start: 0}\n", "seeds: unknown key `start`"},
    {GOOD "select_by: worst\n", "select_by: `worst` is not known here"},
    {GOOD "tolerance: 1\n", "tolerance: 1 is out of range"},
    {GOOD "tolerance: 1e-16\n", "tolerance: 1e-16 is out of range"},
    {GOOD "output: [a]\n", "output: expected a single value, found a list"},
    {GOOD "name: a=b\n", "a name has no '/'"},
    {GOOD "deltas: [.1]\n", "a.yaml:3: sizes and deltas say the same thing twice"},
    {GOOD "unit_size: -1\n", "a.yaml:3: unit_size: -1 is out of range"},
    {GOOD "seeds: {count: 100000000}\nexponents: {from: 0, to: 2, count: 100000}\n", "cells"},
    {GOOD "exponents: [1, 2\n", "not valid YAML"},
    {GOOD "\tname: a\n", "not valid YAML"},
    {GOOD "name: \"a\\0b\"\n", "NUL"},
    {GOOD "name: \xff\xfe\n", "not valid YAML"},
    {GOOD "---\nname: b\n", "a second document begins"},
};

static void mistakes_have_one_line(void)
{
    for (size_t m = 0; m < sizeof mistakes / sizeof *mistakes; m++) {
        llr_job_t job;
        llr_findings_t findings = {0};
        const mistake_t *mistake = &mistakes[m];
        llr_code_t code = parse(&job, mistake->text, (int64_t)strlen(mistake->text), &findings);
        bool good = code == LLR_INVALID && findings.count == 1 &&
                    strstr(findings.line[0], mistake->says) &&
                    !strncmp(findings.line[0], "jobs/a.yaml:", 12);
        CU_ASSERT_TRUE(good);
        for (int64_t i = 0; !good && i < findings.count; i++)
            fprintf(stderr, "job %zu: wanted `%s`, said `%s`\n", m, mistake->says,
                    findings.line[i]);
        if (!good && !findings.count)
            fprintf(stderr, "job %zu: nothing said\n%s\n", m, mistake->text);
        llr_job_destroy(&job);
        llr_findings_destroy(&findings);
    }
}

static const char whole[] =
    "version: 1\n"
    "datasets:\n"
    "  - {name: cm, path: ../data/cm.h5}\n"
    "  - {name: pair, path: /abs/ci.h5, classes: [9, 0], sizes: [300, 600], preprocess: {pca: "
    "{components: 4}}}\n"
    "  - {name: dig, path: d.h5, merge: [[0,1],[2,3,4]], split: {fractions: [.5,.2,.3], seed: 4}}\n"
    "  - {name: g, synthetic: {d: 40, separation: 2.5, spectrum: power, decay: .5, priors: [.8, "
    ".2]}}\n"
    "losses: [logistic, square]\n"
    "preprocess: none\n"
    "exponents: [0, 1, 2.5]\n"
    "ratios: {from: 1, to: 5, count: 3}\n"
    "rules: [balanced_subsample]\n"
    "weights_by: class\nsampling: stratified\nbalanced_repeats: 5\nunit_size: 0\n"
    "lambdas: {log10: {from: -2, to: 1, count: 4}}\n"
    "sizes: [150, 20]\n"
    "priors: [.9, .1]\n"
    "seeds: {first: 3, count: 2}\n"
    "select_by: balanced\n"
    "tolerance: 1e-10\n"
    "output: out/here\n";

static void a_job_is_read(void)
{
    llr_job_t job;
    llr_findings_t findings = {0};
    CU_ASSERT_EQUAL_FATAL(parse(&job, whole, sizeof whole - 1, &findings), LLR_OK);
    CU_ASSERT_STRING_EQUAL(job.name, "a");
    CU_ASSERT_EQUAL(job.datasets, 4);
    CU_ASSERT_EQUAL(job.dataset[1].line, 4);
    CU_ASSERT_EQUAL(job.dataset[1].classes[0], 9);
    CU_ASSERT_EQUAL(job.dataset[2].merge_count[1], 3);
    CU_ASSERT_EQUAL(job.dataset[2].split_seed, 4);
    CU_ASSERT_EQUAL(job.dataset[3].synthetic.decay, 0.5);
    CU_ASSERT_EQUAL(job.dataset[3].synthetic.test, 20000);
    CU_ASSERT_EQUAL(job.loss[0], LLR_LOSS_LOGISTIC);
    CU_ASSERT_EQUAL(job.preprocess.kind, LLR_PREPROCESS_NONE);
    CU_ASSERT_EQUAL(job.ratios, 3);
    CU_ASSERT_EQUAL(job.ratio[1], 3);
    CU_ASSERT_EQUAL(job.rules, 1u << LLR_RULE_BALANCED_SUBSAMPLE);
    CU_ASSERT_DOUBLE_EQUAL(job.lambda[0], 0.01, 1e-17);
    CU_ASSERT_EQUAL(job.lambda[3], 10);
    CU_ASSERT_EQUAL(job.seed_first, 3);
    CU_ASSERT_EQUAL(job.select_by, LLR_SELECT_BALANCED);
    char *path = llr_job_resolve_path(&job, job.output);
    CU_ASSERT_STRING_EQUAL(path, "/data/jobs/out/here");
    free(path);
    llr_job_destroy(&job);
}

static void defaults_stand_where_nothing_is_said(void)
{
    llr_job_t job;
    llr_findings_t findings = {0};
    CU_ASSERT_EQUAL_FATAL(parse(&job, GOOD, sizeof GOOD - 1, &findings), LLR_OK);
    CU_ASSERT_EQUAL(job.losses, 1);
    CU_ASSERT_EQUAL(job.preprocess.kind, LLR_PREPROCESS_ZSCORE);
    CU_ASSERT_EQUAL(job.exponents, 9);
    CU_ASSERT_EQUAL(job.exponent[8], 2);
    CU_ASSERT_EQUAL(job.lambdas, 9);
    CU_ASSERT_EQUAL(job.seeds, 10);
    CU_ASSERT_EQUAL(job.tolerance, 1e-8);
    CU_ASSERT_STRING_EQUAL(job.output, "results/a");
    CU_ASSERT_PTR_NULL(job.prior);
    llr_job_destroy(&job);
}

static void the_resolved_job_reads_back(void)
{
    llr_job_t job, again;
    llr_findings_t findings = {0};
    llr_text_t first = {0}, second = {0};
    CU_ASSERT_EQUAL_FATAL(parse(&job, whole, sizeof whole - 1, &findings), LLR_OK);
    llr_job_print(&job, &first);
    CU_ASSERT_EQUAL_FATAL(parse(&again, first.data, first.length, &findings), LLR_OK);
    llr_job_print(&again, &second);
    CU_ASSERT_STRING_EQUAL(first.data, second.data);
    CU_ASSERT_TRUE(llr_hash_equal(llr_job_fingerprint(&job), llr_job_fingerprint(&again)));
    free(again.output);
    again.output = llr_copy_text("/elsewhere");
    CU_ASSERT_TRUE(llr_hash_equal(llr_job_fingerprint(&job), llr_job_fingerprint(&again)));
    again.lambda[0] = nextafter(again.lambda[0], 1);
    CU_ASSERT_FALSE(llr_hash_equal(llr_job_fingerprint(&job), llr_job_fingerprint(&again)));
    llr_text_destroy(&first);
    llr_text_destroy(&second);
    llr_job_destroy(&job);
    llr_job_destroy(&again);
}

/* Whatever the bytes are, parsing ends with a code and lines, or with a good job. */
static void damaged_jobs_do_no_harm(void)
{
    llr_random_t random = llr_random_stream((llr_hash_t){5, 6}, LLR_PURPOSE_PERMUTATION, 0, 0);
    for (int round = 0; round < 3000; round++) {
        char text[sizeof whole];
        llr_job_t job;
        llr_findings_t findings = {0};
        memcpy(text, whole, sizeof whole);
        for (int64_t m = 1 + llr_random_below(&random, 4); m > 0; m--)
            text[llr_random_below(&random, sizeof whole - 1)] =
                (char)(llr_random_below(&random, 4)
                           ? " []{},:-#0123456789.eabn\n\"'&*"[llr_random_below(&random, 29)]
                           : llr_random_below(&random, 256));
        llr_code_t code = parse(&job, text, sizeof whole - 1, &findings);
        CU_ASSERT_TRUE(code == LLR_OK || code == LLR_INVALID);
        CU_ASSERT_EQUAL(code == LLR_INVALID, findings.count > 0);
        llr_job_destroy(&job);
        llr_findings_destroy(&findings);
    }
}

static void cells_have_keys(void)
{
    llr_job_t job;
    llr_grid_t grid;
    llr_findings_t findings = {0};
    CU_ASSERT_EQUAL_FATAL(parse(&job, whole, sizeof whole - 1, &findings), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_grid_create(&grid, &job), 0);
    CU_ASSERT_EQUAL(grid.weightings, 3 + 3 + 2 + 1);
    CU_ASSERT_EQUAL(grid.places, 9 * 4);
    CU_ASSERT_EQUAL(grid.units, 4 * 2 * 2 * 2);
    CU_ASSERT_EQUAL(grid.cells, grid.units * grid.places);
    for (int64_t cell = 0; cell < grid.cells; cell += 7) {
        llr_text_t key = {0};
        llr_grid_cell_key(&grid, cell, &key);
        CU_ASSERT_EQUAL(llr_grid_find_cell(&grid, key.data), cell);
        llr_text_destroy(&key);
    }
    CU_ASSERT_EQUAL(llr_grid_find_cell(&grid, "cm/logistic/150/3/exponent=2.5/0.1"), 2 * 4 + 1);
    CU_ASSERT_EQUAL(llr_grid_find_cell(&grid, "cm/logistic/150/3/exponent=2/0.1"), -1);
    CU_ASSERT_EQUAL(llr_grid_find_cell(&grid, "cm/logistic/150/3"), -1);
    CU_ASSERT_EQUAL(llr_grid_find_cell(&grid, ""), -1);
    llr_grid_destroy(&grid);
    llr_job_destroy(&job);
}

static void sizes_are_checked_against_the_data(void)
{
    static const char text[] = "datasets: [{name: a, path: a.h5}]\nsizes: [100, 400, 4]\n"
                               "ratios: [2]\nselect_by: worst_group\n";
    llr_job_t job;
    llr_grid_t grid;
    llr_findings_t findings = {0};
    llr_facts_t facts = {.dim = 5, .shape = {3, 0, 3}};
    CU_ASSERT_EQUAL_FATAL(llr_facts_allocate(&facts), 0);
    memcpy(facts.pool_count, (int64_t[]){200, 50, 10}, 3 * sizeof(int64_t));
    memcpy(facts.pool_prior, (double[]){200. / 260, 50. / 260, 10. / 260}, 3 * sizeof(double));
    CU_ASSERT_EQUAL_FATAL(parse(&job, text, sizeof text - 1, &findings), LLR_OK);
    CU_ASSERT_EQUAL_FATAL(llr_grid_create(&grid, &job), 0);
    llr_grid_check(&grid, &facts, &findings);
    CU_ASSERT_EQUAL_FATAL(findings.count, 4);
    CU_ASSERT_PTR_NOT_NULL(strstr(findings.line[0], "ratios: need two classes, it has 3"));
    CU_ASSERT_PTR_NOT_NULL(strstr(findings.line[1], "it has no groups"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(findings.line[2], "n = 400 asks for 308 rows of class 0, the pool has 200"));
    CU_ASSERT_PTR_NOT_NULL(strstr(findings.line[3], "of 4 rows class 2 gets none"));
    llr_findings_destroy(&findings);
    llr_grid_destroy(&grid);
    llr_job_destroy(&job);
    llr_facts_destroy(&facts);
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"mistakes have one line", mistakes_have_one_line},
        {"a job is read", a_job_is_read},
        {"defaults stand where nothing is said", defaults_stand_where_nothing_is_said},
        {"the resolved job reads back", the_resolved_job_reads_back},
        {"damaged jobs do no harm", damaged_jobs_do_no_harm},
        {"cells have keys", cells_have_keys},
        {"sizes are checked against the data", sizes_are_checked_against_the_data},
    };
    return LLR_RUN_SUITE("job", tests);
}
