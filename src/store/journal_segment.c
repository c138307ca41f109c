#include "store/journal_segment.h"

#include "base/memory.h"
#include "store/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the journal is little-endian");
_Static_assert(sizeof(llr_journal_head_t) == 64, "no padding in a head");
_Static_assert(sizeof(llr_journal_record_t) == 48, "no padding in a record");

static const char head_magic[8] = "LLRJOURN";
static const char record_mark[8] = "\xc5LLRrec\n";
enum { FORMAT_VERSION = 1 };

bool llr_journal_same(const llr_journal_identity_t *a, const llr_journal_identity_t *b)
{
    return llr_hash_equal(a->job, b->job) && llr_hash_equal(a->content, b->content) &&
           a->units == b->units;
}

static uint64_t check_of(const void *bytes, int64_t count)
{
    return llr_hash_bytes(bytes, count).low;
}

llr_journal_head_t llr_journal_head(const llr_journal_identity_t *identity)
{
    llr_journal_head_t head = {.version = FORMAT_VERSION, .identity = *identity};
    memcpy(head.magic, head_magic, sizeof head.magic);
    head.check = check_of(&head, offsetof(llr_journal_head_t, check));
    return head;
}

void llr_journal_encode(llr_text_t *out, int64_t unit, const void *payload, int64_t bytes,
                        llr_hash_t result)
{
    llr_journal_record_t record = {.unit = unit, .bytes = bytes, .result = result};
    memcpy(record.mark, record_mark, sizeof record.mark);
    record.check = check_of(&record, offsetof(llr_journal_record_t, check));
    out->length = 0;
    llr_text_add_bytes(out, &record, sizeof record);
    llr_text_add_bytes(out, payload, bytes);
    if (out->failed) return;
    uint64_t check = check_of(out->data, out->length);
    llr_text_add_bytes(out, &check, sizeof check);
}

/* The epoch in "<epoch>-<host>-<pid>.log", or -1 for any other file. */
static int64_t epoch_of(const char *name)
{
    size_t digits = strspn(name, "0123456789"), length = strlen(name);
    if (digits == 0 || digits > 15 || name[digits] != '-') return -1;
    if (length < digits + 5 || strcmp(name + length - 4, ".log")) return -1;
    return strtoll(name, NULL, 10);
}

static int add_segment(llr_segments_t *segments, const char *folder, const char *name,
                       int64_t epoch, int64_t *path_room, int64_t *epoch_room)
{
    llr_text_t path = {0};
    llr_text_add(&path, "%s/%s", folder, name);
    if (path.failed ||
        llr_grow((void **)&segments->path, segments->count, path_room, sizeof *segments->path) ||
        llr_grow((void **)&segments->epoch, segments->count, epoch_room, sizeof *segments->epoch)) {
        llr_text_destroy(&path);
        return -1;
    }
    int64_t i = segments->count++;
    for (; i > 0 &&
           (segments->epoch[i - 1] > epoch ||
            (segments->epoch[i - 1] == epoch && strcmp(segments->path[i - 1], path.data) > 0));
         i--) {
        segments->path[i] = segments->path[i - 1];
        segments->epoch[i] = segments->epoch[i - 1];
    }
    segments->path[i] = path.data;
    segments->epoch[i] = epoch;
    segments->last_epoch = segments->epoch[segments->count - 1];
    return 0;
}

llr_code_t llr_segments_list(llr_segments_t *segments, const char *folder, llr_error_t *error)
{
    *segments = (llr_segments_t){0};
    DIR *list = opendir(folder);
    if (!list && errno == ENOENT) return LLR_OK;
    if (!list)
        return llr_fail(error, LLR_FAILED, "%s: cannot be read: %s", folder, strerror(errno));
    int64_t path_room = 0, epoch_room = 0;
    int failed = 0;
    for (struct dirent *entry; !failed && (entry = readdir(list));) {
        int64_t epoch = epoch_of(entry->d_name);
        if (epoch >= 0)
            failed = add_segment(segments, folder, entry->d_name, epoch, &path_room, &epoch_room);
    }
    closedir(list);
    return failed ? llr_fail_memory(error, segments->count, "the list of segments") : LLR_OK;
}

void llr_segments_destroy(llr_segments_t *segments)
{
    for (int64_t i = 0; i < segments->count; i++) free(segments->path[i]);
    free(segments->path);
    free(segments->epoch);
    *segments = (llr_segments_t){0};
}

static llr_code_t fail_reading(const llr_segment_t *segment, llr_error_t *error)
{
    return llr_fail(error, LLR_FAILED, "%s: cannot be read: %s", segment->path, strerror(errno));
}

llr_code_t llr_segment_open(llr_segment_t *segment, const char *path, llr_error_t *error)
{
    struct stat about;
    *segment = (llr_segment_t){.path = path, .file = open(path, O_RDONLY | O_CLOEXEC)};
    if (segment->file < 0 && errno == ENOENT) return LLR_OK; /* just removed by its own run */
    if (segment->file < 0 || fstat(segment->file, &about)) return fail_reading(segment, error);
    segment->size = about.st_size;
    return LLR_OK;
}

void llr_segment_close(llr_segment_t *segment)
{
    if (segment->file >= 0) close(segment->file);
    llr_text_destroy(&segment->record);
    segment->file = -1;
}

llr_code_t llr_segment_head(llr_segment_t *segment, llr_journal_head_t *head, llr_whole_t *whole,
                            llr_error_t *error)
{
    int64_t got = segment->file < 0 ? 0 : llr_read_up_to(segment->file, 0, head, sizeof *head);
    if (got < 0) return fail_reading(segment, error);
    *whole = LLR_WHOLE;
    if (got < (int64_t)sizeof *head)
        *whole = LLR_TORN;
    else if (memcmp(head->magic, head_magic, sizeof head->magic) ||
             head->check != check_of(head, offsetof(llr_journal_head_t, check)))
        *whole = LLR_BAD;
    else if (head->version != FORMAT_VERSION)
        return llr_fail(error, LLR_INVALID,
                        "%s: journal format %lld, this program reads format %d; resume with the "
                        "version that wrote it, or use another output folder",
                        segment->path, (long long)head->version, FORMAT_VERSION);
    return LLR_OK;
}

static bool is_record(const llr_journal_record_t *record)
{
    return !memcmp(record->mark, record_mark, sizeof record->mark) && record->bytes >= 0 &&
           record->check == check_of(record, offsetof(llr_journal_record_t, check));
}

static llr_code_t read_record(llr_segment_t *segment, int64_t offset, llr_journal_record_t *record,
                              llr_whole_t *whole, llr_error_t *error)
{
    int64_t got = llr_read_up_to(segment->file, offset, record, sizeof *record);
    if (got < 0) return fail_reading(segment, error);
    *whole = got < (int64_t)sizeof *record ? LLR_TORN : LLR_BAD;
    if (*whole == LLR_TORN || !is_record(record)) return LLR_OK;
    int64_t covered = (int64_t)sizeof *record + record->bytes;
    uint64_t check;
    if (covered > segment->size - offset - (int64_t)sizeof check) {
        *whole = LLR_TORN;
        return LLR_OK;
    }
    if (segment->record.room < covered) {
        llr_text_destroy(&segment->record);
        segment->record.data = malloc((size_t)covered);
        if (!segment->record.data) return llr_fail_memory(error, covered, "a journal record");
        segment->record.room = covered;
    }
    got = llr_read_up_to(segment->file, offset, segment->record.data, covered);
    if (got >= 0) got += llr_read_up_to(segment->file, offset + covered, &check, sizeof check);
    if (got < 0) return fail_reading(segment, error);
    if (got < covered + (int64_t)sizeof check)
        *whole = LLR_TORN; /* cut back by the run that writes it, since it was opened */
    else if (check == check_of(segment->record.data, covered))
        *whole = LLR_WHOLE;
    return LLR_OK;
}

/* Where the first whole record at or after an offset starts; the file's end where there is none. */
static llr_code_t find_record(llr_segment_t *segment, int64_t offset, int64_t *found,
                              llr_error_t *error)
{
    enum { WINDOW = 1 << 16, MARK = sizeof record_mark };
    char window[WINDOW];
    *found = segment->size;
    while (offset < segment->size) {
        int64_t got = llr_read_up_to(segment->file, offset, window, WINDOW);
        if (got < 0) return fail_reading(segment, error);
        if (got < MARK) return LLR_OK;
        for (const char *at = window;
             (at = memmem(at, (size_t)(window + got - at), record_mark, MARK)); at++) {
            llr_journal_record_t record;
            llr_whole_t whole;
            LLR_TRY(read_record(segment, offset + (at - window), &record, &whole, error));
            if (whole == LLR_WHOLE) {
                *found = offset + (at - window);
                return LLR_OK;
            }
        }
        offset += got - MARK + 1;
    }
    return LLR_OK;
}

/* What does not match ends the segment, unless a whole record shows that it is not the end. */
static llr_code_t read_piece(llr_segment_t *segment, int64_t offset, llr_piece_t *piece,
                             llr_error_t *error)
{
    llr_whole_t whole;
    llr_journal_record_t *record = &piece->record;
    *piece = (llr_piece_t){.offset = offset};
    LLR_TRY(offset == 0 ? llr_segment_head(segment, &piece->head, &whole, error)
                        : read_record(segment, offset, record, &whole, error));
    if (whole == LLR_WHOLE) {
        piece->kind = offset == 0 ? LLR_PIECE_HEAD : LLR_PIECE_RECORD;
        piece->bytes = offset == 0
                           ? (int64_t)sizeof piece->head
                           : (int64_t)(sizeof *record + sizeof record->check) + record->bytes;
        return LLR_OK;
    }
    int64_t next = segment->size;
    if (whole == LLR_BAD) LLR_TRY(find_record(segment, offset + 1, &next, error));
    piece->kind = next < segment->size ? LLR_PIECE_DAMAGE : LLR_PIECE_TORN;
    piece->bytes = next - offset;
    return LLR_OK;
}

llr_code_t llr_segment_walk(const char *path, llr_piece_visitor_t *visit, void *argument,
                            llr_error_t *error)
{
    llr_segment_t segment;
    llr_piece_t piece;
    llr_code_t code = llr_segment_open(&segment, path, error);
    for (int64_t offset = 0; code == LLR_OK && offset < segment.size; offset += piece.bytes) {
        code = read_piece(&segment, offset, &piece, error);
        if (code == LLR_OK) code = visit(argument, &segment, &piece, error);
    }
    llr_segment_close(&segment);
    return code;
}
