#include "linalg/logistic.h"

#include "linalg/cpu.h"
#include "linalg/elementary.h"

#include <string.h>

/* Vectors of doubles stay inside this file and are inlined away, so their ABI is no matter. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

#define LLR_KERNELS "linalg/logistic_kernels.h"
#include "linalg/each_cpu.h"

void llr_logistic_line(int64_t rows, double sign, const double *score, const double *direction,
                       double t, double b, llr_logistic_sums_t *sums)
{
    LLR_CPU_CALL(line, rows, sign, score, direction, t, b, sums);
}

double llr_logistic_loss(int64_t rows, double sign, const double *score, double b, double scale,
                         double *residual)
{
    return LLR_CPU_CALL(losses, rows, sign, score, b, scale, residual);
}

void llr_logistic_curvature(int64_t rows, const double *score, double b, double scale,
                            double *curvature)
{
    LLR_CPU_CALL(curvatures, rows, score, b, scale, curvature);
}
