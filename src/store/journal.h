/* The journal: one segment a run, append-only checksummed records, one write() each. A record that
 * llr_journal_append returned from survives SIGKILL of any rank; llr_journal_sync makes it survive
 * a power cut. One writer (rank 0). */
#ifndef LLR_STORE_JOURNAL_H
#define LLR_STORE_JOURNAL_H

#include "base/error.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stdint.h>

/* What a journal belongs to: written at the head of every segment, compared on resume. */
typedef struct llr_journal_identity {
    llr_hash_t job;     /* fingerprint of the resolved job */
    llr_hash_t content; /* hash over the content ids of all datasets */
    int64_t units;
} llr_journal_identity_t;

bool llr_journal_same(const llr_journal_identity_t *a, const llr_journal_identity_t *b);

typedef struct llr_journal llr_journal_t;

/* Called for every record found, in segment order: unit and its payload (borrowed for the call). A
 * non-OK return ends the reading and is returned. */
typedef llr_code_t llr_journal_visitor_t(void *argument, int64_t unit, const void *payload,
                                         int64_t bytes, llr_error_t *error);

/* Facts about the segments of a folder. */
typedef struct llr_journal_state {
    int64_t segments; /* files, those killed at birth included */
    int64_t records;  /* visited */
    int64_t duplicates, torn_bytes;
} llr_journal_state_t;

/* Reads all segments DIR/<epoch>-<host>-<pid>.log. Of records of one unit with the same result hash
 * the first is visited, the others counted as duplicates; different ones are refused (LLR_INVALID),
 * as is damage in the middle of a segment (path and offset), each naming the command that repairs
 * the result folder, the parent of this one. A torn tail is dropped and counted. A folder that is
 * not there is an empty journal. identity: what every segment must belong to (NULL: what the first
 * one belongs to); a difference is LLR_INVALID, saying what changed. Other runs may be appending
 * meanwhile. state may be NULL. */
llr_code_t llr_journal_read(const char *folder, const llr_journal_identity_t *identity,
                            llr_journal_visitor_t *visit, void *argument,
                            llr_journal_state_t *state, llr_error_t *error);

/* The identity in the first readable segment head; found false: no run has finished a unit here.
 * LLR_INVALID: the folder is not there. */
llr_code_t llr_journal_identify(const char *folder, llr_journal_identity_t *identity, bool *found,
                                llr_error_t *error);

/* Creates the folder where missing and this run's segment (O_EXCL), after all that are there.
 * While it is open a shared lock (flock) says that it is being written, where the file system has
 * locks; the end of the process, however it comes, takes the lock away. *journal owned by the
 * caller. */
llr_code_t llr_journal_create(llr_journal_t **journal, const char *folder,
                              const llr_journal_identity_t *identity, llr_error_t *error);
/* Whether every segment in the folder is of this sweep, by their heads alone. Asked once one's own
 * is there, it tells of another sweep that began after the journal was read. LLR_INVALID: as
 * llr_journal_read. */
llr_code_t llr_journal_check_heads(const char *folder, const llr_journal_identity_t *identity,
                                   llr_error_t *error);
/* llr_journal_create in the place of a given epoch: read with the segments of that epoch. 0: after
 * all. */
llr_code_t llr_journal_create_in(llr_journal_t **journal, const char *folder, int64_t epoch,
                                 const llr_journal_identity_t *identity, llr_error_t *error);
/* Path of the segment; borrowed. */
const char *llr_journal_path(const llr_journal_t *journal);
/* Appends one record. result: hash of what any two solves of this unit must agree on, that is the
 * payload without timing and placement. When it fails (disk full) the segment is cut back to its
 * last whole record, so the journal stays intact; LLR_FAILED with errno in words. A limit on file
 * sizes shows as such a failure only where SIGXFSZ is ignored. */
llr_code_t llr_journal_append(llr_journal_t *journal, int64_t unit, const void *payload,
                              int64_t bytes, llr_hash_t result, llr_error_t *error);
/* fdatasync when something was appended since the last one. */
llr_code_t llr_journal_sync(llr_journal_t *journal, llr_error_t *error);
/* Syncs, closes, removes a segment without records; sets *journal to NULL. NULL is accepted. */
llr_code_t llr_journal_close(llr_journal_t **journal, llr_error_t *error);
/* Closes and removes the segment with all its records. */
void llr_journal_discard(llr_journal_t **journal);

#endif
