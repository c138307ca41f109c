#include "linalg/shifted.h"

#include "linalg/cpu.h"

#include <string.h>

enum { B = LLR_BAND, W = LLR_BAND_WIDTH };

typedef double lanes_t __attribute__((vector_size(LLR_LANES * sizeof(double))));

int64_t llr_shifted_room(int64_t n)
{
    return (n + B) * W * LLR_LANES;
}

/* factor: row j has D_j, then L[j + i][j] for i = 1 .. B. B rows beyond the matrix stay 0 or are
 * never read for what they hold. */
LLR_CPU_BODY factor_body(llr_shifted_t *shifted)
{
    lanes_t *m = (lanes_t *)shifted->factor, lambda;
    memcpy(&lambda, shifted->lambda, sizeof lambda);
    for (int64_t j = 0; j < shifted->n * W; j++) m[j] = (lanes_t){0} + shifted->band[j];
    for (int64_t j = 0; j < shifted->n; j++) m[j * W] += lambda;
    memset(m + shifted->n * W, 0, sizeof *m * B * W);
    for (int64_t j = 0; j < shifted->n; j++) {
        lanes_t *column = m + j * W, inverse = 1 / column[0], u[W];
        for (int i = 1; i <= B; i++) {
            u[i] = column[i];
            column[i] *= inverse;
        }
        for (int k = 1; k <= B; k++)
            for (int i = k; i <= B; i++) column[k * W + i - k] -= u[k] * column[i];
    }
}

LLR_CPU_BODY solve_body(llr_shifted_t *shifted)
{
    const lanes_t *m = (const lanes_t *)shifted->factor;
    lanes_t *y = (lanes_t *)shifted->solution;
    int64_t n = shifted->n;
    for (int64_t j = 0; j < n; j++) {
        int most = n - 1 - j < B ? (int)(n - 1 - j) : B;
        for (int i = 1; i <= most; i++) y[j + i] -= m[j * W + i] * y[j];
    }
    for (int64_t j = n - 1; j >= 0; j--) {
        int most = n - 1 - j < B ? (int)(n - 1 - j) : B;
        lanes_t sum = y[j] / m[j * W];
        for (int i = 1; i <= most; i++) sum -= m[j * W + i] * y[j + i];
        y[j] = sum;
    }
}

/* The inverse Z inside the band, from its last column to its first (Takahashi): Z L = L^-T D^-1.
 * Two sums: tr Z, and the sum of B o Z. Either gives the trace, and has no cancellation where the
 * other has. */
LLR_CPU_BODY trace_body(llr_shifted_t *shifted, lanes_t *inverse, lanes_t *product)
{
    lanes_t *z = (lanes_t *)shifted->factor, l[W], sum;
    *inverse = *product = (lanes_t){0};
    for (int64_t j = shifted->n - 1; j >= 0; j--) {
        lanes_t *column = z + j * W;
        const double *band = shifted->band + j * W;
        sum = 1 / column[0];
        for (int i = 1; i <= B; i++) l[i] = column[i];
        for (int i = 1; i <= B; i++) {
            lanes_t entry = {0};
            for (int k = 1; k <= i; k++) entry -= l[k] * column[k * W + i - k];
            for (int k = i + 1; k <= B; k++) entry -= l[k] * column[i * W + k - i];
            column[i] = entry;
        }
        for (int i = 1; i <= B; i++) {
            sum -= l[i] * column[i];
            *product += 2 * band[i] * column[i];
        }
        column[0] = sum;
        *inverse += sum;
        *product += band[0] * sum;
    }
}

LLR_CPU_COPIES(factor, (llr_shifted_t * shifted), (shifted))
LLR_CPU_COPIES(solve, (llr_shifted_t * shifted), (shifted))
LLR_CPU_COPIES(trace, (llr_shifted_t * shifted, lanes_t *inverse, lanes_t *product),
               (shifted, inverse, product))

void llr_shifted_factor(llr_shifted_t *shifted)
{
    factor_here(shifted);
    for (int lane = 0; lane < LLR_LANES; lane++) {
        shifted->definite[lane] = true;
        for (int64_t j = 0; j < shifted->n; j++)
            if (!(shifted->factor[j * W * LLR_LANES + lane] > 0)) shifted->definite[lane] = false;
    }
}

bool llr_shifted_definite(const llr_shifted_t *shifted)
{
    for (int lane = 0; lane < LLR_LANES; lane++)
        if (!shifted->definite[lane]) return false;
    return true;
}

void llr_shifted_solve(llr_shifted_t *shifted)
{
    solve_here(shifted);
}

void llr_shifted_trace(llr_shifted_t *shifted, double *trace)
{
    lanes_t inverse, product;
    trace_here(shifted, &inverse, &product);
    for (int lane = 0; lane < LLR_LANES; lane++) {
        double rest = shifted->lambda[lane] * inverse[lane], n = (double)shifted->n;
        trace[lane] = rest > 0.5 * n ? product[lane] : n - rest;
    }
}
