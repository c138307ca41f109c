/* The scheduler over groups of ranks: to it, those who lead are what ranks are without groups; the
 * others of a group do what their leader does. */
#ifndef LLR_PAR_TOGETHER_H
#define LLR_PAR_TOGETHER_H

#include "par/group.h"
#include "par/schedule.h"

typedef struct llr_together {
    const llr_group_t *group;      /* borrowed */
    const llr_schedule_job_t *job; /* borrowed: solve is called by all ranks of a group together */
    llr_schedule_t **schedule;     /* borrowed: set on leaders while it runs */
    bool asked;                    /* leader: another of the group was asked to stop */
} llr_together_t;

/* Collective over comm, which the groups were made of. Returns as llr_schedule_run does. */
llr_code_t llr_together_run(llr_together_t *together, llr_comm_t *comm, llr_error_t *error);

/* Collective over a group, while it solves: is the unit to be abandoned? */
bool llr_together_abandons(llr_together_t *together);

#endif
