#include "model/advice.h"

#include <math.h>
#include <string.h>

static const double decades_below = 5, decades_above = 2;
static const double exact = .05; /* of log lambda: errors are flat about their least */

llr_search_t llr_advice_range(const llr_population_t *population)
{
    double mean = 0;
    for (int64_t j = 0; j < population->dim; j++)
        mean += population->spectrum[j] / (double)population->dim;
    return (llr_search_t){log(mean) - decades_below * log(10), log(mean) + decades_above * log(10),
                          14, exact};
}

/* A search under way: the place last looked at, and the best so far. */
typedef struct walk {
    llr_outlook_t *outlook;
    const llr_weighting_t *weighting;
    llr_forecast_t here, *best;
} walk_t;

static void keep(const walk_t *walk)
{
    llr_shape_t shape = walk->outlook->population->shape;
    double *weight = walk->best->weight, *error = walk->best->error;
    memcpy(weight, walk->here.weight, sizeof *weight * (size_t)shape.kinds);
    memcpy(error, walk->here.error, sizeof *error * (size_t)(shape.classes + shape.groups));
    *walk->best = walk->here;
    walk->best->weight = weight;
    walk->best->error = error;
}

static double value_at_lambda(walk_t *walk, double lambda)
{
    llr_outlook_rule(walk->outlook, walk->weighting, lambda, &walk->here);
    double value = walk->here.value, least = walk->best->value;
    if (value < least || isnan(least)) keep(walk);
    return value;
}

static double value_at(void *walk, double log_lambda)
{
    return value_at_lambda(walk, exp(log_lambda));
}

/* First along the exponents, with hardly a refinement; then all weights, near the best. */
static void search_weights(walk_t *walk, const llr_search_t *range)
{
    int64_t evaluations = walk->outlook->evaluations;
    double width = (range->high - range->low) / range->steps, least;
    llr_search_t coarse = *range;
    coarse.tolerance = width / 2;
    walk->outlook->evaluations = 0;
    double at = llr_search_minimum(&coarse, value_at, walk, &least);
    walk->outlook->evaluations = evaluations;
    if (isnan(at) || !evaluations) return;
    llr_search_t fine = {fmax(at - width, range->low), fmin(at + width, range->high), 2,
                         4 * range->tolerance};
    llr_search_minimum(&fine, value_at, walk, &least);
}

static void search(walk_t *walk, const llr_search_t *range)
{
    double least;
    if (walk->weighting->rule == LLR_RULE_THEORY)
        search_weights(walk, range);
    else
        llr_search_minimum(range, value_at, walk, &least);
}

static bool is_at_end(const llr_search_t *range, double lambda)
{
    double margin = 8 * range->tolerance;
    return log(lambda) < range->low + margin || log(lambda) > range->high - margin;
}

void llr_advice_find(llr_outlook_t *outlook, const llr_weighting_t *weighting,
                     const llr_strengths_t *strengths, llr_forecast_t *forecast, bool *at_end)
{
    llr_search_t range = llr_advice_range(outlook->population);
    walk_t walk = {outlook, weighting, {0}, forecast};
    walk.here.weight = outlook->spare;
    walk.here.error = outlook->spare + outlook->population->shape.kinds;
    forecast->value = NAN;
    for (int64_t l = 0; l < strengths->count; l++) value_at_lambda(&walk, strengths->lambda[l]);
    if (!strengths->count) search(&walk, &range);
    if (at_end) *at_end = !strengths->count && is_at_end(&range, forecast->lambda);
}
