/* SPDX-License-Identifier: MIT
 * How far the order has come, on disk and in memory.  Part of order.h. */
#pragma once
#include "order.h"

/* The log's part of the state is to be written. */
void order_note_changed(struct order *order, struct ledger_log *log);
struct order_sweep *order_sweep_add(struct order *order);
MUST_USE enum error order_sweep_remove(struct order *order, struct db_txn *txn, size_t index);
MUST_USE enum error order_state_write(struct order *order, struct db_txn *txn);
/* Equal to the last arrival when nothing is left to do; for readers. */
MUST_USE enum error order_state_progress(struct db_txn *txn, uint64_t *ret);
