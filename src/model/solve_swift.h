/* What a two-class logistic fit does in single precision: products with the rows (in double
 * precision too), the preconditioner, df. Private to the logistic solver. */
#ifndef LLR_MODEL_SOLVE_SWIFT_H
#define LLR_MODEL_SOLVE_SWIFT_H

#include "linalg/panels.h"
#include "model/solve_parts.h"

typedef struct llr_swift {
    const llr_space_t *space; /* borrowed */
    llr_panels_t z, turned;   /* the rows of the space, and their transpose */
    float *scaled;            /* rows x size: sqrt(c_i) (z_i - mean), of rows that count */
    float *hessian, *factor;  /* size x size; the inverse of the Hessian's Cholesky factor */
    llr_panels_t root, up;    /* the preconditioner's factor, and its transpose */
    double *vector;           /* vectors x size */
    double *mean, *sorted;    /* size, rows */
    double *norm, *share;     /* rows: squared norms of the rows; of the curvature or trace */
} llr_swift_t;

/* exact: there will be products in double precision. vectors: most that llr_swift_apply is given.
 * All memory from the call's arena. */
llr_code_t llr_swift_create(llr_swift_t *single, const llr_call_t *call, bool exact,
                            int64_t vectors);
int64_t llr_swift_bytes(int64_t rows, int64_t size, int64_t vectors);

/* score (vectors x rows) = theta z'; theta: vectors x size. */
void llr_swift_scores(const llr_swift_t *single, bool exactly, const double *theta, int64_t vectors,
                      double *score);
/* gradient (vectors x size) += residual z; residual: vectors x rows. */
void llr_swift_gradients(const llr_swift_t *single, bool exactly, const double *residual,
                         int64_t vectors, double *gradient);

/* The preconditioner: H + lambda, H = sum_i c_i (z_i - mean)(z_i - mean)' over the rows that hold
 * most of the curvature c (rows), mean the one weighted by it. */
void llr_swift_precondition(llr_swift_t *single, const double *curvature, double lambda);
/* Solves with it, in place. vector: vectors x size. */
void llr_swift_apply(const llr_swift_t *single, double *vector, int64_t vectors);

/* df of H over all rows; NaN where single precision is not enough for a relative error of 1e-5. */
double llr_swift_df(llr_swift_t *single, const double *curvature, double lambda);

#endif
