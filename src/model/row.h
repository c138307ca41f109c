/* One row of the unified table, and its way through the journal. */
#ifndef LLR_MODEL_ROW_H
#define LLR_MODEL_ROW_H

#include "base/error.h"
#include "base/hash.h"
#include "base/text.h"
#include "model/facts.h"
#include "model/solve.h"

/* Everything measured about a cell. What follows from the grid (key, lambda, ...) is not stored. */
typedef struct llr_row {
    llr_fit_t fit;
    int64_t n_used, rank;
    double gamma, rho;
    double seconds;   /* the unit's solve and metrics time over its cells (timing column) */
    int64_t rank_id;  /* rank that computed it (placement column) */
    double *weight;   /* borrowed from the block, kinds; NaN where the subsample has no row */
    double *rate;     /* borrowed from the block, LLR_SPLITS x slots: share of rows predicted right,
                         NaN where there are no rows */
    double theory_df; /* predicted, NaN where nothing is */
    double *theory_error; /* borrowed from the block, classes + groups: predicted, NaN likewise */
} llr_row_t;

/* The rows of one unit. */
typedef struct llr_block {
    int64_t rows;
    llr_shape_t shape;
    double begun, ended; /* seconds since 1970, UTC (timing columns) */
    char host[64];       /* placement column */
    llr_row_t *row;      /* owned, rows */
    double *numbers;     /* owned: memory behind the rows' weight and rate */
} llr_block_t;

llr_code_t llr_block_create(llr_block_t *block, int64_t rows, llr_shape_t shape,
                            llr_error_t *error);
void llr_block_destroy(llr_block_t *block);

/* Seconds of all rows: what the unit took. */
double llr_block_seconds(const llr_block_t *block);

/* The block as bytes for the journal and the wire (little-endian, versioned), appended to out. */
void llr_block_pack(const llr_block_t *block, llr_text_t *out);
/* The inverse; LLR_FAILED with a message when the bytes are no block of these shapes. */
llr_code_t llr_block_unpack(llr_block_t *block, const void *bytes, int64_t count, int64_t rows,
                            llr_shape_t shape, llr_error_t *error);

/* Hash of the rows without their timing and placement: equal for any two solves of a unit. */
llr_hash_t llr_block_result(const llr_block_t *block);

/* Accuracies of one split derived from the rates; NaN where there is nothing to average. Gaps are
 * largest minus smallest; tpr_gap and fpr_gap those of the groups' rates of true and of false class
 * 1 (two classes with groups: equalised odds). Counts are the rows behind an accuracy, 0 where
 * there is none or it is exact. */
typedef struct llr_summary {
    double overall, balanced, worst_class, worst_group, class_gap, group_gap, tpr_gap, fpr_gap;
    int64_t count, worst_class_count, worst_group_count;
} llr_summary_t;
llr_summary_t llr_row_summary(const llr_row_t *row, const llr_facts_t *facts, llr_split_t split);

/* Predicted errors: mean over classes, and the largest of a class and of a group. */
typedef struct llr_outlook {
    double balanced, worst_class, worst_group;
} llr_outlook_t;
llr_outlook_t llr_row_outlook(const llr_row_t *row, llr_shape_t shape);

/* No prediction for a row. */
void llr_row_forget_theory(llr_row_t *row, llr_shape_t shape);

#endif
