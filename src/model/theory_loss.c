#include "model/theory_loss.h"

#include <math.h>

/* 1 / (1 + exp(u)) */
static double sigmoid_below(double u)
{
    return 1 / (1 + exp(u));
}

/* The root u of u - pull / (1 + exp(u)) = g, a function that rises at a slope of at least 1, convex
 * below 0 and concave above. The sign of the root is known; on its side of 0 Newton's method moves
 * to the root from one side after the first step, wherever it starts. */
static double logistic_margin(double pull, double g, double start)
{
    int positive = pull / 2 + g > 0;
    double low = positive ? fmax(g, 0) : g, high = positive ? g + pull : fmin(g + pull, 0);
    double u = fmin(fmax(start, low), high);
    for (int pass = 0; pass < 200; pass++) {
        double share = sigmoid_below(u);
        double step = (u - g - pull * share) / (1 + pull * share * (1 - share));
        u = fmin(fmax(u - step, low), high);
        if (fabs(step) <= 1e-8) break; /* the next is below half its square */
    }
    return u;
}

double llr_theory_prox(llr_loss_t loss, int target, double pull, double f)
{
    if (loss == LLR_LOSS_SQUARE) return (f + pull * target) / (1 + pull);
    return target * logistic_margin(pull, target * f, 0);
}

static llr_theory_pull_t square_pull(const llr_theory_scores_t *s)
{
    double v = 1 / (s->inverse_weight + s->tau), shift = s->mean - s->target;
    return (llr_theory_pull_t){v * shift, v * v * (shift * shift + s->sigma * s->sigma), v};
}

/* Nodes ascend, so each margin starts from where the last one leads. */
static llr_theory_pull_t logistic_pull(const llr_quadrature_t *q, const llr_theory_scores_t *s)
{
    double w = 1 / s->inverse_weight, pull = s->tau * w, u = 0, rise = 0, before = -INFINITY;
    llr_theory_pull_t out = {0};
    for (int64_t i = 0; i < q->count; i++) {
        double g = s->target * s->mean + s->sigma * q->node[i];
        u = logistic_margin(pull, g, i ? u + rise * (g - before) : g);
        double share = sigmoid_below(u), l1 = w * share, l2 = l1 * (1 - share);
        rise = 1 / (1 + s->tau * l2);
        before = g;
        out.slope += q->weight[i] * l1;
        out.square += q->weight[i] * l1 * l1;
        out.curvature += q->weight[i] * l2 * rise;
    }
    out.slope *= -s->target;
    return out;
}

llr_theory_pull_t llr_theory_pull(llr_loss_t loss, const llr_quadrature_t *quadrature,
                                  const llr_theory_scores_t *scores)
{
    if (loss == LLR_LOSS_SQUARE) return square_pull(scores);
    return logistic_pull(quadrature, scores);
}

double llr_normal_tail(double x)
{
    return erfc(x * M_SQRT1_2) / 2;
}
