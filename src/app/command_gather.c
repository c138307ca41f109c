#include "app/commands.h"
#include "app/session.h"
#include "base/memory.h"
#include "model/row.h"
#include "par/provenance.h"
#include "store/folder.h"
#include "store/journal.h"
#include "store/record.h"

#include <stdio.h>
#include <stdlib.h>

/* Result folders of one job on their way into another one's journal and table. */
typedef struct gather {
    const llr_options_t *options;
    llr_session_t session;           /* job and datasets, as the first folder names them */
    llr_journal_identity_t identity; /* of all folders */
    const char *first;               /* the first of them that has records; NULL: none has */
    char *output;                    /* owned: folder that is written */
    const char *folder;              /* being read */
    llr_block_t *block;              /* owned, units */
    const char **origin;             /* owned, units: folder that a unit was found in */
    llr_journal_t *journal;          /* owned: of the output; NULL while its own records are read */
    int64_t done;
} gather_t;

static llr_text_t path_in(const char *folder, const char *name)
{
    llr_text_t path = {0};
    llr_text_add(&path, "%s/%s", folder, name);
    return path;
}

static llr_code_t refuse_difference(const gather_t *gather, int64_t unit, llr_error_t *error)
{
    llr_text_t key = {0};
    const llr_grid_t *grid = &gather->session.grid;
    llr_grid_cell_key(grid, llr_unit_cell(grid, unit, 0), &key);
    llr_code_t code =
        llr_fail(error, LLR_INVALID,
                 "%s and %s have different results for %s and its unit (another CPU, BLAS or "
                 "program version?); leave one of them out",
                 gather->origin[unit], gather->folder, key.data ? key.data : "a cell");
    llr_text_destroy(&key);
    return code;
}

/* Keeps a unit that is new, and sees that a known one is the same. */
static llr_code_t found_record(void *argument, int64_t unit, const void *payload, int64_t bytes,
                               llr_error_t *error)
{
    gather_t *gather = argument;
    const llr_unit_t *about = &gather->session.grid.unit[unit];
    const llr_facts_t *facts = &gather->session.catalog.facts[about->dataset];
    llr_block_t block;
    LLR_TRY(llr_block_unpack(&block, payload, bytes, about->cells, facts->shape, error));
    llr_hash_t result = llr_block_result(&block);
    if (gather->block[unit].rows) {
        bool same = llr_hash_equal(llr_block_result(&gather->block[unit]), result);
        llr_block_destroy(&block);
        return same ? LLR_OK : refuse_difference(gather, unit, error);
    }
    gather->block[unit] = block;
    gather->origin[unit] = gather->folder;
    gather->done++;
    return gather->journal
               ? llr_journal_append(gather->journal, unit, payload, bytes, result, error)
               : LLR_OK;
}

static llr_code_t read_folder(gather_t *gather, const char *folder, llr_error_t *error)
{
    llr_text_t path = path_in(folder, "journal");
    gather->folder = folder;
    llr_code_t code = path.failed ? llr_fail_memory(error, 0, "a path")
                                  : llr_journal_read(path.data, &gather->identity, found_record,
                                                     gather, NULL, error);
    llr_text_destroy(&path);
    return code;
}

/* Is this the journal of a sweep, and of the same one as the first that holds records? A shard may
 * hold none. */
static llr_code_t check_folder(gather_t *gather, const char *folder, llr_error_t *error)
{
    llr_text_t path = path_in(folder, "journal");
    llr_journal_identity_t identity, *ours = &gather->identity;
    bool found = false;
    llr_code_t code = path.failed ? llr_fail_memory(error, 0, "a path")
                                  : llr_journal_identify(path.data, &identity, &found, error);
    llr_text_destroy(&path);
    LLR_TRY(code);
    if (!found) return LLR_OK;
    if (!gather->first) {
        gather->identity = identity;
        gather->first = folder;
    }
    if (llr_hash_equal(identity.job, ours->job) && llr_hash_equal(identity.content, ours->content))
        return LLR_OK;
    return llr_fail(
        error, LLR_INVALID, "%s is of another sweep than %s: %s differs", folder, gather->first,
        llr_hash_equal(identity.job, ours->job) ? "the contents of a dataset" : "the job");
}

/* The job as the first folder has it, with its datasets' facts and contents. */
static llr_code_t open_job(gather_t *gather, llr_error_t *error)
{
    const char *folder = gather->options->argument[0];
    llr_session_t *session = &gather->session;
    llr_code_t code = llr_session_open_folder(session, folder, gather->options->output, error);
    if (code == LLR_INVALID) llr_session_findings(&session->findings);
    LLR_TRY(code);
    LLR_TRY(llr_record_contents(folder, &session->job, &session->catalog, error));
    llr_journal_identity_t identity = {llr_job_fingerprint(&session->job),
                                       llr_catalog_content(&session->catalog), session->grid.units};
    if (gather->first && !llr_journal_same(&gather->identity, &identity))
        return llr_fail(error, LLR_INVALID, "%s/job.yaml is not the job of the journal in %s",
                        folder, gather->first);
    gather->identity = identity;
    return LLR_OK;
}

/* What the output holds already is kept; then what the folders add. */
static llr_code_t merge(gather_t *gather, llr_error_t *error)
{
    const llr_options_t *options = gather->options;
    LLR_TRY(read_folder(gather, gather->output, error));
    llr_text_t path = path_in(gather->output, "journal");
    llr_code_t code =
        path.failed ? llr_fail_memory(error, 0, "a path")
                    : llr_journal_create(&gather->journal, path.data, &gather->identity, error);
    llr_text_destroy(&path);
    for (int f = 0; code == LLR_OK && f < options->arguments; f++)
        code = read_folder(gather, options->argument[f], error);
    llr_code_t closed = llr_journal_close(&gather->journal, code == LLR_OK ? error : NULL);
    return code == LLR_OK ? closed : code;
}

static llr_code_t write_table(const gather_t *gather, llr_error_t *error)
{
    const llr_session_t *session = &gather->session;
    llr_table_t table = {&session->grid, session->catalog.facts, gather->block};
    llr_facts_of_run_t facts;
    llr_hash_t digest;
    char text[LLR_HASH_TEXT];
    llr_provenance_fill(&facts, 1);
    llr_provenance_add_job(&facts, &session->job);
    llr_provenance_add_gathered(&facts, gather->options->argument, gather->options->arguments);
    LLR_TRY(llr_table_write(&table, &facts.provenance, gather->output, &digest, error));
    int64_t unanswered = llr_table_unanswered(&table);
    if (!gather->options->quiet)
        printf("%lld units of %d folders; table in %s\ndigest %s\n", (long long)gather->done,
               gather->options->arguments, gather->output, llr_hash_text(digest, text));
    if (unanswered)
        fprintf(stderr, "llrsweep: %lld cells have no answer; see column status\n",
                (long long)unanswered);
    return unanswered ? LLR_UNSOLVED : LLR_OK;
}

/* No table of an unfinished sweep: its journal is there, and a run goes on from it. */
static llr_code_t say_unfinished(const gather_t *gather, llr_error_t *error)
{
    const llr_grid_t *grid = &gather->session.grid;
    llr_text_t key = {0};
    int64_t unit = 0;
    while (gather->block[unit].rows) unit++;
    llr_grid_cell_key(grid, llr_unit_cell(grid, unit, 0), &key);
    llr_code_t code = llr_fail(error, LLR_STOPPED,
                               "%lld of %lld units are missing, first that of %s; gather their "
                               "shards too, or `llrsweep run %s/job.yaml -o %s`",
                               (long long)(grid->units - gather->done), (long long)grid->units,
                               key.data ? key.data : "?", gather->output, gather->output);
    llr_text_destroy(&key);
    return code;
}

/* The job, with what all the folders were solved by. */
static llr_code_t write_job(const gather_t *gather, llr_error_t *error)
{
    llr_text_t runs = {0};
    for (int f = 0; f < gather->options->arguments; f++)
        llr_record_runs(gather->options->argument[f], &runs);
    llr_code_t code = llr_record_write(gather->output, &gather->session.job,
                                       &gather->session.catalog, &runs, error);
    llr_text_destroy(&runs);
    return code;
}

static llr_code_t run(gather_t *gather, llr_error_t *error)
{
    const llr_options_t *options = gather->options;
    if (!options->output)
        return llr_fail(error, LLR_INVALID, "gather: --output DIR is needed: the folder to write");
    for (int f = 0; f < options->arguments; f++)
        LLR_TRY(check_folder(gather, options->argument[f], error));
    LLR_TRY(open_job(gather, error));
    const llr_grid_t *grid = &gather->session.grid;
    gather->output = llr_session_output(&gather->session);
    gather->block = llr_alloc(grid->units, sizeof *gather->block);
    gather->origin = llr_alloc(grid->units, sizeof *gather->origin);
    if (!gather->output || !gather->block || !gather->origin)
        return llr_fail_memory(error, grid->units * (int64_t)sizeof *gather->block, "the rows");
    LLR_TRY(llr_folder_make(gather->output, error));
    LLR_TRY(merge(gather, error));
    LLR_TRY(write_job(gather, error));
    return gather->done == grid->units ? write_table(gather, error) : say_unfinished(gather, error);
}

llr_code_t llr_command_gather(const llr_options_t *options, llr_error_t *error)
{
    gather_t gather = {.options = options};
    llr_code_t code = run(&gather, error);
    for (int64_t u = 0; gather.block && u < gather.session.grid.units; u++)
        llr_block_destroy(&gather.block[u]);
    free(gather.block);
    free(gather.origin);
    free(gather.output);
    llr_session_close(&gather.session);
    return code;
}
