/* A group of ranks as a team for the solvers (model/team.h): matrices in pieces are ScaLAPACK's, on
 * a grid of 1 x q processes. A rank's rows of a sample, row-major, are then a piece of the matrix
 * of columns by rows as they lie, and so are the columns of a symmetric matrix; for the sizes that
 * a group of some ranks can hold, the panel that one rank factors alone is a few per cent of the
 * work. */
#ifndef LLR_PAR_DIST_H
#define LLR_PAR_DIST_H

#include "model/team.h"
#include "par/comm.h"

typedef struct llr_dist llr_dist_t;

/* Collective over comm, which is borrowed, and has MPI. */
llr_code_t llr_dist_create(llr_dist_t **dist, llr_comm_t *comm, llr_error_t *error);
/* Collective. */
void llr_dist_destroy(llr_dist_t **dist);

/* LLR_FAILED: ScaLAPACK refused an argument since the last time; says which. Not collective. */
llr_code_t llr_dist_check(llr_dist_t *dist, llr_error_t *error);

/* Lives as long as dist. */
const llr_team_t *llr_dist_team(const llr_dist_t *dist);

#endif
