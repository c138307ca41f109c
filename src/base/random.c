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

static void draw_block(llr_random_t *random)
{
    uint64_t counter[2] = {random->counter++, 0};
    philox4x32_ctr_t block;
    philox4x32_key_t key;
    memcpy(block.v, counter, sizeof counter);
    memcpy(key.v, &random->key, sizeof random->key);
    block = philox4x32(block, key);
    memcpy(random->spare, block.v, sizeof random->spare);
    random->spares = 2;
}

uint64_t llr_random_word(llr_random_t *random)
{
    if (!random->spares) draw_block(random);
    return random->spare[2 - random->spares--];
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
    return ((double)(llr_random_word(random) >> 11) + 0.5) * 0x1p-53;
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
