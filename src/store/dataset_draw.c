#include "base/random.h"
#include "store/dataset.h"
#include "store/synthetic.h"

#include <string.h>

/* The first count values of a random permutation: what llr_random_shuffle leaves there, without
 * permuting the rest. */
static void draw_front(llr_random_t *random, int64_t *value, int64_t values, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        int64_t j = i + llr_random_below(random, values - i);
        int64_t swap = value[i];
        value[i] = value[j];
        value[j] = swap;
    }
}

static llr_code_t draw_class(const llr_dataset_t *dataset, int64_t seed, int32_t class,
                             int64_t count, int64_t *row, llr_arena_t *arena, llr_error_t *error)
{
    const int64_t *pool = dataset->pool_row + dataset->pool_start[class];
    int64_t rows = dataset->pool_start[class + 1] - dataset->pool_start[class];
    if (count < 0 || count > rows)
        return llr_fail(error, LLR_INVALID,
                        "dataset \"%s\": %lld rows of class %d are asked for; the pool has %lld",
                        dataset->job->name, (long long)count, class, (long long)rows);
    int64_t mark = llr_arena_mark(arena), *list;
    LLR_TAKE(list, arena, rows, error);
    memcpy(list, pool, (size_t)rows * sizeof *list);
    llr_random_t random =
        llr_random_stream(dataset->facts.content, LLR_PURPOSE_PERMUTATION, seed, class);
    draw_front(&random, list, rows, count);
    memcpy(row, list, (size_t)count * sizeof *row);
    llr_arena_release(arena, mark);
    return LLR_OK;
}

llr_code_t llr_dataset_draw(const llr_dataset_t *dataset, int64_t seed, const int64_t *count,
                            int64_t *row, llr_arena_t *arena, llr_error_t *error)
{
    if (!dataset->source)
        return llr_fail(error, LLR_FAILED, "dataset \"%s\": a synthetic dataset has no pool rows",
                        dataset->job->name);
    for (int32_t c = 0; c < dataset->facts.classes; c++) {
        LLR_TRY(draw_class(dataset, seed, c, count[c], row, arena, error));
        row += count[c];
    }
    return LLR_OK;
}

static void convert_row(const llr_dataset_t *dataset, int64_t row, double *out)
{
    int64_t dim = dataset->facts.dim;
    if (dataset->source->type == LLR_FLOAT64) {
        memcpy(out, (const double *)dataset->features + row * dim, (size_t)dim * sizeof *out);
        return;
    }
    const float *x = (const float *)dataset->features + row * dim;
    for (int64_t j = 0; j < dim; j++) out[j] = (double)x[j];
}

static void gather_synthetic(const llr_dataset_t *dataset, int64_t seed, const int64_t *count,
                             double *out)
{
    const llr_facts_t *facts = &dataset->facts;
    for (int32_t c = 0; c < facts->classes; c++) {
        llr_random_t random = llr_random_stream(facts->content, LLR_PURPOSE_SYNTHETIC_ROW, seed, c);
        llr_synthetic_rows(&random, dataset->mean + c * facts->dim, dataset->deviation, facts->dim,
                           count[c], out);
        out += count[c] * facts->dim;
    }
}

static llr_code_t gather_source(const llr_dataset_t *dataset, int64_t seed, const int64_t *count,
                                double *out, llr_arena_t *arena, llr_error_t *error)
{
    int64_t *row, rows = 0, mark = llr_arena_mark(arena);
    if (!dataset->features)
        return llr_fail(error, LLR_FAILED, "dataset \"%s\": the features are not loaded",
                        dataset->job->name);
    for (int32_t c = 0; c < dataset->facts.classes; c++) rows += count[c];
    LLR_TAKE(row, arena, rows, error);
    LLR_TRY(llr_dataset_draw(dataset, seed, count, row, arena, error));
    for (int64_t i = 0; i < rows; i++) convert_row(dataset, row[i], out + i * dataset->facts.dim);
    llr_arena_release(arena, mark);
    return LLR_OK;
}

llr_code_t llr_dataset_gather(const llr_dataset_t *dataset, int64_t seed, const int64_t *count,
                              double *out, llr_arena_t *arena, llr_error_t *error)
{
    if (dataset->source) return gather_source(dataset, seed, count, out, arena, error);
    gather_synthetic(dataset, seed, count, out);
    return LLR_OK;
}

void llr_dataset_eval_rows(const llr_dataset_t *dataset, llr_split_t split, int64_t first,
                           int64_t count, double *out)
{
    int64_t dim = dataset->facts.dim;
    const int64_t *row = dataset->eval[split].row + first;
    for (int64_t i = 0; i < count; i++, out += dim)
        if (dataset->source)
            convert_row(dataset, row[i], out);
        else
            memcpy(out, dataset->sampled + row[i] * dim, (size_t)dim * sizeof *out);
}

void llr_dataset_exact_rates(const llr_dataset_t *dataset, const double *theta, double b,
                             double *rate)
{
    int64_t dim = dataset->facts.dim;
    for (int c = 0; c < 2; c++)
        rate[c] = llr_synthetic_rate(dataset->mean + c * dim, dataset->deviation, dim, theta, b,
                                     c ? 1 : -1);
}
