/* SPDX-License-Identifier: MIT
 * What becomes of stored entries when their log has forked: those beyond the fork go over to a branch, in the same
 * transaction as the entry that showed it.  Costs a write an entry that moves. */
#pragma once
#include "order.h"

/* ERR_USAGE: not the tail of its log, or not to a new branch that begins there.  `order` may be NULL: the view is not
 * kept. */
MUST_USE enum error move_entries(struct db_txn *txn, struct ledger *ledger, struct order *order,
                                 const struct batch_move *move);
