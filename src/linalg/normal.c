#include "linalg/normal.h"

#include "linalg/cpu.h"
#include "linalg/elementary.h"

#include <math.h>

#define INLINE static inline __attribute__((always_inline))

#define LLR_KERNELS "linalg/normal_kernels.h"
#include "linalg/each_cpu.h"

void llr_normals(llr_random_t *random, double *out, int64_t count)
{
    LLR_CPU_CALL(normals, random, out, count);
}
