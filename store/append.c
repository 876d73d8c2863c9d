/* SPDX-License-Identifier: MIT */
#include "append.h"

#include "core/batch.h"

static enum error put_rows(struct db_txn *txn, struct ledger *ledger, const struct batch *batch)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < batch->row_count; i++) {
        struct ledger_log *log;
        bool is_new;
        err = ledger_note(ledger, &batch->rows[i], &log, &is_new);
        if (!err)
            err = rows_put_log(txn, &batch->rows[i]);
    }
    return err;
}

static enum error put_entry(struct db_txn *txn, const struct stored_entry *entry)
{
    uint8_t key[8], *value;
    put_u64(key, entry->arrival);
    enum error err = db_append(txn, TABLE_ENTRIES, BYTES_OF(key), ENTRY_PREFIX_SIZE + entry->wire.size, &value);
    if (err)
        return err;
    rows_put_prefix(entry, value);
    memcpy(value + ENTRY_PREFIX_SIZE, entry->wire.data, entry->wire.size);
    return OK;
}

/* Lengthens the log's last run, or begins a new one. */
static void extend_run(struct ledger_log *log, const struct stored_entry *entry)
{
    struct run *run = &log->last;
    if (run->count && run->count < UINT32_MAX && entry->arrival == run->arrival + run->count)
        run->count++;
    else
        *run = (struct run){.first = entry->seq, .count = 1, .arrival = entry->arrival};
}

static enum error put_entries(struct db_txn *txn, struct ledger *ledger, const struct batch *batch)
{
    struct ledger_log *log = NULL;
    enum error err = OK;
    for (size_t i = 0; i < batch->entry_count; i++) {
        const struct batch_entry *from = &batch->entries[i];
        struct stored_entry entry = {.log = from->log,
                                     .seq = from->seq,
                                     .arrival = ledger->last_arrival + 1,
                                     .seen_ms = batch->now_ms & U48_MAX,
                                     .flags = from->flags,
                                     .wire = batch_entry_wire(batch, i)};
        if (log && log->number != entry.log) {
            err = rows_put_run(txn, log->number, &log->last); /* once a run, not once an entry */
            if (err)
                return err;
        }
        log = ledger_get(ledger, entry.log);
        if (!log || entry.seq != ledger_head(log) + 1)
            return ERR_USAGE;
        err = put_entry(txn, &entry);
        if (err)
            return err;
        ledger->last_arrival = entry.arrival;
        extend_run(log, &entry);
        ledger_note_behind(ledger, log);
    }
    return log ? rows_put_run(txn, log->number, &log->last) : OK;
}

static enum error put_own(struct db_txn *txn, struct ledger *ledger, const struct batch *batch)
{
    for (size_t i = batch->entry_count; i-- > 0;) {
        const struct batch_entry *entry = &batch->entries[i];
        if (!(entry->flags & ENTRY_FLAG_OWN))
            continue;
        ledger->own = (struct own_entry){.log = entry->log, .seq = entry->seq};
        rows_entry_id(batch_entry_wire(batch, i), &ledger->own.id);
        return rows_put_own(txn, &ledger->own);
    }
    return OK;
}

static enum error put_locals(struct db_txn *txn, const struct batch *batch)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < batch->local_count; i++) {
        const struct batch_local *local = &batch->locals[i];
        struct bytes key = {batch->arena.data + local->key_at, local->key_size};
        struct bytes value = {batch->arena.data + local->value_at, local->value_size};
        if (key.size == 0 || key.size > DB_KEY_MAX)
            return ERR_USAGE;
        err = value.size == SIZE_MAX ? db_delete(txn, TABLE_LOCALS, key) : db_put(txn, TABLE_LOCALS, key, value);
    }
    return err;
}

enum error append_batch(struct db_txn *txn, struct ledger *ledger, const struct batch *batch)
{
    enum error err = put_rows(txn, ledger, batch);
    if (!err)
        err = put_entries(txn, ledger, batch);
    if (!err)
        err = put_own(txn, ledger, batch);
    return err ? err : put_locals(txn, batch);
}
