#include "model/solve_margin.h"

#include "linalg/logistic.h"
#include "model/solve_softmax_line.h"

#include <float.h>
#include <math.h>
#include <string.h>

int64_t llr_margin_work(llr_loss_t loss, int32_t columns)
{
    return loss == LLR_LOSS_LOGISTIC && columns > 1 ? llr_softmax_line_work(columns) : 0;
}

/* Derivatives by (t, b), and the Newton step. */
typedef struct newton {
    double hessian[3]; /* tt, tb, bb */
    double gradient[2], step[2];
} newton_t;

static double row_weight(const llr_margin_t *margin, int32_t stratum)
{
    return margin->weight[stratum] / (double)margin->sample->rows;
}

static double derivatives(const llr_margin_t *margin, const llr_line_t *line, double t, double b,
                          newton_t *out)
{
    const llr_sample_t *sample = margin->sample;
    const double *penalty = line->penalty;
    double value = penalty[0] + t * (penalty[1] + 0.5 * penalty[2] * t);
    *out = (newton_t){.hessian = {penalty[2], 0, 0}, .gradient = {penalty[1] + penalty[2] * t, 0}};
    for (int32_t s = 0; s < sample->strata; s++) {
        int64_t first = sample->stratum_start[s], rows = sample->stratum_start[s + 1] - first;
        double a = row_weight(margin, s), sign = sample->stratum_class[s] ? 1 : -1;
        llr_logistic_sums_t sums;
        llr_logistic_line(rows, sign, line->score + first,
                          line->direction ? line->direction + first : NULL, t, b, &sums);
        value += a * sums.loss;
        for (int k = 0; k < 2; k++) out->gradient[k] += a * sums.slope[k];
        for (int k = 0; k < 3; k++) out->hessian[k] += a * sums.curvature[k];
    }
    if (!line->direction) { /* t stays where it is */
        out->hessian[0] = 1;
        out->gradient[0] = 0;
    }
    return value;
}

/* step = -hessian^-1 gradient; false: not positive definite. */
static bool solve(newton_t *newton, double ridge)
{
    const double *h = newton->hessian, *g = newton->gradient;
    double first = h[0] + ridge, share = h[1] / first, second = h[2] + ridge - share * h[1];
    if (!(first > 0) || !(second > 0)) return false;
    newton->step[1] = -(g[1] - share * g[0]) / second;
    newton->step[0] = -g[0] / first - share * newton->step[1];
    return true;
}

/* The Newton step; its decrement, or NaN where there is no curvature. Where rounding has made the
 * Hessian indefinite, a ridge makes up for it. */
static double newton_step(newton_t *newton)
{
    double trace = newton->hessian[0] + newton->hessian[2] + DBL_MIN, ridge = 0;
    while (!solve(newton, ridge)) {
        ridge = fmax(100 * ridge, DBL_EPSILON * trace);
        if (!(ridge <= trace)) return NAN;
    }
    return -newton->step[0] * newton->gradient[0] - newton->step[1] * newton->gradient[1];
}

/* Goes along the step as far as it descends; the new value, or the old one where it does not. */
static double descend(const llr_margin_t *margin, llr_line_t *line, newton_t *newton, double value,
                      double decrement)
{
    enum { HALVINGS = 40 };
    const double step[2] = {newton->step[0], newton->step[1]};
    double length = 1, noise = 8 * DBL_EPSILON * fabs(value);
    for (int h = 0; h < HALVINGS; h++, length *= 0.5) {
        double t = line->t + length * step[0], b = line->b[0] + length * step[1];
        double trial = derivatives(margin, line, t, b, newton);
        if (!(trial <= value - 1e-4 * length * decrement + noise)) continue;
        line->t = t;
        line->b[0] = b;
        return trial;
    }
    return value;
}

/* Columns are on their own, and the minimiser is explicit. */
static double minimise_square(const llr_margin_t *margin, llr_line_t *line)
{
    const llr_sample_t *sample = margin->sample;
    double value = line->penalty[0];
    for (int32_t k = 0; k < margin->columns; k++) {
        const double *score = line->score + k * sample->rows;
        double total = 0, shift = 0;
        for (int32_t s = 0; s < sample->strata; s++) {
            double a = row_weight(margin, s);
            double target = llr_square_target(sample->classes, sample->stratum_class[s], k);
            for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++) {
                total += a;
                shift += a * (target - score[i]);
            }
        }
        line->b[k] = shift / total;
    }
    return value + llr_margin_loss(margin, line->score, line->b, NULL);
}

double llr_margin_minimise(const llr_margin_t *margin, llr_line_t *line)
{
    enum { PASSES = 60 };
    newton_t newton;
    if (margin->loss == LLR_LOSS_SQUARE) return minimise_square(margin, line);
    double value = derivatives(margin, line, line->t, line->b[0], &newton);
    for (int pass = 0; pass < PASSES && isfinite(value); pass++) {
        double decrement = newton_step(&newton), before = value;
        if (!(decrement > DBL_EPSILON * DBL_EPSILON * fabs(value))) break;
        if (decrement <= line->trust * fabs(value)) { /* so small that it is as good as seen */
            line->t += newton.step[0];
            line->b[0] += newton.step[1];
            return value - 0.5 * decrement;
        }
        value = descend(margin, line, &newton, value, decrement);
        /* Newton's error is squared by a step: nothing is left after a small one. */
        if (decrement <= 1e-11 * fabs(before) || value == before) break;
    }
    return value;
}

double llr_margin_settle(const llr_margin_t *margin, llr_line_t *line, double *residual)
{
    if (margin->loss == LLR_LOSS_LOGISTIC && margin->columns > 1)
        return llr_softmax_minimise(margin, line, 0, residual);
    llr_margin_minimise(margin, line);
    return line->penalty[0] + llr_margin_loss(margin, line->score, line->b, residual);
}
