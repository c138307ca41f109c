/* How groups of ranks read a dataset's file: in collective reads, or not at all and with one line.
 */
#include "h5_grouped.h"
#include "program.h"
#include "suite.h"

#include <math.h>

static const hsize_t chunk[2] = {16, DIM};

/* Contiguous, or compressed chunks; nan: row of a NaN in column 2, or -1. */
static void write_features(const char *name, const hsize_t *chunks, int nan)
{
    static world_t world;
    char path[2 * PATH_ROOM];
    snprintf(path, sizeof path, "%s/%s", scratch(), name);
    fill_world(&world);
    if (nan >= 0) world.x[nan * DIM + 2] = NAN;
    write_world_in(&world, path, chunks);
}

/* A job of its own for each file: $D/NAME.yaml. */
static void write_job(const char *name)
{
    char path[2 * PATH_ROOM], text[COMMAND_ROOM];
    snprintf(path, sizeof path, "%s/%s.yaml", scratch(), name);
    snprintf(text, sizeof text,
             "datasets: [{name: d, path: %s}]\nlosses: [square]\nexponents: [0]\nlambdas: [.1]\n"
             "sizes: [60]\nseeds: {count: 2}\nranks_per_unit: 3\n",
             name);
    write_file(path, text);
}

/* Runs the job of a file on three ranks behind the probe; fails: rank whose reads fail, or -1. */
static void run_probed(outcome_t *outcome, const char *name, const char *environment, int fails)
{
    char failing[64] = "";
    if (fails >= 0) snprintf(failing, sizeof failing, "LLR_PROBE_FAILS=%d", fails);
    write_job(name);
    run(outcome,
        "rm -rf $D/out $D/probe.*\n"
        "%s $M -n 3 env LD_PRELOAD=$LLR_MPI_PROBE LLR_PROBE=$D/probe %s $L run $D/%s.yaml -o "
        "$D/out",
        environment, failing, name);
}

/* Collective reads of each rank; all have the same number of them. */
static int count_reads(void)
{
    outcome_t outcome;
    int reads[3] = {-1, -2, -3};
    run(&outcome, "cat $D/probe.0 $D/probe.1 $D/probe.2");
    CU_ASSERT_EQUAL(sscanf(outcome.out, "%d %d %d", &reads[0], &reads[1], &reads[2]), 3);
    CU_ASSERT_EQUAL(reads[0], reads[1]);
    CU_ASSERT_EQUAL(reads[0], reads[2]);
    return reads[0];
}

/* What Open MPI takes by itself is not trusted with the features: then every rank reads alone, to
 * the same table. */
static void features_are_read_collectively(void)
{
    outcome_t outcome;
    char digest[64], alone[64];
    write_features("plain.h5", NULL, -1);
    write_features("chunked.h5", chunk, -1);
    run_probed(&outcome, "plain.h5", "", -1);
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, digest);
    CU_ASSERT_TRUE(count_reads() > 0);
    run_probed(&outcome, "plain.h5", "OMPI_MCA_io=ompio", -1);
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, alone);
    CU_ASSERT_EQUAL(count_reads(), 0);
    CU_ASSERT_STRING_EQUAL(digest, alone);
    run_probed(&outcome, "chunked.h5", "", -1);
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, alone);
    CU_ASSERT_STRING_EQUAL(digest, alone);
}

/* One line, and soon, also where the others wait inside MPI for the rank that failed. */
static void a_rank_that_cannot_read_ends_the_run(void)
{
    write_features("plain.h5", NULL, -1);
    for (int rank = 0; rank < 3; rank += 2) {
        outcome_t outcome;
        run_probed(&outcome, "plain.h5", "", rank);
        CU_ASSERT_TRUE(ended(&outcome, 2, "plain.h5: /features: rows "));
        CU_ASSERT_TRUE(ended(&outcome, 2, "cannot be read (HDF5: MPI_File_read_at_all failed"));
        CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
        CU_ASSERT_TRUE(outcome.seconds < 40);
    }
}

static void expect_refusal(const char *name, const char *says)
{
    outcome_t outcome;
    write_job(name);
    run(&outcome, "$M -n 4 $L run $D/%s.yaml -q -o $D/bad", name);
    CU_ASSERT_TRUE(ended(&outcome, 2, says));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.err, name));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    CU_ASSERT_TRUE(outcome.seconds < 40);
}

static void bad_files_end_in_one_line(void)
{
    outcome_t outcome;
    write_features("nan.h5", NULL, 357);
    expect_refusal("nan.h5", "/features: row 357, column 2 is NaN; all features must be finite");
    write_features("nan-chunked.h5", chunk, 100);
    expect_refusal("nan-chunked.h5", "/features: row 100, column 2 is NaN");
    write_features("cut.h5", NULL, -1);
    run(&outcome, "truncate -s 9000 $D/cut.h5");
    expect_refusal("cut.h5", "is a truncated or damaged HDF5 file");
    expect_refusal("none.h5", "cannot be opened: No such file");
}

/* A path of more than 256 bytes, and nothing made beside the file. */
static void files_are_left_alone(void)
{
    outcome_t outcome;
    write_features("plain.h5", NULL, -1);
    run(&outcome,
        "long=$D/$(printf '%%0150d' 1)/$(printf '%%0150d' 2)\n"
        "mkdir -p $long && mv $D/plain.h5 $long/plain.h5 && chmod -w $long\n"
        "cat >$D/long.yaml <<END\ndatasets: [{name: d, path: $long/plain.h5}]\nlosses: [square]\n"
        "sizes: [60]\nseeds: {count: 1}\nranks_per_unit: 2\nEND\n"
        "$M -n 2 $L run $D/long.yaml -q -o $D/long && ls -A $long; chmod +w $long");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    CU_ASSERT_STRING_EQUAL(outcome.out, "plain.h5\n");
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"features are read collectively", features_are_read_collectively},
        {"a rank that cannot read ends the run", a_rank_that_cannot_read_ends_the_run},
        {"bad files end in one line", bad_files_end_in_one_line},
        {"files are left alone", files_are_left_alone},
    };
    return LLR_RUN_SUITE("group_reading", tests);
}
