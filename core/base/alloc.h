/* SPDX-License-Identifier: MIT
 * Allocation that does not return NULL: sizes are bounded before they get here, so running out means the machine
 * has nothing left, and a node that is killed at any moment loses nothing: it aborts. */
#pragma once
#include <stddef.h>

void *alloc_zero(size_t count, size_t size);            /* zeroed; free() it */
void *alloc_grow(void *old, size_t count, size_t size); /* as realloc; the new part is not zeroed */

/* For keys: zeroed, kept out of swap space and core dumps as far as the system lets us (RLIMIT_MEMLOCK), between pages
 * that may not be touched.  Each takes some pages: for few and lasting things. */
void *alloc_secret(size_t size);
void *alloc_secret_grow(void *old, size_t old_size, size_t size); /* moves and wipes the old one; NULL is fine */
void alloc_secret_free(void *secret);                             /* wipes; NULL is fine */
