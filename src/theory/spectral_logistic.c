/* Logistic loss: the six equations as a root of four, in unknowns and residuals that keep their
 * relative precision over any weights and strengths. */
#include "theory/loss.h"
#include "theory/root.h"
#include "theory/spectral_parts.h"

#include <math.h>
#include <stddef.h>

/* kappa > 0 always: each class is pulled to its own side. */
enum { LOG_CURVATURE, LOG_KAPPA, INTERCEPT, LOG_SIGMA, UNKNOWNS };
enum { WORK = UNKNOWNS * UNKNOWNS + UNKNOWNS * (UNKNOWNS + 1) / 2 + 7 * UNKNOWNS };

static void read_unknowns(const llr_theory_problem_t *p, const double *x, llr_theory_point_t *out,
                          llr_spectrum_sums_t *sums)
{
    out->curvature = exp(x[LOG_CURVATURE]);
    out->kappa = exp(x[LOG_KAPPA]);
    out->b = x[INTERCEPT];
    out->sigma = exp(x[LOG_SIGMA]);
    *sums = llr_spectrum_sums(p->spectrum, p->n, out->curvature, p->lambda);
    out->tau = sums->trace;
    out->m = out->kappa * sums->mean;
}

static void residuals(void *argument, const double *x, double *residual)
{
    const llr_theory_problem_t *p = argument;
    llr_theory_point_t at;
    llr_spectrum_sums_t sums;
    double curvature = 0, square = 0, pull[2];
    read_unknowns(p, x, &at, &sums);
    for (int c = 0; c < 2; c++) {
        int sign = c ? 1 : -1;
        llr_theory_scores_t scores = {sign, sign * at.m + at.b, at.sigma, 1 / p->weight[c], at.tau};
        llr_theory_pull_t mean = llr_theory_pull(p->loss, p->quadrature, &scores);
        pull[c] = -sign * p->prior[c] * mean.slope;
        square += p->prior[c] * mean.square;
        curvature += p->prior[c] * mean.curvature;
    }
    double spread = at.kappa * at.kappa * sums.mean_spread + square * sums.trace_pair;
    residual[LOG_CURVATURE] = x[LOG_CURVATURE] - log(curvature);
    residual[LOG_KAPPA] = x[LOG_KAPPA] - log(pull[0] + pull[1]);
    residual[INTERCEPT] = log(pull[0]) - log(pull[1]);
    residual[LOG_SIGMA] = x[LOG_SIGMA] - log(spread) / 2;
}

/* lambda -> infinity: scores of no spread about the intercept of the weighted priors. */
static void limit_of_strength(const llr_theory_problem_t *p, double lambda, double *x)
{
    double b = log(p->prior[1] * p->weight[1]) - log(p->prior[0] * p->weight[0]);
    double share[2] = {1 / (1 + exp(-b)), 1 / (1 + exp(b))}, square = 0, pull = 0;
    for (int c = 0; c < 2; c++) {
        double l1 = p->weight[c] * share[c];
        pull += p->prior[c] * l1;
        square += p->prior[c] * l1 * l1;
    }
    double curvature = pull * share[0] * share[1] / fmax(share[0], share[1]);
    llr_spectrum_sums_t sums = llr_spectrum_sums(p->spectrum, p->n, curvature, lambda);
    x[LOG_CURVATURE] = log(curvature);
    x[LOG_KAPPA] = log(pull);
    x[INTERCEPT] = b;
    x[LOG_SIGMA] = log(pull * pull * sums.mean_spread + square * sums.trace_pair) / 2;
}

/* Damped steps of the fixed point; keeps the last finite x. */
static void relax(const llr_theory_problem_t *p, double *x, int steps)
{
    double residual[UNKNOWNS], next[UNKNOWNS];
    for (int step = 0; step < steps; step++) {
        residuals((void *)p, x, residual);
        for (int u = 0; u < UNKNOWNS; u++) {
            next[u] = x[u] - fmin(fmax(residual[u] / 2, -2), 2);
            if (!isfinite(next[u])) return;
        }
        for (int u = 0; u < UNKNOWNS; u++) x[u] = next[u];
    }
}

static bool attempt(const llr_theory_problem_t *p, int steps, double *x)
{
    double work[WORK], trial[UNKNOWNS];
    for (int u = 0; u < UNKNOWNS; u++) trial[u] = x[u];
    relax(p, trial, steps);
    if (!llr_root(UNKNOWNS, residuals, (void *)p, trial, work)) return false;
    for (int u = 0; u < UNKNOWNS; u++) x[u] = trial[u];
    return true;
}

static bool from_start(const llr_theory_problem_t *p, const llr_theory_point_t *start, double *x)
{
    if (!start || !start->found) return false;
    x[LOG_CURVATURE] = log(start->curvature);
    x[LOG_KAPPA] = log(start->kappa);
    x[INTERCEPT] = start->b;
    x[LOG_SIGMA] = log(start->sigma);
    return attempt(p, 0, x) || attempt(p, 30, x);
}

/* From a strength at which hardly anything is learned down to the one wanted; the step in log
 * lambda widens while all goes well. */
static bool from_strength(const llr_theory_problem_t *p, double *x)
{
    llr_theory_problem_t here = *p;
    double top = 0, step = log(16.0);
    for (int64_t j = 0; j < p->spectrum->count; j++)
        top = fmax(top, p->spectrum->value[j] + p->spectrum->mean_square[j]);
    double at = log(fmax(p->lambda, top)), wanted = log(p->lambda);
    here.lambda = exp(at);
    limit_of_strength(&here, here.lambda, x);
    if (!attempt(&here, 30, x)) return false;
    for (int pass = 0; pass < 400 && at > wanted; pass++) {
        double next = fmax(at - step, wanted);
        here.lambda = next == wanted ? p->lambda : exp(next);
        bool done = attempt(&here, 0, x) || attempt(&here, 30, x);
        if (done) at = next;
        step *= done ? 1.5 : 0.3;
        if (step < 1e-3) return false;
    }
    return at <= wanted;
}

void llr_theory_logistic(const llr_theory_problem_t *p, const llr_theory_point_t *start,
                         llr_theory_point_t *out)
{
    double x[UNKNOWNS];
    llr_spectrum_sums_t sums;
    if (!(p->lambda > 0)) return;
    if (!from_start(p, start, x)) {
        limit_of_strength(p, p->lambda, x);
        if (!attempt(p, 30, x) && !from_strength(p, x)) return;
    }
    read_unknowns(p, x, out, &sums);
    llr_theory_finish(out, p->n);
}
