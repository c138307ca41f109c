#include "theory/descent.h"

#include <math.h>
#include <string.h>

static const double shortest = 1e-4;   /* change of a log weight at which the descent ends */
static const double longest = 1;       /* change of a log weight in a step */
static const double difference = 1e-2; /* of a log weight, for slopes */

/* Scales the weights so that their mean is 1. */
static void normalise(const double *prior, int32_t kinds, double *weight)
{
    double mean = 0;
    for (int32_t c = 0; c < kinds; c++)
        if (prior[c] > 0) mean += prior[c] * weight[c];
    for (int32_t c = 0; c < kinds; c++) weight[c] = prior[c] > 0 ? weight[c] / mean : NAN;
}

void llr_theory_exponent_weights(const double *prior, int32_t kinds, double gamma, double *weight)
{
    double largest = -INFINITY; /* of the exponents: no power overflows */
    for (int32_t c = 0; c < kinds; c++)
        if (prior[c] > 0) largest = fmax(largest, -gamma * log(prior[c]));
    for (int32_t c = 0; c < kinds; c++)
        weight[c] = prior[c] > 0 ? exp(-gamma * log(prior[c]) - largest) : 0;
    normalise(prior, kinds, weight);
}

static double worst(const llr_theory_kinds_t *k, const double *weight, double *error)
{
    double most = 0;
    if (!k->errors(k->argument, weight, error)) return NAN;
    for (int32_t c = 0; c < k->kinds; c++)
        if (!(error[c] <= most)) most = error[c];
    return most;
}

static double worst_at_exponent(void *argument, double gamma)
{
    const llr_theory_kinds_t *k = argument;
    llr_theory_exponent_weights(k->prior, k->kinds, gamma, k->room);
    return worst(k, k->room, k->room + k->kinds);
}

/* The descent's place and what it has in hand. */
typedef struct descent {
    const llr_theory_kinds_t *kinds;
    double *weight, *error, least;
    double *slope;     /* kinds x kinds: [u][c], change of error c by log weight u */
    double *share;     /* kinds: of the errors in the direction, sum 1 */
    double *direction; /* kinds: sum over c of share c slope c */
    double *trial, *found;
    int64_t left; /* evaluations */
} descent_t;

static double evaluate(descent_t *d)
{
    d->left--;
    return worst(d->kinds, d->trial, d->found);
}

/* Slopes of all errors by differences. false: some place nearby has no prediction. */
static bool find_slopes(descent_t *d)
{
    const llr_theory_kinds_t *k = d->kinds;
    for (int32_t u = 0; u < k->kinds; u++) {
        double *row = d->slope + (int64_t)u * k->kinds;
        memset(row, 0, sizeof(double) * (size_t)k->kinds);
        if (!(k->prior[u] > 0)) continue;
        memcpy(d->trial, d->weight, sizeof(double) * (size_t)k->kinds);
        d->trial[u] *= exp(difference);
        normalise(k->prior, k->kinds, d->trial);
        if (isnan(evaluate(d))) return false;
        for (int32_t c = 0; c < k->kinds; c++) row[c] = (d->found[c] - d->error[c]) / difference;
    }
    return true;
}

/* direction = slopes times share */
static void combine(descent_t *d)
{
    int32_t kinds = d->kinds->kinds;
    for (int32_t u = 0; u < kinds; u++) {
        d->direction[u] = 0;
        for (int32_t c = 0; c < kinds; c++)
            d->direction[u] += d->share[c] * d->slope[u * kinds + c];
    }
}

/* Slope of the quadratic below by the share of c. */
static double share_slope(const descent_t *d, double step, int32_t c)
{
    int32_t kinds = d->kinds->kinds;
    double along = d->least - d->error[c];
    for (int32_t u = 0; u < kinds; u++) along += step * d->direction[u] * d->slope[u * kinds + c];
    return along;
}

/* Shares (>= 0, sum 1) that minimise sum_c share_c (worst - error_c) + step/2 |direction|^2: then
 * -step direction lowers all errors that may become the worst (Pironneau and Polak). Moves share
 * between the two kinds that gain most by it, until none do. */
static void find_direction(descent_t *d, double step)
{
    int32_t kinds = d->kinds->kinds;
    for (int32_t c = 0; c < kinds; c++) d->share[c] = 1. / kinds;
    for (int32_t pass = 0; pass < 200 * kinds; pass++) {
        int32_t to = 0, from = -1;
        double low = INFINITY, high = -INFINITY, bend = 0;
        combine(d);
        for (int32_t c = 0; c < kinds; c++) {
            double along = share_slope(d, step, c);
            if (along < low) {
                low = along;
                to = c;
            }
            if (d->share[c] > 0 && along > high) {
                high = along;
                from = c;
            }
        }
        if (!(high - low > 1e-12)) return;
        for (int32_t u = 0; u < kinds; u++) {
            double apart = d->slope[u * kinds + to] - d->slope[u * kinds + from];
            bend += step * apart * apart;
        }
        double move = fmin((high - low) / bend, d->share[from]);
        d->share[to] += move;
        d->share[from] = move < d->share[from] ? d->share[from] - move : 0;
    }
}

/* Tries shorter and shorter steps. *step: the length that worked. */
static bool advance(descent_t *d, double *step)
{
    const llr_theory_kinds_t *k = d->kinds;
    size_t bytes = sizeof(double) * (size_t)k->kinds;
    for (;; *step /= 4) {
        double most = 0;
        find_direction(d, *step);
        for (int32_t u = 0; u < k->kinds; u++) most = fmax(most, fabs(*step * d->direction[u]));
        if (!(most > shortest) || d->left <= 0) return false;
        double scale = *step * fmin(1, longest / most);
        for (int32_t u = 0; u < k->kinds; u++)
            d->trial[u] = d->weight[u] * exp(-scale * d->direction[u]);
        normalise(k->prior, k->kinds, d->trial);
        double here = evaluate(d);
        if (!(here < d->least)) continue;
        d->least = here;
        memcpy(d->weight, d->trial, bytes);
        memcpy(d->error, d->found, bytes);
        return true;
    }
}

static double descend(const llr_theory_kinds_t *k, double *weight, double *error, double least)
{
    int64_t kinds = k->kinds;
    double *room = k->room, step = 16;
    descent_t d = {k,
                   weight,
                   error,
                   least,
                   room,
                   room + kinds * kinds,
                   room + kinds * (kinds + 1),
                   room + kinds * (kinds + 2),
                   room + kinds * (kinds + 3),
                   k->evaluations};
    while (d.left > kinds && find_slopes(&d) && advance(&d, &step)) step *= 4;
    return d.least;
}

int64_t llr_theory_descent_room(int32_t kinds)
{
    return (int64_t)kinds * (kinds + 4);
}

double llr_theory_least_worst(const llr_theory_kinds_t *k, double *weight, double *error)
{
    double least, gamma = llr_search_minimum(&k->gamma, worst_at_exponent, (void *)k, &least);
    for (int32_t c = 0; c < k->kinds; c++) weight[c] = error[c] = NAN;
    if (isnan(gamma)) return NAN;
    llr_theory_exponent_weights(k->prior, k->kinds, gamma, weight);
    return descend(k, weight, error, worst(k, weight, error));
}
