#include "app/plan.h"

#include "par/memory.h"

#include <math.h>
#include <stdio.h>

enum { MOST_RANKS = 4096 };

/* Below it more ranks are more of a waste than of a use. */
static const double USEFUL = 0.5;

static int ranks_a_node(const llr_plan_t *plan)
{
    return (plan->ranks + plan->nodes - 1) / plan->nodes;
}

/* Memory --------------------------------------------------------------------------------------- */

static void print_line(const char *what, double bytes, const char *remark)
{
    char text[LLR_NUMBER_TEXT];
    printf("  %-34s %10s%s%s\n", what, llr_bytes_text(bytes, text), *remark ? "  " : "", remark);
}

void llr_plan_print_memory(const llr_plan_t *plan)
{
    llr_memory_need_t need = llr_memory_need(&plan->session->catalog, &plan->session->grid);
    int64_t ranks = ranks_a_node(plan), node = llr_memory_need_node(&need, ranks);
    char name[LLR_NUMBER_TEXT];
    printf("\nmemory of a node with %lld rank%s\n", (long long)ranks, ranks == 1 ? "" : "s");
    if (need.shared || need.ranks == 1)
        print_line("datasets, shared", (double)need.shared, "once a node (/dev/shm)");
    if (need.slices) print_line("slices of the datasets", (double)need.slices, "each rank");
    print_line("workspace", (double)need.workspace, "each rank");
    print_line("row lists", (double)need.lists, "each rank");
    print_line("MPI, HDF5, BLAS", (double)need.libraries, "each rank, an allowance");
    print_line("table rows", (double)need.rows, "rank 0");
    if (need.fitting)
        print_line("components and moments of pools", (double)need.fitting,
                   "rank 0, before the rest");
    snprintf(name, sizeof name, "node, %lld rank%s", (long long)ranks, ranks == 1 ? "" : "s");
    print_line(name, (double)node, "all of it: ask for this much");
    print_line("free on this node now", (double)llr_memory_available(), "");
    if (node > llr_memory_available())
        printf("  more than this node has: fewer ranks a node, or smaller sizes\n");
}

/* Time ----------------------------------------------------------------------------------------- */

/* "12.3 s", "4 min 05 s", "3 h 20 min". out: at least LLR_NUMBER_TEXT bytes. */
static const char *seconds_text(double seconds, char *out)
{
    long long whole = (long long)ceil(seconds);
    if (seconds < 100)
        snprintf(out, LLR_NUMBER_TEXT, "%.3g s", seconds);
    else if (seconds < 6000)
        snprintf(out, LLR_NUMBER_TEXT, "%lld min %02lld s", whole / 60, whole % 60);
    else
        snprintf(out, LLR_NUMBER_TEXT, "%lld h %02lld min", whole / 3600, whole % 3600 / 60);
    return out;
}

static void print_wall(const llr_plan_t *plan, const llr_stages_t *stages)
{
    const llr_estimate_t *e = plan->estimate;
    char wall[LLR_NUMBER_TEXT], low[LLR_NUMBER_TEXT], high[LLR_NUMBER_TEXT];
    printf("\ntime, by %s\n", plan->calibration);
    printf("  %-34s %10s  the longest takes %s\n",
           llr_estimate_ranks_a_unit(e) > 1 ? "all units, by one group of ranks"
                                            : "all units, on one core",
           seconds_text(e->work, wall), seconds_text(e->longest, low));
    printf("  %-34s %10s  from the program's start on; read %.3g s,", "wall time",
           seconds_text(llr_stages_wall(stages), wall), stages->read);
    if (stages->theory > 0) printf(" theory roughly %.2g s,", stages->theory);
    printf(" solve %.3g s, table %.3g s\n", stages->solve, stages->table);
    printf("  %-34s %10s  to %s: data decide how many steps a fit takes\n", "most likely from",
           seconds_text(llr_stages_bound(e, stages, -1), low),
           seconds_text(llr_stages_bound(e, stages, 1), high));
}

/* What one rank (or group) without blocks would take over what these ranks do. */
static double efficiency(const llr_plan_t *plan, double work, const llr_stages_t *stages, int ranks)
{
    int groups = llr_estimate_groups(plan->estimate, ranks);
    return stages->solve > 0 ? work / (stages->solve * groups) : 1;
}

static llr_code_t print_ranks(const llr_plan_t *plan, double work, llr_error_t *error)
{
    const int64_t few = 20; /* units a rank: with more of them no rank waits for the longest */
    int least = llr_estimate_ranks_a_unit(plan->estimate), useful = least;
    printf("\n%8s %12s %12s %11s\n", "ranks", "solving", "wall time", "efficiency");
    for (int ranks = least; ranks <= MOST_RANKS; ranks *= 2) {
        llr_stages_t stages;
        char solve[LLR_NUMBER_TEXT], wall[LLR_NUMBER_TEXT];
        LLR_TRY(llr_estimate_stages(plan->estimate, ranks, &stages, error));
        double share = efficiency(plan, work, &stages, ranks);
        if (share >= USEFUL) useful = ranks;
        printf("%8d %12s %12s %11.3f\n", ranks, seconds_text(stages.solve, solve),
               seconds_text(llr_stages_wall(&stages), wall), share);
    }
    printf("useful: up to %d rank%s (efficiency of solving at least %.2g%s)\n", useful,
           useful == 1 ? "" : "s", USEFUL,
           useful == MOST_RANKS ? ""
           : plan->session->grid.units < few * llr_estimate_groups(plan->estimate, useful)
               ? "; more with a smaller unit_size, or more seeds"
               : "; rank 0 hands such short units out no faster");
    return LLR_OK;
}

/* unit_size ------------------------------------------------------------------------------------ */

typedef struct choice {
    int64_t size; /* 0: whole units */
    int64_t units;
    double solve, work;
} choice_t;

/* The job with another unit_size. */
static llr_code_t try_size(const llr_plan_t *plan, int64_t size, choice_t *choice,
                           llr_error_t *error)
{
    llr_job_t job = plan->session->job; /* nothing of it is owned by the grid */
    llr_grid_t grid;
    llr_estimate_t estimate = {0};
    llr_stages_t stages = {0};
    job.unit_size = size;
    if (llr_grid_create(&grid, &job)) return llr_fail_memory(error, 0, "the grid");
    llr_code_t code =
        llr_estimate_create(&estimate, &grid, &plan->session->catalog, plan->pace, error);
    if (code == LLR_OK) code = llr_estimate_stages(&estimate, plan->ranks, &stages, error);
    *choice = (choice_t){size, grid.units, stages.solve, estimate.work};
    llr_estimate_destroy(&estimate);
    llr_grid_destroy(&grid);
    return code;
}

/* Sizes from whole units down to one cell, those that cut evenly. */
static int64_t next_size(const llr_grid_t *grid, int64_t size)
{
    int64_t lambdas = grid->job->lambdas, weightings = grid->weightings;
    int64_t whole = size ? size : grid->places;
    if (whole > weightings) { /* fewer strengths */
        int64_t columns = whole / weightings, blocks = (lambdas + columns - 1) / columns;
        while (columns > 1 && (lambdas + columns - 1) / columns == blocks) columns--;
        return (lambdas + columns - 1) / columns > blocks ? columns * weightings : weightings / 2;
    }
    return whole / 2;
}

/* Time on the ranks is what is paid for. Cuts repeat shared work: one that doubles the work in all
 * has to save a sixth of the time. */
static double burden(const choice_t *choice)
{
    return choice->solve * pow(choice->work, 0.25);
}

/* The largest size that is within a few hundredths of the best. whole: choice of size 0. */
static llr_code_t choose_size(const llr_plan_t *plan, const choice_t *whole, choice_t *best,
                              llr_error_t *error)
{
    enum { MOST_CHOICES = 64, MOST_UNITS = 2000000 };
    const double near = 1.03;
    const llr_grid_t *grid = &plan->session->grid;
    choice_t choice[MOST_CHOICES] = {*whole};
    int64_t count = 1, at = 0, subsamples = grid->units / grid->blocks;
    double least = burden(whole);
    for (int64_t size = next_size(grid, 0);
         size > 0 && count < MOST_CHOICES && subsamples * (grid->places / size) < MOST_UNITS;
         size = next_size(grid, size)) {
        LLR_TRY(try_size(plan, size, &choice[count], error));
        least = fmin(least, burden(&choice[count++]));
    }
    while (burden(&choice[at]) > least * near) at++;
    *best = choice[at];
    return LLR_OK;
}

static void print_size(const llr_plan_t *plan, const choice_t *now, const choice_t *best,
                       double work)
{
    char text[2][LLR_NUMBER_TEXT];
    double ranks = llr_estimate_groups(plan->estimate, plan->ranks);
    printf("\nunit_size for %d rank%s: ", plan->ranks, plan->ranks == 1 ? "" : "s");
    if (burden(best) >= burden(now) * 0.97) {
        printf("%lld, as it is\n", (long long)plan->session->job.unit_size);
        return;
    }
    printf("%lld, in place of %lld: %lld units in place of %lld;\n"
           "  solving takes %s in place of %s, efficiency %.2f in place of %.2f",
           (long long)best->size, (long long)plan->session->job.unit_size, (long long)best->units,
           (long long)now->units, seconds_text(best->solve, text[0]),
           seconds_text(now->solve, text[1]), work / (best->solve * ranks),
           work / (now->solve * ranks));
    if (best->work > work)
        printf("; the work in all is %.0f %% more", 100 * (best->work / work - 1));
    printf("\n");
}

/* sbatch --------------------------------------------------------------------------------------- */

/* The jobs of slurm/ ask for their signal to stop two minutes before the end, and Slurm may send it
 * one earlier: the sweep is to be done by then. */
static void print_sbatch(const llr_plan_t *plan, const llr_stages_t *stages)
{
    const double mebi = 1024.0 * 1024, spare = 1.1, launch = 60, signalled = 180;
    llr_memory_need_t need = llr_memory_need(&plan->session->catalog, &plan->session->grid);
    double node = (double)llr_memory_need_node(&need, ranks_a_node(plan));
    long long minutes = (long long)ceil(
        (launch + llr_stages_bound(plan->estimate, stages, 1) * spare + signalled) / 60);
    printf("\nsbatch --nodes=%d --ntasks-per-node=%d", plan->nodes, ranks_a_node(plan));
    if (plan->ranks % plan->nodes) printf(" --ntasks=%d", plan->ranks);
    printf(" --time=%lld:%02lld:00 --mem=%.0fM\n", minutes / 60, minutes % 60,
           ceil(node * spare / mebi));
}

llr_code_t llr_plan_print_time(const llr_plan_t *plan, llr_error_t *error)
{
    llr_stages_t stages;
    LLR_TRY(llr_estimate_stages(plan->estimate, plan->ranks, &stages, error));
    const llr_grid_t *grid = &plan->session->grid;
    choice_t best, whole,
        now = {grid->job->unit_size, grid->units, stages.solve, plan->estimate->work};
    LLR_TRY(try_size(plan, 0, &whole, error));
    print_wall(plan, &stages);
    LLR_TRY(print_ranks(plan, whole.work, error));
    LLR_TRY(choose_size(plan, &whole, &best, error));
    print_size(plan, &now, &best, whole.work);
    print_sbatch(plan, &stages);
    return LLR_OK;
}
