#include "store/journal_check.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* On its way through one segment. */
typedef struct look {
    llr_journal_check_t *check;
    llr_segment_facts_t *facts;
} look_t;

/* A file system without locks is no failure. For writing: some lock nothing else. */
static llr_code_t take_lock(llr_segment_facts_t *facts, llr_error_t *error)
{
    facts->lock = open(facts->path, O_RDWR | O_CLOEXEC);
    if (facts->lock < 0 && errno == ENOENT) return LLR_OK; /* just removed by its own run */
    if (facts->lock < 0)
        return llr_fail(error, LLR_FAILED, "%s: cannot be opened for repair: %s", facts->path,
                        strerror(errno));
    facts->held = flock(facts->lock, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
    return LLR_OK;
}

static llr_code_t read_head(llr_segment_facts_t *facts, llr_error_t *error)
{
    llr_segment_t segment;
    llr_journal_head_t head;
    llr_whole_t whole = LLR_TORN;
    llr_code_t code = llr_segment_open(&segment, facts->path, error);
    if (code == LLR_OK) code = llr_segment_head(&segment, &head, &whole, error);
    llr_segment_close(&segment);
    facts->headed = code == LLR_OK && whole == LLR_WHOLE;
    if (facts->headed) facts->identity = head.identity;
    return code;
}

static llr_code_t open_segments(llr_journal_check_t *check, bool lock, llr_error_t *error)
{
    const llr_segments_t *segments = &check->segments;
    check->segment = llr_alloc(segments->count, sizeof *check->segment);
    if (!check->segment) return llr_fail_memory(error, segments->count, "the list of segments");
    for (int64_t i = 0; i < segments->count; i++)
        check->segment[i] = (llr_segment_facts_t){
            .path = segments->path[i], .epoch = segments->epoch[i], .lock = -1};
    for (int64_t i = 0; i < segments->count; i++) {
        if (lock) LLR_TRY(take_lock(&check->segment[i], error));
        LLR_TRY(read_head(&check->segment[i], error));
    }
    return LLR_OK;
}

/* Which sweep the journal belongs to, and which segments do not. */
static llr_code_t settle_identity(llr_journal_check_t *check, const llr_journal_identity_t *given,
                                  llr_error_t *error)
{
    int64_t heads = 0, own = 0;
    check->known = given != NULL;
    if (given) check->identity = *given;
    for (int64_t i = 0; i < check->segments.count; i++) {
        llr_segment_facts_t *facts = &check->segment[i];
        if (!facts->headed) continue;
        if (!check->known) check->identity = facts->identity;
        check->known = true;
        facts->foreign = !llr_journal_same(&facts->identity, &check->identity);
        heads++;
        own += !facts->foreign;
    }
    check->ambiguous = given ? heads && !own : own < heads;
    if (!check->known) return LLR_OK;
    check->unit = llr_alloc(check->identity.units, sizeof *check->unit);
    return check->unit ? LLR_OK
                       : llr_fail_memory(error, check->identity.units, "the list of units");
}

static bool is_of_job(const llr_journal_check_t *check, const llr_journal_record_t *record)
{
    return check->known && record->unit >= 0 && record->unit < check->identity.units;
}

bool llr_journal_record_counts(const llr_journal_check_t *check, const llr_journal_record_t *record)
{
    return is_of_job(check, record) && !check->unit[record->unit].differs;
}

bool llr_journal_record_differs(const llr_journal_check_t *check,
                                const llr_journal_record_t *record)
{
    return is_of_job(check, record) && check->unit[record->unit].differs;
}

static void count_record(look_t *look, const llr_journal_record_t *record)
{
    llr_journal_check_t *check = look->check;
    look->facts->records++;
    if (look->facts->foreign || !check->known) return;
    if (!is_of_job(check, record)) {
        look->facts->outside++;
        return;
    }
    llr_unit_seen_t *unit = &check->unit[record->unit];
    if (!unit->found) {
        *unit = (llr_unit_seen_t){.result = record->result, .found = true};
        check->found++;
    } else if (llr_hash_equal(unit->result, record->result)) {
        look->facts->duplicates++;
        check->duplicates++;
    } else if (!unit->differs) {
        unit->differs = true;
        check->differing++;
    }
}

static llr_code_t add_damage(llr_segment_facts_t *facts, const llr_piece_t *piece,
                             llr_error_t *error)
{
    if (llr_grow((void **)&facts->damage, facts->damages, &facts->room, sizeof *facts->damage))
        return llr_fail_memory(error, facts->damages, "the list of damages");
    facts->damage[facts->damages++] = (llr_damage_t){piece->offset, piece->bytes, facts->records};
    return LLR_OK;
}

static llr_code_t look_at_piece(void *argument, const llr_segment_t *segment,
                                const llr_piece_t *piece, llr_error_t *error)
{
    (void)segment;
    look_t *look = argument;
    if (piece->kind == LLR_PIECE_DAMAGE) return add_damage(look->facts, piece, error);
    if (piece->kind == LLR_PIECE_RECORD) count_record(look, &piece->record);
    if (piece->kind == LLR_PIECE_TORN) {
        look->facts->torn_at = piece->offset;
        look->facts->torn_bytes = piece->bytes;
    }
    return LLR_OK;
}

/* A second look, once all units that differ are known. */
static llr_code_t count_differing(void *argument, const llr_segment_t *segment,
                                  const llr_piece_t *piece, llr_error_t *error)
{
    (void)segment, (void)error;
    look_t *look = argument;
    if (piece->kind == LLR_PIECE_RECORD && !look->facts->foreign)
        look->facts->differing += llr_journal_record_differs(look->check, &piece->record);
    return LLR_OK;
}

static llr_code_t look_at_all(llr_journal_check_t *check, llr_piece_visitor_t *visit,
                              llr_error_t *error)
{
    for (int64_t i = 0; i < check->segments.count; i++) {
        look_t look = {check, &check->segment[i]};
        LLR_TRY(llr_segment_walk(look.facts->path, visit, &look, error));
    }
    return LLR_OK;
}

llr_code_t llr_journal_check(llr_journal_check_t *check, const char *folder,
                             const llr_journal_identity_t *identity, bool lock, llr_error_t *error)
{
    *check = (llr_journal_check_t){.folder = folder};
    LLR_TRY(llr_segments_list(&check->segments, folder, error));
    LLR_TRY(open_segments(check, lock, error));
    LLR_TRY(settle_identity(check, identity, error));
    LLR_TRY(look_at_all(check, look_at_piece, error));
    return check->differing ? look_at_all(check, count_differing, error) : LLR_OK;
}

void llr_journal_check_destroy(llr_journal_check_t *check)
{
    for (int64_t i = 0; check->segment && i < check->segments.count; i++) {
        free(check->segment[i].damage);
        if (check->segment[i].lock >= 0) close(check->segment[i].lock);
    }
    free(check->segment);
    free(check->unit);
    llr_segments_destroy(&check->segments);
    *check = (llr_journal_check_t){0};
}

bool llr_segment_refused(const llr_segment_facts_t *facts)
{
    return facts->damages || facts->foreign || facts->outside || facts->differing;
}

bool llr_journal_refused(const llr_journal_check_t *check)
{
    for (int64_t i = 0; i < check->segments.count; i++)
        if (llr_segment_refused(&check->segment[i])) return true;
    return false;
}
