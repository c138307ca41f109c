/* The commands and options of the program. */
#include "app/commands.h"
#include "base/text.h"

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
    {"help", "[TOPIC]", 0, 1, "this text, a command's, or: job, man, completion",
     llr_command_help}};
const int64_t llr_command_count = sizeof llr_commands / sizeof *llr_commands;

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

static const char *metric_choice(int64_t index)
{
    return index < LLR_SELECTS ? llr_select_name((llr_select_t)index) : NULL;
}

/* The value is one of the choices. */
static llr_code_t set_metric(llr_options_t *options, const char *value, llr_error_t *error)
{
    (void)error;
    for (int64_t s = 0; metric_choice(s); s++)
        if (!strcmp(value, metric_choice(s))) options->metric = (llr_select_t)s;
    options->has_metric = true;
    return LLR_OK;
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

const llr_option_t llr_option_table[] = {
    {"--help", "-h", NULL, "", "help on a command", NULL, NULL, set_help},
    {"--version", NULL, NULL, "", "version and build facts", NULL, NULL, set_version},
    {"--output", "-o", "DIR", "check plan run", "result folder", "the job's", NULL, set_output},
    {"--explain", NULL, NULL, "check", "print the resolved job", NULL, NULL, set_explain},
    {"--ranks", NULL, "N", "plan", "ranks a node", "1", NULL, set_ranks},
    {"--grace", NULL, "SECONDS", "run", "how long a unit may go on after a stop", "20", NULL,
     set_grace},
    {"--quiet", "-q", NULL, "check run replay", "errors only", NULL, NULL, set_quiet},
    {"--verbose", "-v", NULL, "run", "also versions, kernel and hashes", NULL, NULL, set_verbose},
    {"--metric", NULL, "NAME", "report", "test accuracy shown", "the job's select_by",
     metric_choice, set_metric},
    {"--best", NULL, "N", "report", "best cells listed a setting", "1", NULL, set_best},
    {"--dataset", NULL, "NAME", "rows", "of the job, where it has several", NULL, NULL,
     set_dataset},
    {"--save", NULL, "FILE", "replay", "the retrained layer as HDF5, raw-feature scale", NULL, NULL,
     set_save}};
const int64_t llr_option_count = sizeof llr_option_table / sizeof *llr_option_table;
