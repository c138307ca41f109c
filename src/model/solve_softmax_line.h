/* Searches along a line with the intercepts, of a softmax fit seen from its scores. Private to the
 * solvers. */
#ifndef LLR_MODEL_SOLVE_SOFTMAX_LINE_H
#define LLR_MODEL_SOLVE_SOFTMAX_LINE_H

#include "model/solve_margin.h"

/* llr_margin_minimise of a softmax fit by vector kernels; stops where a Newton step would gain less
 * than share of what the first did, or nothing. residual as in llr_margin_loss, may be NULL. */
double llr_softmax_minimise(const llr_margin_t *margin, llr_line_t *line, double share,
                            double *residual);
int64_t llr_softmax_line_work(int32_t columns);

#endif
