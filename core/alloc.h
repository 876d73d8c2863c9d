/* SPDX-License-Identifier: MIT
 * Allocation that does not return NULL: sizes are bounded before they get here, so running out means the machine
 * has nothing left, and a node that is killed at any moment loses nothing: it aborts. */
#pragma once
#include <stddef.h>

void *alloc_zero(size_t count, size_t size);            /* zeroed; free() it */
void *alloc_grow(void *old, size_t count, size_t size); /* as realloc; the new part is not zeroed */
