#include "bench_task.h"

#include "base/clock.h"
#include "store/subsample.h"

#include <string.h>

#define LEAST_SECONDS 0.1
/* Shorter units run once unmeasured first: after the other side's turn memory is cold, on virtual
   machines its page tables too, which a sweep of one unit after the other does not meet. */
#define LONG_SECONDS 1.

/* Laying out --------------------------------------------------------------------------------- */

static llr_code_t parse(llr_job_t *job, const llr_text_t *text, llr_error_t *error)
{
    llr_findings_t findings = {0};
    llr_code_t code = text->failed ? llr_fail_memory(error, text->length, "the job")
                                   : llr_job_parse(job, text->data, text->length, "bench.yaml", ".",
                                                   &findings, error);
    if (code == LLR_INVALID && findings.count)
        llr_fail(error, code, "the task makes no job: %s", findings.line[0]);
    llr_findings_destroy(&findings);
    return code;
}

static llr_code_t lay_out(bench_task_t *task, const bench_data_t *data, llr_error_t *error)
{
    if (llr_grid_create(&task->grid, &task->job)) return llr_fail_memory(error, 0, "the grid");
    /* The dataset only reads its source. */
    LLR_TRY(llr_dataset_create(&task->dataset, &task->job, 0, (llr_source_t *)&data->source,
                               llr_source_content(&data->source, data->x), error));
    task->dataset.features = data->x;
    task->worker.grid = &task->grid;
    task->worker.dataset = &task->dataset;
    task->fits = task->job.exponents * task->job.lambdas;
    int64_t bytes = 0;
    for (int64_t u = 0; u < task->grid.units; u++) {
        int64_t more = llr_unit_bytes(&task->grid, &task->dataset.facts, u);
        bytes = more > bytes ? more : bytes;
    }
    LLR_TRY(llr_arena_create(&task->worker.arena, bytes, error));
    memset(task->worker.arena.base, 0, (size_t)bytes); /* page faults now, not in the first unit */
    return llr_block_create(&task->block, task->grid.places, task->dataset.facts.shape, error);
}

llr_code_t bench_task_create(bench_task_t *task, const bench_data_t *data, const char *loss,
                             const char *tolerance, const char *sizes, const char *seeds,
                             llr_error_t *error)
{
    llr_text_t text = {0};
    *task = (bench_task_t){0};
    llr_text_add(&text,
                 "datasets: [{name: bench, path: bench}]\n"
                 "losses: [%s]\n"
                 "preprocess: none\n"
                 "exponents: {from: 0, to: 2, count: 9}\n"
                 "lambdas: {log10: {from: -4, to: 0, count: 9}}\n"
                 "sizes: [%s]\n"
                 "seeds: {count: %s}\n"
                 "tolerance: %s\n"
                 "df: []\n", /* the other side has none */
                 loss, sizes, seeds, tolerance);
    llr_code_t code = parse(&task->job, &text, error);
    llr_text_destroy(&text);
    return code == LLR_OK ? lay_out(task, data, error) : code;
}

void bench_task_destroy(bench_task_t *task)
{
    llr_arena_destroy(&task->worker.arena);
    llr_block_destroy(&task->block);
    llr_dataset_destroy(&task->dataset);
    llr_grid_destroy(&task->grid);
    llr_job_destroy(&task->job);
    *task = (bench_task_t){0};
}

llr_code_t bench_task_find(const bench_task_t *task, int64_t n, int64_t seed, int64_t *unit,
                           llr_error_t *error)
{
    for (*unit = 0; *unit < task->grid.units; ++*unit)
        if (task->grid.unit[*unit].n == n && task->grid.unit[*unit].seed == seed) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "the task has no unit of n = %lld, seed %lld", (long long)n,
                    (long long)seed);
}

/* Units -------------------------------------------------------------------------------------- */

static llr_code_t run_once(bench_task_t *task, int64_t unit, bench_meters_t *meters, bool kernels,
                           bench_times_t *times, llr_error_t *error)
{
    double before = llr_clock_cpu_seconds();
    bench_meters_start(meters, kernels);
    llr_code_t code = llr_unit_run(&task->worker, unit, &task->block, NULL, error);
    bench_meters_stop();
    times->sweep += llr_clock_cpu_seconds() - before;
    times->fit += meters->phase[BENCH_SOLVE].seconds;
    return code;
}

static llr_code_t run_for_a_while(bench_task_t *task, int64_t unit, bench_times_t *times,
                                  llr_error_t *error)
{
    bench_meters_t phases;
    int64_t runs = 0;
    for (*times = (bench_times_t){0}; times->sweep < LEAST_SECONDS; runs++)
        LLR_TRY(run_once(task, unit, &phases, false, times, error));
    times->fit /= (double)runs;
    times->sweep /= (double)runs;
    return LLR_OK;
}

llr_code_t bench_task_time(bench_task_t *task, int64_t unit, bench_meters_t *meters,
                           bench_times_t *times, llr_error_t *error)
{
    bench_times_t metered = {0};
    *times = (bench_times_t){0};
    LLR_TRY(run_once(task, unit, meters, true, times, error));
    if (times->sweep >= LONG_SECONDS) return LLR_OK;
    LLR_TRY(run_for_a_while(task, unit, times, error));
    return run_once(task, unit, meters, true, &metered, error);
}

llr_code_t bench_task_rows(bench_task_t *task, int64_t unit, int64_t *row, llr_error_t *error)
{
    const llr_unit_t *u = &task->grid.unit[unit];
    llr_arena_t *arena = &task->worker.arena;
    llr_subsample_t subsample;
    int64_t mark = llr_arena_mark(arena);
    LLR_TRY(llr_subsample_draw(&task->dataset, u->n, u->seed, &subsample, arena, error));
    memcpy(row, subsample.row, (size_t)u->n * sizeof *row);
    llr_arena_release(arena, mark);
    return LLR_OK;
}
