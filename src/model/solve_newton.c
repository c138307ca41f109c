/* Newton steps of a softmax fit: conjugate gradients on its whole Hessian, intercepts minimised. */
#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "model/solve_logistic.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { PASSES = 500 };

static const double residual_wanted = 1e-3;

/* u_ik = a_i p_ik (s_ik - sum_l p_il s_il) in place of s: scores to residuals. */
static void curve_scores(const llr_logistic_t *it, const llr_margin_t *margin, const double *b,
                         double *score)
{
    const llr_sample_t *sample = margin->sample;
    int64_t rows = sample->rows;
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = margin->weight[s] / (double)rows;
        for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++) {
            double mean = 0;
            for (int32_t k = 0; k < margin->columns; k++)
                mean += it->share[k * rows + i] * (score[k * rows + i] + b[k]);
            for (int32_t k = 0; k < margin->columns; k++)
                score[k * rows + i] =
                    a * it->share[k * rows + i] * (score[k * rows + i] + b[k] - mean);
        }
    }
}

/* The curvature by the intercepts, factored into it->shift. */
static void factor_shift(llr_logistic_t *it, const llr_margin_t *margin)
{
    const llr_sample_t *sample = margin->sample;
    int32_t columns = margin->columns;
    double *h = it->shift, trace = 0;
    memset(h, 0, (size_t)(columns * columns) * sizeof *h);
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = margin->weight[s] / (double)sample->rows;
        for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++)
            for (int32_t k = 0; k < columns; k++) {
                double p = it->share[k * sample->rows + i];
                for (int32_t l = 0; l <= k; l++)
                    h[k * columns + l] -= a * p * it->share[l * sample->rows + i];
                h[k * columns + k] += a * p;
            }
    }
    for (int32_t k = 0; k < columns; k++) trace += h[k * columns + k];
    for (int32_t k = 0; k < columns; k++) {
        for (int32_t l = 0; l <= k; l++) h[k * columns + l] += trace / columns;
        h[k * columns + k] += DBL_EPSILON * trace + DBL_MIN;
    }
    llr_cholesky(columns, h);
}

/* The intercepts' answer to a change of the scores: it keeps the residuals' sums at zero. */
static void answer_shift(const llr_logistic_t *it, const llr_margin_t *margin, const double *score,
                         double *b)
{
    const llr_sample_t *sample = margin->sample;
    int64_t rows = sample->rows;
    int32_t columns = margin->columns;
    memset(b, 0, (size_t)columns * sizeof *b);
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = margin->weight[s] / (double)rows;
        for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++) {
            double mean = 0;
            for (int32_t k = 0; k < columns; k++)
                mean += it->share[k * rows + i] * score[k * rows + i];
            for (int32_t k = 0; k < columns; k++)
                b[k] -= a * it->share[k * rows + i] * (score[k * rows + i] - mean);
        }
    }
    llr_cholesky_solve(columns, it->shift, b, 1, columns);
}

/* out = (Hessian + lambda) v */
static void multiply(llr_logistic_t *it, const llr_chain_t *chain, const double *v, double *out)
{
    const llr_call_t *call = it->call;
    int64_t rows = call->space.rows, size = call->space.size;
    double lambda = llr_chain_lambda(chain), *b = it->shift + call->columns * call->columns;
    llr_gemm(false, true, call->columns, rows, size, 1, v, size, call->space.z, size, 0,
             it->hessian_score, rows);
    answer_shift(it, &chain->margin, it->hessian_score, b);
    curve_scores(it, &chain->margin, b, it->hessian_score);
    for (int64_t j = 0; j < call->width; j++) out[j] = lambda * v[j];
    llr_gemm(false, false, call->columns, size, rows, 1, it->hessian_score, rows, call->space.z,
             size, 1, out, size);
}

void llr_newton_direction(llr_logistic_t *it, const llr_chain_t *chain, double *direction)
{
    int64_t width = it->call->width;
    size_t bytes = (size_t)width * sizeof(double);
    double *r = it->conjugate[0], *p = it->conjugate[1], *hp = it->conjugate[2];
    double *y = it->conjugate[3];
    llr_margin_shares(&chain->margin, chain->now.score, chain->now.b, it->share);
    factor_shift(it, &chain->margin);
    memset(direction, 0, bytes);
    for (int64_t j = 0; j < width; j++) r[j] = -chain->gradient[j];
    memcpy(p, r, bytes);
    llr_logistic_apply(it, p, 1);
    double square = llr_dot(width, r, p), wanted = residual_wanted * residual_wanted * square;
    for (int pass = 0; pass < PASSES && square > wanted && square > 0; pass++) {
        multiply(it, chain, p, hp);
        double curvature = llr_dot(width, p, hp);
        if (!(curvature > 0)) break;
        llr_axpy(width, square / curvature, p, direction);
        llr_axpy(width, -square / curvature, hp, r);
        memcpy(y, r, bytes);
        llr_logistic_apply(it, y, 1);
        double next = llr_dot(width, r, y);
        for (int64_t j = 0; j < width; j++) p[j] = y[j] + next / square * p[j];
        square = next;
    }
}
