/* SPDX-License-Identifier: MIT */
#include "alloc.h"

#include <stdlib.h>

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
