/* SPDX-License-Identifier: MIT
 * All write transactions, one worker at a time.  Batches come in through a queue and the storage thread commits them
 * together, at once when it has nothing to do; results go back through another.  While it rests the loop may commit a
 * little by itself.  In between it catches up the order and writes the
 * lineage file.  Fills `struct journal`. */
#pragma once
#include "commit.h"
#include "lineage.h"

struct writer;

/* Starts the thread.  Takes over nothing; all that is borrowed outlives it. */
MUST_USE enum error writer_start(struct db *db, struct lineage *lineage, bool rebuild_views, struct writer **ret);
/* Commits what is queued, writes the lineage file, ends the thread.  NULL is fine. */
void writer_stop(struct writer *writer);

/* On the caller's thread, if the storage thread rests, the batches are few and the last commits were quick: two
 * wake-ups of a thread cost as much as half a commit.  false: nothing was done. */
bool writer_commit_here(struct writer *writer, const struct batch *const *batches, size_t count);
void writer_submit(struct writer *writer, const struct batch *batch);
size_t writer_collect(struct writer *writer, struct persisted *ret, size_t most);
void writer_set_wakeup(struct writer *writer, void (*wake)(void *arg), void *arg);
