/* Return codes of functions and statuses of fits: the one list of each. */
#ifndef LLR_STATUS_H
#define LLR_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* What a function returns. The value of a code is also the exit code of the program. */
typedef enum llr_code {
    LLR_OK = 0,       /* done; all cells have an answer */
    LLR_FAILED = 1,   /* environment: folder not writable, disk, memory, a rank lost */
    LLR_INVALID = 2,  /* wrong usage, job or dataset, or a resume that is refused */
    LLR_UNSOLVED = 3, /* done, but some cells have a status that is no answer */
    LLR_STOPPED = 4   /* stopped early in good order; resume continues */
} llr_code_t;

/* name in the table, is it an answer (exit code 0) or not (exit code 3) */
#define LLR_FIT_STATUSES(X)                                                                        \
    X(CONVERGED, "converged", 1)                                                                   \
    X(MAX_ITERATIONS, "max_iterations", 0)                                                         \
    X(UNCERTIFIED, "uncertified", 0)                                                               \
    X(SEPARABLE, "separable", 1)                                                                   \
    X(NO_FINITE_WEIGHTS, "no_finite_weights", 1)                                                   \
    X(MISSING_CLASS, "missing_class", 1)                                                           \
    X(AVERAGED, "averaged", 1)                                                                     \
    X(NUMERICAL_FAILURE, "numerical_failure", 0)

typedef enum llr_fit_status {
#define X(symbol, word, answer) LLR_FIT_##symbol,
    LLR_FIT_STATUSES(X)
#undef X
        LLR_FIT_STATUS_COUNT
} llr_fit_status_t;

/* The word of a status as it stands in the table; static string. */
const char *llr_fit_status_name(llr_fit_status_t status);

/* 1 if the status is an answer, 0 if a user should look at the cell. */
int llr_fit_status_is_answer(llr_fit_status_t status);

#ifdef __cplusplus
}
#endif
#endif
