/* Lanczos' reduction of LLR_BAND symmetric matrices side by side, a lane each:
 *   A = sum over parts c_part M_part - m m',
 * with the matrices M shared and c and m each lane's own. Without reorthogonalisation. */
#ifndef LLR_LINALG_LANCZOS_H
#define LLR_LINALG_LANCZOS_H

#include "linalg/band.h"

/* Arrays are borrowed, row-major, 64-byte aligned; blocks are llr_lanczos_block(n) doubles: a row
 * of LLR_BAND lanes for each of the n columns, then zeros. */
typedef struct llr_lanczos {
    int64_t n, parts, most;    /* size; matrices; most steps */
    int lanes;                 /* in use, the first ones; the others are zeros */
    const double *matrix;      /* parts x n x n, lower triangles */
    const double *coefficient; /* parts x LLR_BAND: c */
    const double *mean;        /* block: m */
    double *basis;             /* (most + 1) blocks: orthonormal vectors v */
    double *part;              /* block */
    /* (most + 1) x LLR_BAND: A v_j = next_j+1 v_j+1 + diagonal_j v_j + next_j v_j-1; next_0 is the
     * norm of the start. */
    double *diagonal, *next;
    int64_t steps; /* done */
} llr_lanczos_t;

int64_t llr_lanczos_block(int64_t n);

/* The start stands in the first block of basis. A lane of zeros stays one. */
void llr_lanczos_start(llr_lanczos_t *lanczos);
void llr_lanczos_step(llr_lanczos_t *lanczos);
/* x (block) = sum over steps of y v, y: steps x LLR_BAND. */
void llr_lanczos_combine(const llr_lanczos_t *lanczos, const double *y, double *x);

#endif
