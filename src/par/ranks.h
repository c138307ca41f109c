/* How many ranks solve a unit together, where the job leaves it to memory. */
#ifndef LLR_PAR_RANKS_H
#define LLR_PAR_RANKS_H

#include "model/job.h"

/* Resolves ranks_per_unit: auto, from the shapes of the job and its datasets alone: the fewest of
 * which each, datasets included, takes no more than rank_memory. Does nothing where a number is
 * given. Opens the datasets in this process alone. LLR_INVALID: findings, or in error. */
llr_code_t llr_ranks_settle(llr_job_t *job, llr_findings_t *findings, llr_error_t *error);

#endif
