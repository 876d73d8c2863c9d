/* SPDX-License-Identifier: MIT */
#include "host.h"

#include "check.h"
#include "core/base/alloc.h"
#include "disk.h"
#include "tap.h"
#include "world.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define EPOCH_MS UINT64_C(1800000000000)
#define DISK_SIZE (UINT64_C(100) << 30)
#define PPM INT64_C(1000000)
#define SEEN_FIRST_US 10000u
#define SEEN_SPREAD_MS 400u

static uint64_t mono_base_ms(const struct host *host)
{
    return 5000 + 1000 * host->index;
}

static uint64_t since_start_us(const struct host *host)
{
    int64_t now_us = (int64_t)host->world->now_us;
    return (uint64_t)(now_us + now_us * host->drift_ppm / PPM);
}

uint64_t host_mono_ms(const struct host *host)
{
    return mono_base_ms(host) + since_start_us(host) / 1000;
}

uint64_t host_now_ms(const struct host *host)
{
    return EPOCH_MS + since_start_us(host) / 1000 + (uint64_t)host->clock_ms;
}

struct host *host_new(struct world *world, const char *name)
{
    struct host *host = alloc_zero(1, sizeof *host);
    host->world = world;
    host->index = world->host_count;
    snprintf(host->name, sizeof host->name, "%s", name);
    host->free_disk = DISK_SIZE / 2;
    host->disk = medium_new(world->medium);
    random_bytes(&world->random, &host->store_key, sizeof host->store_key);
    return host;
}

void host_free(struct host *host)
{
    if (host->running)
        host_stop(host, false);
    medium_free(host->disk);
    effects_done(&host->effects);
    table_done(&host->held);
    buffer_done(&host->heard);
    free(host->queue);
    free(host->results);
    free(host->cables);
    free(host);
}

void host_keep_cable(struct host *host, struct cable *cable, int side)
{
    size_t live = 0;
    for (size_t i = 0; i < host->cable_count; i++) /* room by forgetting those that are gone */
        if (host->cables[i].cable->ends[host->cables[i].side].state != END_GONE)
            host->cables[live++] = host->cables[i];
    host->cable_count = live;
    if (host->cable_count == host->cable_capacity) {
        host->cable_capacity = host->cable_capacity ? 2 * host->cable_capacity : 8;
        host->cables = alloc_grow(host->cables, host->cable_capacity, sizeof *host->cables);
    }
    host->cables[host->cable_count++] = (struct host_cable){cable, side};
}

/* ---------------------------------------------------------------- what waited for a batch */

static void deliver_reply(void *arg, const struct effect *effect, enum error failure)
{
    const struct host *host = arg;
    world_answered(host->world, effect, failure ? failure : effect->error);
}

static void deliver_notice(void *arg, const struct effect *effect, enum error failure)
{
    struct host *host = arg;
    if (!failure && effect->notice.type == NOTICE_MESSAGE)
        host->messages_noticed++;
    if (!failure && effect->notice.type == NOTICE_COMPLETED)
        host->completed_noticed++;
}

static void release_held(struct host *host)
{
    if (host->replies.first)
        hold_release(&host->replies, &host->settled, deliver_reply, host);
    if (host->notices.first)
        hold_release(&host->notices, &host->told, deliver_notice, host);
}

static void flush_all(struct host *host)
{
    for (size_t i = 0; i < host->cable_count; i++)
        cable_flush(host->cables[i].cable, host->cables[i].side);
}

void host_collect(struct host *host)
{
    struct persisted *results = host->results;
    size_t count = host->result_count;
    host->results = NULL;
    host->result_count = host->result_capacity = 0;
    host->collecting = false;
    host->failing = OK; /* from now on it knows */
    for (size_t i = 0; i < count; i++)
        settled_note(&host->settled, &results[i]);
    flush_all(host);
    hold_release(&host->replies, &host->settled, deliver_reply, host);
    for (size_t i = 0; i < count; i++) {
        struct event event = {.type = EVENT_PERSISTED, .persisted = results[i]};
        host_step(host, &event);
    }
    free(results);
}

/* ---------------------------------------------------------------- effects */

/* When the world's clock shall have come so far that the host's monotonic one shows `mono_ms`: not a moment before. */
static uint64_t true_us(const struct host *host, uint64_t mono_ms)
{
    uint64_t local_us = mono_ms > mono_base_ms(host) ? (mono_ms - mono_base_ms(host)) * 1000 : 0;
    if (!host->drift_ppm)
        return local_us;
    uint64_t rate = (uint64_t)(PPM + host->drift_ppm);
    return local_us / rate * (uint64_t)PPM + (local_us % rate * (uint64_t)PPM + rate - 1) / rate + 1;
}

static void arrange_wake(struct host *host)
{
    struct appointment wake = {.at_us = host->wake_us, .type = AGENDA_WAKE, .host = host, .serial = host->boot};
    if (host->wake_us >= host->alarm_us)
        return;
    host->alarm_us = host->wake_us;
    agenda_add(&host->world->agenda, &wake);
}

static void set_wake(struct host *host, uint64_t wake_ms)
{
    uint64_t now_us = host->world->now_us;
    uint64_t at_us = wake_ms == UINT64_MAX ? UINT64_MAX : true_us(host, wake_ms);
    host->wake_us = at_us > now_us ? at_us : now_us;
    arrange_wake(host);
}

void host_alarm(struct host *host, uint64_t at_us)
{
    struct event event = {.type = EVENT_TIME};
    if (at_us == host->alarm_us)
        host->alarm_us = UINT64_MAX;
    if (host->wake_us <= host->world->now_us) {
        host->wake_us = UINT64_MAX;
        host_step(host, &event);
    }
    arrange_wake(host);
}

static void let_see(struct host *seen, struct host *by, uint64_t after_us)
{
    struct world *world = by->world;
    struct appointment appointment = {.at_us = world->now_us + SEEN_FIRST_US + after_us,
                                      .type = AGENDA_SEEN,
                                      .host = by,
                                      .serial = by->boot,
                                      .seen = seen};
    if (world->mdns && (seen != by || world->echo) && by->node && !world_is_cut(world, seen, by))
        agenda_add(&world->agenda, &appointment);
}

void host_sees(struct host *host, const struct host *seen)
{
    struct event event = {.type = EVENT_PEER_SEEN,
                          .beacon = seen->beacon,
                          .address = seen->address,
                          .instance = BYTES_OF(seen->beacon.salt)};
    if (seen->announced)
        host_step(host, &event);
}

void host_asks_around(struct host *host, uint64_t within_ms)
{
    struct world *world = host->world;
    for (size_t i = 0; i < world->host_count; i++)
        if (world->hosts[i]->announced)
            let_see(world->hosts[i], host, world_below(world, within_ms) * 1000);
}

static void announce(struct host *host, const struct effect *effect)
{
    struct world *world = host->world;
    host->announced = true;
    host->beacon = effect->beacon;
    for (size_t i = 0; i < world->host_count; i++)
        let_see(host, world->hosts[i], world_below(world, SEEN_SPREAD_MS) * 1000);
}

static void send(struct host *host, const struct effect *effect)
{
    int side;
    struct cable *cable = cable_of_link(host->world, effect->link, &side);
    struct bytes bytes = {host->effects.arena.data + effect->at, effect->size};
    if (!cable || cable->ends[side].host != host)
        return;
    if (effect->ahead)
        cable_send_ahead(cable, side, bytes);
    else
        cable_send(cable, side, effect->after, bytes);
}

/* What the step wrote leaves in one piece a cable. */
static void flush_written(struct host *host)
{
    int side;
    for (size_t i = 0; i < host->effects.count; i++) {
        const struct effect *effect = &host->effects.items[i];
        struct cable *cable = effect->type == EFFECT_SEND ? cable_of_link(host->world, effect->link, &side) : NULL;
        if (cable && cable->ends[side].host == host)
            cable_flush(cable, side);
    }
}

static void carry_out(struct host *host, const struct effect *effect)
{
    int side;
    struct cable *cable;
    if (host->overhear)
        host->overhear(host->overhear_arg, &host->effects, effect);
    switch (effect->type) {
    case EFFECT_PERSIST:
        disk_submit(host, effect->batch);
        return;
    case EFFECT_SEND:
        send(host, effect);
        return;
    case EFFECT_DIAL:
        cable_dial(host, effect->dial, &effect->address);
        return;
    case EFFECT_CLOSE:
        cable = cable_of_link(host->world, effect->link, &side);
        if (cable && cable->ends[side].host == host)
            cable_close(cable, side);
        return;
    case EFFECT_WAKE:
        set_wake(host, effect->wake_ms);
        return;
    case EFFECT_ANNOUNCE:
        announce(host, effect);
        return;
    case EFFECT_REPLY:
        hold_push(&host->replies, effect);
        return;
    case EFFECT_NOTIFY:
        hold_push(&host->notices, effect);
        return;
    case EFFECT_LOG:
        world_log(host, effect->error, (struct bytes){host->effects.arena.data + effect->at, effect->size});
        return;
    }
}

void host_end_read(struct host *host)
{
    host->storage.end(host->storage.ctx);
}

void host_step(struct host *host, struct event *event)
{
    struct world *world = host->world;
    if (!host->running)
        return;
    if (!host->node) { /* a stranger */
        buffer_append(&host->heard, event->bytes);
        host->hung_up += event->type == EVENT_LINK_DOWN;
        return;
    }
    event->now_ms = host_now_ms(host);
    event->mono_ms = host_mono_ms(host);
    event->deaf = host->behind;
    event->free_disk = host->free_disk;
    event->disk_size = DISK_SIZE;
    random_bytes(&world->random, event->random, sizeof event->random);
    world_note_event(host, event);
    host->steps++;
    host_end_read(host); /* a question before may have left an older snapshot */
    heap_at_turn = &host->heap;
    node_step(host->node, event, &host->effects);
    heap_at_turn = NULL;
    if (world->tapped && event->type == EVENT_BYTES)
        tap_learn_key(host, event->link);
    host_end_read(host);
    if (event->type == EVENT_PERSISTED)
        settled_note(&host->told, &event->persisted);
    for (size_t i = 0; i < host->effects.count; i++)
        carry_out(host, &host->effects.items[i]);
    flush_written(host);
    check_step(host);
    release_held(host);
}

/* ---------------------------------------------------------------- starting and stopping */

void host_start(struct host *host)
{
    struct world *world = host->world;
    struct node_options options = {.storage = &host->storage, .locked = host->locked};
    struct event event = {.type = EVENT_START, .restored = medium_was_restored(host->disk)};
    assert(!host->running);
    host->running = true;
    host->boot++;
    host->address = (struct address){.port = (uint16_t)(4000 + host->index)};
    memcpy(host->address.ip, (const uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10}, 13);
    host->address.ip[13] = host->lease;
    put_u16(host->address.ip + 14, (uint16_t)(host->index + 1));
    host->storage = medium_reads(host->disk);
    host->settled = host->told = (struct settled){0};
    host->wake_us = host->alarm_us = UINT64_MAX;
    if (!host->locked)
        options.store_key = host->store_key;
    random_bytes(&world->random, options.home_id, sizeof options.home_id);
    options.listen_port = host->address.port;
    check_started(host);
    host->heap.bytes = 0;
    host->node = node_new(&options);
    host_step(host, &event);
    host_asks_around(host, SEEN_SPREAD_MS);
}

static void forget_effect(void *arg, const struct effect *effect, enum error failure)
{
    (void)arg;
    (void)effect;
    (void)failure;
}

void host_stop(struct host *host, bool power_cut)
{
    disk_power_off(host);
    for (size_t i = 0; i < host->cable_count; i++)
        cable_vanish(host->cables[i].cable, host->cables[i].side, !power_cut);
    host->cable_count = 0;
    host->running = host->announced = false;
    host->boot++; /* what was arranged for this process is void */
    hold_fail(&host->replies, ERR_SHUTTING_DOWN, forget_effect, NULL);
    hold_fail(&host->notices, ERR_SHUTTING_DOWN, forget_effect, NULL);
    node_free(host->node);
    host->node = NULL;
    medium_close(host->disk);
}
