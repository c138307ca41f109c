#include "program.h"
#include "suite.h"

enum { KILLS = 12, UNITS = 120 };

static void write_job(void)
{
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/job.yaml", scratch());
    write_file(path, "datasets: [{name: g, synthetic: {d: 60, priors: [.9, .1]}}]\n"
                     "losses: [square, logistic]\nexponents: {from: 0, to: 2, count: 3}\n"
                     "lambdas: [1, .1, .01, .001]\nsizes: [60, 200]\nseeds: {count: 30}\n");
}

/* Lines of status: the units that are done. */
static int units_done(void)
{
    outcome_t outcome;
    int done = -1;
    run(&outcome, "$L status $D/out");
    const char *at = strstr(outcome.out, "job: ");
    if (!outcome.code && at) sscanf(at, "job: %d of", &done);
    return done;
}

/* Kills one rank, or all, at a random moment of each run; the next one goes on with another number
 * of ranks. No finished unit is lost, none is solved twice, the table is the one of a run in peace.
 */
static void killed_runs_lose_nothing(void)
{
    outcome_t outcome;
    char wanted[64], digest[64];
    int last = 0;
    write_job();
    run(&outcome, "$L run $D/job.yaml -o $D/peace");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, wanted);
    srand(20261124);
    for (int k = 0; k < KILLS; k++) {
        int ranks = 1 + rand() % 4, victim = rand() % 3;
        double delay = 0.5 + 0.7 * rand() / RAND_MAX;
        /* The program's own name finds its ranks; victim picks one of them, or all. */
        run(&outcome,
            "$M -n %d $L run $D/job.yaml -o $D/out -q & mpi=$!\n"
            "sleep %.2f\n"
            "pids=$(pgrep -P $mpi -x llrsweep)\n"
            "[ %d = 0 ] || pids=$(echo \"$pids\" | sed -n '%d p;$p' | head -1)\n"
            "kill -9 $pids 2>/dev/null\n"
            "wait $mpi\nexit 0",
            ranks, delay, victim, 1 + rand() % ranks);
        CU_ASSERT_TRUE(outcome.seconds < 60);
        int done = units_done();
        if (done >= 0) {
            CU_ASSERT_TRUE(done >= last);
            last = done;
        }
    }
    CU_ASSERT_TRUE(last > 0);
    run(&outcome, "$M -n 3 $L run $D/job.yaml -o $D/out");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, wanted);
    if (last < UNITS) CU_ASSERT_PTR_NOT_NULL(strstr(outcome.err, "units found"));
    CU_ASSERT_EQUAL(units_done(), UNITS);
    /* The journal holds every unit once; status says so where it does not. */
    run(&outcome, "$L status $D/out");
    CU_ASSERT_PTR_NULL(strstr(outcome.out, "solved twice"));
    run(&outcome, "cp -r $D/peace $D/twice; cd $D/twice/journal\n"
                  "for s in *.log; do cp $s 000099-${s#*-}; done; $L status $D/twice");
    CU_ASSERT_TRUE(ended(&outcome, 0, "120 units were solved twice"));
}

static void a_full_disk_loses_nothing(void)
{
    outcome_t outcome;
    char digest[64], wanted[64];
    run(&outcome, "$L run $D/job.yaml -o $D/peace");
    digest_of(&outcome, wanted);
    /* A limit on file sizes stands for a full disk: the journal's segment may not grow. Without
     * MPI, whose shared segments are files too. */
    run(&outcome, "bash -c 'ulimit -f 40; exec $L run $D/job.yaml -o $D/full -q'");
    CU_ASSERT_TRUE(ended(&outcome, 1, "File too large"));
    run(&outcome, "$L status $D/full");
    CU_ASSERT_TRUE(ended(&outcome, 0, " of 120 units done"));
    CU_ASSERT_PTR_NULL(strstr(outcome.out, "job: 0 of"));
    /* Then the table. */
    run(&outcome, "$L run $D/job.yaml -o $D/full -q && rm $D/full/results.csv && "
                  "bash -c 'ulimit -f 8; exec $L run $D/job.yaml -o $D/full -q'");
    CU_ASSERT_TRUE(ended(&outcome, 1, "all units are safe in the journal"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    run(&outcome, "$L run $D/job.yaml -o $D/full");
    CU_ASSERT_TRUE(ended(&outcome, 0, "units found"));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, wanted);
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"killed runs lose nothing", killed_runs_lose_nothing},
        {"a full disk loses nothing", a_full_disk_loses_nothing},
    };
    return LLR_RUN_SUITE("killed", tests);
}
