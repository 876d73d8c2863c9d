/* SPDX-License-Identifier: MIT */
#include "core/base/alloc.h"
#include "memory_order.h"
#include "memory_rows.h"
#include <assert.h>
#include <stdlib.h>

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

static enum error commit(struct medium *medium, const struct batch *const *batches, size_t count)
{
    enum error err = OK;
    assert(!store_of(medium)->begun); /* where the map has to grow it would wait for ever */
    for (size_t i = 0; !err && i < count; i++)
        err = memory_commit(store_of(medium), batches[i]);
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
    size_t at = memory_find_local(store, key, &found);
    if (!found)
        return ERR_NOT_FOUND;
    *ret = buffer_bytes(&store->locals[at].value);
    return OK;
}

static enum error each_local(void *ctx, struct bytes prefix, storage_local_visitor visit, void *arg)
{
    const struct memory_store *store = reading(ctx);
    bool found;
    for (size_t i = memory_find_local(store, prefix, &found); i < store->local_count; i++) {
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
        memory_put_local(copied, buffer_bytes(&store->locals[i].key), buffer_bytes(&store->locals[i].value));
    for (size_t i = 0; i < store->doubted_count; i++)
        memory_set_doubts(copied, store->doubted[i].group, store->doubted[i].doubts, store->doubted[i].count);
    return &copied->medium;
}

static void rewrite(struct medium *medium, uint64_t arrival, struct bytes wire)
{
    struct memory_entry *kept = &store_of(medium)->entries[arrival - 1];
    struct entry entry;
    memory_entry_read(kept, &entry); /* its id stays what it was */
    kept->wire.size = 0;
    buffer_append(&kept->wire, wire);
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
