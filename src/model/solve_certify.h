/* The certificate of problem.md, 5, from the rows themselves. Private to the solvers. */
#ifndef LLR_MODEL_SOLVE_CERTIFY_H
#define LLR_MODEL_SOLVE_CERTIFY_H

#include "base/error.h"
#include "base/memory.h"
#include "model/solve_margin.h"
#include "model/solve_space.h"

enum { LLR_CERTIFY_FITS = 32 }; /* fits whose scores are made in one GEMM */

typedef struct llr_certifier {
    const llr_space_t *space; /* borrowed */
    double tolerance;
    int32_t columns;
    double *score, *residual, *gradient; /* LLR_CERTIFY_FITS x columns x (rows, rows, dim) */
} llr_certifier_t;

llr_code_t llr_certifier_create(llr_certifier_t *certifier, const llr_space_t *space,
                                int32_t columns, double tolerance, llr_arena_t *arena,
                                llr_error_t *error);
int64_t llr_certifier_bytes(int64_t rows, int64_t dim, int32_t columns);

/* Evaluates count <= LLR_CERTIFY_FITS fits of one weighting, lambda >= 0: b becomes the minimiser
 * (in: a start), objective and gradient_norm of fit[] are set. theta: (count * columns) x dim on
 * the centred columns; b: count * columns. certifier->score then holds theta' x,
 * certifier->gradient dF/dTheta. */
void llr_evaluate(llr_certifier_t *certifier, const llr_margin_t *margin, const double *lambda,
                  int64_t count, const double *theta, double *b, llr_fit_t *fit);
/* Sets certified_gap, and status by it (max_iterations stands unless it converged). */
void llr_judge(const llr_certifier_t *certifier, double relative_gap, llr_fit_t *fit);

/* Both of them, for lambda > 0. */
void llr_certify(llr_certifier_t *certifier, const llr_margin_t *margin, const double *lambda,
                 int64_t count, const double *theta, double *b, llr_fit_t *fit);

/* The same of fits of several weightings; margin: that of each fit. */
void llr_certify_each(llr_certifier_t *certifier, const llr_margin_t *const *margin,
                      const double *lambda, int64_t count, const double *theta, double *b,
                      llr_fit_t *fit);

/* gap / max(F - gap, tiny), with the rounding allowance. */
double llr_relative_gap(double gap, double objective);

#endif
