/* SPDX-License-Identifier: MIT */
#include "order_rekey.h"

#include "core/base/alloc.h"
#include "order_state.h"

#define SEQ_AT 32 /* in a row's key: cause's log ‖ seq ‖ id(8) ‖ u32 citing log ‖ u64 citing seq */
#define CITER_AT (SEQ_AT + 8 + 8)
#define LATE_KEY_SIZE (CITER_AT + 4 + 8)

/* ---------------------------------------------------------------- rows */

static struct order_place place_of(const struct order_item *item, struct sort_key key)
{
    struct order_place place = {.group = item->log->group,
                                .key = key,
                                .log = item->log->number,
                                .device = item->log->device,
                                .seq = item->seq,
                                .log_id = item->log->id};
    memcpy(place.id, item->id, sizeof place.id);
    return place;
}

static struct order_block *block_of(struct order *order, enum log_kind kind)
{
    struct order_block *block = &order->blocks[kind];
    block->table = order_table(kind);
    return block;
}

static enum error put_row(struct order *order, struct db_txn *txn, const struct order_item *item,
                          const struct order_keyed *keyed)
{
    struct order_place place = place_of(item, keyed->key);
    enum error err = order_block_put(block_of(order, item->log->kind), txn, &place, keyed->incomplete);
    return err ? err : order_key_write(txn, item, keyed->key);
}

static void put_late_key(uint8_t key[LATE_KEY_SIZE], const struct dep *cause, uint32_t log, uint64_t seq)
{
    memcpy(key, cause->log.bytes, sizeof cause->log.bytes);
    put_u64(key + SEQ_AT, cause->seq);
    memcpy(key + SEQ_AT + 8, cause->id, sizeof cause->id);
    put_u32(key + CITER_AT, log);
    put_u64(key + CITER_AT + 4, seq);
}

static enum error put_late(struct order *order, struct db_txn *txn, const struct order_item *item,
                           const struct dep *dep)
{
    uint8_t key[LATE_KEY_SIZE];
    put_late_key(key, dep, item->log->number, item->seq);
    struct ledger_log *cause = ledger_tree(order->ledger, &dep->log);
    for (; cause; cause = cause->next_in_tree)
        if (dep->seq > cause->order.seq && dep->seq < cause->order.awaited)
            cause->order.awaited = dep->seq;
    return db_put(txn, TABLE_ORDER_LATE, BYTES_OF(key), (struct bytes){0});
}

enum error order_place(struct order *order, struct db_txn *txn, const struct order_item *item,
                       const struct order_keyed *keyed)
{
    enum error err = put_row(order, txn, item, keyed);
    for (size_t i = 0; !err && i < keyed->late_count; i++)
        err = put_late(order, txn, item, &keyed->late[i]);
    return err;
}

/* ---------------------------------------------------------------- waiting for a cause */

/* The first row at or after `cause` that waits for an entry of a log of that name. */
static enum error first_late(struct db_txn *txn, const struct dep *cause, uint8_t ret[LATE_KEY_SIZE])
{
    uint8_t key[LATE_KEY_SIZE];
    struct db_cursor *cursor;
    struct db_row row;
    put_late_key(key, cause, 0, 0);
    enum error err = db_cursor_open(txn, TABLE_ORDER_LATE, &cursor);
    if (err)
        return err;
    err = db_seek(cursor, BYTES_OF(key), &row);
    if (!err && row.key.size != LATE_KEY_SIZE)
        err = ERR_CORRUPT;
    if (!err && memcmp(row.key.data, cause->log.bytes, sizeof cause->log.bytes) != 0)
        err = ERR_NOT_FOUND;
    if (!err)
        memcpy(ret, row.key.data, LATE_KEY_SIZE);
    db_cursor_close(cursor);
    return err;
}

enum error order_find_awaited(struct db_txn *txn, struct ledger_log *log)
{
    const struct dep next = {.log = log->tree, .seq = log->order.seq + 1};
    uint8_t late[LATE_KEY_SIZE];
    enum error err = first_late(txn, &next, late);
    log->order.awaited = err ? UINT64_MAX : get_u64(late + SEQ_AT);
    return err == ERR_NOT_FOUND ? OK : err;
}

static void sweep_later(struct order *order, uint32_t group, struct sort_key from, struct sort_key upto)
{
    size_t at = 0;
    while (at < order->sweep_count && order->sweeps[at].group != group)
        at++;
    if (at == order->sweep_count) {
        *order_sweep_add(order) = (struct order_sweep){.group = group, .from = from, .upto = upto};
        return;
    }
    struct order_sweep *sweep = &order->sweeps[at];
    if (sort_key_compare(from, sweep->from) < 0)
        sweep->from = from;
    if (sort_key_compare(upto, sweep->upto) > 0)
        sweep->upto = upto;
}

static enum error read_incomplete(struct order *order, struct db_txn *txn, const struct order_item *item,
                                  struct sort_key key, bool *ret)
{
    struct order_place place = place_of(item, key);
    struct order_line line;
    enum error err = order_block_get(block_of(order, item->log->kind), txn, &place, &line);
    if (!err)
        *ret = line.incomplete;
    return err;
}

static enum error remove_row(struct order *order, struct db_txn *txn, const struct order_item *item,
                             struct sort_key key)
{
    struct order_place place = place_of(item, key);
    enum error err = order_block_remove(block_of(order, item->log->kind), txn, &place);
    return err ? err : order_key_forget(txn, item);
}

static enum error move_row(struct order *order, struct db_txn *txn, const struct order_item *item, struct sort_key old,
                           const struct order_keyed *keyed)
{
    enum error err = remove_row(order, txn, item, old);
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
        err = read_incomplete(order, txn, &item, old, &was_incomplete);
    if (err)
        return err;

    bool moved = sort_key_compare(old, keyed.key) != 0;
    if (!moved && was_incomplete == keyed.incomplete)
        return OK;
    if (moved)
        err = move_row(order, txn, &item, old, &keyed);
    return err ? err : put_row(order, txn, &item, &keyed);
}

static enum error wake_citer(struct order *order, struct db_txn *txn, const uint8_t late[LATE_KEY_SIZE])
{
    struct ledger_log *citer = ledger_get(order->ledger, get_u32(late + CITER_AT));
    uint64_t citing = get_u64(late + CITER_AT + 4);
    enum error err = db_delete(txn, TABLE_ORDER_LATE, (struct bytes){late, LATE_KEY_SIZE});
    if (!err && (!citer || citing <= citer->base || citing > citer->order.seq))
        err = ERR_CORRUPT;
    return err ? err : rekey(order, txn, citer, citing);
}

enum error order_wake(struct order *order, struct db_txn *txn, const struct order_item *item)
{
    struct dep cause = {.log = item->log->tree, .seq = item->seq};
    uint8_t late[LATE_KEY_SIZE];
    enum error err;
    memcpy(cause.id, item->id, sizeof cause.id);
    while (!(err = first_late(txn, &cause, late)) && memcmp(late + SEQ_AT + 8, cause.id, sizeof cause.id) == 0 &&
           get_u64(late + SEQ_AT) == cause.seq) {
        err = wake_citer(order, txn, late);
        if (err)
            return err;
    }
    return err && err != ERR_NOT_FOUND ? err : order_find_awaited(txn, item->log);
}

/* ---------------------------------------------------------------- sweeping */

enum error order_again(struct order *order, struct db_txn *txn, uint32_t group)
{
    sweep_later(order, group, (struct sort_key){0}, (struct sort_key){.ms = U48_MAX, .ticks = UINT64_MAX});
    return order_state_write(order, txn);
}

/* The first place of one kind after `at`. */
static enum error place_after(struct order *order, struct db_txn *txn, enum log_kind kind, const struct order_place *at,
                              struct order_place *ret)
{
    struct order_line line;
    enum error err = order_block_after(block_of(order, kind), txn, at, &line);
    if (err)
        return err;
    const struct ledger_log *log = ledger_get(order->ledger, line.log);
    if (!log)
        return ERR_CORRUPT;
    *ret = (struct order_place){.group = at->group,
                                .key = line.key,
                                .log = line.log,
                                .device = log->device,
                                .seq = line.seq,
                                .log_id = log->id};
    memcpy(ret->id, line.id, sizeof line.id);
    return OK;
}

static bool is_before(const struct order_place *a, const struct order_place *b)
{
    uint8_t a_key[ORDER_KEY_MAX], b_key[ORDER_KEY_MAX];
    size_t a_size = order_key_put(a, a_key), b_size = order_key_put(b, b_key);
    return bytes_compare((struct bytes){a_key, a_size}, (struct bytes){b_key, b_size}) < 0;
}

/* The first place of either kind after `at`, which it replaces. */
static enum error step(struct order *order, struct db_txn *txn, struct order_place *at)
{
    struct order_place content, governance;
    enum error content_err = place_after(order, txn, KIND_CONTENT, at, &content);
    enum error governance_err = place_after(order, txn, KIND_GOVERNANCE, at, &governance);
    if (content_err && content_err != ERR_NOT_FOUND)
        return content_err;
    if (governance_err && (content_err || governance_err != ERR_NOT_FOUND))
        return governance_err;
    bool take_content = !content_err && (governance_err || is_before(&content, &governance));
    *at = take_content ? content : governance;
    return OK;
}

/* Sweeps one group; `*ret_done`: to its end.  Keys below the place it stands on are final. */
static enum error sweep_group(struct order *order, struct db_txn *txn, size_t index, bool *ret_done)
{
    struct order_place at = {.group = order->sweeps[index].group, .key = order->sweeps[index].from};
    struct sort_key last = at.key;

    enum error err;
    while (!(err = step(order, txn, &at))) {
        if (sort_key_compare(at.key, order->sweeps[index].upto) > 0)
            break;
        if (order->budget == 0 && sort_key_compare(at.key, last) != 0) {
            order->sweeps[index].from = at.key;
            return OK;
        }
        last = at.key;
        order->budget -= order->budget > 0;
        err = rekey(order, txn, ledger_get(order->ledger, at.log), at.seq);
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

/* ---------------------------------------------------------------- another number for an entry */

/* The row under the cause's name, if the entry waits for it. */
static enum error relabel_late(struct db_txn *txn, const struct dep *dep, uint32_t from, uint32_t to, uint64_t seq)
{
    uint8_t old[LATE_KEY_SIZE], new[LATE_KEY_SIZE];
    struct bytes nothing;
    put_late_key(old, dep, from, seq);
    put_late_key(new, dep, to, seq);
    enum error err = db_get(txn, TABLE_ORDER_LATE, BYTES_OF(old), &nothing);
    if (!err)
        err = db_delete(txn, TABLE_ORDER_LATE, BYTES_OF(old));
    if (!err)
        err = db_put(txn, TABLE_ORDER_LATE, BYTES_OF(new), (struct bytes){0});
    return err == ERR_NOT_FOUND ? OK : err;
}

/* Its key stays, for its causes have not changed; only among entries that are alike in all but their logs may its place
 * be another one. */
enum error order_relabel(struct order *order, struct db_txn *txn, const struct order_item *item, struct ledger_log *to)
{
    struct dep deps[ENTRY_DEPS_MAX + 1]; /* the item's own are borrowed until the first change */
    size_t count = order_item_dep_count(item);
    struct order_item there = *item;
    struct order_keyed keyed;
    for (size_t i = 0; i < count; i++)
        deps[i] = order_item_dep(item, i);
    there.log = to;
    enum error err = order_key_now(txn, item, &keyed.key);
    if (!err)
        err = read_incomplete(order, txn, item, keyed.key, &keyed.incomplete);
    if (!err)
        err = remove_row(order, txn, item, keyed.key);
    if (!err)
        err = put_row(order, txn, &there, &keyed);
    for (size_t i = 0; !err && i < count; i++)
        err = relabel_late(txn, &deps[i], item->log->number, to->number, item->seq);
    return err;
}
