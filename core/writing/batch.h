/* SPDX-License-Identifier: MIT
 * Building a batch (storage.h). */
#pragma once
#include "core/storage.h"

struct batch *batch_new(uint64_t id, uint64_t now_ms);
void batch_free(
    struct batch *batch); /* NULL is fine; wipes, since local rows may hold sealed secrets' plaintext keys */

/* Copies `wire` into the arena. */
void batch_add_entry(struct batch *batch, uint32_t log, uint32_t group, uint64_t seq, uint32_t flags,
                     struct bytes wire);
/* From here on the entries of log `from` from `seq` on belong to log `to`. */
void batch_add_move(struct batch *batch, uint32_t from, uint64_t seq, uint32_t to);
void batch_set_doubts(struct batch *batch, uint32_t group, const struct doubt *doubts, size_t count); /* copies */
/* The stored entry `seq` of `log` is `wire` from now on: with its payload.  Copies; call after the log's moves in this
 * batch, or before: a move takes it along. */
void batch_add_payload(struct batch *batch, uint32_t log, uint64_t seq, struct bytes wire);
void batch_put_local(struct batch *batch, struct bytes key, struct bytes value);
void batch_delete_local(struct batch *batch, struct bytes key);
/* The newest row of a log replaces an earlier one of the same number in this batch (O(1) for the last one added). */
void batch_set_row(struct batch *batch, const struct log_row *row);
bool batch_is_empty(const struct batch *batch);
struct bytes batch_entry_wire(const struct batch *batch, size_t index);
