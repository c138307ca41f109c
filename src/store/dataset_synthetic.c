#include "model/weights.h"
#include "store/dataset_build.h"
#include "store/synthetic.h"
#include "store/task.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static llr_code_t check_parameters(const llr_job_t *job, const llr_job_dataset_t *dataset,
                                   llr_error_t *error)
{
    const llr_synthetic_t *synthetic = &dataset->synthetic;
    if (synthetic->classes < 2)
        return llr_task_fail(job, dataset, error, "synthetic: priors: at least two are needed");
    if (synthetic->dim < 1)
        return llr_task_fail(job, dataset, error, "synthetic: d: must be at least 1");
    for (int32_t c = 0; c < synthetic->classes; c++)
        if (!(synthetic->priors[c] > 0 && synthetic->priors[c] < 1))
            return llr_task_fail(job, dataset, error,
                                 "synthetic: priors: each must lie between 0 and 1");
    if (!isfinite(synthetic->separation) || !isfinite(synthetic->decay))
        return llr_task_fail(job, dataset, error,
                             "synthetic: separation and spectrum must be finite numbers");
    return LLR_OK;
}

static llr_code_t allocate(llr_dataset_t *dataset, llr_error_t *error)
{
    const llr_synthetic_t *synthetic = &dataset->job->synthetic;
    llr_facts_t *facts = &dataset->facts;
    int64_t numbers = (synthetic->classes + 1) * synthetic->dim;
    facts->dim = facts->columns = synthetic->dim;
    facts->shape = (llr_shape_t){synthetic->classes, 0, synthetic->classes};
    facts->synthetic = true;
    dataset->mean = llr_alloc(synthetic->classes * synthetic->dim, sizeof *dataset->mean);
    dataset->deviation = llr_alloc(synthetic->dim, sizeof *dataset->deviation);
    facts->private_bytes = numbers * (int64_t)sizeof *dataset->mean;
    if (!llr_facts_allocate(facts) && dataset->mean && dataset->deviation) return LLR_OK;
    return llr_fail_memory(error, facts->private_bytes, "the means of a synthetic dataset");
}

/* Rows of both splits: `row` counts through both, so that it finds its place in sampled. */
static llr_code_t allocate_sample(llr_dataset_t *dataset, llr_error_t *error)
{
    int64_t rows = dataset->job->synthetic.test, dim = dataset->facts.columns;
    if (rows > INT64_MAX / LLR_SPLITS / (int64_t)sizeof(double) / dim)
        return llr_fail_memory(error, INT64_MAX, "the test rows of a synthetic dataset");
    int64_t bytes = LLR_SPLITS * rows * dim * (int64_t)sizeof *dataset->sampled;
    for (int s = 0; s < LLR_SPLITS; s++) {
        LLR_TRY(llr_eval_allocate(&dataset->eval[s], rows, false, error));
        for (int64_t i = 0; i < rows; i++) dataset->eval[s].row[i] = s * rows + i;
        dataset->facts.private_bytes += llr_eval_bytes(&dataset->eval[s]);
    }
    dataset->sampled = llr_alloc(LLR_SPLITS * rows * dim, sizeof *dataset->sampled);
    dataset->facts.private_bytes += bytes;
    if (dataset->sampled) return LLR_OK;
    return llr_fail_memory(error, bytes, "the test rows of a synthetic dataset");
}

/* One split's rows, class after class. */
static void sample_split(llr_dataset_t *dataset, int split, const int64_t *count)
{
    const llr_facts_t *facts = &dataset->facts;
    llr_eval_t *eval = &dataset->eval[split];
    int64_t at = 0;
    for (int32_t c = 0; c < facts->shape.classes; c++) {
        llr_random_t random =
            llr_random_stream(facts->content, LLR_PURPOSE_SYNTHETIC_TEST, split, c);
        llr_synthetic_rows(&random, dataset->mean + c * facts->columns, dataset->deviation,
                           facts->columns, count[c],
                           dataset->sampled + eval->row[at] * facts->columns);
        for (int64_t i = 0; i < count[c]; i++) eval->label[at++] = c;
    }
}

static llr_code_t sample(llr_dataset_t *dataset, const llr_job_t *job, llr_error_t *error)
{
    const llr_synthetic_t *synthetic = &dataset->job->synthetic;
    llr_facts_t *facts = &dataset->facts;
    int64_t *count = facts->eval_count;
    llr_stratify(synthetic->test, synthetic->priors, facts->shape.classes, count);
    for (int32_t c = 0; c < facts->shape.classes; c++)
        if (count[c] < 1)
            return llr_task_fail(job, dataset->job, error,
                                 "synthetic: test: of %lld rows class %d gets none; ask for more",
                                 (long long)synthetic->test, c);
    memcpy(count + facts->shape.classes, count, (size_t)facts->shape.classes * sizeof *count);
    LLR_TRY(allocate_sample(dataset, error));
    for (int s = 0; s < LLR_SPLITS; s++) sample_split(dataset, s, count);
    return LLR_OK;
}

llr_code_t llr_dataset_build_synthetic(llr_dataset_t *dataset, const llr_job_t *job,
                                       llr_error_t *error)
{
    const llr_synthetic_t *synthetic = &dataset->job->synthetic;
    LLR_TRY(check_parameters(job, dataset->job, error));
    LLR_TRY(allocate(dataset, error));
    llr_facts_t *facts = &dataset->facts;
    facts->content = llr_synthetic_content(synthetic);
    llr_synthetic_means(synthetic, facts->content, dataset->mean);
    llr_synthetic_deviations(synthetic, dataset->deviation);
    for (int32_t c = 0; c < facts->shape.classes; c++) facts->pool_prior[c] = synthetic->priors[c];
    return facts->shape.classes > 2 ? sample(dataset, job, error) : LLR_OK;
}
