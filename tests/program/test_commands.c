#include "program.h"
#include "suite.h"

static void help_and_version_say_what_is_there(void)
{
    outcome_t outcome;
    run(&outcome, "$L --help");
    CU_ASSERT_TRUE(ended(&outcome, 0, "usage: llrsweep COMMAND"));
    CU_ASSERT_EQUAL(strlen(outcome.err), 0);
    run(&outcome,
        "for c in check plan run status report inspect rows journal replay; do $L $c --help; done");
    CU_ASSERT_TRUE(ended(&outcome, 0, "usage: llrsweep replay DIR KEY"));
    run(&outcome, "$L --version");
    CU_ASSERT_TRUE(ended(&outcome, 0, "blas_kernel"));
    run(&outcome, "$L help job");
    CU_ASSERT_TRUE(ended(&outcome, 0, "exponents"));
}

static void wrong_usage_names_the_word(void)
{
    static const char *const cases[][2] = {
        {"", "a command is needed"},
        {"chekc x", "unknown command `chekc`; did you mean `check`?"},
        {"check", "usage: llrsweep check JOB"},
        {"check a b", "`b` is one word too many"},
        {"check --explian a", "unknown option `--explian`; did you mean `--explain`?"},
        {"run --ranks 3 a", "--ranks is no option of `llrsweep run`"},
        {"plan a --ranks", "--ranks needs a value: N"},
        {"plan a --ranks=x", "--ranks: expected a whole number"},
        {"plan a --ranks 0", "--ranks: expected a whole number"},
        {"run a --grace soon", "--grace: expected seconds"},
        {"report a --metric best", "--metric: `best` is not one of"},
        {"check --quiet=1 a", "--quiet takes no value"},
        {"run a -o ''", "--output: a folder is needed"},
    };
    outcome_t outcome;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        run(&outcome, "$L %s", cases[c][0]);
        CU_ASSERT_TRUE(ended(&outcome, 2, cases[c][1]));
        CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
        CU_ASSERT_EQUAL(strlen(outcome.out), 0);
    }
}

static void the_demo_shows_the_point(void)
{
    outcome_t outcome;
    run(&outcome, "$L check $S/jobs/demo.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, "good: 2 datasets, 160 units"));
    run(&outcome, "$L check --explain $S/jobs/demo.yaml >$D/resolved.yaml && "
                  "$L check --explain $D/resolved.yaml | cmp - $D/resolved.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    run(&outcome, "$L plan $S/jobs/demo.yaml --ranks 4");
    CU_ASSERT_TRUE(ended(&outcome, 0, "12800 cells in 160 units"));
    run(&outcome, "$M -n 2 $L run $S/jobs/demo.yaml -o $D/demo");
    CU_ASSERT_TRUE(ended(&outcome, 0, "160 units solved"));
    run(&outcome, "$L status $D/demo");
    CU_ASSERT_TRUE(ended(&outcome, 0, "160 of 160 units done (12800 of 12800 cells)"));
    run(&outcome, "$L report $D/demo --metric balanced --best 2");
    CU_ASSERT_TRUE(ended(&outcome, 0, "tuned_exponent"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "balanced_subsample"));
}

static void rows_are_nested_and_of_the_pool(void)
{
    outcome_t outcome;
    run(&outcome, "$L rows $S/jobs/demo.yaml --dataset digits >$D/rows && wc -l <$D/rows && "
                  "awk '{ if (NF != $1 + 2) exit 1 }' $D/rows && "
                  "awk '$2 == 3 { for (i = 3; i <= NF; i++) { if (seen[$1 \" \" $i]++) exit 1 } }' "
                  "$D/rows && "
                  "awk '$2 == 3 { for (i = 3; i <= NF; i++) { in_[$1 \" \" $i] = 1; "
                  "if ($1 == 60) small[$i] = 1 } } "
                  "END { for (r in small) if (!((\"480 \" r) in in_)) exit 1 }' $D/rows");
    CU_ASSERT_TRUE(ended(&outcome, 0, "40"));
    run(&outcome, "$L rows $S/jobs/demo.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 2, "choose one with --dataset"));
    run(&outcome, "$L rows $S/jobs/demo.yaml --dataset gauss");
    CU_ASSERT_TRUE(ended(&outcome, 2, "is synthetic"));
}

static void inspect_describes_a_dataset(void)
{
    outcome_t outcome;
    run(&outcome, "$L inspect $S/jobs/data/digits.h5");
    CU_ASSERT_TRUE(ended(&outcome, 0, "1797 rows x 64 columns"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "constant columns"));
    run(&outcome, "$L inspect $S/jobs/demo.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 2, "demo.yaml"));
}

static void output_goes_where_it_is_sent(void)
{
    outcome_t outcome;
    run(&outcome, "cd $D && printf 'datasets: [{name: g, synthetic: {d: 4, priors: [.5, .5]}}]\\n"
                  "sizes: [20]\\nlambdas: [1]\\nseeds: {count: 1}\\n' >small.yaml && "
                  "$L run small.yaml -q && test -e results/small/results.csv && "
                  "LLRSWEEP_OUTPUT=there $L run small.yaml -q && test -e there/results.h5 && "
                  "LLRSWEEP_OUTPUT=there $L run small.yaml -q -o here && test -e here/long.csv");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    CU_ASSERT_EQUAL(strlen(outcome.out) + strlen(outcome.err), 0);
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"help and version say what is there", help_and_version_say_what_is_there},
        {"wrong usage names the word", wrong_usage_names_the_word},
        {"the demo shows the point", the_demo_shows_the_point},
        {"rows are nested and of the pool", rows_are_nested_and_of_the_pool},
        {"inspect describes a dataset", inspect_describes_a_dataset},
        {"output goes where it is sent", output_goes_where_it_is_sent},
    };
    return LLR_RUN_SUITE("commands", tests);
}
