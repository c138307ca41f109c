#include "model/training.h"

#include "model/weights.h"
#include "theory/weights.h"

void llr_training_priors(const llr_job_t *job, const llr_facts_t *facts, int64_t n, int64_t *count,
                         double *prior)
{
    int32_t kinds = facts->shape.kinds;
    const double *pool = llr_facts_kind_prior(facts, job->weights_by);
    bool whole = job->sampling != LLR_SAMPLING_UNIFORM;
    llr_stratify(n, job->prior ? job->prior : pool, kinds, count);
    for (int32_t k = 0; k < kinds; k++) prior[k] = whole ? (double)count[k] / (double)n : pool[k];
}

double llr_training_balance(double n, double *prior, int32_t kinds)
{
    double left = n * llr_theory_border(prior, kinds);
    int32_t present = 0;
    for (int32_t k = 0; k < kinds; k++) present += prior[k] > 0;
    for (int32_t k = 0; k < kinds; k++) prior[k] = prior[k] > 0 ? 1. / present : 0;
    return left;
}
