#include "theory/descent.h"

#include <math.h>
#include <string.h>

static const double shortest = 1e-4;   /* change of a log weight at which the descent ends */
static const double longest = 1;       /* change of a log weight in a step */
static const double difference = 1e-2; /* of a log weight, for slopes */

static int32_t count_places(const llr_theory_kinds_t *k)
{
    return k->kinds + k->strengths;
}

/* Scales the weights so that their mean is 1. */
static void normalise(const double *prior, int32_t kinds, double *weight)
{
    double mean = 0;
    for (int32_t c = 0; c < kinds; c++)
        if (prior[c] > 0) mean += prior[c] * weight[c];
    for (int32_t c = 0; c < kinds; c++) weight[c] = prior[c] > 0 ? weight[c] / mean : NAN;
}

/* A place of the search from any: weights of mean 1, strengths within their bounds. */
static void settle(const llr_theory_kinds_t *k, double *place)
{
    normalise(k->prior, k->kinds, place);
    for (int32_t s = 0; k->low && s < k->strengths; s++)
        place[k->kinds + s] = fmin(fmax(place[k->kinds + s], k->low[s]), k->high[s]);
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
    for (int32_t e = 0; e < k->measures; e++)
        if (!(error[e] <= most)) most = error[e];
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
    double *slope;         /* places x measures: [u][e], change of error e by log weight u */
    double *share;         /* measures: of the errors in the direction, sum 1 */
    double *direction;     /* places: sum over e of share e slope e */
    double *trial, *found; /* places, measures */
    int64_t left;          /* evaluations */
} descent_t;

static double evaluate(descent_t *d)
{
    d->left--;
    return worst(d->kinds, d->trial, d->found);
}

/* Change of a log weight for its slope: inwards where a strength is at its upper end. */
static double pick_difference(const descent_t *d, int32_t u)
{
    const llr_theory_kinds_t *k = d->kinds;
    bool is_bounded = u >= k->kinds && k->high;
    if (is_bounded && d->weight[u] * exp(difference) > k->high[u - k->kinds]) return -difference;
    return difference;
}

/* Slopes of all errors by differences. false: some place nearby has no prediction. */
static bool find_slopes(descent_t *d)
{
    const llr_theory_kinds_t *k = d->kinds;
    for (int32_t u = 0; u < count_places(k); u++) {
        double *row = d->slope + (int64_t)u * k->measures, change = pick_difference(d, u);
        memset(row, 0, sizeof(double) * (size_t)k->measures);
        if (u < k->kinds && !(k->prior[u] > 0)) continue;
        memcpy(d->trial, d->weight, sizeof(double) * (size_t)count_places(k));
        d->trial[u] *= exp(change);
        settle(k, d->trial);
        if (isnan(evaluate(d))) return false;
        for (int32_t e = 0; e < k->measures; e++) row[e] = (d->found[e] - d->error[e]) / change;
    }
    return true;
}

/* direction = slopes times share */
static void combine(descent_t *d)
{
    int32_t measures = d->kinds->measures;
    for (int32_t u = 0; u < count_places(d->kinds); u++) {
        d->direction[u] = 0;
        for (int32_t e = 0; e < measures; e++)
            d->direction[u] += d->share[e] * d->slope[u * measures + e];
    }
}

/* Slope of the quadratic below by the share of e. */
static double share_slope(const descent_t *d, double step, int32_t e)
{
    double along = d->least - d->error[e];
    for (int32_t u = 0; u < count_places(d->kinds); u++)
        along += step * d->direction[u] * d->slope[u * d->kinds->measures + e];
    return along;
}

/* The errors that would gain most and least by a share. Returns how far they are apart. */
static double find_pair(const descent_t *d, double step, int32_t *to, int32_t *from)
{
    double low = INFINITY, high = -INFINITY;
    for (int32_t e = 0; e < d->kinds->measures; e++) {
        double along = share_slope(d, step, e);
        if (along < low) {
            low = along;
            *to = e;
        }
        if (d->share[e] > 0 && along > high) {
            high = along;
            *from = e;
        }
    }
    return high - low;
}

/* Moves the share between the two that is best for both. */
static void move_share(descent_t *d, double step, double apart, int32_t to, int32_t from)
{
    double bend = 0;
    for (int32_t u = 0; u < count_places(d->kinds); u++) {
        const double *row = d->slope + (int64_t)u * d->kinds->measures;
        bend += step * (row[to] - row[from]) * (row[to] - row[from]);
    }
    double move = fmin(apart / bend, d->share[from]);
    d->share[to] += move;
    d->share[from] = move < d->share[from] ? d->share[from] - move : 0;
}

/* Shares (>= 0, sum 1) that minimise sum_e share_e (worst - error_e) + step/2 |direction|^2: then
 * -step direction lowers all errors that may become the worst (Pironneau and Polak). Moves share
 * between the two errors that gain most by it, until none do. */
static void find_direction(descent_t *d, double step)
{
    int32_t measures = d->kinds->measures, to = 0, from = 0;
    for (int32_t e = 0; e < measures; e++) d->share[e] = 1. / measures;
    for (int32_t pass = 0; pass < 200 * measures; pass++) {
        combine(d);
        double apart = find_pair(d, step, &to, &from);
        if (!(apart > 1e-12)) return;
        move_share(d, step, apart, to, from);
    }
}

/* The largest change of a log weight that a step makes. */
static double reach(const descent_t *d, double step)
{
    double most = 0;
    for (int32_t u = 0; u < count_places(d->kinds); u++)
        most = fmax(most, fabs(step * d->direction[u]));
    return most;
}

/* Would a step push strength s out of its range, at whose end it is? */
static bool is_held(const descent_t *d, int32_t s)
{
    const llr_theory_kinds_t *k = d->kinds;
    int32_t u = k->kinds + s;
    return (d->direction[u] > 0 && d->weight[u] <= k->low[s]) ||
           (d->direction[u] < 0 && d->weight[u] >= k->high[s]);
}

/* A direction that can be gone: strengths that would leave their range do not count in it. */
static void find_way(descent_t *d, double step)
{
    const llr_theory_kinds_t *k = d->kinds;
    find_direction(d, step);
    for (int32_t s = 0; k->low && s < k->strengths; s++) {
        if (!is_held(d, s)) continue;
        memset(d->slope + (int64_t)(k->kinds + s) * k->measures, 0,
               sizeof(double) * (size_t)k->measures);
        find_direction(d, step);
    }
}

/* Tries shorter and shorter steps. *step: the length that worked. */
static bool advance(descent_t *d, double *step)
{
    const llr_theory_kinds_t *k = d->kinds;
    for (;; *step /= 4) {
        find_way(d, *step);
        double most = reach(d, *step), scale = *step * fmin(1, longest / most);
        if (!(most > shortest) || d->left <= 0) return false;
        for (int32_t u = 0; u < count_places(k); u++)
            d->trial[u] = d->weight[u] * exp(-scale * d->direction[u]);
        settle(k, d->trial);
        double here = evaluate(d);
        if (!(here < d->least)) continue;
        d->least = here;
        memcpy(d->weight, d->trial, sizeof(double) * (size_t)count_places(k));
        memcpy(d->error, d->found, sizeof(double) * (size_t)k->measures);
        return true;
    }
}

static double descend(const llr_theory_kinds_t *k, double *weight, double *error, double least)
{
    double *room = k->room, step = 16;
    descent_t d = {.kinds = k, .weight = weight, .error = error, .least = least};
    d.left = k->evaluations;
    d.slope = room;
    d.share = room += (int64_t)count_places(k) * k->measures;
    d.found = room += k->measures;
    d.direction = room += k->measures;
    d.trial = room + count_places(k);
    double before = INFINITY; /* least, a step ago */
    while (d.left > count_places(k) && before - d.least >= k->enough) {
        before = d.least;
        if (!find_slopes(&d) || !advance(&d, &step)) break;
        step *= 4;
    }
    return d.least;
}

int64_t llr_theory_descent_room(int32_t places, int32_t measures)
{
    return (int64_t)places * measures + 2 * ((int64_t)places + measures);
}

static bool is_usable(const llr_theory_kinds_t *k, const double *weight)
{
    for (int32_t c = 0; weight && c < k->kinds; c++)
        if (k->prior[c] > 0 && !(isfinite(weight[c]) && weight[c] > 0)) return false;
    return weight != NULL;
}

/* Are the other weights better than this? */
static bool is_beaten(const llr_theory_kinds_t *k, double least, double *error)
{
    double other = is_usable(k, k->other) ? worst(k, k->other, error) : NAN;
    return other < least || (isnan(least) && !isnan(other));
}

/* false: nothing was found at any exponent, nor elsewhere. */
static bool begin(const llr_theory_kinds_t *k, double *weight, double *error)
{
    double least;
    if (k->start) {
        memmove(weight, k->start, sizeof *weight * (size_t)count_places(k));
        settle(k, weight);
        return true;
    }
    double gamma = llr_search_minimum(&k->gamma, worst_at_exponent, (void *)k, &least);
    if (is_beaten(k, least, error)) {
        memcpy(weight, k->other, sizeof *weight * (size_t)k->kinds);
        normalise(k->prior, k->kinds, weight);
        return true;
    }
    if (!isnan(gamma)) llr_theory_exponent_weights(k->prior, k->kinds, gamma, weight);
    return !isnan(gamma);
}

double llr_theory_least_worst(const llr_theory_kinds_t *k, double *weight, double *error)
{
    double least = begin(k, weight, error) ? worst(k, weight, error) : NAN;
    if (!isnan(least)) return descend(k, weight, error, least);
    for (int32_t c = 0; c < count_places(k); c++) weight[c] = NAN;
    for (int32_t e = 0; e < k->measures; e++) error[e] = NAN;
    return NAN;
}
