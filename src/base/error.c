#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

llr_code_t llr_fail(llr_error_t *error, llr_code_t code, const char *format, ...)
{
    if (!error) return code;
    error->code = code;
    error->placed = false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    for (char *c = error->text; *c; c++)
        if (*c == '\n' || *c == '\r') *c = ' ';
    return code;
}

llr_code_t llr_fail_memory(llr_error_t *error, long long bytes, const char *what)
{
    return llr_fail(error, LLR_FAILED, "out of memory: %lld bytes for %s could not be allocated",
                    bytes, what);
}

static const struct {
    const char *word;
    int answer;
} fit_status[] = {
#define X(symbol, word, answer) {word, answer},
    LLR_FIT_STATUSES(X)
#undef X
};

const char *llr_fit_status_name(llr_fit_status_t status)
{
    return status < LLR_FIT_STATUS_COUNT ? fit_status[status].word : "unknown";
}

int llr_fit_status_is_answer(llr_fit_status_t status)
{
    return status < LLR_FIT_STATUS_COUNT && fit_status[status].answer;
}
