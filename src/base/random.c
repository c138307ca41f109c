#include "base/random.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

llr_random_t llr_random_stream(llr_hash_t content, llr_purpose_t purpose, int64_t seed,
                               int64_t index)
{
    uint64_t name[5] = {content.high, content.low, (uint64_t)purpose, (uint64_t)seed,
                        (uint64_t)index};
    llr_random_t random = {0};
    random.key = llr_hash_bytes(name, sizeof name).low;
    return random;
}

/* Words of a block: two. */
static inline void make_block(uint64_t name, uint64_t number, uint64_t *out)
{
    uint64_t counter[2] = {number, 0};
    philox4x32_ctr_t block;
    philox4x32_key_t key;
    memcpy(block.v, counter, sizeof counter);
    memcpy(key.v, &name, sizeof name);
    block = philox4x32(block, key);
    memcpy(out, block.v, sizeof block.v);
}

uint64_t llr_random_word(llr_random_t *random)
{
    if (!random->spares) {
        make_block(random->key, random->counter++, random->spare);
        random->spares = 2;
    }
    return random->spare[2 - random->spares--];
}

void llr_random_words(llr_random_t *random, uint64_t *out, int64_t count)
{
    int64_t i = 0;
    for (; i < count && random->spares; i++) out[i] = llr_random_word(random);
    uint64_t key = random->key, counter = random->counter;
    for (; i + 1 < count; i += 2) make_block(key, counter++, out + i);
    random->counter = counter;
    if (i < count) out[i] = llr_random_word(random);
}

/* Lemire's multiply-and-reject. */
int64_t llr_random_below(llr_random_t *random, int64_t bound)
{
    uint64_t range = (uint64_t)bound, threshold = -range % range;
    for (;;) {
        unsigned __int128 product = (unsigned __int128)llr_random_word(random) * range;
        if ((uint64_t)product >= threshold) return (int64_t)(product >> 64);
    }
}

double llr_random_unit(llr_random_t *random)
{
    return llr_random_unit_of(llr_random_word(random));
}

void llr_random_normal(llr_random_t *random, double *out, int64_t count)
{
    for (int64_t i = 0; i < count; i += 2) {
        double radius = sqrt(-2 * log(llr_random_unit(random)));
        double angle = 2 * 3.14159265358979323846 * llr_random_unit(random);
        out[i] = radius * cos(angle);
        if (i + 1 < count) out[i + 1] = radius * sin(angle);
    }
}

void llr_random_shuffle(llr_random_t *random, int64_t *values, int64_t count)
{
    for (int64_t i = 0; i + 1 < count; i++) {
        int64_t j = i + llr_random_below(random, count - i);
        int64_t value = values[i];
        values[i] = values[j];
        values[j] = value;
    }
}
