/* SPDX-License-Identifier: MIT */
#include "early.h"

#include "alloc.h"
#include "logs.h"
#include <stdlib.h>

#define SWEEP_MS 1000

const struct early_entry *early_find(const struct log *log, uint64_t seq)
{
    const struct early *early = &log->group->early;
    for (size_t i = 0; i < early->count; i++)
        if (early->entries[i].log == log && early->entries[i].seq == seq)
            return &early->entries[i];
    return NULL;
}

static void drop(struct early *early, size_t index)
{
    struct early_entry *held = &early->entries[index];
    early->bytes -= held->wire.size;
    buffer_done(&held->wire);
    *held = early->entries[--early->count];
}

static size_t oldest(const struct early *early)
{
    size_t found = 0;
    for (size_t i = 1; i < early->count; i++)
        if (early->entries[i].hlc < early->entries[found].hlc)
            found = i;
    return found;
}

/* False: all that is held is newer, and there is no room. */
static bool make_room(struct early *early, uint64_t hlc, size_t size)
{
    while (early->count >= EARLY_ENTRIES_MAX || early->bytes + size > EARLY_BYTES_MAX) {
        size_t at = oldest(early);
        if (early->entries[at].hlc >= hlc)
            return false;
        drop(early, at);
    }
    return true;
}

bool early_keep(struct node *node, struct log *log, const struct entry *entry, struct bytes wire)
{
    struct early *early = &log->group->early;
    if (!log->named || log->own || log->forked || entry->seq <= log->row.head_seq || entry->payload_missing ||
        early_find(log, entry->seq))
        return false;
    if (entry_check_payload(entry) != OK || entry_verify(entry, log_author(log)) != OK)
        return false;
    if (!make_room(early, entry->hlc, wire.size))
        return false;
    ARRAY_ROOM(early->entries, early->count, early->capacity);
    struct early_entry *held = &early->entries[early->count++];
    *held = (struct early_entry){.log = log, .seq = entry->seq, .hlc = entry->hlc};
    buffer_append(&held->wire, wire);
    early->bytes += wire.size;
    node_wake_at(node, node->mono_ms + SWEEP_MS);
    return true;
}

bool early_is_reached(const struct node *node, const struct early_entry *held)
{
    const struct storage *storage = node->storage;
    struct stored_entry stored;
    if (held->seq > held->log->durable_seq)
        return false;
    /* Stored is not yet shown: after a catch-up the order view follows behind. */
    return storage->begin(storage->ctx) == OK &&
           storage->get_entry(storage->ctx, held->log->row.number, held->seq, &stored) == OK &&
           stored.arrival <= storage->order_progress(storage->ctx);
}

void early_time(struct node *node)
{
    struct early *early = node->workspace ? &node->workspace->early : NULL;
    if (!early || !early->count)
        return;
    if (node->mono_ms >= early->sweep_ms) {
        for (size_t i = early->count; i-- > 0;)
            if (early->entries[i].log->forked || early_is_reached(node, &early->entries[i]))
                drop(early, i);
        early->sweep_ms = node->mono_ms + SWEEP_MS;
    }
    if (early->count)
        node_wake_at(node, early->sweep_ms);
}

void early_done(struct early *early)
{
    while (early->count)
        drop(early, early->count - 1);
    free(early->entries);
    *early = (struct early){0};
}
