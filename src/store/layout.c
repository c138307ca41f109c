#include "store/layout.h"

llr_code_t llr_layout_grid(llr_grid_t *grid, const llr_job_t *job, const llr_facts_t *facts,
                           llr_findings_t *findings, llr_error_t *error)
{
    if (llr_grid_create(grid, job)) return llr_fail_memory(error, 0, "the grid");
    llr_grid_check(grid, facts, findings);
    if (findings->failed) return llr_fail_memory(error, 0, "the list of mistakes");
    return findings->count ? LLR_INVALID : LLR_OK;
}

llr_code_t llr_layout_open(llr_catalog_t *catalog, llr_grid_t *grid, const llr_job_t *job,
                           bool scan, llr_findings_t *findings, llr_error_t *error)
{
    LLR_TRY(llr_catalog_open(catalog, job, error));
    if (scan) LLR_TRY(llr_catalog_scan(catalog, error));
    LLR_TRY(llr_catalog_build(catalog, job, error));
    return llr_layout_grid(grid, job, catalog->facts, findings, error);
}
