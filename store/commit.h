/* SPDX-License-Identifier: MIT
 * Whole transactions of the storage thread: a group of batches, or a piece of the order.  Each grows the map and
 * begins again when it was full, and leaves ledger and order as the database has them. */
#pragma once
#include "order.h"

struct committer {
    struct db *db; /* borrowed */
    struct ledger ledger;
    struct order order;
    uint64_t salt;
    bool loaded;       /* ledger and order are what the database holds */
    bool order_broken; /* the view's rows contradict each other: entries go on without it until it is built anew */
};

MUST_USE enum error commit_init(struct committer *committer, struct db *db, bool rebuild_views);
void commit_done(struct committer *committer);

/* All batches or none. */
MUST_USE enum error commit_batches(struct committer *committer, const struct batch *const *batches, size_t count);
/* Goes on with the order by a bounded step; `interrupted` as in order_advance(). */
MUST_USE enum error commit_order(struct committer *committer, bool (*interrupted)(void *arg), void *arg);
/* Or may be: after a failure that is looked at again. */
bool commit_order_is_behind(const struct committer *committer);
