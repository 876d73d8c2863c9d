/* SPDX-License-Identifier: MIT
 * The places of a group's order, (sort key, device, seq, first 8 bytes of the entry id, log id), the same on every
 * machine; and how they stand on the disk: as lines, many to a row.
 *
 *     key     group ‖ [u48 ms ‖ ticks ‖ [device(32) ‖ seq ‖ first 8 bytes of the entry id ‖ log id(32)]]
 *     value   line ‖ line ‖ …
 *     line    varint ms since the line before (in the first: all) ‖ varint ticks ‖ varint 2 * log number + incomplete ‖
 *             varint seq ‖ first 8 bytes of the entry id
 *
 * A row holds the group's lines from its own key up to the next row's.  group, ticks and seq are compact in a key: a
 * byte that tells the length, then that many big-endian bytes without leading zeros, so they sort as they count.  A
 * line's device and log id are those of its log; they are asked for only among lines of the same sort key. */
#pragma once
#include "rows.h"

#define ORDER_KEY_MAX (5 + 6 + 9 + 32 + 9 + 8 + 32)
#define ORDER_LINE_MAX (3 * 10 + 5 + 8)
#define ORDER_LINE_MIN (4 + 8)
#define ORDER_CURSOR_MAX (6 + 9 + 5 + 9 + 8)
#define ORDER_ROW_MAX 480 /* bytes of lines; with their keys eight such rows fill a page of LMDB */

struct order_place {
    uint32_t group;
    struct sort_key key;
    uint32_t log; /* 0: just before all lines of that sort key; the rest then says nothing */
    struct sign_public device;
    uint64_t seq;
    uint8_t id[8];
    struct hash log_id;
};
struct order_line {
    struct sort_key key;
    uint32_t log;
    uint64_t seq;
    uint8_t id[8];
    bool incomplete;
};

static inline enum db_table order_table(enum log_kind kind)
{
    return kind == KIND_CONTENT ? TABLE_ORDER : TABLE_ORDER_GOVERNANCE;
}

size_t order_group_put(uint32_t group, uint8_t *out); /* not after any key of the group; returns its size */
size_t order_group_end(uint32_t group, uint8_t *out); /* after all keys of the group */
size_t order_key_put(const struct order_place *place, uint8_t out[ORDER_KEY_MAX]);
bool order_key_is_of(struct bytes key, uint32_t group);

/* `before_ms`: of the line before, in the first 0. */
size_t order_line_put(uint64_t before_ms, const struct order_line *line, uint8_t out[ORDER_LINE_MAX]);
MUST_USE enum error order_line_take(struct bytes *left, uint64_t before_ms, struct order_line *ret); /* ERR_CORRUPT */

/* Its place.  ERR_NOT_FOUND: there is no such log. */
MUST_USE enum error order_line_place(struct db_txn *txn, uint32_t group, const struct order_line *line,
                                     struct order_place *ret);
/* Below 0 where the line stands before the place, 0 where it stands there. */
MUST_USE enum error order_compare(struct db_txn *txn, const struct order_line *line, const struct order_place *place,
                                  int *ret);

/* What readers go on from; opaque to them:  u48 ms ‖ [ticks ‖ [log ‖ seq ‖ id(8)]], all compact. */
size_t order_cursor_put(const struct order_line *line, uint8_t out[ORDER_CURSOR_MAX]);
/* ERR_MALFORMED: not one of this database. */
MUST_USE enum error order_cursor_read(struct db_txn *txn, struct bytes cursor, uint32_t group, struct order_place *ret);
