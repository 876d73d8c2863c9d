/* SPDX-License-Identifier: MIT
 * The index from (log, seq) to arrivals, as runs: entries that follow each other both in their log and in arrival.
 * Many runs share a row, a block, of which a log's last one is written again until it is full.
 *
 *     run-blocks   u32 log ‖ u64 seq of the first run's first entry → run ‖ run ‖ …
 *     run          varint 2 * (arrivals of other logs since the run before; in the first: all before it) + longer
 *                  if longer than one entry: varint entries
 *
 * Each run begins at the seq after the one before.  Where many write in turn a run is one entry and takes a byte or
 * two; a row each took 66. */
#pragma once
#include "rows.h"

#define RUNS_BLOCK_MAX 128        /* bytes: small enough to be read through for each look-up */
#define RUNS_BLOCK_FOUND_MAX 256u /* as they were written before: followed by others, when their turn comes */

struct run {
    uint64_t first;   /* seq */
    uint64_t count;   /* 0: there is none */
    uint64_t arrival; /* of the first */
};
static inline bool run_holds(const struct run *run, uint64_t seq)
{
    return seq >= run->first && seq - run->first < run->count;
}

/* The run that holds `seq`.  ERR_NOT_FOUND. */
MUST_USE enum error runs_find(struct db_txn *txn, uint32_t log, uint64_t seq, struct run *ret);
MUST_USE enum error runs_last(struct db_txn *txn, uint32_t log, struct run *ret); /* ERR_NOT_FOUND */
/* Replaces the log's last run, where that begins at the same seq, else follows it. */
MUST_USE enum error runs_put_last(struct db_txn *txn, uint32_t log, const struct run *run);
/* Forgets everything of the log from `seq` on. */
MUST_USE enum error runs_cut(struct db_txn *txn, uint32_t log, uint64_t seq);

/* Goes through the runs of a log.  `run` is where it stands. */
struct run_walk {
    struct db_txn *txn;
    uint32_t log;
    struct run run;
    struct bytes left; /* of the block; borrowed until the next change */
};
MUST_USE enum error run_walk_begin(struct run_walk *walk, struct db_txn *txn, uint32_t log,
                                   uint64_t seq);         /* as runs_find() */
MUST_USE enum error run_walk_next(struct run_walk *walk); /* ERR_NOT_FOUND: that was the last */

/* By log and seq.  ERR_NOT_FOUND. */
MUST_USE enum error runs_find_entry(struct db_txn *txn, uint32_t log, uint64_t seq, struct stored_entry *ret);
