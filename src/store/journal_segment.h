/* One segment of a journal as bytes: what stands where, and what is whole. Private to the journal.
 *
 *   head    magic, version, identity, check                       64 bytes
 *   record  mark, unit, bytes, result, check of these             48 bytes
 *           payload                                               bytes
 *           check of all of the record before it                   8 bytes
 *
 * A check is the low half of the hash of the bytes it covers. The record's first check guards the
 * length: a record whose length is known to be right and that runs past the end of the file is a
 * torn one, any other mismatch is told apart by what follows it. Numbers are little-endian. */
#ifndef LLR_STORE_JOURNAL_SEGMENT_H
#define LLR_STORE_JOURNAL_SEGMENT_H

#include "base/text.h"
#include "store/journal.h"

typedef struct llr_journal_head {
    char magic[8];
    int64_t version;
    llr_journal_identity_t identity;
    uint64_t check;
} llr_journal_head_t;

typedef struct llr_journal_record {
    char mark[8];
    int64_t unit, bytes; /* of the payload */
    llr_hash_t result;   /* of the numbers in the payload that every solve of the unit repeats */
    uint64_t check;
} llr_journal_record_t;

llr_journal_head_t llr_journal_head(const llr_journal_identity_t *identity);

/* Replaces what out holds by the bytes of one record; a failure shows in out->failed. */
void llr_journal_encode(llr_text_t *out, int64_t unit, const void *payload, int64_t bytes,
                        llr_hash_t result);

bool llr_journal_same(const llr_journal_identity_t *a, const llr_journal_identity_t *b);

/* The segments of a folder by epoch, then name. */
typedef struct llr_segments {
    char **path;    /* owned, each owned */
    int64_t *epoch; /* owned */
    int64_t count, last_epoch;
} llr_segments_t;

/* A folder that is not there has none. LLR_FAILED: path and errno in words. */
llr_code_t llr_segments_list(llr_segments_t *segments, const char *folder, llr_error_t *error);
void llr_segments_destroy(llr_segments_t *segments);

/* A segment open for reading. */
typedef struct llr_segment {
    const char *path; /* borrowed */
    int file;
    int64_t size;      /* bytes when it was opened: another run may be appending */
    llr_text_t record; /* owned: bytes of the last record read */
} llr_segment_t;

/* A file that is gone is an empty segment. */
llr_code_t llr_segment_open(llr_segment_t *segment, const char *path, llr_error_t *error);
void llr_segment_close(llr_segment_t *segment);

typedef enum llr_whole {
    LLR_WHOLE, /* it is there and matches its checks */
    LLR_TORN,  /* the file ends inside it */
    LLR_BAD    /* it does not match its checks */
} llr_whole_t;

/* LLR_FAILED: cannot be read (path, errno in words). LLR_INVALID: of another format version. */
llr_code_t llr_segment_head(llr_segment_t *segment, llr_journal_head_t *head, llr_whole_t *whole,
                            llr_error_t *error);

/* What a segment is made of, from its first byte to its last. */
typedef enum llr_piece_kind {
    LLR_PIECE_HEAD,
    LLR_PIECE_RECORD, /* its payload stands in segment->record behind the record */
    LLR_PIECE_DAMAGE, /* matches no check, and a whole record follows: the next piece */
    LLR_PIECE_TORN    /* the rest: nothing whole follows */
} llr_piece_kind_t;

typedef struct llr_piece {
    llr_piece_kind_t kind;
    int64_t offset, bytes;
    llr_journal_head_t head;     /* of a head */
    llr_journal_record_t record; /* of a record */
} llr_piece_t;

/* Called for every piece of a segment; a non-OK return ends the walk and is returned. */
typedef llr_code_t llr_piece_visitor_t(void *argument, const llr_segment_t *segment,
                                       const llr_piece_t *piece, llr_error_t *error);

/* Opens a segment, visits its pieces in order, closes it. */
llr_code_t llr_segment_walk(const char *path, llr_piece_visitor_t *visit, void *argument,
                            llr_error_t *error);

#endif
