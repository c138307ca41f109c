/* Orthant probabilities of Gaussian vectors. */
#ifndef LLR_THEORY_ORTHANT_H
#define LLR_THEORY_ORTHANT_H

#include <stdint.h>

/* P(X_1 > 0, ..., X_dim > 0) for X ~ N(mean, covariance): exact for dim <= 1, else within about
 * 1e-4 by a fixed point set. mean: dim, and covariance (dim x dim, row-major, positive
 * semidefinite, both triangles): both are destroyed. work: 3 dim doubles. Source: A. Genz,
 * Numerical computation of multivariate normal probabilities, 1992 (with the variables ordered by
 * their conditional probabilities). */
double llr_normal_orthant(int64_t dim, double *mean, double *covariance, double *work);

#endif
