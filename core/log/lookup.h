/* SPDX-License-Identifier: MIT
 * Finding an accepted entry: first among what is not durable yet, then on disk. */
#pragma once
#include "core/state.h"

/* The wire bytes die with the step, or when storage->end() is called.  arrival 0: not durable yet.  ERR_NOT_FOUND. */
MUST_USE enum error lookup_entry(const struct node *node, const struct log *log, uint64_t seq,
                                 struct stored_entry *ret);
/* The id of an entry; ERR_NOT_FOUND. */
MUST_USE enum error lookup_id(const struct node *node, const struct log *log, uint64_t seq, struct hash *ret);
struct log *lookup_log(const struct node *node, uint32_t number);
