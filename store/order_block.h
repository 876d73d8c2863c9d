/* SPDX-License-Identifier: MIT
 * The row of a table of the order that is in hand (order_row.h): changed in memory, and written when another one is
 * wanted or the pass ends, so that many lines which stand together cost one write.  A row that becomes too large is
 * divided: where its last line is new, before that one, so that a chat which grows fills its rows; else in the middle.
 * Rows are never joined; one that becomes empty is deleted.  Part of order.h.
 *
 * The table may be changed only through here.  After a transaction that was given up begin with a zeroed one.  Errors:
 * as db.h; ERR_CORRUPT: also when a line is not where it has to be. */
#pragma once
#include "order_row.h"

struct order_bound {
    uint8_t data[ORDER_KEY_MAX];
    size_t size;
};
struct order_block {
    bool held, changed;
    enum db_table table;
    struct order_bound lower, upper; /* the row's key, and the next row's; upper.size 0: there is none */
    uint8_t lines[ORDER_ROW_MAX + 2 * ORDER_LINE_MAX];
    size_t size;
    struct order_line last; /* if there is any */
};

/* Replaces a line at that place. */
MUST_USE enum error order_block_put(struct order_block *block, struct db_txn *txn, const struct order_place *place,
                                    bool incomplete);
MUST_USE enum error order_block_remove(struct order_block *block, struct db_txn *txn, const struct order_place *place);
MUST_USE enum error order_block_get(struct order_block *block, struct db_txn *txn, const struct order_place *place,
                                    struct order_line *ret);
/* The first line of the group after the place.  ERR_NOT_FOUND. */
MUST_USE enum error order_block_after(struct order_block *block, struct db_txn *txn, const struct order_place *place,
                                      struct order_line *ret);
/* Writes what was changed; before the transaction is committed. */
MUST_USE enum error order_block_flush(struct order_block *block, struct db_txn *txn);
