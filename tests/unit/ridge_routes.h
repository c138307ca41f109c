/* Which algorithms of the square loss a call of some shape pays for. */
#ifndef LLR_TESTS_RIDGE_ROUTES_H
#define LLR_TESTS_RIDGE_ROUTES_H

#include "model/solve_ridge_conjugate.h"
#include "model/solve_ridge_krylov.h"
#include "model/solve_ridge_update.h"
#include "solve_world.h"

typedef struct routes {
    bool conjugates, updates;
    bool krylov, shares; /* shares: the spaces of all weightings */
} routes_t;

/* Of a world with at least as many rows as columns. fits: of all paths. */
static inline routes_t routes_of(const world_t *world, int64_t paths, int64_t fits, bool leaves_df)
{
    llr_sample_t sample = {.rows = world->rows,
                           .dim = world->dim,
                           .strata = world->strata,
                           .classes = world->classes,
                           .stratum_start = world->start,
                           .stratum_class = world->class_of};
    llr_solve_options_t options = {.leaves_df = leaves_df};
    llr_solutions_t solutions = {.fits = fits};
    llr_call_t call = {
        .sample = &sample,
        .paths = paths,
        .options = &options,
        .solutions = &solutions,
        .space = {.sample = &sample, .rows = world->rows, .dim = world->dim, .size = world->dim},
        .gram = {.size = world->dim, .parts = world->strata},
        .columns = llr_columns(world->classes)};
    CU_ASSERT_TRUE_FATAL(world->rows >= world->dim);
    return (routes_t){.conjugates = llr_ridge_conjugate_pays(&call),
                      .updates = llr_ridge_update_pays(&call),
                      .krylov = llr_ridge_krylov_pays(&call),
                      .shares = llr_ridge_krylov_shares(&call)};
}

#endif
