/* SPDX-License-Identifier: MIT
 * Mending keys when a missing cause has come.  Part of order.h. */
#pragma once
#include "order.h"
#include "order_key.h"

/* Puts the row of an entry new in the order, and one for each cause it waits for. */
MUST_USE enum error order_place(struct order *order, struct db_txn *txn, const struct order_item *item,
                                const struct order_keyed *keyed);
/* Finds what the log is awaited with: call once before its first entry is placed, and after loading. */
MUST_USE enum error order_find_awaited(struct db_txn *txn, struct ledger_log *log);
/* Keys again whoever waited for `item`, which now stands in the order. */
MUST_USE enum error order_wake(struct order *order, struct db_txn *txn, const struct order_item *item);
/* `item`, which stands in the order, belongs to log `to` from now on. */
MUST_USE enum error order_relabel(struct order *order, struct db_txn *txn, const struct order_item *item,
                                  struct ledger_log *to);
/* Goes on with the sweeps until they or the budget end. */
MUST_USE enum error order_sweep(struct order *order, struct db_txn *txn);
