#include "program.h"
#include "suite.h"

#include <hdf5.h>
#include <signal.h>

/* Until a run has written what it writes before its first unit, and a little more. */
#define WAIT_FOR(file) "while ! test -e " file "; do sleep 0.1; done; sleep 0.5"

static void write_job(const char *name, const char *more)
{
    char path[2 * PATH_ROOM], text[COMMAND_ROOM];
    snprintf(path, sizeof path, "%s/%s.yaml", scratch(), name);
    snprintf(text, sizeof text,
             "datasets: [{name: g, synthetic: {d: 150, priors: [.9, .1]}}]\n"
             "losses: [logistic]\nsizes: [300]\n%s",
             more);
    write_file(path, text);
}

/* Each way of asking, alone and under mpirun: exit code 4, and the rest later. */
static void asked_to_stop_it_stops_in_order(void)
{
    static const char *const ways[] = {"kill -TERM $p", "kill -INT $p", "kill -USR1 $p",
                                       "touch $D/out/stop"};
    outcome_t outcome;
    write_job("stop", "seeds: {count: 1500}\n");
    for (int w = 0; w < 4; w++)
        for (int ranks = 0; ranks < 4; ranks += 3) {
            char launch[64] = "$L", find[128] = "p=$r";
            if (ranks) {
                snprintf(launch, sizeof launch, "$M -n %d $L", ranks);
                snprintf(find, sizeof find, "p=$(pgrep -P $r -x llrsweep | sed -n 2p)");
            }
            run(&outcome,
                "rm -rf $D/out; %s run $D/stop.yaml -o $D/out & r=$!\n" WAIT_FOR(
                    "$D/out/job.yaml") "; %s; %s; wait $r",
                launch, find, ways[w]);
            CU_ASSERT_TRUE(ended(&outcome, 4, "the same command goes on from here"));
            CU_ASSERT_TRUE(outcome.seconds < 30);
            run(&outcome, "test ! -e $D/out/stop && $L status $D/out");
            CU_ASSERT_TRUE(ended(&outcome, 0, " of 1500 units done"));
            CU_ASSERT_PTR_NULL(strstr(outcome.out, "stop: 0 of"));
        }
    run(&outcome, "$M -n 2 $L run $D/stop.yaml -o $D/out");
    CU_ASSERT_TRUE(ended(&outcome, 0, "units found"));
}

/* One unit of half a minute: 8000 fits of 4000 rows. */
static void write_long_job(void)
{
    outcome_t outcome;
    write_job("long", "exponents: {from: 0, to: 4, count: 400}\n"
                      "lambdas: {log10: {from: -6, to: 0, count: 20}}\nseeds: {count: 2}\n");
    run(&outcome, "sed -i 's/300/4000/; s/150/500/' $D/long.yaml");
}

/* Twice within a second is one wish, which launchers pass on more than once. */
static void a_second_sigterm_ends_at_once(void)
{
    static const char *const ways[][2] = {
        {"$L", "p=$r"}, {"$M -n 2 $L", "p=$(pgrep -P $r -x llrsweep | sed -n 2p)"}};
    outcome_t outcome;
    write_long_job();
    for (int w = 0; w < 2; w++) {
        run(&outcome,
            "rm -rf $D/twice; %s run $D/long.yaml -o $D/twice --grace 1e6 & r=$!\n" WAIT_FOR(
                "$D/twice/job.yaml") "; %s; kill -TERM $p; kill -TERM $p; sleep 1\n"
                                     "kill -0 $p || exit 99\n"
                                     "sleep 2; kill -TERM $p; wait $r",
            ways[w][0], ways[w][1]);
        CU_ASSERT_EQUAL(outcome.code, 128 + SIGTERM);
        CU_ASSERT_TRUE(outcome.seconds < 20);
        run(&outcome, "$L status $D/twice");
        CU_ASSERT_TRUE(ended(&outcome, 0, "0 of 2 units done"));
    }
}

static void a_long_unit_is_abandoned_after_the_grace(void)
{
    outcome_t outcome;
    write_long_job();
    run(&outcome, "$L run $D/long.yaml -o $D/long --grace 0.5 & r=$!\n" WAIT_FOR(
                      "$D/long/job.yaml") "; kill -TERM $r; wait $r");
    CU_ASSERT_TRUE(ended(&outcome, 4, "0 of 2 units are done"));
    CU_ASSERT_TRUE(outcome.seconds < 20);
}

static void a_changed_job_is_refused(void)
{
    outcome_t outcome;
    write_job("a", "seeds: {count: 2}\nlambdas: [1]\n");
    run(&outcome, "$L run $D/a.yaml -o $D/a");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    write_job("b", "seeds: {count: 2}\nlambdas: [1, 2]\n");
    run(&outcome, "$M -n 2 $L run $D/b.yaml -o $D/a");
    CU_ASSERT_TRUE(ended(&outcome, 2, "was `lambdas: [1]`, now `lambdas: [1, 2]`"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    run(&outcome, "$L run $D/a.yaml -o $D/a");
    CU_ASSERT_TRUE(ended(&outcome, 0, "2 of 2 units found"));
}

static void change_feature(void)
{
    char path[2 * PATH_ROOM];
    float value = 3.5f;
    hsize_t place[2] = {1000, 7};
    snprintf(path, sizeof path, "%s/d.h5", scratch());
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t set = H5Dopen2(file, "features", H5P_DEFAULT), space = H5Dget_space(set);
    hid_t one = H5Screate(H5S_SCALAR);
    H5Sselect_elements(space, H5S_SELECT_SET, 1, place);
    CU_ASSERT_TRUE(H5Dwrite(set, H5T_NATIVE_FLOAT, one, space, H5P_DEFAULT, &value) >= 0);
    H5Sclose(one);
    H5Sclose(space);
    H5Dclose(set);
    H5Fclose(file);
}

static void a_changed_dataset_is_refused(void)
{
    outcome_t outcome;
    run(&outcome, "cp $S/jobs/data/digits.h5 $D/d.h5; chmod u+w $D/d.h5\n"
                  "printf 'datasets: [{name: d, path: d.h5, classes: [1, 7]}]\\nsizes: [30]\\n"
                  "lambdas: [1]\\nseeds: {count: 1}\\n' >$D/d.yaml\n"
                  "$L run $D/d.yaml -o $D/d");
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    change_feature();
    run(&outcome, "$L run $D/d.yaml -o $D/d");
    CU_ASSERT_TRUE(ended(&outcome, 2, "content of d"));
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"asked to stop it stops in order", asked_to_stop_it_stops_in_order},
        {"a second SIGTERM ends at once", a_second_sigterm_ends_at_once},
        {"a long unit is abandoned after the grace", a_long_unit_is_abandoned_after_the_grace},
        {"a changed job is refused", a_changed_job_is_refused},
        {"a changed dataset is refused", a_changed_dataset_is_refused},
    };
    return LLR_RUN_SUITE("stop", tests);
}
