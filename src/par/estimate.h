/* What a run is going to take: predicted seconds of its units, through the scheduler's own policy.
 */
#ifndef LLR_PAR_ESTIMATE_H
#define LLR_PAR_ESTIMATE_H

#include "store/catalog.h"
#include "work/pace.h"

/* The units of a job on a machine. */
typedef struct llr_estimate {
    const llr_grid_t *grid;       /* borrowed */
    const llr_catalog_t *catalog; /* borrowed */
    double *seconds, *cost;       /* owned, by unit */
    int64_t *order;               /* owned, units: dearest first */
    double work, longest;         /* seconds: of all units, of the longest */
    double theory;                /* seconds of all predictions, and of the longest */
    double longest_theory;
    double spread; /* standard deviation of the logarithm of the work */
} llr_estimate_t;

/* Stages of a run, in seconds of wall time from the program's start on. */
typedef struct llr_stages {
    double read, theory, solve, table;
} llr_stages_t;

/* To be destroyed also where it fails. LLR_FAILED: out of memory. */
llr_code_t llr_estimate_create(llr_estimate_t *estimate, const llr_grid_t *grid,
                               const llr_catalog_t *catalog, const llr_pace_t *pace,
                               llr_error_t *error);
void llr_estimate_destroy(llr_estimate_t *estimate);

/* Ranks that solve a unit together: ranks_per_unit, or 1. */
int llr_estimate_ranks_a_unit(const llr_estimate_t *estimate);
/* Those among so many ranks that solve units: the ranks, or groups of them (ranks_per_unit). */
int llr_estimate_groups(const llr_estimate_t *estimate, int ranks);

/* On so many ranks. LLR_FAILED: out of memory. */
llr_code_t llr_estimate_stages(const llr_estimate_t *estimate, int ranks, llr_stages_t *stages,
                               llr_error_t *error);
double llr_stages_wall(const llr_stages_t *stages);
/* What the wall time most likely reaches (side 1), or exceeds (side -1): two standard deviations of
 * the work to either side. */
double llr_stages_bound(const llr_estimate_t *estimate, const llr_stages_t *stages, double side);

#endif
