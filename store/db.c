/* SPDX-License-Identifier: MIT */
#include "db_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"

#define SCHEMA_KEY BYTES_TEXT("schema")

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
    return db_from_lmdb(txn->db, mdb_txn_commit(mdb));
}

static enum error open_tables(struct db *db)
{
    struct db_txn *txn;
    enum error err = begin_write(db, &txn);
    if (err)
        return err;
    for (int table = 0; !err && table < TABLE_COUNT; table++)
        err = db_from_lmdb(db, mdb_dbi_open(txn->mdb, table_names[table], MDB_CREATE, &db->tables[table]));
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
        return db_from_lmdb(NULL, code);
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
    return db_from_lmdb(db, code);
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
    return code == ENOMEM ? ERR_DISK_FULL : db_from_lmdb(db, code);
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
    enum error err = db_from_lmdb(db, mdb_txn_begin(db->env, NULL, 0, &db->write.mdb));
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
        return db_from_lmdb(db, code);
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
