#include "app/commands.h"
#include "app/report.h"

const llr_report_format_t llr_report_formats[LLR_REPORT_FORMATS] = {
    [LLR_FORMAT_TEXT] = {"text", 1, llr_report_print_text},
    [LLR_FORMAT_MARKDOWN] = {"markdown", 1, llr_report_print_markdown},
    [LLR_FORMAT_CSV] = {"csv", 0, llr_report_print_csv}};

static llr_code_t check_metric(const llr_loaded_t *loaded, llr_select_t metric, llr_error_t *error)
{
    if (metric != LLR_SELECT_WORST_GROUP) return LLR_OK;
    for (int64_t d = 0; d < loaded->session.job.datasets; d++)
        if (loaded->session.catalog.facts[d].shape.groups) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "--metric worst_group: no dataset of this sweep has groups");
}

static llr_code_t report(const llr_loaded_t *loaded, const llr_options_t *options,
                         llr_error_t *error)
{
    const llr_report_format_t *format = options->format ? options->format : llr_report_formats;
    llr_select_t metric = options->has_metric ? options->metric : loaded->session.job.select_by;
    llr_report_t report;
    LLR_TRY(check_metric(loaded, metric, error));
    llr_code_t code = llr_report_create(&report, loaded, metric,
                                        options->best < 0 ? format->best : options->best, error);
    if (code == LLR_OK) format->print(&report);
    llr_report_destroy(&report);
    return code;
}

llr_code_t llr_command_report(const llr_options_t *options, llr_error_t *error)
{
    llr_loaded_t loaded;
    llr_code_t code = llr_loaded_open(&loaded, options->argument[0], error);
    if (code == LLR_OK) llr_session_warn(&loaded.session.grid, loaded.session.catalog.facts);
    if (code == LLR_OK) code = report(&loaded, options, error);
    llr_loaded_close(&loaded);
    return code;
}
