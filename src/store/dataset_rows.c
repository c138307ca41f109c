#include "store/dataset.h"
#include "store/synthetic.h"

#include <string.h>

void llr_dataset_row(const llr_dataset_t *dataset, int64_t row, double *out)
{
    llr_source_widen(dataset->source, dataset->features, row, out);
}

void llr_dataset_eval_rows(const llr_dataset_t *dataset, llr_split_t split, int64_t first,
                           int64_t count, double *out)
{
    int64_t columns = dataset->facts.columns;
    const int64_t *row = dataset->eval[split].row + first;
    for (int64_t i = 0; i < count; i++, out += columns)
        if (dataset->source)
            llr_dataset_row(dataset, row[i], out);
        else
            memcpy(out, dataset->sampled + row[i] * columns, (size_t)columns * sizeof *out);
}

llr_dtype_t llr_dataset_eval_type(const llr_dataset_t *dataset)
{
    return dataset->source ? dataset->source->type : LLR_FLOAT64;
}

const void *llr_dataset_eval_row(const llr_dataset_t *dataset, llr_split_t split, int64_t index)
{
    const void *rows = dataset->source ? dataset->features : dataset->sampled;
    int64_t at = dataset->eval[split].row[index] * dataset->facts.columns;
    return (const char *)rows + at * llr_dtype_size(llr_dataset_eval_type(dataset));
}

void llr_dataset_exact_rates(const llr_dataset_t *dataset, const double *theta, double b,
                             double *rate)
{
    int64_t dim = dataset->facts.columns;
    for (int c = 0; c < 2; c++)
        rate[c] = llr_synthetic_rate(dataset->mean + c * dim, dataset->deviation, dim, theta, b,
                                     c ? 1 : -1);
}
