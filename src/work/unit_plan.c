/* What a unit will take: fixed formulas of the shapes. */
#include "model/solve_team.h"
#include "work/crew.h"
#include "work/fit_set.h"

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The weightings of a cut, and the cells of it that the unit has. */
typedef struct share {
    int64_t weightings, cells;
    bool zero; /* some of them at lambda 0 */
} share_t;

static share_t share_of(const llr_grid_t *grid, const llr_unit_t *unit, llr_cut_t cut)
{
    share_t share = {0, 0, false};
    for (int64_t w = 0; w < unit->weightings; w++) {
        llr_rule_t rule = grid->weighting[unit->first_weighting + w].rule;
        if (llr_cut_of(rule) != cut) continue;
        share.weightings += llr_rule_follows_lambda(rule) ? unit->lambdas : 1;
        share.cells += unit->lambdas;
    }
    for (int64_t l = 0; share.cells && l < unit->lambdas; l++)
        share.zero = share.zero || grid->job->lambda[unit->first_lambda + l] == 0;
    return share;
}

static llr_solve_shape_t solve_shape(const llr_facts_t *facts, const llr_grid_t *grid,
                                     const llr_unit_t *unit, int64_t rows, share_t share)
{
    return (llr_solve_shape_t){.loss = unit->loss,
                               .rows = rows,
                               .dim = facts->dim,
                               .strata = llr_subsample_strata(facts, grid->job->weights_by),
                               .classes = facts->shape.classes,
                               .paths = share.weightings,
                               .fits = share.cells,
                               .zero = share.zero,
                               .leaves_df = !grid->job->df[unit->loss]};
}

/* Of a rank of a crew: its rows, then fetching them or solving. */
static int64_t crew_bytes(const llr_facts_t *facts, const llr_grid_t *grid, const llr_unit_t *unit,
                          int64_t rows, share_t share)
{
    llr_solve_shape_t shape = solve_shape(facts, grid, unit, rows, share);
    int ranks = (int)grid->job->ranks_per_unit;
    int64_t most = llr_deal_most((llr_deal_t){rows, LLR_TEAM_BLOCK, ranks});
    int64_t fetch = llr_crew_fetch_bytes(ranks, facts->columns, rows);
    if (facts->synthetic)
        fetch = llr_arena_cost(most, sizeof(int64_t)) + llr_arena_cost(most, sizeof(int32_t)) +
                llr_subsample_scratch(facts, rows);
    return llr_arena_cost(shape.strata + 1, sizeof(int64_t)) +
           llr_arena_cost(most * facts->dim, sizeof(double)) +
           llr_arena_cost(2 * facts->dim, sizeof(double)) +
           larger(fetch, llr_solve_team_bytes(&shape, ranks));
}

static int64_t solve_bytes(const llr_facts_t *facts, const llr_grid_t *grid, const llr_unit_t *unit,
                           int64_t rows, share_t share)
{
    llr_solve_shape_t shape = solve_shape(facts, grid, unit, rows, share);
    if (grid->job->ranks_per_unit > 1) return crew_bytes(facts, grid, unit, rows, share);
    return llr_arena_cost(rows * facts->dim, sizeof(double)) + llr_solve_bytes(&shape);
}

static int64_t sample_bytes(const llr_facts_t *facts, const llr_grid_t *grid,
                            const llr_unit_t *unit, llr_cut_t cut, share_t share)
{
    int64_t strata = llr_subsample_strata(facts, grid->job->weights_by);
    int64_t bytes = solve_bytes(facts, grid, unit, unit->n, share);
    /* Balanced cuts may have any number of rows up to n; fewer than columns take the row space
     * besides. */
    if (cut != LLR_CUT_NONE && unit->n >= facts->dim && facts->dim > 1)
        bytes = larger(bytes, solve_bytes(facts, grid, unit, facts->dim - 1, share));
    return bytes + llr_subsample_bytes(facts, grid->job->weights_by, unit->n) +
           llr_arena_cost(share.weightings, sizeof(llr_path_t)) +
           llr_arena_cost(share.weightings * strata, sizeof(double));
}

int64_t llr_fit_set_bytes(const llr_grid_t *grid, const llr_facts_t *facts, const llr_unit_t *unit,
                          llr_cut_t cut)
{
    share_t share = share_of(grid, unit, cut);
    int64_t d = sizeof(double), vectors = share.cells * llr_columns(facts->shape.classes);
    bool rotates = llr_job_preprocess(grid->job, unit->dataset)->kind == LLR_PREPROCESS_PCA;
    if (!share.cells) return 0;
    int64_t members = llr_fit_set_members(grid);
    int64_t kept =
        llr_arena_cost(members, sizeof(llr_member_t)) +
        llr_arena_cost(members, sizeof(llr_path_t)) + llr_arena_cost(members, sizeof(int64_t)) +
        llr_arena_cost(members * facts->shape.kinds, d) + llr_arena_cost(facts->shape.kinds, d) +
        llr_arena_cost(share.cells, sizeof(llr_fit_t)) + llr_arena_cost(vectors * facts->dim, d) +
        llr_arena_cost(vectors, d) + 2 * llr_arena_cost(facts->dim, d) +
        (rotates ? llr_arena_cost(vectors * facts->columns, d) : 0);
    int64_t totals = llr_arena_cost(vectors * facts->columns, d) + llr_arena_cost(vectors, d) +
                     llr_arena_cost(share.cells, sizeof(llr_fit_t));
    int64_t solving = sample_bytes(facts, grid, unit, cut, share) +
                      llr_subsample_scratch(facts, unit->n) +
                      (cut == LLR_CUT_AVERAGED ? totals : 0);
    return kept + larger(solving, llr_measure_bytes(facts, share.cells, grid->job->ranks_per_unit));
}

int64_t llr_unit_bytes(const llr_grid_t *grid, const llr_facts_t *facts, int64_t unit)
{
    const llr_unit_t *u = &grid->unit[unit];
    int64_t most = llr_subsample_scratch(facts, u->n);
    for (int cut = 0; cut < LLR_CUTS; cut++)
        most = larger(most, llr_fit_set_bytes(grid, facts, u, (llr_cut_t)cut));
    return llr_subsample_bytes(facts, grid->job->weights_by, u->n) + most;
}

/* Seconds as those of llr_solve_cost: a unit at all, a normal number, and, of two classes and of
 * more, an element of an evaluation row (read, standardised) and that times a vector. */
static const double UNIT = 5e-5, NORMAL = 5e-9;
static const double ELEMENT[2] = {7.2e-10, 2.2e-9}, SCORE[2] = {1.6e-11, 6e-12};

double llr_unit_cost(const llr_grid_t *grid, const llr_facts_t *facts, int64_t unit)
{
    const llr_unit_t *u = &grid->unit[unit];
    int64_t rows = 0;
    double cost = UNIT;
    for (int32_t c = 0; c < facts->shape.classes; c++)
        for (int split = 0; split < LLR_SPLITS; split++)
            rows += facts->eval_count[split * llr_shape_slots(facts->shape) + c];
    for (int cut = 0; cut < LLR_CUTS; cut++) {
        share_t share = share_of(grid, u, (llr_cut_t)cut);
        double draws = cut == LLR_CUT_AVERAGED ? (double)grid->job->balanced_repeats : 1;
        llr_solve_shape_t shape = solve_shape(facts, grid, u, u->n, share);
        if (share.cells) cost += draws * llr_solve_cost(&shape);
    }
    double vectors = (double)(u->cells * llr_columns(facts->shape.classes));
    if (facts->synthetic) cost += NORMAL * (double)u->n * (double)facts->columns;
    bool many = facts->shape.classes > 2;
    return cost + (double)rows * (double)facts->columns * (ELEMENT[many] + SCORE[many] * vectors);
}
