#include "store/zip.h"

#include "base/memory.h"
#include "store/folder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* PKWARE's APPNOTE: records by their signatures, with their fixed lengths. */
enum {
    END = 0x06054b50,
    END_BYTES = 22,
    END64 = 0x06064b50,
    END64_BYTES = 56,
    LOCATOR = 0x07064b50,
    LOCATOR_BYTES = 20,
    ENTRY = 0x02014b50,
    ENTRY_BYTES = 46,
    HEAD = 0x04034b50,
    HEAD_BYTES = 30,
    LARGEST_DIRECTORY = 64 << 20
};
static const int64_t in_zip64 = 0xffffffff; /* the value is in the entry's zip64 field */

static int64_t number(const unsigned char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = bytes - 1; i >= 0; i--) value = value << 8 | at[i];
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static llr_code_t fail_damaged(const char *name, llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID, "%s: is a truncated or damaged archive", name);
}

/* Where the directory of members lies. */
typedef struct place {
    int64_t offset, size, members;
} place_t;

/* The place in zip64 form, where the archive has one: end is the offset of its plain form. */
static bool find_large(int file, int64_t end, place_t *place)
{
    unsigned char locator[LOCATOR_BYTES], record[END64_BYTES];
    if (end < LOCATOR_BYTES || llr_read_at(file, end - LOCATOR_BYTES, locator, LOCATOR_BYTES) ||
        number(locator, 4) != LOCATOR ||
        llr_read_at(file, number(locator + 8, 8), record, END64_BYTES) ||
        number(record, 4) != END64)
        return false;
    *place = (place_t){number(record + 48, 8), number(record + 40, 8), number(record + 32, 8)};
    return true;
}

/* The record at the end, before which a comment of up to 64 KiB may stand. */
static bool find_place(int file, place_t *place)
{
    enum { TAIL = END_BYTES + 65535 };
    int64_t size = lseek(file, 0, SEEK_END), length = size < TAIL ? size : TAIL, at = -1;
    unsigned char *tail = llr_alloc(length + 1, 1);
    if (tail && !llr_read_at(file, size - length, tail, length))
        for (at = length - END_BYTES; at >= 0 && number(tail + at, 4) != END;) at--;
    if (at >= 0)
        *place = (place_t){number(tail + at + 16, 4), number(tail + at + 12, 4),
                           number(tail + at + 10, 2)};
    free(tail);
    if (at < 0) return false;
    if (place->offset == in_zip64 || place->size == in_zip64 || place->members == 0xffff)
        return find_large(file, size - length + at, place);
    return true;
}

/* Values that did not fit stand in the extra field 1, in this order. */
static bool read_large(const unsigned char *extra, int64_t length, llr_zip_member_t *member)
{
    int64_t *const values[] = {&member->size, &member->packed, &member->head};
    for (int64_t field = 0; length >= 4; extra += field, length -= field) {
        field = 4 + number(extra + 2, 2);
        if (field > length) return false;
        if (number(extra, 2) != 1) continue;
        const unsigned char *at = extra + 4;
        for (int v = 0; v < 3; v++) {
            if (*values[v] != in_zip64) continue;
            if (at + 8 > extra + field) return false;
            *values[v] = number(at, 8);
            at += 8;
        }
    }
    return true;
}

/* One entry of the directory; *at moves behind it. */
static bool read_entry(const unsigned char **at, const unsigned char *end, llr_zip_member_t *member)
{
    const unsigned char *entry = *at;
    if (end - entry < ENTRY_BYTES || number(entry, 4) != ENTRY) return false;
    int64_t name = number(entry + 28, 2), extra = number(entry + 30, 2);
    int64_t whole = ENTRY_BYTES + name + extra + number(entry + 32, 2);
    if (end - entry < whole) return false;
    *member = (llr_zip_member_t){.name = llr_alloc(name + 1, 1),
                                 .encrypted = entry[8] & 1,
                                 .method = (int)number(entry + 10, 2),
                                 .check = (uint32_t)number(entry + 16, 4),
                                 .packed = number(entry + 20, 4),
                                 .size = number(entry + 24, 4),
                                 .head = number(entry + 42, 4)};
    if (!member->name) return false;
    memcpy(member->name, entry + ENTRY_BYTES, (size_t)name);
    *at += whole;
    return read_large(entry + ENTRY_BYTES + name, extra, member);
}

static llr_code_t read_directory(llr_zip_t *zip, const unsigned char *at, int64_t size,
                                 int64_t members, const char *name, llr_error_t *error)
{
    const unsigned char *end = at + size;
    for (int64_t m = 0; m < members; m++) {
        if (llr_grow((void **)&zip->member, zip->count, &zip->room, sizeof *zip->member))
            return llr_fail_memory(error, size, "an archive's directory");
        llr_zip_member_t *member = &zip->member[zip->count++];
        *member = (llr_zip_member_t){0};
        bool good = read_entry(&at, end, member);
        if (!good) return fail_damaged(name, error);
    }
    return LLR_OK;
}

llr_code_t llr_zip_open(llr_zip_t *zip, int file, const char *name, llr_error_t *error)
{
    place_t place;
    *zip = (llr_zip_t){0};
    if (!find_place(file, &place) || place.size > LARGEST_DIRECTORY)
        return fail_damaged(name, error);
    unsigned char *bytes = llr_alloc(place.size, 1);
    if (!bytes) return llr_fail_memory(error, place.size, "an archive's directory");
    llr_code_t code = llr_read_at(file, place.offset, bytes, place.size)
                          ? fail_damaged(name, error)
                          : read_directory(zip, bytes, place.size, place.members, name, error);
    free(bytes);
    return code;
}

void llr_zip_close(llr_zip_t *zip)
{
    for (int64_t m = 0; m < zip->count; m++) free(zip->member[m].name);
    free(zip->member);
    *zip = (llr_zip_t){0};
}

llr_code_t llr_zip_find_data(const llr_zip_member_t *member, int file, const char *name,
                             int64_t *offset, llr_error_t *error)
{
    unsigned char head[HEAD_BYTES];
    if (llr_read_at(file, member->head, head, HEAD_BYTES) || number(head, 4) != HEAD)
        return fail_damaged(name, error);
    *offset = member->head + HEAD_BYTES + number(head + 26, 2) + number(head + 28, 2);
    if (member->packed > lseek(file, 0, SEEK_END) - *offset) return fail_damaged(name, error);
    return LLR_OK;
}
