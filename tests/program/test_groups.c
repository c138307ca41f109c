/* Units that several ranks solve together: the table of one rank within the certificates, the same
 * bits for any number of groups, stops and kills. */
#include "h5_grouped.h"
#include "program.h"
#include "suite.h"

/* Sizes on both sides of d; pools of a file, made rows of two and three classes, groups with
 * weights of their own. */
static const char by_class[] =
    "datasets:\n"
    "  - {name: digits, path: %s/jobs/data/digits.h5, sizes: [150]}\n"
    "  - {name: pair, path: %s/jobs/data/digits.h5, classes: [3, 8]}\n"
    "  - {name: wide, synthetic: {d: 130, separation: 2, priors: [.7, .3]}}\n"
    "  - {name: three, synthetic: {d: 12, separation: 2, priors: [.5, .3, .2], test: 500}}\n"
    "losses: [square, logistic]\nexponents: [0, 1.5]\n"
    "rules: [balanced_subsample, averaged_balanced, thumb]\nbalanced_repeats: 2\n"
    "lambdas: [1e-3, .1]\nsizes: [40, 100]\nseeds: {count: 1}\n";

static const char by_group[] =
    "datasets: [{name: grouped, path: grouped.h5}]\nlosses: [square, logistic]\n"
    "weights_by: group\npreprocess: none\nexponents: [0, 2]\nrules: [balanced_subsample]\n"
    "lambdas: [1e-3, .1]\nsizes: [3, 90]\nsampling: uniform\nseeds: {count: 3}\n"
    "select_by: worst_group\n";

static void write_jobs(void)
{
    static world_t world;
    char text[COMMAND_ROOM], path[2 * PATH_ROOM];
    const char *source = getenv("LLR_SOURCE");
    fill_world(&world);
    snprintf(path, sizeof path, "%s/grouped.h5", scratch());
    write_world(&world, path);
    snprintf(text, sizeof text, by_class, source, source);
    snprintf(path, sizeof path, "%s/class.yaml", scratch());
    write_file(path, text);
    snprintf(path, sizeof path, "%s/group.yaml", scratch());
    write_file(path, by_group);
}

/* Lines of two tables whose cells do not agree: another status, objectives further apart than near
 * (or where both are certified, than the gaps), another df, accuracies that are more than a row or
 * two apart. */
static const char differ[] =
    "paste -d, $D/%s/results.csv $D/%s/results.csv | awk -F, '\n"
    "NR == 1 { n = NF / 2; for (i = 1; i <= n; i++) at[$i] = i; next }\n"
    "function far(name, near) { i = at[name]; d = $i - $(n + i); if (d < 0) d = -d\n"
    "  return ($i == \"\") != ($(n + i) == \"\") || d > near * ($i < 0 ? -$i : $i) }\n"
    "{ square = $at[\"loss\"] == \"square\"\n"
    "  if ($1 != $(n + 1) || $at[\"status\"] != $(n + at[\"status\"]) ||\n"
    "      $at[\"rank\"] != $(n + at[\"rank\"]) || $at[\"n_used\"] != $(n + at[\"n_used\"]) ||\n"
    "      far(\"objective\", square ? 1e-10 : 2e-8) || far(\"df\", square ? 1e-9 : 1e-4) ||\n"
    "      far(\"test_balanced\", .02) || far(\"w_max\", 1e-12)) print }\n"
    "END { if (NR < 20) print \"only\", NR }'";

static void groups_agree_with_one_rank(void)
{
    static const char *const jobs[] = {"class", "group"};
    outcome_t outcome;
    write_jobs();
    for (int j = 0; j < 2; j++) {
        run(&outcome, "$L run $D/%s.yaml -q -o $D/%s-1", jobs[j], jobs[j]);
        CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
        for (int q = 2; q < 6; q += 1 + (q > 2)) { /* 2, 3, 5 */
            run(&outcome,
                "cd $D; (cat %s.yaml; echo ranks_per_unit: %d) >%s-%d.yaml\n"
                "$M -n %d $L run %s-%d.yaml -q -o $D/%s-%d",
                jobs[j], q, jobs[j], q, q, jobs[j], q, jobs[j], q);
            CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
            char one[PATH_ROOM], many[PATH_ROOM];
            snprintf(one, sizeof one, "%s-1", jobs[j]);
            snprintf(many, sizeof many, "%s-%d", jobs[j], q);
            run(&outcome, differ, one, many);
            CU_ASSERT_EQUAL(count_lines(outcome.out), 0);
            if (*outcome.out || *outcome.err)
                fprintf(stderr, "%s: %.1500s%.500s", many, outcome.out, outcome.err);
        }
    }
}

static void any_number_of_groups_gives_the_same_bits(void)
{
    static const int ranks[] = {5, 6};
    outcome_t outcome;
    char first[64], digest[64];
    run(&outcome, "$M -n 2 $L run $D/class-2.yaml -o $D/class-2");
    CU_ASSERT_TRUE(ended(&outcome, 0, "units found"));
    digest_of(&outcome, first);
    for (size_t r = 0; r < sizeof ranks / sizeof *ranks; r++) {
        run(&outcome, "$M -n %d $L run $D/class-2.yaml -o $D/more-%d", ranks[r], ranks[r]);
        CU_ASSERT_TRUE(ended(&outcome, 0, "of 2 ranks, process grid 1 x 2"));
        digest_of(&outcome, digest);
        CU_ASSERT_STRING_EQUAL(digest, first);
        bool warns = strstr(outcome.err, "1 of ") && strstr(outcome.err, "left out");
        CU_ASSERT_EQUAL(warns, ranks[r] % 2 == 1);
    }
    run(&outcome, "$L replay $D/class-2 pair/logistic/40/0/exponent=1.5/0.1");
    CU_ASSERT_TRUE(ended(&outcome, 0, "the same, as far as the certificates tell"));
}

/* Killed at some moment, stopped at another; the rest is solved by other numbers of groups. */
static void stopped_and_killed_groups_go_on(void)
{
    enum { KILLS = 3 };
    outcome_t outcome;
    char wanted[64], digest[64], path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/many.yaml", scratch());
    write_file(path, "datasets: [{name: g, synthetic: {d: 70, priors: [.9, .1]}}]\n"
                     "losses: [square, logistic]\nexponents: [0, 1]\nlambdas: [.1, .001]\n"
                     "sizes: [60, 200]\nseeds: {count: 12}\nranks_per_unit: 2\n");
    run(&outcome, "$M -n 2 $L run $D/many.yaml -o $D/peace");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, wanted);
    srand(20261125);
    for (int k = 0; k < KILLS; k++) {
        run(&outcome,
            "$M -n %d $L run $D/many.yaml -o $D/out -q & mpi=$!\nsleep %.2f\n"
            "pids=$(pgrep -P $mpi -x llrsweep)\n"
            "kill -%s $(echo \"$pids\" | sed -n %d,%dp) 2>/dev/null\nwait $mpi\nexit 0",
            2 + 2 * (k % 2), 0.6 + 0.5 * rand() / RAND_MAX, k == 1 ? "USR1" : "9",
            k == 1 ? 1 : 1 + k % 2, k == 1 ? 9 : 1 + k % 2);
        CU_ASSERT_TRUE(outcome.seconds < 60);
    }
    run(&outcome, "$M -n 5 $L run $D/many.yaml -o $D/out");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, wanted);
}

typedef struct refusal {
    const char *keys, *command, *says;
} refusal_t;

static const refusal_t refusals[] = {
    {"ranks_per_unit: 2", "$L run", "ranks_per_unit: 2, but the run has 1 rank"},
    {"ranks_per_unit: 3", "$M -n 2 $L run", "ranks_per_unit: 3, but the run has 2 ranks"},
    {"ranks_per_unit: 2\nlambdas: [0, 1]", "$L check", "lambdas: 0 is solved by one rank alone"},
    {"ranks_per_unit: 2\npreprocess: {pca: {components: 3}}", "$L check",
     "preprocess: pca is for one rank a unit"},
    {"ranks_per_unit: auto\nrank_memory: 1GiB\npreprocess: {pca: {components: 3}}", "$L check",
     "give ranks_per_unit: 1 in place of auto"},
    {"ranks_per_unit: auto", "$L check", "ranks_per_unit: auto follows from"},
    {"ranks_per_unit: auto\nrank_memory: 1MiB", "$M -n 2 $L run",
     "rank_memory: 1.0 MiB is too little"},
};

static void what_groups_cannot_do_is_refused(void)
{
    for (size_t r = 0; r < sizeof refusals / sizeof *refusals; r++) {
        outcome_t outcome;
        run(&outcome,
            "cat >$D/bad.yaml <<END\ndatasets: [{name: d, path: $S/jobs/data/digits.h5}]\n"
            "sizes: [80]\n%s\nEND\n%s $D/bad.yaml -q -o $D/bad",
            refusals[r].keys, refusals[r].command);
        CU_ASSERT_TRUE(ended(&outcome, 2, refusals[r].says));
        CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    }
    outcome_t outcome;
    run(&outcome, "cat >$D/large.yaml <<END\n"
                  "datasets: [{name: g, synthetic: {d: 100000, priors: [.9, .1]}}]\n"
                  "sizes: [200000]\nranks_per_unit: 2\nEND\n$L check $D/large.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 2, "ScaLAPACK takes at most 2147483647; ask for"));
}

/* auto: a number that check, plan and the table's job agree on, and that memory is enough for. */
static void memory_decides_how_many_ranks(void)
{
    outcome_t outcome;
    run(&outcome, "cat >$D/auto.yaml <<END\n"
                  "datasets: [{name: g, synthetic: {d: 1500, priors: [.9, .1]}}]\n"
                  "sizes: [3000]\nexponents: [0]\nlambdas: [1]\nseeds: {count: 1}\n"
                  "ranks_per_unit: auto\nrank_memory: 110MiB\nEND\n"
                  "$L check $D/auto.yaml --explain");
    CU_ASSERT_TRUE(ended(&outcome, 0, "ranks_per_unit: 2\nrank_memory: 115343360\n"));
    run(&outcome, "$L plan $D/auto.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, "solved by 2 ranks together (process grid 1 x 2)"));
    run(&outcome, "$M -n 2 $L run $D/auto.yaml -o $D/auto && cat $D/auto/job.yaml");
    CU_ASSERT_TRUE(ended(&outcome, 0, "ranks_per_unit: 2\n"));
    run(&outcome, "sed -i s/110MiB/1GiB/ $D/auto.yaml; $L check $D/auto.yaml --explain");
    CU_ASSERT_TRUE(ended(&outcome, 0, "ranks_per_unit: 1\n"));
    remove_scratch();
}

/* A number of bytes of a line of plan's; 0 where there is no such line. */
static double bytes_of(const char *plan, const char *line)
{
    const char *at = strstr(plan, line);
    double value = 0;
    char unit[8] = "";
    if (!at || sscanf(at + strlen(line), "%lf %7s", &value, unit) != 2) return 0;
    return value * (*unit == 'G' ? 0x1p30 : *unit == 'M' ? 0x1p20 : *unit == 'K' ? 0x1p10 : 1);
}

/* What a rank takes is its share of what one alone would take, and not much more. */
static void memory_is_shared(void)
{
    static const char *const shapes[] = {
        "datasets: [{name: g, synthetic: {d: 3000, priors: [.9, .1]}}]\nsizes: [6000]\n",
        "datasets: [{name: g, synthetic: {d: 3000, priors: [.9, .1]}}]\nsizes: [1500]\n",
        "datasets: [{name: g, synthetic: {d: 2500, priors: [.4, .2, .2, .2]}}]\nsizes: [6000]\n",
    };
    for (size_t s = 0; s < 2 * sizeof shapes / sizeof *shapes; s++) {
        double alone = 0;
        for (int q = 1; q < 5; q *= 2) {
            outcome_t outcome;
            run(&outcome,
                "cat >$D/share.yaml <<END\n%slosses: [%s]\nexponents: [0, 1]\nlambdas: [.1, 1]\n"
                "seeds: {count: 1}\nranks_per_unit: %d\nEND\n$L plan $D/share.yaml",
                shapes[s / 2], s % 2 ? "logistic" : "square", q);
            double bytes = bytes_of(outcome.out, "datasets, shared") +
                           bytes_of(outcome.out, "slices of the datasets") +
                           bytes_of(outcome.out, "\n  workspace");
            CU_ASSERT_TRUE(bytes > 0);
            if (q == 1) alone = bytes;
            CU_ASSERT_TRUE(bytes <= 1.3 * alone / q);
            if (bytes > 1.3 * alone / q)
                fprintf(stderr, "%s%s, %d ranks: %.1f MiB, one %.1f\n", shapes[s / 2],
                        s % 2 ? "logistic" : "square", q, bytes / 0x1p20, alone / 0x1p20);
        }
    }
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"groups agree with one rank", groups_agree_with_one_rank},
        {"any number of groups gives the same bits", any_number_of_groups_gives_the_same_bits},
        {"stopped and killed groups go on", stopped_and_killed_groups_go_on},
        {"what groups cannot do is refused", what_groups_cannot_do_is_refused},
        {"memory is shared", memory_is_shared},
        {"memory decides how many ranks", memory_decides_how_many_ranks},
    };
    return LLR_RUN_SUITE("groups", tests);
}
