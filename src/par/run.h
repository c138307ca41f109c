/* A whole run of a job: datasets, journal, scheduling, table. */
#ifndef LLR_PAR_RUN_H
#define LLR_PAR_RUN_H

#include "base/hash.h"
#include "model/grid.h"
#include "par/comm.h"
#include "par/times.h"
#include "store/catalog.h"
#include "store/table.h"

enum { LLR_GRACE_SECONDS = 20 }; /* unless the user says so */

typedef struct llr_progress {
    int64_t units, found, done, cells; /* units to do, of them found in the journal, and done by
                                          this run; cells of the latter */
    int64_t forecasts, forecast;       /* predictions to make before the units, and made; 0: none */
    double seconds;                    /* since the scheduling began */
    double work, work_found, work_done; /* costs of the units to do, found and done */
} llr_progress_t;

/* The rows of a run and what their table is made of. */
typedef struct llr_run_rows {
    llr_catalog_t catalog; /* without features */
    llr_grid_t grid;       /* borrows the job */
    llr_block_t *block;    /* owned, units: rows 0 where not done; NULL on ranks other than 0 */
} llr_run_rows_t;
/* Accepts {0}. */
void llr_run_rows_destroy(llr_run_rows_t *rows);

typedef struct llr_run_options {
    const char *output; /* result folder; NULL: nothing is written, nothing resumed */
    double grace;       /* seconds, see schedule.h */
    /* On the clock of llr_clock_seconds, rank 0: no unit is begun that would not be done by then,
     * as far as those done so far tell, and what is not done by then is abandoned. 0: no such time.
     */
    double deadline;
    /* shards > 1: only every shards-th of the units, dearest first, from the shard-th on (0, 1,
     * ...); the table then holds these alone. */
    int64_t shard, shards;
    const llr_provenance_t *provenance; /* read when the table is written */
    /* Rank 0, once the journal is read: the grid, the datasets, and what is to do. The job is
     * resolved. May be NULL. */
    void (*begun)(void *argument, const llr_grid_t *grid, const llr_catalog_t *catalog,
                  const llr_progress_t *progress);
    /* Rank 0, called about ten times a second and once at the end. May be NULL. */
    void (*show)(void *argument, const llr_progress_t *progress);
    bool (*stop_wanted)(void *argument); /* any rank, called between passes. May be NULL. */
    void *argument;
    llr_run_rows_t *rows; /* left to the caller here, whatever the run returns. May be NULL. */
} llr_run_options_t;

typedef struct llr_run_result {
    llr_progress_t progress;
    llr_hash_t digest;
    int64_t unanswered; /* cells whose status is no answer */
    bool out_of_time;   /* stopped for the deadline */
    bool whole;         /* the table has all units, those of other shards too */
    llr_times_t times;  /* of rank 0 */
} llr_run_result_t;

/* Collective. The job is resolved in place. LLR_OK, LLR_UNSOLVED: the table is written;
 * LLR_STOPPED: the journal holds what was done (both where there is an output); LLR_INVALID:
 * mistakes, in findings (the same on all ranks) or in error; LLR_FAILED. */
llr_code_t llr_run_job(llr_comm_t *comm, llr_job_t *job, const llr_run_options_t *options,
                       llr_findings_t *findings, llr_run_result_t *result, llr_error_t *error);

#endif
