/* Roots of small nonlinear systems (cminpack's hybrd: Powell's hybrid method). */
#ifndef LLR_THEORY_ROOT_H
#define LLR_THEORY_ROOT_H

#include <stdbool.h>
#include <stdint.h>

/* residual (n) at x (n). */
typedef void (*llr_residual_t)(void *problem, const double *x, double *residual);

/* Doubles of work for n unknowns. */
int64_t llr_root_work(int64_t n);

/* From x (n) to a root, whose residuals are all below 1e-9. false: none found, x undefined. */
bool llr_root(int64_t n, llr_residual_t residual, void *problem, double *x, double *work);

#endif
