/* Shards and reruns of a sweep with every option, gathered into the table of one run. */
#include "h5_grouped.h"
#include "program.h"
#include "suite.h"

/* Groups, balanced draws, lambda 0, deltas, units in blocks. */
static const char by_group[] =
    "name: options\n"
    "datasets:\n"
    "  - {name: grouped, path: grouped.h5}\n"
    "  - {name: few, path: grouped.h5, preprocess: {pca: {components: 3}}, sizes: [40]}\n"
    "losses: [square, logistic]\nweights_by: group\nselect_by: worst_group\n"
    "exponents: [0, 1, 1.7]\nrules: [balanced_subsample, averaged_balanced]\n"
    "balanced_repeats: 3\nlambdas: [0, 0.01, 1]\ndeltas: [0.1, 0.05]\nunit_size: 8\n"
    "seeds: {count: 3}\n";

/* Rows as they come, of a file and made; some subsamples have no row of class 2. */
static const char uniform[] =
    "datasets:\n"
    "  - {name: grouped, path: grouped.h5, preprocess: {pca: {variance: 0.9}}}\n"
    "  - {name: three, synthetic: {d: 5, separation: 2, priors: [.6, .37, .03], test: 300}}\n"
    "losses: [square, logistic]\nsampling: uniform\nexponents: [0, 1]\n"
    "rules: [averaged_balanced]\nlambdas: [0.1]\nsizes: [16, 40]\nseeds: {count: 5}\n";

static void write_jobs(void)
{
    static world_t world;
    char path[2 * PATH_ROOM];
    fill_world(&world);
    snprintf(path, sizeof path, "%s/grouped.h5", scratch());
    write_world(&world, path);
    snprintf(path, sizeof path, "%s/options.yaml", scratch());
    write_file(path, by_group);
    snprintf(path, sizeof path, "%s/uniform.yaml", scratch());
    write_file(path, uniform);
}

static char whole[64]; /* digest of the options job */

/* Logistic fits at lambda 0 are never called converged: exit code 3 where one is not separable. */
static void the_table_is_the_same_for_all_ranks(void)
{
    static const int ranks[] = {1, 2, 3, 4, 7};
    outcome_t outcome;
    char first[64], digest[64];
    write_jobs();
    for (int j = 0; j < 2; j++)
        for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++) {
            const char *job = j ? "uniform" : "options";
            run(&outcome, "$M -n %d $L run $D/%s.yaml -o $D/%s-%d", ranks[r], job, job, ranks[r]);
            CU_ASSERT_TRUE(ended(&outcome, j ? 0 : 3, "digest "));
            digest_of(&outcome, r ? digest : first);
            if (r) CU_ASSERT_STRING_EQUAL(digest, first);
            if (!j) strcpy(whole, first);
        }
    run(&outcome, "grep -c ,missing_class, $D/uniform-1/results.csv");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    run(&outcome,
        "grep ,missing_class, $D/uniform-1/results.csv | grep -vc ',missing_class,0,,,,,'");
    CU_ASSERT_TRUE(ended(&outcome, 1, "0\n"));
}

static void run_shards(void)
{
    outcome_t outcome;
    for (int i = 1; i <= 3; i++) {
        run(&outcome, "$M -n %d $L run $D/options.yaml -o $D/shard%d --shard %d/3", i, i, i);
        CU_ASSERT_TRUE(ended(&outcome, 3, "a part of the table: merge all 3 shards"));
        CU_ASSERT_PTR_NULL(strstr(outcome.out, "digest"));
    }
}

static void three_shards_are_one_run(void)
{
    outcome_t outcome;
    char digest[64];
    run_shards();
    run(&outcome, "$L gather $D/shard1 $D/shard2 $D/shard3 -o $D/all");
    CU_ASSERT_TRUE(ended(&outcome, 3, "units of 3 folders"));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, whole);
    run(&outcome,
        "cmp $D/all/long.csv $D/options-1/long.csv && "
        "f=$(head -1 $D/all/results.csv | tr , '\\n' | grep -n '^seconds$' | "
        "cut -d: -f1) && cut -d, -f1-$((f-1)) $D/all/results.csv >$D/a && "
        "cut -d, -f1-$((f-1)) $D/options-1/results.csv >$D/b && cmp $D/a $D/b && "
        "grep -q 'digest: \"%s\"' $D/all/provenance.yaml && "
        "grep -q 'gathered: \"3 folders' $D/all/provenance.yaml",
        whole);
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
}

/* Shards, whole runs and what was gathered, in any order and more than once. */
static void gathering_twice_changes_nothing(void)
{
    outcome_t outcome;
    char digest[64];
    run(&outcome, "$L gather $D/all $D/options-2 $D/shard3 -o $D/all");
    CU_ASSERT_TRUE(ended(&outcome, 3, "digest"));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, whole);
    run(&outcome, "$L status $D/all && $L report $D/all | grep averaged_balanced");
    CU_ASSERT_TRUE(ended(&outcome, 0, "units were solved twice") ||
                   strstr(outcome.out, "units done"));
    run(&outcome, "$L replay $D/all few/logistic/40/2/averaged_balanced/0.01");
    CU_ASSERT_TRUE(ended(&outcome, 0, "the same, bit for bit"));
}

/* Into one folder, one after the other: the last one has the whole table. */
static void shards_may_share_a_folder(void)
{
    outcome_t outcome;
    char digest[64];
    run(&outcome, "$L run $D/options.yaml -o $D/shared --shard 2/2");
    CU_ASSERT_TRUE(ended(&outcome, 3, "a part of the table: merge all 2 shards"));
    run(&outcome, "$M -n 2 $L run $D/options.yaml -o $D/shared --shard 1/2");
    CU_ASSERT_TRUE(ended(&outcome, 3, "digest"));
    CU_ASSERT_PTR_NULL(strstr(outcome.out, "a part of the table"));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, whole);
}

/* Of more shards than units the last ones have none. */
static void a_shard_may_be_empty(void)
{
    outcome_t outcome;
    char digest[64];
    run(&outcome, "$L run $D/options.yaml -o $D/none --shard 5000/5000");
    CU_ASSERT_TRUE(ended(&outcome, 0, "0 units"));
    run(&outcome, "$L status $D/none && $L report $D/none --format csv");
    CU_ASSERT_TRUE(ended(&outcome, 0, "0 of "));
    run(&outcome, "$L gather $D/none $D/all -o $D/with-none");
    CU_ASSERT_TRUE(ended(&outcome, 3, "digest"));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, whole);
    run(&outcome, "$L gather $D/none -o $D/only-none");
    CU_ASSERT_TRUE(ended(&outcome, 4, "units are missing, first that of"));
    run(&outcome, "$L gather $D/none $D/uniform-1 -o $D/x");
    CU_ASSERT_TRUE(ended(&outcome, 2, "none/job.yaml is not the job of the journal in"));
}

static void an_unfinished_gather_can_be_finished(void)
{
    outcome_t outcome;
    char digest[64];
    run(&outcome, "$L gather $D/shard3 $D/shard1 -o $D/part");
    CU_ASSERT_TRUE(ended(&outcome, 4, "units are missing, first that of"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    run(&outcome, "test ! -e $D/part/results.csv && $M -n 2 $L run $D/options.yaml -o $D/part");
    CU_ASSERT_TRUE(ended(&outcome, 3, "units found"));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, whole);
}

static void what_does_not_belong_together_is_refused(void)
{
    outcome_t outcome;
    static const char *const cases[][2] = {
        {"gather $D/shard1 $D/uniform-1 -o $D/x", "is of another sweep than"},
        {"gather $D/shard1 $D -o $D/x", "no journal of a sweep is here"},
        {"gather $D/shard1 $D/shard2 $D/shard3", "--output DIR is needed"},
        {"gather $D/shard1 $D/shard2 -o $D/uniform-1", "belongs to another sweep"},
        {"run $D/options.yaml --shard 0/3", "--shard: expected I/N"},
        {"run $D/options.yaml --shard 3", "--shard: expected I/N"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        run(&outcome, "$L %s && test ! -e $D/x", cases[c][0]);
        CU_ASSERT_TRUE(ended(&outcome, 2, cases[c][1]));
        CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    }
}

/* The same job on another kind of CPU: an older BLAS kernel stands in for it. */
static void different_numbers_are_refused(void)
{
    outcome_t outcome;
    run(&outcome, "OPENBLAS_CORETYPE=Nehalem $L --version | grep -q 'blas_kernel *Nehalem' && "
                  "OPENBLAS_CORETYPE=Nehalem $L run $D/options.yaml -o $D/old 2>/dev/null");
    if (strstr(outcome.out, whole) || !strstr(outcome.out, "digest")) {
        printf("  no other BLAS kernel here: not tried\n");
        return;
    }
    run(&outcome, "$L gather $D/shard1 $D/old -o $D/y");
    CU_ASSERT_TRUE(ended(&outcome, 2, "have different results for"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    remove_scratch();
}

/* Who solved what is told of every run, killed ones and those gathered from too. */
static void all_runs_are_told_of(void)
{
    static const char both[] = "solved_with: \"kernel %s, vectors %s; kernel Nehalem, vectors %s\"";
    outcome_t outcome;
    char kernel[64], vectors[64], expected[256];
    run(&outcome, "cd $D && printf 'datasets: [{name: m, synthetic: {d: 9, priors: [.8, .2]}}]\n"
                  "losses: [square]\nexponents: [0, 1]\nlambdas: [.1]\nsizes: [40]\n"
                  "seeds: {count: 4}\n' >mix.yaml && $L run -q mix.yaml --shard 1/2 -o mix && "
                  "$L run -q mix.yaml --shard 1/2 -o part1 && "
                  "OPENBLAS_CORETYPE=Nehalem $L run -q mix.yaml --shard 2/2 -o part2 && "
                  "sed -n 's/^# run: kernel \\([^,]*\\), vectors \\([^;]*\\).*/\\1 \\2/p' "
                  "part1/job.yaml part2/job.yaml");
    CU_ASSERT_EQUAL_FATAL(outcome.code, 0);
    CU_ASSERT_EQUAL_FATAL(sscanf(outcome.out, "%63s %63s", kernel, vectors), 2);
    if (!strstr(outcome.out, "Nehalem") || !strcmp(kernel, "Nehalem")) {
        printf("  no other BLAS kernel here: not tried\n");
        return;
    }
    snprintf(expected, sizeof expected, both, kernel, vectors, vectors);
    /* Memory, as another version would count it, makes no other job of it. */
    run(&outcome, "cd $D && sed -i 's/bytes 0 and/bytes 1 and/' mix/job.yaml && "
                  "OPENBLAS_CORETYPE=Nehalem $L run mix.yaml -o mix && "
                  "grep -c '^# run: ' mix/job.yaml && cat mix/provenance.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, "runs of this folder differ in what they solve with: "));
    CU_ASSERT_TRUE(ended(&outcome, 0, "\n2\n"));
    CU_ASSERT_TRUE(ended(&outcome, 0, expected));
    run(&outcome, "cd $D && $L gather part1 part2 -o whole2 && $L gather part1 whole2 -o whole2 && "
                  "grep -c '^# run: ' whole2/job.yaml && cat whole2/provenance.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, "\n2\n"));
    CU_ASSERT_TRUE(ended(&outcome, 0, expected));
}

/* The folder tells what is to be known of its data: classes, rows, components, sizes by deltas. */
static void results_outlive_their_data(void)
{
    static const char job[] =
        "datasets:\n  - {name: pair, path: gone.h5, classes: [3, 8], preprocess: {pca: {variance: "
        ".9}}}\n"
        "  - {name: all, path: gone.h5, deltas: [.8]}\n  - {name: made, synthetic: {d: 9, priors: "
        "[.8, .2]}}\n"
        "losses: [square]\nexponents: [0, 1]\nlambdas: [.01, .1]\nsizes: [40]\nseeds: {count: 2}\n";
    outcome_t outcome;
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/gone.yaml", scratch());
    write_file(path, job);
    run(&outcome, "cd $D && cp $S/jobs/data/digits.h5 gone.h5 && $L run -q gone.yaml -o told && "
                  "$L report told >before && $L status told >>before && rm gone.h5 && "
                  "$L report told >after && $L status told >>after && cmp before after && "
                  "test -s after && $L gather told -o whole && "
                  "cmp told/results.csv whole/results.csv && $L report whole >/dev/null");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    /* What solves again needs them; so does a folder that does not tell. */
    run(&outcome, "cd $D && $L replay told pair/square/40/0/exponent=0/0.1");
    CU_ASSERT_TRUE(ended(&outcome, 2, "gone.h5: cannot be opened: No such file"));
    static const char *const damage[] = {
        "s/, test .*//",          "s/^\\(# facts.*\\)$/\\1 7/", "s/kinds 2/kinds 7/",
        "s/pool [0-9]*/pool -1/", "s/priors [0-9.]*/priors x/", "/^# facts of all/d"};
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        run(&outcome,
            "cd $D && rm -rf hurt && cp -r told hurt && sed -i '%s' hurt/job.yaml && "
            "! cmp -s told/job.yaml hurt/job.yaml && $L report hurt",
            damage[i]);
        CU_ASSERT_TRUE(ended(&outcome, 2, "gone.h5: cannot be opened: No such file"));
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"results outlive their data", results_outlive_their_data},
        {"all runs are told of", all_runs_are_told_of},
        {"the table is the same for all ranks", the_table_is_the_same_for_all_ranks},
        {"three shards are one run", three_shards_are_one_run},
        {"gathering twice changes nothing", gathering_twice_changes_nothing},
        {"shards may share a folder", shards_may_share_a_folder},
        {"a shard may be empty", a_shard_may_be_empty},
        {"an unfinished gather can be finished", an_unfinished_gather_can_be_finished},
        {"what does not belong together is refused", what_does_not_belong_together_is_refused},
        {"different numbers are refused", different_numbers_are_refused},
    };
    return LLR_RUN_SUITE("gather", tests);
}
