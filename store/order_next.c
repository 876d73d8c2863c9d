/* SPDX-License-Identifier: MIT */
#include "order_next.h"

#include "order_key.h"

/* ledger->behind is a binary heap, smallest HLC first.  A log that was climbed meanwhile stands too low until it comes
 * to the top and is looked at again. */

static void swap(struct ledger *ledger, size_t a, size_t b)
{
    struct ledger_log *log = ledger->behind[a];
    ledger->behind[a] = ledger->behind[b];
    ledger->behind[b] = log;
}

static void sift_down(struct ledger *ledger, size_t at)
{
    for (;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < ledger->behind_count; child++) {
            if (ledger->behind[child]->order.next_hlc < ledger->behind[least]->order.next_hlc)
                least = child;
        }
        if (least == at)
            return;
        swap(ledger, at, least);
        at = least;
    }
}

static bool is_stale(const struct ledger_log *log)
{
    return log->order.next_seq != log->order.seq + 1;
}

static enum error look(struct ledger_log *log, struct db_txn *txn)
{
    uint64_t seq = log->order.seq + 1;
    if (!is_stale(log) || seq > ledger_head(log))
        return OK;
    enum error err = order_key_peek(txn, log, seq, &log->order.next_hlc);
    if (!err)
        log->order.next_seq = seq;
    return err;
}

enum error order_next_begin(struct ledger *ledger, struct db_txn *txn)
{
    enum error err = OK;
    for (size_t i = ledger->behind_count; !err && i-- > 0;) {
        err = look(ledger->behind[i], txn);
        sift_down(ledger, i);
    }
    return err;
}

static void remove_top(struct ledger *ledger)
{
    ledger->behind[0]->behind = false;
    ledger->behind[0] = ledger->behind[--ledger->behind_count];
    sift_down(ledger, 0);
}

enum error order_next(struct ledger *ledger, struct db_txn *txn, struct ledger_log **ret)
{
    while (ledger->behind_count > 0) {
        struct ledger_log *top = ledger->behind[0];
        if (top->order.seq == ledger_head(top)) {
            remove_top(ledger);
        } else if (is_stale(top)) {
            enum error err = look(top, txn);
            if (err)
                return err;
            sift_down(ledger, 0);
        } else {
            *ret = top;
            return OK;
        }
    }
    *ret = NULL;
    return OK;
}
