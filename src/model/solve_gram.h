/* Gram matrices of the rows a call works on, and their numerical rank. Private to the solvers. */
#ifndef LLR_MODEL_SOLVE_GRAM_H
#define LLR_MODEL_SOLVE_GRAM_H

#include "model/solve_space.h"

typedef struct llr_gram {
    int64_t size;
    int32_t parts;  /* strata; 1: all rows together */
    double *matrix; /* parts x size x size, lower triangles: sums over rows of z z' */
    double *sum;    /* parts x size: sums of z */
    double *room;   /* of linalg/gram.h */
} llr_gram_t;

/* By stratum. All memory from the arena. */
llr_code_t llr_gram_create(llr_gram_t *gram, const llr_space_t *space, llr_arena_t *arena,
                           llr_error_t *error);
int64_t llr_gram_bytes(int64_t rows, int64_t size, int32_t parts);

/* Sum of squares of all rows, and the share of the largest eigenvalue that counts as rounding. */
double llr_gram_trace(const llr_gram_t *gram);
double llr_gram_share(const llr_space_t *space);

/* Eigenvalues of the rows' Gram matrix above max(rows, dim) eps times the largest. */
llr_code_t llr_gram_rank(const llr_gram_t *gram, const llr_space_t *space, int64_t *rank,
                         llr_arena_t *arena, llr_error_t *error);
/* The same where there are no matrices yet; also llr_gram_bytes of one part. */
llr_code_t llr_gram_rows_rank(const llr_space_t *space, int64_t *rank, llr_arena_t *arena,
                              llr_error_t *error);
int64_t llr_gram_rank_bytes(int64_t size);

#endif
