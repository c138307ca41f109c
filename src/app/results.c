#include "app/results.h"

#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static llr_code_t found_record(void *argument, int64_t unit, const void *payload, int64_t bytes,
                               llr_error_t *error)
{
    llr_loaded_t *loaded = argument;
    const llr_grid_t *grid = &loaded->session.grid;
    if (unit < 0 || unit >= grid->units)
        return llr_fail(error, LLR_INVALID, "the journal names unit %lld of %lld", (long long)unit,
                        (long long)grid->units);
    const llr_facts_t *facts = &loaded->session.catalog.facts[grid->unit[unit].dataset];
    loaded->done++;
    loaded->cells += grid->unit[unit].cells;
    return llr_block_unpack(&loaded->block[unit], payload, bytes, grid->unit[unit].cells,
                            facts->shape, error);
}

static llr_code_t read_journal(llr_loaded_t *loaded, const char *folder, llr_error_t *error)
{
    llr_text_t path = {0};
    const llr_session_t *session = &loaded->session;
    llr_journal_identity_t identity;
    bool found = false;
    llr_text_add(&path, "%s/journal", folder);
    if (path.failed) return llr_fail_memory(error, 0, "a path");
    llr_code_t code = llr_journal_identify(path.data, &identity, &found, error);
    if (found && !llr_hash_equal(identity.job, llr_job_fingerprint(&session->job)))
        code = llr_fail(error, LLR_INVALID, "%s/job.yaml is not the job of the journal beside it",
                        folder);
    if (code == LLR_OK && found)
        code =
            llr_journal_read(path.data, &identity, found_record, loaded, &loaded->journal, error);
    llr_text_destroy(&path);
    return code;
}

llr_code_t llr_results_check_folder(const char *folder, llr_error_t *error)
{
    struct stat about;
    llr_text_t job = {0};
    if (stat(folder, &about))
        return llr_fail(error, LLR_INVALID, "%s: %s; a result folder is needed", folder,
                        strerror(errno));
    if (!S_ISDIR(about.st_mode))
        return llr_fail(error, LLR_INVALID, "%s: is no folder; a result folder is needed", folder);
    llr_text_add(&job, "%s/job.yaml", folder);
    bool lacks = !job.failed && stat(job.data, &about) && errno == ENOENT;
    llr_text_destroy(&job);
    if (lacks)
        return llr_fail(error, LLR_INVALID, "%s: is no result folder: it has no job.yaml", folder);
    return LLR_OK;
}

llr_code_t llr_loaded_open(llr_loaded_t *loaded, const char *folder, llr_error_t *error)
{
    *loaded = (llr_loaded_t){0};
    llr_code_t code = llr_results_check_folder(folder, error);
    if (code == LLR_OK) code = llr_session_open_folder(&loaded->session, folder, folder, error);
    if (code == LLR_INVALID) llr_session_findings(&loaded->session.findings);
    LLR_TRY(code);
    const llr_grid_t *grid = &loaded->session.grid;
    loaded->block = llr_alloc(grid->units, sizeof *loaded->block);
    if (!loaded->block)
        return llr_fail_memory(error, grid->units * (int64_t)sizeof *loaded->block, "the rows");
    loaded->results = (llr_results_t){grid, loaded->session.catalog.facts, loaded->block};
    return read_journal(loaded, folder, error);
}

void llr_loaded_close(llr_loaded_t *loaded)
{
    for (int64_t u = 0; loaded->block && u < loaded->session.grid.units; u++)
        llr_block_destroy(&loaded->block[u]);
    free(loaded->block);
    llr_session_close(&loaded->session);
}
