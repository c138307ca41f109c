/* What of a job follows from its data: components and moments of a pool, sizes from deltas. */
#include "store/catalog.h"
#include "store/pool_reader.h"
#include "store/task.h"

static llr_code_t fit(const llr_dataset_t *dataset, const llr_preprocessing_t *preprocess,
                      llr_basis_t *basis, llr_error_t *error)
{
    llr_pool_reader_t reader;
    llr_basis_rows_t rows = {dataset->facts.columns, llr_pool_next, &reader};
    llr_code_t code = llr_pool_open(&reader, dataset, error);
    if (code == LLR_OK) code = llr_basis_fit(&rows, preprocess, basis, error);
    llr_pool_close(&reader);
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

static llr_code_t fit_pool(const llr_dataset_t *dataset, const llr_view_t *view,
                           llr_population_t *population, llr_error_t *error)
{
    llr_pool_reader_t reader;
    llr_pool_rows_t rows = {dataset->facts.dim, llr_pool_next_labelled, &reader};
    llr_code_t code = llr_pool_open(&reader, dataset, error);
    if (code == LLR_OK) code = llr_population_fit(population, &rows, view, error);
    llr_pool_close(&reader);
    return code;
}

/* Components that are not there are fitted for the while. */
static llr_code_t fit_population(const llr_catalog_t *catalog, const llr_job_t *job, int64_t index,
                                 const llr_view_t *view, llr_population_t *population,
                                 llr_error_t *error)
{
    llr_dataset_t dataset = catalog->dataset[index];
    llr_basis_t basis = {0};
    if (llr_catalog_rotates(job, index) && !dataset.basis) {
        LLR_TRY(llr_catalog_fit(catalog, job, index, &basis, error));
        dataset.basis = &basis;
    }
    llr_code_t code = fit_pool(&dataset, view, population, error);
    llr_basis_destroy(&basis);
    return code;
}

static llr_view_t view_of(const llr_catalog_t *catalog, const llr_job_t *job, int64_t index)
{
    return (llr_view_t){.shape = catalog->facts[index].shape,
                        .by = job->weights_by,
                        .prior = job->prior,
                        .standardise =
                            llr_job_preprocess(job, index)->kind == LLR_PREPROCESS_ZSCORE,
                        .effective_variance = job->effective_variance};
}

llr_code_t llr_catalog_population(const llr_catalog_t *catalog, const llr_job_t *job, int64_t index,
                                  llr_population_t *population, llr_error_t *error)
{
    const llr_dataset_t *dataset = &catalog->dataset[index];
    llr_view_t view = view_of(catalog, job, index);
    llr_error_t inner = {0};
    llr_code_t code =
        dataset->source
            ? fit_population(catalog, job, index, &view, population, &inner)
            : llr_population_exact(population, dataset->facts.dim, dataset->mean,
                                   dataset->deviation, dataset->facts.pool_prior, &view, &inner);
    if (code == LLR_INVALID)
        return llr_task_fail(job, &job->dataset[index], error, "%s", inner.text);
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
