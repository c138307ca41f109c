#include "theory/loss.h"

#include <math.h>
#include <stdbool.h>

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

/* Adds the pull of rows whose training margin is u with this probability; returns dg/du. */
static double add_pull(llr_theory_pull_t *out, double w, double tau, double u, double probability)
{
    double share = sigmoid_below(u), l1 = w * share, l2 = l1 * (1 - share);
    out->slope += probability * l1;
    out->square += probability * l1 * l1;
    out->curvature += probability * l2 / (1 + tau * l2);
    return 1 + tau * l2;
}

/* Nodes ascend, so each margin starts from where the last one leads. */
static void add_at_nodes(const llr_quadrature_t *q, const llr_theory_scores_t *s, double w,
                         llr_theory_pull_t *out)
{
    double pull = s->tau * w, u = 0, rise = 0, before = 0;
    for (int64_t i = 0; i < q->count; i++) {
        double g = s->target * s->mean + s->sigma * q->node[i];
        u = logistic_margin(pull, g, i ? u + (g - before) / rise : g);
        before = g;
        rise = add_pull(out, w, s->tau, u, q->weight[i]);
    }
}

/* A place on the path of all rows, by y: u = 2 sinh(y), Z the score that leads to u, and
 * x = Z + stretch y. */
typedef struct place {
    double y, u, z, z_slope; /* dZ/dy */
} place_t;

static const double stretch = 2, spacing = 0.16, farthest = 12;

static place_t place_at(const llr_theory_scores_t *s, double w, double y)
{
    double up = exp(y), u = up - 1 / up, pull = s->tau * w, share = sigmoid_below(u);
    double g = u - pull * share, rise = 1 + pull * share * (1 - share);
    return (place_t){y, u, (g - s->target * s->mean) / s->sigma, rise * (up + 1 / up) / s->sigma};
}

/* The place of the next x, one spacing on: Newton's method inside the bracket that the stretch
 * gives. */
static place_t next_place(const llr_theory_scores_t *s, double w, place_t here)
{
    double x = here.z + stretch * here.y + spacing, low = here.y, high = low + spacing / stretch;
    place_t at = place_at(s, w, low + spacing / (here.z_slope + stretch));
    for (int pass = 0; pass < 100; pass++) {
        double excess = at.z + stretch * at.y - x;
        if (excess < 0)
            low = at.y;
        else
            high = at.y;
        double y = at.y - excess / (at.z_slope + stretch);
        if (!(y >= low && y <= high)) y = (low + high) / 2;
        at = place_at(s, w, y);
        if (fabs(excess) <= 1e-7) break; /* the sum takes the place for what it is */
    }
    return at;
}

/* The trapezoidal rule along x. Widely spread scores turn into margins that bend within small parts
 * of their range, where |u| is at most about log(1 + tau w); x spreads these out. */
static void add_along_path(const llr_theory_scores_t *s, double w, llr_theory_pull_t *out)
{
    double first = logistic_margin(s->tau * w, s->target * s->mean - farthest * s->sigma, 0);
    place_t at = place_at(s, w, asinh(first / 2));
    for (; at.z < farthest; at = next_place(s, w, at)) {
        double density = exp(-at.z * at.z / 2) / sqrt(2 * M_PI);
        double width = spacing * at.z_slope / (at.z_slope + stretch);
        add_pull(out, w, s->tau, at.u, width * density);
    }
}

/* Gauss-Hermite nodes resolve scores whose poles, pi / sigma off the line, are far enough. */
static bool nodes_suffice(const llr_quadrature_t *q, double sigma)
{
    return sigma * 24 <= M_PI * sqrt(2 * (double)q->count);
}

static llr_theory_pull_t logistic_pull(const llr_quadrature_t *q, const llr_theory_scores_t *s)
{
    llr_theory_pull_t out = {0};
    double w = 1 / s->inverse_weight;
    if (nodes_suffice(q, s->sigma))
        add_at_nodes(q, s, w, &out);
    else
        add_along_path(s, w, &out);
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
