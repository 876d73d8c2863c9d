/* SPDX-License-Identifier: MIT
 * Which entries' times are not believed (core/log/doubt.h), as the core said last: for the order.
 *
 *     doubts   u32 group ‖ log(32) ‖ u64 from → u64 to
 *
 * The log is named as in headers, and need not be here. */
#pragma once
#include "core/storage.h"
#include "db.h"

struct doubted {
    struct doubted_group {
        uint32_t group;
        struct doubt *doubts;
        size_t count, capacity;
    } * groups;
    size_t count, capacity;
};

MUST_USE enum error doubted_load(struct doubted *doubted, struct db_txn *txn); /* into a zeroed one */
void doubted_done(struct doubted *doubted);
bool doubted_covers(const struct doubted *doubted, uint32_t group, const struct hash *log, uint64_t seq);
/* Takes part `index` of batch->doubted.  ret_changed: it says something else than what there was.  ERR_USAGE: the
 * doubts are not joined. */
MUST_USE enum error doubted_take(struct doubted *doubted, struct db_txn *txn, const struct batch *batch, size_t index,
                                 bool *ret_changed);
