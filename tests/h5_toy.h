/* A small good dataset file, and copies of it with one thing changed. */
#ifndef LLR_TESTS_H5_TOY_H
#define LLR_TESTS_H5_TOY_H

#include "h5_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROWS = 12, DIM = 5, PATH = 512 };

static const int labels[ROWS] = {0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2};
static const int groups[ROWS] = {3, 1, 2, 0, 1, 2, 3, 1, 2, 0, 1, 2};
static const int splits[ROWS] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2};

/* A path in the folder for scratch files, by name. */
static inline const char *path_of(const char *name)
{
    static char path[PATH];
    const char *folder = getenv("LLR_SCRATCH");
    snprintf(path, sizeof path, "%s/source-%d-%s", folder ? folder : ".", (int)getpid(), name);
    return path;
}

/* Values that float32 holds exactly, all different. */
static inline double feature(int row, int column)
{
    return 0.25 * (row * DIM + column) - 3;
}

static inline void fill_features(double *x)
{
    for (int i = 0; i < ROWS * DIM; i++) x[i] = feature(i / DIM, i % DIM);
}

static inline void add_features(hid_t file, hid_t stored, const hsize_t *chunk)
{
    double x[ROWS * DIM];
    const hsize_t shape[2] = {ROWS, DIM};
    fill_features(x);
    h5_add(file, "features", 2, shape, stored, H5T_NATIVE_DOUBLE, x, chunk);
}

/* A whole good file; integer is the type of the lists. */
static inline void write_good(const char *path, hid_t stored, hid_t integer, const hsize_t *chunk)
{
    hid_t file = h5_create(path);
    add_features(file, stored, chunk);
    h5_add_integers(file, "labels", ROWS, integer, labels);
    h5_add_integers(file, "groups", ROWS, integer, groups);
    h5_add_integers(file, "split", ROWS, integer, splits);
    H5Fclose(file);
}

/* A good file but for one list, which is left out, or replaced. */
static inline hid_t begin_without(const char *path, const char *left_out)
{
    hid_t file = h5_create(path);
    if (strcmp(left_out, "features")) add_features(file, H5T_IEEE_F32LE, NULL);
    if (strcmp(left_out, "labels")) h5_add_integers(file, "labels", ROWS, H5T_STD_I32LE, labels);
    if (strcmp(left_out, "groups")) h5_add_integers(file, "groups", ROWS, H5T_STD_I32LE, groups);
    if (strcmp(left_out, "split")) h5_add_integers(file, "split", ROWS, H5T_STD_I8LE, splits);
    return file;
}

/* A file that is good but for one value of one list. */
static inline void with_value(const char *path, const char *list, int row, int value)
{
    int values[ROWS];
    memcpy(values,
           !strcmp(list, "labels")   ? labels
           : !strcmp(list, "groups") ? groups
                                     : splits,
           sizeof values);
    values[row] = value;
    hid_t file = begin_without(path, list);
    h5_add_integers(file, list, ROWS, H5T_STD_I32LE, values);
    H5Fclose(file);
}

#endif
