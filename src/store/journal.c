#include "store/journal.h"

#include "base/memory.h"
#include "store/folder.h"
#include "store/journal_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct llr_journal {
    int file;
    char *folder, *path; /* owned */
    int64_t end;         /* bytes up to the last whole record */
    int64_t records;
    bool unsynced;
    bool torn;         /* could not be cut back: nothing may follow */
    llr_text_t record; /* owned: the record being written */
};

static llr_code_t fail_writing(const llr_journal_t *journal, int failure, llr_error_t *error)
{
    return llr_fail(error, LLR_FAILED,
                    "%s: cannot be written: %s; what was finished before is safe, resume when this "
                    "is mended",
                    journal->path, strerror(failure));
}

/* The name of this process's nth segment of an epoch. */
static char *segment_path(const char *folder, int64_t epoch, int nth)
{
    char host[LLR_HOST_TEXT];
    llr_text_t path = {0};
    llr_text_add(&path, "%s/%06lld-%s-%ld", folder, (long long)epoch, llr_host_text(host),
                 (long)getpid());
    if (nth > 1) llr_text_add(&path, "-%d", nth);
    llr_text_add(&path, ".log");
    return path.failed ? NULL : path.data;
}

/* Opens a file that is new for certain. LLR_OK with file -1: the name is taken. For reading too:
 * some network file systems lock nothing else. */
static llr_code_t open_new(llr_journal_t *journal, int64_t epoch, int nth, llr_error_t *error)
{
    free(journal->path);
    journal->path = segment_path(journal->folder, epoch, nth);
    if (!journal->path) return llr_fail_memory(error, 0, "a path");
    journal->file = open(journal->path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (journal->file < 0) return errno == EEXIST ? LLR_OK : fail_writing(journal, errno, error);
    if (!flock(journal->file, LOCK_SH | LOCK_NB) || errno != EWOULDBLOCK) return LLR_OK;
    close(journal->file); /* a repair was quicker: it leaves a file without bytes alone */
    journal->file = -1;
    unlink(journal->path);
    return LLR_OK;
}

/* In the first free epoch after all that are there, or in the given one (> 0). */
static llr_code_t create_segment(llr_journal_t *journal, int64_t given, llr_error_t *error)
{
    llr_segments_t segments;
    llr_code_t code = llr_segments_list(&segments, journal->folder, error);
    int64_t epoch = given ? given : segments.last_epoch + 1;
    llr_segments_destroy(&segments);
    LLR_TRY(code);
    for (int nth = 1; journal->file < 0;) {
        LLR_TRY(open_new(journal, epoch, nth, error));
        if (given)
            nth++;
        else
            epoch++;
    }
    return LLR_OK;
}

static llr_code_t start_segment(llr_journal_t *journal, const llr_journal_identity_t *identity,
                                llr_error_t *error)
{
    llr_journal_head_t head = llr_journal_head(identity);
    int failure = llr_write_all(journal->file, &head, sizeof head);
    if (!failure && fdatasync(journal->file)) failure = errno;
    if (failure) return fail_writing(journal, failure, error);
    journal->end = sizeof head;
    return llr_folder_sync(journal->folder, error);
}

llr_code_t llr_journal_create(llr_journal_t **journal, const char *folder,
                              const llr_journal_identity_t *identity, llr_error_t *error)
{
    return llr_journal_create_in(journal, folder, 0, identity, error);
}

llr_code_t llr_journal_create_in(llr_journal_t **journal, const char *folder, int64_t epoch,
                                 const llr_journal_identity_t *identity, llr_error_t *error)
{
    *journal = NULL;
    LLR_TRY(llr_folder_make(folder, error));
    llr_journal_t *made = llr_alloc(1, sizeof *made);
    if (made) made->folder = llr_copy_text(folder);
    if (!made || !made->folder) {
        free(made);
        return llr_fail_memory(error, sizeof *made, "the journal");
    }
    made->file = -1;
    llr_code_t code = create_segment(made, epoch, error);
    if (code == LLR_OK) code = start_segment(made, identity, error);
    if (code == LLR_OK)
        *journal = made;
    else
        llr_journal_close(&made, NULL);
    return code;
}

const char *llr_journal_path(const llr_journal_t *journal)
{
    return journal->path;
}

llr_code_t llr_journal_append(llr_journal_t *journal, int64_t unit, const void *payload,
                              int64_t bytes, llr_hash_t result, llr_error_t *error)
{
    if (journal->torn) return fail_writing(journal, EIO, error);
    llr_text_t *record = &journal->record;
    llr_journal_encode(record, unit, payload, bytes, result);
    if (record->failed) {
        llr_text_destroy(record);
        return llr_fail_memory(error, bytes, "a journal record");
    }
    int failure = llr_write_all(journal->file, record->data, record->length);
    if (failure) {
        journal->torn = ftruncate(journal->file, journal->end) != 0;
        return fail_writing(journal, failure, error);
    }
    journal->end += record->length;
    journal->records++;
    journal->unsynced = true;
    return LLR_OK;
}

llr_code_t llr_journal_sync(llr_journal_t *journal, llr_error_t *error)
{
    if (!journal->unsynced) return LLR_OK;
    if (fdatasync(journal->file)) return fail_writing(journal, errno, error);
    journal->unsynced = false;
    return LLR_OK;
}

llr_code_t llr_journal_close(llr_journal_t **journal, llr_error_t *error)
{
    llr_journal_t *closing = *journal;
    *journal = NULL;
    if (!closing) return LLR_OK;
    llr_code_t code = LLR_OK;
    if (closing->file >= 0) {
        code = llr_journal_sync(closing, error);
        if (close(closing->file) && code == LLR_OK) code = fail_writing(closing, errno, error);
        if (!closing->records) unlink(closing->path);
    }
    free(closing->folder);
    free(closing->path);
    llr_text_destroy(&closing->record);
    free(closing);
    return code;
}

void llr_journal_discard(llr_journal_t **journal)
{
    if (*journal) (*journal)->records = 0;
    llr_journal_close(journal, NULL);
}
