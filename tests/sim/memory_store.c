/* SPDX-License-Identifier: MIT */
#include "core/alloc.h"
#include "core/batch.h"
#include "memory_order.h"
#include "memory_rows.h"
#include <assert.h>
#include <stdlib.h>

#define LOCAL_KEY_MAX 511 /* what the real store takes */

static struct memory_store *store_of(struct medium *medium)
{
    return (struct memory_store *)medium;
}

static struct medium *make(void)
{
    return alloc_zero(1, sizeof(struct memory_store));
}

static void destroy(struct medium *medium)
{
    struct memory_store *store = store_of(medium);
    for (size_t i = 0; i < store->entry_count; i++)
        buffer_done(&store->entries[i].wire);
    for (size_t i = 0; i < store->log_count; i++)
        free(store->logs[i].arrivals);
    for (size_t i = 0; i < store->local_count; i++) {
        buffer_done(&store->locals[i].key);
        buffer_done(&store->locals[i].value);
    }
    for (size_t i = 0; i < store->doubted_count; i++)
        free(store->doubted[i].doubts);
    free(store->order);
    free(store->doubted);
    free(store->entries);
    free(store->logs);
    free(store->locals);
    free(store);
}

/* ---------------------------------------------------------------- writing */

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

static void put_entry(struct memory_store *store, const struct batch *batch, size_t index)
{
    const struct batch_entry *from = &batch->entries[index];
    struct memory_log *log = log_of(store, from->log);
    struct entry entry;
    if (store->entry_count == store->entry_capacity) {
        store->entry_capacity = store->entry_capacity ? 2 * store->entry_capacity : 64;
        store->entries = alloc_grow(store->entries, store->entry_capacity, sizeof *store->entries);
    }
    struct memory_entry *kept = &store->entries[store->entry_count++];
    *kept = (struct memory_entry){.log = from->log, .seq = from->seq, .flags = from->flags, .seen_ms = batch->now_ms};
    buffer_append(&kept->wire, batch_entry_wire(batch, index));
    enum error err = entry_decode(buffer_bytes(&kept->wire), &entry);
    assert(!err); /* a node stores nothing it could not read */
    (void)err;
    entry_id(&entry, &kept->id);

    if (log->count == log->capacity) {
        log->capacity = log->capacity ? 2 * log->capacity : 16;
        log->arrivals = alloc_grow(log->arrivals, log->capacity, sizeof *log->arrivals);
    }
    log->arrivals[log->count++] = store->entry_count;
    if (from->flags & ENTRY_FLAG_OWN)
        store->own_arrival = store->entry_count;
}

/* Where `key` is, or belongs. */
static size_t find_local(const struct memory_store *store, struct bytes key, bool *ret_found)
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

static void put_local(struct memory_store *store, struct bytes key, struct bytes value)
{
    bool found;
    size_t at = find_local(store, key, &found);
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
        size_t at = find_local(store, key, &found);
        if (local->value_size != SIZE_MAX)
            put_local(store, key, (struct bytes){batch->arena.data + local->value_at, local->value_size});
        else if (found)
            delete_local(store, at);
    }
}

static void set_doubts(struct memory_store *store, uint32_t group, const struct doubt *doubts, size_t count)
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
        set_doubts(store, part->group, part->count ? &batch->doubts[part->first] : NULL, part->count);
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

static enum error commit_batch(struct memory_store *store, const struct batch *batch)
{
    if (!is_sound(store, batch))
        return ERR_USAGE;
    for (size_t i = 0; i < batch->row_count; i++)
        log_of(store, batch->rows[i].number)->row = batch->rows[i];
    put_entries(store, batch);
    put_doubts(store, batch);
    put_payloads(store, batch);
    put_locals(store, batch);
    return OK;
}

static enum error commit(struct medium *medium, const struct batch *const *batches, size_t count)
{
    enum error err = OK;
    assert(!store_of(medium)->begun); /* where the map has to grow it would wait for ever */
    for (size_t i = 0; !err && i < count; i++)
        err = commit_batch(store_of(medium), batches[i]);
    return err;
}

static enum error fail(struct medium *medium, const struct batch *const *batches, size_t count, enum error fault)
{
    (void)medium, (void)batches, (void)count;
    return fault;
}

/* ---------------------------------------------------------------- reading */

static enum error begin(void *ctx)
{
    struct memory_store *store = ctx;
    store->begun = true;
    return OK;
}

static void end(void *ctx)
{
    struct memory_store *store = ctx;
    store->begun = false;
}

/* As with the real one, whose snapshot asserts the same. */
static const struct memory_store *reading(void *ctx)
{
    const struct memory_store *store = ctx;
    assert(store->begun);
    return store;
}

static struct stored_entry describe(const struct memory_store *store, uint64_t arrival)
{
    const struct memory_entry *entry = &store->entries[arrival - 1];
    return (struct stored_entry){.log = entry->log,
                                 .seq = entry->seq,
                                 .arrival = arrival,
                                 .seen_ms = entry->seen_ms,
                                 .flags = entry->flags,
                                 .wire = buffer_bytes(&entry->wire)};
}

static enum error each_log(void *ctx, storage_log_visitor visit, void *arg)
{
    const struct memory_store *store = reading(ctx);
    for (size_t i = 0; i < store->log_count; i++)
        if (store->logs[i].row.number && !visit(arg, &store->logs[i].row))
            break;
    return OK;
}

bool memory_find_entry(const struct memory_store *store, uint32_t number, uint64_t seq, uint64_t *ret_arrival)
{
    const struct memory_log *log = number < store->log_count ? &store->logs[number] : NULL;
    if (!log || seq <= log->row.base_seq || seq > log->row.base_seq + log->count)
        return false;
    *ret_arrival = log->arrivals[seq - log->row.base_seq - 1];
    return true;
}

static enum error each_entry(void *ctx, uint32_t number, uint64_t from, storage_entry_visitor visit, void *arg)
{
    const struct memory_store *store = reading(ctx);
    uint64_t arrival;
    for (uint64_t seq = from ? from : 1; memory_find_entry(store, number, seq, &arrival); seq++) {
        struct stored_entry entry = describe(store, arrival);
        if (!visit(arg, &entry))
            break;
    }
    return OK;
}

static enum error get_entry(void *ctx, uint32_t number, uint64_t seq, struct stored_entry *ret)
{
    const struct memory_store *store = reading(ctx);
    uint64_t arrival;
    if (!memory_find_entry(store, number, seq, &arrival))
        return ERR_NOT_FOUND;
    *ret = describe(store, arrival);
    return OK;
}

static enum error each_arrival(void *ctx, uint64_t from, storage_entry_visitor visit, void *arg)
{
    const struct memory_store *store = reading(ctx);
    for (uint64_t arrival = from ? from : 1; arrival <= store->entry_count; arrival++) {
        struct stored_entry entry = describe(store, arrival);
        if (!visit(arg, &entry))
            break;
    }
    return OK;
}

static uint64_t last_arrival(void *ctx)
{
    const struct memory_store *store = ctx;
    return store->entry_count;
}

static enum error get_local(void *ctx, struct bytes key, struct bytes *ret)
{
    const struct memory_store *store = reading(ctx);
    bool found;
    size_t at = find_local(store, key, &found);
    if (!found)
        return ERR_NOT_FOUND;
    *ret = buffer_bytes(&store->locals[at].value);
    return OK;
}

static enum error each_local(void *ctx, struct bytes prefix, storage_local_visitor visit, void *arg)
{
    const struct memory_store *store = reading(ctx);
    bool found;
    for (size_t i = find_local(store, prefix, &found); i < store->local_count; i++) {
        struct bytes key = buffer_bytes(&store->locals[i].key);
        if (key.size < prefix.size || memcmp(key.data, prefix.data, prefix.size) != 0 ||
            !visit(arg, key, buffer_bytes(&store->locals[i].value)))
            break;
    }
    return OK;
}

static struct storage reads(struct medium *medium)
{
    return (struct storage){.ctx = store_of(medium),
                            .begin = begin,
                            .end = end,
                            .each_log = each_log,
                            .each_entry = each_entry,
                            .get_entry = get_entry,
                            .each_arrival = each_arrival,
                            .last_arrival = last_arrival,
                            .get_local = get_local,
                            .each_local = each_local,
                            .each_ordered = memory_order_each,
                            .order_cursor_at = memory_order_cursor_at,
                            .order_progress = last_arrival};
}

/* ---------------------------------------------------------------- lives and copies */

static void open(struct medium *medium)
{
    memory_lineage_open(store_of(medium));
}

static void close(struct medium *medium)
{
    store_of(medium)->begun = false;
}

static void rest(struct medium *medium)
{
    memory_lineage_write(store_of(medium));
}

static bool was_restored(const struct medium *medium)
{
    return ((const struct memory_store *)medium)->lineage.restored;
}

static void mark_copied(struct medium *medium)
{
    store_of(medium)->lineage.is_of_here = false;
}

static struct memory_entry *copy_entries(const struct memory_store *store)
{
    struct memory_entry *copies = alloc_zero(store->entry_count + 1, sizeof *copies);
    for (size_t i = 0; i < store->entry_count; i++) {
        copies[i] = store->entries[i];
        copies[i].wire = (struct buffer){0};
        buffer_append(&copies[i].wire, buffer_bytes(&store->entries[i].wire));
    }
    return copies;
}

static struct memory_log *copy_logs(const struct memory_store *store)
{
    struct memory_log *copies = alloc_zero(store->log_count + 1, sizeof *copies);
    for (size_t i = 0; i < store->log_count; i++) {
        const struct memory_log *log = &store->logs[i];
        copies[i] = *log;
        copies[i].capacity = log->count + 1;
        copies[i].arrivals = alloc_zero(log->count + 1, sizeof *log->arrivals);
        if (log->count)
            memcpy(copies[i].arrivals, log->arrivals, log->count * sizeof *log->arrivals);
    }
    return copies;
}

static struct medium *copy(const struct medium *medium)
{
    const struct memory_store *store = (const struct memory_store *)medium;
    struct memory_store *copied = alloc_zero(1, sizeof *copied);
    copied->lineage = store->lineage;
    copied->own_arrival = store->own_arrival;
    copied->entries = copy_entries(store);
    copied->entry_count = store->entry_count;
    copied->entry_capacity = store->entry_count + 1;
    copied->logs = copy_logs(store);
    copied->log_count = store->log_count;
    for (size_t i = 0; i < store->local_count; i++)
        put_local(copied, buffer_bytes(&store->locals[i].key), buffer_bytes(&store->locals[i].value));
    for (size_t i = 0; i < store->doubted_count; i++)
        set_doubts(copied, store->doubted[i].group, store->doubted[i].doubts, store->doubted[i].count);
    return &copied->medium;
}

static void rewrite(struct medium *medium, uint64_t arrival, struct bytes wire)
{
    struct buffer *kept = &store_of(medium)->entries[arrival - 1].wire;
    kept->size = 0;
    buffer_append(kept, wire);
}

const struct medium_kind memory_medium = {.name = "memory",
                                          .make = make,
                                          .copy = copy,
                                          .destroy = destroy,
                                          .open = open,
                                          .close = close,
                                          .commit = commit,
                                          .fail = fail,
                                          .rest = rest,
                                          .reads = reads,
                                          .was_restored = was_restored,
                                          .mark_copied = mark_copied,
                                          .rewrite = rewrite};
