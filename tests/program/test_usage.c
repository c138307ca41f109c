/* What the program says of itself, byte for byte; every command's words and options (more wrong
 * usage: test_wrong_usage.c).
 *
 * tests/program/expected/help.txt, help-job.txt and help-<command>.txt hold the help texts. After a
 * change that is wanted they are written anew with (a new command: touch its file first)
 *
 *     cd tests/program/expected && for f in *.txt; do llrsweep $(echo ${f%.txt} | tr - ' ') >$f;
 * done
 */
#include "suite.h"
#include "usage_world.h"

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

/* Commands and options ------------------------------------------------------------------------ */

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
    {"report", "DIR", "", "a b", "''", false},
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
    check_world_is_as_written();
    remove_scratch();
}

int main(void)
{
    static const llr_test_t tests[] = {
        {"help is as expected", help_is_as_expected},
        {"every command counts its words", every_command_counts_its_words},
        {"tables are complete", tables_are_complete},
        {"every option knows its commands", every_option_knows_its_commands},
    };
    return LLR_RUN_SUITE("usage", tests);
}
