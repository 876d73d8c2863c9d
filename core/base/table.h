/* SPDX-License-Identifier: MIT
 * A hash table from 32-byte names (already hashes or keys) to pointers.  Open addressing; the first 8 bytes of the
 * name mixed with a random `salt` choose the slot, so nobody can aim at one. */
#pragma once
#include "bytes.h"

struct table_slot {
    uint8_t name[32];
    void *value; /* NULL: free */
};
struct table {
    struct table_slot *slots;
    size_t count;
    size_t capacity; /* a power of two, or 0 */
    uint64_t salt;
};

void table_done(struct table *table); /* the values stay the caller's */
void *table_get(const struct table *table, const uint8_t name[32]);
void table_put(struct table *table, const uint8_t name[32], void *value); /* value is not NULL */
void table_remove(struct table *table, const uint8_t name[32]);
