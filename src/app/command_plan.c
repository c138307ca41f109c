#include "app/commands.h"
#include "app/session.h"
#include "par/memory.h"

#include <math.h>
#include <stdio.h>

/* Of the blocks of a subsample and loss the dearest: flops, and bytes of workspace. */
static double dearest_cost(const llr_session_t *session, const llr_facts_t *facts, int64_t first)
{
    double most = 0;
    for (int64_t b = 0; b < session->grid.blocks; b++)
        most = fmax(most, llr_unit_cost(&session->grid, facts, first + b));
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
static void print_units(const llr_session_t *session)
{
    const llr_grid_t *grid = &session->grid;
    char bytes[LLR_NUMBER_TEXT];
    printf("%-20s %-9s %9s %7s %9s %12s %12s\n", "dataset", "loss", "n", "d", "d/n", "flops a unit",
           "workspace");
    for (int64_t u = 0; u < grid->units; u += session->job.seeds * grid->blocks) {
        const llr_unit_t *unit = &grid->unit[u];
        const llr_facts_t *facts = &session->catalog.facts[unit->dataset];
        printf("%-20s %-9s %9lld %7lld %9.3g %12.3g %12s\n",
               session->job.dataset[unit->dataset].name, llr_loss_name(unit->loss),
               (long long)unit->n, (long long)facts->dim, (double)facts->dim / (double)unit->n,
               dearest_cost(session, facts, u),
               llr_bytes_text(dearest_bytes(session, facts, u), bytes));
    }
}

static void print_groups(int64_t ranks)
{
    if (ranks > 1)
        printf("a unit is solved by %lld ranks together (process grid 1 x %lld)\n\n",
               (long long)ranks, (long long)ranks);
}

static void print_line(const char *what, double bytes, const char *remark)
{
    char text[LLR_NUMBER_TEXT];
    printf("  %-34s %10s%s%s\n", what, llr_bytes_text(bytes, text), *remark ? "  " : "", remark);
}

static void print_memory(const llr_memory_need_t *need, int64_t ranks)
{
    char node[LLR_NUMBER_TEXT];
    printf("\nmemory of a node with %lld rank%s\n", (long long)ranks, ranks == 1 ? "" : "s");
    if (need->shared)
        print_line("datasets, shared", (double)need->shared, "once a node (/dev/shm)");
    if (need->slices) print_line("slices of the datasets", (double)need->slices, "each rank");
    print_line("workspace", (double)need->workspace, "each rank");
    print_line("row lists", (double)need->lists, "each rank");
    print_line("MPI, HDF5, BLAS", (double)need->libraries, "each rank, an allowance");
    print_line("table rows", (double)need->rows, "rank 0");
    if (need->fitting)
        print_line("components and moments of pools", (double)need->fitting,
                   "rank 0, before the rest");
    snprintf(node, sizeof node, "node, %lld rank%s", (long long)ranks, ranks == 1 ? "" : "s");
    print_line(node, (double)llr_memory_need_node(need, ranks), "all of it: ask for this much");
    print_line("free on this node now", (double)llr_memory_available(), "");
}

llr_code_t llr_command_plan(const llr_options_t *options, llr_error_t *error)
{
    llr_session_t session;
    llr_code_t code =
        llr_session_open(&session, options->argument[0], options->output, true, error);
    llr_session_findings(&session.findings);
    if (code == LLR_OK) {
        llr_session_warn(&session.grid, session.catalog.facts);
        llr_memory_need_t need = llr_memory_need(&session.catalog, &session.grid);
        printf("%s: %lld cells in %lld units of %s%lld (%lld weightings x %lld lambdas)\n\n",
               session.job.name, (long long)session.grid.cells, (long long)session.grid.units,
               session.grid.blocks > 1 ? "at most " : "", (long long)session.grid.unit[0].cells,
               (long long)session.grid.weightings, (long long)session.job.lambdas);
        print_groups(need.ranks);
        print_units(&session);
        print_memory(&need, options->ranks);
        if (llr_memory_need_node(&need, options->ranks) > llr_memory_available())
            printf("  more than this node has: fewer ranks a node, or smaller sizes\n");
    }
    llr_session_close(&session);
    return code;
}
