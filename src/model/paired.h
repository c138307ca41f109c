/* Do two methods differ, over the seeds that both have? */
#ifndef LLR_MODEL_PAIRED_H
#define LLR_MODEL_PAIRED_H

#include "base/error.h"
#include "model/sample.h"

/* Pairs up to which the test is exact. */
enum { LLR_PAIRED_EXACT = 40 };

typedef struct llr_paired {
    llr_spread_t difference; /* of a - b, over the pairs */
    double p;                /* two-sided; NaN with fewer than two pairs */
} llr_paired_t;

/* Compares a and b (count each, NaN where a seed has no number: the pair is left out).
 *
 * Up to LLR_PAIRED_EXACT pairs: the sign-flip permutation test. If no method were the better one,
 * each difference could as well have had the other sign; p is the share of the 2^pairs choices of
 * signs whose sum is at least as far from 0 as the one seen. It supposes nothing of the
 * distribution, ties and zeros (accuracies are steps of 1 / rows) do no harm, and it is exact at
 * the 5 to 30 seeds of a sweep, where a t test leans on a normal law and ranks throw away how large
 * the differences are. The least p it can give is 2^(1 - pairs). Beyond: the paired t test.
 *
 * LLR_FAILED: out of memory. */
llr_code_t llr_paired_compare(const double *a, const double *b, int64_t count, llr_paired_t *paired,
                              llr_error_t *error);

/* The probability that Student's t with so many degrees of freedom (from 2) is at least as far from
 * 0 (Abramowitz and Stegun 26.7.3 and 26.7.4). */
double llr_student_two_sided(double t, int64_t freedom);

#endif
