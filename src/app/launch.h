/* How this process was started, as the environment tells it before MPI is asked: alone, or as one
 * of several by mpirun, mpiexec or srun. */
#ifndef LLR_APP_LAUNCH_H
#define LLR_APP_LAUNCH_H

#include "base/error.h"

#include <stdbool.h>

typedef struct llr_launch {
    const char *by; /* static: the launcher; NULL: none that starts several processes */
    long processes; /* started together; 1 where that is not told */
    bool first;     /* the one of them that may speak for all */
    bool server;    /* the launcher offers to join them (PMI, PMIx, or its own daemon) */
} llr_launch_t;

llr_launch_t llr_launch_find(void);

/* Every process would be rank 0 of a world of its own. ranks: what MPI sees, or 0 before it is
 * asked: then only what cannot work is refused. LLR_INVALID, with the remedy. */
llr_code_t llr_launch_check(const llr_launch_t *launch, int ranks, llr_error_t *error);

#endif
