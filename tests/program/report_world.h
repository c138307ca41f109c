/* A dataset with groups and two sweeps over it, small enough that validation accuracies tie. */
#ifndef LLR_TESTS_REPORT_WORLD_H
#define LLR_TESTS_REPORT_WORLD_H

#include "h5_file.h"
#include "program.h"

#include <math.h>
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

static inline void write_world(const world_t *world, const char *path)
{
    const hsize_t shape[2] = {ROWS, DIM};
    hid_t file = h5_create(path);
    h5_add(file, "features", 2, shape, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, world->x, NULL);
    h5_add_integers(file, "labels", ROWS, H5T_STD_I32LE, world->label);
    h5_add_integers(file, "groups", ROWS, H5T_STD_I32LE, world->group);
    h5_add_integers(file, "split", ROWS, H5T_STD_I8LE, world->split);
    H5Fclose(file);
}

/* "validation 60 (class 0: 40, class 1: 20; group 0: 32, ...)" */
static inline void count_split(const world_t *world, const char *name, int split, char *out)
{
    int label[2] = {0}, group[GROUPS] = {0};
    for (int i = 0; i < ROWS; i++) {
        label[world->label[i]] += world->split[i] == split;
        group[world->group[i]] += world->split[i] == split;
    }
    sprintf(out,
            "%s %d (class 0: %d, class 1: %d; group 0: %d, group 1: %d, group 2: %d, group 3: %d)",
            name, label[0] + label[1], label[0], label[1], group[0], group[1], group[2], group[3]);
}

/* Names that CSV and Markdown must quote. */
#define GROUPED_NAME     "a|b,c_*"
#define GROUPED_MARKDOWN "a\\|b,c\\_\\*"
#define GRID                                                                                       \
    "exponents: [0, .5, 1, 2, 3]\nrules: [balanced_subsample]\n"                                   \
    "lambdas: {log10: {from: -3, to: 1, count: 5}}\nsizes: [20, 60]\n"

static const char by_class[] =
    "name: \"*my*_job\"\n"
    "datasets:\n  - {name: \"" GROUPED_NAME "\", path: world.h5}\n"
    "  - {name: gauss, synthetic: {d: 6, separation: 1.5, priors: [.7, .3]}}\n"
    "losses: [square, logistic]\n" GRID "ratios: [3]\nseeds: {first: 3, count: 4}\n";

static const char by_group[] =
    "datasets: [{name: \"" GROUPED_NAME "\", path: world.h5}]\n"
    "losses: [logistic]\nselect_by: worst_group\n" GRID "seeds: {count: 6}\n";

static inline void make_world(world_t *world)
{
    char path[2 * PATH_ROOM];
    fill_world(world);
    snprintf(path, sizeof path, "%s/world.h5", scratch());
    write_world(world, path);
    snprintf(path, sizeof path, "%s/class.yaml", scratch());
    write_file(path, by_class);
    snprintf(path, sizeof path, "%s/group.yaml", scratch());
    write_file(path, by_group);
    outcome_t outcome;
    for (int j = 0; j < 2; j++) {
        const char *job = j ? "group" : "class";
        run(&outcome, "$L run -q $D/%s.yaml -o $D/%s", job, job);
        CU_ASSERT_TRUE(ended(&outcome, 0, NULL));
    }
}

#endif
