#include "program.h"
#include "suite.h"

#include <math.h>

static void write_job(const char *name, const char *more)
{
    char path[2 * PATH_ROOM], text[COMMAND_ROOM];
    snprintf(path, sizeof path, "%s/%s.yaml", scratch(), name);
    snprintf(text, sizeof text,
             "datasets: [{name: g, synthetic: {d: 120, priors: [.8, .2]}}]\n"
             "losses: [square, logistic]\nsizes: [200, 400]\n%s",
             more);
    write_file(path, text);
}

/* A calibration of exactly the fixed cost, or of a multiple of it. */
static void write_calibration(const char *name, double factor)
{
    char path[2 * PATH_ROOM], text[COMMAND_ROOM];
    snprintf(path, sizeof path, "%s/%s", scratch(), name);
    snprintf(text, sizeof text,
             "# llrsweep calibration 2: units, seconds, cost; kind\n"
             "10 %g 1 square, two classes, df\n10 %g 1 logistic, two classes, df\nspread 0.25\n",
             factor, factor);
    write_file(path, text);
}

/* The number before " s" behind the label, minutes turned to seconds. */
static double seconds_behind(const outcome_t *outcome, const char *label)
{
    double seconds, minutes;
    const char *at = strstr(outcome->out, label);
    if (!at) return NAN;
    at += strlen(label);
    if (sscanf(at, " %lf min %lf s", &minutes, &seconds) == 2) return 60 * minutes + seconds;
    return sscanf(at, " %lf s", &seconds) == 1 ? seconds : NAN;
}

static double mebibytes_behind(const outcome_t *outcome, const char *label)
{
    double size;
    const char *at = strstr(outcome->out, label);
    return at && sscanf(at + strlen(label), " %lf MiB", &size) == 1 ? size : NAN;
}

static void seconds_follow_the_calibration(void)
{
    outcome_t one, three;
    write_job("job", "seeds: {count: 20}\n");
    write_calibration("one", 1);
    write_calibration("three", 3);
    run(&one, "cd $D && $L plan job.yaml --calibration one");
    run(&three, "cd $D && $L plan job.yaml --calibration three");
    CU_ASSERT_TRUE(ended(&one, 0, "time, by one\n"));
    double work = seconds_behind(&one, "all units, on one core");
    CU_ASSERT_TRUE(work > 0);
    CU_ASSERT_DOUBLE_EQUAL(seconds_behind(&three, "all units, on one core") / work, 3, .03);
    CU_ASSERT_TRUE(seconds_behind(&one, "wall time  ") >= work * .99);
    CU_ASSERT_TRUE(seconds_behind(&one, "most likely from") < work);
}

/* The table of rank counts: all of them, efficiency that falls, and never below work / ranks. */
static void more_ranks_are_never_slower(void)
{
    outcome_t outcome;
    double before = INFINITY, work;
    run(&outcome, "cd $D && $L plan job.yaml --calibration one");
    work = seconds_behind(&outcome, "all units, on one core");
    const char *at = strstr(outcome.out, "   ranks ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    for (int ranks = 1; ranks <= 4096; ranks *= 2) {
        int found;
        double solving, wall, share;
        at = strchr(at, '\n') + 1;
        CU_ASSERT_EQUAL_FATAL(sscanf(at, "%d %lf s %lf s %lf", &found, &solving, &wall, &share), 4);
        CU_ASSERT_EQUAL(found, ranks);
        /* From 64 ranks on rank 0 only serves; messages take a little. */
        CU_ASSERT_TRUE(solving <= before * 1.01 + .01 || ranks == 64);
        CU_ASSERT_TRUE(solving >= work / ranks * .99);
        CU_ASSERT_DOUBLE_EQUAL(share, work / (solving * ranks), .01 * share + .001);
        before = solving;
    }
}

/* One unit a rank is too coarse for many ranks: plan says so, and its unit_size does better. */
static void the_unit_size_it_names_is_better(void)
{
    outcome_t outcome;
    int size;
    double before, after;
    write_job("few", "seeds: {count: 2}\n");
    run(&outcome, "cd $D && $L plan few.yaml --ranks 16 --calibration three");
    CU_ASSERT_TRUE(ended(&outcome, 0, "unit_size for 16 ranks: "));
    const char *at = strstr(outcome.out, "unit_size for 16 ranks: ");
    CU_ASSERT_EQUAL_FATAL(sscanf(at, "unit_size for 16 ranks: %d, in place of 0", &size), 1);
    CU_ASSERT_TRUE(size > 0 && size < 99);
    before = seconds_behind(&outcome, ", solve");
    run(&outcome,
        "cd $D && (cat few.yaml; echo unit_size: %d) >cut.yaml && "
        "$L plan cut.yaml --ranks 16 --calibration three",
        size);
    CU_ASSERT_TRUE(ended(&outcome, 0, ", as it is\n"));
    after = seconds_behind(&outcome, ", solve");
    CU_ASSERT_TRUE(after < before * .8);
}

static void the_line_for_sbatch_has_all_it_needs(void)
{
    outcome_t outcome;
    int nodes, tasks, ranks, hours, minutes, mebi;
    run(&outcome, "cd $D && $L plan job.yaml --ranks 10 --nodes 4 --calibration one");
    const char *at = strstr(outcome.out, "sbatch ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    CU_ASSERT_EQUAL_FATAL(sscanf(at,
                                 "sbatch --nodes=%d --ntasks-per-node=%d --ntasks=%d "
                                 "--time=%d:%d:00 --mem=%dM",
                                 &nodes, &tasks, &ranks, &hours, &minutes, &mebi),
                          6);
    CU_ASSERT_EQUAL(nodes, 4);
    CU_ASSERT_EQUAL(tasks, 3);
    CU_ASSERT_EQUAL(ranks, 10);
    /* The scripts of slurm/ have a sweep stopped up to 3 minutes before the end. */
    CU_ASSERT_TRUE(hours == 0 && minutes >= 4 && minutes < 10);
    CU_ASSERT_TRUE(mebi > 3 * 40 && mebi < 1000);
    /* All of the interval, and the predictions three times over, is before that. */
    write_job("long", "seeds: {count: 20}\ntheory: auto\n");
    write_calibration("dear", 900);
    run(&outcome, "cd $D && $L plan long.yaml --ranks 4 --calibration dear");
    double most = seconds_behind(&outcome, " s  to"),
           wall = seconds_behind(&outcome, "wall time  ");
    double theory = seconds_behind(&outcome, "theory roughly");
    at = strstr(outcome.out, "sbatch ");
    CU_ASSERT_PTR_NOT_NULL_FATAL(at);
    CU_ASSERT_EQUAL_FATAL(
        sscanf(at, "sbatch --nodes=1 --ntasks-per-node=4 --time=%d:%d:00", &hours, &minutes), 2);
    CU_ASSERT_TRUE(theory > 0 && most >= wall + 2 * theory);
    CU_ASSERT_TRUE(3600 * hours + 60 * minutes >= most + 180);
}

/* Rates of this machine by units timed now, kept and used again; or by an earlier run of another
 * job. */
static void a_calibration_may_be_kept(void)
{
    outcome_t made, kept;
    run(&made, "cd $D && $L plan job.yaml --save-calibration here");
    CU_ASSERT_TRUE(ended(&made, 0, "time, by 2 s of the job's own units, on this machine\n"));
    run(&kept, "cd $D && $L plan job.yaml --calibration here");
    CU_ASSERT_TRUE(ended(&kept, 0, "time, by here\n"));
    double work = seconds_behind(&made, "all units, on one core");
    CU_ASSERT_DOUBLE_EQUAL(seconds_behind(&kept, "all units, on one core"), work, 1e-9);
    run(&kept, "cd $D && grep -v logistic here >part && $L plan job.yaml --calibration part");
    CU_ASSERT_TRUE(ended(&kept, 0,
                         "time, by part; not timed there, so taken to be like the rest: "
                         "logistic, two classes, df\n"));
    write_job("other", "seeds: {count: 3}\nexponents: [0, 1]\nlambdas: [.1, .5, 1]\n");
    run(&kept, "cd $D && $L run -q other.yaml -o other && $L plan job.yaml --calibration other");
    CU_ASSERT_TRUE(ended(&kept, 0, "time, by 2 s of the job's own units, on this machine"));
    CU_ASSERT_TRUE(ended(&kept, 0, " units of other took "));
    CU_ASSERT_TRUE(ended(&kept, 0, " there "));
    double again = seconds_behind(&kept, "all units, on one core");
    CU_ASSERT_TRUE(again > work / 3 && again < work * 3); /* CPU time, on a busy machine */
    run(&kept, "cd $D && (cat job.yaml; echo 'rules: [thumb]') >rule.yaml && "
               "$L plan rule.yaml --calibration other");
    CU_ASSERT_TRUE(ended(&kept, 0, "time, by the units timed in other\n"));
    run(&kept, "cd $D && $L plan job.yaml --save-calibration no/such/folder");
    CU_ASSERT_TRUE(ended(&kept, 1, "no/such/folder: cannot be written: No such file or directory"));
}

/* Where the job's own units would ask for too much: weights wait for predictions, or the cheapest
 * is too dear, in time or memory. */
static void made_units_stand_in_for_dear_ones(void)
{
    static const char *const more[] = {
        "seeds: {count: 2}\nrules: [theory]\n",
        "seeds: {count: 2}\nexponents: {from: 0, to: 2, count: 400}\n"
        "lambdas: {log10: {from: -4, to: 0, count: 400}}\n",
    };
    for (int m = 0; m < 2; m++) {
        outcome_t outcome;
        write_job("dear", more[m]);
        run(&outcome, "cd $D && $L plan dear.yaml");
        CU_ASSERT_TRUE(ended(&outcome, 0, "time, by 2 s of made units, on this machine\n"));
        CU_ASSERT_TRUE(seconds_behind(&outcome, "all units, on one core") > 0);
    }
}

/* A run of fewer ranks than solve a unit together would be refused, and ranks that are left over do
 * nothing. */
static void groups_need_their_ranks(void)
{
    outcome_t outcome;
    write_job("groups", "seeds: {count: 2}\nranks_per_unit: 4\n");
    run(&outcome, "cd $D && $L plan groups.yaml --calibration one");
    CU_ASSERT_TRUE(ended(&outcome, 0, "sbatch --nodes=1 --ntasks-per-node=4 "));
    CU_ASSERT_TRUE(ended(&outcome, 0, "memory of a node with 4 ranks"));
    run(&outcome, "cd $D && $L plan groups.yaml --calibration one --ranks 3");
    CU_ASSERT_TRUE(ended(&outcome, 2, "--ranks 3: ranks_per_unit is 4; that many at least"));
    run(&outcome, "cd $D && $L plan groups.yaml --calibration one --ranks 6");
    CU_ASSERT_TRUE(ended(&outcome, 0, "2 of 6 ranks are left out: ranks_per_unit is 4"));
}

/* Many cells a unit: memory grows with their number, not with its square. */
static void cells_take_memory_once_each(void)
{
    outcome_t outcome;
    double one, three;
    write_job("one", "seeds: {count: 1}\nexponents: {from: 0, to: 2, count: 100}\n"
                     "lambdas: {log10: {from: -4, to: 0, count: 100}}\n");
    write_job("three", "seeds: {count: 1}\nexponents: {from: 0, to: 2, count: 100}\n"
                       "lambdas: {log10: {from: -4, to: 0, count: 300}}\n");
    run(&outcome, "cd $D && $L plan one.yaml --calibration one");
    CU_ASSERT_EQUAL_FATAL(outcome.code, 0);
    one = mebibytes_behind(&outcome, "  workspace ");
    run(&outcome, "cd $D && $L plan three.yaml --calibration one");
    three = mebibytes_behind(&outcome, "  workspace ");
    CU_ASSERT_TRUE(one > 10 && three > 2 * one && three < 3.1 * one);
}

/* The time limit ------------------------------------------------------------------------------- */

/* More than fits: it ends before, in order, with what was begun done; the rest comes later. */
static void a_run_stops_before_its_time_is_over(void)
{
    outcome_t outcome;
    int done, all;
    write_job("long", "seeds: {count: 3000}\n");
    for (int ranks = 1; ranks <= 3; ranks += 2) {
        run(&outcome,
            "rm -rf $D/out; $M -n %d $L run $D/long.yaml -o $D/out --stop-before 00:00:03", ranks);
        CU_ASSERT_TRUE(ended(
            &outcome, 4, "llrsweep: stopped (what is left would not end before the time limit): "));
        CU_ASSERT_TRUE(outcome.seconds > 1 && outcome.seconds < 12);
        run(&outcome, "$L status $D/out");
        CU_ASSERT_EQUAL_FATAL(sscanf(outcome.out, "long: %d of %d units done", &done, &all), 2);
        CU_ASSERT_TRUE(done > 0 && done < all);
    }
    /* Slurm's own end, in seconds since 1970, leaves half a minute; what was asked for comes first.
     */
    run(&outcome, "SLURM_JOB_END_TIME=$(($(date +%%s) + 32)) $L run $D/long.yaml -o $D/out");
    CU_ASSERT_TRUE(ended(&outcome, 4, "before the time limit, SLURM_JOB_END_TIME): "));
    CU_ASSERT_TRUE(outcome.seconds < 12);
    write_job("short", "seeds: {count: 2}\n");
    run(&outcome, "SLURM_JOB_END_TIME=$(date +%%s) $L run $D/short.yaml -o $D/short");
    CU_ASSERT_TRUE(ended(&outcome, 4, "0 of 8 units are done"));
    run(&outcome,
        "SLURM_JOB_END_TIME=$(date +%%s) $L run $D/short.yaml -o $D/short --stop-before 01:00:00");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
}

/* A grace that reaches beyond the time limit ends with it, on all ranks: a unit takes half a
 * minute. */
static void a_grace_ends_with_the_time(void)
{
    outcome_t outcome;
    write_job("slow", "seeds: {count: 2}\nexponents: {from: 0, to: 4, count: 400}\n"
                      "lambdas: {log10: {from: -6, to: 0, count: 20}}\n");
    run(&outcome, "cd $D; sed -i 's/square, //; s/200, 400/4000/; s/120/500/' slow.yaml\n"
                  "$M -n 2 $L run slow.yaml -o slow --grace 1000 --stop-before 00:00:04 & r=$!\n"
                  "while kill -0 $r && ! test -e slow/job.yaml; do sleep 0.1; done; sleep 0.5; "
                  "touch slow/stop; wait $r");
    CU_ASSERT_TRUE(ended(&outcome, 4, "stopped (stop file): 0 of 2 units are done"));
    CU_ASSERT_TRUE(outcome.seconds < 120);
}

/* A unit that would take longer is abandoned when the time is over, and the digest is the same. */
static void what_was_stopped_goes_on_to_the_same_table(void)
{
    outcome_t outcome;
    char once[64], twice[64];
    write_job("same", "seeds: {count: 400}\n");
    run(&outcome, "$L run $D/same.yaml -o $D/whole");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, once);
    run(&outcome, "$M -n 2 $L run $D/same.yaml -o $D/parts --stop-before 00:00:01; "
                  "$M -n 3 $L run $D/same.yaml -o $D/parts");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, twice);
    CU_ASSERT_STRING_EQUAL(once, twice);
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"seconds follow the calibration", seconds_follow_the_calibration},
        {"more ranks are never slower", more_ranks_are_never_slower},
        {"the unit size it names is better", the_unit_size_it_names_is_better},
        {"the line for sbatch has all it needs", the_line_for_sbatch_has_all_it_needs},
        {"a calibration may be kept", a_calibration_may_be_kept},
        {"made units stand in for dear ones", made_units_stand_in_for_dear_ones},
        {"groups need their ranks", groups_need_their_ranks},
        {"cells take memory once each", cells_take_memory_once_each},
        {"a run stops before its time is over", a_run_stops_before_its_time_is_over},
        {"a grace ends with the time", a_grace_ends_with_the_time},
        {"what was stopped goes on to the same table", what_was_stopped_goes_on_to_the_same_table},
    };
    return LLR_RUN_SUITE("plan", tests);
}
