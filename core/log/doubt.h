/* SPDX-License-Identifier: MIT
 * Entries whose author's clock is not believed: what CLOCK names.  Their HLC reads as 0 where entries are put in order;
 * the time that is shown stays the author's.  PROTOCOL.md, "Order". */
#pragma once
#include "core/entry/entry.h"

struct doubt {
    struct hash log;   /* as its entries' headers say: of a log that forked all branches are meant */
    uint64_t from, to; /* seqs, both included */
};

/* Sorts by log and seq and joins what overlaps or adjoins, so that equal sets are equal bytes.  Returns the new count.
 */
size_t doubts_join(struct doubt *doubts, size_t count);
/* Of joined ones: the one that covers this entry.  NULL: none. */
const struct doubt *doubts_find(const struct doubt *doubts, size_t count, const struct hash *log, uint64_t seq);
bool doubts_equal(const struct doubt *a, size_t a_count, const struct doubt *b, size_t b_count);
