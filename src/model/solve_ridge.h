/* The weighted ridge problems of one weighting, in parts. Private to the solver of the square loss.
 */
#ifndef LLR_MODEL_SOLVE_RIDGE_H
#define LLR_MODEL_SOLVE_RIDGE_H

#include "model/solve_parts.h"

/* F at theta and its best intercept, of one weighting:
 *   (spread - 2 tr theta'rhs + tr theta' A theta + lambda ||theta||^2) / 2. */
typedef struct llr_ridge_system {
    int64_t size;
    int32_t columns;
    double *a;      /* size x size, lower triangle: sum a_i (z_i - mean)(z_i - mean)' */
    double *mean;   /* size: the weighted one */
    double *rhs;    /* columns x size: sum a_i (t_i - target) (z_i - mean) */
    double *target; /* columns: weighted means of the targets */
    double whole;   /* sum a_i */
    double spread;  /* sum a_i ||t_i - target||^2 */
    double square;  /* sum a_i ||z_i||^2 */
    double *scale;  /* size: roots of that sum's terms, by columns of z */
} llr_ridge_system_t;

llr_code_t llr_ridge_system_create(llr_ridge_system_t *system, const llr_call_t *call);
int64_t llr_ridge_system_bytes(int64_t size, int32_t columns);
/* Fills the system in for a weighting. */
void llr_ridge_system_make(llr_ridge_system_t *system, const llr_call_t *call,
                           const double *weight);
/* The same without a, scale and square. */
void llr_ridge_system_make_vectors(llr_ridge_system_t *system, const llr_call_t *call,
                                   const double *weight);

/* Certifies fits of the system from its matrices, their rounding included in the gap: objective,
 * gradient_norm, certified_gap and status of fit[], and b (count * columns). z: (count * columns)
 * x size, where the space is the rows' own. gradient, of the same shape: dF/dz. */
void llr_ridge_system_certify(const llr_ridge_system_t *system, const llr_call_t *call,
                              const double *lambda, int64_t count, const double *z,
                              double *gradient, double *b, llr_fit_t *fit);

/* A fit among those of all paths. */
typedef struct llr_ridge_fit {
    const llr_path_t *path;
    double lambda;
    int64_t index; /* in the solutions */
} llr_ridge_fit_t;

/* The same for fits of any paths, from the matrices of the strata; the fits of a path in a row.
 * Uses the system. gradient, part: as many as z. */
void llr_ridge_certify_each(llr_ridge_system_t *system, const llr_call_t *call,
                            const llr_ridge_fit_t *of, int64_t count, const double *z,
                            double *gradient, double *part);

#endif
