#include "model/solve_certify.h"

#include "linalg/blas.h"

#include <float.h>
#include <math.h>
#include <string.h>

llr_code_t llr_certifier_create(llr_certifier_t *certifier, const llr_space_t *space,
                                int32_t columns, double tolerance, llr_arena_t *arena,
                                llr_error_t *error)
{
    int64_t vectors = LLR_CERTIFY_FITS * columns;
    *certifier = (llr_certifier_t){.space = space, .tolerance = tolerance, .columns = columns};
    LLR_TAKE(certifier->score, arena, vectors * space->rows, error);
    LLR_TAKE(certifier->residual, arena, vectors * space->rows, error);
    LLR_TAKE(certifier->gradient, arena, vectors * space->dim, error);
    return LLR_OK;
}

int64_t llr_certifier_bytes(int64_t rows, int64_t dim, int32_t columns)
{
    int64_t vectors = LLR_CERTIFY_FITS * columns;
    return 2 * llr_arena_cost(vectors * rows, sizeof(double)) +
           llr_arena_cost(vectors * dim, sizeof(double));
}

double llr_relative_gap(double gap, double objective)
{
    /* All terms of F are positive, so F is the sum of their sizes. */
    double whole = gap + 8 * DBL_EPSILON * objective;
    return whole / fmax(objective - whole, DBL_MIN);
}

static llr_fit_status_t status_of(const llr_certifier_t *certifier, const llr_fit_t *fit)
{
    if (!isfinite(fit->objective) || !isfinite(fit->gradient_norm))
        return LLR_FIT_NUMERICAL_FAILURE;
    if (fit->certified_gap <= certifier->tolerance) return LLR_FIT_CONVERGED;
    return fit->status == LLR_FIT_MAX_ITERATIONS ? LLR_FIT_MAX_ITERATIONS : LLR_FIT_UNCERTIFIED;
}

void llr_judge(const llr_certifier_t *certifier, double relative_gap, llr_fit_t *fit)
{
    fit->certified_gap = relative_gap;
    fit->status = status_of(certifier, fit);
}

static void make_scores(llr_certifier_t *certifier, int64_t vectors, const double *theta)
{
    const llr_space_t *space = certifier->space;
    llr_gemm(false, true, vectors, space->rows, space->dim, 1, theta, space->dim, space->sample->x,
             space->dim, 0, certifier->score, space->rows);
}

static void make_gradients(llr_certifier_t *certifier, const double *lambda, int64_t count,
                           const double *theta)
{
    const llr_space_t *space = certifier->space;
    int64_t width = certifier->columns * space->dim;
    for (int64_t f = 0; f < count; f++)
        for (int64_t j = 0; j < width; j++)
            certifier->gradient[f * width + j] = lambda[f] * theta[f * width + j];
    llr_gemm(false, false, count * certifier->columns, space->dim, space->rows, 1,
             certifier->residual, space->rows, space->sample->x, space->dim, 1, certifier->gradient,
             space->dim);
}

static void evaluate_each(llr_certifier_t *certifier, const llr_margin_t *const *margin,
                          const double *lambda, int64_t count, const double *theta, double *b,
                          llr_fit_t *fit)
{
    int64_t columns = certifier->columns, rows = certifier->space->rows;
    int64_t width = columns * certifier->space->dim;
    make_scores(certifier, count * columns, theta);
    for (int64_t f = 0; f < count; f++) {
        const double *mine = theta + f * width;
        llr_line_t line = {.score = certifier->score + f * columns * rows,
                           .penalty = {0.5 * lambda[f] * llr_dot(width, mine, mine), 0, 0},
                           .b = b + f * columns};
        fit[f].objective =
            llr_margin_settle(margin[f], &line, certifier->residual + f * columns * rows);
    }
    make_gradients(certifier, lambda, count, theta);
    for (int64_t f = 0; f < count; f++) {
        const double *gradient = certifier->gradient + f * width;
        fit[f].gradient_norm = sqrt(llr_dot(width, gradient, gradient));
    }
}

void llr_evaluate(llr_certifier_t *certifier, const llr_margin_t *margin, const double *lambda,
                  int64_t count, const double *theta, double *b, llr_fit_t *fit)
{
    const llr_margin_t *same[LLR_CERTIFY_FITS];
    for (int64_t f = 0; f < count; f++) same[f] = margin;
    evaluate_each(certifier, same, lambda, count, theta, b, fit);
}

void llr_certify_each(llr_certifier_t *certifier, const llr_margin_t *const *margin,
                      const double *lambda, int64_t count, const double *theta, double *b,
                      llr_fit_t *fit)
{
    evaluate_each(certifier, margin, lambda, count, theta, b, fit);
    for (int64_t f = 0; f < count; f++) {
        double square = fit[f].gradient_norm * fit[f].gradient_norm;
        llr_judge(certifier, llr_relative_gap(square / (2 * lambda[f]), fit[f].objective), &fit[f]);
    }
}

void llr_certify(llr_certifier_t *certifier, const llr_margin_t *margin, const double *lambda,
                 int64_t count, const double *theta, double *b, llr_fit_t *fit)
{
    const llr_margin_t *same[LLR_CERTIFY_FITS];
    for (int64_t f = 0; f < count; f++) same[f] = margin;
    llr_certify_each(certifier, same, lambda, count, theta, b, fit);
}
