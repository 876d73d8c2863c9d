/* SPDX-License-Identifier: MIT
 * One row of a group's order: (sort key, device, seq, entry id), the same on every machine.
 *
 *     key    group ‖ u48 ms ‖ ticks ‖ device(32) ‖ seq ‖ first 8 bytes of the entry id
 *     value  u8 flags (1: incomplete) ‖ log number, big-endian without leading zeros
 *
 * group, ticks and seq are compact: a byte that tells the length, then that many big-endian bytes without leading
 * zeros, so they sort as they count.  A cursor is the key without its group. */
#pragma once
#include "rows.h"

#define ORDER_KEY_MAX (5 + 6 + 9 + 32 + 9 + 8)
#define ORDER_CURSOR_MAX (ORDER_KEY_MAX - 2)
#define ORDER_VALUE_MAX 5

struct order_place {
    uint32_t group;
    struct sort_key key;
    struct sign_public device;
    uint64_t seq;
    uint8_t id[8];
};

static inline enum db_table order_table(enum log_kind kind)
{
    return kind == KIND_CONTENT ? TABLE_ORDER : TABLE_ORDER_GOVERNANCE;
}

size_t order_group_put(uint32_t group, uint8_t *out);     /* before all rows of the group; returns its size */
size_t order_group_end(uint32_t group, uint8_t *out);     /* after all rows of the group */
size_t order_time_put(struct sort_key key, uint8_t *out); /* the start of a cursor: before all rows of this key */
size_t order_key_put(const struct order_place *place, uint8_t out[ORDER_KEY_MAX]);
size_t order_value_put(uint32_t log, bool incomplete, uint8_t out[ORDER_VALUE_MAX]);

/* ret->cursor is borrowed from the row.  ERR_CORRUPT; ERR_NOT_FOUND: another group's row. */
MUST_USE enum error order_row_read(const struct db_row *row, uint32_t group, struct order_row *ret);
