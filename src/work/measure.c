/* Accuracies of the fits of a set, on the features as they are. */
#include "linalg/tile.h"
#include "work/count.h"
#include "work/crew.h"
#include "work/fit_set.h"

#include <math.h>
#include <string.h>

enum { ROWS_BETWEEN_STOPS = 4 * LLR_TILE_ROWS };

static bool must_stop(const llr_worker_t *worker, int64_t first)
{
    return first % ROWS_BETWEEN_STOPS == 0 && worker->should_stop &&
           worker->should_stop(worker->argument);
}

/* The most rows of a split that a rank of the crew has: all go as many rounds. */
static llr_code_t most_rows(const llr_fit_set_t *set, int64_t here, int64_t *most,
                            llr_error_t *error)
{
    const llr_crew_t *crew = set->worker->crew;
    double *rows;
    *most = here;
    if (!crew) return LLR_OK;
    LLR_TAKE(rows, &set->worker->arena, crew->team->size, error);
    memset(rows, 0, (size_t)crew->team->size * sizeof *rows);
    rows[crew->team->rank] = (double)here;
    crew->team->sum(crew->team->argument, rows, crew->team->size);
    for (int r = 0; r < crew->team->size; r++)
        if (rows[r] > (double)*most) *most = (int64_t)rows[r];
    return LLR_OK;
}

/* Counts of the crew's ranks together: whole numbers, so the sum is exact. */
static llr_code_t add_counts(const llr_fit_set_t *set, int64_t count, int64_t *correct,
                             llr_error_t *error)
{
    const llr_crew_t *crew = set->worker->crew;
    double *sum;
    if (!crew) return LLR_OK;
    LLR_TAKE(sum, &set->worker->arena, count, error);
    for (int64_t i = 0; i < count; i++) sum[i] = (double)correct[i];
    crew->team->sum(crew->team->argument, sum, count);
    for (int64_t i = 0; i < count; i++) correct[i] = (int64_t)sum[i];
    return LLR_OK;
}

/* Right predictions of all fits on one split. */
static llr_code_t count_split(const llr_fit_set_t *set, llr_count_t *count, llr_split_t split,
                              int64_t *correct, llr_error_t *error)
{
    int64_t all = set->dataset->eval[split].rows, most;
    int64_t slots = llr_shape_slots(set->dataset->facts.shape);
    memset(correct, 0, (size_t)(set->solutions.fits * slots) * sizeof *correct);
    LLR_TRY(most_rows(set, all, &most, error));
    for (int64_t first = 0; first < most; first += LLR_TILE_ROWS) {
        int64_t left = all - first, rows = left < LLR_TILE_ROWS ? left : LLR_TILE_ROWS;
        if (must_stop(set->worker, first)) return LLR_STOPPED;
        if (rows > 0) llr_count_tile(count, split, first, rows, correct);
    }
    return add_counts(set, set->solutions.fits * slots, correct, error);
}

static void store_rates(const llr_facts_t *facts, llr_split_t split, const int64_t *correct,
                        llr_row_t *row)
{
    int64_t slots = llr_shape_slots(facts->shape);
    for (int64_t s = 0; s < slots; s++) {
        int64_t count = facts->eval_count[split * slots + s];
        row->rate[split * slots + s] = count ? (double)correct[s] / (double)count : NAN;
    }
}

static llr_code_t measure_split(llr_fit_set_t *set, llr_count_t *count, llr_split_t split,
                                int64_t *correct, llr_block_t *block, llr_error_t *error)
{
    const llr_facts_t *facts = &set->dataset->facts;
    int64_t slots = llr_shape_slots(facts->shape);
    LLR_TRY(count_split(set, count, split, correct, error));
    for (int64_t m = 0; m < set->members; m++)
        for (int64_t l = 0; set->member[m].path >= 0 && l < set->member[m].lambdas; l++)
            store_rates(facts, split, correct + llr_fit_set_fit(set, &set->member[m], l) * slots,
                        llr_fit_set_row(set, &set->member[m], l, block));
    return LLR_OK;
}

static llr_code_t measure_rows(llr_fit_set_t *set, llr_block_t *block, llr_error_t *error)
{
    const llr_facts_t *facts = &set->dataset->facts;
    const llr_solutions_t *out = &set->solutions;
    llr_heads_t heads = {out->fits, facts->columns, out->columns, set->raw, out->b};
    llr_count_t count;
    int64_t *correct;
    LLR_TAKE(correct, &set->worker->arena, out->fits * llr_shape_slots(facts->shape), error);
    if (set->dataset->eval[0].rows + set->dataset->eval[1].rows > 0)
        LLR_TRY(llr_count_create(&count, set->dataset, &heads, &set->worker->arena, error));
    for (int split = 0; split < LLR_SPLITS; split++)
        LLR_TRY(measure_split(set, &count, (llr_split_t)split, correct, block, error));
    return LLR_OK;
}

/* Two synthetic classes: the same exact rates on both splits. */
static void measure_exactly(const llr_fit_set_t *set, llr_block_t *block)
{
    const llr_facts_t *facts = &set->dataset->facts;
    for (int64_t m = 0; m < set->members; m++)
        for (int64_t l = 0; set->member[m].path >= 0 && l < set->member[m].lambdas; l++) {
            int64_t fit = llr_fit_set_fit(set, &set->member[m], l);
            llr_row_t *row = llr_fit_set_row(set, &set->member[m], l, block);
            for (int split = 0; split < LLR_SPLITS; split++)
                llr_dataset_exact_rates(set->dataset, set->raw + fit * facts->columns,
                                        set->solutions.b[fit],
                                        row->rate + split * facts->shape.classes);
        }
}

llr_code_t llr_fit_set_measure(llr_fit_set_t *set, llr_block_t *block, llr_error_t *error)
{
    const llr_facts_t *facts = &set->dataset->facts;
    if (facts->synthetic && facts->shape.classes == 2) {
        measure_exactly(set, block);
        return LLR_OK;
    }
    int64_t mark = llr_arena_mark(&set->worker->arena);
    llr_code_t code = measure_rows(set, block, error);
    llr_arena_release(&set->worker->arena, mark);
    return code;
}

int64_t llr_measure_bytes(const llr_facts_t *facts, int64_t fits, int64_t ranks)
{
    int64_t counts = llr_arena_cost(fits * llr_shape_slots(facts->shape), sizeof(int64_t));
    int64_t together =
        ranks > 1 ? LLR_SPLITS * (counts + llr_arena_cost(ranks, sizeof(double))) : 0;
    return counts + together + llr_count_bytes(facts, fits);
}
