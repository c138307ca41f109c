/* Numbers over seeds: their mean, and how far it may be off. */
#ifndef LLR_MODEL_SAMPLE_H
#define LLR_MODEL_SAMPLE_H

#include <stdbool.h>
#include <stdint.h>

/* Mean and sample standard deviation (divisor seeds - 1) over the seeds that have a number; NaN
 * where there are too few. */
typedef struct llr_spread {
    double mean, deviation;
    int64_t seeds;
} llr_spread_t;

/* Sums for mean and deviation about a first value, so that equal values have deviation zero.
 * Zero-initialise; NaN is left out. */
typedef struct llr_tally {
    double first, sum, squares;
    int64_t count;
} llr_tally_t;

void llr_tally_add(llr_tally_t *tally, double value);
llr_spread_t llr_tally_spread(const llr_tally_t *tally);
llr_spread_t llr_spread_of(const double *value, int64_t count);

/* What stands beside a mean. */
typedef enum llr_interval_kind {
    LLR_INTERVAL_SD,       /* mean -+ sample standard deviation: one subsample's scatter */
    LLR_INTERVAL_SE,       /* mean -+ standard error: deviation / sqrt(seeds) */
    LLR_INTERVAL_BOOTSTRAP /* 95 % percentile interval of the mean, seeds drawn anew */
} llr_interval_kind_t;
enum { LLR_INTERVALS = 3 };

typedef struct llr_interval {
    double low, high; /* NaN where fewer than two seeds have a number */
} llr_interval_t;

enum { LLR_BOOTSTRAP_DRAWS = 10000 };

/* Half the width of an interval that is even about the mean: of kinds SD and SE. */
double llr_spread_half(const llr_spread_t *spread, llr_interval_kind_t kind);

/* The interval about the mean of the numbers; NaN is left out. Bootstrap: LLR_BOOTSTRAP_DRAWS
 * resamples from a stream that depends on nothing, so the same numbers have the same interval and
 * intervals of equally many seeds rest on the same resamples; quantiles .025 and .975, linear
 * between order statistics. work: count + LLR_BOOTSTRAP_DRAWS doubles. */
llr_interval_t llr_interval_of(const double *value, int64_t count, llr_interval_kind_t kind,
                               double *work);

/* "sd", "se", "bootstrap"; static string. */
const char *llr_interval_name(llr_interval_kind_t kind);

#endif
