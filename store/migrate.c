/* SPDX-License-Identifier: MIT */
#include "migrate.h"

#include "order.h"

#define MIGRATE_STEP 10000 /* rows */

/* ---------------------------------------------------------------- from 1: logs that fork */

/* Lengthens the first row at or after log number `*number`, and moves on behind it. */
static enum error lengthen_log(struct db_txn *txn, uint32_t *number)
{
    uint8_t key[4];
    struct db_cursor *cursor;
    struct db_row row;
    put_u32(key, *number);
    enum error err = db_cursor_open(txn, TABLE_LOGS, &cursor);
    if (err)
        return err;
    err = db_seek(cursor, BYTES_OF(key), &row);
    db_cursor_close(cursor);
    if (!err && (row.key.size != sizeof key || row.value.size != ROWS_LOG_SIZE_1))
        err = ERR_CORRUPT;
    if (err)
        return err;
    uint8_t longer[ROWS_LOG_SIZE_1 + 1 + 8 + 32] = {0};
    memcpy(key, row.key.data, sizeof key);
    memcpy(longer, row.value.data, ROWS_LOG_SIZE_1);
    *number = get_u32(key) + 1;
    return db_put(txn, TABLE_LOGS, BYTES_OF(key), BYTES_OF(longer));
}

/* No log of that time is a branch. */
static enum error from_1(struct db_txn *txn)
{
    uint32_t number = 1;
    enum error err;
    while (!(err = lengthen_log(txn, &number)))
        ;
    return err == ERR_NOT_FOUND ? OK : err;
}

/* From 2 nothing is to be done: in that time nobody's time was doubted, so the new table is empty. */

/* ---------------------------------------------------------------- from 3: a row a run */

/* The rows were u32 log ‖ u64 first seq → u64 arrival ‖ u32 count.  Each is deleted when its run stands in a block. */
#define KEY_SIZE_3 12
#define VALUE_SIZE_3 12

static enum error first_row(struct db_txn *txn, uint8_t key[KEY_SIZE_3], struct run *ret)
{
    struct db_cursor *cursor;
    struct db_row row;
    enum error err = db_cursor_open(txn, TABLE_RUNS_3, &cursor);
    if (err)
        return err;
    err = db_move(cursor, DB_FIRST, &row);
    if (!err && (row.key.size != KEY_SIZE_3 || row.value.size != VALUE_SIZE_3))
        err = ERR_CORRUPT;
    if (!err) {
        memcpy(key, row.key.data, KEY_SIZE_3);
        *ret = (struct run){
            .first = get_u64(key + 4), .arrival = get_u64(row.value.data), .count = get_u32(row.value.data + 8)};
    }
    db_cursor_close(cursor);
    return err;
}

/* ERR_NOT_FOUND: nothing is left. */
static enum error move_runs(struct db_txn *txn)
{
    enum error err = OK;
    for (size_t i = 0; !err && i < MIGRATE_STEP; i++) {
        uint8_t key[KEY_SIZE_3];
        struct run run;
        err = first_row(txn, key, &run);
        if (!err && run.count == 0)
            err = ERR_CORRUPT;
        if (!err)
            err = runs_put_last(txn, get_u32(key), &run);
        if (!err)
            err = db_delete(txn, TABLE_RUNS_3, BYTES_OF(key));
    }
    return err;
}

/* From 4 and 5 the order alone is another, and that is built anew: it stood a row an entry, then under keys that took
 * entries which look alike for one. */

/* ---------------------------------------------------------------- the way up */

static enum error begin(struct db_txn *txn, uint64_t *ret_left)
{
    uint32_t schema;
    enum error err = db_schema(txn, &schema);
    if (!err && schema == 1)
        err = from_1(txn);
    if (!err && schema < SCHEMA_VERSION)
        err = order_clear(txn);
    if (!err && schema < SCHEMA_VERSION)
        err = db_put_schema(txn);
    return err ? err : db_count(txn, TABLE_RUNS_3, ret_left);
}

static enum error step(struct db_txn *txn, uint64_t *ret_left)
{
    enum error err = move_runs(txn);
    return err && err != ERR_NOT_FOUND ? err : db_count(txn, TABLE_RUNS_3, ret_left);
}

/* Does `work` in a transaction of its own. */
static enum error commit(struct db *db, enum error (*work)(struct db_txn *txn, uint64_t *ret_left), uint64_t *ret_left)
{
    enum error err;
    do {
        struct db_txn *txn;
        err = db_begin(db, &txn);
        if (err)
            return err;
        err = work(txn, ret_left);
        if (!err)
            return db_commit(txn);
        db_abort(txn);
    } while (err == ERR_LIMIT && !(err = db_grow(db)));
    return err;
}

enum error migrate(struct db *db, void (*tell)(void *arg, uint64_t done, uint64_t total), void *arg)
{
    uint64_t left = 0, total;
    enum error err = commit(db, begin, &left);
    total = left;
    while (!err && left > 0) {
        err = commit(db, step, &left);
        if (!err && tell)
            tell(arg, total - left, total);
    }
    return err;
}
