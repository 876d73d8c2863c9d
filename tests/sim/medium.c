/* SPDX-License-Identifier: MIT */
#include "medium.h"

#include "core/base/alloc.h"
#include "unreadable.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define REST_EVERY 8 /* commits: the store writes its lineage file once a second at most */

static const struct medium_kind *const kinds[] = {&memory_medium, &lmdb_medium};

const struct medium_kind *medium_kind_named(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

struct medium *medium_new(const struct medium_kind *kind)
{
    struct medium *medium = kind->make();
    medium->kind = kind;
    return medium;
}

struct medium *medium_copy(const struct medium *medium)
{
    struct medium *copy = medium->kind->copy(medium);
    copy->kind = medium->kind;
    copy->commits = medium->commits;
    return copy;
}

void medium_free(struct medium *medium)
{
    if (!medium)
        return;
    medium_close(medium);
    buffer_done(&medium->looked);
    free(medium->log_ids);
    medium->kind->destroy(medium);
}

/* ---------------------------------------------------------------- a process's use of it */

static void open_medium(struct medium *medium)
{
    if (medium->is_open)
        return;
    medium->is_open = true;
    medium->kind->open(medium);
    medium->kind->rest(medium);
}

void medium_close(struct medium *medium)
{
    if (medium->is_open)
        medium->kind->close(medium);
    medium->is_open = false;
}

enum error medium_commit(struct medium *medium, const struct batch *const *batches, size_t count, enum error fault)
{
    open_medium(medium);
    if (fault)
        return medium->kind->fail(medium, batches, count, fault);
    enum error err = medium->kind->commit(medium, batches, count);
    if (!err && ++medium->commits % REST_EVERY == 0)
        medium->kind->rest(medium);
    return err;
}

static struct storage readable(struct medium *medium)
{
    open_medium(medium);
    return medium->kind->reads(medium);
}

struct storage medium_reads(struct medium *medium)
{
    return medium->fault ? unreadable_storage(&medium->fault) : readable(medium);
}

void medium_fail_reads(struct medium *medium, enum error err)
{
    medium->fault = err;
}

bool medium_was_restored(struct medium *medium)
{
    open_medium(medium);
    return medium->kind->was_restored(medium);
}

void medium_mark_copied(struct medium *medium)
{
    medium_close(medium);
    medium->kind->mark_copied(medium);
}

/* ---------------------------------------------------------------- what is on it */

/* A number on a disk means the same log for ever. */
static bool learn_id(void *arg, const struct log_row *row)
{
    struct medium *medium = arg;
    if (row->number >= medium->log_id_count) {
        size_t count = row->number + 1u, old = medium->log_id_count;
        medium->log_ids = alloc_grow(medium->log_ids, count, sizeof *medium->log_ids);
        memset(medium->log_ids + old, 0, (count - old) * sizeof *medium->log_ids);
        medium->log_id_count = count;
    }
    struct hash *id = &medium->log_ids[row->number];
    if (crypto_is_zero(id->bytes, sizeof id->bytes))
        log_name_id(&row->name, id);
    return true;
}

static bool finds(const struct medium *medium, const struct storage *storage, const struct hash *log, uint64_t seq)
{
    struct stored_entry entry;
    bool found = false;
    for (uint32_t number = 0; !found && number < medium->log_id_count; number++)
        found = memcmp(&medium->log_ids[number], log, sizeof *log) == 0 &&
                storage->get_entry(storage->ctx, number, seq, &entry) == OK;
    return found;
}

bool medium_holds(struct medium *medium, const struct hash *log, uint64_t seq)
{
    struct storage storage = readable(medium);
    enum error err = storage.begin(storage.ctx);
    bool found = !err && finds(medium, &storage, log, seq);
    if (!err && !found && (medium->learned_at != medium->commits || !medium->log_ids)) { /* in a new log? */
        err = storage.each_log(storage.ctx, learn_id, medium);
        medium->learned_at = medium->commits;
        found = finds(medium, &storage, log, seq);
    }
    storage.end(storage.ctx);
    assert(!err);
    return found;
}

size_t medium_entry_count(struct medium *medium)
{
    struct storage storage = readable(medium);
    return (size_t)storage.last_arrival(storage.ctx); /* nothing is ever taken away */
}

struct look {
    struct medium *medium;
    uint64_t arrival;
    struct stored_entry entry;
    bool found;
};

static bool keep_entry(void *arg, const struct stored_entry *entry)
{
    struct look *look = arg;
    struct buffer *kept = &look->medium->looked;
    look->found = entry->arrival == look->arrival;
    if (!look->found)
        return false;
    kept->size = 0;
    buffer_append(kept, entry->wire);
    look->entry = *entry;
    look->entry.wire = buffer_bytes(kept);
    return false;
}

enum error medium_arrival(struct medium *medium, uint64_t arrival, struct stored_entry *ret)
{
    struct storage storage = readable(medium);
    struct look look = {.medium = medium, .arrival = arrival};
    enum error err = storage.begin(storage.ctx);
    if (!err)
        err = storage.each_arrival(storage.ctx, arrival, keep_entry, &look);
    storage.end(storage.ctx);
    if (!err && !look.found)
        err = ERR_NOT_FOUND;
    if (!err)
        *ret = look.entry;
    return err;
}

void medium_strip(struct medium *medium, uint64_t arrival)
{
    struct stored_entry stored;
    struct entry entry;
    enum error err = medium_arrival(medium, arrival, &stored);
    assert(!err);
    err = entry_decode(stored.wire, &entry);
    if (err || entry.type < ENTRY_MESSAGE)
        return;
    stored.wire.size -= entry.payload.size;
    medium->kind->rewrite(medium, arrival, stored.wire);
}

void medium_damage(struct medium *medium, uint64_t arrival, size_t back)
{
    struct stored_entry stored;
    enum error err = medium_arrival(medium, arrival, &stored);
    assert(!err && back < stored.wire.size);
    (void)err;
    medium->looked.data[stored.wire.size - 1 - back] ^= 1;
    medium->kind->rewrite(medium, arrival, stored.wire);
}
