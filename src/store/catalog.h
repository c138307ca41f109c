/* All datasets of a job: each file opened once, however many tasks use it. */
#ifndef LLR_STORE_CATALOG_H
#define LLR_STORE_CATALOG_H

#include "model/basis.h"
#include "model/population.h"
#include "store/dataset.h"

typedef struct llr_catalog {
    llr_source_t *source; /* owned, sources: one a distinct path */
    int64_t sources;
    llr_hash_t *content;    /* owned, sources: content ids, set by scan or by who loads */
    const void **features;  /* owned list of borrowed arrays, sources: NULL until loaded */
    int64_t *source_of;     /* owned, datasets: index of the source, -1 synthetic */
    llr_dataset_t *dataset; /* owned, datasets */
    llr_facts_t *facts;     /* owned list of copies borrowed from the datasets */
    llr_basis_t *basis;     /* owned list of borrowed arrays, datasets: set where rows are drawn */
    llr_population_t *population; /* owned list of borrowed arrays, likewise */
    int64_t datasets;
} llr_catalog_t;

/* One without files or facts, for so many datasets. LLR_FAILED: out of memory. */
llr_code_t llr_catalog_allocate(llr_catalog_t *catalog, int64_t datasets, llr_error_t *error);
/* Opens every file once: labels are checked, features are not read. */
llr_code_t llr_catalog_open(llr_catalog_t *catalog, const llr_job_t *job, llr_error_t *error);
/* Reads all features in slices to check them and to set the content ids; keeps none. */
llr_code_t llr_catalog_scan(llr_catalog_t *catalog, llr_error_t *error);
/* Builds the tasks; content ids (and features, where rows will be drawn) must be set. */
llr_code_t llr_catalog_build(llr_catalog_t *catalog, const llr_job_t *job, llr_error_t *error);
/* Does a dataset have its principal components in place of its columns? */
bool llr_catalog_rotates(const llr_job_t *job, int64_t index);
/* Fits them to its pool, from the features in memory or from the file; the basis is the caller's.
 * LLR_INVALID: with the job file's line. */
llr_code_t llr_catalog_fit(const llr_catalog_t *catalog, const llr_job_t *job, int64_t index,
                           llr_basis_t *basis, llr_error_t *error);
/* The population that a dataset's rows come from: its pool's, from the features in memory or from
 * the file (after the components, where it has them: the dataset's basis must be set), or the exact
 * one of synthetic data. LLR_INVALID: with the job file's line. */
llr_code_t llr_catalog_population(const llr_catalog_t *catalog, const llr_job_t *job, int64_t index,
                                  llr_population_t *population, llr_error_t *error);
/* Writes what follows from the data into the job and the facts: the number of components (0: no
 * pca), and the sizes that deltas ask for. The job is then the resolved one. */
llr_code_t llr_catalog_settle(llr_catalog_t *catalog, llr_job_t *job, int64_t index,
                              int64_t components, llr_error_t *error);
/* The arrays of features and components are going to be freed by who loaded them; the lists stay.
 */
void llr_catalog_forget_features(llr_catalog_t *catalog);
/* Hash over the content ids of all datasets, in job order. */
llr_hash_t llr_catalog_content(const llr_catalog_t *catalog);
/* Accepts half-built catalogs. */
void llr_catalog_close(llr_catalog_t *catalog);

#endif
