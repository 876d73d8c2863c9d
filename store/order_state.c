/* SPDX-License-Identifier: MIT */
#include "order_state.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "order_rekey.h"

#define COUNT_KEY BYTES_TEXT("N")
#define LOG_PREFIX 'L'
#define SWEEP_PREFIX 'S'
#define NUMBERED_SIZE 5
#define SORT_KEY_SIZE 14
#define LOG_STATE_SIZE (8 + SORT_KEY_SIZE + 8)

static void put_numbered(uint8_t key[NUMBERED_SIZE], char prefix, uint32_t number)
{
    key[0] = (uint8_t)prefix;
    put_u32(key + 1, number);
}

static void put_sort_key(uint8_t *out, struct sort_key key)
{
    put_u48(out, key.ms);
    put_u64(out + 6, key.ticks);
}

static struct sort_key get_sort_key(const uint8_t *in)
{
    return (struct sort_key){.ms = get_u48(in), .ticks = get_u64(in + 6)};
}

/* ---------------------------------------------------------------- in memory */

void order_note_changed(struct order *order, struct ledger_log *log)
{
    if (log->order.changed)
        return;
    if (order->changed_count == order->changed_capacity) {
        order->changed_capacity = order->changed_capacity ? 2 * order->changed_capacity : 16;
        order->changed = alloc_grow(order->changed, order->changed_capacity, sizeof *order->changed);
    }
    order->changed[order->changed_count++] = log;
    log->order.changed = true;
}

struct order_sweep *order_sweep_add(struct order *order)
{
    if (order->sweep_count == order->sweep_capacity) {
        order->sweep_capacity = order->sweep_capacity ? 2 * order->sweep_capacity : 4;
        order->sweeps = alloc_grow(order->sweeps, order->sweep_capacity, sizeof *order->sweeps);
    }
    return &order->sweeps[order->sweep_count++];
}

enum error order_sweep_remove(struct order *order, struct db_txn *txn, size_t index)
{
    uint8_t key[NUMBERED_SIZE];
    put_numbered(key, SWEEP_PREFIX, order->sweeps[index].group);
    order->sweeps[index] = order->sweeps[--order->sweep_count];
    return db_delete(txn, TABLE_ORDER_STATE, BYTES_OF(key));
}

void order_done(struct order *order)
{
    free(order->sweeps);
    free(order->stack);
    free(order->changed);
    *order = (struct order){0};
}

bool order_is_current(const struct order *order)
{
    return order->ordered == order->ledger->last_arrival && order->sweep_count == 0;
}

/* ---------------------------------------------------------------- writing */

static enum error write_log(struct db_txn *txn, const struct ledger_log *log)
{
    uint8_t key[NUMBERED_SIZE], value[LOG_STATE_SIZE];
    put_numbered(key, LOG_PREFIX, log->number);
    put_u64(value, log->order.seq);
    put_sort_key(value + 8, log->order.key);
    memcpy(value + 8 + SORT_KEY_SIZE, log->order.id, sizeof log->order.id);
    return db_put(txn, TABLE_ORDER_STATE, BYTES_OF(key), BYTES_OF(value));
}

static enum error write_sweep(struct db_txn *txn, const struct order_sweep *sweep)
{
    uint8_t key[NUMBERED_SIZE], value[2 * SORT_KEY_SIZE];
    put_numbered(key, SWEEP_PREFIX, sweep->group);
    put_sort_key(value, sweep->from);
    put_sort_key(value + SORT_KEY_SIZE, sweep->upto);
    return db_put(txn, TABLE_ORDER_STATE, BYTES_OF(key), BYTES_OF(value));
}

enum error order_state_write(struct order *order, struct db_txn *txn)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < order->changed_count; i++) {
        order->changed[i]->order.changed = false;
        err = write_log(txn, order->changed[i]);
    }
    order->changed_count = 0;
    for (size_t i = 0; !err && i < order->sweep_count; i++)
        err = write_sweep(txn, &order->sweeps[i]);
    for (size_t kind = 0; !err && kind < sizeof order->blocks / sizeof *order->blocks; kind++)
        err = order_block_flush(&order->blocks[kind], txn);
    uint8_t count[8];
    put_u64(count, order->ordered);
    return err ? err : db_put(txn, TABLE_ORDER_STATE, COUNT_KEY, BYTES_OF(count));
}

enum error order_clear(struct db_txn *txn)
{
    enum error err = OK;
    for (enum db_table table = TABLE_ORDER; !err && table <= TABLE_ORDER_STATE; table++)
        err = db_clear(txn, table);
    return err;
}

/* ---------------------------------------------------------------- reading */

static enum error read_row(struct order *order, const struct db_row *row)
{
    uint8_t prefix = row->key.data[0];
    if (prefix == LOG_PREFIX && row->key.size == NUMBERED_SIZE && row->value.size == LOG_STATE_SIZE) {
        struct ledger_log *log = ledger_get(order->ledger, get_u32(row->key.data + 1));
        if (!log || get_u64(row->value.data) > ledger_head(log))
            return ERR_CORRUPT;
        log->order.seq = get_u64(row->value.data);
        log->order.key = get_sort_key(row->value.data + 8);
        memcpy(log->order.id, row->value.data + 8 + SORT_KEY_SIZE, sizeof log->order.id);
        return OK;
    }
    if (prefix == SWEEP_PREFIX && row->key.size == NUMBERED_SIZE && row->value.size == 2 * SORT_KEY_SIZE) {
        *order_sweep_add(order) = (struct order_sweep){.group = get_u32(row->key.data + 1),
                                                       .from = get_sort_key(row->value.data),
                                                       .upto = get_sort_key(row->value.data + SORT_KEY_SIZE)};
        return OK;
    }
    if (bytes_equal(row->key, COUNT_KEY) && row->value.size == 8) {
        order->ordered = get_u64(row->value.data);
        return OK;
    }
    return ERR_CORRUPT;
}

static enum error read_rows(struct order *order, struct db_txn *txn)
{
    struct db_cursor *cursor;
    struct db_row row;
    enum error err = db_cursor_open(txn, TABLE_ORDER_STATE, &cursor);
    if (err)
        return err;
    for (err = db_move(cursor, DB_FIRST, &row); !err; err = db_move(cursor, DB_NEXT, &row)) {
        err = read_row(order, &row);
        if (err)
            break;
    }
    db_cursor_close(cursor);
    return err == ERR_NOT_FOUND ? OK : err;
}

enum error order_load(struct order *order, struct ledger *ledger, struct db_txn *txn)
{
    order_done(order);
    order->ledger = ledger;
    enum error err = read_rows(order, txn);
    for (uint32_t number = 1; !err && number <= ledger->log_count; number++) {
        struct ledger_log *log = ledger_get(ledger, number);
        if (!log)
            continue;
        if (log->order.seq < ledger_head(log))
            ledger_note_behind(ledger, log);
        err = order_find_awaited(txn, log);
    }
    return err;
}

enum error order_state_progress(struct db_txn *txn, uint64_t *ret)
{
    struct bytes value;
    uint64_t last;
    enum error err = rows_last_arrival(txn, &last);
    if (err)
        return err;
    err = db_get(txn, TABLE_ORDER_STATE, COUNT_KEY, &value);
    if (err && err != ERR_NOT_FOUND)
        return err;
    uint64_t ordered = !err && value.size == 8 ? get_u64(value.data) : 0;

    struct db_cursor *cursor;
    struct db_row row;
    err = db_cursor_open(txn, TABLE_ORDER_STATE, &cursor);
    if (err)
        return err;
    err = db_seek(cursor, BYTES_TEXT("S"), &row);
    db_cursor_close(cursor);
    if (err && err != ERR_NOT_FOUND)
        return err;
    *ret = !err && ordered == last ? last - 1 : ordered; /* a sweep is still to be finished */
    return OK;
}
