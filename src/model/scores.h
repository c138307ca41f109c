/* Which rows a set of fits predicts right, decided on single-precision scores wherever these prove
 * what double precision would say.
 *
 * Rows are standardised, z = (x - shift) * scale, by any shift and scale; the coefficients then
 * are theta / scale, and those of a fit are divided by the greatest norm of its columns, which
 * changes no prediction. The fits of one sweep lie close to few directions, so a column's vectors
 * are written as mixtures of an orthonormal basis (model/scores_basis.h), and scores are two thin
 * products, where that is less work than one.
 *
 * A score is off what double precision gives, in whatever order that sums, by at most
 * slope * |z| + floor: slope holds what basis and mixture leave over of the coefficients, and the
 * rounding of all products. */
#ifndef LLR_MODEL_SCORES_H
#define LLR_MODEL_SCORES_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

/* Fits as they are applied to the features. */
typedef struct llr_heads {
    int64_t fits, dim;
    int32_t columns;     /* score columns of a fit: 1 for two classes, else one a class */
    const double *theta; /* borrowed, (fits * columns) x dim, row-major */
    const double *b;     /* borrowed, fits * columns */
} llr_heads_t;

/* How the scores of one column are made. Strips as in linalg/tile.h. */
typedef struct llr_score_column {
    int64_t depth;  /* directions in whole strips; 0: basis is the coefficients themselves */
    float *basis;   /* directions, or fits: strips x dim x LLR_STRIP */
    float *mixture; /* strips of fits x depth x LLR_STRIP */
} llr_score_column_t;

/* All memory from the arena. width: fits in whole strips. */
typedef struct llr_scores {
    int64_t dim, width;
    int32_t columns;
    llr_score_column_t *column; /* columns */
    float *offset;              /* columns x width: of a score, the same for all rows */
    float *slope, *floor;       /* columns x width */
    float *z;                   /* LLR_TILE_ROWS rows, stride apart: the tile, standardised */
    int64_t stride;
    float *y, *score; /* LLR_TILE_ROWS x the widest basis; LLR_TILE_ROWS x columns x width */
} llr_scores_t;

/* shift, scale: dim, scale > 0: the very numbers that rows are standardised with. rows: that will
 * be scored; few are not worth a basis. */
llr_code_t llr_scores_create(llr_scores_t *scores, const llr_heads_t *heads, int64_t rows,
                             const double *shift, const double *scale, llr_arena_t *arena,
                             llr_error_t *error);

/* Upper bound of what that takes from the arena: a fixed formula. */
int64_t llr_scores_bytes(int64_t fits, int32_t columns, int64_t dim);

/* Scores of the tile in z, offsets apart. */
void llr_scores_multiply(llr_scores_t *scores);

/* llr_tile_decide on row i of the tile. squares: what standardising it returned. */
bool llr_scores_decide(const llr_scores_t *scores, int64_t i, int32_t label, float squares,
                       int32_t *const *hits, int slots, int32_t *doubt);
/* Is the score of column k, on row i of the tile, proven to be less than that of the label? */
bool llr_scores_beaten(const llr_scores_t *scores, int64_t i, int64_t fit, int32_t label, int32_t k,
                       float squares);

#endif
