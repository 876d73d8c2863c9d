/* SPDX-License-Identifier: MIT */
#include "afternoon.h"

#include "core/members/direct.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "sim/gathering.h"
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MS 10000
#define ADMITTED_MS 5000

static void require(const struct world *world, bool holds, const char *what)
{
    if (holds && !world->failure[0])
        return;
    fprintf(stderr, "the afternoon went wrong: %s; %s\n", what, world->failure);
    abort();
}

/* ---------------------------------------------------------------- what Mallory knows */

static struct written_log log_of(const struct group *group, const struct sign_public *device, enum log_kind kind)
{
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        if (log->named && log->kind == kind && same_key(&log->row.name.device, device))
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
    direct_id(&ret->group, (const struct person_id[]){ret->bob, ret->alice}, &ret->not_hers);
}

/* quick_crypto.c asks no more of a secret key. */
static struct sign_secret secret_of(const struct sign_public *key)
{
    struct sign_secret secret = {{0}};
    memcpy(secret.bytes + 32, key->bytes, sizeof key->bytes);
    return secret;
}

static void make_guests(struct mallory *ret)
{
    for (uint8_t i = 0; i < SCENE_GUESTS; i++) {
        const uint8_t seed[32] = {i + 1, 2};
        crypto_sign_keypair_from(seed, &ret->guests[i].device, &ret->guests[i].secret);
    }
}

static void learn_mallory(const struct node *node, struct mallory *ret)
{
    make_guests(ret);
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
    ret->root_log = log_of(group, &ret->root, KIND_GOVERNANCE);
    if (ret->office != OFFICE_OF_ALICE)
        ret->root_secret = secret_of(&ret->root);
}

static void learn_group(const struct world *world, const char *name, struct known_group *ret)
{
    struct host *host = world_host(world, "mallory");
    const struct node *node = host->node;
    uint32_t number = 0;
    require(world, node_find_group(node, BYTES_TEXT(name), &number) == OK, "mallory has the group");
    const struct group *group = groups_by_number(node, number);
    require(world, group->key_count > 0, "mallory has the group's key");
    ret->id = group->id;
    ret->root = group->root;
    ret->epoch = group->keys[0];
    ret->root_log = log_of(group, &group->root, KIND_GOVERNANCE);
    require(world, gathering_genesis(host, group, &ret->genesis) == OK, "the group has a beginning");
    for (enum log_kind kind = KIND_GOVERNANCE; kind <= KIND_CONTENT; kind++)
        ret->own[kind] = log_of(group, &node->identity.device, kind);
}

/* ---------------------------------------------------------------- what they did */

static void greet_each_other(struct world *world, enum scene_office office)
{
    const char *const names[] = {office == OFFICE_OF_CARRIER ? "bob" : "alice", "bob", "mallory"};
    for (int i = 0; i < 12; i++)
        require(world, world_say(world, names[i % 3], "good afternoon") == OK, "a greeting");
    require(world, world_settle(world), "agreement");
}

static void found_group(struct world *world, const char *founder, const char *name, const char *const guests[])
{
    require(world, gathering_found(world, founder, name, guests) == OK, "a group");
}

static void accept(struct world *world, const char *name)
{
    require(world, gathering_accept(world, name) == OK, "an answer");
}

/* Alice carries the group. */
static void hand_to_alice(struct world *world, const char *by, const char *name)
{
    struct command command = {.type = COMMAND_GROUP_ADD, .role = ROLE_CARRIER};
    struct asked asked;
    command.group.persons[command.group.person_count++] = gathering_person(world, "alice");
    require(world, node_find_group(world_host(world, by)->node, BYTES_TEXT(name), &command.group.number) == OK,
            "a group to be carried");
    require(world, world_command(world, by, &command, ANSWER_MS, &asked) == OK, "a carrier");
    world_run(world, ADMITTED_MS);
    accept(world, "alice");
}

static void gather_in_groups(struct world *world, enum scene_office office, struct mallory *ret)
{
    bool is_carried = office == OFFICE_OF_CARRIER;
    found_group(world, is_carried ? "bob" : "alice", "Board",
                (const char *const[]){"mallory", is_carried ? NULL : "bob", NULL});
    accept(world, "bob");
    accept(world, "mallory");
    found_group(world, "mallory", "Den", (const char *const[]){is_carried ? NULL : "alice", NULL});
    if (is_carried) {
        hand_to_alice(world, "bob", "Board");
        hand_to_alice(world, "mallory", "Den");
    }
    found_group(world, "mallory", "Nook", (const char *const[]){"bob", NULL}); /* Alice has never heard of it */
    accept(world, "bob");
    require(world, world_settle(world), "agreement in groups");
    learn_group(world, "Board", &ret->board);
    learn_group(world, "Den", &ret->den);
    ret->den_secret = secret_of(&ret->den.root);
}

static void assemble(struct world *world, enum scene_office office)
{
    struct code code;
    const char *founder = office == OFFICE_OF_ALICE ? "alice" : "mallory";
    const char *guest = office == OFFICE_OF_ALICE ? "mallory" : "alice";
    enum role role = office == OFFICE_OF_CARRIER ? ROLE_CARRIER : ROLE_MEMBER;
    require(world, world_found(world, founder, "Office") == OK, "a workspace");
    require(world, world_meet(world, founder, "bob") == OK, "bob joins");
    require(world, world_invite_as(world, founder, role, &code) == OK, "a code");
    require(world, world_join(world, guest, &code) == OK, "the other one joins");
    require(world, world_settle(world), "agreement of three");
}

static void learn_all(const struct host *alice, const struct node *node, struct mallory *ret)
{
    learn_mallory(node, ret);
    learn_people(node, alice, ret);
    for (size_t i = 0; i < alice->node->invite_count; i++)
        if (!alice->node->invites[i].used)
            ret->invite_psk = alice->node->invites[i].psk;
}

static void live_through(struct afternoon *ret, enum scene_office office)
{
    struct world world;
    struct code code;
    world_init(&world, 1);
    struct host *alice = world_add(&world, "alice"), *bob = world_add(&world, "bob");
    struct host *mallory = world_add(&world, "mallory");
    assemble(&world, office);
    greet_each_other(&world, office);
    gather_in_groups(&world, office, &ret->mallory);
    if (office == OFFICE_OF_ALICE)
        require(&world, world_invite(&world, "alice", &code) == OK, "an invitation");
    ret->alice = medium_copy(alice->disk);
    ret->bob = medium_copy(bob->disk);
    ret->alice_key = alice->store_key;
    ret->bob_key = bob->store_key;
    ret->mallory.office = office;
    learn_all(alice, mallory->node, &ret->mallory);
    world_done(&world);
    ret->stands = true;
}

const struct afternoon *afternoon_in(enum scene_office office)
{
    static struct afternoon afternoons[OFFICES];
    if (!afternoons[office].stands)
        live_through(&afternoons[office], office);
    return &afternoons[office];
}
