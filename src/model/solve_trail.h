/* The fits of one weighting along descending lambda: which is next, and what the last ones foretell
 * of it. Private to the solvers by descent. */
#ifndef LLR_MODEL_SOLVE_TRAIL_H
#define LLR_MODEL_SOLVE_TRAIL_H

#include "model/solve_parts.h"

enum { LLR_SAVED = 3 };

/* Coefficients with the scores they give: columns x size, columns x rows, columns. */
typedef struct llr_point {
    double *theta, *score, *b;
    double log_lambda;
} llr_point_t;

typedef struct llr_trail {
    const llr_path_t *path;
    int64_t first_fit; /* of the path, in the solutions */
    int64_t *order;    /* lambdas: their indices, largest lambda first */
    int64_t next;      /* position in order of the lambda to solve */
    llr_point_t now;
    llr_point_t saved[LLR_SAVED]; /* solutions at the last lambdas, newest first */
    int64_t saves;
} llr_trail_t;

llr_code_t llr_trail_create(llr_trail_t *trail, const llr_call_t *call, int64_t path,
                            int64_t first_fit);
/* Without the list of lambdas, whose lengths add up to the number of fits. */
int64_t llr_trail_bytes(int64_t rows, int64_t size, int32_t columns);

double llr_trail_lambda(const llr_trail_t *trail);
bool llr_trail_is_done(const llr_trail_t *trail);

/* Sets now to what the last count solutions (to saves; of none: zero) foretell at the next lambda:
 * Lagrange's polynomial in log lambda through them. */
void llr_trail_foretell(llr_trail_t *trail, const llr_call_t *call, int64_t count);
/* The same of theta and b alone. */
void llr_trail_foretell_coefficients(llr_trail_t *trail, const llr_call_t *call, int64_t count);

/* Keeps now as a solution and goes on to the next lambda. */
void llr_trail_advance(llr_trail_t *trail, const llr_call_t *call);

#endif
