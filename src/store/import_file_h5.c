#include "base/memory.h"
#include "store/import_file.h"
#include "store/source_h5.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct llr_import_file {
    hid_t file, features, space; /* owned; space: of the features in the file */
    hid_t memory;                /* type of the features */
    int64_t dim;
    const char *shown;        /* borrowed */
    llr_h5_printer_t printer; /* as it was before */
};

static llr_code_t fail_writing(const llr_import_file_t *file, llr_error_t *error)
{
    char words[LLR_H5_WORDS];
    int failure = errno;
    llr_h5_words(words);
    return llr_fail(error, LLR_FAILED, "%s: cannot be written: %s%s", file->shown,
                    failure ? strerror(failure) : "HDF5 failed", failure ? "" : words);
}

/* The form of files since HDF5 1.8: names of many classes fit into an attribute. */
static hid_t create_file(const char *path)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
#if H5_VERSION_GE(1, 10, 2)
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST);
#endif
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    return file;
}

/* Contiguous; what is not written yet is not filled. */
static bool create_features(llr_import_file_t *file, const llr_source_t *source)
{
    hsize_t shape[2] = {(hsize_t)source->rows, (hsize_t)source->dim};
    bool single = source->type == LLR_FLOAT32;
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_fill_time(list, H5D_FILL_TIME_NEVER);
    file->space = H5Screate_simple(2, shape, NULL);
    file->memory = single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
    file->features = H5Dcreate2(file->file, "features", single ? H5T_IEEE_F32LE : H5T_IEEE_F64LE,
                                file->space, H5P_DEFAULT, list, H5P_DEFAULT);
    H5Pclose(list);
    return file->features >= 0;
}

llr_code_t llr_import_create(llr_import_file_t **out, const char *path, const char *shown,
                             const llr_source_t *source, llr_error_t *error)
{
    llr_import_file_t *file = *out = llr_alloc(1, sizeof *file);
    if (!file) return llr_fail_memory(error, sizeof *file, "a file");
    *file = (llr_import_file_t){.file = -1,
                                .features = -1,
                                .space = -1,
                                .dim = source->dim,
                                .shown = shown,
                                .printer = llr_h5_silence()};
    errno = 0;
    file->file = create_file(path);
    if (file->file >= 0 && create_features(file, source)) return LLR_OK;
    return fail_writing(file, error);
}

llr_code_t llr_import_write(llr_import_file_t *file, int64_t first, int64_t count, const void *x,
                            llr_error_t *error)
{
    hsize_t start[2] = {(hsize_t)first, 0}, extent[2] = {(hsize_t)count, (hsize_t)file->dim};
    hid_t here = H5Screate_simple(2, extent, NULL);
    errno = 0;
    bool done = H5Sselect_hyperslab(file->space, H5S_SELECT_SET, start, NULL, extent, NULL) >= 0 &&
                H5Dwrite(file->features, file->memory, here, file->space, H5P_DEFAULT, x) >= 0;
    llr_code_t code = done ? LLR_OK : fail_writing(file, error);
    H5Sclose(here);
    return code;
}

static bool write_list(hid_t file, const char *name, hid_t stored, hid_t memory, int64_t rows,
                       const void *list)
{
    if (!list) return true;
    hsize_t extent = (hsize_t)rows;
    hid_t space = H5Screate_simple(1, &extent, NULL);
    hid_t set = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool done = set >= 0 && H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, list) >= 0;
    if (set >= 0) done = H5Dclose(set) >= 0 && done;
    H5Sclose(space);
    return done;
}

/* count strings; 0: one, as a scalar. */
static bool write_names(hid_t file, const char *name, int32_t count, char *const *text)
{
    if (!text || !*text) return true;
    hsize_t extent = (hsize_t)count;
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t space = count ? H5Screate_simple(1, &extent, NULL) : H5Screate(H5S_SCALAR);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool done = attribute >= 0 && H5Awrite(attribute, type, text) >= 0;
    if (attribute >= 0) done = H5Aclose(attribute) >= 0 && done;
    H5Sclose(space);
    H5Tclose(type);
    return done;
}

llr_code_t llr_import_describe(llr_import_file_t *file, const llr_source_t *source,
                               llr_error_t *error)
{
    hid_t to = file->file, int32 = H5T_STD_I32LE, native = H5T_NATIVE_INT32;
    int64_t rows = source->rows;
    errno = 0;
    bool done = write_list(to, "labels", int32, native, rows, source->label) &&
                write_list(to, "groups", int32, native, rows, source->group) &&
                write_list(to, "split", H5T_STD_I8LE, H5T_NATIVE_INT8, rows, source->split) &&
                write_names(to, "name", 0, &source->name) &&
                write_names(to, "source", 0, &source->origin) &&
                write_names(to, "class_names", source->classes, source->class_name) &&
                write_names(to, "group_names", source->groups, source->group_name);
    return done ? LLR_OK : fail_writing(file, error);
}

llr_code_t llr_import_close(llr_import_file_t *file, llr_error_t *error)
{
    llr_code_t code = LLR_OK;
    if (!file) return code;
    if (file->features >= 0) H5Dclose(file->features);
    if (file->space >= 0) H5Sclose(file->space);
    errno = 0;
    if (file->file >= 0 && H5Fclose(file->file) < 0) code = fail_writing(file, error);
    llr_h5_restore(file->printer);
    free(file);
    return code;
}
