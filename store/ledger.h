/* SPDX-License-Identifier: MIT
 * What the storage thread knows of every log without asking the disk: who it is, its last run, and how far the order
 * has come.  About 200 bytes a log, nothing per entry.  Read from the database at the start and after a transaction
 * that was given up, so it never holds what is not (about to be) committed. */
#pragma once
#include "core/base/table.h"
#include "doubted.h"
#include "runs.h"

/* The order's part of a log: order.c's own. */
struct order_log {
    uint64_t seq;        /* entries up to here stand in the order */
    struct sort_key key; /* of that entry */
    uint8_t id[8];
    uint64_t awaited;  /* the first seq beyond it that an entry already ordered cites; UINT64_MAX: none */
    uint64_t next_hlc; /* of entry next_seq, which stands in the order next */
    uint64_t next_seq;
    struct run run; /* where it reads */
    bool climbing;  /* on the stack of the pass */
    bool changed;   /* since its state was last written */
};

struct ledger_log {
    uint32_t number;
    uint32_t group;
    enum log_kind kind;
    bool behind; /* listed in ledger.behind */
    struct hash id;
    struct hash tree; /* what its entries' headers and deps call it: the id of the log that forked, or its own */
    uint64_t base;    /* a branch's first entry is base + 1 */
    bool is_branch;
    struct ledger_log *next_in_tree;
    struct sign_public device;
    uint64_t void_from;            /* as in its row; UINT64_MAX: all counts */
    const struct doubted *doubted; /* the ledger's */
    struct run last;
    struct order_log order;
};

struct ledger {
    struct ledger_log **logs; /* by number - 1; NULL: no such log */
    size_t log_count;
    struct table trees; /* by tree: the first of its logs */
    uint64_t last_arrival;
    struct own_entry own;
    struct doubted doubted;
    struct ledger_log **behind; /* logs that may have entries which the order does not hold yet */
    size_t behind_count, behind_capacity;
};

/* Forgets everything and reads it again, all but the order's part. */
MUST_USE enum error ledger_load(struct ledger *ledger, struct db_txn *txn, uint64_t salt);
void ledger_done(struct ledger *ledger);

struct ledger_log *ledger_get(const struct ledger *ledger, uint32_t number); /* NULL: unknown */
/* The first of the logs whose entries say `tree`; the others follow by next_in_tree.  NULL: none. */
struct ledger_log *ledger_tree(const struct ledger *ledger, const struct hash *tree);
/* Takes a row: a new log, or one it has.  ret_cut: that one counts to another place than before. */
MUST_USE enum error ledger_note(struct ledger *ledger, const struct log_row *row, struct ledger_log **ret,
                                bool *ret_cut);
void ledger_note_behind(struct ledger *ledger, struct ledger_log *log);

static inline uint64_t ledger_head(const struct ledger_log *log)
{
    return log->last.count ? log->last.first + log->last.count - 1 : log->base;
}
