#include "base/hash.h"

#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

static llr_hash_t from_xxh(XXH128_hash_t hash)
{
    return (llr_hash_t){.high = hash.high64, .low = hash.low64};
}

llr_hash_t llr_hash_bytes(const void *bytes, int64_t count)
{
    return from_xxh(XXH3_128bits(bytes, (size_t)count));
}

llr_hasher_t *llr_hasher_create(void)
{
    XXH3_state_t *state = XXH3_createState();
    if (state) XXH3_128bits_reset(state);
    return (llr_hasher_t *)state;
}

void llr_hasher_add(llr_hasher_t *hasher, const void *bytes, int64_t count)
{
    if (hasher) XXH3_128bits_update((XXH3_state_t *)hasher, bytes, (size_t)count);
}

llr_hash_t llr_hasher_finish(llr_hasher_t *hasher)
{
    if (!hasher) return (llr_hash_t){0, 0};
    llr_hash_t hash = from_xxh(XXH3_128bits_digest((XXH3_state_t *)hasher));
    XXH3_freeState((XXH3_state_t *)hasher);
    return hash;
}

char *llr_hash_text(llr_hash_t hash, char *out)
{
    snprintf(out, LLR_HASH_TEXT, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
    return out;
}

int llr_hash_equal(llr_hash_t a, llr_hash_t b)
{
    return a.high == b.high && a.low == b.low;
}

int llr_hash_read(const char *text, llr_hash_t *hash)
{
    return sscanf(text, "%16" SCNx64 "%16" SCNx64, &hash->high, &hash->low) == 2;
}
