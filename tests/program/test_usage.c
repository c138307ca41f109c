/* What the program says of itself, byte for byte, and of every kind of wrong usage.
 *
 * tests/program/expected/help.txt, help-job.txt and help-<command>.txt hold the help texts. After a
 * change that is wanted they are written anew with (a new command: touch its file first)
 *
 *     cd tests/program/expected && for f in *.txt; do llrsweep $(echo ${f%.txt} | tr - ' ') >$f;
 * done
 */
#include "program.h"
#include "suite.h"

/* Help -------------------------------------------------------------------------------------- */

/* Two ways to ask for it, against a file. */
static void check_help(const char *file, const char *words, const char *others)
{
    outcome_t outcome;
    run(&outcome, "cd $S/tests/program/expected && $L %s | diff -u %s - && $L %s | diff -u %s -",
        words, file, others, file);
    bool same = outcome.code == 0 && !*outcome.out && !*outcome.err;
    CU_ASSERT_TRUE(same);
    if (!same) fprintf(stderr, "%s%s", outcome.out, outcome.err);
}

static void help_is_as_expected(void)
{
    outcome_t outcome;
    int files = 2;
    check_help("help.txt", "help", "--help");
    check_help("help.txt", "-h", "-- help");
    check_help("help-job.txt", "help job", "help -- job");
    run(&outcome, "sed -n 's/^  \\([a-z][a-z]*\\) .*/\\1/p' $S/tests/program/expected/help.txt");
    for (char *name = strtok(outcome.out, "\n"); name; name = strtok(NULL, "\n"), files++) {
        char file[PATH_ROOM], words[PATH_ROOM], others[PATH_ROOM];
        snprintf(file, sizeof file, "help-%s.txt", name);
        snprintf(words, sizeof words, "help %s", name);
        snprintf(others, sizeof others, "%s --help", name);
        check_help(file, words, others);
    }
    char count[PATH_ROOM];
    snprintf(count, sizeof count, "%d\n", files);
    run(&outcome, "ls $S/tests/program/expected | wc -l");
    CU_ASSERT_TRUE(ended(&outcome, 0, count));
}

/* Wrong usage -------------------------------------------------------------------------------- */

/* In the folder world: two jobs, a small sweep and result folders that are none. */
static void write_world(void)
{
    outcome_t outcome;
    run(&outcome,
        "rm -rf $D/world && mkdir $D/world && cd $D/world && mkdir empty nojournal &&\n"
        "printf 'datasets: [{name: g, synthetic: {d: 3, priors: [.6, .4]}}]\\nlosses: [square]\\n"
        "sizes: [20]\\nlambdas: [1]\\nseeds: {count: 1}\\n' >good.yaml &&\n"
        "printf 'datasets:\\n- {name: first, synthetic: {d: 3, priors: [.6, .4]}}\\n"
        "- {name: second, synthetic: {d: 3, priors: [.6, .4]}}\\nsizes: [20]\\n' >two.yaml &&\n"
        "$L run -q good.yaml -o good && cp good/job.yaml nojournal &&\n"
        "cp -r good otherjob && sed -i 's/lambdas: .1/&, 2/' otherjob/job.yaml");
    CU_ASSERT_TRUE_FATAL(ended(&outcome, 0, NULL));
}

/* Exit code 2, this line alone on stderr, nothing on stdout. */
static void check_wrong(const char *words, const char *line)
{
    outcome_t outcome;
    char wanted[COMMAND_ROOM];
    snprintf(wanted, sizeof wanted, "%s\n", line);
    run(&outcome, "cd $D/world && $L %s", words);
    bool good = outcome.code == 2 && !strcmp(outcome.err, wanted) && !*outcome.out;
    CU_ASSERT_TRUE(good);
    if (!good)
        fprintf(stderr, "--- llrsweep %s\nwanted 2: %sgot    %d: %s%s", words, wanted, outcome.code,
                outcome.err, outcome.out);
}

static void check_wrong_format(const char *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void check_wrong_format(const char *words, const char *format, ...)
{
    char line[COMMAND_ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    check_wrong(words, line);
}

typedef struct command {
    const char *name, *usage;
    const char *few, *enough, *empty; /* words after the name */
    bool any_number;                  /* of words from enough on */
} command_t;

static const command_t commands[] = {
    {"check", "JOB", "", "a", "''", false},
    {"plan", "JOB", "", "a", "''", false},
    {"run", "JOB", "", "a", "''", false},
    {"status", "DIR", "", "a", "''", false},
    {"report", "DIR", "", "a", "''", false},
    {"gather", "DIR...", "", "a", "a ''", true},
    {"scaling", "DIR...", "", "a", "a ''", true},
    {"import", "--features FILE", NULL, "", "''", false},
    {"inspect", "DATASET", "", "a", "''", false},
    {"rows", "JOB", "", "a", "''", false},
    {"theory", "[JOB]", NULL, "a", "''", false},
    {"advise", "DATASET", "", "a", "''", false},
    {"replay", "DIR KEY", "a", "a b", "a ''", false},
    {"journal", "check|repair DIR", "check", "check a", "check ''", false},
    {"help", "[TOPIC]", NULL, "run", "''", false},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void every_command_counts_its_words(void)
{
    char words[COMMAND_ROOM];
    write_world();
    for (int c = 0; c < COMMANDS; c++) {
        const command_t *command = &commands[c];
        snprintf(words, sizeof words, "%s %s", command->name, command->few ? command->few : "");
        if (command->few)
            check_wrong_format(words, "llrsweep: too few words; usage: llrsweep %s %s",
                               command->name, command->usage);
        snprintf(words, sizeof words, "%s %s more", command->name, command->enough);
        if (!command->any_number)
            check_wrong_format(words,
                               "llrsweep: `more` is one word too many; usage: llrsweep %s %s",
                               command->name, command->usage);
        snprintf(words, sizeof words, "%s %s", command->name, command->empty);
        check_wrong_format(words,
                           "llrsweep: an empty word among the arguments; usage: llrsweep %s %s",
                           command->name, command->usage);
    }
}

typedef struct option {
    const char *name, *value; /* value: NULL for a flag */
    const char *commands;     /* that take it, "" all */
    const char *good;         /* a good value */
} option_t;

static const option_t options[] = {
    {"--help", NULL, "", ""},
    {"--version", NULL, "", ""},
    {"--output", "DIR", "check plan run gather import", "x"},
    {"--explain", NULL, "check", ""},
    {"--ranks", "N", "plan", "1"},
    {"--nodes", "N", "plan", "1"},
    {"--calibration", "FILE|DIR", "plan", "x"},
    {"--save-calibration", "FILE", "plan", "x"},
    {"--stop-before", "HH:MM:SS", "run", "01:00:00"},
    {"--grace", "SECONDS", "run", "1"},
    {"--shard", "I/N", "run", "1/2"},
    {"--weak", NULL, "scaling", ""},
    {"--quiet", NULL, "check run gather import replay", ""},
    {"--verbose", NULL, "run", ""},
    {"--format", "NAME", "report theory", "csv"},
    {"--metric", "NAME", "report", "overall"},
    {"--best", "N", "report", "1"},
    {"--dataset", "NAME", "rows theory", "x"},
    {"--features", "FILE", "import", "x"},
    {"--labels", "FILE", "import", "x"},
    {"--groups", "FILE", "import", "x"},
    {"--split", "FILE", "import", "x"},
    {"--fractions", "LIST", "import", ".5,.2,.3"},
    {"--seed", "N", "import", "1"},
    {"--float32", NULL, "import", ""},
    {"--force", NULL, "import", ""},
    {"--gaussian", "SPEC", "theory", "d=4,priors=.8:.2"},
    {"--by", "AXIS", "report", "dataset"},
    {"--spread", "KIND", "report", "se"},
    {"--compare", "METHOD|DIR", "report", "uniform"},
    {"--n", "LIST", "theory advise report", "10"},
    {"--gamma", "LIST", "theory", "0:2:5"},
    {"--lambda", "LIST", "theory advise", ".1,1"},
    {"--loss", "NAME", "theory advise", "square"},
    {"--target", "NAME", "advise", "balanced"},
    {"--priors", "LIST", "theory advise", ".5,.5"},
    {"--test-priors", "LIST", "advise", ".5,.5"},
    {"--weights-by", "NAME", "theory advise", "group"},
    {"--preprocess", "NAME", "theory advise", "none"},
    {"--classes", "LIST", "theory advise", "0,1"},
    {"--rule", "NAME", "rows", "averaged_balanced"},
    {"--save", "FILE", "replay", "x"},
};
enum { OPTIONS = sizeof options / sizeof *options };

/* No name of a command is part of another's. */
static bool takes(const option_t *option, const command_t *command)
{
    return !*option->commands || strstr(option->commands, command->name);
}

/* A command with one option before, among or after its words. */
static void check_option(const char *before, const command_t *command, const char *among,
                         const char *after, const char *line)
{
    char words[COMMAND_ROOM];
    snprintf(words, sizeof words, "%s %s %s %s %s", before, command->name, among, command->enough,
             after);
    check_wrong(words, line);
}

static void check_taken(const option_t *option, const command_t *command)
{
    char form[PATH_ROOM], line[COMMAND_ROOM];
    if (!option->value) {
        snprintf(line, sizeof line, "llrsweep: %s takes no value", option->name);
        snprintf(form, sizeof form, "%s=1", option->name);
        check_option("", command, form, "", line);
        return;
    }
    snprintf(line, sizeof line, "llrsweep: %s needs a value: %s", option->name, option->value);
    check_option("", command, "", option->name, line);
    snprintf(form, sizeof form, "%s ''", option->name);
    check_option(form, command, "", "", line);
    snprintf(form, sizeof form, "%s=", option->name);
    check_option("", command, form, "", line);
    snprintf(form, sizeof form, "%s %s", option->name, option->good);
    snprintf(line, sizeof line, "llrsweep: %s is given twice", option->name);
    check_option(form, command, form, "", line);
    check_option("", command, form, form, line);
}

static void check_not_taken(const option_t *option, const command_t *command)
{
    char form[PATH_ROOM], line[COMMAND_ROOM];
    snprintf(form, sizeof form, "%s %s", option->name, option->good);
    snprintf(line, sizeof line, "llrsweep: %s is no option of `llrsweep %s`", option->name,
             command->name);
    check_option(form, command, "", "", line);
    check_option("", command, form, "", line);
}

/* The tables above know every command and every option that the help names. */
static void tables_are_complete(void)
{
    outcome_t outcome;
    char count[PATH_ROOM];
    snprintf(count, sizeof count, "%d\n%d\n", COMMANDS, OPTIONS);
    run(&outcome,
        "cd $S/tests/program/expected && sed -n 's/^  \\([a-z][a-z]*\\) .*/\\1/p' "
        "help.txt | wc -l && cat help*.txt | grep -o '^  -[^ ]*,* *--[a-z-]*\\|^ *--[a-z-]*' "
        "| grep -o -- '--[a-z-]*' | sort -u | wc -l");
    CU_ASSERT_TRUE(ended(&outcome, 0, count));
}

static void every_option_knows_its_commands(void)
{
    for (int o = 0; o < OPTIONS; o++)
        for (int c = 0; c < COMMANDS; c++)
            if (takes(&options[o], &commands[c]))
                check_taken(&options[o], &commands[c]);
            else
                check_not_taken(&options[o], &commands[c]);
}

#define STOP_BEFORE(value)                                                                         \
    "--stop-before: expected HH:MM:SS, as 01:30:00 for an hour and a half from now, found `" value \
    "`"

/* The rest: words, and the line after "llrsweep: ". */
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
    {"import --fractions 0,.5,.5", "--fractions: expected shares from 0 to 1, parted by commas, or "
                                   "spans FROM:TO:COUNT, found `0`"},
    {"import --seed -1", "--seed: expected a whole number from 0 to 2147483647, found `-1`"},
    {"import --features other -o b", "other: cannot be opened: No such file or directory"},
    {"import --features a -o good", "good: is there already; --force replaces it"},
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
    for (int w = 0; w < WRONG; w++) check_wrong_format(wrong[w][0], "llrsweep: %s", wrong[w][1]);
    outcome_t outcome; /* and changes nothing */
    run(&outcome, "ls $D/world");
    CU_ASSERT_TRUE(ended(&outcome, 0, "empty\ngood\ngood.yaml\nnojournal\notherjob\ntwo.yaml\n"));
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
        {"help is as expected", help_is_as_expected},
        {"every command counts its words", every_command_counts_its_words},
        {"tables are complete", tables_are_complete},
        {"every option knows its commands", every_option_knows_its_commands},
        {"wrong usage is one line", wrong_usage_is_one_line},
        {"right usage is none of it", right_usage_is_none_of_it},
        {"ranks say it once", ranks_say_it_once},
    };
    return LLR_RUN_SUITE("usage", tests);
}
