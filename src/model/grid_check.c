/* Mistakes that only the job and the datasets together show. */
#include "base/memory.h"
#include "linalg/blas.h"
#include "model/grid.h"
#include "model/weights.h"

#include <stdlib.h>

#define FIND(findings, job, dataset, format, ...)                                                  \
    llr_findings_add((findings), "%s:%lld: dataset \"%s\": " format, (job)->file,                  \
                     (long long)(dataset)->line, (dataset)->name, __VA_ARGS__)

/* The first class that the counts do not suit is named; one that gets no row comes first. */
static void check_size(const llr_job_t *job, const llr_job_dataset_t *dataset,
                       const llr_facts_t *facts, int64_t n, int64_t *count,
                       llr_findings_t *findings)
{
    llr_stratify(n, job->prior ? job->prior : facts->pool_prior, facts->classes, count);
    for (int32_t c = 0; c < facts->classes; c++)
        if (!count[c]) {
            FIND(findings, job, dataset,
                 "sizes: of %lld rows class %d gets none; ask for more rows or other priors",
                 (long long)n, c);
            return;
        }
    for (int32_t c = 0; c < facts->classes && !facts->synthetic; c++)
        if (count[c] > facts->pool_count[c]) {
            FIND(findings, job, dataset,
                 "sizes: n = %lld asks for %lld rows of class %d, the pool has %lld", (long long)n,
                 (long long)count[c], c, (long long)facts->pool_count[c]);
            return;
        }
}

static void check_sizes(const llr_grid_t *grid, int64_t index, const llr_facts_t *facts,
                        llr_findings_t *findings)
{
    int64_t sizes, *count = llr_alloc(facts->classes, sizeof *count);
    const int64_t *size = llr_job_sizes(grid->job, index, &sizes);
    for (int64_t i = 0; count && i < sizes; i++)
        check_size(grid->job, &grid->job->dataset[index], facts, size[i], count, findings);
    if (!count) findings->failed = 1;
    free(count);
}

/* Sizes that BLAS takes as 32-bit integers. */
static void check_limits(const llr_grid_t *grid, int64_t index, const llr_facts_t *facts,
                         llr_findings_t *findings)
{
    int64_t columns = grid->unit_cells * llr_columns(facts->classes), limit = llr_blas_limit();
    if (facts->dim > limit || columns > limit)
        FIND(findings, grid->job, &grid->job->dataset[index],
             "%lld columns and %lld score columns a unit: BLAS here takes at most %lld; ask for "
             "fewer exponents or lambdas",
             (long long)facts->dim, (long long)columns, (long long)limit);
}

static void check_dataset(const llr_grid_t *grid, int64_t index, const llr_facts_t *facts,
                          llr_findings_t *findings)
{
    const llr_job_t *job = grid->job;
    const llr_job_dataset_t *dataset = &job->dataset[index];
    if (job->ratios && facts->classes != 2)
        FIND(findings, job, dataset, "ratios: need two classes, it has %d; use exponents",
             facts->classes);
    if (job->select_by == LLR_SELECT_WORST_GROUP && !facts->groups)
        FIND(findings, job, dataset, "select_by: %s, but it has no groups; use worst_class",
             llr_select_name(job->select_by));
    if (job->prior && job->priors != facts->classes)
        FIND(findings, job, dataset, "priors: %d given, it has %d classes", job->priors,
             facts->classes);
    else
        check_sizes(grid, index, facts, findings);
    check_limits(grid, index, facts, findings);
}

void llr_grid_check(const llr_grid_t *grid, const llr_facts_t *facts, llr_findings_t *findings)
{
    for (int64_t d = 0; d < grid->job->datasets; d++) check_dataset(grid, d, &facts[d], findings);
}
