/* Signals that ask a run to end in good order. */
#ifndef LLR_APP_SIGNALS_H
#define LLR_APP_SIGNALS_H

#include <stdbool.h>

/* Full disks and closed pipes are errors of a write, not ends of the program. */
void llr_signals_ignore(void);
/* SIGTERM, SIGINT and SIGUSR1 ask for a stop; a second SIGINT ends at once,
 * and so does a SIGTERM some seconds after the first. */
void llr_signals_catch(void);
/* Was a stop asked for? */
bool llr_signals_stop(void);
/* The word of the signal that came, or NULL. */
const char *llr_signals_name(void);

#endif
