#include "store/source_h5.h"
#include "base/memory.h"
#include "store/source_check.h"

#include <stdlib.h>

hid_t llr_h5_memory_type(const llr_source_t *source)
{
    return source->type == LLR_FLOAT32 ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
}

/* HDF5 converts byte order and precision on the way into out. */
static bool read_slab(const llr_source_t *source, int64_t first, int64_t count, void *out,
                      char *words)
{
    const llr_h5_state_t *state = source->state;
    hsize_t start[2] = {(hsize_t)first, 0}, extent[2] = {(hsize_t)count, (hsize_t)source->dim};
    hid_t type = llr_h5_memory_type(source);
    hid_t there = H5Dget_space(state->features), here = H5Screate_simple(2, extent, NULL);
    bool done = there >= 0 && here >= 0 &&
                H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
                H5Dread(state->features, type, here, there, H5P_DEFAULT, out) >= 0;
    if (!done) llr_h5_words(words);
    if (here >= 0) H5Sclose(here);
    if (there >= 0) H5Sclose(there);
    return done;
}

static llr_code_t read_slice(const llr_source_t *source, int64_t first, int64_t count, void *out,
                             llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    if (!read_slab(source, first, count, out, words))
        return llr_fail(error, LLR_INVALID, "%s: /features: rows %lld to %lld cannot be read%s",
                        source->path, (long long)first, (long long)(first + count - 1), words);
    return llr_source_check_finite(source, first, count, out, error);
}

/* Rows up to the next whole number of slices, so that slices end where chunks end. */
static int64_t slice_rows(int64_t first, int64_t left, int64_t slice)
{
    int64_t rows = slice - first % slice;
    return rows < left ? rows : left;
}

/* In slices: what HDF5 takes for conversion and chunks stays bounded, and each slice is checked
 * while it is in the cache. */
static llr_code_t read_rows(llr_source_t *source, int64_t first, int64_t count, void *out,
                            llr_error_t *error)
{
    int64_t row_bytes = source->dim * llr_dtype_size(source->type);
    int64_t slice = llr_source_slice(source), end = first + count;
    char *to = out;
    llr_code_t code = LLR_OK;
    llr_h5_printer_t printer = llr_h5_silence();
    while (first < end && code == LLR_OK) {
        int64_t rows = slice_rows(first, end - first, slice);
        code = read_slice(source, first, rows, to, error);
        to += rows * row_bytes;
        first += rows;
    }
    llr_h5_restore(printer);
    return code;
}

static void close_state(llr_source_t *source)
{
    llr_h5_state_t *state = source->state;
    if (!state) return;
    llr_h5_printer_t printer = llr_h5_silence();
    if (state->features >= 0) H5Dclose(state->features);
    if (state->file >= 0) H5Fclose(state->file);
    llr_h5_restore(printer);
    free(state);
    source->state = NULL;
}

/* Opening ---------------------------------------------------------------------------------- */

static llr_code_t find_type(llr_source_t *source, hid_t dataset, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    hid_t type = H5Dget_type(dataset);
    bool single = H5Tequal(type, H5T_IEEE_F32LE) > 0 || H5Tequal(type, H5T_IEEE_F32BE) > 0;
    bool twice = H5Tequal(type, H5T_IEEE_F64LE) > 0 || H5Tequal(type, H5T_IEEE_F64BE) > 0;
    llr_h5_type_words(type, words);
    if (type >= 0) H5Tclose(type);
    source->type = single ? LLR_FLOAT32 : LLR_FLOAT64;
    if (single || twice) return LLR_OK;
    return llr_fail(error, LLR_INVALID, "%s: /features holds %s; it must be float32 or float64",
                    source->path, words);
}

static int64_t chunk_height(hid_t dataset)
{
    hsize_t chunk[2] = {1, 1};
    hid_t list = H5Dget_create_plist(dataset);
    if (list >= 0 && H5Pget_layout(list) == H5D_CHUNKED) H5Pget_chunk(list, 2, chunk);
    if (list >= 0) H5Pclose(list);
    return chunk[0] > 0 ? (int64_t)chunk[0] : 1;
}

static llr_code_t open_features(llr_source_t *source, llr_h5_state_t *state, llr_error_t *error)
{
    hsize_t extent[2];
    LLR_TRY(llr_h5_open_list(source, state->file, "/features", 2, extent, &state->features, error));
    LLR_TRY(find_type(source, state->features, error));
    if (!extent[0] || !extent[1])
        return llr_fail(error, LLR_INVALID, "%s: /features has no %s (shape [%llu, %llu])",
                        source->path, extent[0] ? "columns" : "rows", (unsigned long long)extent[0],
                        (unsigned long long)extent[1]);
    if (extent[0] > INT64_MAX / sizeof(double) / extent[1])
        return llr_fail(error, LLR_INVALID, "%s: /features is too large (shape [%llu, %llu])",
                        source->path, (unsigned long long)extent[0], (unsigned long long)extent[1]);
    source->rows = (int64_t)extent[0];
    source->dim = (int64_t)extent[1];
    source->block = chunk_height(state->features);
    return LLR_OK;
}

static llr_code_t open_parts(llr_source_t *source, const char *path, llr_error_t *error)
{
    source->path = llr_copy_text(path);
    llr_h5_state_t *state = llr_alloc(1, sizeof *state);
    source->state = state;
    if (!source->path || !state) return llr_fail_memory(error, sizeof *state, "a dataset");
    *state = (llr_h5_state_t){-1, -1};
    LLR_TRY(llr_h5_open_file(path, &state->file, error));
    LLR_TRY(open_features(source, state, error));
    LLR_TRY(llr_h5_read_lists(source, state->file, error));
    llr_h5_read_attributes(source, state->file);
    return LLR_OK;
}

llr_code_t llr_source_open_h5(llr_source_t *source, const char *path, llr_error_t *error)
{
    *source = (llr_source_t){.read = read_rows, .close = close_state, .dealt = &llr_h5_dealt};
    llr_h5_printer_t printer = llr_h5_silence();
    llr_code_t code = open_parts(source, path, error);
    llr_h5_restore(printer);
    if (code != LLR_OK) llr_source_close(source);
    return code;
}
