/* How fast this machine is: made units, timed. */
#ifndef LLR_PAR_CALIBRATE_H
#define LLR_PAR_CALIBRATE_H

#include "work/pace.h"

enum { LLR_CALIBRATION_SECONDS = 2 };

/* Times units of the solvers that the grid asks for on this core, for about so many seconds (each
 * at least once, after one that warms up), into the pace (LLR_REGIMES kinds). Not collective. */
llr_code_t llr_calibrate(llr_pace_t *pace, const llr_grid_t *grid, const llr_facts_t *facts,
                         double seconds, llr_error_t *error);

#endif
