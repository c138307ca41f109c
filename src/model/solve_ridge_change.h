/* What weightings other than a centre add to its scatter, in the basis of the centre's reduction:
 *   y' (G - t G_c) y,  G = diag(v) - v v' / whole,
 * y the rows of all strata but the base, less the base's mean, v their weights (see
 * solve_ridge_conjugate.h). From the rows where they are few, else from a matrix for every stratum.
 * Private to the solver of the square loss. */
#ifndef LLR_MODEL_SOLVE_RIDGE_CHANGE_H
#define LLR_MODEL_SOLVE_RIDGE_CHANGE_H

#include "model/solve_parts.h"

typedef struct llr_ridge_change {
    const llr_call_t *call;
    const double *centre; /* weights */
    double centre_whole;  /* weight of all rows */
    int32_t base;
    bool by_rows;
    int64_t size, rows; /* rows: of y */
    double *y;          /* rows x size in the basis, or strata but the base x size x size: y'y */
    double *sum;        /* strata x size: sums of y, set without by_rows */
    double *room;       /* size x size, taken without by_rows */
    double *image;      /* vectors x rows, or x size */
} llr_ridge_change_t;

/* Operations of one product with one vector. */
double llr_ridge_change_flops(int64_t size, int64_t rows, int32_t strata);
double llr_ridge_change_start_flops(int64_t size, int64_t rows, int32_t strata);

/* For products with so many vectors. From the arena. */
llr_code_t llr_ridge_change_create(llr_ridge_change_t *change, const llr_call_t *call, int32_t base,
                                   int64_t vectors);
int64_t llr_ridge_change_bytes(int64_t size, int32_t strata, int64_t vectors);

/* In the basis Q of q and t (linalg/band.h); work for the larger of rows and size vectors. */
void llr_ridge_change_start(llr_ridge_change_t *change, const double *centre, double whole,
                            const double *q, const double *t, double *work);

/* What a vector is to be multiplied with. */
typedef struct llr_ridge_change_of {
    const double *weight;
    double t, whole;
} llr_ridge_change_of_t;

/* product += y' (G - t G_c) y x; x, product: vectors x size, of: one a vector. */
void llr_ridge_change_multiply(llr_ridge_change_t *change, const llr_ridge_change_of_t *of,
                               int64_t vectors, const double *x, double *product);

#endif
