/* SPDX-License-Identifier: MIT
 * The least that keeps records durably: one LMDB table, appended to by number, every commit synced. */
#pragma once
#include "core/base/bytes.h"
#include "scratch.h"
#include <lmdb.h>

struct yard_db {
    MDB_env *env;
    MDB_dbi table;
    MDB_txn *txn; /* NULL: none open */
    uint64_t last;
};

/* A new database in a new directory of the scratch. */
void yard_db_open(struct yard_db *db, struct path *ret_directory);
/* An existing one, to be read in another process. */
void yard_db_reopen(struct yard_db *db, const struct path *directory);
void yard_db_close(struct yard_db *db);

void yard_db_append(struct yard_db *db, struct bytes record); /* begins a transaction if need be */
void yard_db_commit(struct yard_db *db);                      /* nothing to commit is fine */
/* All records in order; borrowed for the call. */
void yard_db_each(struct yard_db *db, void (*visit)(void *arg, struct bytes record), void *arg);
