/* A schedule of units that do nothing, or wait, for tests and benchmarks of the scheduler alone. */
#ifndef LLR_TESTS_DUMMY_SCHEDULE_H
#define LLR_TESTS_DUMMY_SCHEDULE_H

#include "base/clock.h"
#include "par/schedule.h"

#include <stdlib.h>

typedef struct dummy {
    llr_comm_t *comm;
    llr_schedule_t *schedule;
    int64_t units, solved;
    int64_t *order, *kept; /* owned; kept: how often, rank 0 */
    double *cost;          /* owned */
    double wait;           /* seconds that a unit takes */
    int64_t fails, stops;  /* unit that fails, unit that asks for a stop; -1: none */
    bool stop;
} dummy_t;

static inline llr_code_t dummy_solve(void *argument, int64_t unit, llr_text_t *out,
                                     llr_error_t *error)
{
    dummy_t *dummy = argument;
    double until = llr_clock_seconds() + dummy->wait;
    if (unit == dummy->fails) return llr_fail(error, LLR_FAILED, "unit %lld", (long long)unit);
    if (unit == dummy->stops) dummy->stop = true;
    while (dummy->wait > 0 && llr_clock_seconds() < until) {
        if (llr_schedule_tick(dummy->schedule)) return LLR_STOPPED;
        llr_clock_sleep(dummy->wait / 10);
    }
    dummy->solved++;
    llr_text_add_bytes(out, &unit, sizeof unit);
    return LLR_OK;
}

static inline llr_code_t dummy_keep(void *argument, int64_t unit, const void *bytes, int64_t count,
                                    llr_error_t *error)
{
    dummy_t *dummy = argument;
    int64_t said = -1;
    if (count == sizeof said) said = *(const int64_t *)bytes;
    dummy->kept[unit]++;
    return said == unit ? LLR_OK : llr_fail(error, LLR_FAILED, "a result of another unit");
}

static inline bool dummy_stop_wanted(void *argument)
{
    return ((const dummy_t *)argument)->stop;
}

static inline void dummy_create(dummy_t *dummy, llr_comm_t *comm, int64_t units, double cost)
{
    *dummy = (dummy_t){.comm = comm, .units = units, .fails = -1, .stops = -1};
    dummy->order = calloc((size_t)units, sizeof *dummy->order);
    dummy->kept = calloc((size_t)units, sizeof *dummy->kept);
    dummy->cost = calloc((size_t)units, sizeof *dummy->cost);
    for (int64_t u = 0; u < units; u++) {
        dummy->order[u] = units - 1 - u;
        dummy->cost[u] = cost;
    }
}

static inline void dummy_destroy(dummy_t *dummy)
{
    free(dummy->order);
    free(dummy->kept);
    free(dummy->cost);
}

static inline llr_code_t dummy_run(dummy_t *dummy, llr_error_t *error)
{
    llr_schedule_job_t job = {.order = dummy->order,
                              .cost = dummy->cost,
                              .units = dummy->units,
                              .grain = 1e-3,
                              .solve = dummy_solve,
                              .keep = dummy_keep,
                              .stop_wanted = dummy_stop_wanted,
                              .argument = dummy};
    return llr_schedule_run(dummy->comm, &job, &dummy->schedule, error);
}

#endif
