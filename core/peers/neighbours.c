/* SPDX-License-Identifier: MIT */
#include "neighbours.h"

#include "core/base/alloc.h"
#include "core/link/link.h"
#include "core/members/roster.h"
#include "core/members/visits.h"
#include "mesh.h"
#include "peers.h"
#include "presence.h"
#include <stdlib.h>

#define CHOOSE_MS 300     /* between two choices: many come at once */
#define SETTLED_MS 3000   /* nobody came or went for so long: what is left over may be closed */
#define FOOTHOLD 4        /* links with which a newcomer learns who else is there */
#define FOOTHOLD_TRIALS 8 /* at once, while there is none */
#define PROBE_MS 5000
#define CHOSEN_MAX 100 /* also by somebody with chats of two with half the office */

/* ---------------------------------------------------------------- choosing */

static bool is_candidate(const struct presence *presence, bool also_away)
{
    return presence->is_member && (presence_is_online(presence) || (also_away && presence->address.port));
}

static size_t collect(const struct office *office, bool also_away, struct sign_public *ret_devices)
{
    size_t count = 0;
    for (size_t i = 0; i < office->count; i++)
        if (is_candidate(office->presences[i], also_away))
            ret_devices[count++] = office->presences[i]->device;
    qsort(ret_devices, count, sizeof *ret_devices, mesh_compare);
    return count;
}

/* Marks those chosen of `devices`: all, or those that mesh.h says; of the latter call only who is (or is not) there. */
static size_t mark(struct node *node, const struct sign_public *devices, size_t count, bool all, bool online)
{
    size_t marked = 0;
    bool *chosen = alloc_zero(count + 1, sizeof *chosen);
    if (!all)
        mesh_choose(devices, count, &node->identity.device, chosen);
    for (size_t i = 0; i < count; i++) {
        struct presence *presence = presence_find(node, &devices[i]);
        if (presence_is_online(presence) != online)
            continue;
        presence->chosen = all || chosen[i];
        marked += presence->chosen;
    }
    free(chosen);
    return marked;
}

/* What is said in a group goes from member to member only, so they are a ring of their own. */
static void mark_in_group(struct node *node, const struct group *group, struct sign_public *devices)
{
    size_t count = 0, places[2];
    for (size_t i = 0; i < group->roster.count; i++) {
        const struct presence *presence = presence_find(node, &group->roster.members[i].device);
        if (presence && is_candidate(presence, false))
            devices[count++] = presence->device;
    }
    for (size_t i = 0; i < group->visitor_count; i++) {
        const struct presence *presence = presence_find(node, &group->visitors[i].device);
        if (presence && is_candidate(presence, false) && !roster_find(&group->roster, &presence->device) &&
            visits_allow(node, group, &presence->device))
            devices[count++] = presence->device;
    }
    if (!count)
        return;
    qsort(devices, count, sizeof *devices, mesh_compare);
    mesh_ring(devices, count, &node->identity.device, places);
    for (size_t i = 0; i < 2 && node->office->chosen < CHOSEN_MAX; i++) {
        struct presence *presence = presence_find(node, &devices[places[i]]);
        node->office->chosen += !presence->chosen;
        presence->chosen = true;
    }
}

static void dial_chosen(struct node *node)
{
    const struct office *office = node->office;
    for (size_t i = 0; i < office->count; i++) {
        const struct presence *presence = office->presences[i];
        if (!presence->chosen || presence->links || !presence->address.port)
            continue;
        /* where both chose, the smaller key dials first */
        bool first = mesh_compare(&node->identity.device, &presence->device) < 0;
        peers_want(node, &presence->address, &presence->device, office->sparse && !first ? CHOOSE_MS : 0);
    }
}

static void choose(struct node *node)
{
    struct office *office = node->office;
    struct sign_public *devices = alloc_zero(office->count + 1, sizeof *devices);
    for (size_t i = 0; i < office->count; i++)
        office->presences[i]->chosen = false;

    office->online = collect(office, false, devices);
    office->sparse = mesh_is_sparse(office->sparse, office->online);
    office->chosen = mark(node, devices, office->online, !office->sparse, true);
    size_t known = collect(office, true, devices);
    mark(node, devices, known, known <= MESH_FULL_MAX, false);
    for (size_t i = 0; office->sparse && i < node->group_count; i++)
        if (node->groups[i] != node->workspace &&
            (node->groups[i]->is_entered || roster_find(&node->groups[i]->roster, &node->identity.device)))
            mark_in_group(node, node->groups[i], devices);
    free(devices);

    office->changed = office->trimmed = false;
    office->changed_ms = node->mono_ms;
    office->choose_ms = node->mono_ms + CHOOSE_MS;
    dial_chosen(node);
}

/* ---------------------------------------------------------------- closing what is left over */

static bool is_left_over(const struct node *node, const struct sign_public *devices, size_t count,
                         const struct link *link)
{
    const struct presence *presence = presence_find(node, &link->device);
    if (link->state != LINK_OPEN || !link->dialled || !presence || !presence->is_member || presence->chosen ||
        link->wants || link->serve_at < link->serve_count)
        return false;
    return !mesh_chooses(devices, count, &link->device, &node->identity.device);
}

static size_t chosen_links(const struct node *node)
{
    size_t count = 0;
    for (size_t i = 0; i < node->office->count; i++)
        count += node->office->presences[i]->chosen && node->office->presences[i]->links;
    return count;
}

static void trim(struct node *node)
{
    struct office *office = node->office;
    if (chosen_links(node) * 2 < office->chosen)
        return; /* not at home yet */
    struct sign_public *devices = alloc_zero(office->count + 2, sizeof *devices);
    size_t count = collect(office, false, devices);
    devices[count++] = node->identity.device;
    qsort(devices, count, sizeof *devices, mesh_compare);
    for (size_t i = node->link_count; i-- > 0;)
        if (is_left_over(node, devices, count, node->links[i]))
            link_close(node, node->links[i], ERR_NOT_NEEDED);
    free(devices);
    office->trimmed = true;
}

void neighbours_time(struct node *node)
{
    struct office *office = node->office;
    if (office->changed && node->mono_ms >= office->choose_ms)
        choose(node);
    if (office->changed)
        node_wake_at(node, office->choose_ms);
    if (!office->sparse || office->trimmed || office->changed)
        return;
    if (node->mono_ms - office->changed_ms >= SETTLED_MS)
        trim(node);
    if (!office->trimmed)
        node_wake_at(node, node->mono_ms + SETTLED_MS / 3);
}

/* ---------------------------------------------------------------- dialling */

static bool is_stranger(const struct node *node, const struct peer *peer)
{
    if (peer->for_join || peer->link)
        return false;
    const struct presence *presence = peer->has_device ? presence_find(node, &peer->device) : NULL;
    return !(presence && presence->is_member);
}

void neighbours_before_dialling(struct node *node, size_t dialling)
{
    struct office *office = node->office;
    size_t addresses = 0, open = 0;
    for (size_t i = 0; i < node->peer_count; i++)
        addresses += is_stranger(node, node->peers[i]);
    for (size_t i = 0; i < office->count; i++)
        addresses += is_candidate(office->presences[i], true);
    for (size_t i = 0; i < node->link_count; i++)
        open += node->links[i]->state == LINK_OPEN;
    size_t at_once = open ? FOOTHOLD : FOOTHOLD_TRIALS, busy = node->link_count + dialling;
    office->crowded = office->sparse || addresses > MESH_FULL_MAX;
    office->trials = at_once > busy ? at_once - busy : 0;
}

bool neighbours_take_dial(struct node *node, const struct peer *peer)
{
    struct office *office = node->office;
    const struct presence *presence = peer->has_device ? presence_find(node, &peer->device) : NULL;
    if (!office->crowded || peer->for_join || (presence && presence->chosen))
        return true;
    if (office->trials) {
        office->trials--;
        return true;
    }
    if (!is_stranger(node, peer) || node->mono_ms < office->probe_ms)
        return false;
    office->probe_ms = node->mono_ms + PROBE_MS;
    return true;
}

bool neighbours_are_all(const struct node *node)
{
    const struct office *office = node->office;
    if (office->sparse)
        return false;
    for (size_t i = 0; i < office->count; i++)
        if (office->presences[i]->is_member && !office->presences[i]->links && presence_is_online(office->presences[i]))
            return false;
    return true;
}
