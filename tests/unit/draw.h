/* Subsamples with given counts, and their features. */
#ifndef LLR_TESTS_DRAW_H
#define LLR_TESTS_DRAW_H

#include "store/subsample.h"

#include <CUnit/Basic.h>

enum { MOST_KINDS = 8 };

/* Draws count rows of every kind: priors in these proportions, which Sainte-Lague returns as they
 * are. The job's priors are put back. */
static inline llr_code_t draw_counts(const llr_dataset_t *dataset, llr_job_t *job, int64_t seed,
                                     const int64_t *count, llr_subsample_t *out, llr_arena_t *arena,
                                     llr_error_t *error)
{
    double prior[MOST_KINDS], *before = job->prior;
    int32_t kinds = dataset->facts.shape.kinds;
    int64_t n = 0;
    CU_ASSERT_TRUE_FATAL(kinds <= MOST_KINDS && dataset->sweep == job);
    for (int32_t k = 0; k < kinds; k++) n += count[k];
    for (int32_t k = 0; k < kinds; k++) prior[k] = (double)count[k] / (double)n;
    job->prior = prior;
    llr_code_t code = llr_subsample_draw(dataset, n, seed, out, arena, error);
    job->prior = before;
    if (code != LLR_OK) return code;
    CU_ASSERT_EQUAL(out->rows, n);
    for (int32_t k = 0; k < kinds; k++) CU_ASSERT_EQUAL(out->count[k], count[k]);
    return LLR_OK;
}

#endif
