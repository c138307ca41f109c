/* df of softmax fits. In single precision where that is good for it, on the rows that carry the
 * curvature, in the smaller of the two orders. */
#include "linalg/blas.h"
#include "linalg/single.h"
#include "model/solve_softmax.h"

#include <math.h>
#include <string.h>

/* Rows left out lower df by less than this share of it: df falls by at most their trace over
 * lambda, and is at least t / (lambda + t), t the whole trace. */
static const double share_left_out = 3e-6;
/* Largest trace over lambda where single precision does. */
static const double single_limit = 1e6;

/* a p_k (1 - p_k) of a column k into it->curvature, by its residuals a (p_k - y_k); their sum. */
static double make_curvature(llr_softmax_solver_t *it, const llr_margin_t *margin,
                             const double *residual)
{
    const llr_sample_t *sample = margin->sample;
    double whole = 0;
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = margin->weight[s] / (double)sample->rows;
        for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++) {
            double r = fabs(residual[i]);
            whole += it->curvature[i] = a > 0 ? fmax(r * (1 - r / a), 0) : 0;
        }
    }
    return whole;
}

static void make_mean(llr_softmax_solver_t *it, double whole)
{
    const llr_space_t *space = &it->call->space;
    float *share = it->narrow, *mean = it->narrow + space->rows;
    for (int64_t i = 0; i < space->rows; i++)
        share[i] = (float)(whole > 0 ? it->curvature[i] / whole : 0);
    llr_single_gemm(false, false, 1, space->size, space->rows, 1, share, space->rows, it->x,
                    space->size, 0, mean, space->size);
    llr_single_widen(space->size, mean, it->mean);
}

/* trace of (A + lambda)^-1 by the factor l of A + lambda, which is destroyed: the squared norm of
 * the factor's inverse. */
static double inverse_trace(int64_t order, float *l)
{
    double square = 0;
    if (llr_single_triangle_invert(order, l)) return NAN;
    for (int64_t i = 0; i < order; i++)
        square += (double)llr_single_dot(i + 1, l + i * order, l + i * order);
    return square;
}

/* trace of A (A + lambda)^-1 by the factor l of A + lambda, which is destroyed. */
static double product_trace(int64_t order, const float *a, float *l)
{
    return llr_single_cholesky_invert(order, l) ? NAN : llr_single_trace_of_product(order, a, l);
}

/* Where df is most of the order, order - lambda trace (A + lambda)^-1 is exact enough, and cheaper.
 */
static double single_df(llr_softmax_solver_t *it, int64_t kept, double lambda)
{
    int64_t size = it->call->space.size, order = kept < size ? kept : size;
    float *gram = it->gram, *factor = it->gram + order * order;
    double trace = 0;
    if (order == 0) return 0;
    llr_single_syrk(kept < size, kept < size ? size : kept, order, it->thin, gram);
    memcpy(factor, gram, (size_t)(order * order) * sizeof *gram);
    for (int64_t j = 0; j < order; j++) {
        trace += (double)gram[j * order + j];
        factor[j * order + j] += (float)lambda;
    }
    if (llr_single_cholesky(order, factor)) return NAN;
    if (trace < lambda * (double)order) return product_trace(order, gram, factor);
    return (double)order - lambda * inverse_trace(order, factor);
}

/* sqrt(c) (z - mean) of the rows whose trace is above least, one under another; their number. */
static int64_t scale_rows(llr_softmax_solver_t *it, double least)
{
    const llr_space_t *space = &it->call->space;
    int64_t kept = 0, size = space->size;
    const float *mean = it->narrow + space->rows;
    double square = llr_dot(size, it->mean, it->mean);
    for (int64_t i = 0; i < space->rows; i++) {
        float *to = it->thin + kept * size, root = (float)sqrt(it->curvature[i]);
        const float *x = it->x + i * size;
        if (2 * it->curvature[i] * (it->norm[i] + square) <= least) continue;
        for (int64_t j = 0; j < size; j++) to[j] = root * (x[j] - mean[j]);
        kept++;
    }
    return kept;
}

static double double_df(llr_softmax_solver_t *it, double lambda)
{
    int64_t size = it->call->space.size;
    llr_softmax_gram(it, it->hessian);
    return llr_trace_df(it->hessian, size, lambda);
}

static double column_df(llr_softmax_solver_t *it, const llr_softmax_chain_t *chain,
                        const double *residual)
{
    double lambda = llr_trail_lambda(&chain->trail), trace = 0, df = NAN;
    double whole = make_curvature(it, &chain->margin, residual);
    if (!isfinite(whole)) return NAN;
    for (int64_t i = 0; i < it->call->space.rows; i++) trace += it->curvature[i] * it->norm[i];
    if (trace <= single_limit * lambda) {
        make_mean(it, whole);
        double least = share_left_out * lambda * trace / (lambda + trace);
        df = single_df(it, scale_rows(it, least / (double)it->call->space.rows), lambda);
    }
    return isnan(df) ? double_df(it, lambda) : df;
}

double llr_softmax_df(llr_softmax_solver_t *it, const llr_softmax_chain_t *chain,
                      const double *residual)
{
    double sum = 0;
    int32_t columns = it->call->columns;
    for (int32_t k = 0; k < columns; k++)
        sum += column_df(it, chain, residual + k * it->call->space.rows);
    return sum / columns;
}
