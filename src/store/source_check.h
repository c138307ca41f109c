/* Checks that the kinds of source share; private to the store. */
#ifndef LLR_STORE_SOURCE_CHECK_H
#define LLR_STORE_SOURCE_CHECK_H

#include "store/source.h"

/* Refuses NaN and infinities in rows [first, first + count), held in x (count x dim of the source's
 * type). LLR_INVALID: path, /features, row, column. */
llr_code_t llr_source_check_finite(const llr_source_t *source, int64_t first, int64_t count,
                                   const void *x, llr_error_t *error);

/* The first of count rows (of dim numbers of the type) that holds a NaN or infinity, or -1. */
int64_t llr_source_find_nonfinite(llr_dtype_t type, int64_t dim, int64_t count, const void *x);
/* The message for it: x is the row's numbers, part what stands behind the source's path. */
llr_code_t llr_source_fail_nonfinite(const llr_source_t *source, const char *part, int64_t row,
                                     const void *x, llr_error_t *error);

/* The message for a value of /labels, /groups or /split that is out of range. LLR_INVALID. */
llr_code_t llr_source_fail_value(const llr_source_t *source, const char *list, int64_t row,
                                 int64_t value, llr_error_t *error);

/* Rows of a slice: about 16 MiB of features, and where that stays bounded a whole number of the
 * file's blocks, so that no compressed chunk is read twice. At least one, at most all. */
int64_t llr_source_slice(const llr_source_t *source);

#endif
