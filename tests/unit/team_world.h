/* The same fits by one rank and by a team, compared. */
#ifndef LLR_TESTS_TEAM_WORLD_H
#define LLR_TESTS_TEAM_WORLD_H

#include "model/solve_team.h"
#include "solve_world.h"

/* The rows that the deal gives this rank; start: strata + 1, out. Owned by the caller. */
static inline double *team_deal_rows(const llr_team_t *team, const world_t *world, int64_t *start)
{
    llr_deal_t deal = llr_team_deal(team, world->rows);
    int64_t here = llr_deal_count(deal, team->rank);
    double *x = malloc(sizeof *x * (size_t)(here * world->dim + 1));
    for (int32_t s = 0; s <= world->strata; s++)
        start[s] = llr_deal_below(deal, team->rank, world->start[s]);
    for (int64_t i = 0; i < here; i++)
        memcpy(x + i * world->dim, world->x + llr_deal_item(deal, team->rank, i) * world->dim,
               sizeof *x * (size_t)world->dim);
    return x;
}

/* By the team, with no more memory than planned. */
static inline outcome_t team_solve(const llr_team_t *team, const world_t *world, llr_loss_t loss,
                                   const llr_path_t *path, int64_t paths,
                                   const llr_solve_options_t *options)
{
    outcome_t out = {0};
    llr_arena_t arena;
    llr_error_t error;
    int64_t start[STRATA + 1];
    double *x = team_deal_rows(team, world, start);
    llr_solve_shape_t shape = world_shape(world, loss, path, paths, options->leaves_df);
    llr_team_sample_t sample = {{x, start[world->strata], world->dim, world->strata, world->classes,
                                 start, world->class_of},
                                world->rows};
    outcome_take(&out, &shape);
    out.bytes = llr_solve_team_bytes(&shape, team->size);
    CU_ASSERT_EQUAL_FATAL(llr_arena_create(&arena, out.bytes, &error), LLR_OK);
    out.code =
        llr_solve_team(loss, &sample, path, paths, options, &out.solutions, team, &arena, &error);
    out.peak = arena.peak;
    CU_ASSERT_EQUAL(out.code, LLR_OK);
    CU_ASSERT_EQUAL(arena.used, 0);
    CU_ASSERT_TRUE(out.peak <= out.bytes);
    llr_arena_destroy(&arena);
    free(x);
    return out;
}

/* Objectives as near as the certificates promise; square: to 1e-10. */
static inline void team_compare(const llr_team_t *team, const world_t *world, llr_loss_t loss,
                                const llr_path_t *path, int64_t paths,
                                const llr_solve_options_t *options)
{
    outcome_t one = world_solve(world, loss, path, paths, options);
    outcome_t many = team_solve(team, world, loss, path, paths, options);
    double near = loss == LLR_LOSS_SQUARE ? 1e-10 : 2 * options->tolerance;
    double df_near = loss == LLR_LOSS_SQUARE ? 1e-9 : 3e-5;
    CU_ASSERT_EQUAL(one.solutions.rank, many.solutions.rank);
    for (int64_t f = 0; f < one.solutions.fits; f++) {
        const llr_fit_t *a = &one.fit[f], *b = &many.fit[f];
        CU_ASSERT_EQUAL(a->status, LLR_FIT_CONVERGED);
        CU_ASSERT_EQUAL(b->status, LLR_FIT_CONVERGED);
        CU_ASSERT_TRUE(b->certified_gap <= options->tolerance);
        CU_ASSERT_TRUE(fabs(a->objective - b->objective) <= near * a->objective);
        if (options->leaves_df) {
            CU_ASSERT_TRUE(isnan(b->df));
        } else {
            CU_ASSERT_TRUE(fabs(a->df - b->df) <= df_near * fmax(a->df, 1e-3));
        }
    }
    outcome_destroy(&one);
    outcome_destroy(&many);
}

/* Weights from all equal to far apart; the last leaves a stratum out where there are more than the
 * classes need. */
static inline void team_weigh(world_t *world)
{
    for (int p = 0; p < PATHS; p++) {
        double sum = 0;
        for (int32_t s = 0; s < world->strata; s++) {
            world->weight[p][s] = pow(3, p * (s % 3));
            if (p == PATHS - 1 && world->strata > world->classes && s == world->strata - 1)
                world->weight[p][s] = 0;
            sum += world->weight[p][s] * (double)(world->start[s + 1] - world->start[s]);
        }
        for (int32_t s = 0; s < world->strata; s++)
            world->weight[p][s] *= (double)world->rows / sum;
    }
}

static inline void team_check(const llr_team_t *team, int64_t rows, int64_t dim, int32_t classes,
                              int32_t strata, llr_loss_t loss, bool leaves_df)
{
    enum { LAMBDAS = 9 }; /* more than lanes; one and two are solved by factors */
    static const double lambda[] = {0.01, 1, 1e-3, 0.1, 0.3, 3, 0.03, 0.05, 0.2};
    world_t world = world_create(rows, dim, classes, strata, 7 * rows + dim);
    llr_solve_options_t options = {
        .tolerance = 1e-8, .max_iterations = 1000, .leaves_df = leaves_df};
    llr_path_t path[PATHS];
    team_weigh(&world);
    /* One of the paths has one lambda of its own, as a rule that follows lambda. */
    for (int p = 0; p < PATHS; p++)
        path[p] = (llr_path_t){world.weight[p], lambda, p == 1 ? 1 : p == 2 ? 2 : LAMBDAS};
    team_compare(team, &world, loss, path, PATHS, &options);
    world_destroy(&world);
}

#endif
