/* SPDX-License-Identifier: MIT */
#include "order_read.h"

#include "order_row.h"

/* Moves to the first row beyond the cursor in the direction of the scan. */
static enum error find_start(struct db_cursor *at, uint32_t group, struct bytes cursor, bool backward,
                             struct db_row *ret)
{
    uint8_t key[ORDER_KEY_MAX];
    if (cursor.size == 0) {
        size_t size = backward ? order_group_end(group, key) : order_group_put(group, key);
        struct bytes edge = {key, size};
        return backward ? db_seek_before(at, edge, ret) : db_seek(at, edge, ret);
    }
    size_t size = order_group_put(group, key);
    memcpy(key + size, cursor.data, cursor.size);
    struct bytes edge = {key, size + cursor.size};
    if (backward)
        return db_seek_before(at, edge, ret);
    enum error err = db_seek(at, edge, ret);
    return !err && bytes_equal(ret->key, edge) ? db_move(at, DB_NEXT, ret) : err;
}

enum error order_read_each(struct reads *reads, uint32_t group, struct bytes cursor, bool backward,
                           storage_order_visitor visit, void *arg)
{
    struct db_txn *txn;
    struct db_cursor *at;
    struct db_row row;
    if (cursor.size > ORDER_CURSOR_MAX)
        return ERR_MALFORMED;
    enum error err = reads_snapshot(reads, &txn);
    if (!err)
        err = db_cursor_open(txn, TABLE_ORDER, &at);
    if (err)
        return err;
    err = find_start(at, group, cursor, backward, &row);
    while (!err) {
        struct order_row ordered;
        err = order_row_read(&row, group, &ordered);
        if (err || !visit(arg, &ordered))
            break;
        err = db_move(at, backward ? DB_PREVIOUS : DB_NEXT, &row);
    }
    db_cursor_close(at);
    return err == ERR_NOT_FOUND ? OK : err;
}
