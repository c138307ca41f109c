/* Random numbers as a function of (key, counter): Philox 4x32-10 of Random123. A stream is named by
 * what it is for, never by who draws from it, so results do not depend on ranks or order. */
#ifndef LLR_BASE_RANDOM_H
#define LLR_BASE_RANDOM_H

#include "base/hash.h"

#include <stdint.h>

/* What a stream is for; part of its key. Values are fixed for ever: changing one changes tables. */
typedef enum llr_purpose {
    LLR_PURPOSE_PERMUTATION = 1,   /* order of a class's pool rows */
    LLR_PURPOSE_SPLIT = 2,         /* split made by the job */
    LLR_PURPOSE_SYNTHETIC_ROW = 3, /* features of synthetic training rows */
    LLR_PURPOSE_SYNTHETIC_MEAN = 4,
    LLR_PURPOSE_SYNTHETIC_TEST = 5,
    LLR_PURPOSE_GROUP_PERMUTATION = 6, /* order of a group's pool rows */
    LLR_PURPOSE_POOL_PERMUTATION = 7,  /* order of all pool rows, for uniform sampling */
    LLR_PURPOSE_SYNTHETIC_LABEL = 8,   /* classes of synthetic rows, for uniform sampling */
    LLR_PURPOSE_BALANCED = 9,          /* balanced draws out of a subsample */
    LLR_PURPOSE_BOOTSTRAP = 10         /* seeds drawn anew, for intervals of a report */
} llr_purpose_t;

typedef struct llr_random {
    uint64_t key;     /* from content id, purpose and the two indices */
    uint64_t counter; /* blocks drawn so far */
    uint64_t spare[2];
    int spares; /* unused words of the last block */
} llr_random_t;

/* The stream named by (content id, purpose, seed, index); index is a class or 0. */
llr_random_t llr_random_stream(llr_hash_t content, llr_purpose_t purpose, int64_t seed,
                               int64_t index);

uint64_t llr_random_word(llr_random_t *random);
/* The next count words. */
void llr_random_words(llr_random_t *random, uint64_t *out, int64_t count);
/* Uniform integer in [0, bound), bound > 0, without bias. */
int64_t llr_random_below(llr_random_t *random, int64_t bound);
/* Uniform double in (0, 1), of a word and of the next one. */
static inline double llr_random_unit_of(uint64_t word)
{
    return ((double)(int64_t)(word >> 11) + 0.5) * 0x1p-53;
}
double llr_random_unit(llr_random_t *random);
/* count standard normal doubles (Box-Muller). */
void llr_random_normal(llr_random_t *random, double *out, int64_t count);
/* Permutes count values in place (Fisher-Yates from the front: the first m depend on m draws). */
void llr_random_shuffle(llr_random_t *random, int64_t *values, int64_t count);

#endif
