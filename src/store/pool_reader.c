#include "store/pool_reader.h"

#include "base/memory.h"

#include <stdlib.h>

_Static_assert((int)LLR_POOL_ROWS <= (int)LLR_POPULATION_ROWS, "batches fit both readers");

static const void *slice_at(llr_pool_reader_t *reader, int64_t count, llr_code_t *code,
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

/* The pool's rows among the next LLR_POOL_ROWS of the source that have any. */
llr_code_t llr_pool_next(void *argument, double *x, int64_t *rows, llr_error_t *error)
{
    llr_pool_reader_t *reader = argument;
    llr_source_t *source = reader->dataset->source;
    for (*rows = 0; !*rows && reader->row < source->rows;) {
        int64_t left = source->rows - reader->row;
        int64_t count = left < LLR_POOL_ROWS ? left : LLR_POOL_ROWS;
        llr_code_t code;
        const void *slice = slice_at(reader, count, &code, error);
        LLR_TRY(code);
        for (int64_t i = 0; i < count; i++)
            if (reader->in_pool[reader->row + i]) {
                reader->rows[*rows] = reader->row + i;
                llr_source_widen(source, slice, i, x + (*rows)++ * source->dim);
            }
        reader->row += count;
    }
    if (!*rows) reader->row = 0;
    return LLR_OK;
}

llr_code_t llr_pool_open(llr_pool_reader_t *reader, const llr_dataset_t *dataset,
                         llr_error_t *error)
{
    const llr_source_t *source = dataset->source;
    int64_t bytes = LLR_POOL_ROWS * source->dim * llr_dtype_size(source->type);
    *reader = (llr_pool_reader_t){.dataset = dataset};
    reader->in_pool = llr_alloc(source->rows, 1);
    reader->rows = llr_alloc(LLR_POOL_ROWS, sizeof *reader->rows);
    if (!dataset->features) reader->slice = llr_alloc(bytes, 1);
    if (dataset->basis) reader->raw = llr_alloc(LLR_POOL_ROWS * source->dim, sizeof(double));
    if (!reader->in_pool || !reader->rows || (!dataset->features && !reader->slice) ||
        (dataset->basis && !reader->raw))
        return llr_fail_memory(error, source->rows, "the rows of a pool");
    for (int64_t i = 0; i < dataset->pool_start[dataset->lists]; i++)
        reader->in_pool[dataset->pool_row[i]] = 1;
    return LLR_OK;
}

void llr_pool_close(llr_pool_reader_t *reader)
{
    free(reader->in_pool);
    free(reader->slice);
    free(reader->raw);
    free(reader->rows);
}

llr_code_t llr_pool_next_labelled(void *argument, double *x, int32_t *class, int32_t *group,
                                  int64_t *rows, llr_error_t *error)
{
    llr_pool_reader_t *reader = argument;
    const llr_dataset_t *dataset = reader->dataset;
    const llr_source_t *source = dataset->source;
    LLR_TRY(llr_pool_next(reader, reader->raw ? reader->raw : x, rows, error));
    if (dataset->basis) llr_basis_apply(dataset->basis, reader->raw, *rows, x);
    for (int64_t i = 0; i < *rows; i++) {
        class[i] = dataset->class_of[source->label[reader->rows[i]]];
        group[i] = source->group ? source->group[reader->rows[i]] : -1;
    }
    return LLR_OK;
}
