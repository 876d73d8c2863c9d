/* SPDX-License-Identifier: MIT
 * What is kept in memory.  memory_store.c is the medium, memory_commit.c takes batches, memory_order.c is the order
 * view, memory_lineage.c the file beside the database. */
#pragma once
#include "memory_lineage.h"

struct memory_entry {
    uint32_t log;
    uint64_t seq;
    uint32_t flags;
    uint64_t seen_ms;
    struct buffer wire;
    struct hash id;      /* zeros: it was not read yet (memory_entry_read()) */
    struct sort_key key; /* as the order view computed it last */
    bool incomplete;
};

struct memory_log {
    struct log_row row; /* number 0: no such log */
    uint64_t *arrivals; /* by seq - row.base_seq - 1 */
    size_t count, capacity;
};

struct memory_local {
    struct buffer key, value;
};

struct memory_doubts {
    uint32_t group;
    struct doubt *doubts;
    size_t count;
};

struct memory_store {
    struct medium medium;
    struct memory_lineage lineage;
    uint64_t own_arrival;         /* of the last own entry; 0: none yet */
    bool begun;                   /* a snapshot is open */
    struct memory_entry *entries; /* by arrival - 1 */
    size_t entry_count, entry_capacity;
    struct memory_log *logs; /* by number */
    size_t log_count;
    struct memory_local *locals; /* by key */
    size_t local_count, local_capacity;
    struct memory_doubts *doubted;
    size_t doubted_count;
    uint64_t *order; /* arrivals of content entries of all groups, in order */
    size_t order_count;
    size_t ordered_entries; /* entry_count when the order was made */
};

/* Decodes it in place; afterwards its id is known. */
void memory_entry_read(struct memory_entry *kept, struct entry *ret);
/* Whether a log has entry `seq`, and which arrival it was. */
bool memory_find_entry(const struct memory_store *store, uint32_t log, uint64_t seq, uint64_t *ret_arrival);
/* Where `key` is, or belongs. */
size_t memory_find_local(const struct memory_store *store, struct bytes key, bool *ret_found);
void memory_put_local(struct memory_store *store, struct bytes key, struct bytes value);
void memory_set_doubts(struct memory_store *store, uint32_t group, const struct doubt *doubts, size_t count);
/* All of the batch, or nothing.  ERR_USAGE: it does not fit what is there. */
enum error memory_commit(struct memory_store *store, const struct batch *batch);
