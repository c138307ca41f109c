/* What must be known of a dataset to lay out and check a sweep: counts, no features. */
#ifndef LLR_MODEL_FACTS_H
#define LLR_MODEL_FACTS_H

#include "base/hash.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum llr_split { LLR_SPLIT_VALIDATION, LLR_SPLIT_TEST, LLR_SPLITS } llr_split_t;

typedef struct llr_facts {
    int64_t dim; /* columns of the features */
    int32_t classes,
        groups;          /* of the task (after pairs and merges); groups 0 where there are none */
    bool synthetic;      /* rows are drawn fresh for every seed: no pool, exact errors (K = 2) */
    int64_t *pool_count; /* owned, classes: rows of each class in the retrain pool (synthetic: 0) */
    double *pool_prior;  /* owned, classes: their shares (synthetic: the given priors) */
    int64_t *eval_count; /* owned, LLR_SPLITS x (classes + groups), row-major: evaluation rows;
                            0 where the rate is exact (synthetic, K = 2) */
    llr_hash_t content;  /* content id: hash of values and shapes, not of the file */
    int64_t resident_bytes; /* features, once a node */
    int64_t private_bytes;  /* index lists, once a rank */
} llr_facts_t;

/* Allocates the arrays for the shapes set in *facts; 0 on success. */
int llr_facts_allocate(llr_facts_t *facts);
void llr_facts_destroy(llr_facts_t *facts);

#endif
