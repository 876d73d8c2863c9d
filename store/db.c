/* SPDX-License-Identifier: MIT */
#include "db.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "core/alloc.h"

#define SCHEMA_KEY BYTES_TEXT("schema")
#define NEARLY_FULL_BYTES (8u << 20)

static const char *const table_names[TABLE_COUNT] = {
    [TABLE_META] = "meta",
    [TABLE_ENTRIES] = "entries",
    [TABLE_RUNS] = "run-blocks",
    [TABLE_RUNS_3] = "runs",
    [TABLE_LOGS] = "logs",
    [TABLE_LOCALS] = "locals",
    [TABLE_DOUBTS] = "doubts",
    [TABLE_ORDER] = "order",
    [TABLE_ORDER_GOVERNANCE] = "order-governance",
    [TABLE_ORDER_KEYS] = "order-keys",
    [TABLE_ORDER_LATE] = "order-late",
    [TABLE_ORDER_STATE] = "order-state",
};

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

static bool nearly_full(const struct db *db)
{
    int fd;
    struct statvfs info;
    if (!db || !db->env || mdb_env_get_fd(db->env, &fd) != 0 || fstatvfs(fd, &info) != 0)
        return false;
    return (uint64_t)info.f_bavail * info.f_frsize < NEARLY_FULL_BYTES;
}

static enum error from_lmdb(const struct db *db, int code)
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

/* ---------------------------------------------------------------- opening */

static enum error check_schema(struct db_txn *txn)
{
    struct bytes value;
    enum error err = db_get(txn, TABLE_META, SCHEMA_KEY, &value);
    if (err == ERR_NOT_FOUND)
        return db_put_schema(txn);
    if (err)
        return err;
    if (value.size != 4 || get_u32(value.data) == 0)
        return ERR_CORRUPT;
    return get_u32(value.data) > SCHEMA_VERSION ? ERR_NEWER_SCHEMA : OK;
}

enum error db_schema(struct db_txn *txn, uint32_t *ret)
{
    struct bytes value;
    enum error err = db_get(txn, TABLE_META, SCHEMA_KEY, &value);
    if (!err)
        *ret = get_u32(value.data);
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

enum error db_put_schema(struct db_txn *txn)
{
    uint8_t version[4];
    put_u32(version, SCHEMA_VERSION);
    return db_put(txn, TABLE_META, SCHEMA_KEY, BYTES_OF(version));
}

static enum error begin_write(struct db *db, struct db_txn **ret);

static enum error end_write(struct db_txn *txn)
{
    MDB_txn *mdb = txn->mdb;
    txn->mdb = NULL;
    return from_lmdb(txn->db, mdb_txn_commit(mdb));
}

static enum error open_tables(struct db *db)
{
    struct db_txn *txn;
    enum error err = begin_write(db, &txn);
    if (err)
        return err;
    for (int table = 0; !err && table < TABLE_COUNT; table++)
        err = from_lmdb(db, mdb_dbi_open(txn->mdb, table_names[table], MDB_CREATE, &db->tables[table]));
    if (!err)
        err = check_schema(txn);
    if (!err)
        return end_write(txn);
    db_abort(txn);
    return err;
}

/* LMDB takes more than it is told where the file is larger. */
static void learn_map_size(struct db *db)
{
    MDB_envinfo info;
    mdb_env_info(db->env, &info);
    db->map_size = info.me_mapsize;
}

static enum error open_env(struct db *db)
{
    int code = mdb_env_create(&db->env);
    if (code)
        return from_lmdb(NULL, code);
    code = mdb_env_set_maxdbs(db->env, TABLE_COUNT);
    if (!code)
        code = mdb_env_set_mapsize(db->env, (size_t)db->map_size);
    if (!code)
        code = mdb_env_open(db->env, db->directory, MDB_NOTLS, 0600);
    int file;
    if (!code && mdb_env_get_fd(db->env, &file) == 0 && fcntl(file, F_SETFD, FD_CLOEXEC) != 0)
        code = errno; /* LMDB would leave the database open in every helper process */
    if (!code)
        learn_map_size(db);
    return from_lmdb(db, code);
}

static void close_env(struct db *db)
{
    if (db->read.mdb)
        mdb_txn_abort(db->read.mdb);
    db->read.mdb = NULL;
    if (db->env)
        mdb_env_close(db->env);
    db->env = NULL;
}

static enum error open_all(struct db *db)
{
    enum error err = open_env(db);
    if (!err)
        err = open_tables(db);
    while (err == ERR_LIMIT) { /* a file larger than the map it was opened with */
        err = db_grow(db);
        if (!err)
            err = open_tables(db);
    }
    if (err)
        close_env(db);
    return err;
}

enum error db_open(const char *directory, uint64_t map_size, struct db **ret)
{
    struct db *db = alloc_zero(1, sizeof *db);
    db->directory = alloc_zero(1, strlen(directory) + 1);
    strcpy(db->directory, directory);
    db->map_size = map_size;
    db->write.db = db;
    db->read.db = db;
    pthread_mutex_init(&db->gate, NULL);
    pthread_cond_init(&db->gate_moved, NULL);

    enum error err = open_all(db);
    if (err) {
        db_close(db);
        return err;
    }
    *ret = db;
    return OK;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    close_env(db);
    free(db->directory);
    pthread_cond_destroy(&db->gate_moved);
    pthread_mutex_destroy(&db->gate);
    free(db);
}

/* ---------------------------------------------------------------- transactions */

static void close_gate(struct db *db)
{
    pthread_mutex_lock(&db->gate);
    db->gate_locks++;
    while (db->reading)
        pthread_cond_wait(&db->gate_moved, &db->gate);
    pthread_mutex_unlock(&db->gate);
}

static void open_gate(struct db *db)
{
    pthread_mutex_lock(&db->gate);
    db->gate_locks--;
    pthread_cond_broadcast(&db->gate_moved);
    pthread_mutex_unlock(&db->gate);
}

uint64_t db_map_size(const struct db *db)
{
    return db->map_size;
}

enum error db_grow(struct db *db)
{
    if (!db->env)
        return ERR_DISK;
    if (db->map_size > SIZE_MAX / 2)
        return ERR_DISK_FULL;
    close_gate(db);
    int code = mdb_env_set_mapsize(db->env, (size_t)db->map_size * 2);
    learn_map_size(db);
    open_gate(db);
    return code == ENOMEM ? ERR_DISK_FULL : from_lmdb(db, code);
}

static bool wants_growth(const struct db *db)
{
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(db->env, &info);
    mdb_env_stat(db->env, &stat);
    return (info.me_last_pgno + 1) * stat.ms_psize > info.me_mapsize / 5 * 4;
}

static enum error begin_write(struct db *db, struct db_txn **ret)
{
    if (wants_growth(db)) {
        enum error err = db_grow(db);
        if (err)
            return err;
    }
    enum error err = from_lmdb(db, mdb_txn_begin(db->env, NULL, 0, &db->write.mdb));
    if (!err)
        *ret = &db->write;
    return err;
}

static bool has_panicked(const struct db *db)
{
    MDB_txn *probe;
    int code = mdb_txn_begin(db->env, NULL, 0, &probe);
    if (!code)
        mdb_txn_abort(probe);
    return code == MDB_PANIC;
}

static enum error reopen(struct db *db)
{
    close_gate(db);
    close_env(db);
    enum error err = open_all(db);
    open_gate(db);
    return err;
}

enum error db_begin(struct db *db, struct db_txn **ret)
{
    enum error err = db->env ? OK : reopen(db);
    return err ? err : begin_write(db, ret);
}

/* When the page that makes a commit valid cannot be written, LMDB neither reads nor writes any more until it is opened
 * anew.  At once, since whoever hears of the failure goes back to what is on the disk; if that fails too, the next to
 * begin tries again. */
enum error db_commit(struct db_txn *txn)
{
    enum error err = end_write(txn);
    if (err && has_panicked(txn->db) && reopen(txn->db) != OK)
        return ERR_DISK;
    return err;
}

void db_abort(struct db_txn *txn)
{
    mdb_txn_abort(txn->mdb);
    txn->mdb = NULL;
}

static void leave_gate(struct db *db)
{
    pthread_mutex_lock(&db->gate);
    db->reading = false;
    pthread_cond_broadcast(&db->gate_moved);
    pthread_mutex_unlock(&db->gate);
}

static int begin_read(struct db *db)
{
    if (!db->env)
        return MDB_PANIC;
    return db->read.mdb ? mdb_txn_renew(db->read.mdb) : mdb_txn_begin(db->env, NULL, MDB_RDONLY, &db->read.mdb);
}

enum error db_snapshot(struct db *db, struct db_txn **ret)
{
    pthread_mutex_lock(&db->gate);
    while (db->gate_locks)
        pthread_cond_wait(&db->gate_moved, &db->gate);
    db->reading = true;
    pthread_mutex_unlock(&db->gate);

    int code = begin_read(db);
    if (code) {
        leave_gate(db);
        return from_lmdb(db, code);
    }
    *ret = &db->read;
    return OK;
}

void db_snapshot_end(struct db_txn *txn)
{
    mdb_txn_reset(txn->mdb);
    leave_gate(txn->db);
}

/* A line of mdb_reader_list(): process, thread and state in columns; "-" where nothing is read; a headline first. */
static int note_reader(const char *line, void *arg)
{
    struct db_reader *oldest = arg;
    unsigned long process, thread, state;
    if (sscanf(line, "%lu %lx %lu", &process, &thread, &state) == 3 && state < oldest->state)
        *oldest = (struct db_reader){.state = state, .process = process};
    return 0;
}

bool db_oldest_reader(struct db *db, struct db_reader *ret)
{
    struct db_reader oldest = {.state = UINT64_MAX};
    MDB_envinfo info = {0};
    int dead;
    pthread_mutex_lock(&db->gate); /* so nobody closes the environment meanwhile */
    if (!db->gate_locks && db->env && mdb_reader_check(db->env, &dead) == 0 &&
        mdb_reader_list(db->env, note_reader, &oldest) >= 0)
        mdb_env_info(db->env, &info);
    pthread_mutex_unlock(&db->gate);
    oldest.outdated = oldest.state < info.me_last_txnid;
    if (oldest.state != UINT64_MAX)
        *ret = oldest;
    return oldest.state != UINT64_MAX;
}

/* ---------------------------------------------------------------- rows */

enum error db_get(struct db_txn *txn, enum db_table table, struct bytes key, struct bytes *ret)
{
    MDB_val at = to_val(key), value;
    enum error err = from_lmdb(txn->db, mdb_get(txn->mdb, txn->db->tables[table], &at, &value));
    if (!err)
        *ret = from_val(value);
    return err;
}

enum error db_put(struct db_txn *txn, enum db_table table, struct bytes key, struct bytes value)
{
    MDB_val at = to_val(key), what = to_val(value);
    return from_lmdb(txn->db, mdb_put(txn->mdb, txn->db->tables[table], &at, &what, 0));
}

enum error db_append(struct db_txn *txn, enum db_table table, struct bytes key, size_t size, uint8_t **ret)
{
    MDB_val at = to_val(key), room = {.mv_size = size};
    int code = mdb_put(txn->mdb, txn->db->tables[table], &at, &room, MDB_APPEND | MDB_RESERVE);
    if (code == MDB_KEYEXIST)
        return ERR_CORRUPT; /* a key at or beyond this one is there */
    if (!code)
        *ret = room.mv_data;
    return from_lmdb(txn->db, code);
}

enum error db_delete(struct db_txn *txn, enum db_table table, struct bytes key)
{
    MDB_val at = to_val(key);
    int code = mdb_del(txn->mdb, txn->db->tables[table], &at, NULL);
    return code == MDB_NOTFOUND ? OK : from_lmdb(txn->db, code);
}

enum error db_clear(struct db_txn *txn, enum db_table table)
{
    return from_lmdb(txn->db, mdb_drop(txn->mdb, txn->db->tables[table], 0));
}

enum error db_count(struct db_txn *txn, enum db_table table, uint64_t *ret)
{
    MDB_stat stat;
    enum error err = from_lmdb(txn->db, mdb_stat(txn->mdb, txn->db->tables[table], &stat));
    if (!err)
        *ret = stat.ms_entries;
    return err;
}

/* ---------------------------------------------------------------- cursors: an LMDB cursor under another name */

enum error db_cursor_open(struct db_txn *txn, enum db_table table, struct db_cursor **ret)
{
    MDB_cursor *cursor;
    enum error err = from_lmdb(txn->db, mdb_cursor_open(txn->mdb, txn->db->tables[table], &cursor));
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
    enum error err = from_lmdb(NULL, mdb_cursor_get((MDB_cursor *)cursor, &key, &value, op));
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
