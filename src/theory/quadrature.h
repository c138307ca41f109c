/* Expectations over Z ~ N(0, 1): E f(Z) = sum_i weight[i] f(node[i]), exact for polynomials of
 * degree below 2 count (Gauss-Hermite, nodes as the eigenvalues of the Jacobi matrix). */
#ifndef LLR_THEORY_QUADRATURE_H
#define LLR_THEORY_QUADRATURE_H

#include "base/error.h"

#include <stdint.h>

typedef struct llr_quadrature {
    int64_t count;
    double *node, *weight; /* owned, count: ascending and symmetric about 0; the weights sum to 1 */
} llr_quadrature_t;

/* count >= 1. LLR_FAILED: out of memory. */
llr_code_t llr_quadrature_create(llr_quadrature_t *quadrature, int64_t count, llr_error_t *error);
void llr_quadrature_destroy(llr_quadrature_t *quadrature);

#endif
