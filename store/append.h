/* SPDX-License-Identifier: MIT
 * Puts a batch into a write transaction: entries, runs, log rows and local rows; the ledger moves along,
 * and so does the order where a log has forked.  `order` may be NULL: that view is not kept. */
#pragma once
#include "order.h"

/* ERR_USAGE: an entry's log has no row, or would get a hole, or a local key is no key; and as db.h.  After an error
 * abort the transaction and load the ledger again. */
MUST_USE enum error append_batch(struct db_txn *txn, struct ledger *ledger, struct order *order,
                                 const struct batch *batch);
