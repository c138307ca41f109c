#include "base/memory.h"
#include "store/table_driver_h5.h"
#include "store/table_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLICE = 16384 }; /* rows written at once */

/* One column on its way into the file. */
typedef struct outgoing {
    const llr_column_t *column;
    hid_t type, dataset; /* owned; -1 before they are there */
    size_t width;        /* bytes of an element */
    char *slice;         /* owned, SLICE elements */
} outgoing_t;

typedef struct outgoing_sheet {
    const llr_table_t *table;
    const llr_sheet_t *sheet;
    outgoing_t *out; /* owned, columns */
    int64_t columns; /* those that stand in this file */
    int64_t rows, written, waiting;
    const llr_aside_t *file;
} outgoing_sheet_t;

static llr_code_t fail_hdf5(const llr_aside_t *file, const char *what, llr_error_t *error)
{
    return llr_fail(error, LLR_FAILED, "%s: HDF5 could not write %s%s%s", file->path, what,
                    file->failure ? ": " : "", file->failure ? strerror(file->failure) : "");
}

/* Fixed-length UTF-8, padded with zeros. */
static hid_t text_type(size_t width)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (type < 0) return type;
    if (H5Tset_size(type, width ? width : 1) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0 ||
        H5Tset_strpad(type, H5T_STR_NULLPAD) < 0) {
        H5Tclose(type);
        return -1;
    }
    return type;
}

static bool add_attribute(hid_t object, const char *name, const char *value)
{
    size_t length = strlen(value);
    hid_t type = text_type(length), space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool done = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
    done = (attribute >= 0 && H5Aclose(attribute) >= 0) && done;
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return done;
}

/* Counts the rows and finds the width of the text columns. */
static bool measure(outgoing_sheet_t *going)
{
    llr_cursor_t cursor;
    llr_cursor_begin(&cursor, going->table, going->sheet);
    for (; llr_cursor_next(&cursor); going->rows++)
        for (int64_t c = 0; c < going->columns; c++) {
            outgoing_t *out = &going->out[c];
            if (out->column->type != LLR_COLUMN_TEXT) continue;
            size_t length = strlen(out->column->get.text(&cursor));
            if (length > out->width) out->width = length;
        }
    bool done = !cursor.key.failed;
    llr_cursor_end(&cursor);
    return done;
}

static bool create_dataset(outgoing_sheet_t *going, outgoing_t *out, hid_t group)
{
    const llr_column_t *column = out->column;
    hsize_t rows = (hsize_t)going->rows;
    hid_t space = H5Screate_simple(1, &rows, NULL);
    out->type = column->type == LLR_COLUMN_TEXT
                    ? text_type(out->width)
                    : H5Tcopy(column->type == LLR_COLUMN_COUNT ? H5T_STD_I64LE : H5T_IEEE_F64LE);
    out->dataset =
        H5Dcreate2(group, column->name, out->type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (space >= 0) H5Sclose(space);
    return out->dataset >= 0 && add_attribute(out->dataset, "unit", column->unit) &&
           add_attribute(out->dataset, "meaning", column->meaning);
}

static bool prepare(outgoing_sheet_t *going, hid_t group)
{
    for (int64_t c = 0; c < going->columns; c++) {
        outgoing_t *out = &going->out[c];
        if (!create_dataset(going, out, group)) return false;
        if (out->column->type != LLR_COLUMN_TEXT) out->width = 8;
        if (!out->width) out->width = 1;
        out->slice = llr_alloc(SLICE, out->width);
        if (!out->slice) return false;
    }
    return true;
}

static bool write_slice(const outgoing_sheet_t *going, const outgoing_t *out)
{
    hsize_t rows = (hsize_t)going->rows, start = (hsize_t)going->written,
            count = (hsize_t)going->waiting;
    hid_t there = H5Screate_simple(1, &rows, NULL), here = H5Screate_simple(1, &count, NULL);
    bool done = there >= 0 && here >= 0 &&
                H5Sselect_hyperslab(there, H5S_SELECT_SET, &start, NULL, &count, NULL) >= 0 &&
                H5Dwrite(out->dataset, out->type, here, there, H5P_DEFAULT, out->slice) >= 0;
    if (there >= 0) H5Sclose(there);
    if (here >= 0) H5Sclose(here);
    return done;
}

static bool write_slices(outgoing_sheet_t *going)
{
    for (int64_t c = 0; going->waiting && c < going->columns; c++)
        if (!write_slice(going, &going->out[c])) return false;
    llr_aside_push(going->file);
    going->written += going->waiting;
    going->waiting = 0;
    return true;
}

static void put_value(const outgoing_t *out, int64_t place, const llr_cursor_t *cursor)
{
    char *to = out->slice + (size_t)place * out->width;
    if (out->column->type == LLR_COLUMN_COUNT) {
        int64_t count = out->column->get.count(cursor);
        memcpy(to, &count, sizeof count);
    } else if (out->column->type == LLR_COLUMN_REAL) {
        double real = out->column->get.real(cursor);
        memcpy(to, &real, sizeof real);
    } else {
        const char *text = out->column->get.text(cursor);
        size_t length = strlen(text);
        memcpy(to, text, length);
        memset(to + length, 0, out->width - length);
    }
}

static bool write_rows(outgoing_sheet_t *going)
{
    llr_cursor_t cursor;
    bool done = true;
    llr_cursor_begin(&cursor, going->table, going->sheet);
    while (done && llr_cursor_next(&cursor)) {
        for (int64_t c = 0; c < going->columns; c++)
            put_value(&going->out[c], going->waiting, &cursor);
        if (++going->waiting == SLICE) done = write_slices(going);
    }
    done = done && !cursor.key.failed && write_slices(going);
    llr_cursor_end(&cursor);
    return done;
}

static void release(outgoing_sheet_t *going)
{
    for (int64_t c = 0; going->out && c < going->columns; c++) {
        if (going->out[c].dataset >= 0) H5Dclose(going->out[c].dataset);
        if (going->out[c].type >= 0) H5Tclose(going->out[c].type);
        free(going->out[c].slice);
    }
    free(going->out);
}

static bool write_sheet(const llr_table_t *table, const llr_sheet_t *sheet, hid_t file,
                        const llr_aside_t *aside)
{
    outgoing_sheet_t going = {.table = table, .sheet = sheet, .file = aside};
    going.out = llr_alloc(sheet->columns, sizeof *going.out);
    if (!going.out) return false;
    for (const llr_column_t *c = sheet->column; c < sheet->column + sheet->columns; c++)
        if (c->scope != LLR_COLUMN_ONLY_CSV)
            going.out[going.columns++] = (outgoing_t){c, -1, -1, 0, NULL};
    hid_t group = H5Gcreate2(file, sheet->group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool done = group >= 0 && add_attribute(group, "meaning", sheet->meaning) && measure(&going) &&
                prepare(&going, group) && write_rows(&going);
    release(&going);
    if (group >= 0) H5Gclose(group);
    return done;
}

static llr_code_t fill_file(const llr_table_t *table, const llr_provenance_t *provenance,
                            hid_t file, const llr_aside_t *aside, llr_error_t *error)
{
    for (int64_t i = 0; i < provenance->count; i++)
        if (!add_attribute(file, provenance->key[i], provenance->value[i]))
            return fail_hdf5(aside, provenance->key[i], error);
    for (int s = 0; s < LLR_SHEETS; s++)
        if (!write_sheet(table, llr_sheet(s), file, aside))
            return fail_hdf5(aside, llr_sheet(s)->group, error);
    return LLR_OK;
}

/* Contiguous datasets without fill values; the format of HDF5 1.8, where attributes may be large.
 */
static llr_code_t write_file(const llr_table_t *table, const llr_provenance_t *provenance,
                             hid_t access, llr_aside_t *aside, llr_error_t *error)
{
    hid_t file = H5Fcreate(aside->temporary, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    if (file < 0) return fail_hdf5(aside, "the file", error);
    llr_code_t code = fill_file(table, provenance, file, aside, error);
    if (H5Fclose(file) < 0 && code == LLR_OK) code = fail_hdf5(aside, "the end of the file", error);
    return code;
}

llr_code_t llr_table_h5(const llr_table_t *table, const llr_provenance_t *provenance,
                        llr_aside_t *file, llr_error_t *error)
{
    H5E_auto2_t printer;
    void *argument;
    H5Eget_auto2(H5E_DEFAULT, &printer, &argument);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t driver = llr_table_driver(), access = H5Pcreate(H5P_FILE_ACCESS);
    llr_code_t code = driver < 0 || access < 0 || llr_table_driver_use(access, driver, file) < 0 ||
                              H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST) < 0
                          ? fail_hdf5(file, "the file", error)
                          : write_file(table, provenance, access, file, error);
    if (access >= 0) H5Pclose(access);
    if (driver >= 0) H5FDunregister(driver);
    H5Eset_auto2(H5E_DEFAULT, printer, argument);
    return code;
}

const char *llr_hdf5_version(void)
{
    static char text[32];
    unsigned major = 0, minor = 0, release = 0;
    H5get_libversion(&major, &minor, &release);
    snprintf(text, sizeof text, "%u.%u.%u", major, minor, release);
    return text;
}
