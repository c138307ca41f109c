/* Newton steps of a softmax fit: conjugate gradients on its whole Hessian, intercepts minimised. */
#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "model/solve_softmax.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { PASSES = 500 };

static const double residual_wanted = 1e-3;

/* One Newton step of a chain: its weights, and where the shares of its point follow from. */
typedef struct newton {
    llr_softmax_solver_t *it;
    const llr_softmax_chain_t *chain;
    const double *residual;
    double *share, *score, *b; /* columns, columns x rows, columns */
} newton_t;

/* What is done with a row: a its weight, step its scores' changes. */
typedef void (*row_t)(const newton_t *newton, double a, int64_t row);

static void for_rows(const newton_t *newton, row_t act)
{
    const llr_margin_t *margin = &newton->chain->margin;
    const llr_sample_t *sample = margin->sample;
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = margin->weight[s] / (double)sample->rows;
        for (int64_t i = sample->stratum_start[s]; a > 0 && i < sample->stratum_start[s + 1]; i++) {
            for (int32_t k = 0; k < margin->columns; k++)
                newton->share[k] =
                    newton->residual[k * sample->rows + i] / a + (k == sample->stratum_class[s]);
            act(newton, a, i);
        }
    }
}

/* a p_k (s_k - sum_l p_l s_l), s the score and b. */
static double curved(const newton_t *newton, double a, int64_t row, int32_t column, double mean)
{
    const llr_call_t *call = newton->it->call;
    double s = newton->score[column * call->space.rows + row] + newton->b[column];
    return a * newton->share[column] * (s - mean);
}

static double mean_score(const newton_t *newton, int64_t row)
{
    const llr_call_t *call = newton->it->call;
    double mean = 0;
    for (int32_t k = 0; k < call->columns; k++)
        mean += newton->share[k] * (newton->score[k * call->space.rows + row] + newton->b[k]);
    return mean;
}

static void curve_row(const newton_t *newton, double a, int64_t row)
{
    const llr_call_t *call = newton->it->call;
    double mean = mean_score(newton, row);
    for (int32_t k = 0; k < call->columns; k++)
        newton->score[k * call->space.rows + row] = curved(newton, a, row, k, mean);
}

/* The sums of the curved scores into the work's last columns; b must be zero. */
static void sum_row(const newton_t *newton, double a, int64_t row)
{
    double mean = mean_score(newton, row), *sum = newton->b + newton->it->call->columns;
    for (int32_t k = 0; k < newton->it->call->columns; k++)
        sum[k] -= curved(newton, a, row, k, mean);
}

static void add_shift_row(const newton_t *newton, double a, int64_t row)
{
    int32_t columns = newton->it->call->columns;
    (void)row;
    for (int32_t k = 0; k < columns; k++) {
        double *h = newton->it->shift + k * columns;
        for (int32_t l = 0; l <= k; l++) h[l] -= a * newton->share[k] * newton->share[l];
        h[k] += a * newton->share[k];
    }
}

/* The curvature by the intercepts, factored into it->shift. */
static void factor_shift(const newton_t *newton)
{
    int32_t columns = newton->it->call->columns;
    double *h = newton->it->shift, trace = 0;
    memset(h, 0, (size_t)(columns * columns) * sizeof *h);
    for_rows(newton, add_shift_row);
    for (int32_t k = 0; k < columns; k++) trace += h[k * columns + k];
    for (int32_t k = 0; k < columns; k++) {
        for (int32_t l = 0; l <= k; l++) h[k * columns + l] += trace / columns;
        h[k * columns + k] += DBL_EPSILON * trace + DBL_MIN;
    }
    llr_cholesky(columns, h);
}

/* The intercepts' answer to a change of the scores: it keeps the residuals' sums at zero. */
static void answer_shift(const newton_t *newton)
{
    int32_t columns = newton->it->call->columns;
    double *sum = newton->b + columns;
    memset(newton->b, 0, 2 * (size_t)columns * sizeof *sum);
    for_rows(newton, sum_row);
    llr_cholesky_solve(columns, newton->it->shift, sum, 1, columns);
    memcpy(newton->b, sum, (size_t)columns * sizeof *sum);
}

/* out = (Hessian + lambda) v */
static void multiply(const newton_t *newton, const double *v, double *out)
{
    const llr_call_t *call = newton->it->call;
    int64_t rows = call->space.rows, size = call->space.size;
    double lambda = llr_trail_lambda(&newton->chain->trail);
    llr_gemm(false, true, call->columns, rows, size, 1, v, size, call->space.z, size, 0,
             newton->score, rows);
    answer_shift(newton);
    for (int32_t s = 0; s < call->sample->strata; s++)
        for (int64_t i = call->sample->stratum_start[s];
             !(newton->chain->margin.weight[s] > 0) && i < call->sample->stratum_start[s + 1]; i++)
            for (int32_t k = 0; k < call->columns; k++) newton->score[k * rows + i] = 0;
    for_rows(newton, curve_row);
    for (int64_t j = 0; j < call->width; j++) out[j] = lambda * v[j];
    llr_gemm(false, false, call->columns, size, rows, 1, newton->score, rows, call->space.z, size,
             1, out, size);
}

void llr_softmax_gram(llr_softmax_solver_t *it, double *h)
{
    llr_space_gram(&it->call->space, it->curvature, it->mean, it->scaled, h);
}

static void column_curvature(const newton_t *newton, int32_t column)
{
    const llr_margin_t *margin = &newton->chain->margin;
    const llr_sample_t *sample = margin->sample;
    const double *r = newton->residual + column * sample->rows;
    for (int32_t s = 0; s < sample->strata; s++) {
        double a = margin->weight[s] / (double)sample->rows;
        for (int64_t i = sample->stratum_start[s]; i < sample->stratum_start[s + 1]; i++)
            newton->it->curvature[i] = a > 0 ? fmax(fabs(r[i]) * (1 - fabs(r[i]) / a), 0) : 0;
    }
}

/* The diagonal blocks of the Hessian and lambda, factored however rounding may have hurt them. */
static void factor_blocks(const newton_t *newton)
{
    llr_softmax_solver_t *it = newton->it;
    int64_t size = it->call->space.size;
    for (int32_t k = 0; k < it->call->columns; k++) {
        double *block = it->block + k * size * size;
        column_curvature(newton, k);
        llr_softmax_gram(it, it->hessian);
        for (double shift = llr_trail_lambda(&newton->chain->trail); isfinite(shift); shift *= 4) {
            memcpy(block, it->hessian, (size_t)(size * size) * sizeof(double));
            for (int64_t j = 0; j < size; j++) block[j * size + j] += shift;
            if (!llr_cholesky(size, block)) break;
        }
    }
}

static void apply(const llr_softmax_solver_t *it, double *vector)
{
    int64_t size = it->call->space.size;
    for (int32_t k = 0; k < it->call->columns; k++)
        llr_cholesky_solve(size, it->block + k * size * size, vector + k * size, 1, size);
}

void llr_softmax_newton(llr_softmax_solver_t *it, const llr_softmax_chain_t *chain,
                        const double *residual)
{
    int32_t columns = it->call->columns;
    int64_t width = it->call->width;
    size_t bytes = (size_t)width * sizeof(double);
    double *r = it->conjugate[0], *p = it->conjugate[1], *hp = it->conjugate[2];
    double *y = it->conjugate[3], *x = it->wide, *b = it->shift + columns * columns;
    newton_t newton = {it, chain, residual, b + 2 * columns, it->score, b};
    factor_blocks(&newton);
    factor_shift(&newton);
    memset(x, 0, bytes);
    for (int64_t j = 0; j < width; j++) r[j] = -chain->gradient[j];
    memcpy(p, r, bytes);
    apply(it, p);
    double square = llr_dot(width, r, p), wanted = residual_wanted * residual_wanted * square;
    for (int pass = 0; pass < PASSES && square > wanted && square > 0; pass++) {
        multiply(&newton, p, hp);
        double curvature = llr_dot(width, p, hp);
        if (!(curvature > 0)) break;
        llr_axpy(width, square / curvature, p, x);
        llr_axpy(width, -square / curvature, hp, r);
        memcpy(y, r, bytes);
        apply(it, y);
        double next = llr_dot(width, r, y);
        for (int64_t j = 0; j < width; j++) p[j] = y[j] + next / square * p[j];
        square = next;
    }
}
