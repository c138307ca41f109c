/* Systems (B + lambda) y = c for many lambda at once, B a symmetric band as in linalg/band.h: every
 * lambda is a lane of the CPU's vectors. Results depend on the kind of CPU, which may fuse
 * multiplication and addition, and on nothing else. */
#ifndef LLR_LINALG_SHIFTED_H
#define LLR_LINALG_SHIFTED_H

#include "linalg/band.h"

enum { LLR_LANES = 8 }; /* shifts that are solved together */

typedef struct llr_shifted {
    int64_t n;
    const double *band; /* borrowed */
    int lanes;          /* in use: the first ones */
    _Alignas(64) double lambda[LLR_LANES];
    double *factor;   /* borrowed, llr_shifted_room(n): L and 1 / D of L D L' */
    double *solution; /* borrowed, n x LLR_LANES */
    bool definite[LLR_LANES];
} llr_shifted_t;

int64_t llr_shifted_room(int64_t n);

/* Puts count shifts, at most LLR_LANES, into the first lanes. */
void llr_shifted_set(llr_shifted_t *shifted, const double *lambda, int64_t count);

/* Factors B + lambda. definite tells where it is positive definite to working precision; the other
 * lanes hold nothing of use. */
void llr_shifted_factor(llr_shifted_t *shifted);
/* Whether all lanes in use are. */
bool llr_shifted_definite(const llr_shifted_t *shifted);
/* solution: in c, out y, a lane a column; of lanes in use. */
void llr_shifted_solve(llr_shifted_t *shifted);
/* trace: of B (B + lambda)^-1. Destroys the factor. */
void llr_shifted_trace(llr_shifted_t *shifted, double *trace);

#endif
