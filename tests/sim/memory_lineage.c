/* SPDX-License-Identifier: MIT */
#include "memory_lineage.h"

#include "memory_rows.h"

static struct hash id_of(struct memory_entry *kept)
{
    struct entry entry;
    memory_entry_read(kept, &entry);
    return kept->id;
}

static struct memory_own last_own(const struct memory_store *store)
{
    if (!store->own_arrival)
        return (struct memory_own){0};
    struct memory_entry *entry = &store->entries[store->own_arrival - 1];
    return (struct memory_own){entry->log, entry->seq, id_of(entry)};
}

static bool holds(const struct memory_store *store, const struct memory_own *own)
{
    uint64_t arrival;
    if (own->seq == 0)
        return true;
    if (!memory_find_entry(store, own->log, own->seq, &arrival))
        return false;
    struct hash id = id_of(&store->entries[arrival - 1]);
    return memcmp(&id, &own->id, sizeof id) == 0;
}

void memory_lineage_open(struct memory_store *store)
{
    struct memory_lineage *lineage = &store->lineage;
    lineage->told = last_own(store);
    lineage->restored = !holds(store, &lineage->file) || (!lineage->is_of_here && lineage->told.seq > 0);
    lineage->stale = !lineage->restored;
}

void memory_lineage_write(struct memory_store *store)
{
    struct memory_lineage *lineage = &store->lineage;
    struct memory_own own = last_own(store);
    if (!lineage->stale && own.log == lineage->told.log && own.seq == lineage->told.seq)
        return;
    lineage->file = lineage->told = own;
    lineage->is_of_here = true;
    lineage->stale = false;
}
