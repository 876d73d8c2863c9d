/* SPDX-License-Identifier: MIT */
#include "alloc.h"

#include <sodium/utils.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

void *alloc_zero(size_t count, size_t size)
{
    void *new = calloc(count ? count : 1, size ? size : 1); /* NULL is allowed for nothing, and would read as a fault */
    if (!new)
        abort();
    return new;
}

void *alloc_grow(void *old, size_t count, size_t size)
{
    void *new = reallocarray(old, count ? count : 1, size ? size : 1);
    if (!new)
        abort();
    return new;
}

/* sodium_malloc() places the end of what it gives at the end of a page. */
static size_t aligned(size_t size)
{
    size_t rest = size % alignof(max_align_t);
    return rest || !size ? size + alignof(max_align_t) - rest : size;
}

void *alloc_secret(size_t size)
{
    void *new = sodium_malloc(aligned(size));
    if (!new)
        abort();
    memset(new, 0, aligned(size));
    return new;
}

void *alloc_secret_grow(void *old, size_t old_size, size_t size)
{
    void *new = alloc_secret(size);
    if (old)
        memcpy(new, old, old_size < size ? old_size : size);
    alloc_secret_free(old);
    return new;
}

void alloc_secret_free(void *secret)
{
    sodium_free(secret);
}
