#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "model/solve_logistic.h"

#include <math.h>
#include <string.h>

void llr_logistic_hessian(llr_logistic_t *it, const llr_chain_t *chain, double *h)
{
    llr_margin_curvature(&chain->margin, chain->trail.now.score, chain->trail.now.b, it->curvature);
    llr_space_gram(&it->call->space, it->curvature, it->mean, it->scaled, h);
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
    factorise(it, llr_trail_lambda(&chain->trail));
}

void llr_logistic_apply(const llr_logistic_t *it, double *vector, int64_t vectors)
{
    int64_t size = it->call->space.size;
    llr_cholesky_solve(size, it->factor, vector, vectors, size);
}
