#include "linalg/softmax.h"

#include "linalg/cpu.h"
#include "linalg/elementary.h"

#include <string.h>

/* Vectors are passed between functions that are always inlined: their ABI does not matter. */
#pragma GCC diagnostic ignored "-Wpsabi"

#define INLINE static inline __attribute__((always_inline))

enum { WIDEST = 8 }; /* numbers of the largest vector of any CPU */

static int64_t triangle(int64_t order)
{
    return order * (order + 1) / 2;
}

int64_t llr_softmax_work(int32_t columns)
{
    return WIDEST * (2 * columns + (columns + 1) + triangle(columns + 1));
}

#define LLR_KERNELS "linalg/softmax_kernels.h"
#include "linalg/each_cpu.h"

double llr_softmax_rows(const llr_softmax_t *softmax, int64_t first, int64_t count, int32_t class,
                        double weight, double *gradient, double *hessian)
{
    return LLR_CPU_CALL(rows, softmax, first, count, class, weight, gradient, hessian);
}
