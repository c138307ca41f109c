/* Fits of the square loss whose df is not asked for: Lanczos' reductions of several weightings and
 * columns side by side, which share the products with the Gram matrices, and every lambda of a
 * weighting shares its reduction. Private to the solver of the square loss. */
#ifndef LLR_MODEL_SOLVE_RIDGE_KRYLOV_H
#define LLR_MODEL_SOLVE_RIDGE_KRYLOV_H

#include "linalg/lanczos.h"
#include "model/solve_ridge.h"

/* Lane p * columns + k is column k of weighting p of a group. */
typedef struct llr_ridge_krylov {
    llr_call_t *call;
    int64_t group;       /* weightings that are reduced together */
    double worth;        /* steps of all weightings that one's reduction may take */
    bool is_shared;      /* by the strata's matrices; else by the one of a weighting's system */
    bool all_or_none;    /* what is left of a group costs as much as all of it */
    int64_t lambdas;     /* most of a path */
    double *coefficient; /* strata x lanes */
    double *mean, *x;    /* blocks */
    double *spread;      /* lanes: of the weighting */
    double *pivot, *residual; /* lambdas x lanes: of T + lambda; norms, with their sign */
    double *form;             /* lambdas x lanes: rhs' theta so far */
    double *y, *d;            /* steps x lanes */
    /* Of a weighting: the largest gap to what is asked of it, now and at the last look. */
    double excess[LLR_BAND], excess_before[LLR_BAND];
    int64_t looked;             /* steps then */
    double *gradient, *product; /* vectors that are certified together x size */
    llr_lanczos_t lanczos;
} llr_ridge_krylov_t;

/* Whether it may take less than a reduction for every weighting: a fixed formula of the call's
 * shapes and options. */
bool llr_ridge_krylov_pays(const llr_call_t *call);

/* Whether weightings share the strata's matrices: then all are solved in one call. */
bool llr_ridge_krylov_shares(const llr_call_t *call);

/* theta of all fits, certified, and solved (paths) where the gaps of all of a path's, as far as the
 * steps tell, came to a fixed share of the tolerance, well below one half. lambdas: most of a path.
 * all_or_none: a group is given up that is not likely to be solved as a whole. Uses the system. The
 * workspace is given back. */
llr_code_t llr_ridge_krylov_solve_all(llr_call_t *call, llr_ridge_system_t *system, int64_t lambdas,
                                      bool all_or_none, bool *solved);

/* Else one group of weightings after the other. */
llr_code_t llr_ridge_krylov_create(llr_ridge_krylov_t *krylov, llr_call_t *call, int64_t lambdas);

/* What llr_ridge_krylov_solve_all takes, or, not is_shared, llr_ridge_krylov_create, whichever of
 * least to paths the paths are: fewer may take more steps. 0 where they never do it. */
int64_t llr_ridge_krylov_bytes(int64_t size, int32_t columns, int32_t strata, int64_t least,
                               int64_t paths, int64_t fits, bool is_shared);

/* theta (all fits from this one on) of the group of weightings that begins with path index. Uses
 * the system's vectors; its a, made for that path, where matrices are not shared. */
void llr_ridge_krylov_solve(llr_ridge_krylov_t *krylov, llr_ridge_system_t *system, int64_t index,
                            int64_t fit);

/* Whether the fits of a path of the last group came to that share of the tolerance. */
bool llr_ridge_krylov_solved(const llr_ridge_krylov_t *krylov, int64_t index);

#endif
