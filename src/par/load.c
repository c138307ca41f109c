#include "par/load.h"

#include "base/memory.h"
#include "par/memory.h"

#include <string.h>

/* Rows of this rank: an even cut of the rows over the ranks of the node. */
static llr_code_t read_slice(llr_comm_t *comm, llr_source_t *source, char *memory,
                             llr_error_t *error)
{
    int64_t ranks = llr_comm_node_size(comm), rank = llr_comm_node_rank(comm);
    int64_t first = source->rows * rank / ranks, last = source->rows * (rank + 1) / ranks;
    if (first == last) return LLR_OK;
    int64_t row_bytes = source->dim * llr_dtype_size(source->type);
    memory += first * row_bytes;
    llr_populate(memory, (last - first) * row_bytes);
    return source->read(source, first, last - first, memory, error);
}

/* The groups hold the same; the first finds the content id. */
static llr_code_t load_slices(llr_comm_t *comm, llr_slices_t *slices, llr_catalog_t *catalog,
                              int64_t index, llr_times_t *times, llr_error_t *error)
{
    llr_stage_t before = llr_times_enter(times, LLR_STAGE_READ);
    llr_code_t code = slices->group ? llr_slices_read(slices, index, error) : LLR_OK;
    LLR_TRY(llr_comm_agree(comm, code, error));
    llr_times_enter(times, LLR_STAGE_HASH);
    int leads = llr_comm_rank(comm) == 0;
    if (slices->group) llr_comm_broadcast(slices->group->comm, &leads, sizeof leads);
    if (slices->group && leads)
        code = llr_slices_content(slices, index, &catalog->content[index], error);
    LLR_TRY(llr_comm_agree(comm, code, error));
    llr_comm_broadcast(comm, &catalog->content[index], sizeof catalog->content[index]);
    llr_times_enter(times, before);
    return LLR_OK;
}

static llr_code_t load_source(llr_comm_t *comm, llr_catalog_t *catalog, int64_t index,
                              llr_times_t *times, llr_error_t *error)
{
    llr_source_t *source = &catalog->source[index];
    void *memory = NULL;
    int64_t bytes = source->rows * source->dim * llr_dtype_size(source->type);
    LLR_TRY(llr_comm_agree(comm, llr_comm_share(comm, bytes, &memory, error), error));
    llr_stage_t before = llr_times_enter(times, LLR_STAGE_READ);
    llr_code_t code = read_slice(comm, source, memory, error);
    llr_comm_fence(comm);
    LLR_TRY(llr_comm_agree(comm, code, error));
    catalog->features[index] = memory;
    llr_times_enter(times, LLR_STAGE_HASH);
    if (llr_comm_rank(comm) == 0) catalog->content[index] = llr_source_content(source, memory);
    llr_comm_broadcast(comm, &catalog->content[index], sizeof catalog->content[index]);
    llr_times_enter(times, before);
    return LLR_OK;
}

/* What rank 0 has made, once a node: bytes of it into memory that lives as long as the
 * communicator. from: of rank 0. */
static llr_code_t share_copy(llr_comm_t *comm, const void *from, int64_t bytes, void **memory,
                             llr_error_t *error)
{
    LLR_TRY(llr_comm_agree(comm, llr_comm_share(comm, bytes, memory, error), error));
    if (llr_comm_rank(comm) == 0) memcpy(*memory, from, (size_t)bytes);
    llr_comm_broadcast_nodes(comm, *memory, bytes);
    llr_comm_fence(comm);
    return LLR_OK;
}

/* Rank 0 fits the components. */
static llr_code_t load_basis(llr_comm_t *comm, const llr_job_t *job, llr_catalog_t *catalog,
                             int64_t index, llr_error_t *error)
{
    llr_basis_t fitted = {0};
    bool first = llr_comm_rank(comm) == 0;
    void *memory = NULL;
    llr_code_t code = first ? llr_catalog_fit(catalog, job, index, &fitted, error) : LLR_OK;
    LLR_TRY(llr_comm_agree(comm, code, error));
    int64_t shape[2] = {fitted.columns, fitted.components};
    llr_comm_broadcast(comm, shape, sizeof shape);
    code =
        share_copy(comm, fitted.shift,
                   llr_basis_numbers(shape[0], shape[1]) * (int64_t)sizeof(double), &memory, error);
    llr_basis_destroy(&fitted);
    LLR_TRY(code);
    catalog->basis[index] = llr_basis_in(memory, shape[0], shape[1]);
    catalog->dataset[index].basis = &catalog->basis[index];
    return LLR_OK;
}

/* Rank 0 estimates the population. */
static llr_code_t load_population(llr_comm_t *comm, const llr_job_t *job, llr_catalog_t *catalog,
                                  int64_t index, llr_error_t *error)
{
    llr_population_t fitted = {0}, *out = &catalog->population[index];
    bool first = llr_comm_rank(comm) == 0;
    void *memory = NULL;
    llr_code_t code = first ? llr_catalog_population(catalog, job, index, &fitted, error) : LLR_OK;
    LLR_TRY(llr_comm_agree(comm, code, error));
    *out = fitted;
    llr_comm_broadcast(comm, out, sizeof *out);
    code =
        share_copy(comm, fitted.block, llr_population_bytes(out->parts, out->dim), &memory, error);
    llr_population_destroy(&fitted);
    LLR_TRY(code);
    *out = llr_population_in(memory, out);
    catalog->dataset[index].population = out;
    return LLR_OK;
}

static llr_code_t resolve(llr_comm_t *comm, llr_job_t *job, llr_catalog_t *catalog,
                          llr_error_t *error)
{
    for (int64_t i = 0; i < catalog->datasets; i++) {
        if (llr_catalog_rotates(job, i)) LLR_TRY(load_basis(comm, job, catalog, i, error));
        llr_code_t code = llr_catalog_settle(catalog, job, i, catalog->basis[i].components, error);
        LLR_TRY(llr_comm_agree(comm, code, error));
        if (llr_job_needs_population(job)) LLR_TRY(load_population(comm, job, catalog, i, error));
    }
    return LLR_OK;
}

llr_code_t llr_load_datasets(llr_comm_t *comm, llr_job_t *job, llr_catalog_t *catalog,
                             const llr_group_t *group, llr_slices_t *slices, llr_times_t *times,
                             llr_error_t *error)
{
    llr_code_t code = LLR_OK;
    LLR_TRY(llr_comm_agree(comm, llr_catalog_open(catalog, job, error), error));
    code = group ? llr_memory_check_slices(comm, catalog, group->ranks, error)
                 : llr_memory_check_shared(comm, catalog, error);
    if (code == LLR_OK && group && group->comm)
        code = llr_slices_create(slices, group, catalog, error);
    LLR_TRY(llr_comm_agree(comm, code, error));
    for (int64_t s = 0; s < catalog->sources; s++)
        LLR_TRY(group ? load_slices(comm, slices, catalog, s, times, error)
                      : load_source(comm, catalog, s, times, error));
    LLR_TRY(llr_comm_agree(comm, llr_catalog_build(catalog, job, error), error));
    LLR_TRY(resolve(comm, job, catalog, error));
    code = group && group->comm ? llr_slices_look(slices, error) : LLR_OK;
    return llr_comm_agree(comm, code, error);
}
