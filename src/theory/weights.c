#include "theory/weights.h"

#include "theory/loss.h"

#include <math.h>

/* Kinds with rows: the K of the formulas. */
static int32_t count_present(const double *prior, int32_t kinds)
{
    int32_t present = 0;
    for (int32_t c = 0; c < kinds; c++) present += prior[c] > 0;
    return present;
}

static double smallest_prior(const double *prior, int32_t kinds)
{
    double least = INFINITY;
    for (int32_t c = 0; c < kinds; c++)
        if (prior[c] > 0) least = fmin(least, prior[c]);
    return least;
}

double llr_theory_border(const double *prior, int32_t kinds)
{
    return count_present(prior, kinds) * smallest_prior(prior, kinds);
}

bool llr_theory_paper(double dimension, double n, const double *prior, int32_t kinds,
                      double *weight)
{
    double share = dimension / (n * count_present(prior, kinds)), total = 0;
    bool finite = share < smallest_prior(prior, kinds);
    for (int32_t c = 0; c < kinds; c++) {
        weight[c] = finite && prior[c] > 0 ? 1 / (prior[c] - share) : NAN;
        if (prior[c] > 0) total += prior[c] * weight[c];
    }
    for (int32_t c = 0; c < kinds; c++) weight[c] /= total;
    return finite;
}

typedef struct thumb {
    llr_theory_df_t df;
    const void *argument;
    double n, lambda;
    const double *prior;
    int32_t kinds, present;
} thumb_t;

/* df/(n K) at pi_c v_c = a. */
static double thumb_share(const thumb_t *thumb, double a)
{
    double df = thumb->df(thumb->argument, thumb->present * a, thumb->lambda);
    return df / (thumb->n * thumb->present);
}

/* sum_c pi_c w_c at pi_c v_c = a: rises with a, at least K a; infinite where a weight is. */
static double mean_weight(const thumb_t *thumb, double a)
{
    double share = thumb_share(thumb, a), sum = 0;
    for (int32_t c = 0; c < thumb->kinds; c++) {
        if (!(thumb->prior[c] > 0)) continue;
        if (share >= thumb->prior[c]) return INFINITY;
        sum += thumb->prior[c] * a / (thumb->prior[c] - share);
    }
    return sum;
}

/* The smallest kind has what the others leave: near the border its own formula cancels. */
static void thumb_weights(const thumb_t *thumb, double a, double *weight)
{
    double share = thumb_share(thumb, a), least = smallest_prior(thumb->prior, thumb->kinds);
    double rest = 1, smallest = 0;
    for (int32_t c = 0; c < thumb->kinds; c++) {
        double prior = thumb->prior[c];
        if (prior == least) smallest += prior;
        if (!(prior > least)) continue;
        weight[c] = a / (prior - share);
        rest -= prior * weight[c];
    }
    for (int32_t c = 0; c < thumb->kinds; c++) {
        if (thumb->prior[c] == least) weight[c] = rest / smallest;
        if (!(thumb->prior[c] > 0)) weight[c] = NAN;
    }
}

/* The largest a whose mean weight is at most 1, by bisection in log a. */
static double solve_thumb(const thumb_t *thumb)
{
    double high = -log(thumb->present), low = high - 1;
    for (double step = 1; mean_weight(thumb, exp(low)) > 1; step *= 2) {
        high = low;
        low -= step;
    }
    for (;;) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) return exp(low);
        if (mean_weight(thumb, exp(middle)) <= 1)
            low = middle;
        else
            high = middle;
    }
}

bool llr_theory_thumb(llr_theory_df_t df, const void *argument, double n, double lambda,
                      const double *prior, int32_t kinds, double *weight, double *solved_df)
{
    thumb_t thumb = {df, argument, n, lambda, prior, kinds, count_present(prior, kinds)};
    double a = lambda > 0 ? solve_thumb(&thumb) : 1;
    double solved = df(argument, thumb.present * a, lambda);
    if (solved_df) *solved_df = solved;
    if (lambda == 0) return llr_theory_paper(solved, n, prior, kinds, weight);
    thumb_weights(&thumb, a, weight);
    return true;
}

double llr_theory_thumb_error(double separation, double delta, double minority_prior)
{
    double square = separation * separation;
    double q = delta / (4 * minority_prior) + delta / (4 * (1 - minority_prior));
    if (!(delta < 2 * minority_prior)) return NAN;
    return llr_normal_tail(square * sqrt((1 - q) / (square + q)));
}
