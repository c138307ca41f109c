/* Errors travel up as a code plus one line of text for the user. Only main exits. */
#ifndef LLR_BASE_ERROR_H
#define LLR_BASE_ERROR_H

#include "llr/status.h"

#include <stdbool.h>

enum { LLR_ERROR_TEXT = 1024 };

typedef struct llr_error {
    llr_code_t code;
    bool placed;               /* the text begins with the rank and the host that it is of */
    char text[LLR_ERROR_TEXT]; /* one line, no newline: what is wrong, where, what would be right */
} llr_error_t;

/* Fills *error (may be NULL) and returns code, so that `return llr_fail(...)` reads well. Newlines
 * in the text become spaces. */
llr_code_t llr_fail(llr_error_t *error, llr_code_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The failure of an allocation, in words. Returns LLR_FAILED. */
llr_code_t llr_fail_memory(llr_error_t *error, long long bytes, const char *what);

/* Leaves the calling function with the code of a failed call. */
#define LLR_TRY(call)                                                                              \
    do {                                                                                           \
        llr_code_t llr_try_code_ = (call);                                                         \
        if (llr_try_code_ != LLR_OK) return llr_try_code_;                                         \
    } while (0)

#endif
