/* Parts of building a dataset; private to it. */
#ifndef LLR_STORE_DATASET_BUILD_H
#define LLR_STORE_DATASET_BUILD_H

#include "store/dataset.h"

/* Means, deviations, facts and (K > 2) sampled evaluation rows of a synthetic dataset. */
llr_code_t llr_dataset_build_synthetic(llr_dataset_t *dataset, const llr_job_t *job,
                                       llr_error_t *error);

/* Bytes of the lists of one split. */
int64_t llr_eval_bytes(const llr_eval_t *eval);

#endif
