/* SPDX-License-Identifier: MIT */
#include "append.h"

#include "core/writing/batch.h"
#include "move.h"

static enum error put_rows(struct db_txn *txn, struct ledger *ledger, struct order *order, const struct batch *batch)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < batch->row_count; i++) {
        struct ledger_log *log;
        bool is_cut;
        err = ledger_note(ledger, &batch->rows[i], &log, &is_cut);
        if (!err)
            err = rows_put_log(txn, &batch->rows[i]);
        if (!err && is_cut && order)
            err = order_again(order, txn, log->group);
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

/* What is in hand of one batch. */
struct appending {
    struct db_txn *txn;
    struct ledger *ledger;
    struct order *order; /* NULL: the view is not kept */
    const struct batch *batch;
    struct ledger_log *log; /* whose last run is to be written */
    size_t moved;           /* moves made */
};

/* Once a run, not once an entry. */
static enum error end_run(struct appending *at)
{
    enum error err = at->log ? runs_put_last(at->txn, at->log->number, &at->log->last) : OK;
    at->log = NULL;
    return err;
}

/* Those moves that come before entry `index` of the batch. */
static enum error make_moves(struct appending *at, size_t index)
{
    enum error err = OK;
    while (!err && at->moved < at->batch->move_count && at->batch->moves[at->moved].after <= index) {
        err = end_run(at);
        if (!err)
            err = move_entries(at->txn, at->ledger, at->order, &at->batch->moves[at->moved++]);
    }
    return err;
}

static enum error add_entry(struct appending *at, size_t index)
{
    const struct batch_entry *from = &at->batch->entries[index];
    struct stored_entry entry = {.log = from->log,
                                 .seq = from->seq,
                                 .arrival = at->ledger->last_arrival + 1,
                                 .seen_ms = at->batch->now_ms & U48_MAX,
                                 .flags = from->flags,
                                 .wire = batch_entry_wire(at->batch, index)};
    enum error err = at->log && at->log->number != entry.log ? end_run(at) : OK;
    if (err)
        return err;
    at->log = ledger_get(at->ledger, entry.log);
    if (!at->log || entry.seq != ledger_head(at->log) + 1)
        return ERR_USAGE;
    err = put_entry(at->txn, &entry);
    if (err)
        return err;
    at->ledger->last_arrival = entry.arrival;
    extend_run(at->log, &entry);
    ledger_note_behind(at->ledger, at->log);
    return OK;
}

static enum error put_entries(struct appending *at)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < at->batch->entry_count; i++) {
        if (at->moved < at->batch->move_count)
            err = make_moves(at, i);
        if (!err)
            err = add_entry(at, i);
    }
    if (!err)
        err = make_moves(at, SIZE_MAX);
    return err ? err : end_run(at);
}

/* Which log an entry of the batch is in at the batch's end. */
static uint32_t log_in_the_end(const struct batch *batch, size_t index)
{
    uint32_t log = batch->entries[index].log;
    for (size_t i = 0; i < batch->move_count; i++) {
        const struct batch_move *move = &batch->moves[i];
        if (move->after > index && move->from == log && batch->entries[index].seq >= move->seq)
            log = move->to;
    }
    return log;
}

static enum error put_own(struct db_txn *txn, struct ledger *ledger, const struct batch *batch)
{
    for (size_t i = batch->entry_count; i-- > 0;) {
        const struct batch_entry *entry = &batch->entries[i];
        if (!(entry->flags & ENTRY_FLAG_OWN))
            continue;
        ledger->own = (struct own_entry){.log = log_in_the_end(batch, i), .seq = entry->seq};
        rows_entry_id(batch_entry_wire(batch, i), &ledger->own.id);
        return rows_put_own(txn, &ledger->own);
    }
    return OK;
}

static enum error put_doubts(struct db_txn *txn, struct ledger *ledger, struct order *order, const struct batch *batch)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < batch->doubted_count; i++) {
        bool changed;
        err = doubted_take(&ledger->doubted, txn, batch, i, &changed);
        if (!err && changed && order)
            err = order_again(order, txn, batch->doubted[i].group);
    }
    return err;
}

/* What is stored of an entry stands at the beginning of what replaces it. */
static enum error put_payload(struct db_txn *txn, const struct batch_payload *payload, struct bytes wire)
{
    struct stored_entry entry;
    struct buffer value = {0};
    uint8_t key[8];
    enum error err = runs_find_entry(txn, payload->log, payload->seq, &entry);
    if (err == ERR_NOT_FOUND)
        return ERR_USAGE;
    if (err)
        return err;
    if (entry.wire.size > wire.size || memcmp(entry.wire.data, wire.data, entry.wire.size) != 0)
        return ERR_USAGE;
    rows_put_prefix(&entry, buffer_extend(&value, ENTRY_PREFIX_SIZE));
    buffer_append(&value, wire);
    put_u64(key, entry.arrival);
    err = db_put(txn, TABLE_ENTRIES, BYTES_OF(key), buffer_bytes(&value));
    buffer_done(&value);
    return err;
}

static enum error put_payloads(struct db_txn *txn, const struct batch *batch)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < batch->payload_count; i++) {
        const struct batch_payload *payload = &batch->payloads[i];
        err = put_payload(txn, payload, (struct bytes){batch->arena.data + payload->at, payload->size});
    }
    return err;
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

enum error append_batch(struct db_txn *txn, struct ledger *ledger, struct order *order, const struct batch *batch)
{
    struct appending at = {.txn = txn, .ledger = ledger, .order = order, .batch = batch};
    enum error err = put_rows(txn, ledger, order, batch);
    if (!err)
        err = put_entries(&at);
    if (!err)
        err = put_payloads(txn, batch);
    if (!err)
        err = put_own(txn, ledger, batch);
    if (!err)
        err = put_doubts(txn, ledger, order, batch);
    return err ? err : put_locals(txn, batch);
}
