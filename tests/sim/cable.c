/* SPDX-License-Identifier: MIT */
#include "cable.h"

#include "core/base/alloc.h"
#include "tap.h"
#include "world.h"
#include <assert.h>
#include <stdlib.h>

#define MS 1000u /* in µs */
#define DIAL_MS 3000u
#define FLUSH_MS 2000u
#define RTO_MS 200u       /* beside a round trip: until what was lost is sent again; then twice as long, and so on */
#define RTO_SPREAD_MS 10u /* no two clocks are alike */
#define USER_TIMEOUT_MS 15000u     /* unacknowledged for so long: the sender gives up, as net/ sets it */
#define SYN_MS 1000u               /* until a connection that was not answered is tried again; then twice as long */
#define UNREAD_MS 100u             /* until a packet that its host does not read is tried again */
#define WINDOW ((size_t)256 << 10) /* what the network holds of one direction */
#define UNSENT_MAX ((size_t)LINK_UNSENT_MAX + ((size_t)4 << 20))
#define SEGMENT_MAX ((size_t)64 << 10)
#define SHREDS 16 /* at the start of what is written at once; behind them a kernel sends whole packets */
#define WHOLE 1460u

enum packet_type { PACKET_BYTES, PACKET_END, PACKET_RESET };

struct packet {
    enum packet_type type;
    uint64_t at_us;
    struct packet *next;
    size_t size;
    uint8_t bytes[];
};

uint64_t cable_link(const struct cable *cable, int side)
{
    return 2 * (uint64_t)cable->index + (uint64_t)side + 1;
}

struct cable *cable_of_link(const struct world *world, uint64_t link, int *ret_side)
{
    size_t index = (size_t)(link - 1) / 2;
    if (link == 0 || index >= world->cable_count)
        return NULL;
    *ret_side = (int)((link - 1) % 2);
    return world->cables[index];
}

static void arrange(struct cable *cable, enum agenda_type type, int side, uint64_t at_us)
{
    struct appointment appointment = {.at_us = at_us, .type = type, .cable = cable, .side = side};
    agenda_add(&cable->world->agenda, &appointment);
}

/* ---------------------------------------------------------------- packets */

static void drop_packets(struct cable_end *end)
{
    while (end->first) {
        struct packet *next = end->first->next;
        free(end->first);
        end->first = next;
    }
    end->last = NULL;
    end->in_flight = 0;
    end->pause_us = 0;
}

static void arrange_arrival(struct cable *cable, int side, uint64_t not_before_us)
{
    struct cable_end *end = &cable->ends[side];
    if (end->arriving || !end->first)
        return;
    end->arriving = true;
    arrange(cable, AGENDA_ARRIVED, side, end->first->at_us > not_before_us ? end->first->at_us : not_before_us);
}

/* On its way to `side`. */
static void put_packet(struct cable *cable, int side, enum packet_type type, struct bytes bytes)
{
    struct cable_end *end = &cable->ends[side];
    struct world *world = cable->world;
    const struct weather *weather = &world->weather;
    struct packet *packet = alloc_grow(NULL, 1, sizeof *packet + bytes.size);
    uint64_t from = end->last_us > world->now_us ? end->last_us : world->now_us;
    uint64_t late = world->now_us + weather->delay_us + world_below(world, weather->jitter_us + 1);
    *packet = (struct packet){.type = type, .size = bytes.size};
    packet->at_us = (from > late ? from : late) + bytes.size * 1000 / weather->bytes_per_ms;
    if (bytes.size)
        memcpy(packet->bytes, bytes.data, bytes.size);
    end->last_us = packet->at_us;
    *(end->last ? &end->last->next : &end->first) = packet;
    end->last = packet;
    end->in_flight += bytes.size;
    arrange_arrival(cable, side, world->now_us);
}

/* Mostly large pieces, sometimes a few bytes. */
static size_t cut(struct world *world, size_t left, bool is_shred)
{
    size_t most = world_below(world, 4) ? SEGMENT_MAX : 1 + world_below(world, world_below(world, 2) ? 8 : 1500);
    size_t limit = world->weather.segment_max;
    if (limit && limit < WHOLE && !is_shred)
        limit = WHOLE;
    if (limit && most > limit)
        most = 1 + world_below(world, limit);
    return left < most ? left : most;
}

/* `pieces` counts those of one write. */
static void put_bytes(struct cable *cable, int side, struct bytes bytes, size_t *pieces)
{
    while (bytes.size) {
        size_t size = cut(cable->world, bytes.size, ++*pieces <= SHREDS);
        put_packet(cable, side, PACKET_BYTES, (struct bytes){bytes.data, size});
        bytes.data += size;
        bytes.size -= size;
    }
}

/* ---------------------------------------------------------------- ends */

/* A host comes to it. */
static void take_end(struct cable_end *end, struct host *host)
{
    end->host = host;
    host->ends[end->state]++;
}

static void set_state(struct cable_end *end, enum end_state state)
{
    if (end->host && end->state != state) {
        end->host->ends[end->state]--;
        end->host->ends[state]++;
    }
    end->state = state;
}

static void leave(struct cable *cable, int side)
{
    struct cable_end *end = &cable->ends[side];
    set_state(end, END_GONE);
    tap_free(end->tap);
    end->tap = NULL;
    outbox_done(&end->outbox);
    drop_packets(end);
}

/* The end is gone and its node does not know: it is told in the next turn of its loop. */
static void fail(struct cable *cable, int side, enum error reason)
{
    struct cable_end *end = &cable->ends[side];
    bool tell = end->state == END_OPEN || end->state == END_DIALLING;
    leave(cable, side);
    end->reason = reason;
    if (tell)
        arrange(cable, AGENDA_TELL, side, cable->world->now_us);
}

void cable_tell(struct cable *cable, int side)
{
    const struct cable_end *end = &cable->ends[side];
    struct event event = {
        .type = EVENT_LINK_DOWN, .link = cable_link(cable, side), .dial = end->dial, .reason = end->reason};
    if (!end->silent)
        host_step(end->host, &event);
}

void cable_flush(struct cable *cable, int side)
{
    struct cable_end *end = &cable->ends[side], *other = &cable->ends[!side];
    struct world *world = cable->world;
    const struct settled *settled = &end->host->settled;
    size_t size = 0, pieces = 0;
    enum error err;
    if (end->state != END_OPEN && end->state != END_CLOSING)
        return;
    if (end->state == END_OPEN && !end->outbox.first)
        return;
    if (outbox_has_failed(&end->outbox, settled, &err)) {
        put_packet(cable, !side, PACKET_RESET, (struct bytes){0});
        fail(cable, side, err);
        return;
    }
    while (other->in_flight < WINDOW) {
        struct segment *chain = outbox_take(&end->outbox, settled, WINDOW, &size);
        if (!chain)
            break;
        for (const struct segment *segment = chain; segment; segment = segment->next) {
            if (world->tapped && end->host->node)
                tap_bytes(cable, side, buffer_bytes(&segment->bytes));
            put_bytes(cable, !side, buffer_bytes(&segment->bytes), &pieces);
        }
        segments_free(chain);
        end->sent += size;
        world->bytes_sent += size;
        if (world->weather.resets_per_million && world_below(world, 1000000) < world->weather.resets_per_million) {
            cable_reset(cable);
            return;
        }
    }
    if (end->state == END_CLOSING && !end->outbox.first) {
        put_packet(cable, !side, PACKET_END, (struct bytes){0});
        leave(cable, side);
    }
}

void cable_send(struct cable *cable, int side, uint64_t after, struct bytes bytes)
{
    struct cable_end *end = &cable->ends[side];
    if (end->state != END_OPEN)
        return;
    outbox_append(&end->outbox, after, bytes);
    if (end->outbox.size > UNSENT_MAX) {
        world_fail(cable->world, "%s has more than %zu bytes unsent on a link", end->host->name, UNSENT_MAX);
        put_packet(cable, !side, PACKET_RESET, (struct bytes){0});
        fail(cable, side, ERR_SLOW);
    }
}

void cable_send_ahead(struct cable *cable, int side, struct bytes bytes)
{
    struct cable_end *end = &cable->ends[side];
    if (end->state == END_OPEN)
        outbox_overtake(&end->outbox, &end->host->settled, bytes);
}

void cable_close(struct cable *cable, int side)
{
    if (cable->ends[side].state != END_OPEN)
        return;
    set_state(&cable->ends[side], END_CLOSING);
    arrange(cable, AGENDA_FLUSHED, side, cable->world->now_us + FLUSH_MS * MS);
    cable_flush(cable, side);
}

void cable_flushed(struct cable *cable, int side)
{
    if (cable->ends[side].state != END_CLOSING)
        return;
    put_packet(cable, !side, PACKET_RESET, (struct bytes){0});
    leave(cable, side);
}

void cable_reset(struct cable *cable)
{
    for (int side = 0; side < 2; side++)
        if (cable->ends[side].host)
            fail(cable, side, ERR_NETWORK);
}

void cable_vanish(struct cable *cable, int side, bool with_reset)
{
    bool gone = cable->ends[side].state == END_GONE;
    cable->ends[side].silent = true;
    if (gone)
        return;
    leave(cable, side);
    if (with_reset && cable->ends[!side].host)
        put_packet(cable, !side, PACKET_RESET, (struct bytes){0});
}

void cable_stall(struct cable *cable, int side, uint64_t until_us)
{
    cable->ends[side].stalled_until_us = until_us;
}

void cable_lose(struct cable *cable, int side)
{
    struct cable_end *end = &cable->ends[side];
    if (end->state == END_GONE || !cable->ends[!side].host)
        return;
    fail(cable, side, ERR_NETWORK);
    end->mute = true;
}

void cable_inject(struct cable *cable, int side, struct bytes bytes)
{
    size_t pieces = 0;
    if (cable->ends[side].state == END_OPEN)
        put_bytes(cable, side, bytes, &pieces);
}

/* ---------------------------------------------------------------- arriving */

static void deliver(struct cable *cable, int side, const struct packet *packet)
{
    struct cable_end *end = &cable->ends[side];
    struct event event = {.type = EVENT_BYTES, .link = cable_link(cable, side), .bytes = {packet->bytes, packet->size}};
    if (end->state == END_GONE && !end->mute && end->host->running && packet->type == PACKET_BYTES &&
        cable->ends[!side].host)
        put_packet(cable, !side, PACKET_RESET, (struct bytes){0});
    if (end->state == END_GONE)
        return;
    if (packet->type != PACKET_BYTES)
        fail(cable, side, packet->type == PACKET_END ? ERR_CLOSED : ERR_NETWORK);
    else if (end->state == END_OPEN)
        host_step(end->host, &event);
}

/* Who sent what waits for `side` hears no more of it. */
static void give_up(struct cable *cable, int side)
{
    drop_packets(&cable->ends[side]);
    if (cable->ends[!side].state != END_GONE)
        fail(cable, !side, ERR_NETWORK);
}

/* The network has lost it.  However soon that is mended, it comes no earlier than its sender tries again. */
static void retransmit(struct cable *cable, int side)
{
    struct cable_end *end = &cable->ends[side];
    struct world *world = cable->world;
    if (!end->pause_us) {
        uint64_t spread_us = world_below(world, RTO_SPREAD_MS * MS);
        end->lost_us = world->now_us;
        end->pause_us = RTO_MS * MS + 2 * world->weather.delay_us + spread_us;
    } else {
        end->pause_us *= 2;
    }
    uint64_t next_us = world->now_us + end->pause_us, last_us = end->lost_us + USER_TIMEOUT_MS * MS;
    if (world->now_us >= last_us)
        give_up(cable, side);
    else
        arrange_arrival(cable, side, next_us < last_us ? next_us : last_us);
}

void cable_arrived(struct cable *cable, int side)
{
    struct cable_end *end = &cable->ends[side];
    struct world *world = cable->world;
    struct packet *packet = end->first;
    end->arriving = false;
    if (!packet)
        return;
    if (world_is_cut(world, cable->ends[!side].host, end->host)) {
        retransmit(cable, side);
        return;
    }
    end->pause_us = 0;
    if (world->now_us < end->stalled_until_us) {
        arrange_arrival(cable, side, end->stalled_until_us);
        return;
    }
    if (end->host->behind && end->state == END_OPEN) { /* it does not read */
        arrange_arrival(cable, side, world->now_us + UNREAD_MS * MS);
        return;
    }
    end->first = packet->next;
    if (!end->first)
        end->last = NULL;
    end->in_flight -= packet->size;
    deliver(cable, side, packet);
    free(packet);
    arrange_arrival(cable, side, world->now_us);
    if (cable->ends[!side].host)
        cable_flush(cable, !side);
}

/* ---------------------------------------------------------------- dialling */

struct cable *cable_dial(struct host *host, uint64_t dial, const struct address *to)
{
    struct world *world = host->world;
    struct cable *cable = alloc_zero(1, sizeof *cable);
    cable->world = world;
    cable->index = world->cable_count;
    cable->began_us = world->now_us;
    cable->to = *to;
    cable->ends[0].dial = dial;
    take_end(&cable->ends[0], host);
    if (world->cable_count == world->cable_capacity) {
        world->cable_capacity = world->cable_capacity ? 2 * world->cable_capacity : 64;
        world->cables = alloc_grow(world->cables, world->cable_capacity, sizeof(struct cable *));
    }
    world->cables[world->cable_count++] = cable;
    host_keep_cable(host, cable, 0);
    arrange(cable, AGENDA_DIALLED, 0,
            world->now_us + 2 * world->weather.delay_us + world_below(world, world->weather.jitter_us + 1));
    return cable;
}

static void connect(struct cable *cable, struct host *listener)
{
    struct cable_end *ends = cable->ends;
    ends[0].pause_us = 0;
    take_end(&ends[1], listener);
    host_keep_cable(listener, cable, 1);
    for (int i = 0; i < 2; i++)
        set_state(&ends[i], END_OPEN);
    int first = (int)world_below(cable->world, 2);
    for (int i = 0; i < 2; i++) {
        int side = first ^ i;
        struct event event = {.type = EVENT_LINK_UP,
                              .link = cable_link(cable, side),
                              .dial = ends[side].dial,
                              .address = side == 0 ? cable->to : ends[0].host->address};
        if (side == 1)
            event.address.port = (uint16_t)(32768 + world_below(cable->world, 20000));
        if (ends[side].state == END_OPEN)
            host_step(ends[side].host, &event);
    }
}

void cable_dialled(struct cable *cable)
{
    struct world *world = cable->world;
    struct cable_end *end = &cable->ends[0];
    struct host *listener = world_at_address(world, &cable->to);
    uint64_t until_us = cable->began_us + DIAL_MS * MS;
    if (end->state != END_DIALLING)
        return;
    if (world->now_us < until_us && listener && !end->host->dials_nobody && !world_is_cut(world, end->host, listener) &&
        !world_is_cut(world, listener, end->host)) {
        connect(cable, listener);
        return;
    }
    bool waits = !listener ? world_is_dark(world, &cable->to) : true;
    if (waits && world->now_us < until_us) {
        end->pause_us = end->pause_us ? 2 * end->pause_us : SYN_MS * MS;
        uint64_t next_us = world->now_us + end->pause_us;
        arrange(cable, AGENDA_DIALLED, 0, next_us < until_us ? next_us : until_us);
        return;
    }
    leave(cable, 0);
    end->reason = waits ? ERR_TIMEOUT : ERR_NETWORK;
    struct event event = {.type = EVENT_LINK_DOWN, .dial = end->dial, .reason = end->reason};
    host_step(end->host, &event);
}

void cable_free(struct cable *cable)
{
    for (int side = 0; side < 2; side++)
        leave(cable, side);
    free(cable);
}
