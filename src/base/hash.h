/* Hashes (XXH3, 128 bit): content ids, job fingerprints, table digests, journal checksums. */
#ifndef LLR_BASE_HASH_H
#define LLR_BASE_HASH_H

#include <stdint.h>

typedef struct llr_hash {
    uint64_t high, low;
} llr_hash_t;

/* Hash of a byte string. */
llr_hash_t llr_hash_bytes(const void *bytes, int64_t count);

/* The same value from pieces fed in order: create, add..., finish (which frees). NULL when out of
 * memory; all functions accept NULL. */
typedef struct llr_hasher llr_hasher_t;
llr_hasher_t *llr_hasher_create(void);
void llr_hasher_add(llr_hasher_t *hasher, const void *bytes, int64_t count);
llr_hash_t llr_hasher_finish(llr_hasher_t *hasher);

enum { LLR_HASH_TEXT = 33 };

/* 32 hexadecimal digits. out: at least LLR_HASH_TEXT bytes. Returns out. */
char *llr_hash_text(llr_hash_t hash, char *out);
/* 1 if the text begins with such digits. */
int llr_hash_read(const char *text, llr_hash_t *hash);
int llr_hash_equal(llr_hash_t a, llr_hash_t b);

#endif
