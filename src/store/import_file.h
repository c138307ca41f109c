/* The file an import writes; private to it. */
#ifndef LLR_STORE_IMPORT_FILE_H
#define LLR_STORE_IMPORT_FILE_H

#include "store/source.h"

/* Opaque: HDF5's handles. */
typedef struct llr_import_file llr_import_file_t;

/* Creates the file with room for the source's rows x dim features of its type. shown: its name in
 * messages. LLR_FAILED: path and why. */
llr_code_t llr_import_create(llr_import_file_t **file, const char *path, const char *shown,
                             const llr_source_t *source, llr_error_t *error);
/* Rows [first, first + count). */
llr_code_t llr_import_write(llr_import_file_t *file, int64_t first, int64_t count, const void *x,
                            llr_error_t *error);
/* Lists and attributes of the source: name, class_name, group_name, and origin as `source`. */
llr_code_t llr_import_describe(llr_import_file_t *file, const llr_source_t *source,
                               llr_error_t *error);
/* Closes and frees; what could not be written is LLR_FAILED. Accepts NULL. */
llr_code_t llr_import_close(llr_import_file_t *file, llr_error_t *error);

#endif
