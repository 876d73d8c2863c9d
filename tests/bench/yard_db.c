/* SPDX-License-Identifier: MIT */
#include "yard_db.h"
#include "measure.h"

#define MAP_SIZE (UINT64_C(4) << 30)

static void must(int code)
{
    if (code)
        die("LMDB: %s", mdb_strerror(code));
}

void yard_db_reopen(struct yard_db *db, const struct path *directory)
{
    MDB_txn *txn;

    *db = (struct yard_db){0};
    must(mdb_env_create(&db->env));
    must(mdb_env_set_mapsize(db->env, MAP_SIZE));
    must(mdb_env_open(db->env, directory->text, MDB_NOTLS, 0600));
    must(mdb_txn_begin(db->env, NULL, 0, &txn));
    must(mdb_dbi_open(txn, NULL, 0, &db->table));
    must(mdb_txn_commit(txn));
}

void yard_db_open(struct yard_db *db, struct path *ret_directory)
{
    *ret_directory = scratch_directory("yardstick");
    yard_db_reopen(db, ret_directory);
}

void yard_db_close(struct yard_db *db)
{
    mdb_env_close(db->env);
}

void yard_db_append(struct yard_db *db, struct bytes record)
{
    uint8_t key[8];
    put_u64(key, ++db->last);
    MDB_val at = {sizeof key, key}, value = {record.size, (void *)(uintptr_t)record.data}; /* only read */

    if (!db->txn)
        must(mdb_txn_begin(db->env, NULL, 0, &db->txn));
    must(mdb_put(db->txn, db->table, &at, &value, MDB_APPEND));
}

void yard_db_commit(struct yard_db *db)
{
    if (db->txn)
        must(mdb_txn_commit(db->txn));
    db->txn = NULL;
}

void yard_db_each(struct yard_db *db, void (*visit)(void *arg, struct bytes record), void *arg)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;

    must(mdb_txn_begin(db->env, NULL, MDB_RDONLY, &txn));
    must(mdb_cursor_open(txn, db->table, &cursor));
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0)
        visit(arg, (struct bytes){value.mv_data, value.mv_size});
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
}
