/* SPDX-License-Identifier: MIT
 * What a node keeps, in memory: the reading table of core/storage.h, and commits that are whole or not at all.
 * Written to be obviously right, not fast: the order view is a plain sort by the rules of core/hlc.h. */
#pragma once
#include "core/storage.h"

struct memory_store;

struct memory_store *memory_store_new(void);
struct memory_store *memory_store_copy(const struct memory_store *store); /* an old backup, or a clone */
void memory_store_free(struct memory_store *store);                       /* NULL is fine */

/* All of it is durable when this returns.  ERR_USAGE: entries that do not follow their log's last one; nothing of the
 * batch is kept then. */
MUST_USE enum error memory_store_commit(struct memory_store *store, const struct batch *batch);

/* The table is good as long as the store is. */
struct storage memory_store_reads(struct memory_store *store);

/* Also where the log has forked since: in any of its branches. */
bool memory_store_holds(const struct memory_store *store, const struct hash *log, uint64_t seq);
size_t memory_store_entry_count(const struct memory_store *store);
/* The entry that arrived as number `arrival`; ERR_NOT_FOUND.  Borrowed until the next commit. */
MUST_USE enum error memory_store_arrival(const struct memory_store *store, uint64_t arrival, struct stored_entry *ret);
/* From now on reading fails so; OK: no longer. */
void memory_store_fail_reads(struct memory_store *store, enum error err);
/* Takes the payload from a stored entry, if it is content: the node that holds it passes on the rest, and does not know
 * that anything is missing. */
void memory_store_strip(struct memory_store *store, uint64_t arrival);
/* Flips a bit of a stored entry: the node that holds it will pass on something its author never signed.
 * `back`: how many bytes before the entry's end. */
void memory_store_damage(struct memory_store *store, uint64_t arrival, size_t back);
