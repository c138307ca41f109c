/* What the square and the logistic prediction of two classes share. Private to spectral*. */
#ifndef LLR_THEORY_SPECTRAL_PARTS_H
#define LLR_THEORY_SPECTRAL_PARTS_H

#include "theory/spectral.h"

/* Sums over the spectrum with r_j = 1 / (D s_j + lambda). */
typedef struct llr_spectrum_sums {
    double trace;       /* (1/n) sum s r: tau */
    double trace_pair;  /* (1/n) sum s^2 r^2 */
    double mean;        /* sum mu^2 r */
    double mean_spread; /* sum s mu^2 r^2 */
} llr_spectrum_sums_t;

llr_spectrum_sums_t llr_spectrum_sums(const llr_spectrum_t *spectrum, double n, double curvature,
                                      double lambda);

/* Errors and df from the scalars; found only if all are finite. */
void llr_theory_finish(llr_theory_point_t *point, double n);

void llr_theory_logistic(const llr_theory_problem_t *problem, const llr_theory_point_t *start,
                         llr_theory_point_t *out);

#endif
