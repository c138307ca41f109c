/* Looks through a whole journal without stopping at what is wrong, and says what is. */
#ifndef LLR_STORE_JOURNAL_CHECK_H
#define LLR_STORE_JOURNAL_CHECK_H

#include "store/journal_segment.h"

/* Bytes that match no check, with whole records after them. */
typedef struct llr_damage {
    int64_t offset, bytes;
    int64_t before; /* whole records in front of it */
} llr_damage_t;

typedef struct llr_segment_facts {
    const char *path; /* borrowed from the list of segments */
    int64_t epoch;
    int64_t records;    /* whole ones */
    int64_t duplicates; /* records whose unit was seen before with the same result */
    int64_t differing;  /* records of units that have different results */
    int64_t outside;    /* records of units that the job does not have */
    int64_t torn_at, torn_bytes;
    llr_damage_t *damage; /* owned, in order; at offset 0: the head is damaged */
    int64_t damages, room;
    bool headed;                     /* its head is whole ... */
    llr_journal_identity_t identity; /* ... and says this */
    bool foreign;                    /* ... which is another sweep */
    int lock;                        /* descriptor that holds the lock, or -1 */
    bool held;                       /* a run holds the lock */
} llr_segment_facts_t;

/* What is known of a unit. */
typedef struct llr_unit_seen {
    llr_hash_t result; /* of its first record */
    bool found, differs;
} llr_unit_seen_t;

typedef struct llr_journal_check {
    const char *folder; /* borrowed */
    llr_segments_t segments;
    llr_segment_facts_t *segment; /* owned, segments.count */
    llr_journal_identity_t identity;
    bool known;     /* the identity: else no record can be told to belong here */
    bool ambiguous; /* no whole head has the identity given, or none was given and heads differ */
    llr_unit_seen_t *unit; /* owned, identity.units; NULL while the identity is not known */
    int64_t found;         /* units that have a record */
    int64_t duplicates;    /* records */
    int64_t differing;     /* units that have different results */
} llr_journal_check_t;

/* Looks at all segments of a journal folder. identity: what they should belong to (NULL: what all
 * whole heads say). lock: takes each segment's lock first and keeps it until the end of the check,
 * so that no run writes and no other repair works in it; a lock that a run holds is a fact too.
 * LLR_FAILED: cannot be read. LLR_INVALID: a segment of another format version. To be destroyed in
 * any case. */
llr_code_t llr_journal_check(llr_journal_check_t *check, const char *folder,
                             const llr_journal_identity_t *identity, bool lock, llr_error_t *error);
void llr_journal_check_destroy(llr_journal_check_t *check);

/* Would a resume refuse the segment, the journal? A torn tail is no reason. */
bool llr_segment_refused(const llr_segment_facts_t *facts);
bool llr_journal_refused(const llr_journal_check_t *check);

/* Records of a segment that is not foreign: of a unit of the job with one result wherever it
 * stands; or with several. */
bool llr_journal_record_counts(const llr_journal_check_t *check,
                               const llr_journal_record_t *record);
bool llr_journal_record_differs(const llr_journal_check_t *check,
                                const llr_journal_record_t *record);

#endif
