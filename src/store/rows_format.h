/* The formats that rows are read from, and what they share; private to the store. All of them set
 * everything of rows but its name, and leave closing it to the caller where they fail. */
#ifndef LLR_STORE_ROWS_FORMAT_H
#define LLR_STORE_ROWS_FORMAT_H

#include "store/rows.h"

/* An array as numpy writes it, length bytes of the file from start on. file: owned by rows. */
llr_code_t llr_rows_open_npy(llr_rows_t *rows, const llr_rows_ask_t *ask, int file, int64_t start,
                             int64_t length, llr_error_t *error);
/* One of an archive of such arrays; part NULL: the one of the role's name, or the only one. */
llr_code_t llr_rows_open_npz(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *part,
                             int file, llr_error_t *error);
/* path: of the file. part NULL: all columns that are not reserved; lists: the only one. */
llr_code_t llr_rows_open_csv(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *path,
                             const char *part, llr_error_t *error);
/* Lists are the labels, which stand first in a line. */
llr_code_t llr_rows_open_libsvm(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *path,
                                llr_error_t *error);
/* part NULL: the dataset of the role's name. */
llr_code_t llr_rows_open_h5(llr_rows_t *rows, const llr_rows_ask_t *ask, const char *path,
                            const char *part, llr_error_t *error);

/* Splits FILE:PART where FILE is a file; path is owned by the caller, part (NULL: none) lies in
 * text. LLR_FAILED: out of memory. */
llr_code_t llr_rows_part(const char *text, char **path, const char **part, llr_error_t *error);

/* What a shape must be for the role: two extents for features (rows, columns), one for a list (or
 * two, the second 1). Sets rows and columns. extent: ranks. LLR_INVALID: any other, or empty. */
llr_code_t llr_rows_set_shape(llr_rows_t *rows, const llr_rows_ask_t *ask, const int64_t *extent,
                              int ranks, llr_error_t *error);

#endif
