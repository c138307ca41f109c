/* The solvers of each loss, as llr_solve calls them. Private to the solvers. */
#ifndef LLR_MODEL_SOLVE_PARTS_H
#define LLR_MODEL_SOLVE_PARTS_H

#include "model/solve_certify.h"
#include "model/solve_gram.h"

enum { LLR_RANK_UNKNOWN = -1 };

/* What one call of llr_solve shares. A solver that sees the rank sets it in the solutions. */
typedef struct llr_call {
    llr_loss_t loss;
    const llr_sample_t *sample;
    const llr_path_t *path;
    int64_t paths;
    const llr_solve_options_t *options;
    llr_solutions_t *solutions;
    llr_space_t space;
    llr_certifier_t certifier;
    llr_gram_t gram; /* square loss: by stratum */
    int32_t columns;
    int64_t width; /* columns * space.size: doubles of one fit's coefficients in the space */
    double *margin_work;
    llr_arena_t *arena;
    llr_error_t *error;
} llr_call_t;

bool llr_call_stops(const llr_call_t *call);
llr_margin_t llr_call_margin(const llr_call_t *call, int64_t path);

/* df of a symmetric curvature matrix h (size x size, lower triangle; destroyed): trace of
 * h (h + lambda)^-1. NaN when it is not positive. */
double llr_trace_df(double *h, int64_t size, double lambda);

llr_code_t llr_solve_ridge(llr_call_t *call);
/* zero in the shape: some of the fits, and of the paths, may be left out. */
int64_t llr_ridge_bytes(const llr_solve_shape_t *shape);

llr_code_t llr_solve_logistic(llr_call_t *call);
int64_t llr_logistic_bytes(int64_t rows, int64_t size, int64_t paths, int64_t fits);

#endif
