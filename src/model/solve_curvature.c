#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "model/solve_logistic.h"

#include <math.h>
#include <string.h>

void llr_logistic_hessian(llr_logistic_t *it, const llr_chain_t *chain, double *h)
{
    const llr_space_t *space = &it->call->space;
    int64_t size = space->size;
    double whole = 0;
    llr_margin_curvature(&chain->margin, chain->now.score, chain->now.b, 0, it->curvature);
    memset(it->mean, 0, (size_t)size * sizeof(double));
    for (int64_t i = 0; i < space->rows; i++) {
        const double *z = space->z + i * size;
        double root = sqrt(it->curvature[i]);
        whole += it->curvature[i];
        llr_axpy(size, it->curvature[i], z, it->mean);
        for (int64_t j = 0; j < size; j++) it->scaled[i * size + j] = root * z[j];
    }
    llr_syrk(space->rows, size, 1, it->scaled, size, 0, h);
    for (int64_t i = 0; i < size && whole > 0; i++)
        llr_axpy(i + 1, -it->mean[i] / whole, it->mean, h + i * size);
}

/* A factor of hessian + lambda, however rounding may have hurt the Hessian. */
static void factorise(llr_logistic_t *it, double lambda)
{
    int64_t size = it->call->space.size;
    for (double shift = lambda; isfinite(shift); shift *= 4) {
        memcpy(it->factor, it->hessian, (size_t)(size * size) * sizeof(double));
        for (int64_t j = 0; j < size; j++) it->factor[j * size + j] += shift;
        if (!llr_cholesky(size, it->factor)) return;
    }
}

void llr_logistic_precondition(llr_logistic_t *it, const llr_chain_t *chain)
{
    llr_logistic_hessian(it, chain, it->hessian);
    factorise(it, llr_chain_lambda(chain));
}

void llr_logistic_apply(const llr_logistic_t *it, double *vector, int64_t vectors)
{
    int64_t size = it->call->space.size;
    llr_cholesky_solve(size, it->factor, vector, vectors, size);
}
