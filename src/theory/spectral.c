#include "theory/spectral.h"

#include "theory/loss.h"
#include "theory/spectral_parts.h"

#include <math.h>
#include <stddef.h>

static double multiplicity(const llr_spectrum_t *spectrum, int64_t j)
{
    return spectrum->multiplicity ? spectrum->multiplicity[j] : 1;
}

double llr_spectrum_dim(const llr_spectrum_t *spectrum)
{
    double dim = 0;
    for (int64_t j = 0; j < spectrum->count; j++) dim += multiplicity(spectrum, j);
    return dim;
}

double llr_spectrum_rank(const llr_spectrum_t *spectrum)
{
    double rank = 0;
    for (int64_t j = 0; j < spectrum->count; j++)
        if (spectrum->value[j] > 0) rank += multiplicity(spectrum, j);
    return rank;
}

double llr_spectrum_df(const void *argument, double curvature, double lambda)
{
    const llr_spectrum_t *spectrum = argument;
    if (lambda == 0) return llr_spectrum_rank(spectrum);
    double df = 0;
    for (int64_t j = 0; j < spectrum->count; j++) {
        double stiff = curvature * spectrum->value[j];
        df += multiplicity(spectrum, j) * stiff / (stiff + lambda);
    }
    return df;
}

llr_spectrum_sums_t llr_spectrum_sums(const llr_spectrum_t *spectrum, double n, double curvature,
                                      double lambda)
{
    llr_spectrum_sums_t sums = {0};
    for (int64_t j = 0; j < spectrum->count; j++) {
        double s = spectrum->value[j], square = spectrum->mean_square[j];
        double stiff = curvature * s + lambda;
        if (stiff == 0 && square == 0) continue; /* lambda = 0 in the covariance's null space */
        double r = 1 / stiff, sr = s * r, count = multiplicity(spectrum, j);
        sums.trace += count * sr;
        sums.trace_pair += count * sr * sr;
        sums.mean += square * r;
        sums.mean_spread += square * r * sr;
    }
    sums.trace /= n;
    sums.trace_pair /= n;
    return sums;
}

/* Square loss in the terms of its equations. The limit lambda -> 0+ with more eigenvalues than rows
 * is that of infinite weights at lambda = 1: tau grows as 1 / lambda, and v = w / (1 + tau w)
 * forgets the weights. */
typedef struct square {
    const llr_theory_problem_t *problem;
    double lambda, inverse_weight[2];
    double share[2];  /* pi_c v_c at the tau last looked at */
    double curvature; /* D, their sum */
    llr_spectrum_sums_t sums;
} square_t;

static double pull(const square_t *square, int c, double tau)
{
    return 1 / (square->inverse_weight[c] + tau);
}

/* log tau - log of the tau that its D leads to: rises with log tau at a slope in (0, 1]. */
static double mismatch(square_t *square, double log_tau, double *slope)
{
    const llr_theory_problem_t *p = square->problem;
    double tau = exp(log_tau), fall = 0;
    square->curvature = 0;
    for (int c = 0; c < 2; c++) {
        double v = pull(square, c, tau);
        square->share[c] = p->prior[c] * v;
        square->curvature += square->share[c];
        fall += square->share[c] * v;
    }
    square->sums = llr_spectrum_sums(p->spectrum, p->n, square->curvature, square->lambda);
    *slope = 1 - tau * fall * square->sums.trace_pair / square->sums.trace;
    return log_tau - log(square->sums.trace);
}

/* Steps of growing length from start until the mismatch changes sign in the last one. */
static bool bracket(square_t *square, double start, double *low, double *high)
{
    double slope, step = 1, here = start;
    bool below = mismatch(square, start, &slope) < 0;
    for (; fabs(here) < 700; step *= 2) {
        double next = below ? here + step : here - step;
        *low = fmin(here, next);
        *high = fmax(here, next);
        if ((mismatch(square, next, &slope) < 0) != below) return true;
        here = next;
    }
    return false;
}

/* Newton's method in log tau, halving where it leaves the bracket. Leaves D and the sums of the
 * root in *square. */
static bool find_tau(square_t *square, double *tau)
{
    const llr_theory_problem_t *p = square->problem;
    double low, high, slope;
    double widest = p->prior[0] * p->weight[0] + p->prior[1] * p->weight[1];
    double least = llr_spectrum_sums(p->spectrum, p->n, widest, square->lambda).trace;
    if (!(least > 0) || !bracket(square, log(least), &low, &high)) return false;
    double x = (low + high) / 2;
    for (int pass = 0; pass < 200; pass++) {
        double value = mismatch(square, x, &slope), before = x;
        if (value < 0)
            low = x;
        else
            high = x;
        x -= value / slope;
        if (!(x >= low && x <= high)) x = (low + high) / 2;
        if (fabs(x - before) <= 4e-16 * (1 + fabs(x))) break;
    }
    *tau = exp(x);
    mismatch(square, x, &slope);
    return isfinite(square->curvature);
}

/* m, b and sigma once tau is known: linear. kappa and 1 - m are written without cancellation. */
static void solve_linear(const square_t *square, double tau, llr_theory_point_t *out)
{
    const llr_theory_problem_t *p = square->problem;
    const llr_spectrum_sums_t *sums = &square->sums;
    double stiffness = 4 * square->share[0] * square->share[1] / square->curvature;
    double rest = 1 / (1 + stiffness * sums->mean), noise = 0, spread = 0;
    out->m = stiffness * sums->mean * rest;
    out->kappa = stiffness * rest;
    out->b = (square->share[1] - square->share[0]) / square->curvature * rest;
    for (int c = 0; c < 2; c++) {
        double v = pull(square, c, tau), residual = out->b - (c ? rest : -rest);
        noise += p->prior[c] * v * v * residual * residual;
        spread += p->prior[c] * v * v;
    }
    out->sigma = sqrt((out->kappa * out->kappa * sums->mean_spread + sums->trace_pair * noise) /
                      (1 - spread * sums->trace_pair));
}

static void solve_square(const llr_theory_problem_t *p, llr_theory_point_t *out)
{
    square_t square = {.problem = p, .lambda = p->lambda};
    double rank = llr_spectrum_rank(p->spectrum), tau;
    bool interpolates = p->lambda == 0 && rank > p->n;
    if (p->lambda == 0 && rank == p->n) return;
    if (interpolates) square.lambda = 1;
    for (int c = 0; c < 2 && !interpolates; c++) square.inverse_weight[c] = 1 / p->weight[c];
    if (!find_tau(&square, &tau)) return;
    solve_linear(&square, tau, out);
    out->tau = tau;
    out->curvature = square.curvature;
    llr_theory_finish(out, p->n);
    if (!interpolates) return;
    out->tau = INFINITY;
    out->curvature = out->kappa = 0;
}

void llr_theory_finish(llr_theory_point_t *out, double n)
{
    out->df = n * out->tau * out->curvature;
    out->error[0] = llr_normal_tail((out->m - out->b) / out->sigma);
    out->error[1] = llr_normal_tail((out->m + out->b) / out->sigma);
    out->found = isfinite(out->m) && isfinite(out->b) && isfinite(out->df) && out->sigma > 0 &&
                 isfinite(out->sigma) && isfinite(out->error[0] + out->error[1]);
}

static bool sensible(const llr_theory_problem_t *p)
{
    for (int c = 0; c < 2; c++)
        if (!(p->prior[c] > 0 && p->weight[c] > 0 && isfinite(p->weight[c]))) return false;
    return p->n > 0 && p->lambda >= 0 && isfinite(p->lambda);
}

static llr_theory_point_t nothing(void)
{
    return (llr_theory_point_t){false, NAN, NAN, NAN, NAN, NAN, NAN, NAN, {NAN, NAN}};
}

void llr_theory_solve(const llr_theory_problem_t *problem, const llr_theory_point_t *start,
                      llr_theory_point_t *out)
{
    llr_theory_point_t point = nothing();
    if (sensible(problem)) {
        if (problem->loss == LLR_LOSS_SQUARE)
            solve_square(problem, &point);
        else
            llr_theory_logistic(problem, start, &point);
    }
    *out = point.found ? point : nothing();
}

double llr_theory_worst(const llr_theory_point_t *point)
{
    return point->error[0] > point->error[1] ? point->error[0] : point->error[1];
}

void llr_theory_map(const llr_theory_problem_t *problem, const double *weight, int64_t count,
                    const double *lambda, int64_t lambdas, llr_theory_point_t *out)
{
    llr_theory_problem_t here = *problem;
    for (int64_t g = 0; g < count; g++) {
        here.weight[0] = weight[2 * g];
        here.weight[1] = weight[2 * g + 1];
        for (int64_t l = 0; l < lambdas; l++) {
            llr_theory_point_t *point = out + g * lambdas + l;
            const llr_theory_point_t *beside = l ? point - 1 : NULL;
            const llr_theory_point_t *above = g ? point - lambdas : beside;
            here.lambda = lambda[l];
            llr_theory_solve(&here, above && above->found ? above : beside, point);
        }
    }
}
