/* SPDX-License-Identifier: MIT
 * What a host's disk is made of: a simple model in memory, or the real store in a directory of its own.  Both must
 * behave alike, to the byte: that proves the model, and the store.  What is here after a crash is what was committed.
 *
 * The disk goes on through lives and deaths of the host; it is opened by the first who reads, and closed when the
 * process that used it has ended. */
#pragma once
#include "core/storage.h"

struct medium;

/* A kind of disk; the functions are medium.c's to call. */
struct medium_kind {
    const char *name;
    struct medium *(*make)(void);
    struct medium *(*copy)(const struct medium *medium);
    void (*destroy)(struct medium *medium);
    void (*open)(struct medium *medium);
    void (*close)(struct medium *medium);
    enum error (*commit)(struct medium *medium, const struct batch *const *batches, size_t count);
    enum error (*fail)(struct medium *medium, const struct batch *const *batches, size_t count, enum error fault);
    void (*rest)(struct medium *medium);
    struct storage (*reads)(struct medium *medium);
    bool (*was_restored)(const struct medium *medium);
    void (*mark_copied)(struct medium *medium);
    void (*rewrite)(struct medium *medium, uint64_t arrival, struct bytes wire);
};
extern const struct medium_kind memory_medium, lmdb_medium;

/* The beginning of each kind's own struct. */
struct medium {
    const struct medium_kind *kind;
    bool is_open;
    uint64_t commits;
    enum error fault;     /* of reading */
    struct buffer looked; /* what medium_arrival() lends */
    struct hash *log_ids; /* by number; zeros: not asked for yet */
    size_t log_id_count;
    uint64_t learned_at; /* commits: no other log has come since */
};

/* By name; NULL: there is none such. */
const struct medium_kind *medium_kind_named(const char *name);

struct medium *medium_new(const struct medium_kind *kind);
/* What is durable on `medium`, as a backup or for a clone.  Nothing on the copy tells that it is one. */
struct medium *medium_copy(const struct medium *medium);
void medium_free(struct medium *medium); /* NULL is fine */

/* All of the batches or none, durable when this returns; the order of messages is caught up, too.  ERR_USAGE: entries
 * that do not follow their log's last one.  With a `fault` it fails so on the way, however far it has come, and
 * returns what a store says of it; nothing of the batches is there then. */
MUST_USE enum error medium_commit(struct medium *medium, const struct batch *const *batches, size_t count,
                                  enum error fault);
/* The process that used it has ended. */
void medium_close(struct medium *medium);

/* Good until medium_close(). */
struct storage medium_reads(struct medium *medium);
/* From now on reading fails so; OK: no longer.  For those who ask for medium_reads() afterwards. */
void medium_fail_reads(struct medium *medium, enum error err);

/* Whether the program sees that this is an older copy (store_was_restored()). */
bool medium_was_restored(struct medium *medium);
/* The copy lies in another place than the original, so the program sees it. */
void medium_mark_copied(struct medium *medium);

/* Also where the log has forked since: in any of its branches. */
bool medium_holds(struct medium *medium, const struct hash *log, uint64_t seq);
size_t medium_entry_count(struct medium *medium);
/* The entry that arrived as number `arrival`; ERR_NOT_FOUND.  Borrowed until the next call. */
MUST_USE enum error medium_arrival(struct medium *medium, uint64_t arrival, struct stored_entry *ret);
/* Takes the payload from a stored entry, if it is content: the node that holds it passes on the rest, and does not know
 * that anything is missing. */
void medium_strip(struct medium *medium, uint64_t arrival);
/* Flips a bit of a stored entry: the node that holds it will pass on something its author never signed.
 * `back`: how many bytes before the entry's end. */
void medium_damage(struct medium *medium, uint64_t arrival, size_t back);
