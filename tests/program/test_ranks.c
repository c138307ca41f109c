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
    "rules: [balanced_subsample]\n"
    "lambdas: [1, 1e-3]\n"
    "sizes: [40, 100]\n"
    "seeds: {count: 2}\n";

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
                     "sizes: [20, 50]\nseeds: {first: 7, count: 3}\ntolerance: 1e-12\n");
}

static void the_table_is_the_same_for_all_ranks(void)
{
    static const char *const jobs[] = {"mixed", "two"};
    static const int ranks[] = {1, 2, 3, 4, 7};
    outcome_t outcome;
    char alone[64], digest[64];
    write_jobs();
    for (int j = 0; j < 2; j++) {
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

/* Law 1 word for word: apart from timing and placement, byte for byte. */
static void the_files_are_the_same_bytes(void)
{
    outcome_t outcome;
    run(&outcome,
        "cut -d, -f1-34 $D/mixed-alone/results.csv >$D/a\n"
        "cut -d, -f1-34 $D/mixed-7/results.csv >$D/b\n"
        "head -1 $D/mixed-7/results.csv | grep -q 'test_group_gap,seconds,rank_id,host$'\n"
        "cmp $D/a $D/b && cmp $D/mixed-alone/long.csv $D/mixed-7/long.csv && wc -l <$D/a");
    CU_ASSERT_TRUE(ended(&outcome, 0, "385"));
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
    run(&outcome, "$L replay $D/two-2 g/logistic/20/9/ratio=9/0.01");
    CU_ASSERT_TRUE(ended(&outcome, 2, "no cell has the key"));
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"the table is the same for all ranks", the_table_is_the_same_for_all_ranks},
        {"the files are the same bytes", the_files_are_the_same_bytes},
        {"every cell can be replayed", every_cell_can_be_replayed},
    };
    return LLR_RUN_SUITE("ranks", tests);
}
