#include "program.h"
#include "suite.h"

enum { UNITS = 12 };

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

/* A sweep in $D/NAME that is complete; its digest. */
static void sweep(const char *name, char digest[64])
{
    outcome_t outcome;
    write_job(name, "seeds: {count: 12}\nlambdas: [1]\n");
    run(&outcome, "$L run $D/%s.yaml -o $D/%s", name, name);
    CU_ASSERT_TRUE(ended(&outcome, 0, "digest "));
    digest_of(&outcome, digest);
}

/* Inverts a byte of the only segment of $D/NAME: at an offset, or from the end where negative. */
static void damage(const char *name, long at)
{
    outcome_t outcome;
    char path[2 * PATH_ROOM];
    run(&outcome, "ls $D/%s/journal/*.log", name);
    CU_ASSERT_EQUAL_FATAL(count_lines(outcome.out), 1);
    snprintf(path, sizeof path, "%.*s", (int)strcspn(outcome.out, "\n"), outcome.out);
    FILE *file = fopen(path, "r+b");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fseek(file, at, at < 0 ? SEEK_END : SEEK_SET);
    int byte = fgetc(file);
    fseek(file, -1, SEEK_CUR);
    fputc(~byte & 0xff, file);
    fclose(file);
}

static void finish(const char *name, int found, const char *wanted)
{
    outcome_t outcome;
    char digest[64], text[64];
    snprintf(text, sizeof text, "%d of %d units found", found, UNITS);
    run(&outcome, "$L run $D/%s.yaml -o $D/%s", name, name);
    CU_ASSERT_TRUE(ended(&outcome, 0, text));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, wanted);
    run(&outcome, "$L journal check $D/%s", name);
    CU_ASSERT_TRUE(ended(&outcome, 0, "12 of 12 units have a record, 0 duplicates"));
}

static void a_damaged_record_is_solved_again(void)
{
    outcome_t outcome;
    char digest[64];
    sweep("a", digest);
    run(&outcome, "$L journal check $D/a");
    CU_ASSERT_TRUE(ended(&outcome, 0, "good, 12 records\n1 segment: 12 of 12 units"));
    run(&outcome, "$L journal repair $D/a");
    CU_ASSERT_TRUE(ended(&outcome, 0, "nothing to repair"));
    damage("a", 2000);
    for (int ranks = 0; ranks < 4; ranks += 3) {
        char launch[32] = "$L";
        if (ranks) snprintf(launch, sizeof launch, "$M -n %d $L", ranks);
        run(&outcome, "%s run $D/a.yaml -o $D/a", launch);
        CU_ASSERT_TRUE(ended(&outcome, 2, "damaged at byte "));
        CU_ASSERT_PTR_NOT_NULL(strstr(outcome.err, "`llrsweep journal repair /"));
        CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    }
    run(&outcome, "$L journal check $D/a");
    CU_ASSERT_TRUE(ended(&outcome, 2, "11 records; damaged at byte "));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.err, "`llrsweep journal repair "));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    run(&outcome, "$L journal check $D/a 2>&1 | tail -1");
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "`llrsweep journal repair "));
    run(&outcome, "$L journal repair $D/a && ls $D/a/journal/*.log.damaged");
    CU_ASSERT_TRUE(ended(&outcome, 0, "11 of 11 whole records kept in "));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "\n1 unit left for the next run"));
    finish("a", 11, digest);
}

/* The head is gone: job.yaml tells whose the records are. A torn tail is no reason to refuse. */
static void job_yaml_stands_in_for_a_head(void)
{
    outcome_t outcome;
    char digest[64];
    sweep("h", digest);
    damage("h", 20);
    damage("h", -1);
    run(&outcome, "$L journal check $D/h");
    CU_ASSERT_TRUE(ended(&outcome, 2, "head damaged at byte 0: 64 bytes, 11 whole records after"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "; torn tail of "));
    run(&outcome, "cp -r $D/h $D/bare && rm $D/bare/job.yaml && $L journal repair $D/bare");
    CU_ASSERT_TRUE(ended(&outcome, 0, "nothing says which sweep it belongs to"));
    run(&outcome, "$L journal repair $D/h");
    CU_ASSERT_TRUE(ended(&outcome, 0, "11 of 11 whole records kept in "));
    finish("h", 11, digest);
}

/* Another sweep's segment does not count, unless it is all there is. */
static void another_sweep_is_told_apart(void)
{
    outcome_t outcome;
    char digest[64];
    sweep("o", digest);
    write_job("p", "seeds: {count: 3}\nlambdas: [2]\n");
    run(&outcome, "$L run $D/p.yaml -o $D/p && cd $D/p/journal && for s in *.log; do "
                  "cp $s $D/o/journal/000000-${s#*-}; done");
    CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    run(&outcome, "$L journal check $D/o");
    CU_ASSERT_TRUE(ended(&outcome, 2, "; belongs to another sweep\n"));
    run(&outcome, "$L journal repair $D/o");
    CU_ASSERT_TRUE(ended(&outcome, 0, "nothing of it is kept"));
    finish("o", UNITS, digest);
    run(&outcome, "cp $D/p/job.yaml $D/o/job.yaml; $L journal check $D/o");
    CU_ASSERT_TRUE(ended(&outcome, 2, "restore job.yaml"));
    run(&outcome, "$L journal repair $D/o");
    CU_ASSERT_TRUE(ended(&outcome, 2, "restore job.yaml"));
}

static void a_run_that_writes_is_not_disturbed(void)
{
    outcome_t outcome;
    char wanted[64], digest[64];
    write_job("w", "seeds: {count: 100}\n");
    run(&outcome, "$L run $D/w.yaml -o $D/peace");
    digest_of(&outcome, wanted);
    run(&outcome,
        "$M -n 2 $L run $D/w.yaml -o $D/w & r=$!\n"
        "until [ $(cat $D/w/journal/*.log 2>&1 | wc -c) -gt 9999 ]; do sleep .1; done\n"
        "printf x | dd of=$(ls $D/w/journal/*.log) bs=1 seek=2000 conv=notrunc status=none\n"
        "$L journal repair $D/w; echo repair $?\n"
        "touch $D/w/stop; wait $r; echo run $?\n"
        "$L journal repair $D/w; echo repair $?");
    CU_ASSERT_TRUE(ended(&outcome, 0, "a run is writing "));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "repair 2\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "run 4\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(outcome.out, "repair 0\n"));
    run(&outcome, "$L run $D/w.yaml -o $D/w");
    CU_ASSERT_TRUE(ended(&outcome, 0, " of 100 units found"));
    digest_of(&outcome, digest);
    CU_ASSERT_STRING_EQUAL(digest, wanted);
}

static void wrong_words_are_named(void)
{
    outcome_t outcome;
    run(&outcome, "$L journal chekc $D/a");
    CU_ASSERT_TRUE(ended(&outcome, 2, "`chekc` is neither check nor repair"));
    run(&outcome, "$L journal check");
    CU_ASSERT_TRUE(ended(&outcome, 2, "usage: llrsweep journal check|repair DIR"));
    run(&outcome, "$L journal check $D/nowhere");
    CU_ASSERT_TRUE(ended(&outcome, 2, "nowhere/journal: no journal here"));
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"a damaged record is solved again", a_damaged_record_is_solved_again},
        {"job.yaml stands in for a head", job_yaml_stands_in_for_a_head},
        {"another sweep is told apart", another_sweep_is_told_apart},
        {"a run that writes is not disturbed", a_run_that_writes_is_not_disturbed},
        {"wrong words are named", wrong_words_are_named},
    };
    return LLR_RUN_SUITE("repair", tests);
}
