/* Classes and groups as an importer finds them, words or any whole numbers, numbered 0, 1, 2, ...
 */
#ifndef LLR_STORE_NAMING_H
#define LLR_STORE_NAMING_H

#include "store/rows.h"

typedef struct llr_naming {
    int32_t *index; /* owned, rows */
    int32_t count;
    char **name; /* owned, count, each owned: whole numbers in their order, else words in theirs.
                    NULL where the values are 0 ... count - 1 already */
} llr_naming_t;

/* Reads the list, which must have so many rows, or one more: a header. LLR_INVALID: another number
 * of rows (features: the name of what has so many), a value that is empty or a broken number, or so
 * many different ones that they name no classes. */
llr_code_t llr_naming_read(llr_naming_t *naming, llr_rows_t *list, int64_t rows,
                           const char *features, llr_error_t *error);
void llr_naming_destroy(llr_naming_t *naming);

#endif
