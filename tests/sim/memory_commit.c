/* SPDX-License-Identifier: MIT */
#include "core/base/alloc.h"
#include "core/writing/batch.h"
#include "memory_rows.h"
#include <assert.h>

#define LOCAL_KEY_MAX 511 /* what the real store takes */

static struct memory_log *log_of(struct memory_store *store, uint32_t number)
{
    if (number >= store->log_count) {
        size_t count = number + 1u;
        store->logs = alloc_grow(store->logs, count, sizeof *store->logs);
        memset(store->logs + store->log_count, 0, (count - store->log_count) * sizeof *store->logs);
        store->log_count = count;
    }
    return &store->logs[number];
}

void memory_entry_read(struct memory_entry *kept, struct entry *ret)
{
    enum error err = entry_decode(buffer_bytes(&kept->wire), ret);
    assert(!err); /* a node stores nothing it could not read */
    (void)err;
    if (crypto_is_zero(kept->id.bytes, sizeof kept->id.bytes))
        entry_id(ret, &kept->id);
}

static void put_entry(struct memory_store *store, const struct batch *batch, size_t index)
{
    const struct batch_entry *from = &batch->entries[index];
    struct memory_log *log = log_of(store, from->log);
    if (store->entry_count == store->entry_capacity) {
        store->entry_capacity = store->entry_capacity ? 2 * store->entry_capacity : 64;
        store->entries = alloc_grow(store->entries, store->entry_capacity, sizeof *store->entries);
    }
    struct memory_entry *kept = &store->entries[store->entry_count++];
    *kept = (struct memory_entry){.log = from->log, .seq = from->seq, .flags = from->flags, .seen_ms = batch->now_ms};
    buffer_append(&kept->wire, batch_entry_wire(batch, index));
    if (log->count == log->capacity) {
        log->capacity = log->capacity ? 2 * log->capacity : 16;
        log->arrivals = alloc_grow(log->arrivals, log->capacity, sizeof *log->arrivals);
    }
    log->arrivals[log->count++] = store->entry_count;
    if (from->flags & ENTRY_FLAG_OWN)
        store->own_arrival = store->entry_count;
}

size_t memory_find_local(const struct memory_store *store, struct bytes key, bool *ret_found)
{
    size_t low = 0, high = store->local_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (bytes_compare(buffer_bytes(&store->locals[middle].key), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = low < store->local_count && bytes_equal(buffer_bytes(&store->locals[low].key), key);
    return low;
}

static void delete_local(struct memory_store *store, size_t at)
{
    buffer_done(&store->locals[at].key);
    buffer_done(&store->locals[at].value);
    memmove(store->locals + at, store->locals + at + 1, (store->local_count - at - 1) * sizeof *store->locals);
    store->local_count--;
}

void memory_put_local(struct memory_store *store, struct bytes key, struct bytes value)
{
    bool found;
    size_t at = memory_find_local(store, key, &found);
    if (found)
        delete_local(store, at);
    if (store->local_count == store->local_capacity) {
        store->local_capacity = store->local_capacity ? 2 * store->local_capacity : 16;
        store->locals = alloc_grow(store->locals, store->local_capacity, sizeof *store->locals);
    }
    memmove(store->locals + at + 1, store->locals + at, (store->local_count - at) * sizeof *store->locals);
    store->locals[at] = (struct memory_local){0};
    buffer_append(&store->locals[at].key, key);
    buffer_append(&store->locals[at].value, value);
    store->local_count++;
}

static void put_locals(struct memory_store *store, const struct batch *batch)
{
    for (size_t i = 0; i < batch->local_count; i++) {
        const struct batch_local *local = &batch->locals[i];
        struct bytes key = {batch->arena.data + local->key_at, local->key_size};
        bool found;
        size_t at = memory_find_local(store, key, &found);
        if (local->value_size != SIZE_MAX)
            memory_put_local(store, key, (struct bytes){batch->arena.data + local->value_at, local->value_size});
        else if (found)
            delete_local(store, at);
    }
}

void memory_set_doubts(struct memory_store *store, uint32_t group, const struct doubt *doubts, size_t count)
{
    size_t at = 0;
    while (at < store->doubted_count && store->doubted[at].group != group)
        at++;
    if (at == store->doubted_count) {
        store->doubted = alloc_grow(store->doubted, ++store->doubted_count, sizeof *store->doubted);
        store->doubted[at] = (struct memory_doubts){.group = group};
    }
    struct memory_doubts *doubted = &store->doubted[at];
    doubted->doubts = alloc_grow(doubted->doubts, count + 1, sizeof *doubted->doubts);
    doubted->count = count;
    if (count)
        memcpy(doubted->doubts, doubts, count * sizeof *doubts);
    store->ordered_entries = 0;
}

static void put_doubts(struct memory_store *store, const struct batch *batch)
{
    for (size_t i = 0; i < batch->doubted_count; i++) {
        const struct batch_doubts *part = &batch->doubted[i];
        memory_set_doubts(store, part->group, part->count ? &batch->doubts[part->first] : NULL, part->count);
    }
}

/* The entries of a forked log from move->seq on go over to a branch that has none yet. */
static void move_entries(struct memory_store *store, const struct batch_move *move)
{
    log_of(store, move->to); /* may move the others */
    struct memory_log *from = log_of(store, move->from), *to = log_of(store, move->to);
    size_t kept = (size_t)(move->seq - 1 - from->row.base_seq), moved = from->count - kept;
    assert(!to->count && kept < from->count && to->row.is_branch && to->row.base_seq + 1 == move->seq);
    to->arrivals = alloc_grow(to->arrivals, moved, sizeof *to->arrivals);
    to->capacity = to->count = moved;
    memcpy(to->arrivals, from->arrivals + kept, moved * sizeof *to->arrivals);
    from->count = kept;
    for (size_t i = 0; i < moved; i++)
        store->entries[to->arrivals[i] - 1].log = move->to;
    store->ordered_entries = 0;
}

static void put_entries(struct memory_store *store, const struct batch *batch)
{
    size_t moves = 0;
    for (size_t i = 0; i <= batch->entry_count; i++) {
        while (moves < batch->move_count && batch->moves[moves].after <= i)
            move_entries(store, &batch->moves[moves++]);
        if (i < batch->entry_count)
            put_entry(store, batch, i);
    }
}

static void put_payloads(struct memory_store *store, const struct batch *batch)
{
    for (size_t i = 0; i < batch->payload_count; i++) {
        const struct batch_payload *from = &batch->payloads[i];
        const struct memory_log *log = log_of(store, from->log);
        size_t at = (size_t)(from->seq - log->row.base_seq - 1);
        assert(from->seq > log->row.base_seq && at < log->count);
        struct buffer *wire = &store->entries[log->arrivals[at] - 1].wire;
        assert(from->size >= wire->size && memcmp(batch->arena.data + from->at, wire->data, wire->size) == 0);
        wire->size = 0;
        buffer_append(wire, (struct bytes){batch->arena.data + from->at, from->size});
    }
}

/* How many entries a log has after the batch; false: one of them does not follow the one before it. */
static bool count_after(struct memory_store *store, const struct batch *batch, const struct log_row *row,
                        uint64_t *ret_head)
{
    uint64_t head = row->base_seq + log_of(store, row->number)->count;
    size_t moves = 0;
    for (size_t i = 0; i <= batch->entry_count; i++) {
        for (; moves < batch->move_count && batch->moves[moves].after <= i; moves++) {
            const struct batch_move *move = &batch->moves[moves];
            if (move->from == row->number && head >= move->seq)
                head = move->seq - 1;
            if (move->to == row->number) /* the head of what was moved is not known here */
                head = 0;
        }
        if (i == batch->entry_count || batch->entries[i].log != row->number)
            continue;
        if (head && batch->entries[i].seq != head + 1)
            return false;
        head = batch->entries[i].seq;
    }
    *ret_head = head ? head : row->head_seq;
    return true;
}

/* Whether every entry of the batch follows the one before it in its log, and every row tells of what is there. */
static bool is_sound(struct memory_store *store, const struct batch *batch)
{
    for (size_t r = 0; r < batch->row_count; r++) {
        const struct log_row *row = &batch->rows[r];
        uint64_t head;
        if (row->number == 0 || !count_after(store, batch, row, &head) || head != row->head_seq)
            return false;
    }
    for (size_t i = 0; i < batch->entry_count; i++) {
        size_t r = 0;
        while (r < batch->row_count && batch->rows[r].number != batch->entries[i].log)
            r++;
        if (r == batch->row_count)
            return false;
    }
    for (size_t i = 0; i < batch->local_count; i++)
        if (batch->locals[i].key_size == 0 || batch->locals[i].key_size > LOCAL_KEY_MAX)
            return false;
    return true;
}

static void put_rows(struct memory_store *store, const struct batch *batch)
{
    for (size_t i = 0; i < batch->row_count; i++) {
        struct log_row *row = &log_of(store, batch->rows[i].number)->row;
        if (row->void_from != batch->rows[i].void_from)
            store->ordered_entries = 0; /* other causes count */
        *row = batch->rows[i];
    }
}

enum error memory_commit(struct memory_store *store, const struct batch *batch)
{
    if (!is_sound(store, batch))
        return ERR_USAGE;
    put_rows(store, batch);
    put_entries(store, batch);
    put_doubts(store, batch);
    put_payloads(store, batch);
    put_locals(store, batch);
    return OK;
}
