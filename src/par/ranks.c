#include "par/ranks.h"

#include "par/memory.h"
#include "store/layout.h"

enum { MOST = 4096 };

/* What a rank takes if so many solve a unit together. */
static int64_t bytes_of(llr_job_t *job, const llr_catalog_t *catalog, const llr_grid_t *grid,
                        int64_t ranks)
{
    job->ranks_per_unit = ranks;
    llr_memory_need_t need = llr_memory_need(catalog, grid);
    return llr_memory_need_rank(&need) + need.shared;
}

static void find(llr_job_t *job, const llr_catalog_t *catalog, const llr_grid_t *grid,
                 llr_findings_t *findings)
{
    char given[LLR_NUMBER_TEXT], taken[LLR_NUMBER_TEXT];
    int64_t few = 1, enough = MOST, least = bytes_of(job, catalog, grid, MOST);
    if (bytes_of(job, catalog, grid, 1) <= job->rank_memory) return;
    if (least > job->rank_memory)
        llr_findings_add(
            findings,
            "%s: rank_memory: %s is too little: of %d ranks that solve a unit together "
            "each would take %s",
            job->file, llr_bytes_text((double)job->rank_memory, given), MOST,
            llr_bytes_text((double)least, taken));
    while (enough - few > 1) {
        int64_t middle = (few + enough) / 2;
        if (bytes_of(job, catalog, grid, middle) <= job->rank_memory)
            enough = middle;
        else
            few = middle;
    }
    job->ranks_per_unit = enough;
    if (llr_job_has_zero(job))
        llr_findings_add(
            findings,
            "%s: lambdas: 0 is solved by one rank alone, and rank_memory asks for %lld "
            "ranks a unit; leave it out",
            job->file, (long long)enough);
}

/* Components would have to be found first, and groups of ranks do without them. */
static bool has_components(const llr_job_t *job, llr_findings_t *findings)
{
    for (int64_t d = 0; d < job->datasets; d++)
        if (llr_job_preprocess(job, d)->kind == LLR_PREPROCESS_PCA) {
            llr_findings_add(
                findings,
                "%s:%lld: dataset \"%s\": preprocess: pca is for one rank a unit; give "
                "ranks_per_unit: 1 in place of auto",
                job->file, (long long)job->dataset[d].line, job->dataset[d].name);
            return true;
        }
    return false;
}

llr_code_t llr_ranks_settle(llr_job_t *job, llr_findings_t *findings, llr_error_t *error)
{
    llr_catalog_t catalog = {0};
    llr_grid_t grid = {0};
    if (job->ranks_per_unit) return LLR_OK;
    if (has_components(job, findings)) return LLR_INVALID;
    llr_code_t code = llr_layout_open(&catalog, &grid, job, false, findings, error);
    if (code == LLR_OK) find(job, &catalog, &grid, findings);
    llr_grid_destroy(&grid);
    llr_catalog_close(&catalog);
    if (code != LLR_OK) return code;
    return findings->count ? LLR_INVALID : LLR_OK;
}
