/* Predictions counted by class and group. */
#ifndef LLR_MODEL_METRICS_H
#define LLR_MODEL_METRICS_H

#include "model/facts.h"

#include <stdint.h>

enum { LLR_ROW_SLOTS = 3 }; /* a row counts in so many slots at most */

/* The class of one row: K = 2 (one column): 1 iff the score is > 0; K > 2: the argmax, ties to the
 * lower index. score: columns. */
int32_t llr_predict(const double *score, int32_t columns);

/* The slots of the shape that a row counts in; returns how many. group: read where the shape has
 * groups. */
int llr_row_slots(llr_shape_t shape, int32_t label, int32_t group, int64_t slot[LLR_ROW_SLOTS]);

/* Adds the rows predicted right to correct.
 * score: rows x (fits * columns), row-major; label: rows; group: rows or NULL;
 * correct: fits x slots of the shape, row-major. */
void llr_count_correct(const double *score, int64_t rows, int64_t fits, int32_t columns,
                       const int32_t *label, const int32_t *group, llr_shape_t shape,
                       int64_t *correct);

#endif
