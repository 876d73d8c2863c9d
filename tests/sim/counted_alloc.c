/* SPDX-License-Identifier: MIT
 * core/base/alloc.h, and the free() of the core's sources (CMakeLists.txt gives it this name), with an account of it.
 */
#undef free
#include "core/base/alloc.h"
#include "heap.h"
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void counted_free(void *memory);

static void note(int64_t more)
{
    struct heap *heap = heap_at_turn;
    if (!heap)
        return;
    heap->bytes += more;
    if (heap->bytes > heap->most)
        heap->most = heap->bytes;
}

static void *taken(void *memory)
{
    if (!memory)
        abort();
    note((int64_t)malloc_usable_size(memory));
    return memory;
}

/* Not calloc(): it knows nothing of the small pieces that malloc() has at hand. */
void *alloc_zero(size_t count, size_t size)
{
    void *memory = taken(reallocarray(NULL, count ? count : 1, size ? size : 1));
    if (count && size)
        memset(memory, 0, count * size);
    return memory;
}

void *alloc_grow(void *old, size_t count, size_t size)
{
    note(-(int64_t)malloc_usable_size(old));
    return taken(reallocarray(old, count ? count : 1, size ? size : 1));
}

void counted_free(void *memory)
{
    note(-(int64_t)malloc_usable_size(memory));
    free(memory);
}

/* Thousands of nodes have nothing to hide, and no room for guard pages. */
void *alloc_secret(size_t size)
{
    return alloc_zero(1, size);
}

void *alloc_secret_grow(void *old, size_t old_size, size_t size)
{
    (void)old_size;
    return alloc_grow(old, size, 1);
}

void alloc_secret_free(void *secret)
{
    counted_free(secret);
}
