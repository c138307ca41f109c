/* The fits of one weighting along descending lambda: state, warm starts, limited-memory BFGS.
 * Private to the logistic solver. */
#ifndef LLR_MODEL_SOLVE_CHAIN_H
#define LLR_MODEL_SOLVE_CHAIN_H

#include "model/solve_trail.h"

enum { LLR_PAIRS = 8 };

typedef struct llr_chain {
    llr_margin_t margin;
    llr_trail_t trail;
    double *gradient; /* columns x size */
    double *step[LLR_PAIRS], *change[LLR_PAIRS];
    double curvature[LLR_PAIRS]; /* step . change */
    double share[LLR_PAIRS];     /* of the two loops */
    int64_t pairs, newest;
    double scale; /* of the preconditioner's inverse: what the first step along it was worth */
    double value; /* F at now */
    double trust; /* of its lines, see there; 0 from llr_chain_create */
    int64_t iterations, stalls;
} llr_chain_t;

llr_code_t llr_chain_create(llr_chain_t *chain, const llr_call_t *call, int64_t path,
                            int64_t first_fit);
int64_t llr_chain_bytes(int64_t rows, int64_t size);

/* Sets now to where the search at the next lambda starts: what the last solutions foretell. */
void llr_chain_start(llr_chain_t *chain, const llr_call_t *call);
/* The same in two halves, for two classes: what theta and b start from; then, their scores being
 * known, whether that was any better than the last solution. */
void llr_chain_foretell(llr_chain_t *chain, const llr_call_t *call);
void llr_chain_settle(llr_chain_t *chain, const llr_call_t *call);
/* F at now, whose scores are known, and b minimised. */
void llr_chain_evaluate(llr_chain_t *chain, const llr_call_t *call);

/* The two loops about the preconditioner: direction (columns x size) = gradient, pairs taken off;
 * then, after the preconditioner was applied, pairs put on and the sign turned. */
void llr_chain_begin_direction(llr_chain_t *chain, int64_t width, double *direction);
void llr_chain_end_direction(llr_chain_t *chain, int64_t width, double *direction);

/* Minimises along the direction (with its scores) and moves there. */
void llr_chain_move(llr_chain_t *chain, const llr_call_t *call, const double *direction,
                    const double *direction_score);
/* Takes the gradient at the new point and remembers the pair. */
void llr_chain_learn(llr_chain_t *chain, int64_t width, const double *gradient);
void llr_chain_forget(llr_chain_t *chain);

#endif
