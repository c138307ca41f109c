/* Few directions that many vectors lie close to. Private to model/scores.c. */
#ifndef LLR_MODEL_SCORES_BASIS_H
#define LLR_MODEL_SCORES_BASIS_H

#include "base/memory.h"

#include <stdbool.h>

/* Memory from the arena. */
typedef struct llr_scores_basis {
    int64_t vectors, dim;
    double *vector;    /* vectors x dim, row-major: of norm 1 at most; the caller's to fill */
    int64_t most;      /* directions that are less work than the vectors themselves */
    int64_t used;      /* directions found */
    double *direction; /* most x dim: orthonormal */
    double *mix;       /* vectors x most: vector ~ mix * direction */
    double *product;   /* vectors: of each with the last pivot */
    double *left;      /* vectors: square of what the directions leave over */
} llr_scores_basis_t;

llr_code_t llr_scores_basis_create(llr_scores_basis_t *basis, int64_t vectors, int64_t dim,
                                   llr_arena_t *arena, llr_error_t *error);
int64_t llr_scores_basis_bytes(int64_t vectors, int64_t dim);
int64_t llr_scores_basis_most(int64_t vectors, int64_t dim);

/* Adds directions until they leave little over; false: that takes too many, and there are none. */
bool llr_scores_basis_find(llr_scores_basis_t *basis);

#endif
