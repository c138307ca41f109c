/* A small dataset with groups: class x attribute, the attribute mostly with the class. */
#ifndef LLR_TESTS_H5_GROUPED_H
#define LLR_TESTS_H5_GROUPED_H

#include "h5_file.h"

#include <stdint.h>

enum { ROWS = 360, POOL = 200, VALIDATION = 60, DIM = 4, GROUPS = 4 };

typedef struct world {
    double x[ROWS * DIM];
    int label[ROWS], group[ROWS], split[ROWS];
} world_t;

/* Nearly normal: a sum of uniforms. */
static inline double draw(uint32_t *state)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += (*state = *state * 1664525u + 1013904223u) * 0x1p-32;
    return sum;
}

/* A third is class 1; the attribute, half the group number, goes mostly with the class and has a
 * feature of its own. */
static inline void fill_world(world_t *world)
{
    uint32_t state = 1;
    for (int i = 0; i < ROWS; i++) {
        world->label[i] = i % 3 == 0;
        int attribute = i % 5 == 0 ? !world->label[i] : world->label[i];
        world->group[i] = 2 * world->label[i] + attribute;
        world->split[i] = i < POOL ? 0 : i < POOL + VALIDATION ? 1 : 2;
        for (int j = 0; j < DIM; j++)
            world->x[i * DIM + j] = draw(&state) + (j == 0) * 0.9 * (2 * world->label[i] - 1) +
                                    (j == 1) * 1.5 * (2 * attribute - 1);
    }
}

/* chunk: of the features, which are then compressed; NULL: contiguous. */
static inline void write_world_in(const world_t *world, const char *path, const hsize_t *chunk)
{
    const hsize_t shape[2] = {ROWS, DIM};
    hid_t file = h5_create(path);
    h5_add(file, "features", 2, shape, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, world->x, chunk);
    h5_add_integers(file, "labels", ROWS, H5T_STD_I32LE, world->label);
    h5_add_integers(file, "groups", ROWS, H5T_STD_I32LE, world->group);
    h5_add_integers(file, "split", ROWS, H5T_STD_I8LE, world->split);
    H5Fclose(file);
}

static inline void write_world(const world_t *world, const char *path)
{
    write_world_in(world, path, NULL);
}

#endif
