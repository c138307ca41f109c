/* Rows of a dataset's evaluation lists that a set of fits predicts right. Private to the work
 * floor. */
#ifndef LLR_WORK_COUNT_H
#define LLR_WORK_COUNT_H

#include "linalg/tile.h"
#include "model/scores.h"
#include "store/dataset.h"

/* All memory from the arena. */
typedef struct llr_count {
    const llr_dataset_t *dataset; /* borrowed */
    llr_heads_t heads;
    llr_scores_t scores;
    double *shift, *scale;              /* columns: standardise the rows */
    float *shift_single, *scale_single; /* columns: the same numbers, for single-precision rows */
    float squares[LLR_TILE_ROWS];       /* of the tile's rows, standardised */
    bool doubtful[LLR_TILE_ROWS];       /* rows with a fit in doubt */
    int32_t *hits;                      /* slots x width, of one tile */
    int32_t *doubt;                     /* LLR_TILE_ROWS x width */
    double *x, *score;                  /* LLR_TILE_ROWS x columns, x (fits * score columns) */
} llr_count_t;

/* heads: on the features as they are. */
llr_code_t llr_count_create(llr_count_t *count, const llr_dataset_t *dataset,
                            const llr_heads_t *heads, llr_arena_t *arena, llr_error_t *error);
int64_t llr_count_bytes(const llr_facts_t *facts, int64_t fits);

/* Adds the rows [first, first + rows) of a split that are predicted right to correct (fits x
 * slots): what scores in double precision give, to the last row. rows: at most LLR_TILE_ROWS. */
void llr_count_tile(llr_count_t *count, llr_split_t split, int64_t first, int64_t rows,
                    int64_t *correct);
/* The same, all in double precision. */
void llr_count_tile_double(llr_count_t *count, llr_split_t split, int64_t first, int64_t rows,
                           int64_t *correct);

#endif
