/* SPDX-License-Identifier: MIT
 * What the core needs of storage: a batch that is committed whole or not at all, and reads inside one short snapshot.
 * store/ fills both tables with LMDB; the simulator fills them with memory and faults. */
#pragma once
#include "core/base/hlc.h"
#include "core/entry/entry.h"
#include "core/log/doubt.h"

/* ---------------------------------------------------------------- writing */

/* The head of one log as it stands after a batch: the row a node starts from. */
struct log_row {
    uint32_t number; /* on this disk; from 1, given by the core, never used again */
    uint32_t group;  /* number of the group on this disk */
    struct log_name name;
    uint64_t head_seq; /* 0: no entry yet */
    struct hash head_id;
    uint64_t head_hlc;
    uint64_t cited_seq; /* highest seq of this log that an accepted entry of another log cites */
    uint64_t notes[3];  /* the core's own, kept as they are; logs.c */
    uint64_t void_from; /* content: entries from this seq on do not count (cuts.h); 0: all do */
    /* A branch holds the entries of a forked log from base_seq + 1 on; `first_id` is the id of the first of them. */
    bool is_branch;
    uint64_t base_seq; /* 0 in a log that is none; head_seq is never below */
    struct hash first_id;
};
/* log_name_id(), or for a branch log_branch_id(). */
void log_row_id(const struct log_row *row, struct hash *ret);

#define ENTRY_FLAG_CHECKED 1u /* this node has itself verified the entry's own signature */
#define ENTRY_FLAG_OWN 2u     /* written on this node */
#define ENTRY_FLAG_CONSENT 4u /* an ADD or GENESIS whose member's own signature this node has verified */

struct batch_entry {
    uint32_t log; /* log_row.number; entries of one log come in rising seq without holes */
    uint32_t group;
    uint64_t seq;
    uint32_t flags;
    size_t at, size; /* its wire bytes: batch->arena.data + at */
};
/* A log has forked: its entries from `seq` on, those of this batch before `after` included, belong to log `to`. */
struct batch_move {
    uint32_t from, to; /* log_row.number; both have rows in the batch */
    uint64_t seq;
    size_t after; /* how many entries of this batch come before the move */
};
/* From now on these are the entries of the group whose time is not believed, and no others: all of it, each time. */
struct batch_doubts {
    uint32_t group;
    size_t first, count; /* of batch->doubts, joined (doubt.h) */
};
/* A stored entry whose payload has come: its wire bytes, until now header ‖ signature, are replaced by these, which
 * begin with them.  Its place, arrival, flags and "seen at" stay. */
struct batch_payload {
    uint32_t log; /* where the entry lies at the end of the batch */
    uint64_t seq;
    size_t at, size; /* batch->arena.data + at */
};
struct batch_local { /* a local row: put, or deleted when value_size is SIZE_MAX */
    size_t key_at, key_size;
    size_t value_at, value_size;
};

/* Built by the core, immutable and borrowed by the journal until its `persisted` event is delivered; then the
 * core frees it.  Everything in it becomes durable together. */
struct batch {
    uint64_t id;     /* 1, 2, 3 … in the order of submission */
    uint64_t now_ms; /* when it was made: becomes the entries' "seen at" */
    struct buffer arena;
    struct batch_entry *entries;
    size_t entry_count, entry_capacity;
    struct batch_move *moves; /* in order, each between two entries */
    size_t move_count, move_capacity;
    struct batch_doubts *doubted; /* a later one of the same group replaces an earlier one */
    size_t doubted_count, doubted_capacity;
    struct doubt *doubts;
    size_t doubt_count, doubt_capacity;
    struct batch_payload *payloads; /* after the entries and moves */
    size_t payload_count, payload_capacity;
    struct batch_local *locals;
    size_t local_count, local_capacity;
    struct log_row *rows; /* every log whose row changed, after the change */
    size_t row_count, row_capacity;
};

struct persisted {
    uint64_t batch;
    enum error result; /* ERR_DISK, ERR_DISK_FULL, …: nothing of it was stored, nor of any later one */
};

/* Used by the runtime (and the simulator), not by the core. */
struct journal {
    void *ctx;
    /* Takes the batch into the queue of the storage thread; never waits. */
    void (*submit)(void *ctx, const struct batch *batch);
    /* Commits these now, on the loop's thread, where that is quicker than waking another: little, a disk that has been
     * quick lately, and nothing else under way.  True: collect() has their results.  False: nothing was done, submit
     * them.  No snapshot may be open.  NULL: there is no such way. */
    bool (*commit_here)(void *ctx, const struct batch *const *batches, size_t count);
    /* Hands out results in order of submission; returns how many.  Called on the loop after a wake-up. */
    size_t (*collect)(void *ctx, struct persisted *ret, size_t most);
    /* From any thread, whenever collect() would return something.  NULL: nobody is called any more after this. */
    void (*set_wakeup)(void *ctx, void (*wake)(void *arg), void *arg);
    /* Free bytes of the file system that holds the database, and its size. */
    void (*space)(void *ctx, uint64_t *ret_free, uint64_t *ret_total);
    /* How long, in ms, somebody has been reading one old state, so that no room is used again and the database grows
     * with every commit; 0: nobody.  *ret_process: who, as a process id.  Asked once a second or so.  NULL: there is no
     * such thing. */
    uint64_t (*pinned_ms)(void *ctx, uint64_t *ret_process);
};

/* ---------------------------------------------------------------- reading */

struct stored_entry {
    uint32_t log;
    uint64_t seq;
    uint64_t arrival; /* 1, 2, 3 … in the order of commit on this disk */
    uint64_t seen_ms;
    uint32_t flags;
    struct bytes wire; /* borrowed until storage->end() */
};

/* One row of a group's order: (sort key, device, seq, entry id). */
struct order_row {
    uint32_t log;
    uint64_t seq;
    struct sort_key key;
    bool incomplete;     /* keyed without a cause that is missing or does not count */
    struct bytes cursor; /* opaque; borrowed; where a later scan goes on after (or before) this row */
};

/* A visitor returns false to stop; stopping is not an error. */
typedef bool (*storage_log_visitor)(void *arg, const struct log_row *row);
typedef bool (*storage_entry_visitor)(void *arg, const struct stored_entry *entry);
typedef bool (*storage_local_visitor)(void *arg, struct bytes key, struct bytes value);
typedef bool (*storage_order_visitor)(void *arg, const struct order_row *row);

/* All calls on the loop's thread; committed state only.  begin() opens a snapshot (again without effect while one is
 * open), end() closes it: everything borrowed dies.  A reader longer than 20 ms or 2000 rows is renewed by its caller
 * with end() and begin(), going on from a cursor. */
struct storage {
    void *ctx;
    MUST_USE enum error (*begin)(void *ctx);
    void (*end)(void *ctx);
    MUST_USE enum error (*each_log)(void *ctx, storage_log_visitor visit, void *arg);
    /* Entries of one log from `from` on, in seq order, until the head or the visitor stops; none if that one is not in
     * the log (a branch's first is base_seq + 1). */
    MUST_USE enum error (*each_entry)(void *ctx, uint32_t log, uint64_t from, storage_entry_visitor visit, void *arg);
    /* ERR_NOT_FOUND */
    MUST_USE enum error (*get_entry)(void *ctx, uint32_t log, uint64_t seq, struct stored_entry *ret);
    /* Entries by arrival, from `from` on: the cursor of durable events. */
    MUST_USE enum error (*each_arrival)(void *ctx, uint64_t from, storage_entry_visitor visit, void *arg);
    uint64_t (*last_arrival)(void *ctx);
    /* ERR_NOT_FOUND; the value is borrowed. */
    MUST_USE enum error (*get_local)(void *ctx, struct bytes key, struct bytes *ret);
    MUST_USE enum error (*each_local)(void *ctx, struct bytes prefix, storage_local_visitor visit, void *arg);
    /* Content entries (kind 1) of a group in order, after `cursor` (before it when backward); an empty cursor starts
     * at that end. */
    MUST_USE enum error (*each_ordered)(void *ctx, uint32_t group, struct bytes cursor, bool backward,
                                        storage_order_visitor visit, void *arg);
    /* As an order cursor: just before all rows whose sort key has at least this time.  Appends to ret. */
    void (*order_cursor_at)(void *ctx, uint64_t ms, struct buffer *ret);
    uint64_t (*order_progress)(
        void *ctx); /* highest arrival that the order holds; equal to last_arrival() when caught up and at rest */
};
