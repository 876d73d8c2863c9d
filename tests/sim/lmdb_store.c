/* SPDX-License-Identifier: MIT
 * The real store as a host's disk: the parts of store/store.c without its storage thread, since in virtual time
 * nothing may happen by itself.  Each has a home in a fresh directory below TMPDIR, else /dev/shm, else /tmp. */
#include "core/base/alloc.h"
#include "disk_faults.h"
#include "lmdb_copy.h"
#include "medium.h"
#include "store/commit.h"
#include "store/db.h"
#include "store/lineage.h"
#include "store/migrate.h"
#include "store/reads.h"
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define MAP_SIZE (256u << 10) /* so little that it grows all the time */

struct lmdb_store {
    struct medium medium;
    char *path;
    unsigned failures;
    /* while it is open */
    struct home home;
    struct db *db;
    struct lineage lineage;
    struct committer committer;
    struct reads reads;
    struct storage storage;
    bool restored;
};

static struct lmdb_store *store_of(struct medium *medium)
{
    return (struct lmdb_store *)medium;
}

/* What goes wrong here is no accident of the story. */
static void must(enum error err, const char *what)
{
    if (!err)
        return;
    fprintf(stderr, "a simulated disk cannot %s: %s\n", what, error_code(err));
    abort();
}

/* ---------------------------------------------------------------- lives */

static struct lmdb_store *store_in_new_home(void)
{
    struct lmdb_store *store = alloc_zero(1, sizeof *store);
    store->path = lmdb_home_make();
    return store;
}

static struct medium *make(void)
{
    return &store_in_new_home()->medium;
}

static struct medium *copy(const struct medium *medium)
{
    const struct lmdb_store *store = (const struct lmdb_store *)medium;
    struct lmdb_store *copied = store_in_new_home();
    lmdb_home_copy(store->path, copied->path);
    return &copied->medium;
}

static void destroy(struct medium *medium)
{
    struct lmdb_store *store = store_of(medium);
    lmdb_home_remove(store->path);
    free(store->path);
    free(store);
}

static void mark_copied(struct medium *medium)
{
    lmdb_home_mark_copied(store_of(medium)->path);
}

static void open(struct medium *medium)
{
    struct lmdb_store *store = store_of(medium);
    struct db_txn *snapshot;
    must(home_open(store->path, &store->home), "open its home");
    must(db_open(store->path, MAP_SIZE, &store->db), "open its database");
    must(migrate(store->db, NULL, NULL), "migrate");
    must(lineage_init(&store->lineage, &store->home, NULL), "find its inode");
    must(db_snapshot(store->db, &snapshot), "be read");
    must(lineage_check(&store->lineage, snapshot, &store->restored), "read its lineage file");
    db_snapshot_end(snapshot);
    must(commit_init(&store->committer, store->db, false), "be loaded");
    reads_init(&store->reads, store->db, &store->storage);
}

static void close(struct medium *medium)
{
    struct lmdb_store *store = store_of(medium);
    reads_done(&store->reads);
    commit_done(&store->committer);
    db_close(store->db);
    home_done(&store->home);
}

static bool was_restored(const struct medium *medium)
{
    return ((const struct lmdb_store *)medium)->restored;
}

/* ---------------------------------------------------------------- writing */

static enum error catch_up(struct lmdb_store *store)
{
    enum error err = OK;
    while (!err && commit_order_is_behind(&store->committer))
        err = commit_order(&store->committer, NULL, NULL);
    return err;
}

static enum error commit(struct medium *medium, const struct batch *const *batches, size_t count)
{
    struct lmdb_store *store = store_of(medium);
    assert(!store->reads.begun); /* where the map has to grow it would wait for ever */
    enum error err = commit_batches(&store->committer, batches, count);
    if (!err)
        must(catch_up(store), "put messages in order");
    return err;
}

static enum error fail(struct medium *medium, const struct batch *const *batches, size_t count, enum error fault)
{
    static const struct {
        enum disk_call call;
        unsigned calls;
    } faults[] = {{DISK_WRITE, 0}, {DISK_META, 0}, {DISK_WRITE, 1}, {DISK_SYNC, 0}, {DISK_WRITE, 3}};
    struct lmdb_store *store = store_of(medium);
    unsigned at = store->failures++ % (sizeof faults / sizeof *faults);
    disk_faults_begin(faults[at].call, faults[at].calls, fault == ERR_DISK_FULL ? ENOSPC : EIO);
    enum error err = commit_batches(&store->committer, batches, count);
    disk_faults_end();
    return err;
}

static void rest(struct medium *medium)
{
    struct lmdb_store *store = store_of(medium);
    if (store->committer.loaded && !lineage_is_written(&store->lineage, &store->committer.ledger.own))
        must(lineage_write(&store->lineage, &store->committer.ledger.own), "write its lineage file");
}

static enum error put_wire(struct db_txn *txn, uint64_t arrival, struct bytes wire)
{
    struct stored_entry entry;
    struct buffer value = {0};
    uint8_t key[8];
    enum error err = rows_entry_at(txn, arrival, &entry);
    if (err)
        return err;
    put_u64(key, arrival);
    rows_put_prefix(&entry, buffer_extend(&value, ENTRY_PREFIX_SIZE));
    buffer_append(&value, wire);
    err = db_put(txn, TABLE_ENTRIES, BYTES_OF(key), buffer_bytes(&value));
    buffer_done(&value);
    return err;
}

static void rewrite(struct medium *medium, uint64_t arrival, struct bytes wire)
{
    struct db_txn *txn;
    must(db_begin(store_of(medium)->db, &txn), "begin");
    must(put_wire(txn, arrival, wire), "rewrite an entry");
    must(db_commit(txn), "commit");
}

/* ---------------------------------------------------------------- the table */

static struct storage reads(struct medium *medium)
{
    return store_of(medium)->storage;
}

const struct medium_kind lmdb_medium = {.name = "lmdb",
                                        .make = make,
                                        .copy = copy,
                                        .destroy = destroy,
                                        .open = open,
                                        .close = close,
                                        .commit = commit,
                                        .fail = fail,
                                        .rest = rest,
                                        .reads = reads,
                                        .was_restored = was_restored,
                                        .mark_copied = mark_copied,
                                        .rewrite = rewrite};
