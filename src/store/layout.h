/* A job laid out over its datasets: what can be known, and found wrong, before any work. */
#ifndef LLR_STORE_LAYOUT_H
#define LLR_STORE_LAYOUT_H

#include "model/grid.h"
#include "store/catalog.h"

/* Creates the grid and finds what only job and datasets together show. LLR_INVALID: findings. */
llr_code_t llr_layout_grid(llr_grid_t *grid, const llr_job_t *job, const llr_facts_t *facts,
                           llr_findings_t *findings, llr_error_t *error);

/* Opens the datasets and resolves the job (llr_catalog_settle) first, in this process alone. scan:
 * all features are read and checked, and content ids are known. Both objects are to be closed also
 * where this fails. */
llr_code_t llr_layout_open(llr_catalog_t *catalog, llr_grid_t *grid, llr_job_t *job, bool scan,
                           llr_findings_t *findings, llr_error_t *error);

#endif
