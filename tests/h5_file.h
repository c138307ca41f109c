/* Small HDF5 files for tests: each call adds one thing to the file at path. */
#ifndef LLR_TESTS_H5_FILE_H
#define LLR_TESTS_H5_FILE_H

#include <CUnit/Basic.h>
#include <hdf5.h>
#include <string.h>

/* An empty file, open. */
static inline hid_t h5_create(const char *path)
{
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT_TRUE_FATAL(file >= 0);
    return file;
}

/* A dataset of the given shape: stored as stored, values given as memory. chunk (as many entries as
 * rank) asks for chunks with gzip; NULL for none. values may be NULL. */
static inline void h5_add(hid_t file, const char *name, int rank, const hsize_t *shape,
                          hid_t stored, hid_t memory, const void *values, const hsize_t *chunk)
{
    hid_t space = H5Screate_simple(rank, shape, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
    if (chunk) {
        H5Pset_chunk(list, rank, chunk);
        H5Pset_shuffle(list);
        H5Pset_deflate(list, 4);
    }
    hid_t dataset = H5Dcreate2(file, name, stored, space, H5P_DEFAULT, list, H5P_DEFAULT);
    CU_ASSERT_TRUE_FATAL(dataset >= 0);
    if (values)
        CU_ASSERT_TRUE_FATAL(H5Dwrite(dataset, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(dataset);
    H5Pclose(list);
    H5Sclose(space);
}

/* count integers, given as int. */
static inline void h5_add_integers(hid_t file, const char *name, hsize_t count, hid_t stored,
                                   const int *values)
{
    h5_add(file, name, 1, &count, stored, H5T_NATIVE_INT, values, NULL);
}

/* A string attribute of the root: count 0 makes a scalar; variable or of fixed width. */
static inline void h5_add_strings(hid_t file, const char *name, hsize_t count,
                                  const char *const *values, size_t width)
{
    hid_t type = H5Tcopy(H5T_C_S1),
          space = count ? H5Screate_simple(1, &count, NULL) : H5Screate(H5S_SCALAR);
    char packed[1024] = {0};
    H5Tset_size(type, width ? width : H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    if (width) H5Tset_strpad(type, H5T_STR_SPACEPAD);
    for (hsize_t i = 0; width && i < (count ? count : 1); i++) {
        memset(packed + i * width, ' ', width);
        memcpy(packed + i * width, values[i], strlen(values[i]));
    }
    hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT_TRUE_FATAL(attribute >= 0);
    CU_ASSERT_TRUE(H5Awrite(attribute, type, width ? (const void *)packed : values) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

#endif
