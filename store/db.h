/* SPDX-License-Identifier: MIT
 * The database file: named tables of key → value.  The only module that knows LMDB (0.9.24; lmdb.h is its contract):
 * db.c, db_rows.c.
 * One write transaction at a time, on the thread that calls db_begin(); one snapshot at a time, on another.  Values
 * that come out are borrowed: in a snapshot until it ends, in a write transaction until the next change.
 *
 * Errors of every call: ERR_DISK, ERR_DISK_FULL, ERR_CORRUPT; ERR_USAGE for a key that is empty or too long; ERR_LIMIT
 * when the map is full: abort, db_grow() and do the same again. */
#pragma once
#include "core/base/bytes.h"
#include "core/error.h"

#define DB_FILE "data.mdb"
#define DB_KEY_MAX 511
#define SCHEMA_VERSION 6

/* The names on disk stand in db.c; a view's tables can be emptied and filled again from the entries. */
enum db_table {
    TABLE_META,             /* schema, last own entry */
    TABLE_ENTRIES,          /* arrival → entry */
    TABLE_RUNS,             /* log, seq → consecutive arrivals, in blocks */
    TABLE_RUNS_3,           /* the same in schema 3, a row a run; empty when migrated */
    TABLE_LOGS,             /* log number → row */
    TABLE_LOCALS,           /* the core's own rows */
    TABLE_DOUBTS,           /* group, log, first seq → last seq: entries whose time is not believed */
    TABLE_ORDER,            /* group, sort key … → the places from there on: content */
    TABLE_ORDER_GOVERNANCE, /* likewise of kind 0, for re-keying only */
    TABLE_ORDER_KEYS,       /* log, seq → sort key where it is not the HLC in the entry */
    TABLE_ORDER_LATE,       /* cause that is not here → entry that cites it */
    TABLE_ORDER_STATE,      /* progress of the order */
    TABLE_COUNT
};

struct db;
struct db_txn;
struct db_cursor;

/* Opens or creates the file in `directory`, with an address space of `map_size` bytes that grows when needed.
 * ERR_NEWER_SCHEMA: written by a later version, of LMDB or of this program. */
MUST_USE enum error db_open(const char *directory, uint64_t map_size, struct db **ret);
void db_close(struct db *db); /* NULL is fine; no transaction may be open */

/* Begins the write transaction; doubles the map first when it is more than four fifths full. */
MUST_USE enum error db_begin(struct db *db, struct db_txn **ret);
/* Durable when OK; ends the transaction in any case.  Where LMDB can do nothing more after a failure the file is closed
 * and opened again, after the open snapshot has ended and keeping new ones out meanwhile. */
MUST_USE enum error db_commit(struct db_txn *txn);
void db_abort(struct db_txn *txn);
/* Doubles the map, after the open snapshot has ended and keeping new ones out meanwhile.  No write transaction may be
 * open.  ERR_DISK_FULL: the address space has no room. */
MUST_USE enum error db_grow(struct db *db);
uint64_t db_map_size(const struct db *db);

/* The snapshot: the last committed state.  Waits while the map grows. */
MUST_USE enum error db_snapshot(struct db *db, struct db_txn **ret);
void db_snapshot_end(struct db_txn *txn);

struct db_reader {
    uint64_t state; /* which one it reads: the number of a commit */
    bool outdated;  /* there were others since, which may use no page again that this one shows */
    uint64_t process;
};
/* The oldest snapshot that anybody has open, also other programs on this file; those of processes that died are
 * closed.  False: there is none. */
bool db_oldest_reader(struct db *db, struct db_reader *ret);

/* What the file was written with, up to SCHEMA_VERSION; and that it is of SCHEMA_VERSION from now on (migrate.c). */
MUST_USE enum error db_schema(struct db_txn *txn, uint32_t *ret);
MUST_USE enum error db_put_schema(struct db_txn *txn);

MUST_USE enum error db_get(struct db_txn *txn, enum db_table table, struct bytes key,
                           struct bytes *ret); /* ERR_NOT_FOUND */
MUST_USE enum error db_put(struct db_txn *txn, enum db_table table, struct bytes key, struct bytes value);
/* Makes room for `size` bytes under a key beyond every other of its table; fill *ret before the next call. */
MUST_USE enum error db_append(struct db_txn *txn, enum db_table table, struct bytes key, size_t size, uint8_t **ret);
MUST_USE enum error db_delete(struct db_txn *txn, enum db_table table, struct bytes key); /* absent is fine */
MUST_USE enum error db_clear(struct db_txn *txn, enum db_table table);
MUST_USE enum error db_count(struct db_txn *txn, enum db_table table, uint64_t *ret); /* its rows */

/* Close a cursor before its transaction ends. */
MUST_USE enum error db_cursor_open(struct db_txn *txn, enum db_table table, struct db_cursor **ret);
void db_cursor_close(struct db_cursor *cursor);

struct db_row {
    struct bytes key;
    struct bytes value;
};
enum db_move { DB_FIRST, DB_LAST, DB_NEXT, DB_PREVIOUS };
/* ERR_NOT_FOUND: no row there. */
MUST_USE enum error db_move(struct db_cursor *cursor, enum db_move move, struct db_row *ret);
MUST_USE enum error db_seek(struct db_cursor *cursor, struct bytes key, struct db_row *ret); /* first at or after */
MUST_USE enum error db_seek_before(struct db_cursor *cursor, struct bytes key, struct db_row *ret); /* last before */
