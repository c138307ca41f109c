/* Small samples with strata, and all their solutions by llr_solve with no more memory than planned.
 */
#ifndef LLR_TESTS_SOLVE_WORLD_H
#define LLR_TESTS_SOLVE_WORLD_H

#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "model/solve.h"
#include "suite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STRATA = 8, PATHS = 4, LISTED = 8, FITS = 6 * PATHS * LISTED };

typedef struct world {
    int64_t rows, dim;
    int32_t strata, classes;
    int64_t start[STRATA + 1];
    int32_t class_of[STRATA];
    double *x; /* rows x dim, owned */
    double weight[PATHS][STRATA];
} world_t;

/* Rows of equal strata, whose classes alternate: normal, in steps of 2^-12 so that sums of a few
 * are exact, with 1 on the column of the class. Weights 1. */
static inline world_t world_create(int64_t rows, int64_t dim, int32_t classes, int32_t strata,
                                   int64_t seed)
{
    llr_random_t random = llr_random_stream((llr_hash_t){3, 4}, LLR_PURPOSE_SYNTHETIC_ROW, seed, 0);
    world_t world = {.rows = rows, .dim = dim, .strata = strata, .classes = classes};
    world.x = malloc(sizeof(double) * (size_t)(rows * dim));
    llr_random_normal(&random, world.x, rows * dim);
    for (int64_t u = 0; u < rows * dim; u++) world.x[u] = round(world.x[u] * 4096) / 4096;
    for (int32_t s = 0; s < strata; s++) {
        world.class_of[s] = s % classes;
        world.start[s + 1] = (s + 1) * rows / strata;
        for (int64_t i = world.start[s]; i < world.start[s + 1]; i++)
            world.x[i * dim + s % classes % dim] += 1;
        for (int p = 0; p < PATHS; p++) world.weight[p][s] = 1;
    }
    return world;
}

static inline int32_t world_stratum(const world_t *world, int64_t row)
{
    int32_t s = 0;
    while (row >= world->start[s + 1]) s++;
    return s;
}

typedef struct outcome {
    llr_code_t code;
    llr_solutions_t solutions;
    llr_fit_t fit[FITS];
    double *theta, *b; /* owned */
    int64_t peak, bytes;
} outcome_t;

static inline llr_solve_shape_t world_shape(const world_t *world, llr_loss_t loss,
                                            const llr_path_t *path, int64_t paths, bool leaves_df)
{
    llr_solve_shape_t shape = {.loss = loss,
                               .rows = world->rows,
                               .dim = world->dim,
                               .strata = world->strata,
                               .classes = world->classes,
                               .paths = paths,
                               .leaves_df = leaves_df};
    for (int64_t p = 0; p < paths; p++) {
        shape.fits += path[p].lambdas;
        for (int64_t l = 0; l < path[p].lambdas; l++)
            shape.zero = shape.zero || path[p].lambda[l] == 0;
    }
    return shape;
}

/* Room for the solutions of such a call; out stays where it is. */
static inline void outcome_take(outcome_t *out, const llr_solve_shape_t *shape)
{
    int32_t columns = llr_columns(shape->classes);
    CU_ASSERT_TRUE_FATAL(shape->fits <= FITS);
    out->theta = calloc((size_t)(shape->fits * columns * shape->dim), sizeof *out->theta);
    out->b = calloc((size_t)(shape->fits * columns), sizeof *out->b);
    out->solutions = (llr_solutions_t){shape->fits, columns, 0, out->fit, out->theta, out->b};
}

/* Solves the paths, whose weights and lambdas are set. */
static inline outcome_t world_solve(const world_t *world, llr_loss_t loss, const llr_path_t *path,
                                    int64_t paths, const llr_solve_options_t *options)
{
    outcome_t out = {0};
    llr_arena_t arena;
    llr_error_t error;
    size_t bytes = sizeof(double) * (size_t)(world->rows * world->dim);
    double *x = malloc(bytes);
    llr_solve_shape_t shape = world_shape(world, loss, path, paths, options->leaves_df);
    memcpy(x, world->x, bytes);
    llr_sample_t sample = {
        x, world->rows, world->dim, world->strata, world->classes, world->start, world->class_of};
    outcome_take(&out, &shape);
    out.bytes = llr_solve_bytes(&shape);
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, out.bytes, &error), LLR_OK);
    out.code = llr_solve(loss, &sample, path, paths, options, &out.solutions, &arena, &error);
    out.peak = arena.peak;
    CU_ASSERT_EQUAL(arena.used, 0);
    CU_ASSERT_TRUE(out.peak <= out.bytes);
    llr_arena_destroy(&arena);
    free(x);
    return out;
}

/* One fit at the first weights. */
static inline outcome_t world_solve_at(const world_t *world, llr_loss_t loss, double lambda)
{
    llr_path_t path = {world->weight[0], &lambda, 1};
    llr_solve_options_t options = {.tolerance = 1e-8, .max_iterations = 1000};
    outcome_t out = world_solve(world, loss, &path, 1, &options);
    CU_ASSERT_EQUAL(out.code, LLR_OK);
    out.solutions.fit = NULL; /* out.fit moves with the outcome */
    return out;
}

static inline void world_destroy(world_t *world)
{
    free(world->x);
}

static inline void outcome_destroy(outcome_t *out)
{
    free(out->theta);
    free(out->b);
}

#endif
