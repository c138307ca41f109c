#include "par/forecast.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct phase {
    const llr_forecast_run_t *run;
    llr_forecasts_t *forecasts;
    int64_t *order; /* rank 0, owned: tasks, dearest first */
    double *cost;   /* rank 0, owned, by task */
    int64_t tasks, done;
} phase_t;

/* Tasks of the samples that have a needed unit. */
static llr_code_t list_tasks(phase_t *phase, llr_error_t *error)
{
    const llr_forecasts_t *f = phase->forecasts;
    int64_t weightings = f->grid->weightings, most = f->samples * weightings;
    char *needed = llr_alloc(f->samples, 1);
    phase->order = llr_alloc(most, sizeof *phase->order);
    phase->cost = llr_alloc(most, sizeof *phase->cost);
    llr_code_t code = needed && phase->order && phase->cost
                          ? LLR_OK
                          : llr_fail_memory(error, most * 16, "the list of predictions");
    for (int64_t u = 0; code == LLR_OK && u < f->grid->units; u++)
        if (phase->run->needed[u]) needed[llr_forecast_sample(f->grid, u)] = 1;
    for (int64_t t = 0; code == LLR_OK && t < most; t++)
        if (needed[t / weightings] && llr_forecast_has_task(f, t, phase->run->weights_only)) {
            phase->cost[t] = llr_forecast_cost(f, t);
            phase->order[phase->tasks++] = t;
        }
    if (code == LLR_OK) llr_schedule_sort(phase->order, phase->tasks, phase->cost);
    free(needed);
    return code;
}

static llr_code_t solve(void *argument, int64_t task, llr_text_t *out, llr_error_t *error)
{
    phase_t *phase = argument;
    int64_t count;
    llr_forecast_place(phase->forecasts, task, &count);
    double *number = llr_alloc(count, sizeof *number);
    if (!number) return llr_fail_memory(error, count * 8, "predictions");
    llr_code_t code = llr_forecast_solve(phase->run->worker, phase->forecasts, task, number, error);
    if (code == LLR_OK) llr_text_add_bytes(out, number, count * (int64_t)sizeof *number);
    free(number);
    return code;
}

static llr_code_t keep(void *argument, int64_t task, const void *bytes, int64_t count,
                       llr_error_t *error)
{
    phase_t *phase = argument;
    int64_t wanted, place = llr_forecast_place(phase->forecasts, task, &wanted);
    if (count != wanted * (int64_t)sizeof(double))
        return llr_fail(error, LLR_FAILED, "predictions of %lld bytes in place of %lld",
                        (long long)count, (long long)(wanted * 8));
    memcpy(phase->forecasts->number + place, bytes, (size_t)count);
    phase->done++;
    return LLR_OK;
}

static llr_code_t pulse(void *argument, llr_error_t *error)
{
    const phase_t *phase = argument;
    const llr_forecast_run_t *run = phase->run;
    return run->pulse ? run->pulse(run->argument, phase->done, phase->tasks, error) : LLR_OK;
}

static bool stop_wanted(void *argument)
{
    const llr_forecast_run_t *run = ((phase_t *)argument)->run;
    return run->stop_wanted && run->stop_wanted(run->argument);
}

static llr_code_t predict(llr_comm_t *comm, phase_t *phase, llr_error_t *error)
{
    llr_schedule_job_t job = {.order = phase->order,
                              .cost = phase->cost,
                              .units = phase->tasks,
                              .grace = phase->run->grace,
                              .solve = solve,
                              .keep = keep,
                              .pulse = pulse,
                              .stop_wanted = stop_wanted,
                              .argument = phase};
    return llr_schedule_run(comm, &job, phase->run->schedule, error);
}

/* One copy a node; what is not predicted is NaN. */
static llr_code_t share_numbers(llr_comm_t *comm, llr_forecasts_t *f, llr_error_t *error)
{
    void *memory = NULL;
    int64_t numbers = f->start[f->samples];
    llr_code_t code = llr_comm_share(comm, numbers * (int64_t)sizeof(double), &memory, error);
    LLR_TRY(llr_comm_agree(comm, code, error));
    f->number = memory;
    if (llr_comm_rank(comm) == 0)
        for (int64_t i = 0; i < numbers; i++) f->number[i] = NAN;
    return LLR_OK;
}

llr_code_t llr_forecast_run(llr_comm_t *comm, const llr_forecast_run_t *run,
                            llr_forecasts_t *forecasts, llr_error_t *error)
{
    phase_t phase = {.run = run, .forecasts = forecasts};
    bool first = llr_comm_rank(comm) == 0;
    llr_code_t code = llr_forecasts_create(forecasts, run->worker->grid, run->facts, error);
    if (code == LLR_OK && first) code = list_tasks(&phase, error);
    code = llr_comm_agree(comm, code, error);
    if (code == LLR_OK) code = share_numbers(comm, forecasts, error);
    if (code == LLR_OK) code = predict(comm, &phase, error);
    if (code == LLR_OK) {
        int64_t numbers = forecasts->start[forecasts->samples];
        llr_comm_broadcast_nodes(comm, forecasts->number, numbers * (int64_t)sizeof(double));
        llr_comm_fence(comm);
        run->worker->forecasts = forecasts;
    }
    free(phase.order);
    free(phase.cost);
    return code;
}
