#include "program.h"
#include "suite.h"

/* Runs of one job at several rank counts, a resumed one, one of more seeds, and other jobs. */
static void write_world(void)
{
    outcome_t outcome;
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/job.yaml", scratch());
    write_file(path, "name: study\n"
                     "datasets: [{name: g, synthetic: {d: 40, priors: [.8, .2]}}]\n"
                     "sizes: [60, 90]\nlambdas: [.1, 1]\nexponents: [0, 1]\n"
                     "rules: [balanced_subsample]\nseeds: {count: 6}\n");
    run(&outcome,
        "cd $D && sed 's/count: 6/count: 12/' job.yaml >more.yaml && "
        "sed 's/90/100/' job.yaml >other.yaml && sed 's/d: 40/d: 30/' job.yaml >data.yaml && "
        "$L run -q job.yaml -o r1 && $M -n 2 $L run -q job.yaml -o r2 && "
        "$M -n 3 $L run -q job.yaml -o r3 && $M -n 2 $L run -q more.yaml -o w2 && "
        "$L run -q other.yaml -o other && $L run -q data.yaml -o data && "
        "$L run -q --shard 1/2 job.yaml -o half");
    CU_ASSERT_TRUE_FATAL(ended(&outcome, 0, NULL));
}

/* Field number f (from 1) of line l (from 1) of the times of a folder. */
static double field(const char *folder, int l, int f)
{
    outcome_t outcome;
    run(&outcome, "sed -n %dp $D/%s/times.csv | cut -d, -f%d", l, folder, f);
    return atof(outcome.out);
}

enum { STAGES = 9, FIRST_STAGE = 10, SOLVE = FIRST_STAGE + 4 };

static double wall_of(const char *folder, int l)
{
    double seconds = 0;
    for (int s = 0; s < STAGES; s++) seconds += field(folder, l, FIRST_STAGE + s);
    return seconds;
}

static void every_rank_leaves_its_times(void)
{
    outcome_t outcome;
    write_world();
    run(&outcome, "cut -d, -f1-8 $D/r3/times.csv");
    CU_ASSERT_TRUE(ended(&outcome, 0,
                         "run,ranks,nodes,found,units,cells,stopped,rank\n1,3,1,0,12,120,0,0\n"
                         "1,3,1,0,12,120,0,1\n1,3,1,0,12,120,0,2\n"));
    /* CPU seconds of the units, as the table has them, are those of solving and metrics. */
    run(&outcome, "awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == \"seconds\") c = i }\n"
                  "NR > 1 { sum += $c }\nEND { print sum }' $D/r1/results.csv");
    double cpu = field("r1", 2, SOLVE + STAGES) + field("r1", 2, SOLVE + STAGES + 1);
    CU_ASSERT_TRUE(cpu > 0);
    CU_ASSERT_DOUBLE_EQUAL(cpu, atof(outcome.out), .05 * cpu + .001);
}

/* The table's lines: ranks, nodes, units, cells, wall, speed-up, efficiency. */
static void speed_up_is_the_ratio_of_wall_times(void)
{
    outcome_t outcome;
    int ranks;
    double wall, planned, speed_up, efficiency;
    run(&outcome, "cd $D && $L scaling r3 r1 r2");
    CU_ASSERT_TRUE(ended(&outcome, 0,
                         "study: strong scaling; speed-up in cells a second, against "
                         "1 rank\n"));
    double base = wall_of("r1", 2);
    for (int r = 1; r <= 3; r++) {
        char folder[8];
        snprintf(folder, sizeof folder, "r%d", r);
        run(&outcome, "cd $D && $L scaling r3 r1 r2 | grep ' %%  r%d$'", r);
        CU_ASSERT_EQUAL_FATAL(sscanf(outcome.out, "%d 1 12 120 %lf %lf %lf %lf", &ranks, &wall,
                                     &planned, &speed_up, &efficiency),
                              5);
        CU_ASSERT_EQUAL(ranks, r);
        CU_ASSERT_DOUBLE_EQUAL(wall, wall_of(folder, 2), 6e-4);
        CU_ASSERT_TRUE(planned > 0 && planned < 1);
        CU_ASSERT_DOUBLE_EQUAL(speed_up, base / wall_of(folder, 2), 6e-3);
        CU_ASSERT_DOUBLE_EQUAL(efficiency, base / wall_of(folder, 2) / r, 6e-4);
    }
}

/* Twice the seeds on twice the ranks: at the same wall time the efficiency is 1. */
static void weak_scaling_counts_cells(void)
{
    outcome_t outcome;
    double wall, planned, speed_up, efficiency;
    run(&outcome, "cd $D && $L scaling --weak r1 w2 | grep ' w2$'");
    CU_ASSERT_EQUAL_FATAL(
        sscanf(outcome.out, " 2 1 24 240 %lf %lf %lf %lf", &wall, &planned, &speed_up, &efficiency),
        4);
    CU_ASSERT_DOUBLE_EQUAL(efficiency, wall_of("r1", 2) / wall_of("w2", 2), 1e-3);
    run(&outcome, "cd $D && $L scaling r1 w2");
    CU_ASSERT_TRUE(ended(&outcome, 2,
                         "llrsweep: r1 and w2 are of different jobs; where seeds differ in number: "
                         "--weak\n"));
}

static void folders_that_cannot_be_compared_are_refused(void)
{
    outcome_t outcome;
    run(&outcome, "cd $D && $L scaling r1 other");
    CU_ASSERT_TRUE(ended(&outcome, 2, "llrsweep: r1 and other are of different jobs\n"));
    run(&outcome, "cd $D && $L scaling r1 data");
    CU_ASSERT_TRUE(ended(&outcome, 2, "llrsweep: r1 and data are of different datasets\n"));
    run(&outcome, "cd $D && $L scaling --weak r1 half r2");
    CU_ASSERT_TRUE(ended(&outcome, 0, "half"));
    run(&outcome, "cd $D && $L scaling r1 half");
    CU_ASSERT_TRUE(ended(
        &outcome, 2, "llrsweep: r1 and half are of different shards of a job: 12 and 6 units\n"));
    run(&outcome, "cd $D && cp -r r1 none && rm none/times.csv && $L scaling none");
    CU_ASSERT_TRUE(ended(&outcome, 2, "none: has no times of a run (times.csv)"));
    run(&outcome, "cd $D && cp -r r1 bad && sed -i '2s/,1,/,x,/' bad/times.csv && $L scaling bad");
    CU_ASSERT_TRUE(ended(&outcome, 2, "bad/times.csv: line 2: expected 27 fields as in line 1"));
    run(&outcome, "cd $D && cp -r r1 nan && sed -i '2s/[0-9.]*$/nan/' nan/times.csv && "
                  "$L scaling nan");
    CU_ASSERT_TRUE(ended(&outcome, 2, "nan/times.csv: line 2: expected 27 fields as in line 1"));
    run(&outcome, "cd $D && cp -r r3 cut && sed -i 4d cut/times.csv && $L scaling cut");
    CU_ASSERT_TRUE(ended(&outcome, 2, "cut/times.csv: run 1 lacks rank 2"));
}

static void runs_that_were_stopped_say_so(void)
{
    outcome_t outcome;
    /* A run that finds everything adds a line, but no time. */
    run(&outcome,
        "cd $D && cp -r r1 again && $L run -q job.yaml -o again && wc -l <again/times.csv "
        "&& $L scaling again | grep -c ' again$'");
    CU_ASSERT_TRUE(ended(&outcome, 0, "3\n1\n"));
    run(&outcome, "cd $D && sed 's/count: 6/count: 3000/' job.yaml >long.yaml\n"
                  "$L run -q long.yaml -o long & r=$!\n"
                  "while ! test -e long/job.yaml; do sleep 0.1; done; sleep 0.3; kill -TERM $r\n"
                  "wait $r; $L scaling long");
    CU_ASSERT_TRUE(ended(&outcome, 0, "long (not finished)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, " - "));
    run(&outcome, "cd $D && $L run -q long.yaml -o long && $L scaling long");
    CU_ASSERT_TRUE(ended(&outcome, 0, "long (resumed: 2 runs together)"));
    /* The times of the first of two runs are lost, as after SIGKILL. */
    run(&outcome, "cd $D && sed -i 2d long/times.csv && $L scaling long");
    CU_ASSERT_TRUE(ended(
        &outcome, 0, "long (it found units without times: gathered, or of a run that was killed)"));
    /* Nor are those of a shard in the folder that it is gathered into. */
    run(&outcome, "cd $D && $L gather half -o whole 2>gather.err; $L run -q job.yaml -o whole && "
                  "$L scaling whole");
    CU_ASSERT_TRUE(ended(&outcome, 0, "whole (it found units without times: gathered, or of a "));
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"every rank leaves its times", every_rank_leaves_its_times},
        {"speed-up is the ratio of wall times", speed_up_is_the_ratio_of_wall_times},
        {"weak scaling counts cells", weak_scaling_counts_cells},
        {"folders that cannot be compared are refused",
         folders_that_cannot_be_compared_are_refused},
        {"runs that were stopped say so", runs_that_were_stopped_say_so},
    };
    return LLR_RUN_SUITE("scaling", tests);
}
