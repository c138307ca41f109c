/* Rows opened from files in the folder for scratch files. */
#ifndef LLR_TESTS_ROWS_OPEN_H
#define LLR_TESTS_ROWS_OPEN_H

#include "npy_file.h"
#include "store/rows.h"

/* Why the file is refused. */
static inline const char *message(llr_role_t role, const char *path)
{
    static llr_error_t error;
    llr_rows_t rows;
    llr_rows_ask_t ask = {role, path, NULL, getenv("LLR_SCRATCH")};
    error.text[0] = '\0';
    CU_ASSERT_EQUAL(llr_rows_open(&rows, &ask, &error), LLR_INVALID);
    return error.text;
}

static inline void open_rows(llr_rows_t *rows, llr_role_t role, const char *path)
{
    llr_error_t error = {0};
    const char *folder = getenv("LLR_SCRATCH");
    llr_rows_ask_t ask = {role, path, NULL, folder ? folder : "."};
    llr_code_t code = llr_rows_open(rows, &ask, &error);
    if (code != LLR_OK) fprintf(stderr, "%s\n", error.text);
    CU_ASSERT_EQUAL_FATAL(code, LLR_OK);
}

#endif
