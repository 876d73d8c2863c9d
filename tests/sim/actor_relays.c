/* SPDX-License-Identifier: MIT
 * An actor who claims to have what others have, and serves it badly. */
#include "actor.h"

#define RANGE_BYTES_MAX (200u << 10) /* of one answer */

/* ---------------------------------------------------------------- claiming */

struct claim {
    struct life *life;
    enum log_kind kind;
    bool lies;
    struct buffer rows;
};

static bool claim_log(void *arg, const struct log_row *row)
{
    struct claim *claim = arg;
    struct dep dep = {.seq = row->head_seq};
    if (row->name.kind != claim->kind || !row->head_seq || claim->rows.size >= WIRE_ROWS_MAX * HAVE_ROW_SIZE)
        return true;
    log_row_id(row, &dep.log);
    memcpy(dep.id, row->head_id.bytes, sizeof dep.id);
    if (claim->lies && life_one_in(claim->life, 2)) {
        dep.seq += world_below(&claim->life->world, 50);
        random_bytes(&claim->life->world.random, dep.id, sizeof dep.id);
    }
    dep_append(&dep, &claim->rows);
    return true;
}

static void claim_kind(struct life *life, struct actor *actor, enum log_kind kind, bool lies)
{
    struct claim claim = {.life = life, .kind = kind, .lies = lies};
    const struct storage *storage = &actor->source->storage;
    struct wire_message have = {.type = WIRE_HAVE,
                                .have = {.group = actor->group, .kind = kind, .flags = HAVE_FLAG_LAST}};
    if (storage->begin(storage->ctx) == OK && storage->each_log(storage->ctx, claim_log, &claim) == OK) {
        have.have.rows = buffer_bytes(&claim.rows);
        stranger_say(&actor->stranger, &have);
    }
    storage->end(storage->ctx);
    buffer_done(&claim.rows);
}

void actor_claim(struct life *life, struct actor *actor)
{
    bool lies = life_one_in(life, 3);
    if (!actor->source || !actor->source->node)
        return;
    claim_kind(life, actor, KIND_GOVERNANCE, lies);
    claim_kind(life, actor, KIND_CONTENT, lies);
}

/* ---------------------------------------------------------------- serving */

struct search {
    struct hash id;
    struct log_row found; /* number 0: not there */
};

static bool look_at_log(void *arg, const struct log_row *row)
{
    struct search *search = arg;
    struct hash id;
    log_row_id(row, &id);
    if (memcmp(&id, &search->id, sizeof id) == 0)
        search->found = *row;
    return !search->found.number;
}

struct gathering {
    struct life *life;
    enum temper temper;
    uint64_t to, reached;
    struct buffer items;
};

static bool gather(void *arg, const struct stored_entry *stored)
{
    struct gathering *gathering = arg;
    struct buffer wire = {0};
    struct entry entry;
    if (stored->seq > gathering->to || gathering->items.size > RANGE_BYTES_MAX)
        return false;
    buffer_append(&wire, stored->wire);
    if (gathering->temper == TEMPER_CORRUPTING && life_one_in(gathering->life, 4))
        wire.data[world_below(&gathering->life->world, wire.size)] ^=
            (uint8_t)(1u << world_below(&gathering->life->world, 8));
    if (gathering->temper == TEMPER_STRIPPING && entry_decode(stored->wire, &entry) == OK &&
        entry.type >= ENTRY_MESSAGE)
        wire.size -= entry.payload.size;
    forge_item(buffer_bytes(&wire), &gathering->items);
    gathering->reached = stored->seq;
    buffer_done(&wire);
    return true;
}

static void say_end(struct actor *actor, const struct hash *log, uint64_t seq, enum end reason)
{
    struct wire_message end = {.type = WIRE_END, .end = {.log = *log, .seq = seq, .reason = reason}};
    stranger_say(&actor->stranger, &end);
}

/* One batch of what was asked for, as it is or not. */
static void serve_range(struct life *life, struct actor *actor, const struct log_row *row, const struct hash *id,
                        uint64_t from, uint64_t to)
{
    const struct storage *storage = &actor->source->storage;
    struct gathering gathering = {.life = life, .temper = actor->temper, .to = to};
    struct forged_log log = {.name = row->name, .number = row->number};
    if (actor->temper == TEMPER_TRUNCATING)
        gathering.to = from + world_below(&life->world, to - from + 1);
    if (storage->each_entry(storage->ctx, row->number, from, gather, &gathering) == OK && gathering.items.size)
        forge_send(&actor->stranger, &log, buffer_bytes(&gathering.items), ENTRIES_FLAG_LAST);
    if (actor->temper != TEMPER_TRUNCATING || life_one_in(life, 2))
        say_end(actor, id, life_one_in(life, 2) ? to : gathering.reached, END_DONE);
    buffer_done(&gathering.items);
}

static void serve_row(struct life *life, struct actor *actor, const uint8_t *row)
{
    const struct storage *storage = &actor->source->storage;
    struct search search = {0};
    uint64_t from = get_u64(row + 32), to = get_u64(row + 40);
    memcpy(search.id.bytes, row, sizeof search.id.bytes);
    bool readable = storage->begin(storage->ctx) == OK;
    bool known = readable && storage->each_log(storage->ctx, look_at_log, &search) == OK && search.found.number &&
                 !search.found.is_branch && from && from <= to;
    if (known && actor->temper != TEMPER_DENYING)
        serve_range(life, actor, &search.found, &search.id, from, to);
    else
        say_end(actor, &search.id, 0, END_NOT_HERE);
    storage->end(storage->ctx);
}

void actor_serve(struct life *life, struct actor *actor, const struct wire_message *want)
{
    struct bytes rows = want->want.rows;
    if (actor->temper == TEMPER_STALLING || !actor->source || !actor->source->node)
        return;
    for (size_t at = 0; at + WANT_ROW_SIZE <= rows.size; at += WANT_ROW_SIZE)
        serve_row(life, actor, rows.data + at);
    actor->said_us = life->world.now_us;
}
