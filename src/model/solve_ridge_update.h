/* Many weightings of a sample in which one stratum has nearly all rows: one reduction of that
 * stratum's scatter serves all weightings, and the few other rows are a change of low rank
 * (Woodbury). Private to the solver of the square loss. */
#ifndef LLR_MODEL_SOLVE_RIDGE_UPDATE_H
#define LLR_MODEL_SOLVE_RIDGE_UPDATE_H

#include "linalg/shifted_rows.h"
#include "model/solve_ridge.h"

/* With base the stratum of most rows, C its scatter about its own mean and y the other rows less
 * that mean, A = a_base C + y' S S' y, S = D (1 - tau u u'), D and u made of the other weights. */
typedef struct llr_ridge_update {
    llr_call_t *call;
    int32_t base;
    int64_t size, rows, wide; /* of the space; other rows; the same rounded up */
    double *q, *t, *band;     /* C = Q B Q' */
    double *y;                /* size x wide: the other rows in the basis Q, as columns */
    double *half, *whole;     /* size x wide */
    double *m, *n, *inverse;  /* wide x wide */
    double *root, *unit, *image, *small; /* wide: D, u, and two more */
    double tau, a_base;
    double *rhs, *right[LLR_LANES]; /* columns x size, in the basis Q */
    double *work;
    llr_shifted_t shifted;
} llr_ridge_update_t;

/* Whether it takes less than a reduction for every weighting, by its operations: a fixed formula of
 * the call's shapes. */
bool llr_ridge_update_pays(const llr_call_t *call);

llr_code_t llr_ridge_update_create(llr_ridge_update_t *update, llr_call_t *call);
int64_t llr_ridge_update_bytes(int64_t size, int32_t columns, int64_t paths, int64_t fits);

/* z (lambdas * columns x size) and df of all fits of a path, whose system is made. false, with
 * nothing of use: rounding might be felt in the eighth digit of df. */
bool llr_ridge_update_solve(llr_ridge_update_t *update, const llr_ridge_system_t *system,
                            const llr_path_t *path, double *z, llr_fit_t *fit);

#endif
