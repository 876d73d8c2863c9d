/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "agree.h"
#include "core/base/alloc.h"
#include "core/writing/batch.h"
#include "world.h"
#include <stdlib.h>

#define LINKS_PER_HOST_MAX 4 /* to one other host at a time, while duplicates are sorted out */
#define DIALS_PER_HOST_MAX 2
#define DIALS_MORE_MAX 32 /* addresses that were lies */
#define HEAP_MAX ((int64_t)8 << 20)
#define HEAP_AT_REST_MAX ((int64_t)1 << 20)
#define HEAP_AT_REST_PER_HOST ((int64_t)128 << 10)
#define HEAP_PER_LINK_MAX ((int64_t)6 << 20) /* a window of 4 MiB, and room to grow */
#define ARENA_MAX ((size_t)16 << 20)

static struct entry_name *name_entry(struct bytes wire)
{
    struct entry_name *named = alloc_zero(1, sizeof *named);
    struct entry entry;
    uint8_t seq[8];
    named->is_entry = entry_decode(wire, &entry) == OK;
    if (!named->is_entry)
        return named;
    named->begins = entry.seq == 1;
    if (named->begins)
        memset(&entry.previous, 0, sizeof entry.previous); /* of two beginnings each may follow another log */
    put_u64(seq, entry.seq);
    const struct bytes parts[] = {BYTES_OF(entry.log.bytes), BYTES_OF(seq), BYTES_OF(entry.previous.bytes)};
    crypto_hash_parts(parts, 3, &named->name);
    entry_id(&entry, &named->id);
    return named;
}

const struct entry_name *check_name(struct world *world, struct bytes wire)
{
    struct hash hash;
    crypto_hash(wire, &hash);
    struct entry_name *named = table_get(&world->names, hash.bytes);
    if (!named)
        table_put(&world->names, hash.bytes, named = name_entry(wire));
    return named;
}

static struct hash *keep_id(const struct hash *id)
{
    struct hash *kept = alloc_zero(1, sizeof *kept);
    *kept = *id;
    return kept;
}

void check_submitted(struct host *host, const struct batch *batch)
{
    struct world *world = host->world;
    for (size_t i = 0; i < batch->entry_count; i++) {
        if (batch->entries[i].flags & ENTRY_FLAG_OWN)
            continue;
        host->entries_taken++;
        host->bytes_taken += batch->entries[i].size;
        if (!table_get(&world->durable, check_name(world, batch_entry_wire(batch, i))->id.bytes))
            world_fail(world, "%s was sent an entry that its author has not stored", host->name);
    }
}

void check_let_fork(struct world *world, const struct sign_public *device)
{
    table_put(&world->forkers, device->bytes, world);
}

static bool may_fork(const struct world *world, const struct sign_public *device)
{
    return world->forks_allowed || table_get(&world->forkers, device->bytes);
}

/* Who has its key, and was put back to where he had not opened it, opens a generation once more.  In none does he go on
 * from an end that may be an old one. */
static bool may_open_again(const struct host *host, const struct log_name *log, const struct entry_name *named)
{
    bool is_root = log->kind == KIND_GOVERNANCE && crypto_is_zero(log->sub.bytes, sizeof log->sub.bytes);
    return is_root && log->instance > 0 && named->begins && host->rolled_back;
}

static void note_written(struct host *host, const struct log_name *log, const struct entry_name *named)
{
    struct world *world = host->world;
    if (!named->is_entry)
        return;
    if (table_get(&world->durable, named->id.bytes))
        return; /* its author has answered for it */
    bool forks = table_get(&world->durable, named->name.bytes) != NULL;
    if (forks && !may_fork(world, &log->device) && !may_open_again(host, log, named))
        world_fail(world, "%s stored a second entry under a number that is taken", host->name);
    table_put(&world->durable, named->id.bytes, keep_id(&named->id));
    if (!forks)
        table_put(&world->durable, named->name.bytes, keep_id(&named->id));
}

void check_written(struct host *host, const struct sign_public *device, struct bytes wire)
{
    const struct log_name log = {.device = *device, .kind = KIND_CONTENT};
    note_written(host, &log, check_name(host->world, wire));
}

static const struct log_name *log_of(const struct batch *batch, uint32_t log)
{
    static const struct log_name none = {.kind = KIND_CONTENT};
    for (size_t i = 0; i < batch->row_count; i++)
        if (batch->rows[i].number == log)
            return &batch->rows[i].name;
    return &none;
}

/* ---------------------------------------------------------------- what is on a host's disk */

static void held_key(const uint8_t id_start[8], uint8_t key[32])
{
    memset(key, 0, 32);
    memcpy(key, id_start, 8);
}

bool check_is_durable(const struct host *host, const uint8_t id_start[8])
{
    uint8_t key[32];
    held_key(id_start, key);
    return table_get(&host->held, key) != NULL;
}

/* False: it was there already. */
static bool hold(struct host *host, const struct entry_name *named)
{
    uint8_t key[32];
    held_key(named->id.bytes, key);
    if (table_get(&host->held, key))
        return false;
    table_put(&host->held, key, host);
    return true;
}

static bool hold_stored(void *arg, const struct stored_entry *stored)
{
    struct host *host = arg;
    hold(host, check_name(host->world, stored->wire));
    return true;
}

void check_started(struct host *host)
{
    const struct storage *storage = &host->storage;
    table_done(&host->held);
    host->held = (struct table){0};
    if (!host->world->tapped || storage->begin(storage->ctx) != OK)
        return;
    if (storage->each_arrival(storage->ctx, 1, hold_stored, host) != OK)
        world_fail(host->world, "%s's disk cannot be read", host->name);
    storage->end(storage->ctx);
}

static void note_held(struct host *host, const struct batch_entry *entry, const struct entry_name *named)
{
    if (hold(host, named) && !(entry->flags & ENTRY_FLAG_OWN))
        host->payload_gained += entry->size;
}

void check_committed(struct host *host, const struct batch *batch)
{
    for (size_t i = 0; i < batch->entry_count; i++) {
        const struct entry_name *named = check_name(host->world, batch_entry_wire(batch, i));
        note_written(host, log_of(batch, batch->entries[i].log), named);
        if (host->world->tapped)
            note_held(host, &batch->entries[i], named);
    }
    for (size_t i = 0; i < batch->payload_count; i++)
        host->payload_gained += batch->payloads[i].size;
}

/* ---------------------------------------------------------------- steps and answers */

/* Sockets, as a node's process would have them.  Returns how many connections stand. */
static size_t check_lines(struct host *host)
{
    struct world *world = host->world;
    size_t open = host->ends[END_OPEN], dialling = host->ends[END_DIALLING];
    if (open > host->most_links)
        host->most_links = open;
    if (open > LINKS_PER_HOST_MAX * world->host_count + world->strangers)
        world_fail(world, "%s has %zu links to %zu hosts", host->name, open, world->host_count);
    if (dialling > DIALS_PER_HOST_MAX * world->host_count + DIALS_MORE_MAX)
        world_fail(world, "%s dials %zu addresses at once, with %zu hosts", host->name, dialling, world->host_count);
    return open;
}

void check_step(struct host *host)
{
    struct world *world = host->world;
    size_t open = check_lines(host);
    if (host->effects.arena.size > ARENA_MAX)
        world_fail(world, "%s wanted to send %zu bytes in one step", host->name, host->effects.arena.size);
    if (host->heap.bytes > HEAP_MAX + (int64_t)open * HEAP_PER_LINK_MAX)
        world_fail(world, "%s's node holds %lld bytes of memory", host->name, (long long)host->heap.bytes);
}

void check_at_rest(struct host *host)
{
    int64_t most = HEAP_AT_REST_MAX + (int64_t)host->world->host_count * HEAP_AT_REST_PER_HOST;
    int64_t held = host->heap.bytes - (int64_t)host->effects.arena.capacity; /* which is kept for the next step */
    if (held > most)
        world_fail(host->world, "%s's node holds %lld bytes of memory, and nothing goes on", host->name,
                   (long long)held);
}

static bool holds(const struct host *host, const struct message_ref *ref)
{
    return medium_holds(host->disk, &ref->log, ref->seq);
}

static bool is_acknowledged(const struct asked *asked)
{
    return asked->type == COMMAND_SEND && asked->answered && !asked->error &&
           asked->message.seq; /* else it waits for a key */
}

/* It went with his old disk, and who has it beyond his cut gives it to nobody. */
static bool is_kept_from(const struct host *host)
{
    struct node_group group;
    bool removed = !agree_takes_part(host);
    for (size_t i = 0; host->node && node_group_at(host->node, i, &group); i++)
        removed |= group.has_left || !group.is_member;
    return host->rolled_back && removed;
}

/* It went with his old disk, and is left with nobody but those who were removed, or take him for no member. */
static bool is_left_with_others(const struct host *host, const struct message_ref *ref)
{
    const struct world *world = host->world;
    bool held = false;
    for (size_t i = 0; i < world->host_count; i++)
        held |= holds(world->hosts[i], ref) && agree_gives(world->hosts[i], &ref->log, host);
    return host->rolled_back && !held;
}

void check_acknowledged(struct host *host)
{
    struct world *world = host->world;
    if (is_kept_from(host))
        return;
    for (size_t i = 0; i < world->asked_count; i++) {
        const struct asked *asked = world->asked[i];
        if (asked->host == host && !asked->excused && is_acknowledged(asked) && !holds(host, &asked->message) &&
            !is_left_with_others(host, &asked->message))
            world_fail(world, "%s lost an acknowledged message: %s", host->name, asked->text);
    }
}

void check_excuse(struct world *world)
{
    for (size_t i = 0; i < world->asked_count; i++) {
        struct asked *asked = world->asked[i];
        bool held = !is_acknowledged(asked);
        for (size_t h = 0; h < world->host_count && !held; h++)
            held = holds(world->hosts[h], &asked->message);
        asked->excused |= !held;
    }
}

void check_receipt(struct world *world, const struct asked *asked)
{
    struct receipt receipt;
    size_t with = 0;
    if (!is_acknowledged(asked) || !asked->host->node ||
        node_receipt(asked->host->node, &asked->message, &receipt) != OK)
        return;
    for (size_t i = 0; i < world->host_count; i++) {
        if (world->hosts[i]->rolled_back)
            return; /* it had it once */
        with += world->hosts[i] != asked->host && holds(world->hosts[i], &asked->message);
    }
    if (receipt.with > with + world->strangers) /* who may say what they like */
        world_fail(world, "%s is told that %zu have \"%s\", and %zu have", asked->host->name, receipt.with, asked->text,
                   with);
}
