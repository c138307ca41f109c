/* A text file line by line, with the number of the line for messages. */
#ifndef LLR_STORE_TEXT_LINES_H
#define LLR_STORE_TEXT_LINES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct llr_lines {
    const char *path; /* borrowed */
    FILE *file;       /* owned */
    char *line;       /* owned: the current line without its end, terminated */
    size_t room;
    int64_t length, number; /* of the current line; the first is 1 */
} llr_lines_t;

llr_code_t llr_lines_open(llr_lines_t *lines, const char *path, llr_error_t *error);
/* The next line that is not blank; *more false at the end. LLR_INVALID: no text, or not readable.
 */
llr_code_t llr_lines_next(llr_lines_t *lines, bool *more, llr_error_t *error);
/* Back to the beginning. */
void llr_lines_rewind(llr_lines_t *lines);
/* Accepts {0}. */
void llr_lines_close(llr_lines_t *lines);

#endif
