/* SPDX-License-Identifier: MIT */
#include "store.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/alloc.h"
#include "home.h"
#include "lineage.h"
#include "migrate.h"
#include "pin.h"
#include "reads.h"
#include "store_key.h"
#include "writer.h"

#define LOCK_TABLE_FILE "lock.mdb"
#define LOCK_TABLE_SIZE (16u << 10) /* more than LMDB's 126 readers take */

struct store {
    struct home home;
    struct secret_key *key; /* NULL: locked */
    bool has_passphrase;
    struct db *db;
    struct lineage lineage;
    bool restored;
    struct reads reads;
    struct pin pin;
    struct writer *writer;
    struct storage storage;
    struct journal journal;
};

static void submit(void *ctx, const struct batch *batch)
{
    struct store *store = ctx;
    writer_submit(store->writer, batch);
}

static bool commit_here(void *ctx, const struct batch *const *batches, size_t count)
{
    struct store *store = ctx;
    return writer_commit_here(store->writer, batches, count);
}

static size_t collect(void *ctx, struct persisted *ret, size_t most)
{
    struct store *store = ctx;
    return writer_collect(store->writer, ret, most);
}

static void set_wakeup(void *ctx, void (*wake)(void *arg), void *arg)
{
    struct store *store = ctx;
    writer_set_wakeup(store->writer, wake, arg);
}

static void space(void *ctx, uint64_t *ret_free, uint64_t *ret_total)
{
    struct store *store = ctx;
    home_space(&store->home, ret_free, ret_total);
}

static uint64_t pinned_ms(void *ctx, uint64_t *ret_process)
{
    struct store *store = ctx;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return pin_look(&store->pin, store->db, (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec, ret_process);
}

static uint64_t default_map_size(void)
{
    return sizeof(void *) >= 8 ? UINT64_C(64) << 30 : UINT64_C(256) << 20;
}

/* Wipes `key`. */
static void keep_key(struct store *store, struct secret_key *key)
{
    if (!store->key)
        store->key = alloc_secret(sizeof *store->key);
    *store->key = *key;
    crypto_wipe(key, sizeof *key);
}

static enum error load_key(struct store *store)
{
    struct secret_key key;
    enum error err = store_key_load(&store->home, !home_has(&store->home, DB_FILE), &key);
    store->has_passphrase = err == ERR_LOCKED;
    if (!err)
        keep_key(store, &key);
    return store->has_passphrase ? OK : err;
}

static enum error open_database(struct store *store, const struct store_options *options)
{
    enum error err = load_key(store);
    if (!err)
        err = home_reserve(&store->home, LOCK_TABLE_FILE, LOCK_TABLE_SIZE);
    if (!err)
        err = db_open(store->home.path, options->map_size ? options->map_size : default_map_size(), &store->db);
    return err ? err : migrate(store->db, options->migrating, options->arg);
}

static enum error check_lineage(struct store *store, const struct store_options *options)
{
    struct db_txn *snapshot;
    enum error err = lineage_init(&store->lineage, &store->home, options->machine_id_file);
    if (!err)
        err = db_snapshot(store->db, &snapshot);
    if (err)
        return err;
    err = lineage_check(&store->lineage, snapshot, &store->restored);
    db_snapshot_end(snapshot);
    return err;
}

enum error store_open(const struct store_options *options, struct store **ret)
{
    struct store *store = alloc_zero(1, sizeof *store);
    enum error err = home_open(options->directory, &store->home);
    if (!err)
        err = open_database(store, options);
    if (!err)
        err = check_lineage(store, options);
    if (!err)
        err = writer_start(store->db, &store->lineage, options->rebuild_views, &store->writer);
    if (err) {
        store_close(store);
        return err;
    }
    reads_init(&store->reads, store->db, &store->storage);
    store->journal = (struct journal){.ctx = store,
                                      .submit = submit,
                                      .commit_here = commit_here,
                                      .collect = collect,
                                      .set_wakeup = set_wakeup,
                                      .space = space,
                                      .pinned_ms = pinned_ms};
    *ret = store;
    return OK;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    reads_done(&store->reads);
    writer_stop(store->writer);
    db_close(store->db);
    home_done(&store->home);
    alloc_secret_free(store->key);
    free(store);
}

const struct storage *store_storage(struct store *store)
{
    return &store->storage;
}

const struct journal *store_journal(struct store *store)
{
    return &store->journal;
}

const struct secret_key *store_key(const struct store *store)
{
    return store->key;
}

bool store_has_passphrase(const struct store *store)
{
    return store->has_passphrase;
}

enum error store_unlock(struct store *store, struct bytes passphrase)
{
    struct secret_key key;
    enum error err = store_key_open(&store->home, passphrase, &key);
    if (!err)
        keep_key(store, &key);
    return err;
}

enum error store_lock(struct store *store)
{
    if (!store->has_passphrase)
        return ERR_NO_PASSPHRASE;
    alloc_secret_free(store->key);
    store->key = NULL;
    return OK;
}

static enum error open_with_old(const struct store *store, struct bytes old, struct secret_key *ret)
{
    if (store->has_passphrase)
        return store_key_open(&store->home, old, ret);
    if (old.size > 0)
        return ERR_NO_PASSPHRASE;
    *ret = *store->key;
    return OK;
}

enum error store_set_passphrase(struct store *store, struct bytes old, struct bytes fresh)
{
    struct secret_key key;
    if (!store->has_passphrase && fresh.size == 0)
        return ERR_NO_PASSPHRASE;
    enum error err = open_with_old(store, old, &key);
    if (err)
        return err;
    err = store_key_write(&store->home, &key, fresh);
    if (!err)
        store->has_passphrase = fresh.size > 0;
    crypto_wipe(&key, sizeof key);
    return err;
}

bool store_was_restored(const struct store *store)
{
    return store->restored;
}
