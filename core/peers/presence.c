/* SPDX-License-Identifier: MIT */
#include "presence_parts.h"

#include "core/base/alloc.h"
#include "core/members/roster.h"
#include "peers.h"
#include <stdlib.h>

#define PRESENCES_MAX 2048
#define CHECK_MS 1000
#define COMPARE_MS 10000
#define FALLEN_MS 3000                      /* a link that broke may be back by then */
#define PATIENCE_MS 8000                    /* with a device to which a link should stand */
#define PATIENCE_MAX_MS (10u * 60u * 1000u) /* with one that refutes, though we cannot reach it */
#define GONE_MS 30000                       /* for so long old news that it is there are known to be old */

struct presence *presence_find(const struct node *node, const struct sign_public *device)
{
    return table_get(&node->office->by_device, device->bytes);
}

bool presence_is_online(const struct presence *presence)
{
    return presence->links > 0 || presence->state == PRESENCE_UP;
}

/* ---------------------------------------------------------------- the table */

/* Room by forgetting somebody who is not there. */
static bool make_room(struct office *office)
{
    for (size_t i = 0; i < office->count; i++) {
        struct presence *presence = office->presences[i];
        if (presence->links || presence->state != PRESENCE_AWAY)
            continue;
        table_remove(&office->by_device, presence->device.bytes);
        free(presence);
        office->presences[i] = office->presences[--office->count];
        return true;
    }
    return false;
}

struct presence *presence_get(struct node *node, const struct sign_public *device)
{
    struct office *office = node->office;
    struct presence *presence = presence_find(node, device);
    if (presence || node_is_me(node, device) || (office->count >= PRESENCES_MAX && !make_room(office)))
        return presence;
    presence = alloc_zero(1, sizeof *presence);
    presence->device = *device;
    presence->patience_ms = PATIENCE_MS;
    presence->is_member = node->workspace && roster_find(&node->workspace->roster, device);
    ARRAY_ROOM(office->presences, office->count, office->capacity);
    office->presences[office->count++] = presence;
    table_put(&office->by_device, device->bytes, presence);
    return presence;
}

struct office *presence_new(void)
{
    return alloc_zero(1, sizeof(struct office));
}

void presence_free(struct office *office)
{
    if (!office)
        return;
    for (size_t i = 0; i < office->count; i++)
        free(office->presences[i]);
    free(office->presences);
    table_done(&office->by_device);
    free(office);
}

void presence_start(struct node *node)
{
    node->office->by_device.salt = get_u64(node->event->random);
    node->office->incarnation = node->now_ms;
}

static void note_change(struct node *node)
{
    node->office->changed = true;
    node_wake_at(node, node->office->choose_ms > node->mono_ms ? node->office->choose_ms : node->mono_ms);
}

void presence_set(struct node *node, struct presence *presence, enum presence_state state, uint64_t incarnation)
{
    bool was_online = presence_is_online(presence);
    presence->state = state;
    presence->incarnation = incarnation;
    presence->gone_ms = state == PRESENCE_GONE ? node->mono_ms : 0;
    presence->suspected = false;
    if (presence_is_online(presence) != was_online)
        note_change(node);
}

static void declare_gone(struct node *node, struct presence *presence)
{
    presence_set(node, presence, PRESENCE_GONE, presence->incarnation);
    presence->refutes = false;
    if (presence->patience_ms < PATIENCE_MAX_MS)
        presence->patience_ms *= 2;
    presence_tell(node, presence, 0);
}

void presence_learn_address(struct node *node, struct presence *presence, const struct address *address)
{
    if (!address->port || presence->address.port)
        return;
    presence->address = *address;
    peers_recognise(node, address, &presence->device);
    if (presence->is_member)
        note_change(node);
}

void presence_hint(struct node *node, const struct sign_public *device, const struct address *address)
{
    struct presence *presence = presence_get(node, device);
    if (presence && address->scope == 0)
        presence_learn_address(node, presence, address);
}

void presence_roster_changed(struct node *node)
{
    struct office *office = node->office;
    const struct roster *roster = node->workspace ? &node->workspace->roster : NULL;
    for (size_t i = 0; i < office->count; i++)
        office->presences[i]->is_member = false;
    for (size_t i = 0; roster && i < roster->count; i++) {
        struct presence *presence = presence_find(node, &roster->members[i].device);
        if (presence)
            presence->is_member = true;
    }
    note_change(node);
}

/* ---------------------------------------------------------------- links */

void presence_link_open(struct node *node, struct link *link)
{
    struct presence *presence = presence_get(node, &link->device);
    node->office->trimmed = false;
    if (presence) {
        struct address address = link->address;
        if (!link->dialled)
            address.port = link->listen_port;
        if (address.scope == 0 && address.port)
            presence->address = address;
        presence->patience_ms = PATIENCE_MS;
        presence->links++;
        presence->gone_ms = presence->state == PRESENCE_GONE ? presence->gone_ms : 0;
        presence->suspected = false;
        note_change(node);
    }
    presence_tell_table(node, link, 0);
}

static void note_heard(struct node *node, const struct link *link)
{
    struct roster *roster = node->workspace ? &node->workspace->roster : NULL;
    for (size_t i = 0; roster && i < roster->count; i++)
        if (same_key(&roster->members[i].device, &link->device))
            roster->members[i].last_heard_ms = node->now_ms;
}

void presence_link_gone(struct node *node, const struct link *link)
{
    note_heard(node, link);
    struct presence *presence = presence_find(node, &link->device);
    if (!presence || !presence->links || --presence->links)
        return;
    if (presence->state != PRESENCE_UP)
        note_change(node);
    else if (link->farewell == ERR_SHUTTING_DOWN)
        declare_gone(node, presence);
    else if (link->farewell != ERR_NOT_NEEDED && link->farewell != ERR_DUPLICATE_LINK)
        presence->gone_ms = node->mono_ms + FALLEN_MS;
    node_wake_at(node, node->office->check_ms);
}

bool presence_has_twin(const struct node *node)
{
    return node->office->runs_twice;
}

void presence_runs_twice(struct node *node)
{
    if (node->office->runs_twice)
        return;
    node->office->runs_twice = true;
    node_log(node, ERR_EXISTS, "this identity runs on two computers: link one as its own device");
}

/* ---------------------------------------------------------------- time */

static bool has_open_link(const struct node *node)
{
    for (size_t i = 0; i < node->link_count; i++)
        if (node->links[i]->state == LINK_OPEN)
            return true;
    return false;
}

static void check(struct node *node, struct presence *presence, bool alone)
{
    uint64_t now = node->mono_ms;
    if (presence->state == PRESENCE_GONE && !presence->links && now - presence->gone_ms >= GONE_MS)
        presence->state = PRESENCE_AWAY;
    if (presence->state != PRESENCE_UP || presence->links)
        return;
    if (alone) /* nobody vouches for anybody */
        presence_set(node, presence, PRESENCE_AWAY, 0);
    else if (presence->gone_ms && now >= presence->gone_ms)
        declare_gone(node, presence);
    else if (!presence->gone_ms && presence->chosen)
        presence->gone_ms = now + presence->patience_ms;
}

static void compare_with_one(struct node *node)
{
    size_t start = node->link_count ? random_below(&node->random, node->link_count) : 0;
    for (size_t i = 0; i < node->link_count; i++)
        if (presence_compare(node, node->links[(start + i) % node->link_count]))
            break;
    node->office->compare_ms = node->mono_ms + COMPARE_MS * 3 / 4 + random_below(&node->random, COMPARE_MS / 2);
}

void presence_time(struct node *node)
{
    struct office *office = node->office;
    if (!office->count)
        return;
    if (office->has_news && node->mono_ms >= office->news_ms)
        presence_tell_news(node);
    if (office->has_news)
        node_wake_at(node, office->news_ms);
    if (node->mono_ms >= office->check_ms) {
        bool alone = !has_open_link(node);
        for (size_t i = 0; i < office->count; i++)
            check(node, office->presences[i], alone);
        office->check_ms = node->mono_ms + CHECK_MS;
        if (!office->has_news && node->mono_ms >= office->compare_ms)
            compare_with_one(node);
    }
    node_wake_at(node, office->check_ms);
}
