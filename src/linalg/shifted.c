#include "linalg/shifted.h"

#include "linalg/cpu.h"

#include <float.h>

enum { B = LLR_BAND, W = LLR_BAND_WIDTH };

int64_t llr_shifted_room(int64_t n)
{
    return (n + B) * W * LLR_LANES;
}

/* Rows from the first that kernels go through in blocks of B; B more must follow. */
static int64_t rows_in_blocks(int64_t n)
{
    return n >= 2 * B ? (n / B - 1) * B : 0;
}

/* factor: row j has 1 / D_j, then L[j + i][j] for i = 1 .. B. B rows beyond the matrix stay 0 or
 * are never read for what they hold. */
#define LLR_KERNELS "linalg/shifted_kernels.h"
#include "linalg/each_cpu.h"

/* Lanes beyond those in use, which may stand in one vector with them, repeat the last. */
void llr_shifted_set(llr_shifted_t *shifted, const double *lambda, int64_t count)
{
    shifted->lanes = (int)count;
    for (int64_t lane = 0; lane < LLR_LANES; lane++)
        shifted->lambda[lane] = lambda[lane < count ? lane : count - 1];
}

void llr_shifted_factor(llr_shifted_t *shifted)
{
    LLR_CPU_CALL(factor, shifted);
    for (int lane = 0; lane < shifted->lanes; lane++) {
        shifted->definite[lane] = true;
        for (int64_t j = 0; j < shifted->n; j++) {
            double inverse = shifted->factor[j * W * LLR_LANES + lane];
            if (!(inverse > 0 && inverse <= DBL_MAX)) shifted->definite[lane] = false;
        }
    }
}

bool llr_shifted_definite(const llr_shifted_t *shifted)
{
    for (int lane = 0; lane < shifted->lanes; lane++)
        if (!shifted->definite[lane]) return false;
    return true;
}

void llr_shifted_solve(llr_shifted_t *shifted)
{
    LLR_CPU_CALL(solve, shifted);
}

void llr_shifted_trace(llr_shifted_t *shifted, double *trace)
{
    /* Tr Z of the inverse Z, and the sum of band o Z. Either gives the trace, and has no
     * cancellation where the other has. */
    _Alignas(64) double inverse[LLR_LANES], product[LLR_LANES];
    LLR_CPU_CALL(trace, shifted, inverse, product);
    for (int lane = 0; lane < shifted->lanes; lane++) {
        double rest = shifted->lambda[lane] * inverse[lane], n = (double)shifted->n;
        trace[lane] = rest > 0.5 * n ? product[lane] : n - rest;
    }
}
