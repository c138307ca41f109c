#include "theory/quadrature.h"

#include "base/memory.h"
#include "linalg/lapack.h"

#include <math.h>
#include <stdlib.h>

/* Hermite functions at x: orthonormal polynomials for N(0, 1) times the root of its density (up to
 * a constant), which do not overflow. Returns the sum of squares of the first count; *last and
 * *next are those of degree count - 1 and count. */
static double hermite_functions(int64_t count, double x, double *last, double *next)
{
    double before = 0, here = exp(-x * x / 4), sum = 0;
    for (int64_t k = 0; k < count; k++) {
        double after = (x * here - sqrt((double)k) * before) / sqrt((double)(k + 1));
        sum += here * here;
        before = here;
        here = after;
    }
    *last = before;
    *next = here;
    return sum;
}

/* A Newton step on the polynomial of degree count, whose derivative is sqrt(count) times the last.
 */
static double polish(int64_t count, double x)
{
    double last, next;
    hermite_functions(count, x, &last, &next);
    double step = next / (sqrt((double)count) * last);
    return isfinite(step) ? x - step : x;
}

/* Christoffel's weight, up to a constant. It keeps its relative precision in the tails, where the
 * squared first components of the eigenvectors lose it. */
static double christoffel(int64_t count, double x)
{
    double last, next, sum = hermite_functions(count, x, &last, &next);
    return sum > 0 ? exp(-x * x / 2) / sum : 0;
}

static void symmetrise(llr_quadrature_t *q)
{
    for (int64_t i = 0, j = q->count - 1; i <= j; i++, j--) {
        q->node[j] = polish(q->count, (q->node[j] - q->node[i]) / 2);
        q->node[i] = -q->node[j];
        if (i == j) q->node[i] = 0;
        q->weight[i] = q->weight[j] = christoffel(q->count, q->node[j]);
    }
}

llr_code_t llr_quadrature_create(llr_quadrature_t *q, int64_t count, llr_error_t *error)
{
    double total = 0;
    q->count = count;
    q->node = llr_alloc(count, sizeof *q->node);
    q->weight = llr_alloc(count, sizeof *q->weight);
    if (!q->node || !q->weight) {
        llr_quadrature_destroy(q);
        return llr_fail_memory(error, 2 * count * (int64_t)sizeof(double), "a quadrature rule");
    }
    for (int64_t i = 0; i < count; i++) q->weight[i] = sqrt((double)(i + 1));
    int info = llr_tridiagonal_eigenvalues(count, q->node, q->weight);
    if (info) {
        llr_quadrature_destroy(q);
        return llr_fail(error, LLR_FAILED, "nodes of the quadrature rule: dsterf returned %d",
                        info);
    }
    symmetrise(q);
    for (int64_t i = 0; i < count; i++) total += q->weight[i];
    for (int64_t i = 0; i < count; i++) q->weight[i] /= total;
    return LLR_OK;
}

void llr_quadrature_destroy(llr_quadrature_t *q)
{
    free(q->node);
    free(q->weight);
    *q = (llr_quadrature_t){0};
}
