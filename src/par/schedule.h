/* Units handed out by rank 0 over messages; who gets which is decided in policy.h. It knows indices
 * and cost hints, not what a unit means. */
#ifndef LLR_PAR_SCHEDULE_H
#define LLR_PAR_SCHEDULE_H

#include "base/text.h"
#include "par/comm.h"
#include "par/policy.h"

typedef struct llr_schedule_job {
    const int64_t *order; /* borrowed, units: the units to do, dearest first */
    const double *cost;   /* borrowed, by unit, as in policy.h; rank 0 */
    int64_t units;
    double grain; /* as in policy.h */
    double grace; /* seconds that a unit may go on after a stop was asked for */
    /* Solves a unit on this rank and appends its result to out. Polls llr_schedule_tick between
     * passes and returns LLR_STOPPED when told to abandon. */
    llr_code_t (*solve)(void *argument, int64_t unit, llr_text_t *out, llr_error_t *error);
    /* Rank 0: takes a result, durably. */
    llr_code_t (*keep)(void *argument, int64_t unit, const void *bytes, int64_t count,
                       llr_error_t *error);
    /* Rank 0: called often; progress, periodic sync. */
    llr_code_t (*pulse)(void *argument, llr_error_t *error);
    /* Any rank: a stop was asked for here (signal; rank 0 also: stop file). */
    bool (*stop_wanted)(void *argument);
    /* Rank 0: all units that are not done by now are to be abandoned. May be NULL. */
    bool (*time_is_up)(void *argument);
    /* Rank 0: as in policy.h; NULL: always. */
    bool (*fits)(void *argument, int64_t unit, double ahead);
    void *argument;
} llr_schedule_job_t;

/* Sorts a list of units by cost (by unit), dearest first; ties by number. */
void llr_schedule_sort(int64_t *order, int64_t count, const double *cost);

typedef struct llr_schedule llr_schedule_t;

/* Collective. LLR_OK: every unit was kept; LLR_STOPPED: ended early in good order; else the first
 * failure of any rank, agreed on. *schedule is valid while the call runs, for the tick. */
llr_code_t llr_schedule_run(llr_comm_t *comm, const llr_schedule_job_t *job,
                            llr_schedule_t **schedule, llr_error_t *error);

/* To be called between passes of a solver: serves messages; true: abandon the unit. */
bool llr_schedule_tick(llr_schedule_t *schedule);

#endif
