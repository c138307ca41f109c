/* The softmax fits of one weighting along descending lambda: state, warm starts, limited-memory
 * BFGS whose memory is in single precision. Private to the softmax solver. */
#ifndef LLR_MODEL_SOLVE_SOFTMAX_CHAIN_H
#define LLR_MODEL_SOLVE_SOFTMAX_CHAIN_H

#include "model/solve_trail.h"

enum { LLR_SOFTMAX_MEMORY = 8, LLR_SOFTMAX_STALLS = 3 };

typedef struct llr_softmax_chain {
    llr_margin_t margin; /* its work is llr_softmax_line_work(columns) */
    llr_trail_t trail;
    double *gradient; /* columns x size */
    float *step[LLR_SOFTMAX_MEMORY], *change[LLR_SOFTMAX_MEMORY];
    float curvature[LLR_SOFTMAX_MEMORY]; /* step . change */
    float share[LLR_SOFTMAX_MEMORY];     /* of the two loops */
    int64_t pairs, newest;
    double value; /* F at now */
    double gap;   /* relative, by the gradient */
    int64_t iterations, stalls;
} llr_softmax_chain_t;

llr_code_t llr_softmax_chain_create(llr_softmax_chain_t *chain, const llr_call_t *call,
                                    int64_t path, int64_t first_fit, double *work);
int64_t llr_softmax_chain_bytes(int64_t rows, int64_t size, int32_t columns);

/* Sets now to where the search at the next lambda starts: what the last solutions foretell.
 * residual (columns x rows): there. */
void llr_softmax_chain_start(llr_softmax_chain_t *chain, const llr_call_t *call, double *residual);
/* Takes the scores of now anew from its coefficients' (given), with b, value and residual. */
void llr_softmax_chain_restart(llr_softmax_chain_t *chain, const llr_call_t *call,
                               const double *score, double *residual);

/* The two loops about the preconditioner: direction (columns x size) = gradient, pairs taken off;
 * then, after the preconditioner was applied, pairs put on and the sign turned. */
void llr_softmax_begin_direction(llr_softmax_chain_t *chain, int64_t width, float *direction);
void llr_softmax_end_direction(llr_softmax_chain_t *chain, int64_t width, float *direction);

/* Minimises along the direction (with its scores), moves there and sets residual. */
void llr_softmax_chain_move(llr_softmax_chain_t *chain, const llr_call_t *call,
                            const double *direction, const double *score, double *residual);
/* Takes the gradient where the search starts, at a new point with the pair it makes. */
void llr_softmax_chain_begin(llr_softmax_chain_t *chain, int64_t width, const double *gradient);
void llr_softmax_chain_learn(llr_softmax_chain_t *chain, int64_t width, const double *gradient);
void llr_softmax_chain_forget(llr_softmax_chain_t *chain);

#endif
