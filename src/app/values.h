/* Values of options that are more than a word: lists of numbers, Gaussian data. */
#ifndef LLR_APP_VALUES_H
#define LLR_APP_VALUES_H

#include "base/error.h"
#include "model/job.h"

enum {
    LLR_MOST_VALUES = 1000,
    LLR_MOST_PRIORS = 100,
    LLR_GAUSSIAN_MOST = 4000 /* columns: a population holds whole covariances */
};

typedef struct llr_values {
    double value[LLR_MOST_VALUES];
    int64_t count; /* 0: not given */
} llr_values_t;

/* What the numbers of a list may be. */
typedef struct llr_value_range {
    double low, high;
    bool above;        /* low itself is none of them */
    bool whole;        /* whole numbers only */
    bool logarithms;   /* a span is even in the logarithms (where it does not begin at 0) */
    const char *words; /* "numbers from 0 to 1", for messages */
} llr_value_range_t;

/* "A,B,...", each a number or a span FROM:TO:COUNT. LLR_INVALID: one line that names the option,
 * what is wrong and what would be right. */
llr_code_t llr_values_read(const char *option, const char *text, const llr_value_range_t *range,
                           llr_values_t *values, llr_error_t *error);

/* "d=400,separation=2,priors=.8:.2,decay=1"; separation is 2 and decay 0 where they are not given.
 * gaussian->priors is allocated. LLR_INVALID as above. */
llr_code_t llr_gaussian_read(const char *option, const char *text, llr_synthetic_t *gaussian,
                             llr_error_t *error);

/* LLR_INVALID: their sum is not 1. */
llr_code_t llr_priors_check(const char *option, const double *prior, int64_t count,
                            llr_error_t *error);

#endif
