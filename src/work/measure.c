/* Accuracies of the fits of a set, on the features as they are. */
#include "linalg/blas.h"
#include "model/metrics.h"
#include "work/fit_set.h"

#include <math.h>
#include <string.h>

enum { METRIC_ROWS = 256 }; /* evaluation rows whose scores are made in one GEMM */

static void add_intercepts(double *score, const double *b, int64_t rows, int64_t columns)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < columns; j++) score[i * columns + j] += b[j];
}

/* Counts right predictions of all fits on one split: one GEMM a block of rows. */
static llr_code_t count_split(const llr_fit_set_t *set, llr_split_t split, int64_t *correct,
                              llr_error_t *error)
{
    llr_worker_t *worker = set->worker;
    const llr_solutions_t *out = &set->solutions;
    const llr_facts_t *facts = &set->dataset->facts;
    const llr_eval_t *eval = &set->dataset->eval[split];
    int64_t columns = facts->columns, vectors = out->fits * out->columns;
    double *x, *score;
    LLR_TAKE(x, &worker->arena, METRIC_ROWS * columns, error);
    LLR_TAKE(score, &worker->arena, METRIC_ROWS * vectors, error);
    memset(correct, 0, (size_t)(out->fits * llr_shape_slots(facts->shape)) * sizeof *correct);
    for (int64_t first = 0; first < eval->rows; first += METRIC_ROWS) {
        if (worker->should_stop && worker->should_stop(worker->argument)) return LLR_STOPPED;
        int64_t rows = eval->rows - first < METRIC_ROWS ? eval->rows - first : METRIC_ROWS;
        llr_dataset_eval_rows(set->dataset, split, first, rows, x);
        llr_gemm(false, true, rows, vectors, columns, 1, x, columns, set->raw, columns, 0, score,
                 vectors);
        add_intercepts(score, out->b, rows, vectors);
        llr_count_correct(score, rows, out->fits, out->columns, eval->label + first,
                          eval->group ? eval->group + first : NULL, facts->shape, correct);
    }
    return LLR_OK;
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

static llr_code_t measure_split(llr_fit_set_t *set, llr_split_t split, llr_block_t *block,
                                llr_error_t *error)
{
    const llr_facts_t *facts = &set->dataset->facts;
    int64_t slots = llr_shape_slots(facts->shape), *correct;
    LLR_TAKE(correct, &set->worker->arena, set->solutions.fits * slots, error);
    LLR_TRY(count_split(set, split, correct, error));
    for (int64_t m = 0; m < set->members; m++)
        for (int64_t l = 0; l < set->member[m].lambdas; l++)
            store_rates(facts, split, correct + llr_fit_set_fit(set, &set->member[m], l) * slots,
                        llr_fit_set_row(set, &set->member[m], l, block));
    return LLR_OK;
}

/* Two synthetic classes: the same exact rates on both splits. */
static void measure_exactly(const llr_fit_set_t *set, llr_block_t *block)
{
    const llr_facts_t *facts = &set->dataset->facts;
    for (int64_t m = 0; m < set->members; m++)
        for (int64_t l = 0; l < set->member[m].lambdas; l++) {
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
    for (int split = 0; split < LLR_SPLITS; split++) {
        int64_t mark = llr_arena_mark(&set->worker->arena);
        LLR_TRY(measure_split(set, (llr_split_t)split, block, error));
        llr_arena_release(&set->worker->arena, mark);
    }
    return LLR_OK;
}

int64_t llr_measure_bytes(const llr_facts_t *facts, int64_t fits)
{
    int64_t vectors = fits * llr_columns(facts->shape.classes);
    return llr_arena_cost(fits * llr_shape_slots(facts->shape), sizeof(int64_t)) +
           llr_arena_cost(METRIC_ROWS * facts->columns, sizeof(double)) +
           llr_arena_cost(METRIC_ROWS * vectors, sizeof(double));
}
