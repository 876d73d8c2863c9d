/* SPDX-License-Identifier: MIT
 * The order view: every entry's sort key, and each group's content entries in order (core/PROTOCOL.md, "Order").  A
 * function of the entries alone: whatever order they came in, the places are those of a rebuild from nothing.
 *
 * Where a log has forked, its branches are logs of their own with the same name in headers and deps (ledger.h, `tree`):
 * the id cited chooses among them, and the cause before a branch's first entry lies in another log.
 *
 * An entry's key is the larger of its own HLC and one tick more than the key of each cause (the entry before it in its
 * log, and its deps).  A cause counts when it is stored, belongs to the same group, has the id that was cited, and
 * is not void (log_row.void_from).
 * Entries are taken in causal order: what an entry cites is climbed first.  Where a cause is missing, the entry is
 * keyed without it and marked incomplete, and a row under the cause's name waits for it.  When the cause comes, its
 * citers are keyed again.  Whatever follows them lies at a larger key, so one sweep upwards from the old key, as far as
 * the largest new one, finds all that must move; an honest author's HLC is beyond his causes' keys, so then nothing
 * moves.
 *
 * Where a time is not believed (doubted.h), the HLC reads as 0.  When that or what is void changes, the same sweep goes
 * over the whole group.  Keys may sink then, too, but whatever follows an entry lies at a larger key than it until both
 * were visited; and what comes to count as a cause lifts its citer beyond itself, where that one is visited again.
 *
 *     order, order-governance   order_row.h: many places a row
 *     order-keys                u32 log ‖ u64 seq → u48 ms ‖ u64 ticks        where the key is not the HLC in the entry
 *     order-late                cause's log id ‖ u64 seq ‖ id(8) ‖ u32 log ‖ u64 seq → nothing     the citer
 *     order-state               "L" ‖ u32 log → u64 seq ‖ u48 ms ‖ u64 ticks ‖ id(8)       how far a log is
 *                               "N" → u64 entries in the order
 *                               "S" ‖ u32 group → u48 ms ‖ u64 ticks ‖ u48 ms ‖ u64 ticks  a sweep to be gone on with
 *
 * order.c climbs, order_next.c says where, order_key.c computes keys, order_rekey.c mends them, order_block.c
 * changes the rows, order_split.c relabels what was moved to a branch, order_state.c keeps the progress. */
#pragma once
#include "ledger.h"
#include "order_block.h"

struct order_sweep {
    uint32_t group;
    struct sort_key from, upto; /* both included */
};

struct order_climb {
    struct ledger_log *log;
    uint64_t upto; /* seq */
};

struct order {
    struct ledger *ledger;
    uint64_t ordered; /* entries in the order, of both kinds */
    struct order_sweep *sweeps;
    size_t sweep_count, sweep_capacity;
    struct order_climb *stack; /* of the pass; empty between two */
    size_t stack_count, stack_capacity;
    struct ledger_log **changed; /* whose state is to be written at the end of the pass */
    size_t changed_count, changed_capacity;
    struct order_block blocks[KIND_CONTENT + 1]; /* rows in hand, by kind; written at the end of the pass */
    size_t budget;                               /* entries that the pass may still look at */
    bool split_failed;                           /* the rows contradict each other */
};

/* Reads the view's state into `order` and into the ledger, just loaded. */
MUST_USE enum error order_load(struct order *order, struct ledger *ledger, struct db_txn *txn);
void order_done(struct order *order);
/* Empties the view, which then begins anew.  Load afterwards. */
MUST_USE enum error order_clear(struct db_txn *txn);

/* All entries of `to` were moved to it from `from` just now. */
MUST_USE enum error order_split(struct order *order, struct db_txn *txn, struct ledger_log *from,
                                struct ledger_log *to);

/* Whose time is believed in this group has changed, or what is void: all keys are computed again, in steps. */
MUST_USE enum error order_again(struct order *order, struct db_txn *txn, uint32_t group);

bool order_is_current(const struct order *order);
/* Goes on by about `budget` entries, or until `interrupted` (may be NULL) says so.  After an error abort the
 * transaction and load again. */
MUST_USE enum error order_advance(struct order *order, struct db_txn *txn, size_t budget,
                                  bool (*interrupted)(void *arg), void *arg);
