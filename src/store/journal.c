#include "store/journal.h"

#include "base/memory.h"
#include "store/folder.h"
#include "store/journal_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
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

static char *segment_path(const char *folder, int64_t epoch)
{
    char host[LLR_HOST_TEXT];
    llr_text_t path = {0};
    llr_text_add(&path, "%s/%06lld-%s-%ld.log", folder, (long long)epoch, llr_host_text(host),
                 (long)getpid());
    return path.failed ? NULL : path.data;
}

/* A file that is new for certain: the first free epoch after all that are there. */
static llr_code_t create_segment(llr_journal_t *journal, llr_error_t *error)
{
    llr_segments_t segments;
    llr_code_t code = llr_segments_list(&segments, journal->folder, error);
    int64_t epoch = segments.last_epoch;
    llr_segments_destroy(&segments);
    LLR_TRY(code);
    do {
        free(journal->path);
        journal->path = segment_path(journal->folder, ++epoch);
        if (!journal->path) return llr_fail_memory(error, 0, "a path");
        journal->file =
            open(journal->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    } while (journal->file < 0 && errno == EEXIST);
    return journal->file < 0 ? fail_writing(journal, errno, error) : LLR_OK;
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
    *journal = NULL;
    LLR_TRY(llr_folder_make(folder, error));
    llr_journal_t *made = llr_alloc(1, sizeof *made);
    if (made) made->folder = llr_copy_text(folder);
    if (!made || !made->folder) {
        free(made);
        return llr_fail_memory(error, sizeof *made, "the journal");
    }
    made->file = -1;
    llr_code_t code = create_segment(made, error);
    if (code == LLR_OK) code = start_segment(made, identity, error);
    if (code == LLR_OK)
        *journal = made;
    else
        llr_journal_close(&made, NULL);
    return code;
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
