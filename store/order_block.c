/* SPDX-License-Identifier: MIT */
#include "order_block.h"

static struct bytes bound_bytes(const struct order_bound *bound)
{
    return (struct bytes){bound->data, bound->size};
}

static enum error set_bound(struct order_bound *bound, struct bytes key)
{
    if (key.size > sizeof bound->data)
        return ERR_CORRUPT;
    memcpy(bound->data, key.data, key.size);
    bound->size = key.size;
    return OK;
}

static struct bytes lines_of(const struct order_block *block, size_t from)
{
    return (struct bytes){block->lines + from, block->size - from};
}

/* ---------------------------------------------------------------- taking a row in hand */

enum error order_block_flush(struct order_block *block, struct db_txn *txn)
{
    if (!block->changed)
        return OK;
    struct bytes key = bound_bytes(&block->lower);
    enum error err =
        block->size ? db_put(txn, block->table, key, lines_of(block, 0)) : db_delete(txn, block->table, key);
    block->changed = err != OK;
    return err;
}

static enum error read_lines(struct order_block *block, struct bytes lines)
{
    enum error err = lines.size == 0 || lines.size > ORDER_ROW_MAX ? ERR_CORRUPT : OK;
    block->last.key.ms = 0;
    if (err)
        return err;
    memcpy(block->lines, lines.data, lines.size);
    block->size = lines.size;
    while (!err && lines.size > 0)
        err = order_line_take(&lines, block->last.key.ms, &block->last);
    return err;
}

static enum error set_upper(struct order_block *block, enum error found, const struct db_row *next)
{
    block->upper.size = 0;
    if (found)
        return found == ERR_NOT_FOUND ? OK : found;
    return set_bound(&block->upper, next->key);
}

/* The row that holds lines at `key` or, where the group has none so far to the front, a new one. */
static enum error read_row(struct order_block *block, struct db_cursor *cursor, struct bytes key, uint32_t group)
{
    struct db_row row;
    enum error found = db_seek(cursor, key, &row);
    bool exact = !found && bytes_equal(row.key, key);
    enum error err = exact ? OK : set_upper(block, found, &row);
    if (err)
        return err;
    if (!exact)
        found = db_move(cursor, found ? DB_LAST : DB_PREVIOUS, &row);
    if (found && found != ERR_NOT_FOUND)
        return found;
    if (found || !order_key_is_of(row.key, group)) {
        block->size = 0;
        block->lower.size = order_group_put(group, block->lower.data);
        return OK;
    }
    err = set_bound(&block->lower, row.key);
    if (!err)
        err = read_lines(block, row.value);
    if (!err && exact) {
        found = db_move(cursor, DB_NEXT, &row);
        err = set_upper(block, found, &row);
    }
    return err;
}

static enum error take_row(struct order_block *block, struct db_txn *txn, struct bytes key, uint32_t group)
{
    struct db_cursor *cursor;
    enum error err = order_block_flush(block, txn);
    if (!err)
        err = db_cursor_open(txn, block->table, &cursor);
    if (err)
        return err;
    err = read_row(block, cursor, key, group);
    db_cursor_close(cursor);
    block->held = !err;
    return err;
}

static enum error take_place(struct order_block *block, struct db_txn *txn, const struct order_place *place)
{
    uint8_t data[ORDER_KEY_MAX];
    struct bytes key = {data, order_key_put(place, data)};
    if (block->held && order_key_is_of(bound_bytes(&block->lower), place->group) &&
        bytes_compare(key, bound_bytes(&block->lower)) >= 0 &&
        (!block->upper.size || bytes_compare(key, bound_bytes(&block->upper)) < 0))
        return OK;
    return take_row(block, txn, key, place->group);
}

/* ---------------------------------------------------------------- lines */

/* Where a place is among the lines. */
struct spot {
    size_t at, end; /* of the first line at or after it; both at the end of all: there is none */
    struct order_line line;
    bool exact;               /* that line stands there */
    struct order_line before; /* the line before, if `at` is not 0; its ms are 0 if it is */
};

static enum error find_spot(const struct order_block *block, struct db_txn *txn, const struct order_place *place,
                            struct spot *ret)
{
    struct bytes left = lines_of(block, 0);
    int order = 1;
    *ret = (struct spot){.at = block->size, .end = block->size, .before = block->last};
    if (block->size == 0)
        ret->before = (struct order_line){0};
    enum error err = block->size ? order_compare(txn, &block->last, place, &order) : OK;
    if (err || block->size == 0 || order < 0)
        return err;
    ret->line = (struct order_line){0};
    do {
        ret->before = ret->line;
        ret->at = block->size - left.size;
        err = order_line_take(&left, ret->before.key.ms, &ret->line);
        if (!err)
            err = order_compare(txn, &ret->line, place, &order);
    } while (!err && order < 0 && left.size > 0);
    ret->end = block->size - left.size;
    ret->exact = order == 0;
    return !err && order < 0 ? ERR_CORRUPT : err;
}

/* Puts `fresh` where the bytes from `at` to `end` are. */
static void splice(struct order_block *block, size_t at, size_t end, struct bytes fresh)
{
    memmove(block->lines + at + fresh.size, block->lines + end, block->size - end);
    memcpy(block->lines + at, fresh.data, fresh.size);
    block->size = block->size - (end - at) + fresh.size;
    block->changed = true;
}

/* A key between the two; short where their sort keys differ. */
static enum error divide(struct db_txn *txn, uint32_t group, const struct order_line *left,
                         const struct order_line *right, struct order_bound *ret)
{
    struct order_place place = {.group = group, .key = right->key};
    enum error err = OK;
    if (sort_key_compare(left->key, right->key) == 0)
        err = order_line_place(txn, group, right, &place);
    ret->size = order_key_put(&place, ret->data);
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

/* A row beyond all others leaves the page before it full only where LMDB is told so. */
static enum error append_row(struct order_block *block, struct db_txn *txn)
{
    uint8_t *room;
    enum error err = db_append(txn, block->table, bound_bytes(&block->lower), block->size, &room);
    if (!err)
        memcpy(room, block->lines, block->size);
    block->changed = err != OK;
    return err;
}

/* Writes the lines before the first one that begins at `least` or later, and keeps the others in hand. */
static enum error split(struct order_block *block, struct db_txn *txn, uint32_t group, size_t least)
{
    struct bytes left = lines_of(block, 0);
    struct order_line before, line = {0};
    uint8_t first[ORDER_LINE_MAX];
    struct order_bound bound;
    enum error err;
    size_t at;
    do {
        before = line;
        at = block->size - left.size;
        err = order_line_take(&left, before.key.ms, &line);
    } while (!err && at < least && left.size > 0);
    if (!err)
        err = divide(txn, group, &before, &line, &bound);
    if (!err)
        err = db_put(txn, block->table, bound_bytes(&block->lower), (struct bytes){block->lines, at});
    if (err)
        return err;
    splice(block, 0, block->size - left.size, (struct bytes){first, order_line_put(0, &line, first)});
    block->lower = bound;
    return block->upper.size ? OK : append_row(block, txn);
}

/* ---------------------------------------------------------------- what may be done with them */

enum error order_block_put(struct order_block *block, struct db_txn *txn, const struct order_place *place,
                           bool incomplete)
{
    struct order_line line = {.key = place->key, .log = place->log, .seq = place->seq, .incomplete = incomplete};
    uint8_t fresh[2 * ORDER_LINE_MAX];
    struct spot spot;
    memcpy(line.id, place->id, sizeof line.id);
    enum error err = take_place(block, txn, place);
    if (!err)
        err = find_spot(block, txn, place, &spot);
    if (err)
        return err;
    bool is_last = spot.at == block->size || (spot.exact && spot.end == block->size);
    size_t size = order_line_put(spot.before.key.ms, &line, fresh);
    if (spot.at < block->size && !spot.exact) /* what follows counts from the new one */
        size += order_line_put(line.key.ms, &spot.line, fresh + size);
    splice(block, spot.at, spot.end, (struct bytes){fresh, size});
    if (is_last)
        block->last = line;
    if (block->size <= ORDER_ROW_MAX)
        return OK;
    return split(block, txn, place->group, is_last ? spot.at : block->size / 2);
}

static enum error find_exact(struct order_block *block, struct db_txn *txn, const struct order_place *place,
                             struct spot *ret)
{
    enum error err = take_place(block, txn, place);
    if (!err)
        err = find_spot(block, txn, place, ret);
    return !err && !ret->exact ? ERR_CORRUPT : err;
}

enum error order_block_remove(struct order_block *block, struct db_txn *txn, const struct order_place *place)
{
    uint8_t fresh[ORDER_LINE_MAX];
    size_t size = 0;
    struct spot spot;
    enum error err = find_exact(block, txn, place, &spot);
    if (err)
        return err;
    struct bytes left = lines_of(block, spot.end);
    if (left.size > 0) {
        struct order_line next;
        err = order_line_take(&left, spot.line.key.ms, &next);
        if (err)
            return err;
        size = order_line_put(spot.before.key.ms, &next, fresh);
    } else {
        block->last = spot.before;
    }
    splice(block, spot.at, block->size - left.size, (struct bytes){fresh, size});
    return OK;
}

enum error order_block_get(struct order_block *block, struct db_txn *txn, const struct order_place *place,
                           struct order_line *ret)
{
    struct spot spot;
    enum error err = find_exact(block, txn, place, &spot);
    if (!err)
        *ret = spot.line;
    return err;
}

enum error order_block_after(struct order_block *block, struct db_txn *txn, const struct order_place *place,
                             struct order_line *ret)
{
    struct spot spot;
    enum error err = take_place(block, txn, place);
    if (!err)
        err = find_spot(block, txn, place, &spot);
    if (err)
        return err;
    if (spot.at < block->size && !spot.exact) {
        *ret = spot.line;
        return OK;
    }
    struct bytes left = lines_of(block, spot.end);
    if (left.size > 0)
        return order_line_take(&left, spot.line.key.ms, ret);
    struct order_bound next = block->upper;
    if (!next.size || !order_key_is_of(bound_bytes(&next), place->group))
        return ERR_NOT_FOUND;
    err = take_row(block, txn, bound_bytes(&next), place->group);
    left = lines_of(block, 0);
    return err ? err : order_line_take(&left, 0, ret);
}
