/* What the files that call BLACS and ScaLAPACK share. Private to par/dist_*.c. Integers are the
 * libraries' 32-bit ones; sizes are checked before a run
 * (model/grid_check_team.c). */
#ifndef LLR_PAR_DIST_PARTS_H
#define LLR_PAR_DIST_PARTS_H

#include "par/dist.h"

struct llr_dist {
    llr_comm_t *comm;       /* borrowed */
    int handle, context;    /* of BLACS, owned */
    double *send, *receive; /* owned: ranks x chunk, for sums */
    int64_t chunk;          /* doubles of a rank in a round of a sum */
    const char *refused;    /* routine that did not take an argument, its info */
    int refusal;
    llr_team_t team;
};

enum { LLR_DESCRIPTOR = 9 }; /* integers that describe a distributed matrix */

/* Of a matrix of rows x columns whose columns are dealt in blocks to the process columns; a column
 * lies whole, with leading dimension rows. */
void llr_dist_describe(const llr_dist_t *dist, int64_t rows, int64_t columns, int64_t block,
                       int *descriptor);

/* As llr_team_t wants them. */
extern const llr_team_algebra_t llr_dist_algebra;
void llr_dist_sum(void *dist, double *value, int64_t count);
void llr_dist_gram(const llr_team_t *team, int64_t rows, int64_t size, const double *x,
                   double *piece, double *work);

#endif
