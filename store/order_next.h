/* SPDX-License-Identifier: MIT
 * Which log the order goes on with: the one whose next entry is oldest by its author's clock.  Among honest authors
 * that is the causal order and the order of the rows, so each row is put beside the last one.  Only a matter of speed
 * and space: every choice ends with the same rows.  Part of order.h. */
#pragma once
#include "order.h"

/* Looks at the logs that are behind; before order_next(), and again when others have come behind. */
MUST_USE enum error order_next_begin(struct ledger *ledger, struct db_txn *txn);
/* NULL: none is behind. */
MUST_USE enum error order_next(struct ledger *ledger, struct db_txn *txn, struct ledger_log **ret);
