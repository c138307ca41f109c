/* Weights by formula (problem.md, 1 and 4): the rules thumb and paper, and what is known of them in
 * closed form. */
#ifndef LLR_THEORY_WEIGHTS_H
#define LLR_THEORY_WEIGHTS_H

#include <stdbool.h>
#include <stdint.h>

/* Effective degrees of freedom of the ridge problem with the Gram (or covariance) times curvature
 * D > 0: rises with D, falls with lambda, 0 at D -> 0 if lambda > 0; lambda = 0: the rank.
 * llr_spectrum_df is one. */
typedef double (*llr_theory_df_t)(const void *argument, double curvature, double lambda);

/* Rule thumb: w_c ~ 1 / (K pi_c - df/n), df self-consistent at lambda >= 0, sum_c pi_c w_c = 1.
 * prior: kinds (sum 1), classes or groups; a kind of prior 0 does not count in K and has weight
 * NaN. weight: kinds. *solved_df (may be NULL): the df. false: no finite weights (lambda = 0 and df
 * >= n K min pi_c); the weights are then NaN. */
bool llr_theory_thumb(llr_theory_df_t df, const void *argument, double n, double lambda,
                      const double *prior, int32_t kinds, double *weight, double *solved_df);

/* The same formula with a given dimension in place of df: rule paper. */
bool llr_theory_paper(double dimension, double n, const double *prior, int32_t kinds,
                      double *weight);

/* delta = df/n at which the lambda = 0 weights cease to be finite: K min pi_c. */
double llr_theory_border(const double *prior, int32_t kinds);

/* Error of both classes at thumb weights, square loss, lambda = 0, isotropic unit covariance:
 * Q(s^2 sqrt((1 - q) / (s^2 + q))), s the length of mu, q = delta/(4 pi_min) + delta/(4 pi_maj).
 * NaN from the border on. */
double llr_theory_thumb_error(double separation, double delta, double minority_prior);

#endif
