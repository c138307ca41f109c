/* How fast this machine is: units, timed here and now. */
#ifndef LLR_PAR_CALIBRATE_H
#define LLR_PAR_CALIBRATE_H

#include "store/catalog.h"
#include "work/pace.h"

enum { LLR_CALIBRATION_SECONDS = 2 };

/* Whether a job's own units can be timed in about so many seconds: few bytes of features are to be
 * read, no weights are to be predicted and nothing to be reduced first, one rank solves a unit. */
bool llr_calibrates_itself(const llr_grid_t *grid, const llr_catalog_t *catalog);

/* Times units on this core for about so many seconds, into the pace (LLR_REGIMES kinds): the job's
 * own, which read its datasets, or made ones of the solvers that it asks for. At least one of every
 * solver. job: as the grid has it, resolved. Not collective. LLR_INVALID: rows that are no numbers.
 */
llr_code_t llr_calibrate_by_own(llr_pace_t *pace, const llr_grid_t *grid, llr_job_t *job,
                                double seconds, llr_error_t *error);
llr_code_t llr_calibrate_by_made(llr_pace_t *pace, const llr_grid_t *grid, const llr_facts_t *facts,
                                 double seconds, llr_error_t *error);

/* Times a job's own units that took so many seconds elsewhere (units; 0: was not timed), as far as
 * they are small, and adds what they took to both paces. */
llr_code_t llr_calibrate_again(llr_pace_t *here, llr_pace_t *there, const double *elsewhere,
                               const llr_grid_t *grid, llr_job_t *job, double seconds,
                               llr_error_t *error);

#endif
