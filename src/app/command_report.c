#include "app/commands.h"
#include "app/report.h"
#include "store/record.h"

#include <string.h>
#include <sys/stat.h>

const llr_report_format_t llr_report_formats[LLR_REPORT_FORMATS] = {
    [LLR_FORMAT_TEXT] = {"text", 1, llr_report_print_text},
    [LLR_FORMAT_MARKDOWN] = {"markdown", 1, llr_report_print_markdown},
    [LLR_FORMAT_CSV] = {"csv", 0, llr_report_print_csv},
    [LLR_FORMAT_LATEX] = {"latex", 0, llr_report_print_latex}};

static llr_code_t check_metric(const llr_loaded_t *loaded, llr_select_t metric, llr_error_t *error)
{
    if (metric != LLR_SELECT_WORST_GROUP) return LLR_OK;
    for (int64_t d = 0; d < loaded->session.job.datasets; d++)
        if (loaded->session.catalog.facts[d].shape.groups) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "--metric worst_group: no dataset of this sweep has groups");
}

static llr_code_t report(const llr_loaded_t *loaded, const llr_loaded_t *other,
                         const llr_options_t *options, llr_error_t *error)
{
    const llr_report_format_t *format = options->format ? options->format : llr_report_formats;
    llr_report_request_t request = {.metric = options->has_metric ? options->metric
                                                                  : loaded->session.job.select_by,
                                    .interval = options->interval,
                                    .by_dataset = options->by_dataset,
                                    .best = options->best < 0 ? format->best : options->best,
                                    .sizes = &options->n,
                                    .compare = options->compare,
                                    .other = other};
    llr_report_t report;
    LLR_TRY(check_metric(loaded, request.metric, error));
    llr_code_t code = llr_report_create(&report, loaded, &request, error);
    if (code == LLR_OK) format->print(&report);
    llr_report_destroy(&report);
    return code;
}

/* A method of the program, or else a folder. */
static bool is_method(const char *word)
{
    for (int m = 0; m < LLR_METHOD_COUNT; m++)
        if (!strcmp(word, llr_method_name((llr_method_t)m))) return true;
    return false;
}

static bool is_folder(const char *word)
{
    struct stat about;
    return !stat(word, &about) && S_ISDIR(about.st_mode);
}

/* The content ids of its datasets, as its job.yaml names them. */
static llr_code_t read_contents(llr_loaded_t *loaded, const char *folder, llr_error_t *error)
{
    return llr_record_contents(folder, &loaded->session.job, &loaded->session.catalog, error);
}

static llr_code_t report_folders(llr_loaded_t *loaded, const llr_options_t *options,
                                 llr_error_t *error)
{
    llr_loaded_t other;
    llr_code_t code = llr_loaded_open(&other, options->compare, error);
    if (code == LLR_OK) code = read_contents(loaded, options->argument[0], error);
    if (code == LLR_OK) code = read_contents(&other, options->compare, error);
    if (code == LLR_OK) code = report(loaded, &other, options, error);
    llr_loaded_close(&other);
    return code;
}

static llr_code_t report_compared(llr_loaded_t *loaded, const llr_options_t *options,
                                  llr_error_t *error)
{
    const char *word = options->compare;
    bool folders = word && !is_method(word) && is_folder(word);
    return folders ? report_folders(loaded, options, error) : report(loaded, NULL, options, error);
}

/* CSV is one table. */
static llr_code_t check_options(const llr_options_t *options, llr_error_t *error)
{
    bool csv = options->format == &llr_report_formats[LLR_FORMAT_CSV];
    if (csv && options->best > 0 && options->compare)
        return llr_fail(error, LLR_INVALID,
                        "--best and --compare: a CSV is one table; ask for one of them");
    return LLR_OK;
}

llr_code_t llr_command_report(const llr_options_t *options, llr_error_t *error)
{
    llr_loaded_t loaded;
    LLR_TRY(check_options(options, error));
    llr_code_t code = llr_loaded_open(&loaded, options->argument[0], error);
    if (code == LLR_OK) llr_session_warn(&loaded.session.grid, loaded.session.catalog.facts);
    if (code == LLR_OK) code = report_compared(&loaded, options, error);
    llr_loaded_close(&loaded);
    return code;
}
