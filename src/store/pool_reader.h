/* The pool of a dataset read once, or several times, in file order. Private to the catalog. */
#ifndef LLR_STORE_POOL_READER_H
#define LLR_STORE_POOL_READER_H

#include "model/basis.h"
#include "model/population.h"
#include "store/dataset.h"

enum { LLR_POOL_ROWS = LLR_BASIS_ROWS }; /* most rows of a batch */

typedef struct llr_pool_reader {
    const llr_dataset_t *dataset; /* borrowed */
    char *in_pool;                /* owned, rows of the source */
    void *slice;   /* owned, LLR_POOL_ROWS rows as the source has them; NULL where all are loaded */
    double *raw;   /* owned, LLR_POOL_ROWS x columns: before the components; NULL without them */
    int64_t row;   /* next row of the source */
    int64_t *rows; /* owned, LLR_POOL_ROWS: rows of the source in the last batch */
} llr_pool_reader_t;

/* To be closed also where this fails. */
llr_code_t llr_pool_open(llr_pool_reader_t *reader, const llr_dataset_t *dataset,
                         llr_error_t *error);
void llr_pool_close(llr_pool_reader_t *reader);

/* The next rows as they are (llr_basis_rows_t), and after the dataset's components, where it has
 * them, with classes and groups (llr_pool_rows_t). reader: a llr_pool_reader_t. */
llr_code_t llr_pool_next(void *reader, double *x, int64_t *rows, llr_error_t *error);
llr_code_t llr_pool_next_labelled(void *reader, double *x, int32_t *class, int32_t *group,
                                  int64_t *rows, llr_error_t *error);

#endif
