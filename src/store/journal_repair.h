/* Mends a journal that a resume refuses: whole records go to new segments, the files as they were
 * stay beside them under another name. Nothing is deleted. */
#ifndef LLR_STORE_JOURNAL_REPAIR_H
#define LLR_STORE_JOURNAL_REPAIR_H

#include "store/journal_check.h"

/* What was done with one segment. */
typedef struct llr_repair_step {
    const llr_segment_facts_t *facts; /* of the file before */
    const char *aside;                /* its name now */
    const char *rewritten;            /* the segment in its place; NULL: no record was kept */
    int64_t kept;                     /* records */
} llr_repair_step_t;

typedef void llr_repair_visitor_t(void *argument, const llr_repair_step_t *step);

/* LLR_INVALID, with the reason: the check is ambiguous, or a run is writing what would be replaced
 * (known where the check was made with locks). */
llr_code_t llr_journal_can_repair(const llr_journal_check_t *check, llr_error_t *error);

/* Replaces every segment that a resume would refuse or that has a torn tail. Kept are the whole
 * records of units of the job that have one result wherever they stand; of a segment of another
 * sweep, or where nothing says which sweep a damaged head belonged to, none. A kill at any instant
 * loses no record and leaves a journal that is accepted with what this would have kept, or refused
 * and can be repaired again.
 * check: made with locks, and not to be used for another repair. done is called after every file.
 * LLR_INVALID: as llr_journal_can_repair, nothing is changed. LLR_FAILED: cannot be written, in
 * words; to be repaired again. */
llr_code_t llr_journal_repair(const llr_journal_check_t *check, llr_repair_visitor_t *done,
                              void *argument, llr_error_t *error);

#endif
