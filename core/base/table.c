/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <assert.h>
#include <stdlib.h>

#include "alloc.h"

#define CAPACITY_MIN 16

/* Where `name` would like to lie.  The finaliser of MurmurHash3 (public domain) twice, with the salt before both: who
 * does not know the salt cannot choose names that meet. */
static size_t home(const struct table *table, const uint8_t name[32])
{
    uint64_t mixed = get_u64(name);
    for (int round = 0; round < 2; round++) {
        mixed ^= table->salt;
        mixed = (mixed ^ mixed >> 33) * UINT64_C(0xff51afd7ed558ccd);
        mixed = (mixed ^ mixed >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
        mixed ^= mixed >> 33;
    }
    return (size_t)mixed & (table->capacity - 1);
}

/* The slot of `name`, or the free one where it belongs. */
static struct table_slot *find(const struct table *table, const uint8_t name[32])
{
    size_t at = home(table, name);
    while (table->slots[at].value && memcmp(table->slots[at].name, name, 32) != 0)
        at = (at + 1) & (table->capacity - 1);
    return &table->slots[at];
}

static void grow(struct table *table)
{
    struct table larger = *table;
    larger.capacity = table->capacity ? table->capacity * 2 : CAPACITY_MIN;
    larger.slots = alloc_zero(larger.capacity, sizeof *larger.slots);
    for (size_t i = 0; i < table->capacity; i++) {
        if (table->slots[i].value)
            *find(&larger, table->slots[i].name) = table->slots[i];
    }
    free(table->slots);
    *table = larger;
}

void table_done(struct table *table)
{
    free(table->slots);
    *table = (struct table){.salt = table->salt};
}

void *table_get(const struct table *table, const uint8_t name[32])
{
    return table->count ? find(table, name)->value : NULL;
}

void table_put(struct table *table, const uint8_t name[32], void *value)
{
    assert(value);
    if ((table->count + 1) * 4 > table->capacity * 3)
        grow(table);

    struct table_slot *slot = find(table, name);
    if (!slot->value) {
        memcpy(slot->name, name, sizeof slot->name);
        table->count++;
    }
    slot->value = value;
}

/* Closes the hole by moving back what was pushed past it (Knuth, TAOCP 6.4, algorithm R): no tombstones. */
void table_remove(struct table *table, const uint8_t name[32])
{
    if (!table->count)
        return;

    struct table_slot *hole = find(table, name);
    if (!hole->value)
        return;

    size_t mask = table->capacity - 1;
    size_t hole_at = (size_t)(hole - table->slots);
    for (size_t at = (hole_at + 1) & mask; table->slots[at].value; at = (at + 1) & mask) {
        size_t pushed = (at - home(table, table->slots[at].name)) & mask;
        if (pushed >= ((at - hole_at) & mask)) {
            table->slots[hole_at] = table->slots[at];
            hole_at = at;
        }
    }
    table->slots[hole_at] = (struct table_slot){0};
    table->count--;
}
