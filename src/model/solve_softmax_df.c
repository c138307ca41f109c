/* df of softmax fits. In single precision where that is good for it, on the rows that carry the
 * curvature, in the smaller of the two orders. */
#include "linalg/blas.h"
#include "linalg/single.h"
#include "model/solve_softmax.h"

#include <math.h>
#include <string.h>

/* Rows left out lower df by less than this share of it: df falls by at most their trace over
 * lambda, and is at least t / (lambda + t), t the whole trace. */
static const double share_left_out = 1e-6;
/* Largest trace over lambda where single precision does. */
static const double single_limit = 1e6;

/* (1/K) sum_k a p_k (1 - p_k) into it->curvature, by the residuals a (p_k - y_k); their sum. */
static double make_curvature(llr_softmax_solver_t *it, const llr_margin_t *margin,
                             const double *residual)
{
    const llr_sample_t *sample = margin->sample;
    double whole = 0;
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = margin->weight[s] / (double)sample->rows;
        for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++) {
            double sum = 0;
            for (int32_t k = 0; a > 0 && k < margin->columns; k++) {
                double r = fabs(residual[k * sample->rows + i]);
                sum += r * (1 - r / a);
            }
            whole += it->curvature[i] = fmax(sum / margin->columns, 0);
        }
    }
    return whole;
}

static void make_mean(llr_softmax_solver_t *it, double whole)
{
    const llr_space_t *space = &it->call->space;
    memset(it->mean, 0, (size_t)space->size * sizeof(double));
    for (int64_t i = 0; i < space->rows && whole > 0; i++)
        llr_axpy(space->size, it->curvature[i] / whole, space->z + i * space->size, it->mean);
}

/* sqrt(c) (z - mean) of rows whose trace is above least, one under another; their number. */
static int64_t scale_rows(llr_softmax_solver_t *it, double least)
{
    const llr_space_t *space = &it->call->space;
    int64_t kept = 0, size = space->size;
    for (int64_t i = 0; i < space->rows; i++) {
        double *to = it->scaled + kept * size, root = sqrt(it->curvature[i]);
        for (int64_t j = 0; j < size; j++) to[j] = root * (space->z[i * size + j] - it->mean[j]);
        kept += llr_dot(size, to, to) > least;
    }
    return kept;
}

/* trace of A (A + lambda)^-1 of the scaled rows, in single precision. */
static double single_df(llr_softmax_solver_t *it, int64_t kept, double lambda)
{
    int64_t size = it->call->space.size, order = kept < size ? kept : size;
    float *gram = it->gram, *inverse = it->gram + order * order;
    llr_single_narrow(kept * size, it->scaled, it->thin);
    llr_single_syrk(kept < size, kept < size ? size : kept, order, it->thin, gram);
    memcpy(inverse, gram, (size_t)(order * order) * sizeof *gram);
    for (int64_t j = 0; j < order; j++) inverse[j * order + j] += (float)lambda;
    if (llr_single_cholesky(order, inverse) || llr_single_cholesky_invert(order, inverse))
        return NAN;
    double trace = 0;
    for (int64_t i = 0; i < order; i++) {
        const float *a = gram + i * order, *b = inverse + i * order;
        double row = 0;
        for (int64_t j = 0; j < i; j++) row += (double)a[j] * (double)b[j];
        trace += 2 * row + (double)a[i] * (double)b[i];
    }
    return trace;
}

static double double_df(llr_softmax_solver_t *it, int64_t kept, double lambda)
{
    int64_t size = it->call->space.size;
    llr_syrk(kept, size, 1, it->scaled, size, 0, it->hessian);
    return llr_trace_df(it->hessian, size, lambda);
}

double llr_softmax_df(llr_softmax_solver_t *it, const llr_softmax_chain_t *chain,
                      const double *residual)
{
    double lambda = llr_softmax_chain_lambda(chain), trace = 0;
    double whole = make_curvature(it, &chain->margin, residual);
    if (!isfinite(whole)) return NAN;
    make_mean(it, whole);
    for (int64_t i = 0; i < it->call->space.rows; i++) trace += it->curvature[i] * it->norm[i];
    double least = share_left_out * lambda * trace / (lambda + trace);
    int64_t kept = scale_rows(it, least / (double)it->call->space.rows);
    double df = trace <= single_limit * lambda ? single_df(it, kept, lambda) : NAN;
    return isnan(df) ? double_df(it, kept, lambda) : df;
}
