/* The split that a job, or an import, asks for by fractions. */
#ifndef LLR_STORE_SPLIT_H
#define LLR_STORE_SPLIT_H

#include "store/source.h"

typedef struct llr_splitting {
    int64_t rows;
    const int32_t *label;    /* borrowed, rows */
    const int32_t *class_of; /* borrowed: class of a label, or -1; NULL: the label itself */
    int32_t classes;
    double fraction[LLR_PARTS]; /* sum 1 */
    int64_t seed;
    llr_hash_t content; /* content id of the source: names the random order */
} llr_splitting_t;

/* Sets part[i] for every row with a class: the rows of each class, in random order, are cut by the
 * fractions (rounded as strata are). part: rows. LLR_FAILED: memory. */
llr_code_t llr_split_make(const llr_splitting_t *splitting, int8_t *part, llr_error_t *error);

#endif
