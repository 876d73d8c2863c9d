/* SPDX-License-Identifier: MIT */
#include "memory_order.h"

#include "core/alloc.h"
#include "core/table.h"
#include "memory_rows.h"
#include <assert.h>
#include <stdlib.h>

/* ---------------------------------------------------------------- sort keys */

/* Which entry a dep means: all logs that forked from one have the same name in it, and the id chooses. */
static void cause_name(const struct hash *log, uint64_t seq, const uint8_t id[8], struct hash *ret)
{
    uint8_t number[8];
    put_u64(number, seq);
    const struct bytes parts[] = {BYTES_OF(log->bytes), BYTES_OF(number), {id, 8}};
    crypto_hash_parts(parts, 3, ret);
}

static const struct memory_entry *find_cause(const struct table *causes, const struct hash *log, uint64_t seq,
                                             const uint8_t id[8])
{
    struct hash name;
    cause_name(log, seq, id, &name);
    return table_get(causes, name.bytes);
}

static bool is_doubted(const struct memory_store *store, const struct memory_entry *entry, const struct hash *log)
{
    for (size_t i = 0; i < store->doubted_count; i++)
        if (store->doubted[i].group == store->logs[entry->log].row.group)
            return doubts_find(store->doubted[i].doubts, store->doubted[i].count, log, entry->seq);
    return false;
}

static bool is_void(const struct memory_store *store, const struct memory_entry *entry)
{
    uint64_t from = store->logs[entry->log].row.void_from;
    return from && entry->seq >= from;
}

/* Puts `entry`'s key above those of its causes as they are now.  True when it moved. */
static bool put_key(const struct memory_store *store, const struct table *causes, struct memory_entry *entry)
{
    struct entry decoded;
    enum error err = entry_decode(buffer_bytes(&entry->wire), &decoded);
    assert(!err); /* it was decoded when it was stored */
    (void)err;
    struct sort_key key = sort_key_of_hlc(is_doubted(store, entry, &decoded.log) ? 0 : decoded.hlc);
    entry->incomplete = false;
    if (entry->seq > 1) {
        const struct memory_entry *before = find_cause(causes, &decoded.log, entry->seq - 1, decoded.previous.bytes);
        assert(before); /* a log has no holes */
        key = sort_key_after(key, before->key);
    }
    for (size_t i = 0; i < entry_dep_count(&decoded); i++) {
        struct dep dep = entry_dep(&decoded, i);
        const struct memory_entry *cause = find_cause(causes, &dep.log, dep.seq, dep.id);
        if (cause && !is_void(store, cause))
            key = sort_key_after(key, cause->key);
        else
            entry->incomplete = true;
    }
    bool moves = sort_key_compare(key, entry->key) != 0;
    entry->key = key;
    return moves;
}

/* Causes may have arrived after what they caused, so: until nothing moves any more. */
static void compute_keys(struct memory_store *store)
{
    struct table causes = {0};
    for (size_t i = 0; i < store->entry_count; i++) {
        struct memory_entry *entry = &store->entries[i];
        struct hash tree, name;
        log_name_id(&store->logs[entry->log].row.name, &tree);
        cause_name(&tree, entry->seq, entry->id.bytes, &name);
        table_put(&causes, name.bytes, entry);
    }
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t i = 0; i < store->entry_count; i++)
            moved |= put_key(store, &causes, &store->entries[i]);
    }
    table_done(&causes);
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

static int by_place(const void *a, const void *b, void *arg)
{
    uint8_t x[PLACE_SIZE], y[PLACE_SIZE];
    place_of(arg, *(const uint64_t *)a, x);
    place_of(arg, *(const uint64_t *)b, y);
    return memcmp(x, y, PLACE_SIZE);
}

static void sort(struct memory_store *store)
{
    if (store->ordered_entries == store->entry_count && store->order)
        return;
    compute_keys(store);
    store->order = alloc_grow(store->order, store->entry_count + 1, sizeof *store->order);
    store->order_count = 0;
    for (size_t i = 0; i < store->entry_count; i++)
        if (store->logs[store->entries[i].log].row.name.kind == KIND_CONTENT)
            store->order[store->order_count++] = i + 1;
    qsort_r(store->order, store->order_count, sizeof *store->order, by_place, store);
    store->ordered_entries = store->entry_count;
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
