/* The rows that both sides of a race fit: made here, or read from a dataset file and standardised
 * by the moments of the pool, so that neither side preprocesses. */
#ifndef LLR_TESTS_BENCH_DATA_H
#define LLR_TESTS_BENCH_DATA_H

#include "store/source.h"

typedef struct bench_data {
    llr_source_t source; /* owned; of type LLR_FLOAT32 */
    float *x;            /* owned, source.rows x source.dim */
} bench_data_t;

/* Gaussian classes around means of length 2: priors .9 and .1 for two classes, else falling by .6
 * from class to class. Eigenvalues of the covariance: j^-decay with trace dim; for decay > 0 in
 * random directions and with all means shifted, as deep features are. 20000 pool, 4000 validation
 * and 10000 test rows. */
llr_code_t bench_data_make(bench_data_t *data, int64_t dim, double decay, int32_t classes,
                           llr_error_t *error);

/* A dataset file with a split. Columns that are constant on the pool become 0. */
llr_code_t bench_data_read(bench_data_t *data, const char *path, llr_error_t *error);

/* Writes what the other side reads into an existing folder, one array a file in native byte order:
 * features.f32, labels.i32, split.i8 and, where there are groups, groups.i32. */
llr_code_t bench_data_write(const bench_data_t *data, const char *folder, llr_error_t *error);

/* Accepts half-made data. */
void bench_data_destroy(bench_data_t *data);

#endif
