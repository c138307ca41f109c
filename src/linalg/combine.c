#include "linalg/combine.h"

#include "linalg/cpu.h"

#include <stdbool.h>

#define LLR_KERNELS "linalg/combine_kernels.h"
#include "linalg/each_cpu.h"

void llr_combine(int64_t n, int64_t parts, double factor, const double *weight, const double *x,
                 int64_t stride, double *y)
{
    LLR_CPU_CALL(combine, n, parts, factor, weight, x, stride, y);
}
