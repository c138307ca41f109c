/* The weighted centred rows of one weighting, sqrt(w_i / n) (x_i - mean), as singular values and
 * vectors: exact to eps where their Gram matrix is to sqrt(eps). Rows of weight 0 are left out.
 * Private to the solvers. */
#ifndef LLR_MODEL_SOLVE_FACTOR_H
#define LLR_MODEL_SOLVE_FACTOR_H

#include "base/error.h"
#include "base/memory.h"
#include "model/solve_space.h"

/* With p = min(rows, columns): rows = L U S V' R; L and R are Q and the identity of a QR where
 * there are more rows than columns, else the identity and Q' of one of the columns. */
typedef struct llr_factor {
    const llr_sample_t *sample; /* borrowed */
    const double *weight;       /* borrowed, strata */
    llr_space_t space;          /* R: coefficients in it to those of the columns, and back */
    int64_t longer;             /* max(rows, columns) */
    int64_t rank;               /* singular values that count; -1: rows that are not finite */
    double *mean;               /* columns: weighted, from the first row that counts */
    double *q;                  /* p x longer: the QR */
    double *core;               /* p x p */
    double *singular, *u, *vt;  /* p descending, p x p, p x p */
    double *share;              /* vectors x p */
} llr_factor_t;

/* vectors: most that are mapped at once. All memory from the arena. */
llr_code_t llr_factor_create(llr_factor_t *factor, const llr_sample_t *sample, const double *weight,
                             int64_t vectors, llr_arena_t *arena, llr_error_t *error);
int64_t llr_factor_bytes(int64_t rows, int64_t dim, int64_t vectors);

/* z (vectors x p): the shortest that comes closest to rows R' z = y. y: vectors x longer, whose
 * first entries are the rows'; destroyed. Needs rank >= 0. */
void llr_factor_solve(const llr_factor_t *factor, double *y, int64_t vectors, double *z);
/* step = (V S^-2 V') g over the singular values that count: what takes z to the minimum is -step, g
 * being the gradient by z. g, step: vectors x p. Needs rank >= 0. */
void llr_factor_newton(const llr_factor_t *factor, const double *g, int64_t vectors, double *step);

#endif
