#include "app/options.h"

#include "app/commands.h"
#include "base/memory.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const llr_command_t llr_commands[] = {
    {"check", "JOB", 1, 1, "find every mistake in a job and its datasets", llr_command_check},
    {"plan", "JOB", 1, 1, "cells, units and memory of a job", llr_command_plan},
    {"run", "JOB", 1, 1, "run a job, alone or under mpirun or srun; resumes what it finds",
     llr_command_run},
    {"status", "DIR", 1, 1, "how far a sweep is", llr_command_status},
    {"report", "DIR", 1, 1, "benchmark table of a sweep: methods by n", llr_command_report},
    {"inspect", "DATASET", 1, 1, "shape, classes and columns of an HDF5 dataset",
     llr_command_inspect},
    {"rows", "JOB", 1, 1, "rows of every subsample: `n seed i0 i1 ...`", llr_command_rows},
    {"replay", "DIR KEY", 2, 2, "solve one cell again and compare with the table",
     llr_command_replay},
    {"journal", "check|repair DIR", 2, 2, "look for damage in a sweep's journal, or mend it",
     llr_command_journal},
    {"help", "[COMMAND|job]", 0, 1, "this text, a command's, or the keys of a job file",
     llr_command_help}};
const int64_t llr_command_count = sizeof llr_commands / sizeof *llr_commands;

/* An option: its words, the commands that take it ("" all), what it reads. */
typedef struct option {
    const char *name, *letter, *value; /* value: its word in help, NULL where there is none */
    const char *commands;
    const char *help;
    llr_code_t (*set)(llr_options_t *options, const char *value, llr_error_t *error);
} option_t;

static llr_code_t set_help(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)value, (void)error;
    options->help = true;
    return LLR_OK;
}

static llr_code_t set_version(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)value, (void)error;
    options->version = true;
    return LLR_OK;
}

static llr_code_t set_quiet(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)value, (void)error;
    options->quiet = true;
    return LLR_OK;
}

static llr_code_t set_verbose(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)value, (void)error;
    options->verbose = true;
    return LLR_OK;
}

static llr_code_t set_explain(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)value, (void)error;
    options->explain = true;
    return LLR_OK;
}

static llr_code_t set_output(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->output = value;
    return *value ? LLR_OK : llr_fail(error, LLR_INVALID, "--output: a folder is needed");
}

static llr_code_t set_save(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->save = value;
    return *value ? LLR_OK : llr_fail(error, LLR_INVALID, "--save: a file is needed");
}

static llr_code_t set_dataset(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->dataset = value;
    return LLR_OK;
}

static llr_code_t set_metric(llr_options_t *options, const char *value, llr_error_t *error)
{
    for (int s = 0; s < LLR_SELECTS; s++)
        if (!strcmp(value, llr_select_name((llr_select_t)s))) {
            options->metric = (llr_select_t)s;
            options->has_metric = true;
            return LLR_OK;
        }
    return llr_fail(error, LLR_INVALID,
                    "--metric: `%s` is not one of worst_class, worst_group, balanced, overall",
                    value);
}

static llr_code_t read_count(const char *name, const char *value, int64_t low, int64_t *out,
                             llr_error_t *error)
{
    if (llr_text_to_int64(value, out) && *out >= low && *out <= 1000000) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: expected a whole number from %lld on, found `%s`",
                    name, (long long)low, value);
}

static llr_code_t set_ranks(llr_options_t *options, const char *value, llr_error_t *error)
{
    return read_count("--ranks", value, 1, &options->ranks, error);
}

static llr_code_t set_best(llr_options_t *options, const char *value, llr_error_t *error)
{
    return read_count("--best", value, 0, &options->best, error);
}

static llr_code_t set_grace(llr_options_t *options, const char *value, llr_error_t *error)
{
    if (llr_text_to_double(value, &options->grace) && options->grace >= 0 && options->grace <= 1e6)
        return LLR_OK;
    return llr_fail(error, LLR_INVALID, "--grace: expected seconds, found `%s`", value);
}

static const option_t options_known[] = {
    {"--help", "-h", NULL, "", "help on a command", set_help},
    {"--version", NULL, NULL, "", "version and build facts", set_version},
    {"--output", "-o", "DIR", "check plan run", "result folder, in place of the job's", set_output},
    {"--explain", NULL, NULL, "check", "print the resolved job", set_explain},
    {"--ranks", NULL, "N", "plan", "ranks a node [1]", set_ranks},
    {"--grace", NULL, "SECONDS", "run", "how long a unit may go on after a stop [20]", set_grace},
    {"--quiet", "-q", NULL, "check run replay", "errors only", set_quiet},
    {"--verbose", "-v", NULL, "run", "also versions, kernel and hashes", set_verbose},
    {"--metric", NULL, "NAME", "report",
     "test accuracy shown: worst_class, worst_group, balanced, overall [the job's select_by]",
     set_metric},
    {"--best", NULL, "N", "report", "best cells listed a setting [1]", set_best},
    {"--dataset", NULL, "NAME", "rows", "of the job, where it has several", set_dataset},
    {"--save", NULL, "FILE", "replay", "the retrained layer as HDF5, raw-feature scale", set_save}};
enum { OPTIONS = sizeof options_known / sizeof *options_known };

static bool takes(const option_t *option, const char *command)
{
    size_t length = strlen(command);
    if (!*option->commands) return true;
    for (const char *at = option->commands; (at = strstr(at, command)); at += length)
        if ((at == option->commands || at[-1] == ' ') && (!at[length] || at[length] == ' '))
            return true;
    return false;
}

static const option_t *find_option(const char *word, size_t length)
{
    for (int o = 0; o < OPTIONS; o++) {
        const option_t *option = &options_known[o];
        if (strlen(option->name) == length && !strncmp(option->name, word, length)) return option;
        if (option->letter && strlen(option->letter) == length &&
            !strncmp(option->letter, word, length))
            return option;
    }
    return NULL;
}

static llr_code_t fail_option(const char *word, llr_error_t *error)
{
    const char *names[OPTIONS];
    for (int o = 0; o < OPTIONS; o++) names[o] = options_known[o].name;
    const char *nearest = llr_nearest_word(word, names, OPTIONS);
    return llr_fail(error, LLR_INVALID, "unknown option `%s`%s%s%s", word,
                    nearest ? "; did you mean `" : "; see llrsweep --help", nearest ? nearest : "",
                    nearest ? "`?" : "");
}

static llr_code_t take_option(llr_options_t *options, int count, char **words, int *at,
                              llr_error_t *error)
{
    const char *word = words[*at], *equals = strchr(word, '=');
    const option_t *option = find_option(word, equals ? (size_t)(equals - word) : strlen(word));
    if (!option) return fail_option(word, error);
    if (options->command && !takes(option, options->command->name))
        return llr_fail(error, LLR_INVALID, "%s is no option of `llrsweep %s`", option->name,
                        options->command->name);
    if (!option->value && equals)
        return llr_fail(error, LLR_INVALID, "%s takes no value", option->name);
    if (!option->value) return option->set(options, "", error);
    if (!equals && *at + 1 >= count)
        return llr_fail(error, LLR_INVALID, "%s needs a value: %s", option->name, option->value);
    return option->set(options, equals ? equals + 1 : words[++*at], error);
}

static llr_code_t take_command(llr_options_t *options, const char *word, llr_error_t *error)
{
    const char *names[sizeof llr_commands / sizeof *llr_commands];
    for (int64_t c = 0; c < llr_command_count; c++) {
        names[c] = llr_commands[c].name;
        if (!strcmp(word, names[c])) options->command = &llr_commands[c];
    }
    if (options->command) return LLR_OK;
    const char *nearest = llr_nearest_word(word, names, llr_command_count);
    return llr_fail(error, LLR_INVALID, "unknown command `%s`%s%s%s", word,
                    nearest ? "; did you mean `" : "; see llrsweep --help", nearest ? nearest : "",
                    nearest ? "`?" : "");
}

static llr_code_t take_word(llr_options_t *options, const char *word, llr_error_t *error)
{
    if (!options->command) return take_command(options, word, error);
    if (options->arguments >= options->command->most)
        return llr_fail(error, LLR_INVALID, "`%s` is one word too many; usage: llrsweep %s %s",
                        word, options->command->name, options->command->arguments);
    options->argument[options->arguments++] = word;
    return LLR_OK;
}

llr_code_t llr_options_parse(llr_options_t *options, int count, char **words, llr_error_t *error)
{
    *options = (llr_options_t){.ranks = 1, .best = 1, .grace = 20};
    bool only_words = false;
    for (int at = 1; at < count; at++) {
        if (!only_words && !strcmp(words[at], "--"))
            only_words = true;
        else if (!only_words && words[at][0] == '-' && words[at][1])
            LLR_TRY(take_option(options, count, words, &at, error));
        else
            LLR_TRY(take_word(options, words[at], error));
    }
    if (options->help || options->version) return LLR_OK;
    if (!options->command)
        return llr_fail(error, LLR_INVALID, "a command is needed; see llrsweep --help");
    if (options->arguments < options->command->least)
        return llr_fail(error, LLR_INVALID, "usage: llrsweep %s %s", options->command->name,
                        options->command->arguments);
    return LLR_OK;
}

static void help_options(const char *command)
{
    for (int o = 0; o < OPTIONS; o++) {
        const option_t *option = &options_known[o];
        char words[64];
        if (command ? !takes(option, command) : *option->commands != '\0') continue;
        snprintf(words, sizeof words, "%s%s%s%s%s", option->letter ? option->letter : "",
                 option->letter ? ", " : "", option->name, option->value ? " " : "",
                 option->value ? option->value : "");
        printf("  %-22s %s\n", words, option->help);
    }
}

void llr_options_help(const llr_command_t *command)
{
    if (command) {
        printf("usage: llrsweep %s %s [options]\n\n%s\n\n", command->name, command->arguments,
               command->help);
        help_options(command->name);
        return;
    }
    printf("llrsweep: sweeps of weighted last-layer retraining under MPI\n\n"
           "usage: llrsweep COMMAND ARGUMENT [options]\n\n");
    for (int64_t c = 0; c < llr_command_count; c++)
        printf("  %-8s %-17s %s\n", llr_commands[c].name, llr_commands[c].arguments,
               llr_commands[c].help);
    printf("\n");
    help_options(NULL);
    printf(
        "\nExit codes: 0 done; 1 environment failed; 2 wrong usage, job or dataset; 3 done, some "
        "cells\nwithout an answer; 4 stopped early, resume continues.\n");
}
