/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include "afternoon.h"
#include "caller.h"
#include "core/link/link.h"
#include "core/log/logs.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "sim/check.h"
#include <sanitizer/allocator_interface.h>
#include <stdio.h>
#include <stdlib.h>

#define REACHES_MS 15000
#define AGREES_MS 30000

static const struct afternoon *afternoon;

static void require(const struct world *world, bool holds, const char *what)
{
    if (holds && !world->failure[0])
        return;
    fprintf(stderr, "what must hold does not: %s; %s\n", what, world->failure);
    abort();
}

void scene_require(const struct scene *scene, bool holds, const char *what)
{
    require(&scene->world, holds, what);
}

const struct mallory *scene_mallory(void)
{
    return &afternoon->mallory;
}

/* ---------------------------------------------------------------- the office */

static struct host *come_back(struct world *world, const char *name, const struct medium *disk,
                              const struct secret_key *store_key)
{
    struct host *host = host_new(world, name);
    medium_free(host->disk);
    host->disk = medium_copy(disk);
    host->store_key = *store_key;
    world->hosts[world->host_count++] = host;
    host_start(host);
    return host;
}

/* What Mallory wrote in a group that only Bob is in: Alice may come to be told. */
static void know_all(struct host *host)
{
    struct stored_entry stored;
    for (uint64_t arrival = 1; medium_arrival(host->disk, arrival, &stored) == OK; arrival++)
        check_written(host, &afternoon->mallory.device, stored.wire);
}

static bool are_linked(struct world *world)
{
    const struct host *alice = world_host(world, "alice"), *bob = world_host(world, "bob");
    return link_to(alice->node, &bob->node->identity.device) && link_to(bob->node, &alice->node->identity.device);
}

void scene_open(struct scene *scene, enum scene_office office, bool with_bob)
{
    struct world *world = &scene->world;
    afternoon = afternoon_in(office);
    *scene = (struct scene){0};
    world_init(world, 2);
    check_let_fork(world, &afternoon->mallory.device); /* she may write twice under one number */
    check_let_fork(world, &afternoon->mallory.root);
    check_let_fork(world, &afternoon->mallory.den.root);
    for (size_t i = 0; i < SCENE_GUESTS; i++)
        check_let_fork(world, &afternoon->mallory.guests[i].device);
    world->strangers = 64;
    scene->alice = come_back(world, "alice", afternoon->alice, &afternoon->alice_key);
    scene->alice->overhear = callers_overhear;
    scene->alice->overhear_arg = scene;
    scene->bob = with_bob ? come_back(world, "bob", afternoon->bob, &afternoon->bob_key) : NULL;
    if (with_bob) {
        know_all(scene->bob);
        require(world, world_until(world, are_linked, REACHES_MS), "alice and bob are connected");
    }
    scene->allocated = __sanitizer_get_current_allocated_bytes();
}

void scene_close(struct scene *scene)
{
    scene->alice->overhear = NULL;
    check_acknowledged(scene->alice);
    require(&scene->world, true, "the world");
    world_done(&scene->world);
}

void scene_restart_alice(struct scene *scene, bool power_cut)
{
    world_crash(&scene->world, "alice", power_cut);
    world_restart(&scene->world, "alice");
}

/* ---------------------------------------------------------------- what must hold */

struct wanted {
    const struct message_ref *message;
    bool is_there;
};

static void look(void *arg, const struct hash *log, uint64_t seq)
{
    struct wanted *wanted = arg;
    if (same_hash(log, &wanted->message->log) && seq >= wanted->message->seq)
        wanted->is_there = true;
}

static bool reaches(struct world *world, const struct host *host, const struct message_ref *message)
{
    struct wanted wanted = {.message = message};
    for (int i = 0; i < REACHES_MS / 20 && !wanted.is_there && !world->failure[0]; i++) {
        node_clock(host->node, 1, look, &wanted);
        if (!wanted.is_there)
            world_run(world, 20);
    }
    return wanted.is_there;
}

static bool carries(const struct scene *scene, const struct host *host)
{
    return afternoon->mallory.office == OFFICE_OF_CARRIER && host == scene->alice;
}

void scene_must_work(struct scene *scene)
{
    struct world *world = &scene->world;
    struct saying saying = {.text = "are you still there?"};
    struct message_ref message;
    require(world, world_say_more(world, "bob", &saying, &message) == OK, "bob can write");
    require(world, reaches(world, scene->alice, &message), "what bob writes reaches alice");
    if (carries(scene, scene->alice))
        return;
    require(world, world_say_more(world, "alice", &saying, &message) == OK, "alice can write");
    require(world, reaches(world, scene->bob, &message), "what alice writes reaches bob");
}

static bool is_in(const struct group *group, const struct host *host)
{
    return roster_find(&group->roster, &host->node->identity.device) != NULL;
}

static bool is_known(const struct scene *scene, const struct host *host, const struct host *by)
{
    const struct member *member = roster_find(&by->node->workspace->roster, &host->node->identity.device);
    bool may_write = member && (member->role == ROLE_ADMIN || member->role == ROLE_MEMBER);
    return carries(scene, host) ? member && member->role == ROLE_CARRIER : may_write;
}

bool scene_is_whole(const struct scene *scene)
{
    const struct host *alice = scene->alice, *bob = scene->bob;
    return is_known(scene, alice, alice) && is_known(scene, bob, alice) && is_known(scene, alice, bob) &&
           is_known(scene, bob, bob);
}

/* In each group that both are in. */
static bool digests_equal(struct world *world)
{
    const struct host *alice = world_host(world, "alice"), *bob = world_host(world, "bob");
    for (size_t i = 0; i < alice->node->group_count; i++) {
        struct group *hers = alice->node->groups[i], *his = groups_by_id(bob->node, &hers->id);
        if (his && is_in(hers, alice) && is_in(hers, bob) && !same_hash(logs_digest(hers), logs_digest(his)))
            return false;
    }
    return true;
}

void scene_must_agree(struct scene *scene)
{
    struct world *world = &scene->world;
    require(world, world_until(world, digests_equal, AGREES_MS), "alice and bob hold the same entries");
}

static bool is_hers(const struct host *host, const struct log *log)
{
    return host && log->named && same_key(log_author(log), &host->node->identity.device);
}

void scene_must_be_intact(struct scene *scene)
{
    struct stored_entry before, after;
    size_t count = medium_entry_count(afternoon->alice);
    for (uint64_t arrival = 1; arrival <= count; arrival++) {
        bool same = medium_arrival(afternoon->alice, arrival, &before) == OK &&
                    medium_arrival(scene->alice->disk, arrival, &after) == OK && bytes_equal(before.wire, after.wire);
        scene_require(scene, same, "what was stored is as it was");
    }
    const struct node *node = scene->alice->node;
    for (size_t i = 0; i < node->log_count; i++)
        if (is_hers(scene->alice, node->logs[i]) || is_hers(scene->bob, node->logs[i]))
            scene_require(scene, !node->logs[i]->forked, "nobody writes for alice and bob");
}

void scene_must_be_small(const struct scene *scene, size_t most)
{
    size_t now = __sanitizer_get_current_allocated_bytes();
    if (now > scene->allocated + most)
        fprintf(stderr, "%zu bytes more than before\n", now - scene->allocated);
    require(&scene->world, now <= scene->allocated + most, "memory stays bounded");
}

void scene_knows(struct scene *scene, struct bytes wire)
{
    check_written(scene->alice, &afternoon->mallory.device, wire);
}
