#include "model/sample.h"

#include "base/random.h"
#include "base/real.h"

#include <math.h>
#include <stdlib.h>

void llr_tally_add(llr_tally_t *tally, double value)
{
    if (isnan(value)) return;
    if (!tally->count++) tally->first = value;
    tally->sum += value - tally->first;
    tally->squares += (value - tally->first) * (value - tally->first);
}

llr_spread_t llr_tally_spread(const llr_tally_t *tally)
{
    double count = (double)tally->count, shift = tally->sum / count;
    double variance = (tally->squares - count * shift * shift) / (count - 1);
    return (llr_spread_t){tally->count ? tally->first + shift : NAN,
                          tally->count > 1 ? sqrt(fmax(variance, 0)) : NAN, tally->count};
}

llr_spread_t llr_spread_of(const double *value, int64_t count)
{
    llr_tally_t tally = {0};
    for (int64_t i = 0; i < count; i++) llr_tally_add(&tally, value[i]);
    return llr_tally_spread(&tally);
}

const char *llr_interval_name(llr_interval_kind_t kind)
{
    static const char *const names[LLR_INTERVALS] = {"sd", "se", "bootstrap"};
    return names[kind];
}

double llr_spread_half(const llr_spread_t *spread, llr_interval_kind_t kind)
{
    return kind == LLR_INTERVAL_SD ? spread->deviation
                                   : spread->deviation / sqrt((double)spread->seeds);
}

/* Of sorted values. */
static double quantile(const double *value, int64_t count, double share)
{
    double at = share * (double)(count - 1);
    int64_t below = (int64_t)at;
    int64_t above = below + 1 < count ? below + 1 : below;
    return value[below] + (at - (double)below) * (value[above] - value[below]);
}

/* Of numbers only, two or more; means about the first, so that equal numbers have no width. */
static llr_interval_t bootstrap(const double *value, int64_t count, double *mean)
{
    llr_random_t random =
        llr_random_stream((llr_hash_t){0}, LLR_PURPOSE_BOOTSTRAP, LLR_BOOTSTRAP_DRAWS, count);
    for (int64_t draw = 0; draw < LLR_BOOTSTRAP_DRAWS; draw++) {
        mean[draw] = 0;
        for (int64_t i = 0; i < count; i++)
            mean[draw] += value[llr_random_below(&random, count)] - value[0];
        mean[draw] = value[0] + mean[draw] / (double)count;
    }
    qsort(mean, LLR_BOOTSTRAP_DRAWS, sizeof *mean, llr_real_compare);
    return (llr_interval_t){quantile(mean, LLR_BOOTSTRAP_DRAWS, .025),
                            quantile(mean, LLR_BOOTSTRAP_DRAWS, .975)};
}

llr_interval_t llr_interval_of(const double *value, int64_t count, llr_interval_kind_t kind,
                               double *work)
{
    llr_spread_t spread = llr_spread_of(value, count);
    if (spread.seeds < 2) return (llr_interval_t){NAN, NAN};
    if (kind == LLR_INTERVAL_BOOTSTRAP) {
        int64_t known = 0;
        for (int64_t i = 0; i < count; i++)
            if (!isnan(value[i])) work[known++] = value[i];
        return bootstrap(work, known, work + known);
    }
    double half = llr_spread_half(&spread, kind);
    return (llr_interval_t){spread.mean - half, spread.mean + half};
}
