#include "model/weights.h"

#include "theory/weights.h"

#include <math.h>

static double sum(const double *value, int32_t count)
{
    double total = 0;
    for (int32_t c = 0; c < count; c++) total += value[c];
    return total;
}

/* Does class a have the larger claim to the next row? Ties: the lower class. */
static bool has_claim(const double *prior, const int64_t *count, int32_t a, int32_t b)
{
    double claim_a = prior[a] * (double)(2 * count[b] + 1);
    double claim_b = prior[b] * (double)(2 * count[a] + 1);
    return claim_a > claim_b || (claim_a == claim_b && a < b);
}

/* Whole rows that a class gets for certain: the divisor that hands out n rows lies between
 * 1 / (n + K/2) and 1 / (n - K/2). One row less guards against rounding. */
static int64_t sure_rows(int64_t n, double prior, int32_t kinds)
{
    double rows = floor(prior * ((double)n - 0.5 * kinds) - 0.5) - 1;
    return rows > 0 ? (int64_t)rows : 0;
}

void llr_stratify(int64_t n, const double *prior, int32_t kinds, int64_t *count)
{
    double total = sum(prior, kinds);
    int64_t given = 0;
    for (int32_t c = 0; c < kinds; c++) given += count[c] = sure_rows(n, prior[c] / total, kinds);
    for (; given < n; given++) {
        int32_t best = 0;
        for (int32_t c = 1; c < kinds; c++)
            if (has_claim(prior, count, c, best)) best = c;
        count[best]++;
    }
}

/* The class with fewer rows of two. */
static int32_t minority(const int64_t *count)
{
    return count[1] <= count[0] ? 1 : 0;
}

/* The exponent that a weighting stands for; a ratio has none of its own. */
static double exponent_of(const llr_weighting_t *weighting)
{
    if (weighting->rule == LLR_RULE_EXPONENT) return weighting->value;
    return weighting->rule == LLR_RULE_INVERSE_PRIOR ? 1 : 0;
}

/* w_c ~ pi_c^-gamma, the largest 1: no power overflows. */
static void power_weights(double gamma, const int64_t *count, int32_t kinds, double *weight)
{
    int64_t extreme = 0;
    for (int32_t c = 0; c < kinds; c++)
        if (count[c] && (!extreme || (gamma < 0 ? count[c] > extreme : count[c] < extreme)))
            extreme = count[c];
    for (int32_t c = 0; c < kinds; c++)
        weight[c] = count[c] ? exp(-gamma * log((double)count[c] / (double)extreme)) : NAN;
}

void llr_weights_normalise(const int64_t *count, int32_t kinds, double *weight)
{
    double rows = 0, weighted = 0;
    for (int32_t c = 0; c < kinds; c++) {
        rows += (double)count[c];
        if (count[c]) weighted += (double)count[c] * weight[c];
    }
    for (int32_t c = 0; c < kinds; c++) weight[c] = count[c] ? weight[c] * (rows / weighted) : NAN;
}

void llr_weights(const llr_weighting_t *weighting, const int64_t *count, int32_t kinds,
                 double *weight)
{
    if (weighting->rule == LLR_RULE_RATIO && kinds == 2) {
        weight[0] = weight[1] = 1;
        weight[minority(count)] = weighting->value;
    } else
        power_weights(exponent_of(weighting), count, kinds, weight);
    llr_weights_normalise(count, kinds, weight);
}

bool llr_weights_by_rule(llr_rule_t rule, const llr_population_t *population, double lambda,
                         double n, const double *prior, double *weight)
{
    int32_t kinds = population->shape.kinds;
    if (rule == LLR_RULE_PAPER)
        return llr_theory_paper(population->dimension, n, prior, kinds, weight);
    return llr_theory_thumb(llr_population_df, population, n, lambda, prior, kinds, weight, NULL);
}

double llr_weighting_gamma(const llr_weighting_t *weighting, const double *weight,
                           const int64_t *count, int32_t kinds)
{
    bool has_ratio = weighting->rule == LLR_RULE_RATIO || llr_rule_is_computed(weighting->rule);
    if (llr_rule_is_balanced(weighting->rule)) return NAN;
    if (!has_ratio) return exponent_of(weighting);
    if (kinds != 2 || count[0] == count[1]) return NAN;
    int32_t small = minority(count);
    double ratio =
        weighting->rule == LLR_RULE_RATIO ? weighting->value : weight[small] / weight[1 - small];
    return log(ratio) / log((double)count[1 - small] / (double)count[small]);
}

double llr_weighting_rho(const double *weight, const int64_t *count, int32_t kinds)
{
    if (kinds != 2) return NAN;
    int32_t small = minority(count);
    return weight[small] / weight[1 - small];
}
