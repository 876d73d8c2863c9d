/* SPDX-License-Identifier: MIT */
#include "link_parts.h"

#include "core/base/alloc.h"
#include "core/log/intake.h"
#include "core/log/probe.h"
#include "core/log/unproven.h"
#include "core/members/dismissal.h"
#include "core/peers/peers.h"
#include "core/peers/presence.h"
#include "core/replication/fetch.h"
#include "core/replication/payloads.h"
#include "core/replication/tail.h"
#include "session.h"
#include <stdlib.h>

#define HANDSHAKE_MS 5000
#define UNFINISHED_MAX 128
#define PING_IDLE_MS 2000
#define SILENT_MS 7000
#define FRAME_MS 20000 /* from a frame's first byte to its last: the largest at 3 kB/s */
#define ROOM_KEPT_MS 1000
#define ROOM_KEPT 8192u
#define REKEY_FRAMES (1u << 20)
#define FRAME_HEAD 2

/* ---------------------------------------------------------------- the set of links */

struct link *link_find(const struct node *node, uint64_t id)
{
    for (size_t i = 0; i < node->link_count; i++)
        if (node->links[i]->id == id)
            return node->links[i];
    return NULL;
}

struct link *link_to(const struct node *node, const struct sign_public *device)
{
    for (size_t i = 0; i < node->link_count; i++)
        if (node->links[i]->state == LINK_OPEN && same_key(&node->links[i]->device, device))
            return node->links[i];
    return NULL;
}

uint64_t link_heard_ms(const struct link *link)
{
    return link->in.size && link->bytes_ms > link->heard_ms ? link->bytes_ms : link->heard_ms;
}

static size_t unfinished(const struct node *node)
{
    size_t count = 0;
    for (size_t i = 0; i < node->link_count; i++)
        count += node->links[i]->state != LINK_OPEN && !node->links[i]->dialled;
    return count;
}

/* Takes the link out of every list and frees it. */
static void forget(struct node *node, struct link *link)
{
    bool was_open = link->state == LINK_OPEN;
    struct sign_public device = link->device;
    if (was_open)
        presence_link_gone(node, link);
    fetch_link_gone(node, link);
    tail_link_gone(node, link);
    payloads_link_gone(node, link);
    probe_link_gone(link);
    peers_link_gone(node, link);
    for (size_t i = 0; i < node->link_count; i++)
        if (node->links[i] == link)
            node->links[i--] = node->links[--node->link_count];
    for (size_t i = 0; i < node->dirty_link_count; i++)
        if (node->dirty_links[i] == link)
            node->dirty_links[i--] = node->dirty_links[--node->dirty_link_count];

    noise_done(&link->noise);
    buffer_done(&link->in);
    buffer_wipe(&link->out);
    buffer_done(&link->refused);
    buffer_done(&link->want_rows);
    buffer_done(&link->offered);
    intake_done(&link->intake);
    table_done(&link->log_names);
    table_done(&link->tails_sent);
    free(link->peer_seq);
    free(link->told_seq);
    free(link->log_told);
    free(link->comparisons);
    free(link->too_new);
    free(link->serve);
    free(link->sent);
    crypto_wipe(link, sizeof *link);
    free(link);
    if (was_open && !link_to(node, &device))
        node_notify(node, NOTICE_PEER_DOWN, NULL, 0, &device, 0);
}

/* ---------------------------------------------------------------- sending */

static void emit(struct node *node, const struct link *link, size_t at, uint64_t after)
{
    struct effect *effect = node_effect(node, EFFECT_SEND);
    effect->link = link->id;
    effect->at = at;
    effect->size = node->effects->arena.size - at;
    effect->after = after;
}

/* Handshake messages go out as they are, with the frame's length before them. */
void link_send_raw(struct node *node, const struct link *link, struct bytes message)
{
    struct buffer *arena = &node->effects->arena;
    size_t at = arena->size;
    buffer_append_u16(arena, (uint16_t)message.size);
    buffer_append(arena, message);
    emit(node, link, at, 0);
}

static bool wants_rekey(const struct node *node, const struct link *link)
{
    return link->sent_frames >= REKEY_FRAMES || node->mono_ms >= link->rekey_ms;
}

/* What was sent last waits for the disk, and so does all that is sent behind it. */
static bool is_held(const struct node *node, const struct link *link)
{
    return node->pending_count && link->sent_after >= node->pending[0]->id;
}

static void flush(struct node *node, struct link *link)
{
    struct buffer *arena = &node->effects->arena;
    bool rekey = wants_rekey(node, link);
    if (!link->out.size)
        return;
    if (rekey) {
        struct wire_message message = {.type = WIRE_REKEY};
        wire_encode(&message, &link->out);
    }
    size_t at = arena->size;
    buffer_append_u16(arena, (uint16_t)(link->out.size + AEAD_TAG_SIZE));
    noise_encrypt(&link->send, buffer_bytes(&link->out), arena);
    emit(node, link, at, link->out_after);
    link->sent_frames++;
    if (link->out_after > link->sent_after)
        link->sent_after = link->out_after;
    if (!is_held(node, link))
        link->sent_ms = node->mono_ms;
    link->out.size = 0;
    link->out_after = 0;
    if (rekey) {
        noise_rekey(&link->send);
        link->sent_frames = 0;
        link->rekey_ms = node->mono_ms + REKEY_MS;
    }
}

void link_send(struct node *node, struct link *link, const struct wire_message *message, uint64_t after)
{
    size_t before = link->out.size;
    wire_encode(message, &link->out);
    if (link->out.size > WIRE_PLAIN_MAX - 8 && before) { /* 8: room for REKEY */
        struct buffer rest = {0};
        buffer_append(&rest, (struct bytes){link->out.data + before, link->out.size - before});
        link->out.size = before;
        flush(node, link);
        buffer_append(&link->out, buffer_bytes(&rest));
        buffer_done(&rest);
    }
    if (after > link->out_after)
        link->out_after = after;
    if (link->out_dirty)
        return;
    link->out_dirty = true;
    ARRAY_ROOM(node->dirty_links, node->dirty_link_count, node->dirty_link_capacity);
    node->dirty_links[node->dirty_link_count++] = link;
}

void link_flush_all(struct node *node)
{
    for (size_t i = 0; i < node->dirty_link_count; i++) {
        node->dirty_links[i]->out_dirty = false;
        flush(node, node->dirty_links[i]);
    }
    node->dirty_link_count = 0;
}

void link_close(struct node *node, struct link *link, enum error reason)
{
    if (!link->farewell)
        link->farewell = reason;
    if (link->state != LINK_HANDSHAKE && reason != ERR_CLOSED) {
        struct wire_message bye = {.type = WIRE_BYE, .bye.code = wire_bye_code(reason)};
        struct buffer proof = {0};
        if (reason == ERR_REMOVED)
            dismissal_write(node, &link->device, &proof);
        bye.bye.proof = buffer_bytes(&proof);
        link_send(node, link, &bye, proof.size ? node_after(node) : 0); /* it may be an own entry of this step */
        buffer_done(&proof);
        flush(node, link);
    }
    struct effect *effect = node_effect(node, EFFECT_CLOSE);
    effect->link = link->id;
    effect->error = reason;
    forget(node, link);
}

void link_close_all(struct node *node, enum error reason)
{
    while (node->link_count)
        link_close(node, node->links[0], reason);
}

/* ---------------------------------------------------------------- events */

static struct link *link_new(struct node *node, const struct event *event)
{
    struct link *link = alloc_zero(1, sizeof *link);
    link->id = event->link;
    link->address = event->address;
    link->dialled = event->dial != 0;
    link->up_ms = link->heard_ms = link->sent_ms = link->progress_ms = node->mono_ms;
    link->log_names.salt = get_u64(event->random);
    ARRAY_ROOM(node->links, node->link_count, node->link_capacity);
    node->links[node->link_count++] = link;
    node_wake_at(node, node->mono_ms + PING_IDLE_MS);
    return link;
}

static void refuse_connection(struct node *node, uint64_t id, enum error reason)
{
    struct effect *effect = node_effect(node, EFFECT_CLOSE);
    effect->link = id;
    effect->error = reason;
}

void link_up(struct node *node, const struct event *event)
{
    struct peer *peer = event->dial ? peers_dialled(node, event->dial) : NULL;
    const struct secret_key *psk = peer ? peers_key(node, peer) : NULL;
    if (event->dial ? !psk : !node->identity.exists || unfinished(node) >= UNFINISHED_MAX) {
        refuse_connection(node, event->link, ERR_LIMIT);
        return;
    }
    struct link *link = link_new(node, event);
    if (!event->dial)
        return;
    link->peer = peer;
    peer->link = link;
    enum error err = link_handshake_begin(node, link, psk);
    if (err)
        link_close(node, link, err);
}

void link_down(struct node *node, const struct event *event)
{
    struct link *link = link_find(node, event->link);
    if (link) {
        unproven_down(node, link);
        forget(node, link);
    } else if (event->dial)
        peers_dial_failed(node, event->dial);
}

/* Nothing but the tag of nothing.  Its counter is its own, since it may have overtaken others. */
static bool is_sign_of_life(struct bytes frame)
{
    return frame.size == AEAD_TAG_SIZE;
}

static enum error open_frame(struct node *node, struct link *link, struct bytes frame)
{
    if (link->state == LINK_HANDSHAKE)
        return link_handshake_frame(node, link, frame);
    node->scratch.size = 0;
    if (is_sign_of_life(frame))
        return noise_decrypt(&link->receive_life, frame, &node->scratch);
    enum error err = noise_decrypt(&link->receive, frame, &node->scratch);
    struct reader in = {.left = buffer_bytes(&node->scratch)};
    while (!err && in.left.size) {
        struct wire_message message;
        err = wire_decode(&in, &message);
        if (!err && message.type == WIRE_REKEY)
            noise_rekey(&link->receive);
        else if (!err)
            err = session_message(node, link, &message);
    }
    return err;
}

/* Why a link was closed, for the node's log.  A stranger's failed handshake is told as such. */
static void log_fault(struct node *node, const struct link *link, enum error err)
{
    if (link->state == LINK_HANDSHAKE)
        node_log(node, err,
                 link->dialled ? "handshake: the other side does not have our key"
                               : "handshake: a stranger was refused");
    else
        node_log(node, err, "a link was closed");
}

void link_bytes(struct node *node, const struct event *event)
{
    struct link *link = link_find(node, event->link);
    if (!link)
        return;
    link->bytes_ms = node->mono_ms;
    if (!link->in.size)
        link->frame_ms = node->mono_ms;
    buffer_append(&link->in, event->bytes);

    size_t at = 0;
    enum error err = OK;
    while (!err && link->in.size - at >= FRAME_HEAD) {
        size_t size = get_u16(link->in.data + at);
        if (link->state == LINK_HANDSHAKE && size > HANDSHAKE_MESSAGE_MAX)
            err = ERR_MALFORMED;
        if (err || link->in.size - at - FRAME_HEAD < size)
            break;
        err = open_frame(node, link, (struct bytes){link->in.data + at + FRAME_HEAD, size});
        at += FRAME_HEAD + size;
        link->frame_ms = node->mono_ms;
        if (!err)
            link->heard_ms = node->mono_ms;
    }
    if (!err && !link->intake.open && !unproven_waits(node, link))
        err = intake_finish(node, link);
    if (err) {
        if (err != ERR_CLOSED)
            log_fault(node, link, err);
        link_close(node, link, err);
        return;
    }
    buffer_cut_front(&link->in, at);
    intake_acknowledge(node, link);
}

/* PING; a frame that may overtake others, where PING would wait behind what the disk holds up. */
static void show_life(struct node *node, struct link *link)
{
    struct wire_message ping = {.type = WIRE_PING};
    if (!is_held(node, link)) {
        link_send(node, link, &ping, 0);
        return;
    }
    size_t at = node->effects->arena.size;
    buffer_append_u16(&node->effects->arena, AEAD_TAG_SIZE);
    noise_encrypt(&link->send_life, (struct bytes){0}, &node->effects->arena);
    emit(node, link, at, 0);
    node->effects->items[node->effects->count - 1].ahead = true;
}

/* What a catch-up has made large, on a link by which nothing is being fetched any more: 48 of them would keep 16 MiB.
 */
static void give_back_room(const struct node *node, struct link *link)
{
    struct buffer *const buffers[] = {&link->in, &link->out, &link->intake.arena};
    if (node->mono_ms - link->progress_ms < ROOM_KEPT_MS)
        return;
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++)
        if (!buffers[i]->size && buffers[i]->capacity > ROOM_KEPT)
            buffer_wipe(buffers[i]);
}

void link_time(struct node *node, struct link *link)
{
    uint64_t now = node->mono_ms;
    if (link->state != LINK_OPEN) {
        if (node_waited_ms(node, link->up_ms) >= HANDSHAKE_MS) {
            node_log(node, ERR_TIMEOUT, "a connection was closed: its handshake did not finish");
            link_close(node, link, link->state == LINK_HANDSHAKE ? ERR_CLOSED : ERR_SLOW);
        } else
            node_wake_at(node, now + HANDSHAKE_MS - node_waited_ms(node, link->up_ms));
        return;
    }
    if (node_waited_ms(node, link_heard_ms(link)) >= SILENT_MS ||
        (link->in.size && node_waited_ms(node, link->frame_ms) >= FRAME_MS)) {
        link_close(node, link, ERR_CLOSED);
        return;
    }
    give_back_room(node, link);
    if (now - link->sent_ms >= PING_IDLE_MS) {
        show_life(node, link);
        link->sent_ms = now;
    }
    node_wake_at(node, link->sent_ms + PING_IDLE_MS);
    node_wake_at(node, now + SILENT_MS - node_waited_ms(node, link_heard_ms(link)));
    if (link->in.size)
        node_wake_at(node, now + FRAME_MS - node_waited_ms(node, link->frame_ms));
}
