/* SPDX-License-Identifier: MIT */
#include "move.h"

/* The stored entries say whose they are, too. */
static enum error relabel_entries(struct db_txn *txn, const struct run *run, uint32_t to)
{
    struct buffer value = {0};
    enum error err = OK;
    for (uint64_t i = 0; !err && i < run->count; i++) {
        struct stored_entry entry;
        uint8_t key[8];
        put_u64(key, run->arrival + i);
        err = rows_entry_at(txn, run->arrival + i, &entry);
        if (err)
            break;
        entry.log = to;
        value.size = 0;
        rows_put_prefix(&entry, buffer_extend(&value, ENTRY_PREFIX_SIZE));
        buffer_append(&value, entry.wire);
        err = db_put(txn, TABLE_ENTRIES, BYTES_OF(key), buffer_bytes(&value));
    }
    buffer_done(&value);
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

/* Moves the last run of `from`, or its part from `seq` on. */
static enum error move_run(struct db_txn *txn, struct ledger_log *from, struct ledger_log *to, uint64_t seq)
{
    struct run kept = from->last, moved = from->last;
    enum error err = rows_delete_run(txn, from->number, &from->last);
    if (!err && kept.first < seq) {
        kept.count = seq - kept.first;
        moved = (struct run){.first = seq, .count = moved.count - kept.count, .arrival = moved.arrival + kept.count};
        err = rows_put_run(txn, from->number, &kept);
    }
    if (!err)
        err = rows_put_run(txn, to->number, &moved);
    if (!err)
        err = relabel_entries(txn, &moved, to->number);
    if (err)
        return err;
    if (!to->last.count)
        to->last = moved;
    err = rows_last_run(txn, from->number, &from->last);
    if (err == ERR_NOT_FOUND)
        from->last = (struct run){0};
    return err == ERR_NOT_FOUND ? OK : err;
}

static enum error move_own(struct db_txn *txn, struct ledger *ledger, const struct batch_move *move)
{
    if (ledger->own.log != move->from || ledger->own.seq < move->seq)
        return OK;
    ledger->own.log = move->to;
    return rows_put_own(txn, &ledger->own);
}

enum error move_entries(struct db_txn *txn, struct ledger *ledger, struct order *order, const struct batch_move *move)
{
    struct ledger_log *from = ledger_get(ledger, move->from), *to = ledger_get(ledger, move->to);
    if (!from || !to || from == to || !to->is_branch || to->base + 1 != move->seq || to->last.count ||
        move->seq <= from->base || move->seq > ledger_head(from))
        return ERR_USAGE;
    enum error err = OK;
    while (!err && ledger_head(from) >= move->seq)
        err = move_run(txn, from, to, move->seq);
    if (!err)
        err = move_own(txn, ledger, move);
    if (err || !order)
        return err;
    err = order_split(order, txn, from, to);
    order->split_failed = err != OK;
    return err;
}
