/* SPDX-License-Identifier: MIT
 * Keeps a node's entries, local rows and views in a home directory.  Fills the two tables of core/storage.h:
 * `struct storage` is used on the thread that opened the store, `struct journal` submits to the storage thread.
 *
 * In the home lie: lock (one process at a time), store.key, data.mdb and lock.mdb (LMDB), lineage. */
#pragma once
#include "core/storage.h"

struct store_options {
    const char *directory;       /* made, with its parents, when missing: 0700 */
    uint64_t map_size;           /* address space to begin with; 0: 64 GiB, or 256 MiB where pointers have 32 bits */
    const char *machine_id_file; /* NULL: /etc/machine-id */
    bool rebuild_views;          /* the derived views begin anew */
    /* Again and again while a database of an earlier schema is brought up to date.  NULL: nobody asks. */
    void (*migrating)(void *arg, uint64_t done, uint64_t total);
    void *arg;
};

struct store;

/* crypto_init() comes first.
 * ERR_BUSY: another process uses this home; ERR_NETWORK_FS; ERR_NEWER_SCHEMA; ERR_CORRUPT; ERR_NOT_PERMITTED: also a
 * key file that others can read; ERR_NO_KEY: there is a database but no key file; ERR_DISK, ERR_DISK_FULL. */
MUST_USE enum error store_open(const struct store_options *options, struct store **ret);
/* Commits what is queued (its results are no longer handed out) and closes.  NULL is fine. */
void store_close(struct store *store);

/* Both live as long as the store. */
const struct storage *store_storage(struct store *store);
const struct journal *store_journal(struct store *store);
/* The key that seals secrets in local rows, in memory that is not swapped out; wiped when the store is locked or
 * closes.  NULL: the store is locked, as one with a passphrase is when it opens. */
const struct secret_key *store_key(const struct store *store);
bool store_has_passphrase(const struct store *store);
/* Takes half a second or more, as store_set_passphrase() does twice.  ERR_BAD_PASSPHRASE, ERR_NO_PASSPHRASE, those of
 * reading the key file. */
MUST_USE enum error store_unlock(struct store *store, struct bytes passphrase);
MUST_USE enum error store_lock(struct store *store); /* ERR_NO_PASSPHRASE: whoever has the files could open it */
/* Sets, changes or, with an empty `fresh`, removes it; `old` is empty if there is none.  The store stays locked or
 * unlocked.  ERR_BAD_PASSPHRASE; ERR_NO_PASSPHRASE: there is no old one; ERR_DISK, ERR_DISK_FULL: nothing changed. */
MUST_USE enum error store_set_passphrase(struct store *store, struct bytes old, struct bytes fresh);
/* This database is an older copy, or a clone in another place: the old own logs are never appended to again.  Stays
 * so over restarts until the first new own entry is durable: whoever writes that one makes durable with it, or
 * before, which logs are closed. */
bool store_was_restored(const struct store *store);
