#include "model/solve_margin.h"

#include "linalg/logistic.h"
#include "model/solve_point.h"

#include <float.h>
#include <math.h>
#include <string.h>

int64_t llr_margin_work(int32_t columns)
{
    int64_t order = columns + 1;
    return 2 * order * order + 5 * order;
}

/* Derivatives by (t, b), and the trial point; laid out in the work array. */
typedef struct newton {
    int64_t order;
    double *hessian, *factor, *gradient, *step, *trial, *share, *slope;
} newton_t;

static newton_t newton_in(const llr_margin_t *margin)
{
    int64_t order = margin->columns + 1;
    double *work = margin->work, *rest = work + 2 * order * order;
    return (newton_t){.order = order,
                      .hessian = work,
                      .factor = work + order * order,
                      .gradient = rest,
                      .step = rest + order,
                      .trial = rest + 2 * order,
                      .share = rest + 3 * order,
                      .slope = rest + 4 * order};
}

static double row_weight(const llr_margin_t *margin, int32_t stratum)
{
    return margin->weight[stratum] / (double)margin->sample->rows;
}

static double binary_derivatives(const llr_margin_t *margin, const llr_line_t *line, double t,
                                 double b, newton_t *out)
{
    const llr_sample_t *sample = margin->sample;
    double value = 0, *g = out->gradient, *h = out->hessian;
    memset(g, 0, 2 * sizeof *g);
    memset(h, 0, 4 * sizeof *h);
    for (int32_t s = 0; s < sample->strata; s++) {
        int64_t first = sample->stratum_start[s], rows = sample->stratum_start[s + 1] - first;
        double a = row_weight(margin, s), sign = sample->stratum_class[s] ? 1 : -1;
        llr_logistic_sums_t sums;
        llr_logistic_line(rows, sign, line->score + first,
                          line->direction ? line->direction + first : NULL, t, b, &sums);
        value += a * sums.loss;
        for (int k = 0; k < 2; k++) g[k] += a * sums.slope[k];
        h[0] += a * sums.curvature[0];
        h[2] += a * sums.curvature[1];
        h[3] += a * sums.curvature[2];
    }
    return value;
}

/* Adds one row of a softmax fit with shares p, slopes d and weight a. */
static void add_softmax_row(const newton_t *out, int32_t columns, double a, int32_t class)
{
    const double *p = out->share, *d = out->slope;
    double mean = 0, square = 0;
    for (int32_t k = 0; k < columns; k++) {
        mean += p[k] * d[k];
        square += p[k] * d[k] * d[k];
    }
    out->gradient[0] += a * (mean - d[class]);
    out->hessian[0] += a * (square - mean * mean);
    for (int32_t k = 0; k < columns; k++) {
        double *row = out->hessian + (k + 1) * out->order;
        out->gradient[k + 1] += a * (p[k] - (k == class));
        row[0] += a * p[k] * (d[k] - mean);
        for (int32_t l = 0; l <= k; l++) row[l + 1] -= a * p[k] * p[l];
        row[k + 1] += a * p[k];
    }
}

/* A shift of all intercepts changes nothing: give that direction a curvature of its own. */
static void fix_shift(const newton_t *out, int32_t columns)
{
    double trace = 0;
    for (int32_t k = 1; k <= columns; k++) trace += out->hessian[k * out->order + k];
    for (int32_t k = 1; k <= columns; k++)
        for (int32_t l = 1; l <= k; l++) out->hessian[k * out->order + l] += trace / columns;
}

static double softmax_derivatives(const llr_margin_t *margin, const llr_line_t *line, double t,
                                  const double *b, newton_t *out)
{
    const llr_sample_t *sample = margin->sample;
    int32_t columns = margin->columns;
    double value = 0;
    memset(out->hessian, 0, (size_t)(out->order * out->order) * sizeof(double));
    memset(out->gradient, 0, (size_t)out->order * sizeof(double));
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = row_weight(margin, s);
        int32_t class = sample->stratum_class[s];
        for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++) {
            for (int32_t k = 0; k < columns; k++) {
                int64_t at = k * sample->rows + i;
                out->slope[k] = line->direction ? line->direction[at] : 0;
                out->share[k] = line->score[at] + t * out->slope[k] + b[k];
            }
            value += a * llr_softmax_point(out->share, columns, class);
            add_softmax_row(out, columns, a, class);
        }
    }
    fix_shift(out, columns);
    return value;
}

static double derivatives(const llr_margin_t *margin, const llr_line_t *line, double t,
                          const double *b, newton_t *out)
{
    double value = margin->columns == 1 ? binary_derivatives(margin, line, t, b[0], out)
                                        : softmax_derivatives(margin, line, t, b, out);
    const double *penalty = line->penalty;
    out->gradient[0] += penalty[1] + penalty[2] * t;
    out->hessian[0] += penalty[2];
    if (!line->direction) { /* t stays where it is */
        out->hessian[0] = 1;
        out->gradient[0] = 0;
    }
    return value + penalty[0] + t * (penalty[1] + 0.5 * penalty[2] * t);
}

/* step = -hessian^-1 gradient for the few unknowns of a line; false: not positive definite. LAPACK
 * would take longer to be called. */
static bool solve_small(const newton_t *newton)
{
    int64_t order = newton->order;
    double *l = newton->factor, *x = newton->step;
    for (int64_t i = 0; i < order; i++) {
        x[i] = -newton->gradient[i];
        for (int64_t j = 0; j <= i; j++) {
            double *at = l + i * order + j;
            for (int64_t k = 0; k < j; k++) *at -= l[i * order + k] * l[j * order + k];
            if (i == j && !(*at > 0)) return false;
            *at = i == j ? sqrt(*at) : *at / l[j * order + j];
        }
        for (int64_t k = 0; k < i; k++) x[i] -= l[i * order + k] * x[k];
        x[i] /= l[i * order + i];
    }
    for (int64_t i = order - 1; i >= 0; i--) {
        for (int64_t k = i + 1; k < order; k++) x[i] -= l[k * order + i] * x[k];
        x[i] /= l[i * order + i];
    }
    return true;
}

/* The Newton step; its decrement, or NaN where there is no curvature. Where rounding has made the
 * Hessian indefinite, a ridge makes up for it. */
static double newton_step(newton_t *newton)
{
    int64_t order = newton->order;
    double trace = DBL_MIN, ridge = 0;
    bool failed = true;
    for (int64_t k = 0; k < order; k++) trace += newton->hessian[k * order + k];
    for (; failed && ridge <= trace; ridge = fmax(100 * ridge, DBL_EPSILON * trace)) {
        memcpy(newton->factor, newton->hessian, (size_t)(order * order) * sizeof(double));
        for (int64_t k = 0; k < order; k++) newton->factor[k * order + k] += ridge;
        failed = !solve_small(newton);
    }
    if (failed) return NAN;
    double decrement = 0;
    for (int64_t k = 0; k < order; k++) decrement -= newton->step[k] * newton->gradient[k];
    return decrement;
}

/* Goes along the step as far as it descends; the new value, or the old one where it does not. */
static double descend(const llr_margin_t *margin, llr_line_t *line, newton_t *newton, double value,
                      double decrement)
{
    enum { HALVINGS = 40 };
    double length = 1, noise = 8 * DBL_EPSILON * fabs(value);
    for (int h = 0; h < HALVINGS; h++, length *= 0.5) {
        double t = line->t + length * newton->step[0];
        for (int32_t k = 0; k < margin->columns; k++)
            newton->trial[k] = line->b[k] + length * newton->step[k + 1];
        double trial = derivatives(margin, line, t, newton->trial, newton);
        if (!(trial <= value - 1e-4 * length * decrement + noise)) continue;
        line->t = t;
        memcpy(line->b, newton->trial, (size_t)margin->columns * sizeof *line->b);
        return trial;
    }
    return value;
}

/* A step so small that its decrement is as good as seen. */
static double take_step(llr_line_t *line, const newton_t *newton, double value, double decrement)
{
    line->t += newton->step[0];
    for (int64_t k = 1; k < newton->order; k++) line->b[k - 1] += newton->step[k];
    return value - 0.5 * decrement;
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
    if (margin->loss == LLR_LOSS_SQUARE) return minimise_square(margin, line);
    newton_t newton = newton_in(margin);
    double value = derivatives(margin, line, line->t, line->b, &newton);
    for (int pass = 0; pass < PASSES && isfinite(value); pass++) {
        double decrement = newton_step(&newton), before = value;
        if (!(decrement > DBL_EPSILON * DBL_EPSILON * fabs(value))) break;
        if (decrement <= line->trust * fabs(value))
            return take_step(line, &newton, value, decrement);
        value = descend(margin, line, &newton, value, decrement);
        /* Newton's error is squared by a step: nothing is left after a small one. */
        if (decrement <= 1e-11 * fabs(before) || value == before) break;
    }
    return value;
}
