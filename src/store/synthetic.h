/* Gaussian classes without a file (problem.md, 2 and 4): rows are a function of (parameters, seed,
 * class, row), so that smaller subsamples are nested in larger ones. */
#ifndef LLR_STORE_SYNTHETIC_H
#define LLR_STORE_SYNTHETIC_H

#include "base/hash.h"
#include "base/random.h"
#include "model/job.h"

/* Content id: all parameters that decide a number. The count of test rows does for K > 2 only. */
llr_hash_t llr_synthetic_content(const llr_synthetic_t *synthetic);

/* Class means (classes x dim, row-major). K = 2: -+ separation * e, e a random unit vector. K > 2:
 * random directions of length separation. */
void llr_synthetic_means(const llr_synthetic_t *synthetic, llr_hash_t content, double *mean);

/* Square roots of the eigenvalues j^-decay, j = 1..dim, scaled to trace dim. The eigenvectors are
 * the coordinate axes. */
void llr_synthetic_deviations(const llr_synthetic_t *synthetic, double *deviation);

/* The next count rows of one class's stream: out (count x dim, row-major) = mean + deviation * Z.
 * Every row takes a whole number of blocks of the stream, so the first rows never depend on
 * count. */
void llr_synthetic_rows(llr_random_t *random, const double *mean, const double *deviation,
                        int64_t dim, int64_t count, double *out);

/* Share of N(mean, diag(deviation^2)) on the side of the target (+1 or -1) of theta'x + b > 0:
 * 1 - Q(target (theta'mean + b) / sqrt(theta' Sigma theta)). theta = 0: all rows are on the side
 * of b, and b = 0 is the side of -1. */
double llr_synthetic_rate(const double *mean, const double *deviation, int64_t dim,
                          const double *theta, double b, int target);

#endif
