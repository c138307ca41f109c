/* Journals that are damaged on purpose, and repaired. */
#ifndef LLR_TESTS_JOURNAL_DAMAGE_H
#define LLR_TESTS_JOURNAL_DAMAGE_H

#include "base/text.h"
#include "journal_world.h"
#include "store/folder.h"
#include "store/journal_repair.h"

enum { ROOM = 4096 };

/* Where the record of the nth of consecutive units starts, by the format's own sums. */
static inline int64_t start_of(int64_t first, int64_t nth)
{
    int64_t at = HEAD;
    for (int64_t u = first; u < first + nth; u++) at += FRAME + 20 + u % 7;
    return at;
}

static inline int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static inline int is_plain(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The names of a folder with what they hold, as one text; owned by the caller. */
static inline llr_text_t contents_of(const char *folder)
{
    struct dirent **list;
    llr_text_t out = {0};
    int count = scandir(folder, &list, is_plain, by_name);
    for (int i = 0; i < count; i++) {
        char path[2 * PATH], bytes[ROOM];
        snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
        int64_t size = load(path, bytes, sizeof bytes);
        CU_ASSERT_TRUE(size >= 0 && size < ROOM);
        llr_text_add(&out, "%s:", list[i]->d_name);
        llr_text_add_bytes(&out, bytes, size);
        free(list[i]);
    }
    if (count >= 0) free(list);
    return out;
}

static inline bool same_text(const llr_text_t *a, const llr_text_t *b)
{
    return a->length == b->length && (!a->length || !memcmp(a->data, b->data, (size_t)a->length));
}

/* Path of the file whose name starts so and ends so; false where there is none. */
static inline bool find(const char *folder, const char *start, const char *end, char *out)
{
    bool found = false;
    DIR *list = opendir(folder);
    for (struct dirent *entry; list && (entry = readdir(list));) {
        size_t length = strlen(entry->d_name), tail = strlen(end);
        if (strncmp(entry->d_name, start, strlen(start)) || length < tail ||
            strcmp(entry->d_name + length - tail, end))
            continue;
        snprintf(out, 2 * PATH, "%s/%s", folder, entry->d_name);
        found = true;
    }
    if (list) closedir(list);
    return found;
}

typedef struct repaired {
    int64_t files, kept;
} repaired_t;

static inline void count_step(void *argument, const llr_repair_step_t *step)
{
    repaired_t *repaired = argument;
    repaired->files++;
    repaired->kept += step->kept;
    CU_ASSERT_EQUAL(step->rewritten != NULL, step->kept > 0);
    CU_ASSERT_EQUAL(access(step->aside, F_OK), 0);
    CU_ASSERT_EQUAL(access(step->facts->path, F_OK), -1);
}

static inline llr_code_t repair(const char *folder, const llr_journal_identity_t *whose,
                                repaired_t *repaired, llr_error_t *error)
{
    llr_journal_check_t check;
    *repaired = (repaired_t){0, 0};
    llr_code_t code = llr_journal_check(&check, folder, whose, true, error);
    if (code == LLR_OK) code = llr_journal_repair(&check, count_step, repaired, error);
    llr_journal_check_destroy(&check);
    return code;
}

/* Repairs; the journal is then accepted, and a second repair changes nothing. */
static inline void repair_well(const char *folder, repaired_t *repaired, found_t *found)
{
    repaired_t again;
    llr_error_t error = {0};
    CU_ASSERT_EQUAL(repair(folder, &identity, repaired, &error), LLR_OK);
    CU_ASSERT_EQUAL(read_back(folder, found, NULL, &error), LLR_OK);
    CU_ASSERT_EQUAL(found->wrong, 0);
    llr_text_t before = contents_of(folder);
    CU_ASSERT_EQUAL(repair(folder, &identity, &again, &error), LLR_OK);
    llr_text_t after = contents_of(folder);
    CU_ASSERT_EQUAL(again.files, 0);
    CU_ASSERT_TRUE(same_text(&before, &after));
    llr_text_destroy(&before);
    llr_text_destroy(&after);
}

/* Looks without locks; the check says of the whole what the reader does. */
static inline void look(llr_journal_check_t *check, const char *folder)
{
    static found_t found;
    llr_error_t error = {0};
    CU_ASSERT_EQUAL_FATAL(llr_journal_check(check, folder, &identity, false, &error), LLR_OK);
    llr_code_t code = read_back(folder, &found, NULL, &error);
    CU_ASSERT_EQUAL(code, llr_journal_refused(check) ? LLR_INVALID : LLR_OK);
}

static inline void flip(const char *path, int64_t at)
{
    char bytes[ROOM];
    int64_t size = load(path, bytes, sizeof bytes);
    CU_ASSERT_TRUE_FATAL(at < size);
    bytes[at] ^= (char)(1 << (at % 8));
    store(path, bytes, size);
}

/* Units first, first + 1, ...; that of `other` with another result. */
static inline void write_other(const char *folder, const llr_journal_identity_t *whose,
                               int64_t first, int64_t count, int64_t other)
{
    llr_error_t error;
    llr_journal_t *journal;
    CU_ASSERT_EQUAL_FATAL(llr_journal_create(&journal, folder, whose, &error), LLR_OK);
    for (int64_t u = first; u < first + count; u++) {
        llr_code_t code = u == other
                              ? llr_journal_append(journal, u, "x", 1, (llr_hash_t){9, 9}, &error)
                              : append(journal, u, &error);
        CU_ASSERT_EQUAL(code, LLR_OK);
    }
    CU_ASSERT_EQUAL(llr_journal_close(&journal, &error), LLR_OK);
}

#endif
