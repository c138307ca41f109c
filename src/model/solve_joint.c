/* Scores, intercepts and certificates of fits whose rows are dealt. */
#include "model/solve_joint.h"

#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "linalg/logistic.h"
#include "linalg/softmax.h"
#include "model/solve_certify.h"

#include <float.h>
#include <math.h>
#include <string.h>

int64_t llr_joint_batch(int32_t columns)
{
    return columns < LLR_JOINT_VECTORS ? LLR_JOINT_VECTORS / columns : 1;
}

bool llr_joint_stops(const llr_joint_t *joint)
{
    return joint->options->should_stop && joint->options->should_stop(joint->options->argument);
}

void llr_joint_scores(const llr_joint_t *joint, const double *z, int64_t width, int64_t vectors,
                      const double *theta, int64_t ld, double *score)
{
    if (joint->here)
        llr_gemm(false, true, vectors, joint->here, width, 1, theta, ld, z, width, 0, score,
                 joint->most);
}

void llr_joint_project(const llr_joint_t *joint, const double *z, int64_t width, int64_t vectors,
                       const double *residual, double *out)
{
    memset(out, 0, (size_t)(vectors * width) * sizeof *out);
    if (joint->here)
        llr_gemm(false, false, vectors, width, joint->here, 1, residual, joint->most, z, width, 0,
                 out, width);
    joint->team->sum(joint->team->argument, out, vectors * width);
}

/* One fit, the rows here -------------------------------------------------------------------- */

static void square_rows(const llr_joint_t *joint, int32_t s, double a, const double *score,
                        const double *b, double *out, double *residual)
{
    const llr_sample_t *local = &joint->sample->local;
    int32_t columns = joint->columns;
    for (int32_t k = 0; k < columns; k++) {
        double target = llr_square_target(local->classes, local->stratum_class[s], k);
        for (int64_t i = local->stratum_start[s]; i < local->stratum_start[s + 1]; i++) {
            double miss = score[k * joint->most + i] + b[k] - target;
            out[0] += 0.5 * a * miss * miss;
            out[1 + k] += a * miss;
            out[1 + columns + k * columns + k] += a;
            if (residual) residual[k * joint->most + i] = a * miss;
        }
    }
}

static void binary_rows(const llr_joint_t *joint, int32_t s, double a, const double *score,
                        const double *b, double *out, double *residual)
{
    const llr_sample_t *local = &joint->sample->local;
    int64_t first = local->stratum_start[s], rows = local->stratum_start[s + 1] - first;
    double sign = local->stratum_class[s] ? 1 : -1;
    llr_logistic_sums_t sums;
    llr_logistic_line(rows, sign, score + first, NULL, 0, b[0], &sums);
    if (residual) llr_logistic_loss(rows, sign, score + first, b[0], a, residual + first);
    out[0] += a * sums.loss;
    out[1] += a * sums.slope[1];
    out[2] += a * sums.curvature[2];
}

/* The kernel's derivatives have the place along a line first; nothing moves along it here. */
static void softmax_rows(const llr_joint_t *joint, int32_t s, double a, const double *score,
                         const double *b, double *out, double *residual)
{
    const llr_sample_t *local = &joint->sample->local;
    int32_t columns = joint->columns, order = columns + 1;
    int64_t first = local->stratum_start[s], rows = local->stratum_start[s + 1] - first;
    double *gradient = joint->softmax_work + llr_softmax_work(columns);
    double *hessian = gradient + order;
    llr_softmax_t softmax = {.rows = joint->most,
                             .columns = columns,
                             .score = score,
                             .b = b,
                             .residual = residual,
                             .work = joint->softmax_work};
    memset(gradient, 0, (size_t)(order + order * order) * sizeof *gradient);
    out[0] +=
        llr_softmax_rows(&softmax, first, rows, local->stratum_class[s], a, gradient, hessian);
    for (int32_t k = 0; k < columns; k++) {
        out[1 + k] += gradient[1 + k];
        for (int32_t l = 0; l < columns; l++) {
            int32_t row = (k > l ? k : l) + 1, column = (k > l ? l : k) + 1;
            out[1 + columns + k * columns + l] += hessian[row * order + column];
        }
    }
}

void llr_joint_local(const llr_joint_t *joint, const llr_joint_fit_t *fit, const double *score,
                     const double *b, double *out, double *residual)
{
    const llr_sample_t *local = &joint->sample->local;
    memset(out, 0, (size_t)joint->terms.width * sizeof *out);
    for (int32_t s = 0; s < local->strata; s++) {
        double a = llr_joint_row_weight(joint, fit, s);
        if (local->stratum_start[s] == local->stratum_start[s + 1]) continue;
        if (joint->loss == LLR_LOSS_SQUARE)
            square_rows(joint, s, a, score, b, out, residual);
        else if (joint->columns == 1)
            binary_rows(joint, s, a, score, b, out, residual);
        else
            softmax_rows(joint, s, a, score, b, out, residual);
    }
}

/* Intercepts -------------------------------------------------------------------------------- */

/* Softmax: a shift of all intercepts changes nothing, so that direction is given a curvature of its
 * own; elsewhere rounding may have left none. */
void llr_joint_solve_small(const llr_joint_t *joint, const double *h, double *g)
{
    int64_t columns = joint->columns, numbers = columns * columns;
    double trace = 0, ridge = 0, shift, *factor = joint->small;
    for (int64_t k = 0; k < columns; k++) trace += h[k * columns + k];
    shift = columns > 1 && joint->loss == LLR_LOSS_LOGISTIC ? trace / (double)numbers : 0;
    for (int tries = 0; tries < 12; tries++) {
        for (int64_t i = 0; i < numbers; i++) factor[i] = h[i] + shift;
        for (int64_t k = 0; k < columns; k++) factor[k * columns + k] += ridge;
        if (!llr_cholesky(columns, factor)) {
            llr_cholesky_solve(columns, factor, g, 1, columns);
            return;
        }
        ridge = fmax(100 * ridge, DBL_EPSILON * trace + DBL_MIN);
    }
    memset(g, 0, (size_t)columns * sizeof *g);
}

/* Sums over the team of those fits that are not settled. */
static void sum_terms(llr_joint_t *joint, const llr_joint_fit_t *fit, int64_t count,
                      const double *score, const double *b, double *residual)
{
    int64_t width = joint->terms.width, vector = joint->columns * joint->most;
    for (int64_t f = 0; f < count; f++) {
        if (joint->settled[f])
            memset(joint->terms.at + f * width, 0, (size_t)width * sizeof *b);
        else
            llr_joint_local(joint, &fit[f], score + f * vector, b + f * joint->columns,
                            joint->terms.at + f * width, residual ? residual + f * vector : NULL);
    }
    joint->team->sum(joint->team->argument, joint->terms.at, count * width);
}

/* Takes the point on trial, and the next step by Newton. False: nothing is left to gain. */
static bool accept(llr_joint_t *joint, int64_t f, double *b)
{
    int32_t columns = joint->columns;
    const double *terms = joint->terms.at + f * joint->terms.width;
    double *step = joint->step + f * columns, promise = 0;
    memcpy(b, joint->trial + f * columns, (size_t)columns * sizeof *b);
    joint->value[f] = terms[0];
    if (joint->last[f] || !isfinite(terms[0])) return false;
    for (int32_t k = 0; k < columns; k++) step[k] = -terms[1 + k];
    llr_joint_solve_small(joint, terms + 1 + columns, step);
    for (int32_t k = 0; k < columns; k++) promise -= terms[1 + k] * step[k];
    if (!(promise > DBL_EPSILON * DBL_EPSILON * fabs(terms[0]))) return false;
    /* Newton's error is squared by a step: nothing is left after a small one. */
    joint->last[f] = promise <= 1e-11 * fabs(terms[0]);
    joint->promise[f] = promise;
    joint->length[f] = 1;
    return true;
}

/* One more look at a fit whose sums at the trial are there. */
static void advance(llr_joint_t *joint, int64_t f, bool first, double *b)
{
    int32_t columns = joint->columns;
    double value = joint->terms.at[f * joint->terms.width];
    double bound = joint->value[f] - 1e-4 * joint->length[f] * joint->promise[f] +
                   8 * DBL_EPSILON * fabs(joint->value[f]);
    if (first || value <= bound) {
        joint->settled[f] = !accept(joint, f, b);
    } else {
        joint->length[f] *= 0.5;
        joint->last[f] = false;
        joint->settled[f] = joint->length[f] < 1e-12;
    }
    for (int32_t k = 0; k < columns; k++)
        joint->trial[f * columns + k] = b[k] + joint->length[f] * joint->step[f * columns + k];
}

void llr_joint_settle(llr_joint_t *joint, const llr_joint_fit_t *fit, int64_t count,
                      const double *score, double *b, double *residual)
{
    enum { PASSES = 100 };
    int64_t open = count;
    memcpy(joint->trial, b, (size_t)(count * joint->columns) * sizeof *b);
    for (int64_t f = 0; f < count; f++) joint->settled[f] = joint->last[f] = false;
    for (int pass = 0; pass < PASSES && open; pass++) {
        sum_terms(joint, fit, count, score, joint->trial, NULL);
        open = 0;
        for (int64_t f = 0; f < count; f++) {
            if (!joint->settled[f]) advance(joint, f, pass == 0, b + f * joint->columns);
            open += !joint->settled[f];
        }
    }
    for (int64_t f = 0; f < count; f++) joint->settled[f] = false;
    sum_terms(joint, fit, count, score, b, residual);
    for (int64_t f = 0; f < count; f++) joint->value[f] = joint->terms.at[f * joint->terms.width];
}

/* Certificates ------------------------------------------------------------------------------ */

void llr_joint_evaluate(llr_joint_t *joint, const double *z, int64_t width,
                        const llr_joint_fit_t *fit, int64_t count, const double *theta, int64_t ld,
                        double *b, llr_fit_t *report)
{
    int64_t columns = joint->columns, vectors = count * columns;
    llr_joint_scores(joint, z, width, vectors, theta, ld, joint->score);
    llr_joint_settle(joint, fit, count, joint->score, b, joint->residual);
    llr_joint_project(joint, z, width, vectors, joint->residual, joint->gradient);
    for (int64_t f = 0; f < count; f++) {
        double square = 0, norm = 0, lambda = fit[f].lambda;
        for (int64_t v = f * columns; v < (f + 1) * columns; v++) {
            llr_axpy(width, lambda, theta + v * ld, joint->gradient + v * width);
            square += llr_dot(width, theta + v * ld, theta + v * ld);
            norm += llr_dot(width, joint->gradient + v * width, joint->gradient + v * width);
        }
        report[f].objective = joint->value[f] + 0.5 * lambda * square;
        report[f].gradient_norm = sqrt(norm);
        report[f].certified_gap = llr_relative_gap(norm / (2 * lambda), report[f].objective);
    }
}

void llr_joint_curvature(const llr_joint_t *joint, const double *c, double *scaled, double *mean,
                         double *piece)
{
    int64_t size = joint->size;
    memset(mean, 0, (size_t)(size + 1) * sizeof *mean);
    for (int64_t i = 0; i < joint->here; i++) {
        const double *z = joint->z + i * size;
        double root = sqrt(c[i]), *to = scaled + i * size;
        for (int64_t j = 0; j < size; j++) to[j] = root * z[j];
        llr_axpy(size, c[i], z, mean);
        mean[size] += c[i];
    }
    joint->team->sum(joint->team->argument, mean, size + 1);
    joint->team->algebra->gram(joint->team, joint->here, size, scaled, piece, joint->work);
    if (mean[size] > 0) llr_team_add_square(joint->team, size, -1 / mean[size], mean, piece);
}
