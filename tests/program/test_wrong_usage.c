/* Mistakes in commands, options, their values, files and folders: one line each, exit code 2. What
 * holds for every command and every option alike: test_usage.c. */
#include "suite.h"
#include "usage_world.h"

#define STOP_BEFORE(value)                                                                         \
    "--stop-before: expected HH:MM:SS, as 01:30:00 for an hour and a half from now, found `" value \
    "`"

/* Words, and the line after "llrsweep: ". */
static const char *const wrong[][2] = {
    /* commands */
    {"", "a command is needed; see llrsweep --help"},
    {"-q", "a command is needed; see llrsweep --help"},
    {"--", "a command is needed; see llrsweep --help"},
    {"''", "unknown command ``; see llrsweep --help"},
    {"chekc a", "unknown command `chekc`; did you mean `check`?"},
    {"stauts a", "unknown command `stauts`; did you mean `status`?"},
    {"inpsect a", "unknown command `inpsect`; did you mean `inspect`?"},
    {"Check a", "unknown command `Check`; did you mean `check`?"},
    {"frobnicate a", "unknown command `frobnicate`; see llrsweep --help"},
    {"good.yaml", "unknown command `good.yaml`; see llrsweep --help"},
    {"-", "unknown command `-`; see llrsweep --help"},
    {"-- chekc", "unknown command `chekc`; did you mean `check`?"},
    {"-- --explain", "unknown command `--explain`; see llrsweep --help"},
    {"chekc --help", "unknown command `chekc`; did you mean `check`?"},
    {"help chekc", "unknown topic `chekc`; did you mean `check`?"},
    {"help frobnicate", "unknown topic `frobnicate`; see llrsweep --help"},
    {"help jobs", "unknown topic `jobs`; did you mean `job`?"},
    {"help -- --help", "unknown topic `--help`; did you mean `help`?"},
    /* options */
    {"--hlep", "unknown option `--hlep`; did you mean `--help`?"},
    {"--explian good.yaml", "unknown option `--explian`; did you mean `--explain`?"},
    {"-x", "unknown option `-x`; see llrsweep --help"},
    {"---", "unknown option `---`; see llrsweep --help"},
    {"check -x good.yaml", "unknown option `-x`; see llrsweep check --help"},
    {"run -qv good.yaml", "unknown option `-qv`; see llrsweep run --help"},
    {"check --explian good.yaml", "unknown option `--explian`; did you mean `--explain`?"},
    {"run --grcae=3 good.yaml", "unknown option `--grcae`; did you mean `--grace`?"},
    {"check --besd 3 good.yaml", "unknown option `--besd`; see llrsweep check --help"},
    {"report --besd 3 good", "unknown option `--besd`; did you mean `--best`?"},
    {"check good.yaml --gibberish", "unknown option `--gibberish`; see llrsweep check --help"},
    {"status -o x good", "--output is no option of `llrsweep status`"},
    {"status -v good", "--verbose is no option of `llrsweep status`"},
    {"run good.yaml -o", "--output needs a value: DIR"},
    {"run good.yaml -o=", "--output needs a value: DIR"},
    {"run good.yaml -o a --output b", "--output is given twice"},
    {"check -q=1 good.yaml", "--quiet takes no value"},
    /* values */
    {"plan good.yaml --ranks x", "--ranks: expected a whole number from 1 to 1000000, found `x`"},
    {"plan good.yaml --ranks=0", "--ranks: expected a whole number from 1 to 1000000, found `0`"},
    {"plan good.yaml --ranks -1", "--ranks: expected a whole number from 1 to 1000000, found `-1`"},
    {"plan good.yaml --ranks 1.5",
     "--ranks: expected a whole number from 1 to 1000000, found `1.5`"},
    {"plan good.yaml --ranks 1000001",
     "--ranks: expected a whole number from 1 to 1000000, found `1000001`"},
    {"plan good.yaml --ranks 99999999999999999999",
     "--ranks: expected a whole number from 1 to 1000000, found `99999999999999999999`"},
    {"plan good.yaml --ranks --output",
     "--ranks: expected a whole number from 1 to 1000000, found `--output`"},
    {"plan good.yaml --nodes 0", "--nodes: expected a whole number from 1 to 1000000, found `0`"},
    {"plan good.yaml --ranks 2 --nodes 3", "--nodes 3: more nodes than ranks (--ranks 2)"},
    {"plan good.yaml --calibration nowhere",
     "--calibration: nowhere: No such file or directory; a calibration file or a result folder is "
     "needed"},
    {"plan good.yaml --calibration good.yaml",
     "good.yaml: line 1: is not the head of a calibration file; llrsweep plan JOB "
     "--save-calibration FILE writes one"},
    {"plan good.yaml --calibration empty", "empty: is no result folder: it has no job.yaml"},
    {"run good.yaml --stop-before 90", STOP_BEFORE("90")},
    {"run good.yaml --stop-before 1:30", STOP_BEFORE("1:30")},
    {"run good.yaml --stop-before 00:00:00", STOP_BEFORE("00:00:00")},
    {"run good.yaml --stop-before 01:60:00", STOP_BEFORE("01:60:00")},
    {"run good.yaml --stop-before 01:00:61", STOP_BEFORE("01:00:61")},
    {"run good.yaml --stop-before 01:0:00", STOP_BEFORE("01:0:00")},
    {"run good.yaml --stop-before 01:00:00x", STOP_BEFORE("01:00:00x")},
    {"run good.yaml --stop-before -1:00:00", STOP_BEFORE("-1:00:00")},
    {"report good --best many", "--best: expected a whole number from 0 to 1000000, found `many`"},
    {"report good --best -1", "--best: expected a whole number from 0 to 1000000, found `-1`"},
    {"report good --best=1e3", "--best: expected a whole number from 0 to 1000000, found `1e3`"},
    {"run good.yaml --grace soon", "--grace: expected seconds from 0 to 1e6, found `soon`"},
    {"run good.yaml --grace 20s", "--grace: expected seconds from 0 to 1e6, found `20s`"},
    {"run good.yaml --grace -1", "--grace: expected seconds from 0 to 1e6, found `-1`"},
    {"run good.yaml --grace nan", "--grace: expected seconds from 0 to 1e6, found `nan`"},
    {"run good.yaml --grace inf", "--grace: expected seconds from 0 to 1e6, found `inf`"},
    {"run good.yaml --grace 1e7", "--grace: expected seconds from 0 to 1e6, found `1e7`"},
    {"run good.yaml --shard x", "--shard: expected I/N, from 1/N to N/N, found `x`"},
    {"run good.yaml --shard 2", "--shard: expected I/N, from 1/N to N/N, found `2`"},
    {"run good.yaml --shard 0/2", "--shard: expected I/N, from 1/N to N/N, found `0/2`"},
    {"run good.yaml --shard=3/2", "--shard: expected I/N, from 1/N to N/N, found `3/2`"},
    {"run good.yaml --shard 1/", "--shard: expected I/N, from 1/N to N/N, found `1/`"},
    {"run good.yaml --shard 1/2/3", "--shard: expected I/N, from 1/N to N/N, found `1/2/3`"},
    {"run good.yaml --shard -1/2", "--shard: expected I/N, from 1/N to N/N, found `-1/2`"},
    {"rows good.yaml --rule half",
     "--rule: `half` is not one of balanced_subsample, averaged_balanced"},
    {"rows good.yaml --rule averaged_blanced",
     "--rule: `averaged_blanced` is not one of balanced_subsample, averaged_balanced; did you mean "
     "`averaged_balanced`?"},
    {"gather good", "gather: --output DIR is needed: the folder to write"},
    {"journal mend good",
     "journal: `mend` is neither check nor repair; usage: llrsweep journal check|repair DIR"},
    {"report good --format html", "--format: `html` is not one of text, markdown, csv, latex"},
    {"report good --format CSV", "--format: `CSV` is not one of text, markdown, csv, latex"},
    {"report good --format mardown",
     "--format: `mardown` is not one of text, markdown, csv, latex; did you mean `markdown`?"},
    {"report good --metric best",
     "--metric: `best` is not one of worst_class, worst_group, balanced, overall"},
    {"report good --metric worst-class",
     "--metric: `worst-class` is not one of worst_class, worst_group, balanced, overall; did you "
     "mean `worst_class`?"},
    {"report good --by datasets",
     "--by: `datasets` is not one of n, dataset; did you mean `dataset`?"},
    {"report good --spread sem",
     "--spread: `sem` is not one of sd, se, bootstrap; did you mean `se`?"},
    {"report good empty", "report: one folder is reported; to compare two: llrsweep report good "
                          "--compare empty"},
    {"report good --n 30", "--n: no dataset of this sweep has such an n; `g` has 20"},
    {"report good --n 20,1", "--n: expected whole numbers from 2 to 1e9, parted by commas, or "
                             "spans FROM:TO:COUNT, found `1`"},
    {"report good --compare thumb", "--compare: `thumb` is no method of this sweep (uniform, "
                                    "inverse_prior, tuned_exponent), nor a "
                                    "result folder"},
    {"report good --compare goof",
     "--compare: `goof` is no method of this sweep (uniform, inverse_prior, tuned_exponent), nor a "
     "result folder"},
    {"report good --compare empty", "empty: is no result folder: it has no job.yaml"},
    {"report good --compare uniform --best 1 --format csv",
     "--best and --compare: a CSV is one table; ask for one of them"},
    {"theory good.yaml --format latex",
     "--format: latex is a form of `llrsweep report`; theory has text, markdown and csv"},
    {"report good --metric worst_group",
     "--metric worst_group: no dataset of this sweep has groups"},
    {"rows two.yaml", "the job has 2 datasets; choose one with --dataset NAME"},
    {"rows two.yaml --dataset frist",
     "--dataset: the job has no dataset `frist`; did you mean `first`?"},
    {"rows two.yaml --dataset other",
     "--dataset: the job has no dataset `other`; its first is `first`"},
    {"rows good.yaml", "dataset `g` is synthetic: its rows are in no file"},
    {"replay good other", "no cell has the key `other`; keys read like g/square/20/0/exponent=0/1"},
    {"replay good g/square/20/0/uniform/2",
     "no cell has the key `g/square/20/0/uniform/2`; keys read like g/square/20/0/exponent=0/1"},
    {"replay good g/square/20/0/uniform/1/",
     "no cell has the key `g/square/20/0/uniform/1/`; keys read like g/square/20/0/exponent=0/1"},
    /* files and folders */
    {"advise other.h5 --n 10", "other.h5: cannot be opened: No such file or directory"},
    {"advise good.yaml --n 10", "good.yaml: is not an HDF5 file"},
    {"theory --dataset empty --n 10", "empty: is a folder; an HDF5 file is needed"},
    {"theory other.yaml", "other.yaml: No such file or directory"},
    {"theory good", "good: is a folder; a job file is needed"},
    {"check other.yaml", "other.yaml: No such file or directory"},
    {"plan other.yaml", "other.yaml: No such file or directory"},
    {"run other.yaml", "other.yaml: No such file or directory"},
    {"rows other.yaml", "other.yaml: No such file or directory"},
    {"check -", "-: No such file or directory"},
    {"check -- --explain", "--explain: No such file or directory"},
    {"import", "import: --features FILE is needed"},
    {"import --features a", "import: --output FILE is needed: where to write"},
    {"import --features a -o b --split c --fractions .5,.2,.3",
     "import: --split and --fractions exclude each other"},
    {"import --features a -o b --seed 3", "import: --seed is for a split by --fractions"},
    {"import --fractions .5,.5",
     "--fractions: expected three (pool, validation, test), found `.5,.5`"},
    {"import --fractions .5,.5,.5", "--fractions: expected shares with sum 1, found a sum of 1.5"},
    {"import --fractions 0,.5,.5",
     "--fractions: expected shares above 0, up to 1, parted by commas, or "
     "spans FROM:TO:COUNT, found `0`"},
    {"import --seed -1", "--seed: expected a whole number from 0 to 2147483647, found `-1`"},
    {"import --features other -o b", "other: cannot be opened: No such file or directory"},
    {"import --features a -o good", "--output good: is a folder; a file is needed"},
    {"import --features a -o good.yaml", "good.yaml: is there already; --force replaces it"},
    {"import --features a -o b/", "--output b/: is a folder; a file is needed"},
    {"import --features empty -o b", "empty: is a folder; a file is needed"},
    {"inspect other.h5", "other.h5: cannot be opened: No such file or directory"},
    {"status other", "other: No such file or directory; a result folder is needed"},
    {"report other", "other: No such file or directory; a result folder is needed"},
    {"scaling other", "other: No such file or directory; a result folder is needed"},
    {"replay other k", "other: No such file or directory; a result folder is needed"},
    {"gather other -o x", "other/journal: no journal of a sweep is here"},
    {"gather good empty -o x", "empty/journal: no journal of a sweep is here"},
    {"gather good good.yaml -o x", "good.yaml/journal: no journal of a sweep is here"},
    {"gather otherjob -o x", "otherjob/job.yaml is not the job of the journal in otherjob"},
    {"journal check other", "other/journal: no journal here; DIR is the result folder of a sweep"},
    {"journal repair empty", "empty/journal: no journal here; DIR is the result folder of a sweep"},
    {"check empty", "empty: is a folder; a job file is needed"},
    {"plan empty", "empty: is a folder; a job file is needed"},
    {"run empty", "empty: is a folder; a job file is needed"},
    {"rows good", "good: is a folder; a job file is needed"},
    {"inspect good", "good: is a folder; an HDF5 file is needed"},
    {"inspect good.yaml", "good.yaml: is not an HDF5 file"},
    {"status good.yaml", "good.yaml: is no folder; a result folder is needed"},
    {"report good.yaml", "good.yaml: is no folder; a result folder is needed"},
    {"replay good.yaml k", "good.yaml: is no folder; a result folder is needed"},
    {"status good.yaml/x", "good.yaml/x: Not a directory; a result folder is needed"},
    {"status empty", "empty: is no result folder: it has no job.yaml"},
    {"report empty", "empty: is no result folder: it has no job.yaml"},
    {"scaling empty", "empty: is no result folder: it has no job.yaml"},
    {"replay empty k", "empty: is no result folder: it has no job.yaml"},
    {"status nojournal", "nojournal/journal: no journal of a sweep is here"},
    {"report nojournal", "nojournal/journal: no journal of a sweep is here"},
    {"replay nojournal k", "nojournal/journal: no journal of a sweep is here"},
    {"status otherjob", "otherjob/job.yaml is not the job of the journal beside it"},
    {"report otherjob", "otherjob/job.yaml is not the job of the journal beside it"},
    {"replay otherjob k", "otherjob/job.yaml is not the job of the journal beside it"},
};
enum { WRONG = sizeof wrong / sizeof *wrong };

static void wrong_usage_is_one_line(void)
{
    write_world();
    for (int w = 0; w < WRONG; w++) check_wrong_format(wrong[w][0], "llrsweep: %s", wrong[w][1]);
    check_world_is_as_written();
}

/* What is like wrong usage, but is not. */
static void right_usage_is_none_of_it(void)
{
    outcome_t outcome;
    write_world();
    run(&outcome,
        "cd $D/world && mv good.yaml ./-good && $L -q check -q -- -good && $L plan --ranks=2 -o "
        "there -- -good >plan && $L check --help --explain | cmp - "
        "$S/tests/program/expected/help-check.txt && $L status -- good");
    CU_ASSERT_TRUE(ended(&outcome, 0, "1 of 1 units done"));
    CU_ASSERT_EQUAL(strlen(outcome.err), 0);
}

/* Ranks that a launcher started say it once. */
static void ranks_say_it_once(void)
{
    outcome_t outcome;
    run(&outcome, "cd $D/world && $M -n 3 $L chekc x");
    CU_ASSERT_TRUE(ended(&outcome, 2, "unknown command `chekc`; did you mean `check`?\n"));
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    run(&outcome, "cd $D/world && $M -n 3 $L status other");
    CU_ASSERT_EQUAL(count_lines(outcome.err), 1);
    CU_ASSERT_EQUAL(strlen(outcome.out), 0);
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"wrong usage is one line", wrong_usage_is_one_line},
        {"right usage is none of it", right_usage_is_none_of_it},
        {"ranks say it once", ranks_say_it_once},
    };
    return LLR_RUN_SUITE("wrong usage", tests);
}
