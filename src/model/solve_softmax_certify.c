/* The certificate of softmax fits, from the rows themselves in double precision. */
#include "linalg/blas.h"
#include "model/solve_softmax.h"

#include <math.h>
#include <string.h>

/* F and its gradient of count fits: b becomes the minimiser. */
static void evaluate(llr_certifier_t *certifier, const llr_margin_t *margin, const double *lambda,
                     int64_t count, const double *theta, double *b, llr_fit_t *fit)
{
    const llr_space_t *space = certifier->space;
    int64_t columns = certifier->columns, rows = space->rows, dim = space->dim;
    int64_t width = columns * dim;
    llr_gemm(false, true, count * columns, rows, dim, 1, theta, dim, space->sample->x, dim, 0,
             certifier->score, rows);
    for (int64_t f = 0; f < count; f++) {
        const double *mine = theta + f * width;
        llr_line_t line = {.score = certifier->score + f * columns * rows,
                           .penalty = {0.5 * lambda[f] * llr_dot(width, mine, mine), 0, 0},
                           .b = b + f * columns};
        fit[f].objective =
            llr_softmax_minimise(margin, &line, 0, certifier->residual + f * columns * rows);
    }
    llr_gemm(false, false, count * columns, dim, rows, 1, certifier->residual, rows,
             space->sample->x, dim, 0, certifier->gradient, dim);
    for (int64_t f = 0; f < count; f++)
        llr_axpy(width, lambda[f], theta + f * width, certifier->gradient + f * width);
}

static void certify(llr_certifier_t *certifier, const double *lambda, int64_t count, llr_fit_t *fit)
{
    int64_t width = certifier->columns * certifier->space->dim;
    for (int64_t f = 0; f < count; f++) {
        const double *gradient = certifier->gradient + f * width;
        double square = llr_dot(width, gradient, gradient);
        fit[f].gradient_norm = sqrt(square);
        llr_judge(certifier, llr_relative_gap(square / (2 * lambda[f]), fit[f].objective), &fit[f]);
    }
}

void llr_softmax_certify(llr_softmax_solver_t *it, const llr_softmax_chain_t *chain)
{
    llr_call_t *call = it->call;
    llr_solutions_t *out = call->solutions;
    int64_t columns = call->columns;
    for (int64_t l = 0; l < chain->path->lambdas; l += LLR_CERTIFY_FITS) {
        int64_t left = chain->path->lambdas - l, fit = chain->first_fit + l;
        int64_t count = left < LLR_CERTIFY_FITS ? left : LLR_CERTIFY_FITS;
        double *theta = out->theta + fit * columns * call->space.dim;
        llr_space_expand(&call->space, it->z + fit * call->width, count * columns, theta);
        evaluate(&call->certifier, &chain->margin, chain->path->lambda + l, count, theta,
                 out->b + fit * columns, out->fit + fit);
        certify(&call->certifier, chain->path->lambda + l, count, out->fit + fit);
    }
}
