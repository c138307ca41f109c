/* Reading a journal back: which records count, and what is refused. */
#include "base/memory.h"
#include "store/journal_segment.h"

#include <stdlib.h>
#include <string.h>

/* The first record seen of a unit. */
typedef struct seen {
    llr_hash_t result;
    int64_t segment; /* 1 + its index, 0: none yet */
} seen_t;

typedef struct reading {
    const char *folder;
    llr_segments_t segments;
    llr_journal_identity_t identity; /* of all segments, once known */
    bool known;
    seen_t *seen; /* identity.units */
    llr_journal_visitor_t *visit;
    void *argument;
    llr_journal_state_t state;
} reading_t;

static llr_code_t refuse_damage(const llr_segment_t *segment, int64_t offset, llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID,
                    "%s: damaged at byte %lld, with whole records after it; move this file out of "
                    "the journal folder and resume: the units in it are solved again",
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
    if (!llr_hash_equal(theirs->job, ours->job) ||
        !llr_hash_equal(theirs->content, ours->content) || theirs->units != ours->units)
        return refuse_identity(path, theirs, ours, error);
    if (!reading->seen) reading->seen = llr_alloc(ours->units, sizeof *reading->seen);
    if (!reading->seen)
        return llr_fail_memory(error, ours->units * (int64_t)sizeof *reading->seen,
                               "the list of units");
    return LLR_OK;
}

static llr_code_t refuse_difference(const reading_t *reading, const llr_segment_t *segment,
                                    int64_t unit, llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID,
                    "unit %lld has different results in %s and in %s (another CPU, BLAS or program "
                    "version?); move one of these files out of the journal folder and resume",
                    (long long)unit, reading->segments.path[reading->seen[unit].segment - 1],
                    segment->path);
}

static llr_code_t take_record(reading_t *reading, llr_segment_t *segment, int64_t index,
                              const llr_journal_record_t *record, llr_error_t *error)
{
    if (record->unit < 0 || record->unit >= reading->identity.units)
        return llr_fail(error, LLR_INVALID, "%s: names unit %lld, the job has %lld", segment->path,
                        (long long)record->unit, (long long)reading->identity.units);
    seen_t *seen = &reading->seen[record->unit];
    if (seen->segment && !llr_hash_equal(seen->result, record->result))
        return refuse_difference(reading, segment, record->unit, error);
    if (seen->segment) {
        reading->state.duplicates++;
        return LLR_OK;
    }
    *seen = (seen_t){record->result, index + 1};
    reading->state.records++;
    return reading->visit
               ? reading->visit(reading->argument, record->unit,
                                segment->record.data + sizeof *record, record->bytes, error)
               : LLR_OK;
}

/* What does not match ends the segment, unless whole records show that it is not the end. */
static llr_code_t drop_tail(reading_t *reading, llr_segment_t *segment, int64_t offset,
                            llr_whole_t whole, llr_error_t *error)
{
    bool goes_on = false;
    if (whole == LLR_BAD) LLR_TRY(llr_segment_goes_on(segment, offset + 1, &goes_on, error));
    if (goes_on) return refuse_damage(segment, offset, error);
    reading->state.torn_bytes += segment->size - offset;
    return LLR_OK;
}

static llr_code_t read_segment(reading_t *reading, llr_segment_t *segment, int64_t index,
                               llr_error_t *error)
{
    llr_journal_head_t head;
    llr_journal_record_t record;
    llr_whole_t whole;
    LLR_TRY(llr_segment_head(segment, &head, &whole, error));
    if (whole != LLR_WHOLE) return drop_tail(reading, segment, 0, whole, error);
    LLR_TRY(settle_identity(reading, segment->path, &head.identity, error));
    for (int64_t offset = sizeof head; offset < segment->size;) {
        LLR_TRY(llr_segment_record(segment, offset, &record, &whole, error));
        if (whole != LLR_WHOLE) return drop_tail(reading, segment, offset, whole, error);
        LLR_TRY(take_record(reading, segment, index, &record, error));
        offset += (int64_t)sizeof record + record.bytes + (int64_t)sizeof record.check;
    }
    return LLR_OK;
}

static llr_code_t read_all(reading_t *reading, llr_error_t *error)
{
    LLR_TRY(llr_segments_list(&reading->segments, reading->folder, error));
    reading->state.segments = reading->segments.count;
    llr_code_t code = LLR_OK;
    for (int64_t i = 0; i < reading->segments.count && code == LLR_OK; i++) {
        llr_segment_t segment;
        code = llr_segment_open(&segment, reading->segments.path[i], error);
        if (code == LLR_OK) code = read_segment(reading, &segment, i, error);
        llr_segment_close(&segment);
    }
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

static llr_code_t first_head(const llr_segments_t *segments, llr_journal_identity_t *identity,
                             bool *found, llr_error_t *error)
{
    for (int64_t i = 0; i < segments->count && !*found; i++) {
        llr_segment_t segment;
        llr_journal_head_t head;
        llr_whole_t whole = LLR_TORN;
        llr_code_t code = llr_segment_open(&segment, segments->path[i], error);
        if (code == LLR_OK) code = llr_segment_head(&segment, &head, &whole, error);
        llr_segment_close(&segment);
        LLR_TRY(code);
        if (whole != LLR_WHOLE) continue;
        *identity = head.identity;
        *found = true;
    }
    return LLR_OK;
}

llr_code_t llr_journal_identify(const char *folder, llr_journal_identity_t *identity,
                                llr_error_t *error)
{
    llr_segments_t segments;
    bool found = false;
    llr_code_t code = llr_segments_list(&segments, folder, error);
    if (code == LLR_OK) code = first_head(&segments, identity, &found, error);
    llr_segments_destroy(&segments);
    if (code == LLR_OK && !found)
        code = llr_fail(error, LLR_INVALID, "%s: no journal of a sweep is here", folder);
    return code;
}
