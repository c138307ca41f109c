/* Who gets which unit next: the decisions of rank 0, without messages and clocks, so that a real
 * run and a simulated one take the same. It knows indices and cost hints only.
 *
 * Units go out in the order given, dearest first. A rank has one ahead of the one it works on, so
 * that it need not wait for rank 0; short ones travel in batches. A unit does not wait behind a
 * long one, nor towards the end, where it might be what all others wait for. Rank 0 works itself
 * below LLR_POLICY_SERVES ranks and only serves from there on. */
#ifndef LLR_PAR_POLICY_H
#define LLR_PAR_POLICY_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    LLR_POLICY_SERVES = 64,
    LLR_POLICY_BATCH = 64, /* most units of one grant */
    LLR_POLICY_HELD = 2 * LLR_POLICY_BATCH
};

typedef struct llr_policy {
    const int64_t *order; /* borrowed, units */
    const double *cost;   /* borrowed, by unit, >= 0; NULL: all alike, and long */
    int64_t units, next;  /* position in the order */
    double rest;          /* cost of the units from next on */
    double grain;         /* units whose costs together stay below it travel as one batch */
    int ranks;
    int64_t *held;  /* owned, ranks: units granted and not done */
    double *burden; /* owned, ranks: their costs, together */
    /* May a unit be begun behind others that a rank holds (ahead: their costs)? A unit that may not
     * even be begun at once is passed over for good. NULL: always. */
    bool (*fits)(void *argument, int64_t unit, double ahead);
    void *argument;
    int64_t refused; /* units passed over */
} llr_policy_t;

/* order, cost, units, grain, ranks, fits and argument are set by the caller. LLR_FAILED: out of
 * memory. */
llr_code_t llr_policy_begin(llr_policy_t *policy, llr_error_t *error);
void llr_policy_end(llr_policy_t *policy);

/* Does rank 0 work itself? */
bool llr_policy_works(int ranks);

/* Units for a rank now (rank 0 gets one at a time), in the order to be worked on; 0: none as long
 * as it holds what it does. To be asked until it is 0: at the start for each rank in turn, later
 * for the rank that has finished something. unit: room for LLR_POLICY_BATCH. */
int64_t llr_policy_grant(llr_policy_t *policy, int rank, int64_t *unit);
/* A rank has finished one of its units. */
void llr_policy_done(llr_policy_t *policy, int rank, int64_t unit);
/* Nothing is left to grant. */
bool llr_policy_is_empty(const llr_policy_t *policy);

#endif
