/* SPDX-License-Identifier: MIT */
#include "pair.h"

#include <assert.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/state.h"
#include "parts.h"

#define START_MS 1790000000000u

/* ---------------------------------------------------------------- storage */

static enum error shelf_begin(void *ctx)
{
    (void)ctx;
    return OK;
}

static void shelf_end(void *ctx)
{
    (void)ctx;
}

static enum error shelf_each_log(void *ctx, storage_log_visitor visit, void *arg)
{
    (void)ctx;
    (void)visit;
    (void)arg;
    return OK;
}

static struct stored_entry view(const struct stored *stored, uint64_t arrival)
{
    return (struct stored_entry){.log = stored->log,
                                 .seq = stored->seq,
                                 .arrival = arrival,
                                 .flags = stored->flags,
                                 .wire = buffer_bytes(&stored->wire)};
}

static enum error shelf_get_entry(void *ctx, uint32_t log, uint64_t seq, struct stored_entry *ret)
{
    const struct shelf *shelf = ctx;
    for (size_t i = 0; i < shelf->count; i++)
        if (shelf->items[i].log == log && shelf->items[i].seq == seq) {
            *ret = view(&shelf->items[i], i + 1);
            return OK;
        }
    return ERR_NOT_FOUND;
}

static enum error shelf_each_entry(void *ctx, uint32_t log, uint64_t from, storage_entry_visitor visit, void *arg)
{
    struct stored_entry stored;
    for (uint64_t seq = from; shelf_get_entry(ctx, log, seq, &stored) == OK; seq++)
        if (!visit(arg, &stored))
            break;
    return OK;
}

static enum error shelf_get_local(void *ctx, struct bytes key, struct bytes *ret)
{
    (void)ctx;
    (void)key;
    (void)ret;
    return ERR_NOT_FOUND;
}

static enum error shelf_each_local(void *ctx, struct bytes prefix, storage_local_visitor visit, void *arg)
{
    (void)ctx;
    (void)prefix;
    (void)visit;
    (void)arg;
    return OK;
}

static void shelf_take(struct shelf *shelf, const struct batch *batch)
{
    for (size_t i = 0; i < batch->entry_count; i++) {
        const struct batch_entry *entry = &batch->entries[i];
        ARRAY_ROOM(shelf->items, shelf->count, shelf->capacity);
        struct stored *stored = &shelf->items[shelf->count++];
        *stored = (struct stored){.log = entry->log, .seq = entry->seq, .flags = entry->flags};
        buffer_append(&stored->wire, batch_entry_wire(batch, i));
    }
}

/* ---------------------------------------------------------------- one side */

static void side_init(struct side *side, const char *name)
{
    struct node_options options = {.listen_port = 4711};
    uint8_t seed[32];
    *side = (struct side){.name = name};
    side->shelf.storage = (struct storage){.ctx = &side->shelf,
                                           .begin = shelf_begin,
                                           .end = shelf_end,
                                           .each_log = shelf_each_log,
                                           .each_entry = shelf_each_entry,
                                           .get_entry = shelf_get_entry,
                                           .get_local = shelf_get_local,
                                           .each_local = shelf_each_local};
    options.storage = &side->shelf.storage;
    seed_of(name, seed);
    memcpy(options.home_id, seed, sizeof options.home_id);
    side->node = node_new(&options);
}

static void side_done(struct side *side)
{
    node_free(side->node);
    effects_done(&side->effects);
    buffer_done(&side->to_other);
    for (size_t i = 0; i < side->shelf.count; i++)
        buffer_done(&side->shelf.items[i].wire);
    free(side->shelf.items);
}

void pair_init(struct pair *pair, const char *one, const char *two)
{
    *pair = (struct pair){.mono_ms = 1000, .connections = json_array()};
    side_init(&pair->one, one);
    side_init(&pair->two, two);
}

void pair_done(struct pair *pair)
{
    side_done(&pair->one);
    side_done(&pair->two);
    json_decref(pair->connections);
}

static struct side *other(struct pair *pair, const struct side *side)
{
    return side == &pair->one ? &pair->two : &pair->one;
}

/* ---------------------------------------------------------------- events and effects */

static void keep_frames(struct pair *pair, const struct side *side, struct bytes bytes)
{
    json_array_append_new(pair->frames, json_pack("{s:s, s:o}", "from", side->name, "bytes", hex(bytes)));
}

static void carry_out(struct pair *pair, struct side *side, const struct effect *effect)
{
    struct bytes bytes = {side->effects.arena.data + effect->at, effect->size};
    switch (effect->type) {
    case EFFECT_PERSIST:
        shelf_take(&side->shelf, effect->batch);
        break;
    case EFFECT_SEND:
        keep_frames(pair, side, bytes);
        buffer_append(&side->to_other, bytes);
        break;
    case EFFECT_DIAL:
        side->dial = effect->dial;
        break;
    case EFFECT_CLOSE:
        side->closed = true;
        break;
    case EFFECT_REPLY:
        side->replied = true;
        side->reply = effect->error;
        side->code = effect->code;
        break;
    case EFFECT_WAKE:
    case EFFECT_ANNOUNCE:
    case EFFECT_NOTIFY:
    case EFFECT_LOG:
        break;
    }
}

/* The secret lies in memory only while the handshake runs. */
static void keep_ephemeral(struct side *side)
{
    for (size_t i = 0; i < side->node->link_count; i++)
        if (side->node->links[i]->state == LINK_HANDSHAKE)
            side->ephemeral = side->node->links[i]->noise.e_secret;
}

static void step(struct pair *pair, struct side *side, struct event event)
{
    char label[64];
    snprintf(label, sizeof label, "%s, event %llu", side->name, (unsigned long long)side->events++);
    seed_of(label, event.random);
    event.mono_ms = pair->mono_ms;
    event.now_ms = START_MS + pair->mono_ms;
    event.free_disk = event.disk_size = UINT64_MAX;
    node_step(side->node, &event, &side->effects);
    keep_ephemeral(side);
    uint64_t batch = 0;
    for (size_t i = 0; i < side->effects.count; i++) {
        carry_out(pair, side, &side->effects.items[i]);
        if (side->effects.items[i].type == EFFECT_PERSIST)
            batch = side->effects.items[i].batch->id;
    }
    if (batch)
        step(pair, side, (struct event){.type = EVENT_PERSISTED, .persisted = {batch, OK}});
}

void pair_start(struct pair *pair, struct side *side)
{
    step(pair, side, (struct event){.type = EVENT_START});
}

void pair_command(struct pair *pair, struct side *side, const struct command *command)
{
    step(pair, side, (struct event){.type = EVENT_COMMAND, .command = command});
}

/* ---------------------------------------------------------------- the cable */

void pair_connect(struct pair *pair, struct side *dialler, uint64_t dial)
{
    struct event event = {.type = EVENT_LINK_UP, .link = ++pair->last_link, .address = {.port = 4711}};
    json_t *connection = json_pack("{s:s, s:[]}", "initiator", dialler->name, "frames");
    pair->frames = json_object_get(connection, "frames");
    json_array_append_new(pair->connections, connection);
    pair->connected = true;
    pair->dialler = dialler;
    pair->one.closed = pair->two.closed = false;
    step(pair, other(pair, dialler), event);
    event.dial = dial;
    step(pair, dialler, event);
}

static bool deliver(struct pair *pair, struct side *from)
{
    struct side *to = other(pair, from);
    struct buffer bytes = from->to_other;
    from->to_other = (struct buffer){0};
    if (bytes.size && !to->closed)
        step(pair, to, (struct event){.type = EVENT_BYTES, .link = pair->last_link, .bytes = buffer_bytes(&bytes)});
    bool moved = bytes.size != 0;
    buffer_done(&bytes);
    return moved;
}

/* Tells the side that has not closed that the other did, and writes down the secrets. */
static void hang_up(struct pair *pair)
{
    json_t *connection = json_array_get(pair->connections, json_array_size(pair->connections) - 1);
    struct side *sides[] = {&pair->one, &pair->two};
    pair->connected = false;
    for (size_t i = 0; i < 2; i++) {
        if (!sides[i]->closed)
            step(pair, sides[i], (struct event){.type = EVENT_LINK_DOWN, .link = pair->last_link});
        add(connection, sides[i] == pair->dialler ? "initiator_ephemeral" : "responder_ephemeral",
            HEX_OF(sides[i]->ephemeral.bytes));
    }
}

void pair_carry(struct pair *pair)
{
    bool moved = true;
    while (moved) {
        moved = deliver(pair, &pair->one);
        moved = deliver(pair, &pair->two) || moved;
    }
    if (pair->connected && (pair->one.closed || pair->two.closed))
        hang_up(pair);
}

static void dial_asked(struct pair *pair, struct side *side)
{
    uint64_t dial = side->dial;
    side->dial = 0;
    if (!dial)
        return;
    if (pair->connected)
        step(pair, side, (struct event){.type = EVENT_LINK_DOWN, .dial = dial});
    else
        pair_connect(pair, side, dial);
}

void pair_tick(struct pair *pair, struct side *side, uint64_t ms)
{
    pair->mono_ms += ms;
    step(pair, side, (struct event){.type = EVENT_TIME});
    pair_carry(pair);
}

void pair_run(struct pair *pair, uint64_t ms)
{
    for (uint64_t passed = 0; passed < ms; passed += 100) {
        dial_asked(pair, &pair->one);
        dial_asked(pair, &pair->two);
        pair_carry(pair);
        pair_tick(pair, &pair->one, 50);
        pair_tick(pair, &pair->two, 50);
    }
}
