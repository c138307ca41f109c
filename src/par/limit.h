/* The time limit of a run: what may be begun before it, as far as what was done so far tells. */
#ifndef LLR_PAR_LIMIT_H
#define LLR_PAR_LIMIT_H

#include "par/times.h"
#include "work/pace.h"

typedef struct llr_limit {
    double deadline;          /* on the clock of llr_clock_seconds; 0: none */
    const llr_times_t *times; /* borrowed: of this rank */
    llr_pace_t pace;          /* owned, rank 0: of the units done in this run, by kind */
    bool was_up;              /* it was the limit that kept a unit from being begun or done */
} llr_limit_t;

/* Is the time over? */
bool llr_limit_is_up(llr_limit_t *limit);

/* Would a unit of a kind and cost end in time behind others that cost ahead, by the slowest of its
 * kind? While nothing is known, only one at a time is begun. */
bool llr_limit_fits(llr_limit_t *limit, int64_t kind, double cost, double ahead);

#endif
