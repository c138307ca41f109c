#include "program.h"
#include "suite.h"

/* Pairs, merges, splits made by the job, synthetic data of two and three classes, both losses,
 * rules and ratios of two-class data in a job of their own. */
static const char mixed[] =
    "datasets:\n"
    "  - {name: digits, path: %s/jobs/data/digits.h5}\n"
    "  - {name: pair, path: %s/jobs/data/digits.h5, classes: [3, 8], sizes: [24, 60]}\n"
    "  - {name: split, path: %s/jobs/data/digits.h5, merge: [[0, 1], [2, 3, 4]],\n"
    "     split: {fractions: [.5, .2, .3], seed: 5}}\n"
    "  - {name: three, synthetic: {d: 12, separation: 2, priors: [.5, .3, .2], test: 500}}\n"
    "losses: [logistic, square]\n"
    "exponents: [0, 1, 1.5]\n"
    "rules: [balanced_subsample, paper, thumb]\n"
    "lambdas: [1, 1e-3]\n"
    "sizes: [40, 100]\n"
    "seeds: {count: 2}\n";

/* Predictions of pools: many classes, components in place of columns, rows as they come. */
static const char predicted[] =
    "datasets:\n"
    "  - {name: three, path: %s/jobs/data/digits.h5, sizes: [60],\n"
    "     merge: [[0, 1], [2, 3, 4], [5, 6, 7, 8, 9]], preprocess: {pca: {components: 6}}}\n"
    "  - {name: pair, path: %s/jobs/data/digits.h5, classes: [3, 8]}\n"
    "  - {name: halves, path: %s/jobs/data/digits.h5,\n"
    "     merge: [[0, 1, 2], [3, 4, 5, 6, 7, 8, 9]]}\n"
    "exponents: [0, 2]\nrules: [theory, balanced_subsample, averaged_balanced]\n"
    "balanced_repeats: 2\nlambdas: [1, 1e-2]\nsizes: [30, 60]\nseeds: {count: 2}\n"
    "sampling: uniform\ntheory: general\n";

static void write_jobs(void)
{
    char text[COMMAND_ROOM], path[2 * PATH_ROOM];
    const char *source = getenv("LLR_SOURCE");
    snprintf(text, sizeof text, mixed, source, source, source);
    snprintf(path, sizeof path, "%s/mixed.yaml", scratch());
    write_file(path, text);
    snprintf(path, sizeof path, "%s/two.yaml", scratch());
    write_file(path, "datasets: [{name: g, synthetic: {d: 30, priors: [.8, .2]}}]\n"
                     "losses: [square, logistic]\npreprocess: none\nratios: [2, 8]\n"
                     "sizes: [20, 50]\nseeds: {first: 7, count: 3}\ntolerance: 1e-12\n"
                     "rules: [paper, thumb, theory]\ntheory: auto\n");
    snprintf(text, sizeof text, predicted, source, source, source);
    snprintf(path, sizeof path, "%s/predicted.yaml", scratch());
    write_file(path, text);
}

static void the_table_is_the_same_for_all_ranks(void)
{
    static const char *const jobs[] = {"mixed", "two", "predicted"};
    static const int ranks[] = {1, 2, 3, 4, 7};
    outcome_t outcome;
    char alone[64], digest[64];
    write_jobs();
    for (int j = 0; j < 3; j++) {
        run(&outcome, "$L run $D/%s.yaml -o $D/%s-alone", jobs[j], jobs[j]);
        CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
        digest_of(&outcome, alone);
        for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++) {
            run(&outcome, "$M -n %d $L run $D/%s.yaml -o $D/%s-%d", ranks[r], jobs[j], jobs[j],
                ranks[r]);
            CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
            digest_of(&outcome, digest);
            CU_ASSERT_STRING_EQUAL(digest, alone);
        }
    }
}

/* A run says what its predictions stand on. */
static void the_form_of_the_theory_is_said(void)
{
    outcome_t outcome;
    run(&outcome, "$L run $D/two.yaml -o $D/form 2>&1 | grep theory");
    CU_ASSERT_TRUE(ended(&outcome, 0, "theory of g: spectral form, covariances 0 % unequal"));
    run(&outcome, "$L run $D/mixed.yaml -o $D/no-form 2>&1 | grep -c 'theory of'");
    CU_ASSERT_TRUE(ended(&outcome, 1, "0"));
}

/* Law 1 word for word: apart from timing and placement, byte for byte. */
static void the_files_are_the_same_bytes(void)
{
    outcome_t outcome;
    run(&outcome,
        "set -e\n"
        "sed -E 's/(,[^,]*){5}$//' $D/mixed-alone/results.csv >$D/a\n"
        "sed -E 's/(,[^,]*){5}$//' $D/mixed-7/results.csv >$D/b\n"
        "head -1 $D/mixed-7/results.csv | grep -q 'theory_df,seconds,begun,ended,rank_id,host$'\n"
        "cmp $D/a $D/b\ncmp $D/mixed-alone/long.csv $D/mixed-7/long.csv\nwc -l <$D/a");
    CU_ASSERT_TRUE(ended(&outcome, 0, "513"));
}

static void every_cell_can_be_replayed(void)
{
    outcome_t outcome;
    run(&outcome, "$L replay $D/mixed-7 digits/logistic/40/1/exponent=1.5/0.001 --save $D/head.h5");
    CU_ASSERT_TRUE(ended(&outcome, 0, "the same, bit for bit"));
    run(&outcome, "$L replay $D/mixed-4 three/square/100/0/balanced_subsample/1");
    CU_ASSERT_TRUE(ended(&outcome, 0, "the same, bit for bit"));
    run(&outcome, "$L replay $D/two-2 g/logistic/20/9/ratio=8/0.01");
    CU_ASSERT_TRUE(ended(&outcome, 0, "the same, bit for bit"));
    run(&outcome, "$L replay $D/two-3 g/square/50/8/thumb/0.01");
    CU_ASSERT_TRUE(ended(&outcome, 0, "the same, bit for bit"));
    run(&outcome, "$L replay $D/predicted-4 pair/square/30/1/theory/0.01");
    CU_ASSERT_TRUE(ended(&outcome, 0, "the same, bit for bit"));
    run(&outcome, "$L replay $D/two-2 g/logistic/20/9/ratio=9/0.01");
    CU_ASSERT_TRUE(ended(&outcome, 2, "no cell has the key"));
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"the table is the same for all ranks", the_table_is_the_same_for_all_ranks},
        {"the form of the theory is said", the_form_of_the_theory_is_said},
        {"the files are the same bytes", the_files_are_the_same_bytes},
        {"every cell can be replayed", every_cell_can_be_replayed},
    };
    return LLR_RUN_SUITE("ranks", tests);
}
