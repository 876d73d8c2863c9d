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

/* The next run of `from`, or its part from behind what `to` has already.  It stays listed under `from`. */
static enum error copy_run(struct db_txn *txn, const struct ledger_log *from, struct ledger_log *to)
{
    struct run run;
    uint64_t seq = ledger_head(to) + 1;
    enum error err = runs_find(txn, from->number, seq, &run);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
    struct run copy = {
        .first = seq, .count = run.count - (seq - run.first), .arrival = run.arrival + (seq - run.first)};
    err = runs_put_last(txn, to->number, &copy);
    if (!err)
        err = relabel_entries(txn, &copy, to->number);
    if (!err)
        to->last = copy;
    return err;
}

static enum error move_runs(struct db_txn *txn, struct ledger_log *from, struct ledger_log *to)
{
    enum error err = OK;
    while (!err && ledger_head(to) < ledger_head(from))
        err = copy_run(txn, from, to);
    if (!err)
        err = runs_cut(txn, from->number, to->base + 1);
    if (err)
        return err;
    err = runs_last(txn, from->number, &from->last);
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
    enum error err = move_runs(txn, from, to);
    if (!err)
        err = move_own(txn, ledger, move);
    if (err || !order)
        return err;
    err = order_split(order, txn, from, to);
    order->split_failed = err != OK;
    return err;
}
