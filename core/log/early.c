/* SPDX-License-Identifier: MIT */
#include "early.h"

#include "core/base/alloc.h"
#include "logs.h"
#include "lookup.h"
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

static void begin(struct early *early, uint64_t hlc)
{
    if (!early->under_way || hlc < early->since_hlc)
        early->since_hlc = hlc;
    early->under_way = true;
}

static bool hold(struct node *node, struct log *log, const struct entry *entry, struct bytes wire)
{
    struct early *early = &log->group->early;
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

/* Stored is not yet shown: after a catch-up the order view follows behind. */
static bool is_shown(const struct node *node, const struct log *log, uint64_t seq)
{
    const struct storage *storage = node->storage;
    struct stored_entry stored;
    return seq <= log->durable_seq && storage->begin(storage->ctx) == OK &&
           storage->get_entry(storage->ctx, log->row.number, seq, &stored) == OK &&
           stored.arrival <= storage->order_progress(storage->ctx);
}

/* Whether it is the one that was accepted under this number, and is still to be shown. */
static bool waits_for_view(const struct node *node, const struct log *log, const struct entry *entry)
{
    struct hash held, id;
    entry_id(entry, &id);
    return lookup_id(node, log, entry->seq, &held) == OK && same_hash(&held, &id) && !is_shown(node, log, entry->seq);
}

bool early_keep(struct node *node, struct group *group, struct log *log, const struct entry *entry, struct bytes wire)
{
    if (entry->payload_missing || entry_check_payload(entry) != OK)
        return false;
    if (!log || !log->named) {
        begin(&group->early, entry->hlc); /* it may be accepted before the view shows it */
        return false;
    }
    if (early_find(log, entry->seq))
        return false;
    bool accepted = entry->seq <= log->row.head_seq;
    if (accepted ? !waits_for_view(node, log, entry) : log->forked || entry_verify(entry, log_author(log)) != OK)
        return false;
    begin(&group->early, entry->hlc);
    return hold(node, log, entry, wire);
}

void early_accepted(struct node *node, struct log *log, const struct entry *entry, struct bytes wire)
{
    const struct early *early = &log->group->early;
    bool is_silent = entry_is_silent(entry->type);
    if (early->under_way && entry->hlc >= early->since_hlc && !is_silent && !entry->payload_missing &&
        !early_find(log, entry->seq))
        hold(node, log, entry, wire);
}

bool early_is_reached(const struct node *node, const struct early_entry *held)
{
    return is_shown(node, held->log, held->seq);
}

/* Its log has forked, and it lies in one of the branches. */
static bool is_elsewhere(const struct early_entry *held)
{
    return held->log->forked && held->seq > held->log->row.head_seq;
}

static void sweep(struct node *node, struct group *group)
{
    struct early *early = &group->early;
    if (!early->under_way)
        return;
    if (node->mono_ms >= early->sweep_ms) {
        for (size_t i = early->count; i-- > 0;)
            if (is_elsewhere(&early->entries[i]) || early_is_reached(node, &early->entries[i]))
                drop(early, i);
        early->sweep_ms = node->mono_ms + SWEEP_MS;
        early->under_way = early->count > 0 || group->tail_from;
    }
    if (early->under_way)
        node_wake_at(node, early->sweep_ms);
}

void early_time(struct node *node)
{
    for (size_t i = 0; i < node->group_count; i++)
        sweep(node, node->groups[i]);
}

void early_done(struct early *early)
{
    while (early->count)
        drop(early, early->count - 1);
    free(early->entries);
    *early = (struct early){0};
}
