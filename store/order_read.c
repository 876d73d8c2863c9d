/* SPDX-License-Identifier: MIT */
#include "order_read.h"

#include "order_row.h"

/* The lines of a row. */
struct lines {
    struct order_line items[ORDER_ROW_MAX / ORDER_LINE_MIN];
    size_t count;
};

/* ERR_NOT_FOUND: the row is another group's. */
static enum error read_lines(const struct db_row *row, uint32_t group, struct lines *ret)
{
    struct bytes left = row->value;
    enum error err = OK;
    if (!order_key_is_of(row->key, group))
        return ERR_NOT_FOUND;
    if (left.size > ORDER_ROW_MAX)
        return ERR_CORRUPT;
    for (ret->count = 0; !err && left.size > 0; ret->count++) {
        uint64_t before_ms = ret->count ? ret->items[ret->count - 1].key.ms : 0;
        err = order_line_take(&left, before_ms, &ret->items[ret->count]);
    }
    return err;
}

/* A scan of one group's rows. */
struct scan {
    struct db_txn *txn;
    struct db_cursor *at;
    uint32_t group;
    bool backward;
    bool from_end;           /* no cursor was given */
    struct order_place from; /* else: where the scan goes on */
    storage_order_visitor visit;
    void *arg;
};

/* The row with the scan's first line, or one before it in the direction of the scan. */
static enum error find_row(const struct scan *scan, struct db_row *ret)
{
    uint8_t data[ORDER_KEY_MAX];
    struct bytes key = {data, 0};
    if (scan->from_end) {
        key.size = scan->backward ? order_group_end(scan->group, data) : order_group_put(scan->group, data);
        return scan->backward ? db_seek_before(scan->at, key, ret) : db_seek(scan->at, key, ret);
    }
    key.size = order_key_put(&scan->from, data);
    enum error err = db_seek(scan->at, key, ret);
    if (!err && bytes_equal(ret->key, key))
        return OK;
    err = db_seek_before(scan->at, key, ret);
    if (scan->backward || (err && err != ERR_NOT_FOUND) || (!err && order_key_is_of(ret->key, scan->group)))
        return err;
    return db_seek(scan->at, key, ret);
}

/* Keeps what lies beyond the cursor. */
static enum error cut(const struct scan *scan, struct lines *lines, size_t *ret_first)
{
    size_t first = 0, end = lines->count;
    *ret_first = 0;
    if (scan->from_end)
        return OK;
    while (first < end) { /* the first line after the cursor or, backward, at it or after it */
        size_t middle = first + (end - first) / 2;
        int order;
        enum error err = order_compare(scan->txn, &lines->items[middle], &scan->from, &order);
        if (err)
            return err;
        if (order < 0 || (order == 0 && !scan->backward))
            first = middle + 1;
        else
            end = middle;
    }
    if (scan->backward)
        lines->count = first;
    else
        *ret_first = first;
    return OK;
}

/* False: the visitor has stopped. */
static bool visit_lines(const struct scan *scan, const struct lines *lines, size_t first)
{
    for (size_t i = first; i < lines->count; i++) {
        const struct order_line *line = &lines->items[scan->backward ? lines->count - 1 - i : i];
        uint8_t cursor[ORDER_CURSOR_MAX];
        struct order_row row = {.log = line->log, .seq = line->seq, .key = line->key, .incomplete = line->incomplete};
        row.cursor = (struct bytes){cursor, order_cursor_put(line, cursor)};
        if (!scan->visit(scan->arg, &row))
            return false;
    }
    return true;
}

static enum error visit_rows(const struct scan *scan)
{
    struct db_row row;
    struct lines lines;
    size_t first;
    enum error err = find_row(scan, &row);
    if (!err)
        err = read_lines(&row, scan->group, &lines);
    if (!err)
        err = cut(scan, &lines, &first);
    while (!err && visit_lines(scan, &lines, first)) {
        first = 0;
        err = db_move(scan->at, scan->backward ? DB_PREVIOUS : DB_NEXT, &row);
        if (!err)
            err = read_lines(&row, scan->group, &lines);
    }
    return err == ERR_NOT_FOUND ? OK : err;
}

enum error order_read_each(struct reads *reads, uint32_t group, struct bytes cursor, bool backward,
                           storage_order_visitor visit, void *arg)
{
    struct scan scan = {.group = group, .backward = backward, .from_end = cursor.size == 0, .visit = visit, .arg = arg};
    enum error err = reads_snapshot(reads, &scan.txn);
    if (!err && !scan.from_end)
        err = order_cursor_read(scan.txn, cursor, group, &scan.from);
    if (!err)
        err = db_cursor_open(scan.txn, TABLE_ORDER, &scan.at);
    if (err)
        return err;
    err = visit_rows(&scan);
    db_cursor_close(scan.at);
    return err;
}
