/* Memory: checked allocation, and the arena a worker computes in. */
#ifndef LLR_BASE_MEMORY_H
#define LLR_BASE_MEMORY_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { LLR_ALIGNMENT = 64 };

/* Zeroed memory for count objects of the given size, or NULL (also on overflow). Free with free().
 * A count of zero gives a valid pointer. */
void *llr_alloc(int64_t count, size_t size);

/* Memory of undefined content, on large pages where the system lends them, or NULL. Free with
 * free(). */
void *llr_alloc_large(int64_t bytes);

/* Has the system back these bytes with memory in one go, which costs a fraction of a fault a page.
 * For memory that is about to be written; where the system cannot, nothing happens. */
void llr_populate(void *memory, int64_t bytes);

/* A copy of text in memory of its own, or NULL. */
char *llr_copy_text(const char *text);

/* Grows *array (count used, *room allocated, elements of the given size) so that one more element
 * fits. 0 on success. */
int llr_grow(void **array, int64_t count, int64_t *room, size_t size);

/* A stack of 64-byte aligned buffers in one block that is allocated, and touched, once a worker.
 * What a unit takes is given back by llr_arena_release(mark). Not thread-safe. */
typedef struct llr_arena {
    char *base; /* owned */
    int64_t size, used, peak;
} llr_arena_t;

llr_code_t llr_arena_create(llr_arena_t *arena, int64_t bytes, llr_error_t *error);
void llr_arena_destroy(llr_arena_t *arena);

/* Uninitialised memory for count objects, or NULL when the arena is too small. */
void *llr_arena_take(llr_arena_t *arena, int64_t count, size_t size);

/* llr_arena_take, or return LLR_FAILED with a message from the calling function. */
#define LLR_TAKE(pointer, arena, count, error)                                                     \
    do {                                                                                           \
        (pointer) = llr_arena_take((arena), (count), sizeof *(pointer));                           \
        if (!(pointer))                                                                            \
            return llr_fail_memory((error), (long long)(count) * (long long)sizeof *(pointer),     \
                                   "a buffer of the workspace: more than was planned");            \
    } while (0)

/* Bytes that llr_arena_take needs for count objects, alignment included: for planning. */
int64_t llr_arena_cost(int64_t count, size_t size);

int64_t llr_arena_mark(const llr_arena_t *arena);
void llr_arena_release(llr_arena_t *arena, int64_t mark);

#endif
