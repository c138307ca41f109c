/* How far a run is, on stderr: a bar on a terminal, else a line a minute. */
#ifndef LLR_APP_PROGRESS_H
#define LLR_APP_PROGRESS_H

#include "par/run.h"

typedef struct llr_meter {
    bool quiet, terminal, colour, drawn;
    double last; /* seconds of the last line */
} llr_meter_t;

llr_meter_t llr_meter_create(bool quiet);
void llr_meter_show(llr_meter_t *meter, const llr_progress_t *progress);
/* The share that is done, and what stands behind the bar, seconds after the start. */
void llr_meter_draw(llr_meter_t *meter, double seconds, double share, const char *words);
/* Clears the bar. */
void llr_meter_end(llr_meter_t *meter);

#endif
