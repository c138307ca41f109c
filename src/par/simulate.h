/* A run of the scheduler with made times: the same policy, and messages and a clock that are
 * simulated. */
#ifndef LLR_PAR_SIMULATE_H
#define LLR_PAR_SIMULATE_H

#include "base/error.h"

#include <stdint.h>

typedef struct llr_simulation {
    const int64_t *order;  /* borrowed, units: as the scheduler takes them */
    const double *cost;    /* borrowed, by unit: hints, or NULL */
    const double *seconds; /* borrowed, by unit: what it takes */
    int64_t units;
    double grain; /* as in policy.h */
    int ranks;
    double latency; /* seconds of a message, the wait until it is looked at included */
    double service; /* seconds that rank 0 takes for a result */
} llr_simulation_t;

/* Seconds until all units are done. LLR_FAILED: out of memory. */
llr_code_t llr_simulate(const llr_simulation_t *simulation, double *seconds, llr_error_t *error);

#endif
