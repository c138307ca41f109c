/* Fits without a penalty. Private to the solvers. */
#ifndef LLR_MODEL_SOLVE_ZERO_H
#define LLR_MODEL_SOLVE_ZERO_H

#include "model/solve_parts.h"

/* Solves the fits of a call at positive lambda as if there were no others, by solve; then those at
 * lambda = 0, each on its own. */
llr_code_t llr_solve_around_zero(llr_call_t *call, llr_code_t (*solve)(llr_call_t *));
/* What that takes from the arena beyond a call without zeros that takes core bytes. */
int64_t llr_zero_bytes(const llr_solve_shape_t *shape, int64_t core);

/* One fit at lambda = 0, in the caller's arrays. */
typedef struct llr_zero {
    llr_call_t *call;
    llr_margin_t margin;
    llr_fit_t *fit;
    double *theta, *b; /* columns x dim, columns */
} llr_zero_t;

/* The coefficients of least norm that minimise the square loss. */
llr_code_t llr_zero_square(llr_zero_t *zero);
int64_t llr_zero_square_bytes(int64_t rows, int64_t dim, int32_t columns);

/* Logistic losses: whether the rows are separable. */
llr_code_t llr_zero_logistic(llr_zero_t *zero);
int64_t llr_zero_logistic_bytes(int64_t rows, int64_t dim, int32_t columns);

#endif
