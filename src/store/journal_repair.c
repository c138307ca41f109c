#include "store/journal_repair.h"

#include "store/folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Records on their way into a new segment. */
typedef struct copying {
    const llr_journal_check_t *check;
    llr_journal_t *journal;
    bool (*wanted)(const llr_journal_check_t *check, const llr_journal_record_t *record);
    int64_t copied;
} copying_t;

static bool wants_repair(const llr_segment_facts_t *facts)
{
    return llr_segment_refused(facts) || facts->torn_bytes;
}

llr_code_t llr_journal_can_repair(const llr_journal_check_t *check, llr_error_t *error)
{
    if (check->ambiguous)
        return llr_fail(error, LLR_INVALID,
                        "%s: which sweep it belongs to is not clear: its segments differ from each "
                        "other or from job.yaml beside it; restore job.yaml, or move what is of "
                        "another sweep elsewhere",
                        check->folder);
    for (int64_t i = 0; i < check->segments.count; i++)
        if (check->segment[i].held && wants_repair(&check->segment[i]))
            return llr_fail(error, LLR_INVALID,
                            "a run is writing %s now; stop it first (file `stop` in the result "
                            "folder)",
                            check->segment[i].path);
    return LLR_OK;
}

static llr_code_t copy_record(void *argument, const llr_segment_t *segment,
                              const llr_piece_t *piece, llr_error_t *error)
{
    copying_t *copying = argument;
    const llr_journal_record_t *record = &piece->record;
    if (piece->kind != LLR_PIECE_RECORD || !copying->wanted(copying->check, record)) return LLR_OK;
    copying->copied++;
    return llr_journal_append(copying->journal, record->unit, segment->record.data + sizeof *record,
                              record->bytes, record->result, error);
}

/* The records of one segment that are kept. */
static int64_t kept_of(const llr_journal_check_t *check, const llr_segment_facts_t *facts)
{
    bool ours = check->known && !facts->foreign;
    return ours ? facts->records - facts->differing - facts->outside : 0;
}

static llr_code_t copy_kept(copying_t *copying, const llr_segment_facts_t *facts,
                            llr_error_t *error)
{
    copying->wanted = llr_journal_record_counts;
    LLR_TRY(llr_segment_walk(facts->path, copy_record, copying, error));
    if (copying->copied != kept_of(copying->check, facts))
        return llr_fail(error, LLR_FAILED,
                        "%s: has changed while it was being repaired; is a run writing it?",
                        facts->path);
    return llr_journal_sync(copying->journal, error);
}

/* The new segment stays open, and so locked, for the caller to close. NULL: nothing is kept. */
static llr_code_t rewrite(const llr_journal_check_t *check, const llr_segment_facts_t *facts,
                          llr_journal_t **journal, llr_error_t *error)
{
    copying_t copying = {.check = check};
    if (kept_of(check, facts) == 0) return LLR_OK;
    LLR_TRY(llr_journal_create_in(&copying.journal, check->folder, facts->epoch, &check->identity,
                                  error));
    llr_code_t code = copy_kept(&copying, facts, error);
    if (code != LLR_OK) llr_journal_discard(&copying.journal);
    *journal = copying.journal;
    return code;
}

/* A free name that no reader of the journal takes for a segment; owned by the caller. */
static char *name_aside(const char *path)
{
    llr_text_t name = {0};
    for (int n = 1; n == 1 || (!name.failed && !access(name.data, F_OK)); n++) {
        name.length = 0;
        llr_text_add(&name, "%s", path);
        if (n > 1) llr_text_add(&name, ".%d", n);
        llr_text_add(&name, ".damaged");
    }
    return name.failed ? NULL : name.data;
}

static llr_code_t set_aside(const llr_journal_check_t *check, const char *path, const char *aside,
                            llr_error_t *error)
{
    if (rename(path, aside))
        return llr_fail(error, LLR_FAILED, "%s: cannot be renamed to %s: %s", path, aside,
                        strerror(errno));
    return llr_folder_sync(check->folder, error);
}

/* First the new segment, then the old one's name: in between all records stand there twice. */
static llr_code_t replace(const llr_journal_check_t *check, const llr_segment_facts_t *facts,
                          llr_repair_visitor_t *done, void *argument, llr_error_t *error)
{
    llr_journal_t *journal = NULL;
    char *aside = name_aside(facts->path);
    llr_code_t code = aside ? LLR_OK : llr_fail_memory(error, 0, "a path");
    if (code == LLR_OK) code = rewrite(check, facts, &journal, error);
    if (code == LLR_OK) code = set_aside(check, facts->path, aside, error);
    if (code == LLR_OK) {
        llr_repair_step_t step = {facts, aside, journal ? llr_journal_path(journal) : NULL,
                                  kept_of(check, facts)};
        done(argument, &step);
    }
    free(aside);
    llr_code_t closed = llr_journal_close(&journal, code == LLR_OK ? error : NULL);
    return code == LLR_OK ? closed : code;
}

/* Two segments cannot lose their records of one unit at the same instant, and one alone would be
 * believed. So the records that differ stand in a segment of their own until all others are
 * replaced, and go with it at once. */
static llr_code_t gather_disputes(const llr_journal_check_t *check, llr_journal_t **disputes,
                                  llr_error_t *error)
{
    copying_t copying = {.check = check, .wanted = llr_journal_record_differs};
    if (!check->differing) return LLR_OK;
    LLR_TRY(llr_journal_create(&copying.journal, check->folder, &check->identity, error));
    llr_code_t code = LLR_OK;
    for (int64_t i = 0; i < check->segments.count && code == LLR_OK; i++)
        if (check->segment[i].differing)
            code = llr_segment_walk(check->segment[i].path, copy_record, &copying, error);
    if (code == LLR_OK) code = llr_journal_sync(copying.journal, error);
    if (code != LLR_OK) llr_journal_discard(&copying.journal);
    *disputes = copying.journal;
    return code;
}

llr_code_t llr_journal_repair(const llr_journal_check_t *check, llr_repair_visitor_t *done,
                              void *argument, llr_error_t *error)
{
    llr_journal_t *disputes = NULL;
    LLR_TRY(llr_journal_can_repair(check, error));
    llr_code_t code = gather_disputes(check, &disputes, error);
    for (int64_t i = 0; i < check->segments.count && code == LLR_OK; i++)
        if (wants_repair(&check->segment[i]))
            code = replace(check, &check->segment[i], done, argument, error);
    if (code == LLR_OK)
        llr_journal_discard(&disputes);
    else
        llr_journal_close(&disputes, NULL);
    return code;
}
