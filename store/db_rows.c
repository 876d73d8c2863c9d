/* SPDX-License-Identifier: MIT */
#include "db_lmdb.h"

#include <errno.h>
#include <sys/statvfs.h>

#define NEARLY_FULL_BYTES (8u << 20)

/* ---------------------------------------------------------------- LMDB's words and ours */

static bool nearly_full(const struct db *db)
{
    int fd;
    struct statvfs info;
    if (!db || !db->env || mdb_env_get_fd(db->env, &fd) != 0 || fstatvfs(fd, &info) != 0)
        return false;
    return (uint64_t)info.f_bavail * info.f_frsize < NEARLY_FULL_BYTES;
}

enum error db_from_lmdb(const struct db *db, int code)
{
    switch (code) {
    case MDB_SUCCESS:
        return OK;
    case MDB_NOTFOUND:
        return ERR_NOT_FOUND;
    case MDB_MAP_FULL:
        return ERR_LIMIT;
    case MDB_VERSION_MISMATCH:
        return ERR_NEWER_SCHEMA;
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INCOMPATIBLE:
        return ERR_CORRUPT;
    case MDB_BAD_VALSIZE:
        return ERR_USAGE;
    case ENOSPC:
    case EDQUOT:
        return ERR_DISK_FULL;
    case EIO: /* LMDB's word for a short write, which is what a full disk gives first */
        return nearly_full(db) ? ERR_DISK_FULL : ERR_DISK;
    case EACCES:
    case EPERM:
    case EROFS:
        return ERR_NOT_PERMITTED;
    default:
        return ERR_DISK;
    }
}

static MDB_val to_val(struct bytes bytes)
{
    return (MDB_val){.mv_size = bytes.size, .mv_data = (void *)(uintptr_t)bytes.data};
}

static struct bytes from_val(MDB_val val)
{
    return (struct bytes){val.mv_data, val.mv_size};
}

/* ---------------------------------------------------------------- rows */

enum error db_get(struct db_txn *txn, enum db_table table, struct bytes key, struct bytes *ret)
{
    MDB_val at = to_val(key), value;
    enum error err = db_from_lmdb(txn->db, mdb_get(txn->mdb, txn->db->tables[table], &at, &value));
    if (!err)
        *ret = from_val(value);
    return err;
}

enum error db_put(struct db_txn *txn, enum db_table table, struct bytes key, struct bytes value)
{
    MDB_val at = to_val(key), what = to_val(value);
    return db_from_lmdb(txn->db, mdb_put(txn->mdb, txn->db->tables[table], &at, &what, 0));
}

enum error db_append(struct db_txn *txn, enum db_table table, struct bytes key, size_t size, uint8_t **ret)
{
    MDB_val at = to_val(key), room = {.mv_size = size};
    int code = mdb_put(txn->mdb, txn->db->tables[table], &at, &room, MDB_APPEND | MDB_RESERVE);
    if (code == MDB_KEYEXIST)
        return ERR_CORRUPT; /* a key at or beyond this one is there */
    if (!code)
        *ret = room.mv_data;
    return db_from_lmdb(txn->db, code);
}

enum error db_delete(struct db_txn *txn, enum db_table table, struct bytes key)
{
    MDB_val at = to_val(key);
    int code = mdb_del(txn->mdb, txn->db->tables[table], &at, NULL);
    return code == MDB_NOTFOUND ? OK : db_from_lmdb(txn->db, code);
}

enum error db_clear(struct db_txn *txn, enum db_table table)
{
    return db_from_lmdb(txn->db, mdb_drop(txn->mdb, txn->db->tables[table], 0));
}

enum error db_count(struct db_txn *txn, enum db_table table, uint64_t *ret)
{
    MDB_stat stat;
    enum error err = db_from_lmdb(txn->db, mdb_stat(txn->mdb, txn->db->tables[table], &stat));
    if (!err)
        *ret = stat.ms_entries;
    return err;
}

/* ---------------------------------------------------------------- cursors: an LMDB cursor under another name */

enum error db_cursor_open(struct db_txn *txn, enum db_table table, struct db_cursor **ret)
{
    MDB_cursor *cursor;
    enum error err = db_from_lmdb(txn->db, mdb_cursor_open(txn->mdb, txn->db->tables[table], &cursor));
    if (!err)
        *ret = (struct db_cursor *)cursor;
    return err;
}

void db_cursor_close(struct db_cursor *cursor)
{
    mdb_cursor_close((MDB_cursor *)cursor);
}

static enum error cursor_get(struct db_cursor *cursor, MDB_val key, MDB_cursor_op op, struct db_row *ret)
{
    MDB_val value;
    enum error err = db_from_lmdb(NULL, mdb_cursor_get((MDB_cursor *)cursor, &key, &value, op));
    if (!err)
        *ret = (struct db_row){from_val(key), from_val(value)};
    return err;
}

enum error db_move(struct db_cursor *cursor, enum db_move move, struct db_row *ret)
{
    static const MDB_cursor_op ops[] = {
        [DB_FIRST] = MDB_FIRST, [DB_LAST] = MDB_LAST, [DB_NEXT] = MDB_NEXT, [DB_PREVIOUS] = MDB_PREV};
    return cursor_get(cursor, (MDB_val){0}, ops[move], ret);
}

enum error db_seek(struct db_cursor *cursor, struct bytes key, struct db_row *ret)
{
    return cursor_get(cursor, to_val(key), MDB_SET_RANGE, ret);
}

enum error db_seek_before(struct db_cursor *cursor, struct bytes key, struct db_row *ret)
{
    struct db_row at;
    enum error err = db_seek(cursor, key, &at);
    if (err == ERR_NOT_FOUND)
        return db_move(cursor, DB_LAST, ret);
    return err ? err : db_move(cursor, DB_PREVIOUS, ret);
}
