/* SPDX-License-Identifier: MIT
 * What the files that know LMDB share: db.c opens the environment and its transactions, db_rows.c reads and writes in
 * them.  Nobody else includes this; db.h is what they do together. */
#pragma once
#include "db.h"

#include <lmdb.h>
#include <pthread.h>

struct db_txn {
    MDB_txn *mdb;
    struct db *db;
};

struct db {
    char *directory;
    uint64_t map_size; /* of the environment, or of the next one while there is none */
    MDB_env *env;      /* NULL: it had to be closed, and could not be opened again yet */
    MDB_dbi tables[TABLE_COUNT];
    struct db_txn write;
    struct db_txn read; /* reset, not freed, between snapshots: renewing it allocates nothing */
    /* Whoever grows or reopens closes the gate, so that a loop that reads again and again cannot starve it. */
    pthread_mutex_t gate;
    pthread_cond_t gate_moved;
    unsigned gate_locks;
    bool reading;
};

/* LMDB's word for what happened in ours; `db` (may be NULL) tells a full disk from a broken one. */
enum error db_from_lmdb(const struct db *db, int code);
