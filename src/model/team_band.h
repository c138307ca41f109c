/* Reduction of a team's symmetric matrix to a band by block reflectors, A = Q B Q', as
 * linalg/band.h does it on one rank: nearly all of it in matrix products, shared by the ranks. */
#ifndef LLR_MODEL_TEAM_BAND_H
#define LLR_MODEL_TEAM_BAND_H

#include "linalg/band.h"
#include "model/team.h"

/* Doubles of work for both functions, and for that many vectors. */
int64_t llr_team_band_work(int64_t size, int64_t vectors);

/* Collective. The piece, and t (llr_band_factors(size), replicated), then hold Q. band (size x
 * LLR_BAND_WIDTH, replicated): row j has B[j + i][j]. */
void llr_team_band_reduce(const llr_team_t *team, int64_t size, double *piece, double *t,
                          double *band, double *work);

/* Collective. Each row of b (vectors x size, replicated) becomes Q b, or Q' b where transposed. */
void llr_team_band_apply(const llr_team_t *team, int64_t size, const double *piece, const double *t,
                         bool transposed, double *b, int64_t vectors, double *work);

#endif
