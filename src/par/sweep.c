#include "par/sweep.h"

#include "base/clock.h"
#include "par/load.h"
#include "par/memory.h"
#include "par/schedule.h"
#include "store/folder.h"
#include "store/journal.h"
#include "store/record.h"
#include "work/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct sweep {
    llr_comm_t *comm;
    const llr_job_t *job;
    const llr_sweep_options_t *options;
    llr_sweep_result_t *result;
    llr_catalog_t catalog;
    llr_grid_t grid;
    llr_worker_t worker;
    llr_schedule_t *schedule;
    llr_block_t *block;     /* rank 0, owned, units: rows 0 where not done */
    llr_journal_t *journal; /* rank 0, owned */
    int64_t *order;         /* rank 0, owned: units to do */
    int64_t orders;
    double started, last_pulse, last_sync;
} sweep_t;

/* Results without their timing and placement: equal for two incarnations of one unit. */
static llr_hash_t result_hash(llr_block_t *block)
{
    llr_block_t bare = *block;
    llr_text_t bytes = {0};
    memset(bare.host, 0, sizeof bare.host);
    bare.row = llr_alloc(block->rows, sizeof *bare.row);
    for (int64_t r = 0; bare.row && r < block->rows; r++) {
        bare.row[r] = block->row[r];
        bare.row[r].seconds = 0;
        bare.row[r].rank_id = 0;
    }
    if (bare.row) llr_block_pack(&bare, &bytes);
    llr_hash_t hash = llr_hash_bytes(bytes.data ? bytes.data : "", bytes.length);
    llr_text_destroy(&bytes);
    free(bare.row);
    return hash;
}

static const llr_facts_t *facts_of(const sweep_t *sweep, int64_t unit)
{
    return &sweep->catalog.facts[sweep->grid.unit[unit].dataset];
}

static llr_code_t unpack(sweep_t *sweep, int64_t unit, const void *bytes, int64_t count,
                         llr_error_t *error)
{
    const llr_facts_t *facts = facts_of(sweep, unit);
    return llr_block_unpack(&sweep->block[unit], bytes, count, sweep->grid.unit_cells,
                            facts->classes, facts->groups, error);
}

static llr_code_t found_record(void *argument, int64_t unit, const void *payload, int64_t bytes,
                               llr_error_t *error)
{
    sweep_t *sweep = argument;
    if (unit < 0 || unit >= sweep->grid.units || sweep->block[unit].rows)
        return llr_fail(error, LLR_INVALID, "the journal names unit %lld of %lld, or one twice",
                        (long long)unit, (long long)sweep->grid.units);
    LLR_TRY(unpack(sweep, unit, payload, bytes, error));
    sweep->result->progress.found++;
    return LLR_OK;
}

static bool abandon(void *argument)
{
    sweep_t *sweep = argument;
    return sweep->schedule && llr_schedule_tick(sweep->schedule);
}

static void stamp(sweep_t *sweep, llr_block_t *block, double seconds)
{
    gethostname(block->host, sizeof block->host - 1);
    for (int64_t r = 0; r < block->rows; r++) {
        block->row[r].seconds = seconds / (double)block->rows;
        block->row[r].rank_id = llr_comm_rank(sweep->comm);
    }
}

static llr_code_t solve_unit(void *argument, int64_t unit, llr_text_t *out, llr_error_t *error)
{
    sweep_t *sweep = argument;
    const llr_facts_t *facts = facts_of(sweep, unit);
    llr_block_t block = {0};
    LLR_TRY(llr_block_create(&block, sweep->grid.unit_cells, facts->classes, facts->groups, error));
    double started = llr_clock_cpu_seconds();
    llr_code_t code = llr_unit_run(&sweep->worker, unit, &block, NULL, error);
    if (code == LLR_OK) {
        stamp(sweep, &block, llr_clock_cpu_seconds() - started);
        llr_block_pack(&block, out);
    }
    llr_block_destroy(&block);
    return code;
}

static llr_code_t keep_unit(void *argument, int64_t unit, const void *bytes, int64_t count,
                            llr_error_t *error)
{
    sweep_t *sweep = argument;
    LLR_TRY(unpack(sweep, unit, bytes, count, error));
    LLR_TRY(llr_journal_append(sweep->journal, unit, bytes, count, result_hash(&sweep->block[unit]),
                               error));
    sweep->result->progress.done++;
    return LLR_OK;
}

static void show(sweep_t *sweep)
{
    llr_progress_t *progress = &sweep->result->progress;
    progress->seconds = llr_clock_seconds() - sweep->started;
    progress->cells = progress->done * sweep->grid.unit_cells;
    if (sweep->options->show) sweep->options->show(sweep->options->argument, progress);
}

static llr_code_t pulse(void *argument, llr_error_t *error)
{
    enum { SHOWS_A_SECOND = 10 };
    sweep_t *sweep = argument;
    double now = llr_clock_seconds();
    if (now - sweep->last_pulse < 1.0 / SHOWS_A_SECOND) return LLR_OK;
    sweep->last_pulse = now;
    show(sweep);
    if (now - sweep->last_sync < 1) return LLR_OK;
    sweep->last_sync = now;
    return llr_journal_sync(sweep->journal, error);
}

static bool stop_wanted(void *argument)
{
    const llr_sweep_options_t *options = ((sweep_t *)argument)->options;
    return options->stop_wanted && options->stop_wanted(options->argument);
}

typedef struct costed {
    double cost;
    int64_t unit;
} costed_t;

static int dearest_first(const void *a, const void *b)
{
    const costed_t *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? 1 : -1;
    return x->unit < y->unit ? -1 : 1;
}

static llr_code_t order_units(sweep_t *sweep, llr_error_t *error)
{
    int64_t units = sweep->grid.units;
    costed_t *list = llr_alloc(units, sizeof *list);
    sweep->order = llr_alloc(units, sizeof *sweep->order);
    if (!list || !sweep->order) {
        free(list);
        return llr_fail_memory(error, units, "the list of units");
    }
    for (int64_t u = 0; u < units; u++)
        if (!sweep->block[u].rows)
            list[sweep->orders++] =
                (costed_t){llr_unit_cost(&sweep->grid, facts_of(sweep, u), u), u};
    qsort(list, (size_t)sweep->orders, sizeof *list, dearest_first);
    for (int64_t i = 0; i < sweep->orders; i++) sweep->order[i] = list[i].unit;
    free(list);
    return LLR_OK;
}

/* Rank 0: what earlier runs left, then a segment for this one. */
static llr_code_t open_journal(sweep_t *sweep, llr_error_t *error)
{
    llr_journal_identity_t identity = {llr_job_fingerprint(sweep->job),
                                       llr_catalog_content(&sweep->catalog), sweep->grid.units};
    llr_journal_state_t state;
    llr_text_t folder = {0};
    llr_text_add(&folder, "%s/journal", sweep->options->output);
    sweep->block = llr_alloc(sweep->grid.units, sizeof *sweep->block);
    llr_code_t code =
        folder.failed || !sweep->block
            ? llr_fail_memory(error, sweep->grid.units, "the rows")
            : llr_journal_read(folder.data, &identity, found_record, sweep, &state, error);
    if (code == LLR_OK) code = order_units(sweep, error);
    if (code == LLR_OK) code = llr_journal_create(&sweep->journal, folder.data, &identity, error);
    llr_text_destroy(&folder);
    return code;
}

/* What differs between this job and the one the journal belongs to, behind the refusal. */
static void explain_refusal(sweep_t *sweep, llr_error_t *error)
{
    llr_text_t text = {0};
    llr_record_difference(sweep->options->output, sweep->job, &sweep->catalog, &text);
    if (text.length) {
        llr_error_t first = *error;
        llr_fail(error, first.code, "%.500s (%.400s)", first.text, text.data);
    }
    llr_text_destroy(&text);
}

/* Rank 0: the folder, what is in its journal, and the job as run. */
static llr_code_t open_output(sweep_t *sweep, llr_error_t *error)
{
    const char *output = sweep->options->output;
    LLR_TRY(llr_folder_make(output, error));
    llr_code_t code = open_journal(sweep, error);
    if (code == LLR_INVALID) explain_refusal(sweep, error);
    LLR_TRY(code);
    if (sweep->options->begun)
        sweep->options->begun(sweep->options->argument, sweep->grid.units,
                              sweep->result->progress.found);
    return llr_record_write(output, sweep->job, &sweep->catalog, error);
}

/* Lays out the grid and finds what only job and datasets together show. */
static llr_code_t lay_out(sweep_t *sweep, llr_findings_t *findings, llr_error_t *error)
{
    if (llr_grid_create(&sweep->grid, sweep->job)) return llr_fail_memory(error, 0, "the grid");
    llr_grid_check(&sweep->grid, sweep->catalog.facts, findings);
    if (findings->failed) return llr_fail_memory(error, 0, "the list of mistakes");
    return findings->count ? LLR_INVALID : LLR_OK;
}

static llr_code_t make_workspace(sweep_t *sweep, llr_error_t *error)
{
    llr_memory_need_t need = llr_memory_need(&sweep->catalog, &sweep->grid);
    LLR_TRY(llr_memory_check_private(sweep->comm, &need, error));
    sweep->worker.grid = &sweep->grid;
    sweep->worker.dataset = sweep->catalog.dataset;
    sweep->worker.should_stop = abandon;
    sweep->worker.argument = sweep;
    return llr_arena_create(&sweep->worker.arena, need.workspace, error);
}

static llr_code_t prepare(sweep_t *sweep, llr_findings_t *findings, llr_error_t *error)
{
    llr_comm_t *comm = sweep->comm;
    bool first = llr_comm_rank(comm) == 0;
    LLR_TRY(llr_load_datasets(comm, sweep->job, &sweep->catalog, error));
    LLR_TRY(llr_comm_agree(comm, lay_out(sweep, findings, error), error));
    LLR_TRY(llr_comm_agree(comm, make_workspace(sweep, error), error));
    return llr_comm_agree(comm, first ? open_output(sweep, error) : LLR_OK, error);
}

static llr_code_t schedule(sweep_t *sweep, llr_error_t *error)
{
    llr_schedule_job_t job = {sweep->order, sweep->orders, sweep->options->grace, solve_unit,
                              keep_unit,    pulse,         stop_wanted,           sweep};
    sweep->result->progress.units = sweep->grid.units;
    sweep->started = sweep->last_sync = llr_clock_seconds();
    llr_code_t code = llr_schedule_run(sweep->comm, &job, &sweep->schedule, error);
    if (llr_comm_rank(sweep->comm) == 0) show(sweep);
    return code;
}

static int64_t count_unanswered(const sweep_t *sweep)
{
    int64_t count = 0;
    for (int64_t u = 0; u < sweep->grid.units; u++)
        for (int64_t r = 0; r < sweep->block[u].rows; r++)
            count += !llr_fit_status_is_answer(sweep->block[u].row[r].fit.status);
    return count;
}

static llr_code_t write_table(sweep_t *sweep, llr_error_t *error)
{
    llr_table_t table = {&sweep->grid, sweep->catalog.facts, sweep->block};
    LLR_TRY(llr_table_digest(&table, &sweep->result->digest, error));
    LLR_TRY(llr_table_write(&table, &sweep->options->provenance, sweep->options->output, error));
    sweep->result->unanswered = count_unanswered(sweep);
    return LLR_OK;
}

static void clean_up(sweep_t *sweep)
{
    for (int64_t u = 0; sweep->block && u < sweep->grid.units; u++)
        llr_block_destroy(&sweep->block[u]);
    free(sweep->block);
    free(sweep->order);
    llr_arena_destroy(&sweep->worker.arena);
    llr_grid_destroy(&sweep->grid);
    llr_catalog_close(&sweep->catalog);
}

/* Rank 0: the last of the journal, and the table where all is done. */
static llr_code_t finish(sweep_t *sweep, llr_code_t code, llr_error_t *error)
{
    llr_error_t closing = {0};
    llr_code_t closed = llr_journal_close(&sweep->journal, &closing);
    if (code != LLR_OK) return LLR_OK; /* what went wrong before is known to all */
    if (closed != LLR_OK) {
        *error = closing;
        return closed;
    }
    return write_table(sweep, error);
}

llr_code_t llr_sweep_run(llr_comm_t *comm, const llr_job_t *job, const llr_sweep_options_t *options,
                         llr_findings_t *findings, llr_sweep_result_t *result, llr_error_t *error)
{
    sweep_t sweep = {.comm = comm, .job = job, .options = options, .result = result};
    *result = (llr_sweep_result_t){0};
    llr_code_t code = prepare(&sweep, findings, error);
    if (code == LLR_OK) code = schedule(&sweep, error);
    llr_error_t late = {0};
    llr_code_t closed = llr_comm_rank(comm) == 0 ? finish(&sweep, code, &late) : LLR_OK;
    closed = llr_comm_agree(comm, closed, &late);
    if (code == LLR_OK && closed != LLR_OK) {
        *error = late;
        code = closed;
    }
    clean_up(&sweep);
    llr_comm_broadcast(comm, result, sizeof *result);
    return code == LLR_OK && result->unanswered ? LLR_UNSOLVED : code;
}
