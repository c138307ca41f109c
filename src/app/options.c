#include "app/options.h"

#include "app/commands.h"
#include "app/report.h"
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
    {"report", "DIR", 1, 1, "benchmark table of a sweep, methods by n: text, Markdown, CSV",
     llr_command_report},
    {"inspect", "DATASET", 1, 1, "shape, classes and columns of an HDF5 dataset",
     llr_command_inspect},
    {"gather", "DIR...", 1, 0, "merge result folders of one job (shards, reruns) into one table",
     llr_command_gather},
    {"rows", "JOB", 1, 1, "rows of every subsample: `n seed i0 i1 ...`", llr_command_rows},
    {"replay", "DIR KEY", 2, 2, "solve one cell again and compare with the table",
     llr_command_replay},
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
    return LLR_OK;
}

static llr_code_t set_save(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->save = value;
    return LLR_OK;
}

static llr_code_t set_dataset(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    options->dataset = value;
    return LLR_OK;
}

/* The place of a word in a list; LLR_INVALID names them all, and the nearest. */
static llr_code_t read_word(const char *name, const char *value, const char *const *words,
                            int64_t count, int64_t *out, llr_error_t *error)
{
    for (*out = 0; *out < count; ++*out)
        if (!strcmp(value, words[*out])) return LLR_OK;
    llr_text_t list = {0};
    const char *nearest = llr_nearest_word(value, words, count);
    for (int64_t w = 0; w < count; w++) llr_text_add(&list, "%s%s", w ? ", " : "", words[w]);
    llr_code_t code = llr_fail(error, LLR_INVALID, "%s: `%.200s` is not one of %s%s%s%s", name,
                               value, list.data ? list.data : "", nearest ? "; did you mean `" : "",
                               nearest ? nearest : "", nearest ? "`?" : "");
    llr_text_destroy(&list);
    return code;
}

/* The cuts of a subsample that a rule fits. */
static llr_code_t set_rule(llr_options_t *options, const char *value, llr_error_t *error)
{
    static const llr_rule_t rules[] = {LLR_RULE_BALANCED_SUBSAMPLE, LLR_RULE_AVERAGED_BALANCED};
    const char *words[] = {llr_rule_name(rules[0]), llr_rule_name(rules[1])};
    int64_t index;
    LLR_TRY(read_word("--rule", value, words, 2, &index, error));
    options->rule = rules[index];
    return LLR_OK;
}

static llr_code_t set_metric(llr_options_t *options, const char *value, llr_error_t *error)
{
    const char *words[LLR_SELECTS];
    int64_t word;
    for (int s = 0; s < LLR_SELECTS; s++) words[s] = llr_select_name((llr_select_t)s);
    LLR_TRY(read_word("--metric", value, words, LLR_SELECTS, &word, error));
    options->metric = (llr_select_t)word;
    options->has_metric = true;
    return LLR_OK;
}

static llr_code_t set_format(llr_options_t *options, const char *value, llr_error_t *error)
{
    const char *words[LLR_REPORT_FORMATS];
    int64_t word;
    for (int f = 0; f < LLR_REPORT_FORMATS; f++) words[f] = llr_report_formats[f].name;
    LLR_TRY(read_word("--format", value, words, LLR_REPORT_FORMATS, &word, error));
    options->format = &llr_report_formats[word];
    return LLR_OK;
}

static llr_code_t read_count(const char *name, const char *value, int64_t low, int64_t *out,
                             llr_error_t *error)
{
    enum { LARGEST = 1000000 };
    if (llr_text_to_int64(value, out) && *out >= low && *out <= LARGEST) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: expected a whole number from %lld to %d, found `%s`",
                    name, (long long)low, LARGEST, value);
}

static llr_code_t set_ranks(llr_options_t *options, const char *value, llr_error_t *error)
{
    return read_count("--ranks", value, 1, &options->ranks, error);
}

/* "2/3": the second of three. */
static llr_code_t set_shard(llr_options_t *options, const char *value, llr_error_t *error)
{
    char first[LLR_NUMBER_TEXT];
    const char *slash = strchr(value, '/');
    size_t length = slash ? (size_t)(slash - value) : 0;
    if (slash && length < sizeof first) {
        memcpy(first, value, length);
        first[length] = '\0';
        if (llr_text_to_int64(first, &options->shard) &&
            llr_text_to_int64(slash + 1, &options->shards) && options->shard >= 1 &&
            options->shard <= options->shards && options->shards <= 1000000) {
            options->shard--;
            return LLR_OK;
        }
    }
    return llr_fail(error, LLR_INVALID, "--shard: expected I/N, from 1/N to N/N, found `%s`",
                    value);
}

static llr_code_t set_best(llr_options_t *options, const char *value, llr_error_t *error)
{
    return read_count("--best", value, 0, &options->best, error);
}

static llr_code_t set_grace(llr_options_t *options, const char *value, llr_error_t *error)
{
    if (llr_text_to_double(value, &options->grace) && options->grace >= 0 && options->grace <= 1e6)
        return LLR_OK;
    return llr_fail(error, LLR_INVALID, "--grace: expected seconds from 0 to 1e6, found `%s`",
                    value);
}

static const option_t options_known[] = {
    {"--help", "-h", NULL, "", "help on a command", set_help},
    {"--version", NULL, NULL, "", "version and build facts", set_version},
    {"--output", "-o", "DIR", "check plan run gather", "result folder, in place of the job's",
     set_output},
    {"--explain", NULL, NULL, "check", "print the resolved job", set_explain},
    {"--ranks", NULL, "N", "plan", "ranks a node [1]", set_ranks},
    {"--grace", NULL, "SECONDS", "run", "how long a unit may go on after a stop [20]", set_grace},
    {"--shard", NULL, "I/N", "run", "only the I-th of N parts of the units (then gather)",
     set_shard},
    {"--quiet", "-q", NULL, "check run gather replay", "errors only", set_quiet},
    {"--verbose", "-v", NULL, "run", "also versions, kernel and hashes", set_verbose},
    {"--format", NULL, "NAME", "report", "text, markdown, csv [text]", set_format},
    {"--metric", NULL, "NAME", "report",
     "test accuracy shown: worst_class, worst_group, balanced, overall [the job's select_by]",
     set_metric},
    {"--best", NULL, "N", "report",
     "best cells listed for each dataset, loss and n [1]; csv: in place of the methods [0]",
     set_best},
    {"--dataset", NULL, "NAME", "rows", "of the job, where it has several", set_dataset},
    {"--rule", NULL, "NAME", "rows",
     "rows that balanced_subsample fits, or each draw of averaged_balanced (`n seed draw i0 ...`)",
     set_rule},
    {"--save", NULL, "FILE", "replay", "the retrained layer as HDF5, raw-feature scale", set_save}};
enum { OPTIONS = sizeof options_known / sizeof *options_known };
_Static_assert(OPTIONS <= 32, "llr_options_t.given has a bit for each");

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

/* The nearest is one that the command takes. word: may go on with "=value". */
static llr_code_t fail_option(const llr_options_t *options, const char *word, llr_error_t *error)
{
    enum { LONGEST = 200 };
    const char *names[OPTIONS];
    char name[LONGEST + 1] = "";
    int64_t count = 0;
    for (int o = 0; o < OPTIONS; o++)
        if (!options->command || takes(&options_known[o], options->command->name))
            names[count++] = options_known[o].name + strlen("--");
    strncat(name, word, strcspn(word, "=") < LONGEST ? strcspn(word, "=") : LONGEST);
    const char *nearest = llr_nearest_word(name + strspn(name, "-"), names, count);
    if (nearest)
        return llr_fail(error, LLR_INVALID, "unknown option `%s`; did you mean `--%s`?", name,
                        nearest);
    return llr_fail(error, LLR_INVALID, "unknown option `%s`; see llrsweep %s%s--help", name,
                    options->command ? options->command->name : "", options->command ? " " : "");
}

static unsigned bit_of(const option_t *option)
{
    return 1u << (option - options_known);
}

/* Options may stand before the command. */
static llr_code_t check_given(const llr_options_t *options, llr_error_t *error)
{
    for (int o = 0; options->command && o < OPTIONS; o++)
        if (options->given & 1u << o && !takes(&options_known[o], options->command->name))
            return llr_fail(error, LLR_INVALID, "%s is no option of `llrsweep %s`",
                            options_known[o].name, options->command->name);
    return LLR_OK;
}

static llr_code_t take_option(llr_options_t *options, int count, char **words, int *at,
                              llr_error_t *error)
{
    const char *word = words[*at], *equals = strchr(word, '=');
    const option_t *option = find_option(word, equals ? (size_t)(equals - word) : strlen(word));
    if (!option) return fail_option(options, word, error);
    bool again = options->given & bit_of(option);
    options->given |= bit_of(option);
    LLR_TRY(check_given(options, error));
    if (!option->value && equals)
        return llr_fail(error, LLR_INVALID, "%s takes no value", option->name);
    if (!option->value) return option->set(options, "", error);
    if (again) return llr_fail(error, LLR_INVALID, "%s is given twice", option->name);
    const char *value = equals ? equals + 1 : *at + 1 < count ? words[++*at] : "";
    if (!*value)
        return llr_fail(error, LLR_INVALID, "%s needs a value: %s", option->name, option->value);
    return option->set(options, value, error);
}

llr_code_t llr_options_command(const char *name, const llr_command_t **command, llr_error_t *error)
{
    const char *names[sizeof llr_commands / sizeof *llr_commands];
    for (int64_t c = 0; c < llr_command_count; c++) {
        names[c] = llr_commands[c].name;
        *command = &llr_commands[c];
        if (!strcmp(name, names[c])) return LLR_OK;
    }
    *command = NULL;
    const char *nearest = llr_nearest_word(name, names, llr_command_count);
    if (nearest)
        return llr_fail(error, LLR_INVALID, "unknown command `%s`; did you mean `%s`?", name,
                        nearest);
    return llr_fail(error, LLR_INVALID, "unknown command `%s`; see llrsweep --help", name);
}

static llr_code_t take_command(llr_options_t *options, const char *word, llr_error_t *error)
{
    LLR_TRY(llr_options_command(word, &options->command, error));
    return check_given(options, error);
}

static llr_code_t take_word(llr_options_t *options, const char *word, llr_error_t *error)
{
    if (!options->command) return take_command(options, word, error);
    if (options->command->most && options->arguments >= options->command->most)
        return llr_fail(error, LLR_INVALID, "`%s` is one word too many; usage: llrsweep %s %s",
                        word, options->command->name, options->command->arguments);
    if (!*word)
        return llr_fail(error, LLR_INVALID,
                        "an empty word among the arguments; usage: llrsweep %s %s",
                        options->command->name, options->command->arguments);
    options->argument[options->arguments++] = word;
    return LLR_OK;
}

llr_code_t llr_options_parse(llr_options_t *options, int count, char **words, llr_error_t *error)
{
    *options = (llr_options_t){.ranks = 1, .best = -1, .grace = 20, .rule = LLR_RULE_UNIFORM};
    bool only_words = false;
    options->argument = llr_alloc(count, sizeof *options->argument);
    if (!options->argument) return llr_fail_memory(error, count, "the command line");
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
        return llr_fail(error, LLR_INVALID, "too few words; usage: llrsweep %s %s",
                        options->command->name, options->command->arguments);
    return LLR_OK;
}

void llr_options_destroy(llr_options_t *options)
{
    free(options->argument);
    options->argument = NULL;
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
        printf("  %-8s %-14s %s\n", llr_commands[c].name, llr_commands[c].arguments,
               llr_commands[c].help);
    printf("\n");
    help_options(NULL);
    printf(
        "\nExit codes: 0 done; 1 environment failed; 2 wrong usage, job or dataset; 3 done, some "
        "cells\nwithout an answer; 4 stopped early, resume continues.\n");
}
