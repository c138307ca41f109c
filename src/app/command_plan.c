#include "app/calibration.h"
#include "app/commands.h"
#include "app/plan.h"
#include "app/session.h"

#include <math.h>
#include <stdio.h>

/* Of the blocks of a subsample and loss the dearest: seconds, and bytes of workspace. */
static double longest_of(const llr_session_t *session, const llr_estimate_t *estimate,
                         int64_t first)
{
    double most = 0;
    for (int64_t b = 0; b < session->grid.blocks; b++)
        most = fmax(most, estimate->seconds[first + b]);
    return most;
}

static double dearest_bytes(const llr_session_t *session, const llr_facts_t *facts, int64_t first)
{
    double most = 0;
    for (int64_t b = 0; b < session->grid.blocks; b++)
        most = fmax(most, (double)llr_unit_bytes(&session->grid, facts, first + b));
    return most;
}

/* One line a dataset, loss and size: the shapes of the work. */
static void print_units(const llr_session_t *session, const llr_estimate_t *estimate)
{
    const llr_grid_t *grid = &session->grid;
    char bytes[LLR_NUMBER_TEXT];
    printf("%s: %lld cells in %lld units of %s%lld (%lld weightings x %lld lambdas)\n\n",
           session->job.name, (long long)grid->cells, (long long)grid->units,
           grid->blocks > 1 ? "at most " : "", (long long)grid->unit[0].cells,
           (long long)grid->weightings, (long long)session->job.lambdas);
    if (session->job.ranks_per_unit > 1)
        printf("a unit is solved by %lld ranks together (process grid 1 x %lld)\n\n",
               (long long)session->job.ranks_per_unit, (long long)session->job.ranks_per_unit);
    printf("%-20s %-9s %9s %7s %9s %12s %12s\n", "dataset", "loss", "n", "d", "d/n", "s a unit",
           "workspace");
    for (int64_t u = 0; u < grid->units; u += session->job.seeds * grid->blocks) {
        const llr_unit_t *unit = &grid->unit[u];
        const llr_facts_t *facts = &session->catalog.facts[unit->dataset];
        printf("%-20s %-9s %9lld %7lld %9.3g %12.3g %12s\n",
               session->job.dataset[unit->dataset].name, llr_loss_name(unit->loss),
               (long long)unit->n, (long long)facts->dim, (double)facts->dim / (double)unit->n,
               longest_of(session, estimate, u),
               llr_bytes_text(dearest_bytes(session, facts, u), bytes));
    }
}

/* Those of the options; without them as few as the job can run on. */
static llr_code_t choose_ranks(const llr_options_t *options, const llr_session_t *session,
                               int *ranks, llr_error_t *error)
{
    int64_t least = session->job.ranks_per_unit > 1 ? session->job.ranks_per_unit : 1;
    bool given = llr_options_given(options, (const char *const[]){"--ranks", NULL});
    *ranks = (int)(given ? options->ranks : options->nodes > least ? options->nodes : least);
    if (*ranks < least)
        return llr_fail(error, LLR_INVALID,
                        "--ranks %d: ranks_per_unit is %lld; that many at least", *ranks,
                        (long long)least);
    if (options->nodes > *ranks)
        return llr_fail(error, LLR_INVALID, "--nodes %lld: more nodes than ranks (--ranks %d)",
                        (long long)options->nodes, *ranks);
    llr_session_warn_ranks(least, *ranks);
    return LLR_OK;
}

static llr_code_t print_plan(const llr_options_t *options, llr_session_t *session,
                             const llr_pace_t *pace, const char *calibration, int ranks,
                             llr_error_t *error)
{
    llr_estimate_t estimate;
    llr_code_t code =
        llr_estimate_create(&estimate, &session->grid, &session->catalog, pace, error);
    if (code == LLR_OK) {
        llr_plan_t plan = {.session = session,
                           .pace = pace,
                           .estimate = &estimate,
                           .calibration = calibration,
                           .ranks = ranks,
                           .nodes = (int)options->nodes};
        print_units(session, &estimate);
        llr_plan_print_memory(&plan);
        code = llr_plan_print_time(&plan, error);
    }
    llr_estimate_destroy(&estimate);
    return code;
}

static llr_code_t plan(const llr_options_t *options, llr_session_t *session, llr_error_t *error)
{
    llr_pace_t pace = {0};
    llr_text_t said = {0};
    int ranks;
    LLR_TRY(choose_ranks(options, session, &ranks, error));
    llr_code_t code = llr_calibration_open(&pace, options->calibration, session, &said, error);
    if (code == LLR_OK && options->save_calibration)
        code = llr_calibration_save(&pace, options->save_calibration, error);
    if (code == LLR_OK)
        code = print_plan(options, session, &pace, said.data ? said.data : "", ranks, error);
    llr_text_destroy(&said);
    llr_pace_destroy(&pace);
    return code;
}

llr_code_t llr_command_plan(const llr_options_t *options, llr_error_t *error)
{
    llr_session_t session;
    llr_code_t code =
        llr_session_open(&session, options->argument[0], options->output, true, error);
    llr_session_findings(&session.findings);
    if (code == LLR_OK) {
        llr_session_warn(&session.grid, session.catalog.facts);
        code = plan(options, &session, error);
    }
    llr_session_close(&session);
    return code;
}
