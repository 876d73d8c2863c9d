/* SPDX-License-Identifier: MIT */
#include "order_rekey.h"
#include "order_state.h"

/* The entries that stand in the order under `from`, and were moved to `to`. */
static enum error relabel_all(struct order *order, struct db_txn *txn, struct ledger_log *from, struct ledger_log *to)
{
    enum error err = OK;
    for (uint64_t seq = to->base + 1; !err && seq <= to->order.seq; seq++) {
        struct order_item item;
        err = order_item_read(txn, to, seq, &item);
        item.log = from;
        if (!err)
            err = order_relabel(order, txn, &item, to);
    }
    return err;
}

/* How far the two have come: what stood beyond the fork is the other's now. */
static enum error divide_progress(struct db_txn *txn, struct ledger_log *from, struct ledger_log *to)
{
    struct order_item last;
    if (from->order.seq <= to->base)
        return OK;
    to->order.seq = from->order.seq;
    to->order.key = from->order.key;
    memcpy(to->order.id, from->order.id, sizeof to->order.id);
    from->order.seq = to->base;
    if (from->order.seq == from->base)
        return OK;
    enum error err = order_item_read(txn, from, from->order.seq, &last);
    if (!err)
        memcpy(from->order.id, last.id, sizeof from->order.id);
    return err ? err : order_key_now(txn, &last, &from->order.key);
}

enum error order_split(struct order *order, struct db_txn *txn, struct ledger_log *from, struct ledger_log *to)
{
    from->order.run = to->order.run = (struct run){0};
    from->order.next_seq = to->order.next_seq = 0;
    enum error err = divide_progress(txn, from, to);
    if (!err)
        err = relabel_all(order, txn, from, to);
    if (!err)
        err = order_find_awaited(txn, from);
    if (!err)
        err = order_find_awaited(txn, to);
    if (err)
        return err;
    order_note_changed(order, from);
    order_note_changed(order, to);
    ledger_note_behind(order->ledger, to);
    return order_state_write(order, txn);
}
