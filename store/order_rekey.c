/* SPDX-License-Identifier: MIT */
#include "order_rekey.h"

#include "core/alloc.h"
#include "order_state.h"

#define CAUSE_SIZE (32 + 8)
#define LATE_KEY_SIZE (CAUSE_SIZE + 4 + 8)

/* ---------------------------------------------------------------- rows */

static size_t row_key(const struct order_item *item, struct sort_key key, uint8_t out[ORDER_KEY_MAX])
{
    struct order_place place = {.group = item->log->group, .key = key, .device = item->log->device, .seq = item->seq};
    memcpy(place.id, item->id, sizeof place.id);
    return order_key_put(&place, out);
}

static enum error put_row(struct db_txn *txn, const struct order_item *item, const struct order_keyed *keyed)
{
    uint8_t key[ORDER_KEY_MAX], value[ORDER_VALUE_MAX];
    size_t key_size = row_key(item, keyed->key, key);
    size_t value_size = order_value_put(item->log->number, keyed->incomplete, value);
    enum error err =
        db_put(txn, order_table(item->log->kind), (struct bytes){key, key_size}, (struct bytes){value, value_size});
    return err ? err : order_key_write(txn, item, keyed->key);
}

static void put_cause(uint8_t key[CAUSE_SIZE], const struct hash *log, uint64_t seq)
{
    memcpy(key, log->bytes, sizeof log->bytes);
    put_u64(key + 32, seq);
}

static enum error put_late(struct order *order, struct db_txn *txn, const struct order_item *item,
                           const struct dep *dep)
{
    uint8_t key[LATE_KEY_SIZE];
    put_cause(key, &dep->log, dep->seq);
    put_u32(key + CAUSE_SIZE, item->log->number);
    put_u64(key + CAUSE_SIZE + 4, item->seq);
    struct ledger_log *cause = ledger_by_id(order->ledger, &dep->log);
    if (cause && dep->seq < cause->order.awaited)
        cause->order.awaited = dep->seq;
    return db_put(txn, TABLE_ORDER_LATE, BYTES_OF(key), (struct bytes){0});
}

enum error order_place(struct order *order, struct db_txn *txn, const struct order_item *item,
                       const struct order_keyed *keyed)
{
    enum error err = put_row(txn, item, keyed);
    for (size_t i = 0; !err && i < keyed->late_count; i++)
        err = put_late(order, txn, item, &keyed->late[i]);
    return err;
}

/* ---------------------------------------------------------------- waiting for a cause */

/* The first row at or after (cause log, seq) that waits for that log. */
static enum error first_late(struct db_txn *txn, const struct hash *cause, uint64_t seq, uint8_t ret[LATE_KEY_SIZE])
{
    uint8_t key[CAUSE_SIZE];
    struct db_cursor *cursor;
    struct db_row row;
    put_cause(key, cause, seq);
    enum error err = db_cursor_open(txn, TABLE_ORDER_LATE, &cursor);
    if (err)
        return err;
    err = db_seek(cursor, BYTES_OF(key), &row);
    if (!err && row.key.size != LATE_KEY_SIZE)
        err = ERR_CORRUPT;
    if (!err && memcmp(row.key.data, cause->bytes, sizeof cause->bytes) != 0)
        err = ERR_NOT_FOUND;
    if (!err)
        memcpy(ret, row.key.data, LATE_KEY_SIZE);
    db_cursor_close(cursor);
    return err;
}

enum error order_find_awaited(struct db_txn *txn, struct ledger_log *log)
{
    uint8_t late[LATE_KEY_SIZE];
    enum error err = first_late(txn, &log->id, log->order.seq + 1, late);
    log->order.awaited = err ? UINT64_MAX : get_u64(late + 32);
    return err == ERR_NOT_FOUND ? OK : err;
}

static void sweep_later(struct order *order, uint32_t group, struct sort_key from, struct sort_key upto)
{
    struct order_sweep *sweep = order->sweeps;
    while (sweep < order->sweeps + order->sweep_count && sweep->group != group)
        sweep++;
    if (sweep == order->sweeps + order->sweep_count) {
        *order_sweep_add(order) = (struct order_sweep){.group = group, .from = from, .upto = upto};
        return;
    }
    if (sort_key_compare(from, sweep->from) < 0)
        sweep->from = from;
    if (sort_key_compare(upto, sweep->upto) > 0)
        sweep->upto = upto;
}

static enum error read_incomplete(struct db_txn *txn, const struct order_item *item, struct sort_key key, bool *ret)
{
    uint8_t at[ORDER_KEY_MAX];
    struct db_row row = {.key = {at, row_key(item, key, at)}};
    struct order_row parsed;
    enum error err = db_get(txn, order_table(item->log->kind), row.key, &row.value);
    if (!err)
        err = order_row_read(&row, item->log->group, &parsed);
    if (!err)
        *ret = parsed.incomplete;
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

static enum error move_row(struct order *order, struct db_txn *txn, const struct order_item *item, struct sort_key old,
                           const struct order_keyed *keyed)
{
    uint8_t at[ORDER_KEY_MAX];
    size_t size = row_key(item, old, at);
    enum error err = db_delete(txn, order_table(item->log->kind), (struct bytes){at, size});
    if (err)
        return err;
    sweep_later(order, item->log->group, old, keyed->key);
    if (item->seq == item->log->order.seq) {
        item->log->order.key = keyed->key;
        order_note_changed(order, item->log);
    }
    return OK;
}

static enum error rekey(struct order *order, struct db_txn *txn, struct ledger_log *log, uint64_t seq)
{
    struct order_item item;
    struct order_keyed keyed;
    struct sort_key old;
    bool was_incomplete;
    enum error err = order_item_read(txn, log, seq, &item);
    if (!err)
        err = order_item_key(order->ledger, txn, &item, &keyed);
    if (!err)
        err = order_key_now(txn, &item, &old);
    if (!err)
        err = read_incomplete(txn, &item, old, &was_incomplete);
    if (err)
        return err;

    bool moved = sort_key_compare(old, keyed.key) != 0;
    if (!moved && was_incomplete == keyed.incomplete)
        return OK;
    if (moved)
        err = move_row(order, txn, &item, old, &keyed);
    return err ? err : put_row(txn, &item, &keyed);
}

enum error order_wake(struct order *order, struct db_txn *txn, struct ledger_log *log, uint64_t seq)
{
    uint8_t late[LATE_KEY_SIZE];
    enum error err;
    while (!(err = first_late(txn, &log->id, seq, late)) && get_u64(late + 32) == seq) {
        err = db_delete(txn, TABLE_ORDER_LATE, BYTES_OF(late));
        struct ledger_log *citer = ledger_get(order->ledger, get_u32(late + CAUSE_SIZE));
        uint64_t citing = get_u64(late + CAUSE_SIZE + 4);
        if (!err && (!citer || citing == 0 || citing > citer->order.seq))
            err = ERR_CORRUPT;
        if (!err)
            err = rekey(order, txn, citer, citing);
        if (err)
            return err;
    }
    log->order.awaited = err ? UINT64_MAX : get_u64(late + 32);
    return err == ERR_NOT_FOUND ? OK : err;
}

/* ---------------------------------------------------------------- sweeping */

struct sweep_at {
    uint8_t key[ORDER_KEY_MAX]; /* the group's prefix and a cursor */
    size_t size;
    size_t prefix;
    struct order_row row; /* its cursor is not used */
};

/* The first row of one kind after `at`. */
static enum error row_after(struct db_txn *txn, enum log_kind kind, uint32_t group, const struct sweep_at *at,
                            struct sweep_at *ret)
{
    struct db_cursor *cursor;
    struct db_row row;
    enum error err = db_cursor_open(txn, order_table(kind), &cursor);
    if (err)
        return err;
    err = db_seek(cursor, (struct bytes){at->key, at->size}, &row);
    if (!err && bytes_equal(row.key, (struct bytes){at->key, at->size}))
        err = db_move(cursor, DB_NEXT, &row);
    if (!err)
        err = order_row_read(&row, group, &ret->row);
    if (!err) {
        memcpy(ret->key, row.key.data, row.key.size);
        ret->size = row.key.size;
        ret->prefix = at->prefix;
    }
    db_cursor_close(cursor);
    return err;
}

/* The first row of either kind after `at`, which it replaces. */
static enum error step(struct db_txn *txn, uint32_t group, struct sweep_at *at)
{
    struct sweep_at content, governance;
    enum error content_err = row_after(txn, KIND_CONTENT, group, at, &content);
    enum error governance_err = row_after(txn, KIND_GOVERNANCE, group, at, &governance);
    if (content_err && governance_err)
        return content_err == ERR_NOT_FOUND ? governance_err : content_err;
    bool take_content = !content_err;
    if (!content_err && !governance_err)
        take_content = bytes_compare((struct bytes){content.key, content.size},
                                     (struct bytes){governance.key, governance.size}) < 0;
    *at = take_content ? content : governance;
    return OK;
}

/* Sweeps one group; `*ret_done`: to its end.  Keys below the row it stands on are final. */
static enum error sweep_group(struct order *order, struct db_txn *txn, size_t index, bool *ret_done)
{
    uint32_t group = order->sweeps[index].group;
    struct sweep_at at = {0};
    at.prefix = order_group_put(group, at.key);
    at.size = at.prefix + order_time_put(order->sweeps[index].from, at.key + at.prefix);
    struct sort_key last = order->sweeps[index].from;

    enum error err;
    while (!(err = step(txn, group, &at))) {
        if (sort_key_compare(at.row.key, order->sweeps[index].upto) > 0)
            break;
        if (order->budget == 0 && sort_key_compare(at.row.key, last) != 0) {
            order->sweeps[index].from = at.row.key;
            return OK;
        }
        last = at.row.key;
        order->budget -= order->budget > 0;
        struct ledger_log *log = ledger_get(order->ledger, at.row.log);
        err = log ? rekey(order, txn, log, at.row.seq) : ERR_CORRUPT;
        if (err)
            return err;
    }
    *ret_done = true;
    return err == ERR_NOT_FOUND ? OK : err;
}

enum error order_sweep(struct order *order, struct db_txn *txn)
{
    enum error err = OK;
    for (size_t i = order->sweep_count; !err && order->budget > 0 && i-- > 0;) {
        bool done = false;
        err = sweep_group(order, txn, i, &done);
        if (!err && done)
            err = order_sweep_remove(order, txn, i);
    }
    return err;
}
