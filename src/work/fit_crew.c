/* The fits of a set by a crew: every rank has a part of the rows. */
#include "model/scaling.h"
#include "model/solve_team.h"
#include "work/crew.h"
#include "work/fit_set.h"

/* Made rows need no one else: each rank makes its own. */
static llr_code_t make_rows(const llr_fit_set_t *set, const llr_subsample_t *sample, int64_t here,
                            double *x, llr_error_t *error)
{
    const llr_team_t *team = set->worker->crew->team;
    llr_arena_t *arena = &set->worker->arena;
    llr_deal_t deal = llr_team_deal(team, sample->rows);
    llr_subsample_t mine = {.rows = here};
    LLR_TAKE(mine.row, arena, here, error);
    LLR_TAKE(mine.class, arena, here, error);
    for (int64_t i = 0; i < here; i++) {
        int64_t item = llr_deal_item(deal, team->rank, i);
        mine.row[i] = sample->row[item];
        mine.class[i] = sample->class[item];
    }
    return llr_subsample_gather(set->dataset, &mine, set->unit->seed, x, arena, error);
}

static llr_code_t bring_rows(const llr_fit_set_t *set, const llr_subsample_t *sample, int64_t here,
                             double *x, llr_error_t *error)
{
    const llr_crew_t *crew = set->worker->crew;
    llr_arena_t *arena = &set->worker->arena;
    int64_t mark = llr_arena_mark(arena);
    llr_code_t code = set->dataset->source
                          ? crew->fetch(crew->argument, set->dataset, sample, x, arena, error)
                          : make_rows(set, sample, here, x, error);
    llr_arena_release(arena, mark);
    return code;
}

/* Where the strata begin among the rows here. */
static llr_code_t deal_strata(const llr_fit_set_t *set, const llr_subsample_t *sample,
                              int64_t **start, llr_error_t *error)
{
    const llr_team_t *team = set->worker->crew->team;
    llr_deal_t deal = llr_team_deal(team, sample->rows);
    LLR_TAKE(*start, &set->worker->arena, sample->strata + 1, error);
    for (int32_t s = 0; s <= sample->strata; s++)
        (*start)[s] = llr_deal_below(deal, team->rank, sample->stratum_start[s]);
    return LLR_OK;
}

llr_code_t llr_fit_set_solve_together(llr_fit_set_t *set, const llr_subsample_t *sample,
                                      const llr_path_t *path, const llr_solve_options_t *options,
                                      llr_error_t *error)
{
    const llr_team_t *team = set->worker->crew->team;
    const llr_facts_t *facts = &set->dataset->facts;
    llr_arena_t *arena = &set->worker->arena;
    llr_preprocess_t preprocess =
        llr_job_preprocess(set->worker->grid->job, set->unit->dataset)->kind;
    int64_t *start, dim = facts->dim;
    llr_deal_t deal = llr_team_deal(team, sample->rows);
    int64_t here = llr_deal_count(deal, team->rank);
    double *x, *work;
    LLR_TRY(deal_strata(set, sample, &start, error));
    LLR_TAKE(x, arena, llr_deal_most(deal) * dim, error);
    LLR_TAKE(work, arena, 2 * dim, error);
    LLR_TRY(bring_rows(set, sample, here, x, error));
    llr_scaling_fit_team(preprocess, team, x, here, sample->rows, dim, set->shift, set->scale,
                         work);
    if (preprocess == LLR_PREPROCESS_ZSCORE)
        llr_scaling_apply(set->shift, set->scale, x, here, dim);
    llr_team_sample_t rows = {
        {x, here, dim, sample->strata, facts->shape.classes, start, sample->stratum_class},
        sample->rows};
    return llr_solve_team(set->unit->loss, &rows, path, set->paths, options, &set->solutions, team,
                          arena, error);
}
