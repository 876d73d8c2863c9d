/* SPDX-License-Identifier: MIT
 * Bytes of data.mdb for each stored entry, order included; beside it the entries themselves. */
#include "bench.h"
#include <lmdb.h>
#include <stdio.h>
#include <sys/stat.h>

#define MESSAGES 200000
#define WIRE_SIZE 304
#define TABLES_MAX 32

static double file_size(const struct history *history)
{
    char name[PATH_MAX + 16];
    struct stat status;

    snprintf(name, sizeof name, "%s/data.mdb", history->home.text);
    if (stat(name, &status) != 0)
        die("there is no %s", name);
    return (double)status.st_size;
}

static void report(const struct history *history, const char *name, const char *note)
{
    struct samples all = {0}, bare = {0};

    samples_add(&all, file_size(history) / (double)history->entries);
    samples_add(&bare, (double)history->bytes / (double)history->entries);
    report_figure(name, "bytes/entry", &all, &bare, note);
}

void bench_disk(const struct bench *bench)
{
    struct history history = history_make(bench_size(bench, MESSAGES), 0);

    report(&history, "disk", history_note(&history));
    scratch_remove(&history.home);
}

/* ---------------------------------------------------------------- table by table */

/* Appends "NAME BYTES, " for a table that has at least one byte an entry. */
static size_t describe(MDB_txn *txn, const MDB_val *name, uint64_t entries, char *note, size_t size)
{
    char text[64];
    MDB_dbi table;
    MDB_stat stat;
    int written = 0;

    snprintf(text, sizeof text, "%.*s", (int)name->mv_size, (const char *)name->mv_data);
    if (mdb_dbi_open(txn, text, 0, &table) == 0 && mdb_stat(txn, table, &stat) == 0) {
        size_t pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
        double bytes = (double)(pages * stat.ms_psize) / (double)entries;
        if (bytes >= 1)
            written = snprintf(note, size, "%s%s %.0f", note[-1] == ':' ? " " : ", ", text, bytes);
    }
    return written > 0 && (size_t)written < size ? (size_t)written : 0;
}

static void describe_tables(const struct history *history, char *note, size_t size)
{
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi names;
    MDB_cursor *cursor;
    MDB_val key, value;
    size_t at = (size_t)snprintf(note, size, "of it:");

    if (mdb_env_create(&env) || mdb_env_set_maxdbs(env, TABLES_MAX) ||
        mdb_env_open(env, history->home.text, MDB_RDONLY | MDB_NOLOCK, 0600) ||
        mdb_txn_begin(env, NULL, MDB_RDONLY, &txn) || mdb_dbi_open(txn, NULL, 0, &names) ||
        mdb_cursor_open(txn, names, &cursor))
        die("the history cannot be read");
    while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == 0)
        at += describe(txn, &key, history->entries, note + at, size - at);
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    mdb_env_close(env);
}

void bench_disk_304(const struct bench *bench)
{
    struct history history = history_make(bench_size(bench, MESSAGES), WIRE_SIZE);
    char note[256];

    describe_tables(&history, note, sizeof note);
    report(&history, "disk_304", note);
    scratch_remove(&history.home);
}
