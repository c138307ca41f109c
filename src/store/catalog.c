#include "store/catalog.h"

#include "store/task.h"

#include <stdlib.h>
#include <string.h>

llr_code_t llr_catalog_allocate(llr_catalog_t *catalog, int64_t datasets, llr_error_t *error)
{
    *catalog = (llr_catalog_t){.datasets = datasets};
    catalog->source = llr_alloc(datasets, sizeof *catalog->source);
    catalog->content = llr_alloc(datasets, sizeof *catalog->content);
    catalog->features = llr_alloc(datasets, sizeof *catalog->features);
    catalog->source_of = llr_alloc(datasets, sizeof *catalog->source_of);
    catalog->dataset = llr_alloc(datasets, sizeof *catalog->dataset);
    catalog->facts = llr_alloc(datasets, sizeof *catalog->facts);
    catalog->basis = llr_alloc(datasets, sizeof *catalog->basis);
    catalog->population = llr_alloc(datasets, sizeof *catalog->population);
    if (catalog->source && catalog->content && catalog->features && catalog->source_of &&
        catalog->dataset && catalog->facts && catalog->basis && catalog->population)
        return LLR_OK;
    return llr_fail_memory(error, datasets * (int64_t)sizeof *catalog->dataset, "the datasets");
}

static int64_t find_source(const llr_catalog_t *catalog, const char *path)
{
    for (int64_t s = 0; s < catalog->sources; s++)
        if (!strcmp(catalog->source[s].path, path)) return s;
    return -1;
}

/* path: of the dataset, resolved. */
static llr_code_t open_path(llr_source_t *source, const llr_job_t *job,
                            const llr_job_dataset_t *dataset, const char *path, llr_error_t *error)
{
    const llr_arrays_t *arrays = llr_job_find_arrays(job, path);
    if (arrays)
        return llr_source_open_memory(source, path, arrays->x, arrays->rows, arrays->dim,
                                      arrays->label, arrays->group, arrays->split, error);
    if (!llr_job_is_memory(path)) return llr_source_open_h5(source, path, error);
    return llr_task_fail(job, dataset, error,
                         "path: `%s` is in the memory of the program that ran the job; here the "
                         "path of an HDF5 file is needed",
                         path);
}

static llr_code_t open_source(llr_catalog_t *catalog, const llr_job_t *job, int64_t index,
                              llr_error_t *error)
{
    const llr_job_dataset_t *dataset = &job->dataset[index];
    catalog->source_of[index] = -1;
    if (dataset->is_synthetic) return LLR_OK;
    char *path = llr_job_resolve_path(job, dataset->path);
    if (!path) return llr_fail_memory(error, (long long)strlen(dataset->path), "a path");
    int64_t found = find_source(catalog, path);
    llr_code_t code = LLR_OK;
    if (found < 0) {
        code = open_path(&catalog->source[catalog->sources], job, dataset, path, error);
        found = catalog->sources++;
    }
    free(path);
    catalog->source_of[index] = found;
    return code;
}

llr_code_t llr_catalog_open(llr_catalog_t *catalog, const llr_job_t *job, llr_error_t *error)
{
    LLR_TRY(llr_catalog_allocate(catalog, job->datasets, error));
    for (int64_t i = 0; i < job->datasets; i++) LLR_TRY(open_source(catalog, job, i, error));
    return LLR_OK;
}

llr_code_t llr_catalog_scan(llr_catalog_t *catalog, llr_error_t *error)
{
    for (int64_t s = 0; s < catalog->sources; s++)
        LLR_TRY(llr_source_scan(&catalog->source[s], &catalog->content[s], error));
    return LLR_OK;
}

llr_code_t llr_catalog_build(llr_catalog_t *catalog, const llr_job_t *job, llr_error_t *error)
{
    for (int64_t i = 0; i < job->datasets; i++) {
        int64_t s = catalog->source_of[i];
        llr_dataset_t *dataset = &catalog->dataset[i];
        LLR_TRY(llr_dataset_create(dataset, job, i, s < 0 ? NULL : &catalog->source[s],
                                   s < 0 ? (llr_hash_t){0, 0} : catalog->content[s], error));
        if (s >= 0) dataset->features = catalog->features[s];
        catalog->facts[i] = dataset->facts;
    }
    return LLR_OK;
}

llr_hash_t llr_catalog_content(const llr_catalog_t *catalog)
{
    llr_hasher_t *hasher = llr_hasher_create();
    for (int64_t i = 0; i < catalog->datasets; i++)
        llr_hasher_add(hasher, &catalog->facts[i].content, sizeof catalog->facts[i].content);
    return llr_hasher_finish(hasher);
}

void llr_catalog_forget_features(llr_catalog_t *catalog)
{
    for (int64_t s = 0; s < catalog->sources; s++) catalog->features[s] = NULL;
    for (int64_t i = 0; catalog->dataset && i < catalog->datasets; i++) {
        catalog->dataset[i].features = NULL;
        catalog->dataset[i].basis = NULL;
        catalog->basis[i] = (llr_basis_t){0};
        catalog->dataset[i].population = NULL;
        catalog->population[i] = (llr_population_t){0};
    }
}

void llr_catalog_close(llr_catalog_t *catalog)
{
    for (int64_t i = 0; catalog->dataset && i < catalog->datasets; i++)
        llr_dataset_destroy(&catalog->dataset[i]);
    for (int64_t s = 0; s < catalog->sources; s++) llr_source_close(&catalog->source[s]);
    free(catalog->source);
    free(catalog->content);
    free(catalog->features);
    free(catalog->source_of);
    free(catalog->dataset);
    free(catalog->facts);
    free(catalog->basis);
    free(catalog->population);
    *catalog = (llr_catalog_t){0};
}
