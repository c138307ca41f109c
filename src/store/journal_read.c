/* Reading a journal back: which records count, and what is refused. */
#include "base/memory.h"
#include "store/folder.h"
#include "store/journal_segment.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first record seen of a unit. */
typedef struct seen {
    llr_hash_t result;
    int64_t segment; /* 1 + its index, 0: none yet */
} seen_t;

typedef struct reading {
    const char *folder;
    llr_segments_t segments;
    int64_t at;                      /* index of the segment being read */
    llr_journal_identity_t identity; /* of all segments, once known */
    bool known;
    seen_t *seen; /* identity.units */
    llr_journal_visitor_t *visit;
    void *argument;
    llr_journal_state_t state;
} reading_t;

/* Refuses what is wrong in the journal, and names the command that mends it. */
static llr_code_t refuse(const reading_t *reading, llr_error_t *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static llr_code_t refuse(const reading_t *reading, llr_error_t *error, const char *format, ...)
{
    char wrong[LLR_ERROR_TEXT];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(wrong, sizeof wrong, format, arguments);
    va_end(arguments);
    char *results = llr_folder_parent(reading->folder);
    llr_code_t code = llr_fail(error, LLR_INVALID, "%s; `llrsweep journal repair %s` mends it",
                               wrong, results ? results : "DIR");
    free(results);
    return code;
}

static llr_code_t refuse_damage(const reading_t *reading, const llr_segment_t *segment,
                                int64_t offset, llr_error_t *error)
{
    return refuse(reading, error, "%s: damaged at byte %lld, with whole records after it",
                  segment->path, (long long)offset);
}

static llr_code_t refuse_identity(const char *path, const llr_journal_identity_t *theirs,
                                  const llr_journal_identity_t *ours, llr_error_t *error)
{
    llr_text_t changed = {0};
    if (!llr_hash_equal(theirs->job, ours->job)) llr_text_add(&changed, ", the job file");
    if (!llr_hash_equal(theirs->content, ours->content))
        llr_text_add(&changed, ", the contents of a dataset");
    if (theirs->units != ours->units)
        llr_text_add(&changed, ", the number of units (%lld then, %lld now)",
                     (long long)theirs->units, (long long)ours->units);
    llr_code_t code = llr_fail(error, LLR_INVALID,
                               "%s belongs to another sweep; changed since: %s; use another output "
                               "folder, or restore what was changed",
                               path, changed.failed ? "?" : changed.data + 2);
    llr_text_destroy(&changed);
    return code;
}

static llr_code_t settle_identity(reading_t *reading, const char *path,
                                  const llr_journal_identity_t *theirs, llr_error_t *error)
{
    const llr_journal_identity_t *ours = &reading->identity;
    if (!reading->known) reading->identity = *theirs;
    reading->known = true;
    if (!llr_journal_same(theirs, ours)) return refuse_identity(path, theirs, ours, error);
    if (!reading->seen) reading->seen = llr_alloc(ours->units, sizeof *reading->seen);
    if (!reading->seen)
        return llr_fail_memory(error, ours->units * (int64_t)sizeof *reading->seen,
                               "the list of units");
    return LLR_OK;
}

static llr_code_t refuse_difference(const reading_t *reading, const llr_segment_t *segment,
                                    int64_t unit, llr_error_t *error)
{
    return refuse(reading, error,
                  "unit %lld has different results in %s and in %s (another CPU, BLAS or program "
                  "version?)",
                  (long long)unit, reading->segments.path[reading->seen[unit].segment - 1],
                  segment->path);
}

static llr_code_t take_record(reading_t *reading, const llr_segment_t *segment,
                              const llr_journal_record_t *record, llr_error_t *error)
{
    if (record->unit < 0 || record->unit >= reading->identity.units)
        return refuse(reading, error, "%s: names unit %lld, the job has %lld", segment->path,
                      (long long)record->unit, (long long)reading->identity.units);
    seen_t *seen = &reading->seen[record->unit];
    if (seen->segment && !llr_hash_equal(seen->result, record->result))
        return refuse_difference(reading, segment, record->unit, error);
    if (seen->segment) {
        reading->state.duplicates++;
        return LLR_OK;
    }
    *seen = (seen_t){record->result, reading->at + 1};
    reading->state.records++;
    return reading->visit
               ? reading->visit(reading->argument, record->unit,
                                segment->record.data + sizeof *record, record->bytes, error)
               : LLR_OK;
}

static llr_code_t take_piece(void *argument, const llr_segment_t *segment, const llr_piece_t *piece,
                             llr_error_t *error)
{
    reading_t *reading = argument;
    switch (piece->kind) {
    case LLR_PIECE_HEAD:
        return settle_identity(reading, segment->path, &piece->head.identity, error);
    case LLR_PIECE_RECORD:
        return take_record(reading, segment, &piece->record, error);
    case LLR_PIECE_DAMAGE:
        return refuse_damage(reading, segment, piece->offset, error);
    case LLR_PIECE_TORN:
        reading->state.torn_bytes += piece->bytes;
    }
    return LLR_OK;
}

static llr_code_t read_all(reading_t *reading, llr_error_t *error)
{
    LLR_TRY(llr_segments_list(&reading->segments, reading->folder, error));
    reading->state.segments = reading->segments.count;
    llr_code_t code = LLR_OK;
    for (; reading->at < reading->segments.count && code == LLR_OK; reading->at++)
        code = llr_segment_walk(reading->segments.path[reading->at], take_piece, reading, error);
    return code;
}

llr_code_t llr_journal_read(const char *folder, const llr_journal_identity_t *identity,
                            llr_journal_visitor_t *visit, void *argument,
                            llr_journal_state_t *state, llr_error_t *error)
{
    reading_t reading = {.folder = folder, .visit = visit, .argument = argument};
    if (identity) {
        reading.identity = *identity;
        reading.known = true;
    }
    llr_code_t code = read_all(&reading, error);
    if (state) *state = reading.state;
    llr_segments_destroy(&reading.segments);
    free(reading.seen);
    return code;
}

static llr_code_t read_head(const char *path, llr_journal_identity_t *identity, bool *found,
                            llr_error_t *error)
{
    llr_segment_t segment;
    llr_journal_head_t head;
    llr_whole_t whole = LLR_TORN;
    llr_code_t code = llr_segment_open(&segment, path, error);
    if (code == LLR_OK) code = llr_segment_head(&segment, &head, &whole, error);
    llr_segment_close(&segment);
    *found = code == LLR_OK && whole == LLR_WHOLE;
    if (*found) *identity = head.identity;
    return code;
}

static llr_code_t first_head(const llr_segments_t *segments, llr_journal_identity_t *identity,
                             bool *found, llr_error_t *error)
{
    for (int64_t i = 0; i < segments->count && !*found; i++)
        LLR_TRY(read_head(segments->path[i], identity, found, error));
    return LLR_OK;
}

llr_code_t llr_journal_check_heads(const char *folder, const llr_journal_identity_t *identity,
                                   llr_error_t *error)
{
    llr_segments_t segments;
    llr_journal_identity_t theirs;
    bool found;
    llr_code_t code = llr_segments_list(&segments, folder, error);
    for (int64_t i = 0; i < segments.count && code == LLR_OK; i++) {
        code = read_head(segments.path[i], &theirs, &found, error);
        if (code == LLR_OK && found && !llr_journal_same(&theirs, identity))
            code = refuse_identity(segments.path[i], &theirs, identity, error);
    }
    llr_segments_destroy(&segments);
    return code;
}

llr_code_t llr_journal_identify(const char *folder, llr_journal_identity_t *identity, bool *found,
                                llr_error_t *error)
{
    llr_segments_t segments;
    *found = false;
    if (access(folder, F_OK))
        return llr_fail(error, LLR_INVALID, "%s: no journal of a sweep is here", folder);
    llr_code_t code = llr_segments_list(&segments, folder, error);
    if (code == LLR_OK) code = first_head(&segments, identity, found, error);
    llr_segments_destroy(&segments);
    return code;
}
