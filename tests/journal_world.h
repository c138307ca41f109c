/* A folder with journal segments, and what their records are known to hold. */
#ifndef LLR_TESTS_JOURNAL_WORLD_H
#define LLR_TESTS_JOURNAL_WORLD_H

#include "store/journal.h"

#include <CUnit/Basic.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* HEAD: bytes in front of the records; FRAME: bytes of a record beside its payload. */
enum { UNITS = 20000, PATH = 512, HEAD = 64, FRAME = 56 };

static const llr_journal_identity_t identity = {{1, 2}, {3, 4}, UNITS};

static inline void scratch_folder(char *out)
{
    const char *top = getenv("LLR_SCRATCH");
    snprintf(out, PATH, "%s/journal-XXXXXX", top ? top : "/tmp");
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(out));
}

static inline void remove_folder(const char *folder)
{
    DIR *list = opendir(folder);
    for (struct dirent *entry; list && (entry = readdir(list));)
        unlinkat(dirfd(list), entry->d_name, 0);
    if (list) closedir(list);
    rmdir(folder);
}

/* Path of the first segment by name. */
static inline int first_segment(const char *folder, char *out)
{
    int count = 0;
    char best[256] = "";
    DIR *list = opendir(folder);
    for (struct dirent *entry; list && (entry = readdir(list));) {
        if (entry->d_name[0] == '.') continue;
        if (!count++ || strcmp(entry->d_name, best) < 0)
            snprintf(best, sizeof best, "%s", entry->d_name);
    }
    if (list) closedir(list);
    snprintf(out, 2 * PATH, "%s/%s", folder, best);
    return count;
}

/* The payload of a unit: a pattern of a length that depends on the unit. */
static inline int64_t payload_of(int64_t unit, char *out)
{
    int64_t bytes = 20 + unit % 7;
    for (int64_t i = 0; i < bytes; i++) out[i] = (char)(unit * 31 + i);
    return bytes;
}

static inline llr_code_t append(llr_journal_t *journal, int64_t unit, llr_error_t *error)
{
    char payload[64];
    int64_t bytes = payload_of(unit, payload);
    return llr_journal_append(journal, unit, payload, bytes, llr_hash_bytes(payload, bytes), error);
}

typedef struct found {
    int64_t count, wrong;
    char seen[UNITS];
} found_t;

static inline llr_code_t collect(void *argument, int64_t unit, const void *payload, int64_t bytes,
                                 llr_error_t *error)
{
    (void)error;
    found_t *found = argument;
    char wanted[64];
    found->wrong += payload_of(unit, wanted) != bytes || memcmp(wanted, payload, (size_t)bytes);
    found->wrong += found->seen[unit]++;
    found->count++;
    return LLR_OK;
}

static inline llr_code_t read_back(const char *folder, found_t *found, llr_journal_state_t *state,
                                   llr_error_t *error)
{
    memset(found, 0, sizeof *found);
    return llr_journal_read(folder, &identity, collect, found, state, error);
}

static inline void write_segment(const char *folder, int64_t first, int64_t count)
{
    llr_error_t error;
    llr_journal_t *journal;
    CU_ASSERT_EQUAL_FATAL(llr_journal_create(&journal, folder, &identity, &error), LLR_OK);
    for (int64_t u = first; u < first + count; u++)
        CU_ASSERT_EQUAL(append(journal, u, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_sync(journal, &error), LLR_OK);
    CU_ASSERT_EQUAL(llr_journal_close(&journal, &error), LLR_OK);
    CU_ASSERT_PTR_NULL(journal);
}

static inline int64_t load(const char *path, char *out, size_t room)
{
    FILE *file = fopen(path, "rb");
    if (!file) return -1;
    size_t count = fread(out, 1, room, file);
    fclose(file);
    return (int64_t)count;
}

static inline void store(const char *path, const char *bytes, int64_t count)
{
    FILE *file = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    fwrite(bytes, 1, (size_t)count, file);
    fclose(file);
}

#endif
