/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include "caller.h"
#include "core/direct.h"
#include "core/link.h"
#include "core/logs.h"
#include "sim/check.h"
#include <sanitizer/allocator_interface.h>
#include <stdio.h>
#include <stdlib.h>

#define REACHES_MS 15000
#define AGREES_MS 30000

static struct afternoon {
    bool stands;
    struct medium *alice, *bob;
    struct secret_key alice_key, bob_key;
    struct mallory mallory;
} afternoons[OFFICES], *afternoon = afternoons;

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

/* ---------------------------------------------------------------- the afternoon */

static struct written_log log_of(const struct group *group, const struct sign_public *device, enum log_kind kind)
{
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        if (log->named && log->kind == kind && same_key(log_author(log), device))
            return (struct written_log){log->row.name, log->id, log->row.head_id, log->row.head_seq};
    }
    struct written_log none = {.name = {.group = group->id, .device = *device, .instance = 1, .kind = kind}};
    log_name_id(&none.name, &none.id);
    return none;
}

static void learn_people(const struct node *node, const struct host *alice, struct mallory *ret)
{
    const struct roster *roster = &node->workspace->roster;
    for (size_t i = 0; i < roster->count; i++) {
        const struct member *member = &roster->members[i];
        if (same_key(&member->device, &alice->node->identity.device)) {
            ret->alice_box = member->box;
            ret->alice = member->person;
        } else if (same_key(&member->device, &ret->device)) {
            ret->person = member->person;
            ret->instance = member->instance;
        } else {
            ret->bob_box = member->box;
            ret->bob = member->person;
        }
    }
    direct_id(&ret->group, (const struct person_id[]){ret->person, ret->alice}, &ret->direct);
}

static void learn_mallory(const struct node *node, struct mallory *ret)
{
    const struct group *group = node->workspace;
    ret->device = node->identity.device;
    ret->secret = node->identity.secret;
    ret->box = node->identity.box;
    ret->group = group->id;
    ret->root = group->root;
    ret->workspace_key = group->workspace_key;
    ret->epoch = group->keys[0];
    ret->own[KIND_GOVERNANCE] = log_of(group, &ret->device, KIND_GOVERNANCE);
    ret->own[KIND_CONTENT] = log_of(group, &ret->device, KIND_CONTENT);
    if (ret->office == OFFICE_OF_MALLORY) {
        ret->root_log = log_of(group, &ret->root, KIND_GOVERNANCE);
        memcpy(ret->root_secret.bytes + 32, ret->root.bytes, sizeof ret->root.bytes); /* quick_crypto.c asks no more */
    }
}

static void greet_each_other(struct world *world)
{
    const char *const names[] = {"alice", "bob", "mallory"};
    for (int i = 0; i < 12; i++)
        require(world, world_say(world, names[i % 3], "good afternoon") == OK, "a greeting");
    require(world, world_settle(world), "agreement");
}

static void live_through_it(struct afternoon *ret, enum scene_office office)
{
    struct world world;
    struct code code;
    const char *founder = office == OFFICE_OF_ALICE ? "alice" : "mallory";
    const char *guest = office == OFFICE_OF_ALICE ? "mallory" : "alice";
    world_init(&world, 1);
    struct host *alice = world_add(&world, "alice"), *bob = world_add(&world, "bob");
    struct host *mallory = world_add(&world, "mallory");
    require(&world, world_found(&world, founder, "Office") == OK, "a workspace");
    require(&world, world_meet(&world, founder, "bob") == OK, "bob joins");
    require(&world, world_meet(&world, founder, guest) == OK, "the other one joins");
    greet_each_other(&world);
    if (office == OFFICE_OF_ALICE)
        require(&world, world_invite(&world, "alice", &code) == OK, "an invitation");
    ret->alice = medium_copy(alice->disk);
    ret->bob = medium_copy(bob->disk);
    ret->alice_key = alice->store_key;
    ret->bob_key = bob->store_key;
    ret->mallory.office = office;
    learn_mallory(mallory->node, &ret->mallory);
    learn_people(mallory->node, alice, &ret->mallory);
    for (size_t i = 0; i < alice->node->invite_count; i++)
        if (!alice->node->invites[i].used)
            ret->mallory.invite_psk = alice->node->invites[i].psk;
    world_done(&world);
    ret->stands = true;
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

static bool are_linked(struct world *world)
{
    const struct host *alice = world_host(world, "alice"), *bob = world_host(world, "bob");
    return link_to(alice->node, &bob->node->identity.device) && link_to(bob->node, &alice->node->identity.device);
}

void scene_open(struct scene *scene, enum scene_office office, bool with_bob)
{
    struct world *world = &scene->world;
    afternoon = &afternoons[office];
    if (!afternoon->stands)
        live_through_it(afternoon, office);
    *scene = (struct scene){0};
    world_init(world, 2);
    check_let_fork(world, &afternoon->mallory.device); /* she may write twice under one number */
    check_let_fork(world, &afternoon->mallory.root);
    world->strangers = 64;
    scene->alice = come_back(world, "alice", afternoon->alice, &afternoon->alice_key);
    scene->alice->overhear = callers_overhear;
    scene->alice->overhear_arg = scene;
    scene->bob = with_bob ? come_back(world, "bob", afternoon->bob, &afternoon->bob_key) : NULL;
    if (with_bob)
        require(world, world_until(world, are_linked, REACHES_MS), "alice and bob are connected");
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

void scene_must_work(struct scene *scene)
{
    struct world *world = &scene->world;
    struct saying saying = {.text = "are you still there?"};
    struct message_ref message;
    require(world, world_say_more(world, "bob", &saying, &message) == OK, "bob can write");
    require(world, reaches(world, scene->alice, &message), "what bob writes reaches alice");
    require(world, world_say_more(world, "alice", &saying, &message) == OK, "alice can write");
    require(world, reaches(world, scene->bob, &message), "what alice writes reaches bob");
}

static bool digests_equal(struct world *world)
{
    struct group *alice = world_host(world, "alice")->node->workspace;
    struct group *bob = world_host(world, "bob")->node->workspace;
    return same_hash(logs_digest(alice), logs_digest(bob));
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
