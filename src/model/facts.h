/* What must be known of a dataset to lay out and check a sweep: counts, no features. */
#ifndef LLR_MODEL_FACTS_H
#define LLR_MODEL_FACTS_H

#include "base/hash.h"
#include "model/job.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum llr_split { LLR_SPLIT_VALIDATION, LLR_SPLIT_TEST, LLR_SPLITS } llr_split_t;

/* Counts come in slots: classes, then groups, then (two classes with groups) class 0 and class 1 of
 * each group. Kinds are the classes, or the groups, by what shares a weight. */
typedef struct llr_shape {
    int32_t classes, groups, kinds; /* groups 0 where there are none */
} llr_shape_t;

/* Slots of a shape, and the slot of a class inside a group (two classes with groups only). */
int64_t llr_shape_slots(llr_shape_t shape);
int64_t llr_shape_slot(llr_shape_t shape, int32_t group, int32_t class);

enum { LLR_SEVERAL_CLASSES = -1, LLR_NO_CLASS = -2 };

typedef struct llr_facts {
    int64_t dim;          /* columns after preprocessing: d */
    int64_t columns;      /* columns of the features */
    llr_shape_t shape;    /* of the task (after pairs and merges) */
    bool synthetic;       /* rows are drawn fresh for every seed: no pool, exact errors (K = 2) */
    int64_t *pool_count;  /* owned, classes + groups: rows in the retrain pool (synthetic: 0) */
    double *pool_prior;   /* owned, classes + groups: their shares (synthetic: the given priors) */
    int32_t *group_class; /* owned, groups: class of a group's pool rows, LLR_SEVERAL_CLASSES, or
                             LLR_NO_CLASS where it has none */
    int64_t *eval_count;  /* owned, LLR_SPLITS x slots, row-major: evaluation rows; 0 where the rate
                             is exact (synthetic, K = 2) */
    llr_hash_t content;   /* content id: hash of values and shapes, not of the file */
    int64_t resident_bytes; /* features, once a node */
    int64_t private_bytes;  /* index lists, once a rank */
} llr_facts_t;

/* Allocates the arrays for the shape set in *facts; 0 on success. */
int llr_facts_allocate(llr_facts_t *facts);
void llr_facts_destroy(llr_facts_t *facts);

/* Pool rows and shares of the kinds. */
const int64_t *llr_facts_kind_count(const llr_facts_t *facts, llr_by_t by);
const double *llr_facts_kind_prior(const llr_facts_t *facts, llr_by_t by);

#endif
