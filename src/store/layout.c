#include "store/layout.h"

llr_code_t llr_layout_grid(llr_grid_t *grid, const llr_job_t *job, const llr_facts_t *facts,
                           llr_findings_t *findings, llr_error_t *error)
{
    if (llr_grid_create(grid, job)) return llr_fail_memory(error, 0, "the grid");
    llr_grid_check(grid, facts, findings);
    if (findings->failed) return llr_fail_memory(error, 0, "the list of mistakes");
    return findings->count ? LLR_INVALID : LLR_OK;
}

/* Components are counted again only where everything is looked at. */
static llr_code_t count_components(const llr_catalog_t *catalog, const llr_job_t *job,
                                   int64_t index, bool scan, int64_t *components,
                                   llr_error_t *error)
{
    llr_basis_t basis;
    *components = llr_job_preprocess(job, index)->components;
    if (!llr_catalog_rotates(job, index) || (*components && !scan)) return LLR_OK;
    LLR_TRY(llr_catalog_fit(catalog, job, index, &basis, error));
    *components = basis.components;
    llr_basis_destroy(&basis);
    return LLR_OK;
}

static llr_code_t resolve(llr_catalog_t *catalog, llr_job_t *job, bool scan, llr_error_t *error)
{
    int64_t components;
    for (int64_t i = 0; i < job->datasets; i++) {
        LLR_TRY(count_components(catalog, job, i, scan, &components, error));
        LLR_TRY(llr_catalog_settle(catalog, job, i, components, error));
    }
    return LLR_OK;
}

llr_code_t llr_layout_open(llr_catalog_t *catalog, llr_grid_t *grid, llr_job_t *job, bool scan,
                           llr_findings_t *findings, llr_error_t *error)
{
    LLR_TRY(llr_catalog_open(catalog, job, error));
    if (scan) LLR_TRY(llr_catalog_scan(catalog, error));
    LLR_TRY(llr_catalog_build(catalog, job, error));
    LLR_TRY(resolve(catalog, job, scan, error));
    return llr_layout_grid(grid, job, catalog->facts, findings, error);
}
