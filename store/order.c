/* SPDX-License-Identifier: MIT */
#include "order.h"

#include "core/base/alloc.h"
#include "order_next.h"
#include "order_rekey.h"
#include "order_state.h"

#define INTERRUPT_EVERY 64 /* entries */

static void push(struct order *order, struct ledger_log *log, uint64_t upto)
{
    if (order->stack_count == order->stack_capacity) {
        order->stack_capacity = order->stack_capacity ? 2 * order->stack_capacity : 16;
        order->stack = alloc_grow(order->stack, order->stack_capacity, sizeof *order->stack);
    }
    order->stack[order->stack_count++] = (struct order_climb){log, upto};
    log->order.climbing = true;
}

static void pop(struct order *order)
{
    order->stack[--order->stack_count].log->order.climbing = false;
}

/* Whether `dep` is to be climbed before its citer, and in which of the logs of that name.  A log already on the stack
 * is not: its entry there would have to cite a later one of its own, which no id allows, so the id cited here cannot be
 * the stored one's either. */
static enum error is_ahead(struct order *order, struct db_txn *txn, const struct order_item *item,
                           const struct dep *dep, struct ledger_log **ret)
{
    struct ledger_log *log = ledger_tree(order->ledger, &dep->log);
    enum error err = OK;
    for (*ret = NULL; log && !*ret && !err; log = log->next_in_tree) {
        struct order_item cause;
        if (log->group != item->log->group || log->order.climbing || dep->seq <= log->order.seq ||
            dep->seq > ledger_head(log))
            continue;
        err = order_item_read(txn, log, dep->seq, &cause);
        if (!err && memcmp(cause.id, dep->id, sizeof dep->id) == 0)
            *ret = log;
    }
    return err;
}

static enum error place_next(struct order *order, struct db_txn *txn, const struct order_item *item)
{
    struct order_keyed keyed;
    struct order_log *state = &item->log->order;
    enum error err = order_item_key(order->ledger, txn, item, &keyed);
    if (!err)
        err = order_place(order, txn, item, &keyed);
    if (err)
        return err;
    state->seq = item->seq;
    state->key = keyed.key;
    memcpy(state->id, item->id, sizeof state->id);
    order_note_changed(order, item->log);
    order->ordered++;
    order->budget -= order->budget > 0;
    return state->awaited == item->seq ? order_wake(order, txn, item) : OK;
}

/* Places the next entry of the log on top of the stack, or puts on top what has to come first. */
static enum error climb_once(struct order *order, struct db_txn *txn)
{
    struct ledger_log *log = order->stack[order->stack_count - 1].log;
    struct order_item item;
    enum error err = OK;
    if (log->order.seq == log->base)
        err = order_find_awaited(txn, log); /* it may have been waited for before it was known */
    if (!err)
        err = order_item_read(txn, log, log->order.seq + 1, &item);
    for (size_t i = 0; !err && i < order_item_dep_count(&item); i++) {
        struct dep dep = order_item_dep(&item, i);
        struct ledger_log *ahead;
        err = is_ahead(order, txn, &item, &dep, &ahead);
        if (!err && ahead) {
            push(order, ahead, dep.seq);
            return OK;
        }
    }
    return err ? err : place_next(order, txn, &item);
}

/* Takes the next entry of `log`, after all that it hangs on. */
static enum error climb(struct order *order, struct db_txn *txn, struct ledger_log *log)
{
    enum error err = OK;
    push(order, log, log->order.seq + 1);
    while (!err && order->stack_count > 0 && order->budget > 0) {
        const struct order_climb *top = &order->stack[order->stack_count - 1];
        if (top->log->order.seq >= top->upto)
            pop(order);
        else
            err = climb_once(order, txn);
    }
    while (order->stack_count > 0)
        pop(order);
    return err;
}

static enum error climb_all(struct order *order, struct db_txn *txn, bool (*interrupted)(void *arg), void *arg)
{
    enum error err = order_next_begin(order->ledger, txn);
    for (size_t turn = 1; !err && order->budget > 0; turn++) {
        struct ledger_log *log;
        err = order_next(order->ledger, txn, &log);
        if (!err && !log)
            break;
        if (!err)
            err = climb(order, txn, log);
        if (interrupted && turn % INTERRUPT_EVERY == 0 && interrupted(arg))
            break;
    }
    return err;
}

enum error order_advance(struct order *order, struct db_txn *txn, size_t budget, bool (*interrupted)(void *arg),
                         void *arg)
{
    order->budget = budget;
    enum error err = climb_all(order, txn, interrupted, arg);
    if (!err)
        err = order_sweep(order, txn);
    return err ? err : order_state_write(order, txn);
}
