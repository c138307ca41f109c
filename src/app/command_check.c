#include "app/commands.h"
#include "app/session.h"
#include "store/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static llr_code_t check_output(const llr_session_t *session, llr_error_t *error)
{
    char *output = llr_session_output(session);
    llr_code_t code =
        output ? llr_folder_writable(output, error) : llr_fail_memory(error, 0, "a path");
    free(output);
    return code;
}

static llr_code_t explain(const llr_session_t *session, llr_error_t *error)
{
    llr_text_t text = {0};
    llr_job_print(&session->job, &text);
    if (text.failed) return llr_fail_memory(error, text.length, "the job's text");
    fputs(text.data, stdout);
    llr_text_destroy(&text);
    return LLR_OK;
}

static void print_good(const llr_session_t *session, const char *path)
{
    printf("%s: good: %lld datasets, %lld units, %lld cells", path,
           (long long)session->job.datasets, (long long)session->grid.units,
           (long long)session->grid.cells);
    if (session->job.ranks_per_unit > 1)
        printf("; %lld ranks a unit", (long long)session->job.ranks_per_unit);
    printf("\n");
}

llr_code_t llr_command_check(const llr_options_t *options, llr_error_t *error)
{
    llr_session_t session;
    llr_code_t code =
        llr_session_open(&session, options->argument[0], options->output, true, error);
    llr_session_findings(&session.findings);
    if (code == LLR_OK) code = check_output(&session, error);
    if (code == LLR_OK && !options->quiet) llr_session_warn(&session.grid, session.catalog.facts);
    if (code == LLR_OK && options->explain)
        code = explain(&session, error);
    else if (code == LLR_OK && !options->quiet)
        print_good(&session, options->argument[0]);
    llr_session_close(&session);
    return code;
}
