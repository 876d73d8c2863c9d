/* SPDX-License-Identifier: MIT */
#include "migrate.h"

#include <stdlib.h>

#include "core/alloc.h"
#include "order.h"

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

/* No log of that time is a branch.  What waits for a cause has other keys now: the order is built anew. */
static enum error from_1(struct db_txn *txn)
{
    uint32_t number = 1;
    enum error err;
    while (!(err = lengthen_log(txn, &number)))
        ;
    return err == ERR_NOT_FOUND ? order_clear(txn) : err;
}

/* From 2 nothing is to be done: in that time nobody's time was doubted, so the new table is empty. */

/* ---------------------------------------------------------------- the way up */

static enum error migrate_once(struct db_txn *txn)
{
    uint32_t schema;
    enum error err = db_schema(txn, &schema);
    if (!err && schema == 1)
        err = from_1(txn);
    return err ? err : db_put_schema(txn);
}

enum error migrate(struct db *db)
{
    enum error err;
    do {
        struct db_txn *txn;
        err = db_begin(db, &txn);
        if (err)
            return err;
        err = migrate_once(txn);
        if (!err)
            return db_commit(txn);
        db_abort(txn);
    } while (err == ERR_LIMIT && !(err = db_grow(db)));
    return err;
}
