/* SPDX-License-Identifier: MIT */
#include "memory_order.h"

#include "core/base/alloc.h"
#include "core/base/table.h"
#include "heap.h"
#include "memory_rows.h"
#include <assert.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- sort keys */

/* What hangs on what, in the order in which the later ones arrived. */
struct causation {
    size_t effect, cause; /* arrival - 1 */
};

/* What keys are computed from. */
struct causality {
    struct memory_store *store;
    struct entry *entries; /* as they are in the store, read */
    struct table names;    /* cause_name() -> struct memory_entry */
    struct causation *items;
    size_t count, capacity;
    bool in_order; /* all causes have arrived before what they caused */
};

/* Which entry a dep means: all logs that forked from one have the same name in it, and the id chooses. */
static void cause_name(const struct hash *log, uint64_t seq, const uint8_t id[8], struct hash *ret)
{
    uint8_t number[8];
    put_u64(number, seq);
    const struct bytes parts[] = {BYTES_OF(log->bytes), BYTES_OF(number), {id, 8}};
    crypto_hash_parts(parts, 3, ret);
}

static bool is_void(const struct memory_store *store, const struct memory_entry *entry)
{
    uint64_t from = store->logs[entry->log].row.void_from;
    return from && entry->seq >= from;
}

/* False: it is not here, or does not count. */
static bool note_cause(struct causality *causality, size_t effect, const struct dep *dep, bool though_void)
{
    struct hash name;
    cause_name(&dep->log, dep->seq, dep->id, &name);
    const struct memory_entry *cause = table_get(&causality->names, name.bytes);
    if (!cause || (!though_void && is_void(causality->store, cause)))
        return false;
    if (causality->count == causality->capacity) {
        causality->capacity = causality->capacity ? 2 * causality->capacity : 256;
        causality->items = alloc_grow(causality->items, causality->capacity, sizeof *causality->items);
    }
    size_t at = (size_t)(cause - causality->store->entries);
    causality->items[causality->count++] = (struct causation){effect, at};
    causality->in_order &= at < effect;
    return true;
}

static void note_causes(struct causality *causality, size_t at)
{
    struct memory_entry *kept = &causality->store->entries[at];
    const struct entry *entry = &causality->entries[at];
    kept->incomplete = false;
    if (kept->seq > 1) {
        struct dep before = {.log = entry->log, .seq = kept->seq - 1};
        memcpy(before.id, entry->previous.bytes, sizeof before.id);
        bool found = note_cause(causality, at, &before, true);
        assert(found); /* a log has no holes */
        (void)found;
    }
    for (size_t i = 0; i < entry_dep_count(entry); i++) {
        struct dep dep = entry_dep(entry, i);
        kept->incomplete |= !note_cause(causality, at, &dep, false);
    }
}

static void find_causes(struct memory_store *store, struct causality *ret)
{
    *ret = (struct causality){.store = store, .in_order = true};
    ret->entries = alloc_zero(store->entry_count, sizeof *ret->entries);
    for (size_t i = 0; i < store->entry_count; i++) {
        struct hash name;
        memory_entry_read(&store->entries[i], &ret->entries[i]);
        cause_name(&ret->entries[i].log, store->entries[i].seq, store->entries[i].id.bytes, &name);
        table_put(&ret->names, name.bytes, &store->entries[i]);
    }
    for (size_t i = 0; i < store->entry_count; i++)
        note_causes(ret, i);
}

static bool is_doubted(const struct memory_store *store, const struct memory_entry *entry, const struct hash *log)
{
    for (size_t i = 0; i < store->doubted_count; i++)
        if (store->doubted[i].group == store->logs[entry->log].row.group)
            return doubts_find(store->doubted[i].doubts, store->doubted[i].count, log, entry->seq);
    return false;
}

/* Puts every key above those of its causes as they are now.  True when one moved. */
static bool put_keys(struct memory_store *store, const struct causality *causality)
{
    bool moves = false;
    size_t next = 0;
    for (size_t i = 0; i < store->entry_count; i++) {
        const struct entry *entry = &causality->entries[i];
        struct memory_entry *kept = &store->entries[i];
        struct sort_key key = sort_key_of_hlc(is_doubted(store, kept, &entry->log) ? 0 : entry->hlc);
        for (; next < causality->count && causality->items[next].effect == i; next++)
            key = sort_key_after(key, store->entries[causality->items[next].cause].key);
        moves |= sort_key_compare(key, kept->key) != 0;
        kept->key = key;
    }
    return moves;
}

/* Once through, or, where causes have arrived after what they caused, until nothing moves any more. */
static void compute_keys(struct memory_store *store)
{
    struct causality causality;
    find_causes(store, &causality);
    while (put_keys(store, &causality) && !causality.in_order)
        ;
    table_done(&causality.names);
    free(causality.items);
    free(causality.entries);
}

/* ---------------------------------------------------------------- places */

/* A row's place as bytes that compare like the order: key.ms ‖ key.ticks ‖ device ‖ seq ‖ id(8) ‖ log id. */
#define PLACE_SIZE (8 + 8 + 32 + 8 + 8 + 32)

static void place_of(const struct memory_store *store, uint64_t arrival, uint8_t place[PLACE_SIZE])
{
    const struct memory_entry *entry = &store->entries[arrival - 1];
    struct hash log;
    put_u64(place, entry->key.ms);
    put_u64(place + 8, entry->key.ticks);
    memcpy(place + 16, store->logs[entry->log].row.name.device.bytes, 32);
    put_u64(place + 48, entry->seq);
    memcpy(place + 56, entry->id.bytes, 8);
    log_row_id(&store->logs[entry->log].row, &log);
    memcpy(place + 64, log.bytes, sizeof log.bytes);
}

struct placed {
    uint8_t place[PLACE_SIZE];
    uint64_t arrival;
};

static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    return memcmp(x->place, y->place, PLACE_SIZE);
}

/* The content of the store by place. */
static struct placed *place_all(const struct memory_store *store, size_t *ret_count)
{
    struct placed *placed = alloc_zero(store->entry_count, sizeof *placed);
    size_t count = 0;
    for (size_t i = 0; i < store->entry_count; i++) {
        if (store->logs[store->entries[i].log].row.name.kind != KIND_CONTENT)
            continue;
        placed[count].arrival = i + 1;
        place_of(store, i + 1, placed[count++].place);
    }
    if (count)
        qsort(placed, count, sizeof *placed, by_place);
    *ret_count = count;
    return placed;
}

static void put_in_order(struct memory_store *store)
{
    compute_keys(store);
    struct placed *placed = place_all(store, &store->order_count);
    store->order = alloc_grow(store->order, store->order_count + 1, sizeof *store->order);
    for (size_t i = 0; i < store->order_count; i++)
        store->order[i] = placed[i].arrival;
    free(placed);
    store->ordered_entries = store->entry_count;
}

/* What the disk takes for it is not the memory of the node that asks. */
static void sort(struct memory_store *store)
{
    struct heap *turn = heap_at_turn;
    if (store->ordered_entries == store->entry_count && store->order)
        return;
    heap_at_turn = NULL;
    put_in_order(store);
    heap_at_turn = turn;
}

/* The first row behind `cursor` (or at it, when `with`). */
static size_t after_cursor(const struct memory_store *store, struct bytes cursor, bool with)
{
    size_t low = 0, high = store->order_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        uint8_t place[PLACE_SIZE];
        place_of(store, store->order[middle], place);
        int order = bytes_compare(BYTES_OF(place), cursor);
        if (order < 0 || (order == 0 && !with))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---------------------------------------------------------------- reading */

static bool show(struct memory_store *store, size_t at, uint32_t group, storage_order_visitor visit, void *arg)
{
    uint64_t arrival = store->order[at];
    const struct memory_entry *entry = &store->entries[arrival - 1];
    uint8_t place[PLACE_SIZE];
    if (store->logs[entry->log].row.group != group)
        return true;
    place_of(store, arrival, place);
    struct order_row row = {.log = entry->log,
                            .seq = entry->seq,
                            .key = entry->key,
                            .incomplete = entry->incomplete,
                            .cursor = BYTES_OF(place)};
    return visit(arg, &row);
}

enum error memory_order_each(void *ctx, uint32_t group, struct bytes cursor, bool backward, storage_order_visitor visit,
                             void *arg)
{
    struct memory_store *store = ctx;
    sort(store);
    if (backward) {
        size_t at = cursor.size ? after_cursor(store, cursor, true) : store->order_count;
        while (at-- > 0 && show(store, at, group, visit, arg))
            ;
        return OK;
    }
    size_t at = cursor.size ? after_cursor(store, cursor, false) : 0;
    for (; at < store->order_count && show(store, at, group, visit, arg); at++)
        ;
    return OK;
}

void memory_order_cursor_at(void *ctx, uint64_t ms, struct buffer *ret)
{
    (void)ctx;
    memset(buffer_extend(ret, PLACE_SIZE), 0, PLACE_SIZE);
    put_u64(ret->data + ret->size - PLACE_SIZE, ms);
}
