/* Datasets of an HDF5 file, under any name. HDF5 converts widths and byte orders. */
#include "base/memory.h"
#include "store/rows_format.h"
#include "store/source_h5.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_ROWS = 1 << 14 }; /* values of a list read at a time */

typedef struct table {
    hid_t file, dataset, type; /* owned; type: in memory */
    H5T_class_t kind;          /* of what is stored */
    bool variable;             /* strings of any length */
    int64_t row;               /* next one */
    char *list;                /* owned, LIST_ROWS values of a list */
    int64_t first, held;       /* rows that list holds */
} table_t;

static llr_code_t fail_read(const llr_rows_t *rows, int64_t first, int64_t count, const char *words,
                            llr_error_t *error)
{
    return llr_fail(error, LLR_INVALID, "%s: rows %lld to %lld cannot be read%s", rows->name,
                    (long long)first, (long long)(first + count - 1), words);
}

/* Rows [first, first + count) of all columns. */
static bool read_slab(const llr_rows_t *rows, int64_t first, int64_t count, void *out, char *words)
{
    const table_t *table = rows->state;
    hsize_t start[2] = {(hsize_t)first, 0}, extent[2] = {(hsize_t)count, (hsize_t)rows->columns};
    hid_t there = H5Dget_space(table->dataset);
    int ranks = H5Sget_simple_extent_ndims(there);
    hid_t here = H5Screate_simple(ranks, extent, NULL);
    bool done = H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
                H5Dread(table->dataset, table->type, here, there, H5P_DEFAULT, out) >= 0;
    if (!done) llr_h5_words(words);
    H5Sclose(here);
    H5Sclose(there);
    return done;
}

static llr_code_t next(llr_rows_t *rows, int64_t count, void *out, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    table_t *table = rows->state;
    llr_h5_printer_t printer = llr_h5_silence();
    bool done = read_slab(rows, table->row, count, out, words);
    llr_h5_restore(printer);
    if (!done) return fail_read(rows, table->row, count, words, error);
    table->row += count;
    return LLR_OK;
}

/* Lists ------------------------------------------------------------------------------------ */

static void free_strings(table_t *table)
{
    char **text = (char **)(void *)table->list;
    for (int64_t i = 0; table->variable && i < table->held; i++) H5free_memory(text[i]);
    table->held = 0;
}

static llr_code_t fill_list(llr_rows_t *rows, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    table_t *table = rows->state;
    int64_t left = rows->rows - table->row, count = left < LIST_ROWS ? left : LIST_ROWS;
    free_strings(table);
    llr_h5_printer_t printer = llr_h5_silence();
    bool done = read_slab(rows, table->row, count, table->list, words);
    llr_h5_restore(printer);
    if (!done) return fail_read(rows, table->row, count, words, error);
    table->first = table->row;
    table->held = count;
    return LLR_OK;
}

static void add_value(const llr_rows_t *rows, const char *at, llr_text_t *word)
{
    const table_t *table = rows->state;
    char text[LLR_NUMBER_TEXT];
    if (table->variable) {
        const char *string = *(char *const *)(const void *)at;
        llr_text_add_word(word, string ? string : "");
    } else if (table->kind == H5T_STRING)
        llr_text_add_word(word, at);
    else if (table->kind == H5T_FLOAT)
        llr_text_add_word(word, llr_number_text(*(const double *)(const void *)at, text));
    else
        llr_text_add(word, "%lld", (long long)*(const int64_t *)(const void *)at);
}

static llr_code_t next_word(llr_rows_t *rows, llr_text_t *word, llr_error_t *error)
{
    table_t *table = rows->state;
    if (table->row >= table->first + table->held) LLR_TRY(fill_list(rows, error));
    size_t size = H5Tget_size(table->type);
    word->length = 0;
    add_value(rows, table->list + (size_t)(table->row++ - table->first) * size, word);
    return LLR_OK;
}

/* Opening ---------------------------------------------------------------------------------- */

static hid_t string_type(hid_t stored, bool variable)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, variable ? H5T_VARIABLE : H5Tget_size(stored) + 1);
    H5Tset_cset(type, H5Tget_cset(stored));
    return type;
}

/* How values are wanted in memory; -1 where they cannot be taken. h5py stores booleans as an
 * enumeration. */
static hid_t memory_type(llr_rows_t *rows, table_t *table, const llr_rows_ask_t *ask, hid_t stored)
{
    bool features = ask->role == LLR_ROLE_FEATURES;
    int size = (int)H5Tget_size(stored);
    table->kind = H5Tget_class(stored);
    bool whole = table->kind == H5T_INTEGER || table->kind == H5T_ENUM;
    if (table->kind == H5T_STRING && !features) {
        rows->words = true;
        table->variable = H5Tis_variable_str(stored) > 0;
        return string_type(stored, table->variable);
    }
    if ((!whole && table->kind != H5T_FLOAT) || size > 8) return -1;
    rows->type = size <= (whole ? 2 : 4) ? LLR_FLOAT32 : LLR_FLOAT64;
    if (features && table->kind != H5T_ENUM)
        return H5Tcopy(rows->type == LLR_FLOAT32 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE);
    if (features) return -1;
    return H5Tcopy(whole ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE);
}

static llr_code_t find_type(llr_rows_t *rows, const llr_rows_ask_t *ask, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    table_t *table = rows->state;
    hid_t stored = H5Dget_type(table->dataset);
    table->type = memory_type(rows, table, ask, stored);
    llr_h5_type_words(stored, words);
    H5Tclose(stored);
    if (table->type < 0)
        return llr_fail(error, LLR_INVALID, "%s: holds %s; %s must be %s", rows->name, words,
                        llr_role_name(ask->role),
                        ask->role == LLR_ROLE_FEATURES ? "numbers" : "whole numbers or words");
    table->list = llr_alloc(LIST_ROWS, H5Tget_size(table->type));
    return table->list ? LLR_OK : llr_fail_memory(error, LIST_ROWS, "a list");
}

/* Messages of the HDF5 source name the file and the dataset apart. */
static llr_code_t open_parts(llr_rows_t *rows, const llr_rows_ask_t *ask, char *path,
                             const char *part, llr_error_t *error)
{
    table_t *table = rows->state;
    llr_source_t shown = {.path = path};
    hsize_t extent[2] = {1, 1};
    int ranks = ask->role == LLR_ROLE_FEATURES ? 2 : 1;
    LLR_TRY(llr_h5_open_file(path, &table->file, error));
    LLR_TRY(llr_h5_open_list(&shown, table->file, part, ranks, extent, &table->dataset, error));
    int64_t shape[2] = {(int64_t)extent[0], (int64_t)extent[1]};
    LLR_TRY(llr_rows_set_shape(rows, ask, shape, ranks, error));
    return find_type(rows, ask, error);
}

static bool has_dataset(hid_t file, const char *name)
{
    hid_t object = llr_h5_has(file, name) ? H5Oopen(file, name, H5P_DEFAULT) : -1;
    bool is_dataset = object >= 0 && H5Iget_type(object) == H5I_DATASET;
    if (object >= 0) H5Oclose(object);
    return is_dataset;
}

static void close_state(llr_rows_t *rows)
{
    table_t *table = rows->state;
    llr_h5_printer_t printer = llr_h5_silence();
    if (table->list) free_strings(table);
    if (table->type >= 0) H5Tclose(table->type);
    if (table->dataset >= 0) H5Dclose(table->dataset);
    if (table->file >= 0) H5Fclose(table->file);
    llr_h5_restore(printer);
    free(table->list);
    free(table);
}

llr_code_t llr_rows_open_h5(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *path,
                            const char *part, llr_error_t *error)
{
    llr_text_t place = {0};
    table_t *table = llr_alloc(1, sizeof *table);
    char *shown = llr_copy_text(path);
    bool whole = !part && ask->role == LLR_ROLE_FEATURES;
    if (!part) part = llr_role_name(ask->role);
    llr_text_add(&place, "%s%s", *part == '/' ? "" : "/", part);
    llr_code_t code = LLR_OK;
    if (table) {
        *table = (table_t){.file = -1, .dataset = -1, .type = -1};
        *rows = (llr_rows_t){rows->name, .next = next, .next_word = next_word, .close = close_state,
                             .state = table};
    }
    if (!table || !shown || place.failed) code = llr_fail_memory(error, sizeof *table, "a dataset");
    llr_h5_printer_t printer = llr_h5_silence();
    if (code == LLR_OK) code = open_parts(rows, ask, shown, place.data, error);
    if (code == LLR_OK && whole) {
        rows->holds_groups = has_dataset(table->file, "/groups");
        rows->holds_split = has_dataset(table->file, "/split");
    }
    llr_h5_restore(printer);
    llr_text_destroy(&place);
    free(shown);
    return code;
}
