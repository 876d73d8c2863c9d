/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "core/joining/admit.h"
#include "core/log/intake.h"
#include "core/log/probe.h"
#include "core/members/dismissal.h"
#include "core/peers/peers.h"
#include "core/peers/presence.h"
#include "core/replication/compare.h"
#include "core/replication/fetch.h"
#include "core/replication/payloads.h"
#include "core/replication/relay.h"
#include "core/replication/room.h"
#include "core/replication/serve.h"
#include "core/replication/tail.h"
#include "link.h"

#define LINKS_PER_DEVICE_MAX 4 /* homes that one device may run at once, and links on their way out */
#define OPEN_LINKS_MAX 128     /* more than any office makes: who goes on trying finds room when one ends */
#define REPLACED_AFTER_MS 3000 /* a link silent for so long gives way to a new one */

void session_greet(struct node *node, struct link *link)
{
    struct wire_message hello = {.type = WIRE_HELLO};
    memcpy(hello.hello.home, node->home, sizeof hello.hello.home);
    hello.hello.port = node->listen_port;
    compare_digest_all(node, link, &hello.hello.digest);
    link_send(node, link, &hello, 0);
}

/* True when `link` was dialled by the side whose (device, home) is the smaller. */
static bool dialled_by_smaller(const struct node *node, const struct link *link)
{
    int order = memcmp(&node->identity.device, &link->device, sizeof link->device);
    if (!order)
        order = memcmp(node->home, link->home, sizeof node->home);
    return link->dialled == (order < 0);
}

/* One link per (device, home): the one dialled by the smaller key stays; of two dialled by one side, that side closes
 * the later; a silent one gives way. */
static enum error keep_one(struct node *node, struct link *link)
{
    for (size_t i = 0; i < node->link_count; i++) {
        struct link *other = node->links[i];
        if (other == link || other->state != LINK_OPEN || !same_key(&other->device, &link->device) ||
            memcmp(other->home, link->home, sizeof link->home) != 0)
            continue;
        bool silent = node_waited_ms(node, link_heard_ms(other)) > REPLACED_AFTER_MS;
        if (!silent && other->dialled == link->dialled)
            return link->dialled ? ERR_DUPLICATE_LINK : OK;
        if (!silent && dialled_by_smaller(node, other))
            return ERR_DUPLICATE_LINK;
        link_close(node, other, ERR_DUPLICATE_LINK);
        return OK;
    }
    return OK;
}

static size_t links_of_device(const struct node *node, const struct sign_public *device)
{
    size_t count = 0;
    for (size_t i = 0; i < node->link_count; i++)
        count += node->links[i]->state == LINK_OPEN && same_key(&node->links[i]->device, device);
    return count;
}

static bool is_crowded(const struct node *node)
{
    size_t count = 0;
    for (size_t i = 0; i < node->link_count; i++)
        count += node->links[i]->state == LINK_OPEN;
    return count > OPEN_LINKS_MAX;
}

static bool was_removed(const struct node *node, const struct link *link)
{
    return node->workspace && governance_was_removed(node->workspace->roster.governance, &link->device);
}

void session_leave_removed(struct node *node)
{
    if (!node->workspace || !node->workspace->roster.members_changed)
        return;
    node->workspace->roster.members_changed = false;
    for (size_t i = node->link_count; i-- > 0;)
        if (node->links[i]->state == LINK_OPEN && was_removed(node, node->links[i]))
            link_close(node, node->links[i], ERR_REMOVED);
}

static enum error on_hello(struct node *node, struct link *link, const struct wire_message *message)
{
    memcpy(link->home, message->hello.home, sizeof link->home);
    link->listen_port = message->hello.port;
    if (node_is_me(node, &link->device) && memcmp(link->home, node->home, sizeof node->home) == 0) {
        peers_is_myself(node, link);
        return ERR_CLOSED;
    }
    if (was_removed(node, link))
        return ERR_REMOVED;
    if (node_is_me(node, &link->device))
        presence_runs_twice(node);
    if (links_of_device(node, &link->device) >= LINKS_PER_DEVICE_MAX)
        return ERR_LIMIT;
    peers_proved(node, link); /* also when it is a duplicate: now we know who lives there */
    bool news = !link_to(node, &link->device);
    link->state = LINK_OPEN; /* before another one gives way to it, so that nobody seems to leave */
    enum error err = keep_one(node, link);
    if (!err && is_crowded(node))
        err = ERR_LIMIT;
    if (err) {
        link->state = LINK_GREETING;
        return err;
    }

    link->progress_ms = node->mono_ms;
    node_wake_at(node, node->mono_ms + 1000);
    if (news)
        node_notify(node, NOTICE_PEER_UP, NULL, 0, &link->device, 0);
    presence_link_open(node, link);
    room_link_open(node, link);
    compare_hello(node, link, &message->hello.digest);
    return OK;
}

static enum error on_digests(struct node *node, struct link *link, const struct wire_message *message)
{
    return compare_digests(node, link, message->digests);
}

static enum error on_stop(struct node *node, struct link *link, const struct wire_message *message)
{
    serve_stop(node, link, &message->stop.log);
    return OK;
}

static enum error on_wanted_payloads(struct node *node, struct link *link, const struct wire_message *message)
{
    payloads_wanted(node, link, message);
    return OK;
}

static enum error on_room(struct node *node, struct link *link, const struct wire_message *message)
{
    room_told(node, link, message->room);
    return OK;
}

static enum error on_ping(struct node *node, struct link *link, const struct wire_message *message)
{
    (void)node, (void)link, (void)message;
    return OK;
}

/* What is not listed belongs to another state. */
static enum error on_open(struct node *node, struct link *link, const struct wire_message *message)
{
    static enum error (*const takes[])(struct node * node, struct link * link, const struct wire_message *message) = {
        [WIRE_DIGESTS] = on_digests,
        [WIRE_HAVE] = compare_have,
        [WIRE_ANNOUNCE] = relay_announced,
        [WIRE_WANT] = serve_want,
        [WIRE_LOG] = intake_log,
        [WIRE_ENTRIES] = intake_entries,
        [WIRE_END] = fetch_end,
        [WIRE_ACK] = serve_ack,
        [WIRE_PRESENCE] = presence_told,
        [WIRE_STOP] = on_stop,
        [WIRE_TAIL] = tail_message,
        [WIRE_PROBE] = probe_asked,
        [WIRE_IDS] = probe_ids,
        [WIRE_WANTP] = on_wanted_payloads,
        [WIRE_PAYLOADS] = payloads_came,
        [WIRE_ROOM] = on_room,
        [WIRE_PING] = on_ping,
    };
    const size_t type = (size_t)message->type;
    return type < sizeof takes / sizeof *takes && takes[type] ? takes[type](node, link, message) : ERR_MALFORMED;
}

enum error session_message(struct node *node, struct link *link, const struct wire_message *message)
{
    if (message->type == WIRE_BYE) {
        link->farewell = wire_bye_error(message->bye.code);
        admit_bye(node, link, link->farewell);
        if (link->farewell == ERR_REMOVED)
            dismissal_told(node, message->bye.proof);
        return ERR_CLOSED;
    }
    switch (link->state) {
    case LINK_PROVING:
        return message->type == WIRE_PROOF && link->dialled ? link_proof(node, link, message->proof) : ERR_MALFORMED;
    case LINK_GREETING:
        return message->type == WIRE_HELLO ? on_hello(node, link, message) : ERR_MALFORMED;
    case LINK_OPEN:
        return on_open(node, link, message);
    case LINK_INVITING:
        if (message->type == WIRE_CONSENT)
            return admit_consented(node, link, message);
        return message->type == WIRE_JOIN ? admit_join(node, link, message) : ERR_MALFORMED;
    case LINK_JOINING:
        if (message->type == WIRE_INVITED)
            return admit_invited(node, link, message);
        if (message->type == WIRE_OFFER)
            return admit_offered(node, link, message);
        return message->type == WIRE_WELCOME ? admit_welcome(node, message) : ERR_MALFORMED;
    case LINK_HANDSHAKE:
        break;
    }
    return ERR_MALFORMED;
}
