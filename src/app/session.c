#include "app/session.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGEST_JOB = 16 << 20 };

llr_code_t llr_read_text(const char *path, llr_text_t *text, llr_error_t *error)
{
    char piece[65536];
    struct stat about;
    FILE *file = fopen(path, "re");
    if (!file) return llr_fail(error, LLR_INVALID, "%s: %s", path, strerror(errno));
    llr_code_t code = LLR_OK;
    if (!fstat(fileno(file), &about) && S_ISDIR(about.st_mode))
        code = llr_fail(error, LLR_INVALID, "%s: is a folder; a job file is needed", path);
    for (size_t got; code == LLR_OK && (got = fread(piece, 1, sizeof piece, file)) > 0;) {
        llr_text_add_bytes(text, piece, (int64_t)got);
        if (text->length > LARGEST_JOB)
            code = llr_fail(error, LLR_INVALID, "%s: larger than 16 MiB: no job file", path);
    }
    if (code == LLR_OK && ferror(file))
        code = llr_fail(error, LLR_INVALID, "%s: cannot be read: %s", path, strerror(errno));
    fclose(file);
    if (code == LLR_OK && text->failed) return llr_fail_memory(error, text->length, "the job");
    return code;
}

/* The folder of a path, absolute: what the paths of a job start from. */
static char *folder_of(const char *path)
{
    char *copy = llr_copy_text(path), *slash = copy ? strrchr(copy, '/') : NULL;
    if (slash == copy && slash) slash++;
    if (slash) *slash = '\0';
    char *whole = copy ? realpath(slash ? copy : ".", NULL) : NULL;
    if (!whole) return copy;
    free(copy);
    return whole;
}

/* The command line comes before the environment, and both before the file. They are relative to
 * where the command was given. */
static llr_code_t override_output(llr_job_t *job, const char *output, llr_error_t *error)
{
    const char *given = output ? output : getenv("LLRSWEEP_OUTPUT");
    if (!given || !*given) return LLR_OK;
    llr_text_t whole = {0};
    char *here = *given == '/' ? NULL : getcwd(NULL, 0);
    llr_text_add(&whole, "%s%s%s", here ? here : "", here ? "/" : "", given);
    free(here);
    if (whole.failed) return llr_fail_memory(error, whole.length, "a path");
    free(job->output);
    job->output = whole.data;
    return LLR_OK;
}

llr_code_t llr_session_parse(llr_session_t *session, const llr_text_t *text, const char *path,
                             const char *output, llr_error_t *error)
{
    char *folder = folder_of(path);
    if (!folder) return llr_fail_memory(error, 0, "a path");
    llr_code_t code = llr_job_parse(&session->job, text->data ? text->data : "", text->length, path,
                                    folder, &session->findings, error);
    free(folder);
    LLR_TRY(code);
    return override_output(&session->job, output, error);
}

/* Components are counted again only where everything is looked at. */
static llr_code_t count_components(const llr_session_t *session, int64_t index, bool scan,
                                   int64_t *components, llr_error_t *error)
{
    llr_basis_t basis;
    *components = llr_job_preprocess(&session->job, index)->components;
    if (!llr_catalog_rotates(&session->job, index) || (*components && !scan)) return LLR_OK;
    LLR_TRY(llr_catalog_fit(&session->catalog, &session->job, index, &basis, error));
    *components = basis.components;
    llr_basis_destroy(&basis);
    return LLR_OK;
}

static llr_code_t resolve(llr_session_t *session, bool scan, llr_error_t *error)
{
    int64_t components;
    for (int64_t i = 0; i < session->job.datasets; i++) {
        LLR_TRY(count_components(session, i, scan, &components, error));
        LLR_TRY(llr_catalog_settle(&session->catalog, &session->job, i, components, error));
    }
    return LLR_OK;
}

static llr_code_t open_datasets(llr_session_t *session, bool scan, llr_error_t *error)
{
    LLR_TRY(llr_catalog_open(&session->catalog, &session->job, error));
    if (scan) LLR_TRY(llr_catalog_scan(&session->catalog, error));
    LLR_TRY(llr_catalog_build(&session->catalog, &session->job, error));
    LLR_TRY(resolve(session, scan, error));
    if (llr_grid_create(&session->grid, &session->job))
        return llr_fail_memory(error, 0, "the grid");
    llr_grid_check(&session->grid, session->catalog.facts, &session->findings);
    if (session->findings.failed) return llr_fail_memory(error, 0, "the list of mistakes");
    return session->findings.count ? LLR_INVALID : LLR_OK;
}

llr_code_t llr_session_open(llr_session_t *session, const char *path, const char *output, bool scan,
                            llr_error_t *error)
{
    llr_text_t text = {0};
    *session = (llr_session_t){0};
    llr_code_t code = llr_read_text(path, &text, error);
    if (code == LLR_OK) code = llr_session_parse(session, &text, path, output, error);
    if (code == LLR_OK) code = open_datasets(session, scan, error);
    llr_text_destroy(&text);
    return code;
}

void llr_session_close(llr_session_t *session)
{
    llr_grid_destroy(&session->grid);
    llr_catalog_close(&session->catalog);
    llr_job_destroy(&session->job);
    llr_findings_destroy(&session->findings);
}

void llr_session_findings(const llr_findings_t *findings)
{
    for (int64_t i = 0; i < findings->count; i++) fprintf(stderr, "%s\n", findings->line[i]);
}

void llr_session_warn(const llr_grid_t *grid, const llr_facts_t *facts)
{
    llr_findings_t warnings = {0};
    llr_grid_warn(grid, facts, &warnings);
    for (int64_t i = 0; i < warnings.count; i++)
        fprintf(stderr, "llrsweep: warning: %s\n", warnings.line[i]);
    llr_findings_destroy(&warnings);
}

char *llr_session_output(const llr_session_t *session)
{
    return llr_job_resolve_path(&session->job, session->job.output);
}
