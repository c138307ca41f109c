/* /labels, /groups and /split: integers of any width, one a row. */
#include "base/memory.h"
#include "store/source_check.h"
#include "store/source_h5.h"

#include <stdlib.h>

enum { SLICE = 1 << 16 };

typedef struct list {
    const llr_source_t *source;
    const char *name;
    hid_t dataset;   /* owned */
    int64_t largest; /* that can be stored */
    int64_t *slice;  /* owned, SLICE */
    int32_t *wide;   /* where the values go: this ... */
    int8_t *narrow;  /* ... or this */
} list_t;

static llr_code_t check_integers(const list_t *list, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    hid_t type = H5Dget_type(list->dataset);
    bool integer = H5Tget_class(type) == H5T_INTEGER;
    llr_h5_type_words(type, words);
    if (type >= 0) H5Tclose(type);
    if (integer) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: %s holds %s; it must be an integer type",
                    list->source->path, list->name, words);
}

/* Values beyond 64 bits arrive as the nearest 64-bit value, and are refused as such. */
static bool read_slab(const list_t *list, int64_t first, int64_t count, char *words)
{
    hsize_t start = (hsize_t)first, extent = (hsize_t)count;
    hid_t there = H5Dget_space(list->dataset), here = H5Screate_simple(1, &extent, NULL);
    bool done =
        there >= 0 && here >= 0 &&
        H5Sselect_hyperslab(there, H5S_SELECT_SET, &start, NULL, &extent, NULL) >= 0 &&
        H5Dread(list->dataset, H5T_NATIVE_INT64, here, there, H5P_DEFAULT, list->slice) >= 0;
    if (!done) llr_h5_words(words);
    if (here >= 0) H5Sclose(here);
    if (there >= 0) H5Sclose(there);
    return done;
}

static llr_code_t store_slice(const list_t *list, int64_t first, int64_t count, llr_error_t *error)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t value = list->slice[i];
        if (value < 0 || value > list->largest)
            return llr_source_fail_value(list->source, list->name, first + i, value, error);
        if (list->wide)
            list->wide[first + i] = (int32_t)value;
        else
            list->narrow[first + i] = (int8_t)value;
    }
    return LLR_OK;
}

static llr_code_t read_values(const list_t *list, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    LLR_TRY(check_integers(list, error));
    if (!list->slice || !(list->wide || list->narrow))
        return llr_fail_memory(error, list->source->rows * (int64_t)sizeof(int32_t), list->name);
    for (int64_t first = 0; first < list->source->rows; first += SLICE) {
        int64_t left = list->source->rows - first, count = left < SLICE ? left : SLICE;
        if (!read_slab(list, first, count, words))
            return llr_fail(error, LLR_INVALID, "%s: %s: rows %lld to %lld cannot be read%s",
                            list->source->path, list->name, (long long)first,
                            (long long)(first + count - 1), words);
        LLR_TRY(store_slice(list, first, count, error));
    }
    return LLR_OK;
}

/* Opens the dataset; its length is checked before anything of that length is allocated. */
static llr_code_t open_list(list_t *list, hid_t file, llr_error_t *error)
{
    hsize_t rows = 0;
    LLR_TRY(llr_h5_open_list(list->source, file, list->name, 1, &rows, &list->dataset, error));
    if (rows == (hsize_t)list->source->rows) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: %s has %llu rows, but /features has %lld",
                    list->source->path, list->name, (unsigned long long)rows,
                    (long long)list->source->rows);
}

/* Reads into *wide or *narrow, which the source owns; the other is NULL. */
static llr_code_t read_list(const llr_source_t *source, hid_t file, const char *name,
                            int32_t **wide, int8_t **narrow, llr_error_t *error)
{
    list_t list = {.source = source, .name = name, .dataset = -1};
    llr_code_t code = open_list(&list, file, error);
    if (code == LLR_OK) {
        list.slice = llr_alloc(SLICE, sizeof *list.slice);
        if (wide) list.wide = *wide = llr_alloc(source->rows, sizeof **wide);
        if (narrow) list.narrow = *narrow = llr_alloc(source->rows, sizeof **narrow);
        list.largest = wide ? INT32_MAX : INT8_MAX;
        code = read_values(&list, error);
    }
    free(list.slice);
    if (list.dataset >= 0) H5Dclose(list.dataset);
    return code;
}

llr_code_t llr_h5_read_lists(llr_source_t *source, hid_t file, llr_error_t *error)
{
    LLR_TRY(read_list(source, file, "/labels", &source->label, NULL, error));
    if (llr_h5_has(file, "/groups"))
        LLR_TRY(read_list(source, file, "/groups", &source->group, NULL, error));
    if (llr_h5_has(file, "/split"))
        LLR_TRY(read_list(source, file, "/split", NULL, &source->split, error));
    return llr_source_check_labels(source, error);
}
