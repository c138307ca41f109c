#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <sys/mman.h>
#include <unistd.h>
#endif

void *llr_alloc(int64_t count, size_t size)
{
    if (count < 0) return NULL;
    return calloc(count ? (size_t)count : 1, size);
}

char *llr_copy_text(const char *text)
{
    return text ? strdup(text) : NULL;
}

int llr_grow(void **array, int64_t count, int64_t *room, size_t size)
{
    if (count < *room) return 0;
    int64_t wanted = *room ? 2 * *room : 16;
    void *grown = realloc(*array, (size_t)wanted * size);
    if (!grown) return -1;
    *array = grown;
    *room = wanted;
    return 0;
}

/* Large pages: fewer faults at the first write, fewer misses of addresses in strided passes. */
void *llr_alloc_large(int64_t bytes)
{
    const int64_t large = 2 << 20, unit = bytes < large ? LLR_ALIGNMENT : large;
    int64_t whole = ((bytes ? bytes : 1) + unit - 1) / unit * unit;
    void *memory = aligned_alloc((size_t)unit, (size_t)whole);
#if defined(MADV_HUGEPAGE)
    if (memory && unit == large) madvise(memory, (size_t)whole, MADV_HUGEPAGE);
#endif
    return memory;
}

void llr_populate(void *memory, int64_t bytes)
{
#if defined(MADV_POPULATE_WRITE)
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), past = (uintptr_t)memory % page;
    if (bytes) madvise((char *)memory - past, (size_t)bytes + past, MADV_POPULATE_WRITE);
#else
    (void)memory, (void)bytes;
#endif
}

llr_code_t llr_arena_create(llr_arena_t *arena, int64_t bytes, llr_error_t *error)
{
    *arena = (llr_arena_t){0};
    bytes = llr_arena_cost(bytes, 1);
    arena->base = llr_alloc_large(bytes);
    if (!arena->base) return llr_fail_memory(error, bytes, "the workspace of a rank");
    arena->size = bytes;
    return LLR_OK;
}

void llr_arena_destroy(llr_arena_t *arena)
{
    free(arena->base);
    *arena = (llr_arena_t){0};
}

/* One cache line extra keeps consecutive buffers off the same offsets modulo 4 KiB. */
int64_t llr_arena_cost(int64_t count, size_t size)
{
    int64_t bytes = count * (int64_t)size;
    return (bytes + LLR_ALIGNMENT - 1) / LLR_ALIGNMENT * LLR_ALIGNMENT + LLR_ALIGNMENT;
}

void *llr_arena_take(llr_arena_t *arena, int64_t count, size_t size)
{
    int64_t cost = llr_arena_cost(count, size);
    if (count < 0 || cost > arena->size - arena->used) return NULL;
    void *memory = arena->base + arena->used;
    arena->used += cost;
    if (arena->used > arena->peak) arena->peak = arena->used;
    return memory;
}

int64_t llr_arena_mark(const llr_arena_t *arena)
{
    return arena->used;
}

void llr_arena_release(llr_arena_t *arena, int64_t mark)
{
    arena->used = mark;
}
