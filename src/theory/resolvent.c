#include "linalg/blas.h"
#include "linalg/lapack.h"
#include "theory/general_parts.h"

#include <string.h>

int64_t llr_resolvent_bytes(int32_t groups, int64_t dim)
{
    int64_t g = groups;
    return llr_arena_cost(dim * dim, sizeof(double)) +
           llr_arena_cost(g * dim * dim, sizeof(double)) +
           2 * llr_arena_cost(g * dim, sizeof(double)) + llr_arena_cost(g, sizeof(double)) +
           2 * llr_arena_cost(g * g, sizeof(double)) + llr_arena_cost(g * g * g, sizeof(double));
}

llr_code_t llr_resolvent_take(llr_resolvent_t *r, const llr_theory_groups_t *problem,
                              llr_arena_t *arena, llr_error_t *error)
{
    int64_t groups = problem->groups, dim = problem->dim;
    r->problem = problem;
    r->lambda = problem->lambda;
    LLR_TAKE(r->matrix, arena, dim * dim, error);
    LLR_TAKE(r->product, arena, groups * dim * dim, error);
    LLR_TAKE(r->solved, arena, groups * dim, error);
    LLR_TAKE(r->spread, arena, groups * dim, error);
    LLR_TAKE(r->tau, arena, groups, error);
    LLR_TAKE(r->gram, arena, groups * groups, error);
    LLR_TAKE(r->trace_pair, arena, groups * groups, error);
    LLR_TAKE(r->mean_pair, arena, groups * groups * groups, error);
    return LLR_OK;
}

bool llr_resolvent_set(llr_resolvent_t *r, const double *curvature)
{
    const llr_theory_groups_t *p = r->problem;
    int64_t dim = p->dim, size = dim * dim;
    memset(r->matrix, 0, sizeof(double) * (size_t)size);
    for (int64_t i = 0; i < dim; i++) r->matrix[i * dim + i] = r->lambda;
    for (int32_t g = 0; g < p->groups; g++)
        if (p->prior[g] > 0)
            llr_axpy(size, p->prior[g] * curvature[g], p->covariance + g * size, r->matrix);
    if (llr_cholesky(dim, r->matrix) || llr_cholesky_invert(dim, r->matrix)) return false;
    llr_mirror(dim, r->matrix);
    for (int32_t g = 0; g < p->groups; g++)
        r->tau[g] = llr_dot(size, p->covariance + g * size, r->matrix) / p->n;
    return true;
}

/* tr(a b), in tiles that stay in cache. */
static double trace_of_product(int64_t dim, const double *a, const double *b)
{
    enum { TILE = 32 };
    double trace = 0;
    for (int64_t i0 = 0; i0 < dim; i0 += TILE)
        for (int64_t j0 = 0; j0 < dim; j0 += TILE)
            for (int64_t i = i0; i < dim && i < i0 + TILE; i++)
                for (int64_t j = j0; j < dim && j < j0 + TILE; j++)
                    trace += a[i * dim + j] * b[j * dim + i];
    return trace;
}

static void expand_traces(llr_resolvent_t *r)
{
    const llr_theory_groups_t *p = r->problem;
    int64_t groups = p->groups, dim = p->dim, size = dim * dim;
    for (int64_t g = 0; g < groups; g++)
        llr_gemm(false, false, dim, dim, dim, 1, p->covariance + g * size, dim, r->matrix, dim, 0,
                 r->product + g * size, dim);
    for (int64_t g = 0; g < groups; g++)
        for (int64_t h = 0; h <= g; h++)
            r->trace_pair[g * groups + h] = r->trace_pair[h * groups + g] =
                trace_of_product(dim, r->product + g * size, r->product + h * size) / p->n;
}

/* An estimated mean is mu_g + e, e ~ N(0, Sigma_g / rows): E e' R e = tr(Sigma_g R) / rows, and
 * likewise for R Sigma_k R. */
static void take_out_noise(llr_resolvent_t *r)
{
    const llr_theory_groups_t *p = r->problem;
    int64_t groups = p->groups;
    for (int64_t g = 0; g < groups && p->mean_rows; g++) {
        double rows = p->mean_rows[g];
        r->gram[g * groups + g] -= p->n * r->tau[g] / rows;
        for (int64_t k = 0; k < groups; k++)
            r->mean_pair[(k * groups + g) * groups + g] -=
                p->n * r->trace_pair[k * groups + g] / rows;
    }
}

void llr_resolvent_expand(llr_resolvent_t *r)
{
    const llr_theory_groups_t *p = r->problem;
    int64_t groups = p->groups, dim = p->dim;
    expand_traces(r);
    llr_gemm(false, false, groups, dim, dim, 1, p->mean, dim, r->matrix, dim, 0, r->solved, dim);
    llr_gemm(false, true, groups, groups, dim, 1, p->mean, dim, r->solved, dim, 0, r->gram, groups);
    for (int64_t k = 0; k < groups; k++) {
        llr_gemm(false, true, groups, dim, dim, 1, p->mean, dim, r->product + k * dim * dim, dim, 0,
                 r->spread, dim);
        llr_gemm(false, true, groups, groups, dim, 1, r->solved, dim, r->spread, dim, 0,
                 r->mean_pair + k * groups * groups, groups);
    }
    take_out_noise(r);
}
