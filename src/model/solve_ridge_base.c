#include "model/solve_ridge_base.h"

#include "linalg/blas.h"

#include <string.h>

int64_t llr_ridge_rows(const llr_sample_t *sample, int32_t stratum)
{
    return sample->stratum_start[stratum + 1] - sample->stratum_start[stratum];
}

int32_t llr_ridge_base(const llr_sample_t *sample)
{
    int32_t base = 0;
    for (int32_t s = 1; s < sample->strata; s++)
        if (llr_ridge_rows(sample, s) > llr_ridge_rows(sample, base)) base = s;
    return base;
}

int64_t llr_ridge_other_rows(const llr_sample_t *sample, int32_t base)
{
    return sample->rows - llr_ridge_rows(sample, base);
}

void llr_ridge_gather(const llr_call_t *call, int32_t base, double *rows)
{
    const llr_sample_t *sample = call->sample;
    int64_t size = call->space.size, first = sample->stratum_start[base];
    int64_t after = sample->stratum_start[base + 1], others = llr_ridge_other_rows(sample, base);
    const double *sum = call->gram.sum + base * size;
    memcpy(rows, call->space.z, (size_t)(first * size) * sizeof *rows);
    memcpy(rows + first * size, call->space.z + after * size,
           (size_t)((sample->rows - after) * size) * sizeof *rows);
    for (int64_t i = 0; i < others; i++)
        llr_axpy(size, -1 / (double)(after - first), sum, rows + i * size);
}
