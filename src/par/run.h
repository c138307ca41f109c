/* A whole sweep: datasets, journal, scheduling, table. */
#ifndef LLR_PAR_RUN_H
#define LLR_PAR_RUN_H

#include "base/hash.h"
#include "model/grid.h"
#include "par/comm.h"
#include "store/table.h"

typedef struct llr_progress {
    int64_t units, found, done, cells; /* units to do, of them found in the journal, and done by
                                          this run; cells of the latter */
    double seconds;                    /* since the scheduling began */
} llr_progress_t;

typedef struct llr_run_options {
    const char *output; /* result folder */
    double grace;       /* seconds, see schedule.h */
    /* shards > 1: only every shards-th of the units, dearest first, from the shard-th on (0, 1,
     * ...); the table then holds these alone. */
    int64_t shard, shards;
    const llr_provenance_t *provenance; /* read when the table is written */
    /* Rank 0, once the journal is read: the grid, a dataset's facts each, and what is to do. The
     * job is resolved. May be NULL. */
    void (*begun)(void *argument, const llr_grid_t *grid, const llr_facts_t *facts,
                  const llr_progress_t *progress);
    /* Rank 0, called about ten times a second and once at the end. May be NULL. */
    void (*show)(void *argument, const llr_progress_t *progress);
    bool (*stop_wanted)(void *argument); /* any rank, called between passes. May be NULL. */
    void *argument;
} llr_run_options_t;

typedef struct llr_run_result {
    llr_progress_t progress;
    llr_hash_t digest;
    int64_t unanswered; /* cells whose status is no answer */
} llr_run_result_t;

/* Collective. The job is resolved in place. LLR_OK, LLR_UNSOLVED: the table is written;
 * LLR_STOPPED: the journal holds what was done; LLR_INVALID: mistakes, in findings (the same on all
 * ranks) or in error; LLR_FAILED. */
llr_code_t llr_run_job(llr_comm_t *comm, llr_job_t *job, const llr_run_options_t *options,
                       llr_findings_t *findings, llr_run_result_t *result, llr_error_t *error);

#endif
