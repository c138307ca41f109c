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

bool llr_advice_at_end(const llr_prospect_t *prospect, const llr_advice_t *advice, double lambda)
{
    llr_search_t range = llr_advice_range(prospect->population);
    return !advice->lambdas &&
           (log(lambda) < range.low + 8 * exact || log(lambda) > range.high - 8 * exact);
}

/* A gain that is told from none, and its share of what is to be small. */
static const double least_gain = .005, least_share = .1;

/* A search under way: the place last looked at, and the best so far. */
typedef struct walk {
    llr_prospect_t *prospect;
    const llr_advice_t *advice;
    const llr_weighting_t *weighting;
    llr_expected_t here, *best;
} walk_t;

static walk_t begin(llr_prospect_t *prospect, const llr_advice_t *advice, llr_expected_t *best)
{
    walk_t walk = {.prospect = prospect, .advice = advice, .best = best};
    walk.here.weight = prospect->spare;
    walk.here.error = prospect->spare + prospect->population->shape.kinds;
    best->value = NAN;
    best->found = false;
    return walk;
}

static void copy(llr_shape_t shape, const llr_expected_t *from, llr_expected_t *to)
{
    double *weight = to->weight, *error = to->error;
    memcpy(weight, from->weight, sizeof *weight * (size_t)shape.kinds);
    memcpy(error, from->error, sizeof *error * (size_t)(shape.classes + shape.groups));
    *to = *from;
    to->weight = weight;
    to->error = error;
}

/* Where none is found the last one stays, so that there is always something to show. */
static double keep(walk_t *walk)
{
    double value = walk->here.value;
    if (value < walk->best->value || isnan(walk->best->value))
        copy(walk->prospect->population->shape, &walk->here, walk->best);
    return value;
}

static double try_rule(walk_t *walk, double lambda)
{
    llr_prospect_rule(walk->prospect, walk->weighting, lambda, &walk->here);
    return keep(walk);
}

static double try_log_lambda(void *walk, double log_lambda)
{
    return try_rule(walk, exp(log_lambda));
}

static void try_weights(walk_t *walk, const double *weight, double lambda)
{
    size_t bytes = sizeof *weight * (size_t)walk->prospect->population->shape.kinds;
    if (weight != walk->here.weight) memcpy(walk->here.weight, weight, bytes);
    llr_prospect_weights(walk->prospect, lambda, &walk->here);
    keep(walk);
}

static void find_lambda(walk_t *walk, const llr_weighting_t *weighting, double tolerance)
{
    llr_search_t range = llr_advice_range(walk->prospect->population);
    double least;
    range.tolerance = tolerance;
    walk->weighting = weighting;
    llr_search_minimum(&range, try_log_lambda, walk, &least);
}

void llr_advice_rule(llr_prospect_t *prospect, const llr_advice_t *advice,
                     const llr_weighting_t *weighting, llr_expected_t *expected)
{
    walk_t walk = begin(prospect, advice, expected);
    walk.weighting = weighting;
    for (int64_t l = 0; l < advice->lambdas; l++) try_rule(&walk, advice->lambda[l]);
    if (!advice->lambdas) find_lambda(&walk, weighting, exact);
}

/* The best weights ------------------------------------------------------------------------- */

/* The best exponent at lambda, or rule thumb: rule theory without its descent. */
static void try_exponents(walk_t *walk, double lambda)
{
    llr_prospect_t *p = walk->prospect;
    double least, *here = walk->here.weight;
    llr_code_t code = LLR_FAILED;
    if (p->predictor)
        code = llr_predict_best(p->predictor, &p->target, lambda, 0, here, &least, NULL);
    for (int32_t k = 0; code != LLR_OK && k < p->population->shape.kinds; k++) here[k] = NAN;
    try_weights(walk, here, lambda);
}

/* From the weights of start; range NULL: at this lambda. steps: most of the descent. */
static void descend(walk_t *walk, const llr_expected_t *start, double lambda, const double *range,
                    int64_t steps)
{
    llr_prospect_t *p = walk->prospect;
    int32_t kinds = p->population->shape.kinds;
    int64_t evaluations = steps * (kinds + 2); /* slopes of all, and about one try */
    double least, *here = walk->here.weight;
    if (!p->predictor || !walk->best->found || !start->finite) return;
    if (start != &walk->here) memcpy(here, start->weight, sizeof *here * (size_t)kinds);
    if (llr_predict_better(p->predictor, &p->target, range, evaluations, here, &lambda, &least,
                           NULL) == LLR_OK)
        try_weights(walk, here, lambda);
}

enum { FEW_KINDS = 4, SHORT = 4, LONG = 20 };

/* Strong and weak regularisation have optima of their own, with light and heavy weights: the
 * descent begins in several places. Many weights make the way there long: it then only begins, and
 * goes on from the best. */
static void search_places(walk_t *walk, const double *range)
{
    static const double part[] = {.35, .6, .8}; /* of the range, in the logarithm */
    bool few = walk->prospect->population->shape.kinds <= FEW_KINDS;
    try_exponents(walk, walk->best->lambda);
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        double lambda = range[0] * pow(range[1] / range[0], part[i]);
        if (few) try_exponents(walk, lambda);
        descend(walk, few ? &walk->here : walk->best, lambda, range, few ? LONG : SHORT);
    }
}

static void search_range(walk_t *walk)
{
    static const llr_weighting_t thumb = {LLR_RULE_THUMB, 0};
    const llr_advice_t *advice = walk->advice;
    llr_search_t search = llr_advice_range(walk->prospect->population);
    double range[] = {exp(search.low), exp(search.high)};
    for (int64_t s = 0; s < advice->starts; s++)
        try_weights(walk, advice->start[s].weight, advice->start[s].lambda);
    if (!advice->is_near) {
        find_lambda(walk, &thumb, 1); /* the descent will find it exactly */
        search_places(walk, range);
    }
    descend(walk, walk->best, walk->best->lambda, range, LONG);
}

/* The best lambda of the list by simple weights, then all weights there and beside it. */
static void search_list(walk_t *walk)
{
    const llr_advice_t *advice = walk->advice;
    int64_t best = 0;
    for (int64_t l = 0; l < advice->lambdas; l++) {
        for (int64_t s = 0; s < advice->starts; s++)
            try_weights(walk, advice->start[s].weight, advice->lambda[l]);
        if (!advice->is_near) try_exponents(walk, advice->lambda[l]);
        if (walk->best->lambda == advice->lambda[l]) best = l;
    }
    for (int64_t l = best ? best - 1 : 0; l <= best + 1 && l < advice->lambdas; l++)
        descend(walk, walk->best, advice->lambda[l], NULL, LONG);
}

void llr_advice_best(llr_prospect_t *prospect, const llr_advice_t *advice, llr_expected_t *expected)
{
    walk_t walk = begin(prospect, advice, expected);
    if (advice->lambdas)
        search_list(&walk);
    else
        search_range(&walk);
}

void llr_advice_settle(llr_shape_t shape, const llr_expected_t *simple, llr_expected_t *best)
{
    double gain = simple->value - best->value;
    if (simple->found && gain < least_gain && gain < least_share * simple->value)
        copy(shape, simple, best);
}
