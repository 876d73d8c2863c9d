/* SPDX-License-Identifier: MIT
 * Sort keys: reading an entry for the order, and computing its key from its causes.  Part of order.h. */
#pragma once
#include "ledger.h"

/* An entry as the order sees it.  What a later version wrote and this one cannot read has HLC 0 and no deps. */
struct order_item {
    struct ledger_log *log;
    uint64_t seq;
    struct sort_key stamp; /* of the HLC in its header */
    struct sort_key own;   /* the same, or 0 where that is not believed */
    uint8_t id[8];
    struct bytes deps; /* borrowed until the next change */
    bool has_parent;   /* the first entry of a branch: the one before it lies in another log */
    struct dep parent;
};
/* Its HLC alone: not worth a hash. */
MUST_USE enum error order_key_peek(struct db_txn *txn, struct ledger_log *log, uint64_t seq, uint64_t *ret_hlc);
MUST_USE enum error order_item_read(struct db_txn *txn, struct ledger_log *log, uint64_t seq, struct order_item *ret);
size_t order_item_dep_count(const struct order_item *item); /* the parent is the last of them */
struct dep order_item_dep(const struct order_item *item, size_t index);

struct order_keyed {
    struct sort_key key;
    bool incomplete;
    /* Causes that may still come. */
    struct dep late[ENTRY_DEPS_MAX + 1];
    size_t late_count;
};
/* From those causes that stand in the order. */
MUST_USE enum error order_item_key(const struct ledger *ledger, struct db_txn *txn, const struct order_item *item,
                                   struct order_keyed *ret);
/* The key under which an entry stands in the order now. */
MUST_USE enum error order_key_now(struct db_txn *txn, const struct order_item *item, struct sort_key *ret);
MUST_USE enum error order_key_forget(struct db_txn *txn, const struct order_item *item);
/* Forget an earlier one before. */
MUST_USE enum error order_key_write(struct db_txn *txn, const struct order_item *item, struct sort_key key);
