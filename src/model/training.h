/* What is trained, as predictions see it: a loss, and rows of the kinds. */
#ifndef LLR_MODEL_TRAINING_H
#define LLR_MODEL_TRAINING_H

#include "model/facts.h"

typedef struct llr_training {
    llr_loss_t loss;
    llr_by_t by;
    double n;            /* rows, need not be whole */
    const double *prior; /* borrowed, kinds: shares of the training rows, sum 1; 0: none */
    llr_form_t form;     /* as llr_predict_form takes it */
} llr_training_t;

/* Shares of the kinds in a job's subsamples of n rows: of whole rows, or with uniform sampling the
 * pool's, which they have on average. count: kinds, workspace; prior: kinds, out. */
void llr_training_priors(const llr_job_t *job, const llr_facts_t *facts, int64_t n, int64_t *count,
                         double *prior);

/* Every kind cut to the rows of the smallest that has any. prior: kinds, in and out. Returns how
 * many of the n rows are left. */
double llr_training_balance(double n, double *prior, int32_t kinds);

#endif
