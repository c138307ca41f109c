/* The rows a solver works on: centred, and where there are fewer rows than columns, in the basis of
 * their own span (x' = Q R: rows of R' are the features, theta = Q z). Private to the solvers. */
#ifndef LLR_MODEL_SOLVE_SPACE_H
#define LLR_MODEL_SOLVE_SPACE_H

#include "base/error.h"
#include "base/memory.h"
#include "model/solve.h"

typedef struct llr_space {
    const llr_sample_t *sample; /* borrowed: x is centred in place */
    int64_t rows, dim;          /* of the sample */
    int64_t size;               /* columns to work on: min(rows, dim) */
    const double *z;            /* rows x size, row-major: x itself, or R' */
    double *mean;               /* dim: what was taken off x */
    double *q, *tau;            /* rows x dim and rows: Q, or NULL where z is x */
    double *work;
    int64_t work_size;
} llr_space_t;

/* Strata of weight 0 in every path count in nothing: their rows are 0. vectors: most coefficient
 * vectors that are mapped at once. All memory from the arena. */
llr_code_t llr_space_create(llr_space_t *space, const llr_sample_t *sample, const llr_path_t *path,
                            int64_t paths, int64_t vectors, llr_arena_t *arena, llr_error_t *error);
int64_t llr_space_bytes(int64_t rows, int64_t dim, int64_t vectors);

/* h = sum_i c_i (z_i - mean)(z_i - mean)', mean the one weighted by c (rows): lower triangle of
 * size x size. mean: size; scaled: rows x size, scratch. */
void llr_space_gram(const llr_space_t *space, const double *c, double *mean, double *scaled,
                    double *h);

/* theta (vectors x dim) from z (vectors x size). */
void llr_space_expand(const llr_space_t *space, const double *z, int64_t vectors, double *theta);
/* z (vectors x size) = Q' g; g (vectors x dim) is destroyed. */
void llr_space_restrict(const llr_space_t *space, double *g, int64_t vectors, double *z);

#endif
