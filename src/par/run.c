#include "par/run.h"

#include "base/clock.h"
#include "par/forecast.h"
#include "par/limit.h"
#include "par/load.h"
#include "par/memory.h"
#include "par/ranks.h"
#include "par/schedule.h"
#include "par/timesheet.h"
#include "par/together.h"
#include "store/folder.h"
#include "store/journal.h"
#include "store/layout.h"
#include "store/record.h"
#include "work/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct run {
    llr_comm_t *comm;
    llr_job_t *job;
    const llr_run_options_t *options;
    llr_run_result_t *result;
    llr_catalog_t catalog;
    llr_grid_t grid;
    llr_group_t group; /* where several ranks solve a unit together, as the slices */
    llr_slices_t slices;
    llr_together_t together;
    llr_worker_t worker;
    llr_schedule_t *schedule;
    llr_forecasts_t forecasts;
    llr_block_t *block;     /* rank 0, owned, units: rows 0 where not done */
    llr_journal_t *journal; /* rank 0, owned; NULL without output */
    int64_t *order;         /* rank 0, owned: units to do */
    double *cost;           /* rank 0, owned, by unit */
    llr_limit_t limit;
    int64_t orders;
    double started, last_pulse, last_sync;
} run_t;

static const llr_facts_t *facts_of(const run_t *run, int64_t unit)
{
    return &run->catalog.facts[run->grid.unit[unit].dataset];
}

static llr_code_t unpack(run_t *run, int64_t unit, const void *bytes, int64_t count,
                         llr_error_t *error)
{
    const llr_facts_t *facts = facts_of(run, unit);
    return llr_block_unpack(&run->block[unit], bytes, count, run->grid.unit[unit].cells,
                            facts->shape, error);
}

static llr_code_t found_record(void *argument, int64_t unit, const void *payload, int64_t bytes,
                               llr_error_t *error)
{
    run_t *run = argument;
    if (unit < 0 || unit >= run->grid.units || run->block[unit].rows)
        return llr_fail(error, LLR_INVALID, "the journal names unit %lld of %lld, or one twice",
                        (long long)unit, (long long)run->grid.units);
    return unpack(run, unit, payload, bytes, error);
}

static bool abandon(void *argument)
{
    run_t *run = argument;
    return run->schedule && llr_schedule_tick(run->schedule);
}

static void measures(void *argument, bool begins)
{
    run_t *run = argument;
    llr_times_enter(&run->result->times, begins ? LLR_STAGE_METRICS : LLR_STAGE_SOLVE);
}

static void stamp(run_t *run, llr_block_t *block, double begun, double seconds)
{
    block->begun = begun;
    block->ended = llr_clock_date();
    gethostname(block->host, sizeof block->host - 1);
    for (int64_t r = 0; r < block->rows; r++) {
        block->row[r].seconds = seconds / (double)block->rows;
        block->row[r].rank_id = llr_comm_rank(run->comm);
    }
}

static bool abandon_together(void *argument)
{
    return llr_together_abandons(&((run_t *)argument)->together);
}

static llr_code_t solve_unit(void *argument, int64_t unit, llr_text_t *out, llr_error_t *error)
{
    run_t *run = argument;
    const llr_facts_t *facts = facts_of(run, unit);
    llr_block_t block = {0};
    llr_code_t code = llr_block_create(&block, run->grid.unit[unit].cells, facts->shape, error);
    /* A crew starts together or not at all. */
    LLR_TRY(run->worker.crew ? llr_comm_agree(run->group.comm, code, error) : code);
    llr_stage_t before = llr_times_enter(&run->result->times, LLR_STAGE_SOLVE);
    double begun = llr_clock_date(), started = llr_clock_cpu_seconds();
    code = llr_unit_run(&run->worker, unit, &block, NULL, error);
    if (code == LLR_OK) {
        stamp(run, &block, begun, llr_clock_cpu_seconds() - started);
        llr_block_pack(&block, out);
    }
    llr_block_destroy(&block);
    llr_times_enter(&run->result->times, before);
    return code;
}

static llr_code_t append(run_t *run, int64_t unit, const void *bytes, int64_t count,
                         llr_error_t *error)
{
    if (!run->journal) return LLR_OK;
    llr_stage_t before = llr_times_enter(&run->result->times, LLR_STAGE_JOURNAL);
    llr_code_t code = llr_journal_append(run->journal, unit, bytes, count,
                                         llr_block_result(&run->block[unit]), error);
    llr_times_enter(&run->result->times, before);
    return code;
}

static llr_code_t keep_unit(void *argument, int64_t unit, const void *bytes, int64_t count,
                            llr_error_t *error)
{
    run_t *run = argument;
    LLR_TRY(unpack(run, unit, bytes, count, error));
    LLR_TRY(append(run, unit, bytes, count, error));
    run->result->progress.done++;
    run->result->progress.cells += run->grid.unit[unit].cells;
    run->result->progress.work_done += run->cost[unit];
    llr_pace_add(&run->limit.pace, llr_forecast_sample(&run->grid, unit), run->cost[unit],
                 llr_block_seconds(&run->block[unit]));
    return LLR_OK;
}

static void show(run_t *run)
{
    llr_progress_t *progress = &run->result->progress;
    progress->seconds = llr_clock_seconds() - run->started;
    if (run->options->show) run->options->show(run->options->argument, progress);
}

static llr_code_t pulse(void *argument, llr_error_t *error)
{
    enum { SHOWS_A_SECOND = 10 };
    run_t *run = argument;
    double now = llr_clock_seconds();
    if (now - run->last_pulse < 1.0 / SHOWS_A_SECOND) return LLR_OK;
    run->last_pulse = now;
    show(run);
    if (!run->journal || now - run->last_sync < 1) return LLR_OK;
    run->last_sync = now;
    llr_stage_t before = llr_times_enter(&run->result->times, LLR_STAGE_JOURNAL);
    llr_code_t code = llr_journal_sync(run->journal, error);
    llr_times_enter(&run->result->times, before);
    return code;
}

static bool stop_wanted(void *argument)
{
    const llr_run_options_t *options = ((run_t *)argument)->options;
    return options->stop_wanted && options->stop_wanted(options->argument);
}

static bool time_is_up(void *argument)
{
    return llr_limit_is_up(&((run_t *)argument)->limit);
}

static bool stop_predicting(void *argument)
{
    return stop_wanted(argument) || time_is_up(argument);
}

static bool fits_in_time(void *argument, int64_t unit, double ahead)
{
    run_t *run = argument;
    return llr_limit_fits(&run->limit, llr_forecast_sample(&run->grid, unit), run->cost[unit],
                          ahead);
}

/* Of all units in their order, keeps those of this shard that were not found in the journal. */
static void choose_units(run_t *run)
{
    int64_t shards = run->options->shards > 1 ? run->options->shards : 1;
    llr_progress_t *progress = &run->result->progress;
    progress->units = progress->found = 0;
    progress->work = progress->work_found = 0;
    for (int64_t i = run->options->shard; i < run->grid.units; i += shards) {
        int64_t unit = run->order[i];
        bool found = run->block[unit].rows;
        progress->units++;
        progress->found += found;
        progress->work += run->cost[unit];
        progress->work_found += found ? run->cost[unit] : 0;
        if (!found) run->order[run->orders++] = unit;
    }
}

static llr_code_t order_units(run_t *run, llr_error_t *error)
{
    int64_t units = run->grid.units;
    run->order = llr_alloc(units, sizeof *run->order);
    run->cost = llr_alloc(units, sizeof *run->cost);
    if (!run->order || !run->cost) return llr_fail_memory(error, units * 16, "the list of units");
    LLR_TRY(llr_pace_create(&run->limit.pace, units, error));
    for (int64_t u = 0; u < units; u++) {
        run->cost[u] = llr_unit_cost(&run->grid, facts_of(run, u), u);
        run->order[u] = u;
    }
    llr_schedule_sort(run->order, units, run->cost);
    choose_units(run);
    return LLR_OK;
}

/* Rank 0: what earlier runs left, then a segment for this one. */
static llr_code_t open_journal(run_t *run, llr_error_t *error)
{
    llr_journal_identity_t identity = {llr_job_fingerprint(run->job),
                                       llr_catalog_content(&run->catalog), run->grid.units};
    llr_journal_state_t state;
    llr_text_t folder = {0};
    llr_text_add(&folder, "%s/journal", run->options->output);
    llr_code_t code =
        folder.failed ? llr_fail_memory(error, folder.length, "a path")
                      : llr_journal_read(folder.data, &identity, found_record, run, &state, error);
    if (code == LLR_OK) code = llr_journal_create(&run->journal, folder.data, &identity, error);
    if (code == LLR_OK) code = llr_journal_check_heads(folder.data, &identity, error);
    llr_text_destroy(&folder);
    return code;
}

/* What differs between this job and the one the journal belongs to, behind the refusal. */
static void explain_refusal(run_t *run, llr_error_t *error)
{
    llr_text_t text = {0};
    llr_record_difference(run->options->output, run->job, &run->catalog, &text);
    if (text.length) {
        llr_error_t first = *error;
        llr_fail(error, first.code, "%.500s (%.400s)", first.text, text.data);
    }
    llr_text_destroy(&text);
}

/* Rank 0: the folder, what is in its journal, and the job as run. */
static llr_code_t open_output(run_t *run, llr_error_t *error)
{
    const char *output = run->options->output;
    LLR_TRY(llr_folder_make(output, error));
    llr_stage_t before = llr_times_enter(&run->result->times, LLR_STAGE_JOURNAL);
    llr_code_t code = open_journal(run, error);
    llr_times_enter(&run->result->times, before);
    if (code == LLR_INVALID) explain_refusal(run, error);
    LLR_TRY(code);
    llr_text_t line = {0};
    if (run->options->provenance) llr_record_run_line(run->options->provenance, &line);
    code = llr_record_write(output, run->job, &run->catalog, &line, error);
    llr_text_destroy(&line);
    return code;
}

/* Rank 0: room for the rows, those that an earlier run left, and the units that remain. */
static llr_code_t begin(run_t *run, llr_error_t *error)
{
    run->block = llr_alloc(run->grid.units, sizeof *run->block);
    if (!run->block)
        return llr_fail_memory(error, run->grid.units * (int64_t)sizeof *run->block, "the rows");
    if (run->options->output) LLR_TRY(open_output(run, error));
    LLR_TRY(order_units(run, error));
    if (run->options->begun)
        run->options->begun(run->options->argument, &run->grid, &run->catalog,
                            &run->result->progress);
    return LLR_OK;
}

static llr_code_t pulse_forecast(void *argument, int64_t done, int64_t tasks, llr_error_t *error)
{
    run_t *run = argument;
    run->result->progress.forecasts = tasks;
    run->result->progress.forecast = done;
    return pulse(run, error);
}

/* Predictions for the units that are to do. Times of the units begin anew after it. */
static llr_code_t forecast(run_t *run, llr_error_t *error)
{
    bool first = llr_comm_rank(run->comm) == 0;
    bool *needed = llr_alloc(run->grid.units, sizeof *needed);
    llr_forecast_run_t phase = {.worker = &run->worker,
                                .facts = run->catalog.facts,
                                .needed = needed,
                                .grace = run->options->grace,
                                .schedule = &run->schedule,
                                .pulse = pulse_forecast,
                                .stop_wanted = stop_predicting,
                                .argument = run};
    llr_code_t code =
        needed ? LLR_OK : llr_fail_memory(error, run->grid.units, "the list of units");
    code = llr_comm_agree(run->comm, code, error);
    for (int64_t i = 0; code == LLR_OK && first && i < run->orders; i++)
        needed[run->order[i]] = true;
    run->started = run->last_sync = llr_clock_seconds();
    llr_stage_t before = llr_times_enter(&run->result->times, LLR_STAGE_FORECAST);
    if (code == LLR_OK) code = llr_forecast_run(run->comm, &phase, &run->forecasts, error);
    llr_times_enter(&run->result->times, before);
    run->result->progress.forecasts = 0;
    run->schedule = NULL;
    free(needed);
    return code;
}

static llr_code_t make_workspace(run_t *run, llr_error_t *error)
{
    llr_memory_need_t need = llr_memory_need(&run->catalog, &run->grid);
    LLR_TRY(llr_memory_check_private(run->comm, &need, error));
    run->worker.grid = &run->grid;
    run->worker.dataset = run->catalog.dataset;
    run->worker.should_stop = abandon;
    run->worker.measures = measures;
    run->worker.argument = run;
    return llr_arena_create(&run->worker.arena, need.workspace, error);
}

static llr_code_t prepare(run_t *run, llr_findings_t *findings, llr_error_t *error)
{
    llr_comm_t *comm = run->comm;
    bool first = llr_comm_rank(comm) == 0;
    LLR_TRY(llr_comm_agree(comm, llr_ranks_settle(run->job, findings, error), error));
    bool grouped = run->job->ranks_per_unit > 1;
    if (grouped) LLR_TRY(llr_group_create(&run->group, comm, run->job->ranks_per_unit, error));
    LLR_TRY(llr_load_datasets(comm, run->job, &run->catalog, grouped ? &run->group : NULL,
                              &run->slices, &run->result->times, error));
    llr_code_t code = llr_layout_grid(&run->grid, run->job, run->catalog.facts, findings, error);
    LLR_TRY(llr_comm_agree(comm, code, error));
    LLR_TRY(llr_comm_agree(comm, make_workspace(run, error), error));
    LLR_TRY(llr_comm_agree(comm, first ? begin(run, error) : LLR_OK, error));
    return llr_forecasts_wanted(run->job) ? forecast(run, error) : LLR_OK;
}

static llr_code_t schedule_groups(run_t *run, const llr_schedule_job_t *job, llr_error_t *error)
{
    run->together = (llr_together_t){&run->group, job, &run->schedule, false};
    run->worker.dataset = run->slices.view;
    run->worker.crew = &run->slices.crew;
    run->worker.should_stop = abandon_together;
    return llr_together_run(&run->together, run->comm, error);
}

static llr_code_t schedule(run_t *run, llr_error_t *error)
{
    llr_schedule_job_t job = {.order = run->order,
                              .cost = run->cost,
                              .units = run->orders,
                              .grain = LLR_UNIT_GRAIN,
                              .grace = run->options->grace,
                              .solve = solve_unit,
                              .keep = keep_unit,
                              .pulse = pulse,
                              .stop_wanted = stop_wanted,
                              .time_is_up = time_is_up,
                              .fits = run->options->deadline ? fits_in_time : NULL,
                              .argument = run};
    run->started = run->last_sync = llr_clock_seconds();
    llr_times_enter(&run->result->times, LLR_STAGE_WAIT);
    llr_code_t code = run->job->ranks_per_unit > 1
                          ? schedule_groups(run, &job, error)
                          : llr_schedule_run(run->comm, &job, &run->schedule, error);
    if (llr_comm_rank(run->comm) == 0) show(run);
    return code;
}

static bool has_all_units(const run_t *run)
{
    int64_t unit = 0;
    while (unit < run->grid.units && run->block[unit].rows) unit++;
    return unit == run->grid.units;
}

static llr_code_t write_table(run_t *run, llr_error_t *error)
{
    llr_table_t table = {&run->grid, run->catalog.facts, run->block};
    llr_hash_t *digest = &run->result->digest;
    run->result->unanswered = llr_table_unanswered(&table);
    run->result->whole = has_all_units(run);
    if (!run->options->output) return llr_table_digest(&table, digest, error);
    llr_error_t failure = {0};
    llr_code_t code =
        llr_table_write(&table, run->options->provenance, run->options->output, digest, &failure);
    if (code == LLR_OK) return LLR_OK;
    return llr_fail(error, code,
                    "%.800s; all units are safe in the journal: run again when this is mended",
                    failure.text);
}

void llr_run_rows_destroy(llr_run_rows_t *rows)
{
    for (int64_t u = 0; rows->block && u < rows->grid.units; u++)
        llr_block_destroy(&rows->block[u]);
    free(rows->block);
    llr_grid_destroy(&rows->grid);
    llr_catalog_close(&rows->catalog);
    *rows = (llr_run_rows_t){0};
}

static void clean_up(run_t *run)
{
    llr_run_rows_t rows = {run->catalog, run->grid, run->block};
    free(run->order);
    free(run->cost);
    llr_pace_destroy(&run->limit.pace);
    llr_arena_destroy(&run->worker.arena);
    llr_forecasts_destroy(&run->forecasts);
    llr_catalog_forget_features(&rows.catalog);
    llr_slices_destroy(&run->slices);
    llr_group_destroy(&run->group);
    if (run->options->rows)
        *run->options->rows = rows;
    else
        llr_run_rows_destroy(&rows);
}

/* Rank 0: the last of the journal, and the table where all is done. */
static llr_code_t finish(run_t *run, llr_code_t code, llr_error_t *error)
{
    llr_error_t closing = {0};
    llr_times_enter(&run->result->times, LLR_STAGE_JOURNAL);
    llr_code_t closed = llr_journal_close(&run->journal, &closing);
    llr_times_enter(&run->result->times, LLR_STAGE_TABLE);
    if (code != LLR_OK) return LLR_OK; /* what went wrong before is known to all */
    if (closed != LLR_OK) {
        *error = closing;
        return closed;
    }
    return write_table(run, error);
}

/* All ranks: their times, where the run ended in good order. */
static llr_code_t leave_times(run_t *run, bool stopped, llr_error_t *error)
{
    const llr_progress_t *progress = &run->result->progress;
    llr_time_line_t line = {.found = progress->found,
                            .units = progress->done,
                            .cells = progress->cells,
                            .stopped = stopped};
    llr_times_enter(&run->result->times, LLR_STAGE_WAIT);
    return llr_timesheet_add(run->comm, run->options->output, &run->result->times, &line, error);
}

llr_code_t llr_run_job(llr_comm_t *comm, llr_job_t *job, const llr_run_options_t *options,
                       llr_findings_t *findings, llr_run_result_t *result, llr_error_t *error)
{
    run_t run = {.comm = comm, .job = job, .options = options, .result = result};
    *result = (llr_run_result_t){0};
    run.limit = (llr_limit_t){.deadline = options->deadline, .times = &result->times};
    llr_times_begin(&result->times, LLR_STAGE_BUILD);
    llr_code_t code = prepare(&run, findings, error);
    if (code == LLR_OK) code = schedule(&run, error);
    llr_error_t late = {0};
    llr_code_t closed = llr_comm_rank(comm) == 0 ? finish(&run, code, &late) : LLR_OK;
    closed = llr_comm_agree(comm, closed, &late);
    if (code == LLR_OK && closed != LLR_OK) {
        *error = late;
        code = closed;
    }
    result->out_of_time = run.limit.was_up;
    clean_up(&run);
    if (options->output && (code == LLR_OK || code == LLR_STOPPED)) {
        llr_code_t left = leave_times(&run, code == LLR_STOPPED, &late);
        if (left != LLR_OK && code == LLR_OK) {
            *error = late;
            code = left;
        }
    }
    llr_times_enter(&result->times, LLR_STAGE_WAIT);
    llr_comm_broadcast(comm, result, sizeof *result);
    return code == LLR_OK && result->unanswered ? LLR_UNSOLVED : code;
}
