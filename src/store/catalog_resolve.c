/* What of a job follows from its data: components of a pool, sizes from deltas. */
#include "base/memory.h"
#include "store/catalog.h"
#include "store/task.h"

#include <stdlib.h>
#include <string.h>

/* The pool of a dataset in file order. */
typedef struct pool_reader {
    const llr_dataset_t *dataset;
    char *in_pool; /* owned, rows of the source */
    void *slice; /* owned, LLR_BASIS_ROWS rows as the source has them; NULL where all are loaded */
    int64_t row; /* next row of the source */
} pool_reader_t;

static const void *slice_at(pool_reader_t *reader, int64_t count, llr_code_t *code,
                            llr_error_t *error)
{
    llr_source_t *source = reader->dataset->source;
    *code = LLR_OK;
    if (!reader->slice)
        return (const char *)reader->dataset->features +
               reader->row * source->dim * llr_dtype_size(source->type);
    *code = source->read(source, reader->row, count, reader->slice, error);
    return reader->slice;
}

static void convert(const llr_source_t *source, const void *slice, int64_t row, double *out)
{
    if (source->type == LLR_FLOAT64)
        memcpy(out, (const double *)slice + row * source->dim, (size_t)source->dim * sizeof *out);
    else
        for (int64_t j = 0; j < source->dim; j++)
            out[j] = (double)((const float *)slice)[row * source->dim + j];
}

/* The pool's rows among the next LLR_BASIS_ROWS of the source that have any. */
static llr_code_t next_rows(void *argument, double *x, int64_t *rows, llr_error_t *error)
{
    pool_reader_t *reader = argument;
    llr_source_t *source = reader->dataset->source;
    for (*rows = 0; !*rows && reader->row < source->rows;) {
        int64_t left = source->rows - reader->row;
        int64_t count = left < LLR_BASIS_ROWS ? left : LLR_BASIS_ROWS;
        llr_code_t code;
        const void *slice = slice_at(reader, count, &code, error);
        LLR_TRY(code);
        for (int64_t i = 0; i < count; i++)
            if (reader->in_pool[reader->row + i])
                convert(source, slice, i, x + (*rows)++ * source->dim);
        reader->row += count;
    }
    if (!*rows) reader->row = 0;
    return LLR_OK;
}

static llr_code_t open_pool(pool_reader_t *reader, const llr_dataset_t *dataset, llr_error_t *error)
{
    const llr_source_t *source = dataset->source;
    *reader = (pool_reader_t){.dataset = dataset};
    reader->in_pool = llr_alloc(source->rows, 1);
    if (!dataset->features)
        reader->slice =
            llr_alloc(LLR_BASIS_ROWS * source->dim, (size_t)llr_dtype_size(source->type));
    if (!reader->in_pool || (!dataset->features && !reader->slice))
        return llr_fail_memory(error, source->rows, "the rows of a pool");
    for (int64_t i = 0; i < dataset->pool_start[dataset->lists]; i++)
        reader->in_pool[dataset->pool_row[i]] = 1;
    return LLR_OK;
}

static llr_code_t fit(const llr_dataset_t *dataset, const llr_preprocessing_t *preprocess,
                      llr_basis_t *basis, llr_error_t *error)
{
    pool_reader_t reader;
    llr_basis_rows_t rows = {dataset->facts.columns, next_rows, &reader};
    llr_code_t code = open_pool(&reader, dataset, error);
    if (code == LLR_OK) code = llr_basis_fit(&rows, preprocess, basis, error);
    free(reader.in_pool);
    free(reader.slice);
    return code;
}

bool llr_catalog_rotates(const llr_job_t *job, int64_t index)
{
    return llr_job_preprocess(job, index)->kind == LLR_PREPROCESS_PCA;
}

llr_code_t llr_catalog_fit(const llr_catalog_t *catalog, const llr_job_t *job, int64_t index,
                           llr_basis_t *basis, llr_error_t *error)
{
    const llr_dataset_t *dataset = &catalog->dataset[index];
    const llr_job_dataset_t *entry = &job->dataset[index];
    llr_error_t inner = {0};
    if (!dataset->source)
        return llr_task_fail(job, entry, error,
                             "preprocess: pca needs a pool; synthetic data have none");
    llr_code_t code = fit(dataset, llr_job_preprocess(job, index), basis, &inner);
    if (code == LLR_INVALID) return llr_task_fail(job, entry, error, "%s", inner.text);
    if (code != LLR_OK) *error = inner;
    return code;
}

llr_code_t llr_catalog_settle(llr_catalog_t *catalog, llr_job_t *job, int64_t index,
                              int64_t components, llr_error_t *error)
{
    llr_dataset_t *dataset = &catalog->dataset[index];
    llr_job_dataset_t *entry = &job->dataset[index];
    if (components) {
        entry->has_preprocess = true;
        entry->preprocess = (llr_preprocessing_t){LLR_PREPROCESS_PCA, 0, components};
        dataset->facts.dim = components;
        catalog->facts[index] = dataset->facts;
    }
    return llr_job_resolve_sizes(job, index, dataset->facts.dim, error);
}
