#include "app/session.h"

#include "base/memory.h"
#include "linalg/blas.h"
#include "par/ranks.h"
#include "store/job_file.h"
#include "store/layout.h"
#include "store/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
    char *folder = llr_job_file_folder(path);
    if (!folder) return llr_fail_memory(error, 0, "a path");
    llr_code_t code = llr_job_parse(&session->job, text->data ? text->data : "", text->length, path,
                                    folder, &session->findings, error);
    free(folder);
    LLR_TRY(code);
    return override_output(&session->job, output, error);
}

static llr_code_t open_job(llr_session_t *session, const char *path, const char *output,
                           llr_error_t *error)
{
    llr_text_t text = {0};
    *session = (llr_session_t){0};
    llr_code_t code = llr_job_file_read(path, &text, error);
    if (code == LLR_OK) code = llr_session_parse(session, &text, path, output, error);
    if (code == LLR_OK) code = llr_ranks_settle(&session->job, &session->findings, error);
    llr_text_destroy(&text);
    return code;
}

llr_code_t llr_session_open(llr_session_t *session, const char *path, const char *output, bool scan,
                            llr_error_t *error)
{
    LLR_TRY(open_job(session, path, output, error));
    return llr_layout_open(&session->catalog, &session->grid, &session->job, scan,
                           &session->findings, error);
}

llr_code_t llr_session_open_folder(llr_session_t *session, const char *folder, const char *output,
                                   llr_error_t *error)
{
    llr_text_t path = {0};
    llr_text_add(&path, "%s/job.yaml", folder);
    if (path.failed) return llr_fail_memory(error, path.length, "a path");
    llr_code_t code = open_job(session, path.data, output, error);
    llr_text_destroy(&path);
    LLR_TRY(code);
    if (llr_record_facts(folder, &session->job, &session->catalog))
        return llr_layout_grid(&session->grid, &session->job, session->catalog.facts,
                               &session->findings, error);
    return llr_layout_open(&session->catalog, &session->grid, &session->job, false,
                           &session->findings, error);
}

void llr_session_close(llr_session_t *session)
{
    llr_grid_destroy(&session->grid);
    llr_catalog_close(&session->catalog);
    llr_job_destroy(&session->job);
    llr_findings_destroy(&session->findings);
}

static llr_code_t fail_name(const llr_job_t *job, const char *name, llr_error_t *error)
{
    const char **names = llr_alloc(job->datasets, sizeof *names);
    for (int64_t d = 0; names && d < job->datasets; d++) names[d] = job->dataset[d].name;
    const char *nearest = names ? llr_nearest_word(name, names, job->datasets) : NULL;
    llr_code_t code = llr_fail(error, LLR_INVALID, "--dataset: the job has no dataset `%s`; %s%s%s",
                               name, nearest ? "did you mean `" : "its first is `",
                               nearest ? nearest : job->dataset[0].name, nearest ? "`?" : "`");
    free(names);
    return code;
}

llr_code_t llr_session_find(const llr_session_t *session, const char *name, int64_t *index,
                            llr_error_t *error)
{
    const llr_job_t *job = &session->job;
    for (*index = 0; *index < job->datasets; ++*index)
        if (!strcmp(job->dataset[*index].name, name)) return LLR_OK;
    return fail_name(job, name, error);
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

void llr_session_warn_ranks(int64_t size, int64_t ranks)
{
    if (size > 1 && ranks % size)
        fprintf(stderr,
                "llrsweep: warning: %lld of %lld ranks are left out: ranks_per_unit is %lld\n",
                (long long)(ranks % size), (long long)ranks, (long long)size);
}

void llr_session_warn_kernel(void)
{
    const char *forced = getenv("OPENBLAS_CORETYPE");
    if (!forced || !*forced || !llr_blas_kernel_is_old()) return;
    fprintf(stderr,
            "llrsweep: warning: BLAS runs its kernel %s because OPENBLAS_CORETYPE is set to %s; "
            "this CPU can run a newer one, so solving is slower than it could be: "
            "unset OPENBLAS_CORETYPE\n",
            llr_blas_kernel(), forced);
}

char *llr_session_output(const llr_session_t *session)
{
    return llr_job_resolve_path(&session->job, session->job.output);
}
