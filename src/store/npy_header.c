#include "store/npy_header.h"

#include "base/memory.h"
#include "store/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX = 12, LARGEST = 1 << 20, DESCR = 64 };

static llr_code_t fail_header(const char *name, const char *what, llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID, "%s: is no array of numpy: %s", name, what);
}

/* What stands behind 'key': in the dictionary, or NULL. */
static const char *find_value(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    if (!at) return NULL;
    at += strlen(key);
    at += strspn(at, " ");
    if (*at++ != ':') return NULL;
    return at + strspn(at, " ");
}

static llr_code_t read_type(const char *text, const char *name, llr_npy_header_t *header,
                            llr_error_t *error)
{
    char descr[DESCR] = "[";
    const char *at = find_value(text, "'descr'");
    if (!at) return fail_header(name, "its head names no type", error);
    if (*at == '\'') snprintf(descr, sizeof descr, "%.*s", (int)strcspn(at + 1, "'"), at + 1);
    return llr_number_type_read(name, descr, &header->type, error);
}

static llr_code_t read_shape(const char *text, const char *name, llr_npy_header_t *header,
                             llr_error_t *error)
{
    const char *at = find_value(text, "'shape'");
    if (!at || *at++ != '(') return fail_header(name, "its head names no shape", error);
    while (*at && *at != ')' && header->ranks < LLR_NPY_RANKS) {
        char *end;
        long long extent = strtoll(at, &end, 10);
        if (end == at || extent < 0) return fail_header(name, "its shape is damaged", error);
        header->extent[header->ranks++] = extent;
        at = end + strspn(end, "L, ");
    }
    return *at == ')' ? LLR_OK : fail_header(name, "its shape is damaged", error);
}

static llr_code_t read_dictionary(const char *text, const char *name, llr_npy_header_t *header,
                                  llr_error_t *error)
{
    const char *order = find_value(text, "'fortran_order'");
    if (!order) return fail_header(name, "its head names no order", error);
    header->fortran = *order == 'T';
    LLR_TRY(read_type(text, name, header, error));
    return read_shape(text, name, header, error);
}

static llr_code_t check_length(const llr_npy_header_t *header, int64_t length, const char *name,
                               llr_error_t *error)
{
    double bytes = header->type.size;
    char need[LLR_NUMBER_TEXT], have[LLR_NUMBER_TEXT];
    int64_t there = length - header->start;
    for (int i = 0; i < header->ranks; i++) bytes *= (double)header->extent[i];
    if (bytes <= (double)there) return LLR_OK;
    return llr_fail(error, LLR_INVALID,
                    "%s: is truncated: its shape needs %s, and %s are there (%.0f and %lld bytes)",
                    name, llr_bytes_text(bytes, need), llr_bytes_text((double)there, have), bytes,
                    (long long)there);
}

/* Where the dictionary begins and how long it is. */
static llr_code_t read_prefix(int file, int64_t start, int64_t length, const char *name,
                              int64_t *first, int64_t *size, llr_error_t *error)
{
    unsigned char prefix[PREFIX];
    if (length < PREFIX || llr_read_at(file, start, prefix, PREFIX) ||
        memcmp(prefix, "\x93NUMPY", 6))
        return fail_header(name, "it does not begin like one", error);
    if (prefix[6] < 1 || prefix[6] > 3)
        return fail_header(name, "its format version is none of 1, 2, 3", error);
    *first = prefix[6] == 1 ? 10 : 12;
    *size = prefix[8] | prefix[9] << 8;
    if (prefix[6] > 1) *size |= (int64_t)prefix[10] << 16 | (int64_t)prefix[11] << 24;
    if (*size > LARGEST || *first + *size > length)
        return fail_header(name, "its head is cut off", error);
    return LLR_OK;
}

llr_code_t llr_npy_header_read(int file, int64_t start, int64_t length, const char *name,
                               llr_npy_header_t *header, llr_error_t *error)
{
    int64_t first = 0, size = 0;
    *header = (llr_npy_header_t){0};
    LLR_TRY(read_prefix(file, start, length, name, &first, &size, error));
    char *text = llr_alloc(size + 1, 1);
    if (!text) return llr_fail_memory(error, size, "the head of an array");
    header->start = first + size;
    llr_code_t code = llr_read_at(file, start + first, text, size)
                          ? fail_header(name, "its head cannot be read", error)
                          : read_dictionary(text, name, header, error);
    free(text);
    return code == LLR_OK ? check_length(header, length, name, error) : code;
}
