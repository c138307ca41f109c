/* The sweep of the public interface (llr/sweep.h). Private to it. */
#ifndef LLR_PAR_SWEEP_PARTS_H
#define LLR_PAR_SWEEP_PARTS_H

#include "llr/sweep.h"
#include "par/provenance.h"
#include "par/run.h"
#include "store/table_columns.h"

#include <signal.h>

struct llr_sweep {
    llr_text_t text;          /* of the job file read */
    char *file;               /* owned: its path, NULL where none was read */
    llr_override_t *override; /* owned, key and value too: what llr_sweep_set gave */
    int64_t overrides, override_room;
    llr_arrays_t *array; /* owned, the names too */
    int64_t arrays, array_room;
    llr_findings_t mistakes; /* of building the job */
    llr_code_t built;        /* code of the first one */
    llr_text_t said;         /* by the last call */

    void (*show)(void *argument, int64_t done, int64_t units);
    void *argument;
    volatile sig_atomic_t stop;

    llr_job_t job; /* as run; the rows borrow it */
    llr_facts_of_run_t facts;
    llr_run_rows_t rows;
    llr_table_t table; /* over the rows */
    int64_t *cell;     /* owned, cells: those that have rows */
    int64_t cells;
    llr_cursor_t cursor; /* over the table; moves with the row asked for */
    char **key;          /* owned, rows, each owned or NULL: keys handed out */
    char digest[LLR_HASH_TEXT];
};

/* The job as the calls have built it; what an earlier run left is gone. LLR_INVALID: findings. */
llr_code_t llr_sweep_build(llr_sweep_t *sweep, llr_findings_t *findings, llr_error_t *error);

/* What a call found is what llr_sweep_error says from now on: the findings, or else the error.
 * Returns the code. findings may be NULL. */
llr_code_t llr_sweep_say(llr_sweep_t *sweep, llr_code_t code, const llr_findings_t *findings,
                         const llr_error_t *error);

/* After a run: makes its rows accessible. LLR_FAILED: out of memory. */
llr_code_t llr_sweep_index_rows(llr_sweep_t *sweep, llr_error_t *error);
void llr_sweep_drop_rows(llr_sweep_t *sweep);

#endif
