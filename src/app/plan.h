/* What a job takes on a cluster, in words: memory, time, and how to ask for them. */
#ifndef LLR_APP_PLAN_H
#define LLR_APP_PLAN_H

#include "app/session.h"
#include "par/estimate.h"

typedef struct llr_plan {
    llr_session_t *session;         /* borrowed */
    const llr_pace_t *pace;         /* borrowed */
    const llr_estimate_t *estimate; /* borrowed */
    const char *calibration;        /* borrowed: what the pace is from */
    int ranks, nodes;
} llr_plan_t;

void llr_plan_print_memory(const llr_plan_t *plan);
/* Wall time, efficiency by rank count, the unit_size for these ranks, the line for sbatch.
 * LLR_FAILED: out of memory. */
llr_code_t llr_plan_print_time(const llr_plan_t *plan, llr_error_t *error);

#endif
