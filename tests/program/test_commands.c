#include "program.h"
#include "suite.h"

static void version_says_what_it_was_built_with(void)
{
    outcome_t outcome;
    run(&outcome, "$L --version");
    CU_ASSERT_TRUE(ended(&outcome, 0, "blas_kernel"));
}

/* Each is good, and --explain prints a job that is explained by itself. A job whose data are not
 * here is left out, and said so. */
static void every_job_of_the_tree_is_good(void)
{
    outcome_t outcome;
    run(&outcome, "find $S/jobs -name '*.yaml' -exec sh -c 'test ! -d \"${1%%/*}/journal\"' _ {} "
                  "\\; -print >$D/jobs && while read -r job; do\n"
                  "for path in $(sed -n 's/.*[ {]path: *\\([^,} ]*\\).*/\\1/p' \"$job\"); do\n"
                  "test -e \"${job%%/*}/$path\" || echo \"not checked: $job: no $path\"\n"
                  "done >$D/absent; cat $D/absent; test ! -s $D/absent || continue\n"
                  "$L check -q \"$job\" && $L check -q --explain \"$job\" >$D/resolved.yaml &&\n"
                  "$L check -q --explain $D/resolved.yaml | cmp - $D/resolved.yaml || exit\n"
                  "echo \"$job\" >>$D/checked\n"
                  "done <$D/jobs && grep -qx $S/jobs/demo.yaml $D/checked && "
                  "grep -qx $S/jobs/paper/fig1.yaml $D/checked");
    printf("%s", outcome.out);
    CU_ASSERT_EQUAL(outcome.code, 0);
    CU_ASSERT_EQUAL(strlen(outcome.err), 0);
}

static void the_demo_shows_the_point(void)
{
    outcome_t outcome;
    run(&outcome, "$L check $S/jobs/demo.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, "good: 2 datasets, 160 units"));
    run(&outcome, "$L plan $S/jobs/demo.yaml --ranks 4");
    CU_ASSERT_TRUE(ended(&outcome, 0, "13600 cells in 160 units"));
    run(&outcome, "$M -n 2 $L run $S/jobs/demo.yaml -o $D/demo");
    CU_ASSERT_TRUE(ended(&outcome, 0, "160 units solved"));
    run(&outcome, "$L status $D/demo");
    CU_ASSERT_TRUE(ended(&outcome, 0, "160 of 160 units done (13600 of 13600 cells)"));
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
    CU_ASSERT_PTR_NOT_NULL(
        strstr(outcome.out, "constant columns   4 on the pool: 0, 32, 39, 56\n"));
    /* as numpy.linalg.eigvalsh has them */
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "as they are               21       28       41\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "z-scored                  30       39       53\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "equal rows         in the pool and validation 0,"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "from n = 67 on, delta < 10 pi_min"));
    run(&outcome, "$L inspect $S/jobs/demo.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 2, "demo.yaml"));
    /* Of three classes the pool has two. */
    run(&outcome, "cd $D && printf 'a,k,s\n1,0,0\n2,1,0\n3,0,0\n4,2,1\n5,2,2\n' >pool.csv && "
                  "$L import -q --features pool.csv --labels pool.csv:k --split pool.csv:s "
                  "-o pool.h5 && $L inspect pool.h5");
    CU_ASSERT_TRUE(ended(&outcome, 0, "0.667 (2 pi_min)"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(outcome.out, "no pool rows       class 2: a job has to leave it "));
    /* Of two it has one. */
    run(&outcome, "cd $D && printf 'a,k,s\\n1,0,0\\n2,0,0\\n3,1,1\\n4,1,2\\n' >one.csv && "
                  "$L import -q --features one.csv --labels one.csv:k --split one.csv:s "
                  "-o one.h5 && $L inspect one.h5");
    CU_ASSERT_TRUE(
        ended(&outcome, 0, "class 1: a job has to leave it out, and no two classes are "));
    CU_ASSERT_PTR_NULL(strstr(outcome.out, "pi_min"));
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

/* Nehalem is older than any CPU with AVX. */
static void an_old_kernel_is_told_of(void)
{
    outcome_t outcome;
    run(&outcome, "grep -qw avx /proc/cpuinfo && OPENBLAS_CORETYPE=Nehalem $L --version");
    if (!strstr(outcome.out, "Nehalem")) {
        printf("  no older BLAS kernel here: not tried\n");
        return;
    }
    CU_ASSERT_TRUE(ended(&outcome, 0, "warning: BLAS runs its kernel Nehalem because"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    run(&outcome, "env -u OPENBLAS_CORETYPE $L --version");
    CU_ASSERT_EQUAL(strlen(outcome.err), 0);
}

/* Also where OpenBLAS is older than the CPU, and takes one it does not know for a Prescott. */
static void the_kernel_is_as_new_as_the_cpu(void)
{
    outcome_t outcome;
    run(&outcome, "env -u OPENBLAS_CORETYPE $L --version");
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "blas_kernel"));
    if (strstr(outcome.out, "vectors      any")) return;
    for (int k = 0; k < 3; k++) {
        static const char *const old[] = {"Prescott", "Nehalem", "Sandybridge"};
        CU_ASSERT_PTR_NULL(strstr(outcome.out, old[k]));
    }
    if (strstr(outcome.out, "vectors      avx512"))
        CU_ASSERT_PTR_NULL(strstr(outcome.out, "Haswell"));
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"version says what it was built with", version_says_what_it_was_built_with},
        {"an old kernel is told of", an_old_kernel_is_told_of},
        {"the kernel is as new as the CPU", the_kernel_is_as_new_as_the_cpu},
        {"every job of the tree is good", every_job_of_the_tree_is_good},
        {"the demo shows the point", the_demo_shows_the_point},
        {"rows are nested and of the pool", rows_are_nested_and_of_the_pool},
        {"inspect describes a dataset", inspect_describes_a_dataset},
        {"output goes where it is sent", output_goes_where_it_is_sent},
    };
    return LLR_RUN_SUITE("commands", tests);
}
