/* Fits of the square loss whose df is not asked for: conjugate gradients for the fits of many
 * weightings side by side, all preconditioned by the reduction of one weighting. Private to the
 * solver of the square loss.
 *
 * With base the stratum of most rows, a its rows' weight in a weighting, C its scatter about its
 * own mean, y the other rows less that mean and v their weights,
 *
 *   A = a C + y' G y,  G = diag(v) - v v' / whole,  whole: the sum of the weights of all rows.
 *
 * Let c be a weighting in the middle, the centre, A_c = Q B Q' its reduction to a band, and
 * t = a / a_c. Then, y being given in the basis Q,
 *
 *   A + lambda = P + y' (G - t G_c) y,  P = t (B + lambda / t).
 *
 * P is solved with exactly, for a few operations a column, and the rest takes two products with few
 * rows, or one with a matrix (solve_ridge_change.h). Scatters about weighted means grow with the
 * weights, so that the eigenvalues of P^-1 (A + lambda) lie between the least and the largest ratio
 * of the strata's weights, each to t: exponents one apart with priors of nine to one have a
 * condition of 9, whatever the rows. */
#ifndef LLR_MODEL_SOLVE_RIDGE_CONJUGATE_H
#define LLR_MODEL_SOLVE_RIDGE_CONJUGATE_H

#include "model/solve_ridge.h"

/* Whether it takes less than a reduction for every weighting: a fixed formula of the call's shapes
 * and options. */
bool llr_ridge_conjugate_pays(const llr_call_t *call);
/* For at least and at most so many fits. */
int64_t llr_ridge_conjugate_bytes(int64_t size, int32_t columns, int32_t strata, int64_t paths,
                                  int64_t least, int64_t most);

/* theta of fits, certified, and solved (paths): whether the residuals of all of a path's came to a
 * twentieth of the tolerance; paths that are solved already are left alone. Uses the system. The
 * workspace is given back. */
llr_code_t llr_ridge_conjugate_solve(llr_call_t *call, llr_ridge_system_t *system, bool *solved);

#endif
