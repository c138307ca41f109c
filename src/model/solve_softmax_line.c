#include "model/solve_softmax_line.h"

#include "linalg/lapack.h"
#include "linalg/softmax.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Derivatives by (t, b), and the trial point; laid out in the work array after the kernel's. */
typedef struct newton {
    int64_t order;
    double *hessian, *factor, *gradient, *step, *trial;
} newton_t;

int64_t llr_softmax_line_work(int32_t columns)
{
    int64_t order = columns + 1;
    return llr_softmax_work(columns) + 2 * order * order + 3 * order;
}

static newton_t newton_in(const llr_margin_t *margin)
{
    int64_t order = margin->columns + 1;
    double *work = margin->work + llr_softmax_work(margin->columns);
    double *rest = work + 2 * order * order;
    return (newton_t){order, work, work + order * order, rest, rest + order, rest + 2 * order};
}

/* A shift of all intercepts changes nothing: give that direction a curvature of its own. */
static void fix_shift(const newton_t *out, int32_t columns)
{
    double trace = 0;
    for (int32_t k = 1; k <= columns; k++) trace += out->hessian[k * out->order + k];
    for (int32_t k = 1; k <= columns; k++)
        for (int32_t l = 1; l <= k; l++) out->hessian[k * out->order + l] += trace / columns;
}

static double derivatives(const llr_margin_t *margin, const llr_line_t *line, double t,
                          const double *b, newton_t *out, double *residual)
{
    const llr_sample_t *sample = margin->sample;
    const double *penalty = line->penalty;
    llr_softmax_t rows = {.rows = sample->rows,
                          .columns = margin->columns,
                          .score = line->score,
                          .direction = line->direction,
                          .t = t,
                          .b = b,
                          .residual = residual,
                          .work = margin->work};
    double value = 0;
    memset(out->hessian, 0, (size_t)(out->order * out->order) * sizeof(double));
    memset(out->gradient, 0, (size_t)out->order * sizeof(double));
    for (int32_t s = 0; s < sample->strata; s++) {
        int64_t first = sample->stratum_start[s], count = sample->stratum_start[s + 1] - first;
        value +=
            llr_softmax_rows(&rows, first, count, sample->stratum_class[s],
                             margin->weight[s] / (double)sample->rows, out->gradient, out->hessian);
    }
    fix_shift(out, margin->columns);
    out->gradient[0] += penalty[1] + penalty[2] * t;
    out->hessian[0] += penalty[2];
    if (!line->direction) { /* t stays where it is */
        out->hessian[0] = 1;
        out->gradient[0] = 0;
    }
    return value + penalty[0] + t * (penalty[1] + 0.5 * penalty[2] * t);
}

/* The Newton step; its decrement, or NaN where there is no curvature. Where rounding has made the
 * Hessian indefinite, a ridge makes up for it. */
static double newton_step(newton_t *newton)
{
    int64_t order = newton->order;
    double trace = DBL_MIN, ridge = 0;
    int failed = 1;
    for (int64_t k = 0; k < order; k++) trace += newton->hessian[k * order + k];
    for (; failed && ridge <= trace; ridge = fmax(100 * ridge, DBL_EPSILON * trace)) {
        memcpy(newton->factor, newton->hessian, (size_t)(order * order) * sizeof(double));
        for (int64_t k = 0; k < order; k++) newton->factor[k * order + k] += ridge;
        failed = llr_cholesky(order, newton->factor);
    }
    if (failed) return NAN;
    for (int64_t k = 0; k < order; k++) newton->step[k] = -newton->gradient[k];
    llr_cholesky_solve(order, newton->factor, newton->step, 1, order);
    double decrement = 0;
    for (int64_t k = 0; k < order; k++) decrement -= newton->step[k] * newton->gradient[k];
    return decrement;
}

/* Goes along the step as far as it descends; the new value, or the old one where it does not. */
static double descend(const llr_margin_t *margin, llr_line_t *line, newton_t *newton, double value,
                      double decrement, double *residual)
{
    enum { HALVINGS = 40 };
    double length = 1, noise = 8 * DBL_EPSILON * fabs(value);
    for (int h = 0; h < HALVINGS; h++, length *= 0.5) {
        double t = line->t + length * newton->step[0];
        for (int32_t k = 0; k < margin->columns; k++)
            newton->trial[k] = line->b[k] + length * newton->step[k + 1];
        double trial = derivatives(margin, line, t, newton->trial, newton, residual);
        if (!(trial <= value - 1e-4 * length * decrement + noise)) continue;
        line->t = t;
        memcpy(line->b, newton->trial, (size_t)margin->columns * sizeof *line->b);
        return trial;
    }
    return derivatives(margin, line, line->t, line->b, newton, residual);
}

double llr_softmax_minimise(const llr_margin_t *margin, llr_line_t *line, double share,
                            double *residual)
{
    enum { PASSES = 60 };
    newton_t newton = newton_in(margin);
    line->t = 0;
    double value = derivatives(margin, line, 0, line->b, &newton, residual), first = 0;
    for (int pass = 0; pass < PASSES && isfinite(value); pass++) {
        double decrement = newton_step(&newton), before = value;
        double least = fmax(share * first, DBL_EPSILON * DBL_EPSILON * fabs(value));
        if (!(decrement > least)) break;
        if (pass == 0) first = decrement;
        value = descend(margin, line, &newton, value, decrement, residual);
        /* Newton's error is squared by a step: nothing is left after a small one. */
        if (decrement <= 1e-11 * fabs(before) || value == before) break;
    }
    return value;
}
