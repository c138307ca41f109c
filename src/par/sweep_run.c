/* The public interface: a job checked and run. */
#include "linalg/blas.h"
#include "par/sweep_parts.h"
#include "store/folder.h"
#include "store/layout.h"

#include <stdlib.h>

/* Where the run writes, owned by the caller; NULL and LLR_OK: nowhere. */
static llr_code_t find_output(const llr_sweep_t *sweep, char **output, llr_error_t *error)
{
    *output = NULL;
    if (!sweep->job.has_output) return LLR_OK;
    *output = llr_job_resolve_path(&sweep->job, sweep->job.output);
    return *output ? LLR_OK : llr_fail_memory(error, 0, "a path");
}

static llr_code_t check(llr_sweep_t *sweep, llr_findings_t *findings, llr_error_t *error)
{
    llr_catalog_t catalog = {0};
    llr_grid_t grid = {0};
    char *output = NULL;
    LLR_TRY(llr_sweep_build(sweep, findings, error));
    llr_code_t code = llr_layout_open(&catalog, &grid, &sweep->job, true, findings, error);
    if (code == LLR_OK) code = find_output(sweep, &output, error);
    if (code == LLR_OK && output) code = llr_folder_writable(output, error);
    free(output);
    llr_grid_destroy(&grid);
    llr_catalog_close(&catalog);
    return code;
}

llr_code_t llr_sweep_check(llr_sweep_t *sweep)
{
    llr_findings_t findings = {0};
    llr_error_t error = {0};
    llr_code_t code = llr_sweep_say(sweep, check(sweep, &findings, &error), &findings, &error);
    llr_findings_destroy(&findings);
    return code;
}

void llr_sweep_on_progress(llr_sweep_t *sweep,
                           void (*show)(void *argument, int64_t done, int64_t units),
                           void *argument)
{
    sweep->show = show;
    sweep->argument = argument;
}

void llr_sweep_stop(llr_sweep_t *sweep)
{
    sweep->stop = 1;
}

static bool stop_wanted(void *argument)
{
    return ((const llr_sweep_t *)argument)->stop != 0;
}

/* The job is the resolved one from here on. */
static void begun(void *argument, const llr_grid_t *grid, const llr_catalog_t *catalog,
                  const llr_progress_t *progress)
{
    llr_sweep_t *sweep = argument;
    (void)grid, (void)catalog, (void)progress;
    llr_provenance_add_job(&sweep->facts, &sweep->job);
}

static void show(void *argument, const llr_progress_t *progress)
{
    const llr_sweep_t *sweep = argument;
    if (sweep->show)
        sweep->show(sweep->argument, progress->found + progress->done, progress->units);
}

/* All that decides the rows: the job, and what is in memory. */
static llr_hash_t identity_of(const llr_sweep_t *sweep)
{
    llr_hash_t job = llr_job_fingerprint(&sweep->job);
    llr_hasher_t *hasher = llr_hasher_create();
    llr_hasher_add(hasher, &job, sizeof job);
    for (int64_t a = 0; a < sweep->arrays; a++) {
        const llr_arrays_t *array = &sweep->array[a];
        int64_t rows = array->rows, shape[] = {rows, array->dim, !!array->group, !!array->split};
        llr_hasher_add(hasher, shape, sizeof shape);
        llr_hasher_add(hasher, array->x, rows * array->dim * (int64_t)sizeof *array->x);
        llr_hasher_add(hasher, array->label, rows * (int64_t)sizeof *array->label);
        if (array->group)
            llr_hasher_add(hasher, array->group, rows * (int64_t)sizeof *array->group);
        if (array->split)
            llr_hasher_add(hasher, array->split, rows * (int64_t)sizeof *array->split);
    }
    return llr_hasher_finish(hasher);
}

static llr_code_t compare_jobs(llr_comm_t *comm, const llr_sweep_t *sweep, llr_error_t *error)
{
    llr_hash_t mine = identity_of(sweep), first = mine;
    llr_comm_broadcast(comm, &first, sizeof first);
    llr_code_t code = llr_hash_equal(mine, first)
                          ? LLR_OK
                          : llr_fail(error, LLR_INVALID,
                                     "rank %d was given another job, or other arrays, than rank 0",
                                     llr_comm_rank(comm));
    return llr_comm_agree(comm, code, error);
}

static llr_code_t run_here(llr_comm_t *comm, llr_sweep_t *sweep, llr_run_result_t *result,
                           llr_findings_t *findings, llr_error_t *error)
{
    char *output;
    LLR_TRY(llr_comm_agree(comm, find_output(sweep, &output, error), error));
    llr_provenance_fill(&sweep->facts, llr_comm_size(comm));
    llr_run_options_t options = {.output = output,
                                 .grace = LLR_GRACE_SECONDS,
                                 .provenance = &sweep->facts.provenance,
                                 .begun = begun,
                                 .show = show,
                                 .stop_wanted = stop_wanted,
                                 .argument = sweep,
                                 .rows = &sweep->rows};
    llr_code_t code = llr_run_job(comm, &sweep->job, &options, findings, result, error);
    free(output);
    return code;
}

/* What is no mistake, but no complete answer either, in words. */
static void explain(llr_code_t code, const llr_run_result_t *result, llr_error_t *error)
{
    const llr_progress_t *progress = &result->progress;
    if (code == LLR_UNSOLVED)
        llr_fail(error, code, "%lld cells have no answer; see column status",
                 (long long)result->unanswered);
    if (code == LLR_STOPPED)
        llr_fail(error, code, "stopped: %lld of %lld units are done",
                 (long long)(progress->found + progress->done), (long long)progress->units);
}

static llr_code_t run(llr_comm_t *comm, llr_sweep_t *sweep, llr_findings_t *findings,
                      llr_error_t *error)
{
    llr_run_result_t result = {0};
    llr_error_t late = {0};
    llr_code_t code = llr_sweep_build(sweep, findings, error);
    if (code != LLR_OK && findings->count) llr_fail(error, code, "%s", findings->line[0]);
    LLR_TRY(llr_comm_agree(comm, code, error));
    LLR_TRY(compare_jobs(comm, sweep, error));
    code = run_here(comm, sweep, &result, findings, error);
    explain(code, &result, error);
    if (code == LLR_OK || code == LLR_UNSOLVED) llr_hash_text(result.digest, sweep->digest);
    llr_code_t indexed = llr_comm_agree(comm, llr_sweep_index_rows(sweep, &late), &late);
    if (code != LLR_OK || indexed == LLR_OK) return code;
    *error = late;
    return indexed;
}

llr_code_t llr_sweep_run(llr_sweep_t *sweep, const void *mpi_comm)
{
    llr_comm_t *comm = NULL;
    llr_findings_t findings = {0};
    llr_error_t error = {0};
    int threads = llr_blas_threads();
    llr_blas_set_threads(1);
    llr_code_t code = llr_comm_create(&comm, mpi_comm, &error);
    if (code == LLR_OK) code = run(comm, sweep, &findings, &error);
    llr_comm_destroy(&comm);
    llr_blas_set_threads(threads);
    sweep->stop = 0;
    llr_sweep_say(sweep, code, &findings, &error);
    llr_findings_destroy(&findings);
    return code;
}
