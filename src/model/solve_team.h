/* The solvers of llr_solve for rows that are dealt to the ranks of a team: the same problem, the
 * same certificate from the rows themselves, all configurations as columns of one product.
 *
 * Square loss: Gram matrices of the strata once, for each weighting and lambda a Cholesky factor,
 * and as many steps of refinement by the rows as the certificate asks for. Logistic losses:
 * Newton's method in descending lambda, steps by conjugate gradients that one curvature matrix a
 * lambda preconditions. Fewer rows than columns: rows of R' in place of the rows, x' = Q R. */
#ifndef LLR_MODEL_SOLVE_TEAM_H
#define LLR_MODEL_SOLVE_TEAM_H

#include "model/solve.h"
#include "model/team.h"

/* What of a sample is on this rank. */
typedef struct llr_team_sample {
    llr_sample_t local; /* the rows here, in their order in the sample; strata of it may be empty.
                           x is overwritten */
    int64_t rows;       /* of the sample: dealt by llr_team_deal */
} llr_team_sample_t;

/* Collective. As llr_solve, but every lambda must be positive; should_stop is called by all ranks
 * together. The solutions are replicated. */
llr_code_t llr_solve_team(llr_loss_t loss, const llr_team_sample_t *sample, const llr_path_t *paths,
                          int64_t count, const llr_solve_options_t *options,
                          llr_solutions_t *solutions, const llr_team_t *team,
                          struct llr_arena *arena, struct llr_error *error);

/* Upper bound of the bytes that a rank takes from the arena; the same on all ranks. */
int64_t llr_solve_team_bytes(const llr_solve_shape_t *shape, int ranks);

#endif
