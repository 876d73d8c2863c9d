/* SPDX-License-Identifier: MIT */
#include "afternoon.h"

#include "core/members/direct.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
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
        ret->root_secret = secret_of(&ret->root);
    }
}

/* By whoever is in the group: the first entry of the root's log. */
static struct bytes genesis_of(struct host *host, const struct written_log *root_log)
{
    static struct buffer kept[2 * OFFICES];
    static size_t count;
    struct stored_entry stored;
    struct entry entry;
    for (uint64_t arrival = 1; medium_arrival(host->disk, arrival, &stored) == OK; arrival++) {
        if (entry_decode(stored.wire, &entry) != OK || !same_hash(&entry.log, &root_log->id) || entry.seq != 1)
            continue;
        buffer_append(&kept[count], entry.payload);
        return buffer_bytes(&kept[count++]);
    }
    return (struct bytes){0};
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
    ret->genesis = genesis_of(host, &ret->root_log);
    require(world, ret->genesis.size > 0, "the group has a beginning");
    for (enum log_kind kind = KIND_GOVERNANCE; kind <= KIND_CONTENT; kind++)
        ret->own[kind] = log_of(group, &node->identity.device, kind);
}

/* ---------------------------------------------------------------- what they did */

static void greet_each_other(struct world *world)
{
    const char *const names[] = {"alice", "bob", "mallory"};
    for (int i = 0; i < 12; i++)
        require(world, world_say(world, names[i % 3], "good afternoon") == OK, "a greeting");
    require(world, world_settle(world), "agreement");
}

static void add_person(struct world *world, const char *name, struct command *command)
{
    const struct node *node = world_host(world, name)->node;
    const struct member *member = roster_find(&node->workspace->roster, &node->identity.device);
    command->group.persons[command->group.person_count++] = member->person;
}

static void found_group(struct world *world, const char *founder, const char *name, const char *const guests[2])
{
    struct command command = {.type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT(name)};
    struct asked asked;
    for (size_t i = 0; i < 2 && guests[i]; i++)
        add_person(world, guests[i], &command);
    require(world, world_command(world, founder, &command, ANSWER_MS, &asked) == OK, "a group");
    world_run(world, ADMITTED_MS);
}

/* Whom an admin of the workspace has invited is not asked. */
static void accept(struct world *world, const char *name)
{
    struct command command = {.type = COMMAND_GROUP_ACCEPT};
    struct node_invitation invitation;
    struct asked asked;
    if (!node_invitation_at(world_host(world, name)->node, 0, &invitation))
        return;
    command.group.id = invitation.group;
    require(world, world_command(world, name, &command, ANSWER_MS, &asked) == OK, "an answer");
    world_run(world, ADMITTED_MS);
}

static void gather_in_groups(struct world *world, struct mallory *ret)
{
    found_group(world, "alice", "Board", (const char *const[]){"bob", "mallory"});
    accept(world, "bob");
    accept(world, "mallory");
    found_group(world, "mallory", "Den", (const char *const[]){"alice", NULL});
    require(world, world_settle(world), "agreement in groups");
    learn_group(world, "Board", &ret->board);
    learn_group(world, "Den", &ret->den);
    ret->den_secret = secret_of(&ret->den.root);
}

static void live_through(struct afternoon *ret, enum scene_office office)
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
    gather_in_groups(&world, &ret->mallory);
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

const struct afternoon *afternoon_in(enum scene_office office)
{
    static struct afternoon afternoons[OFFICES];
    if (!afternoons[office].stands)
        live_through(&afternoons[office], office);
    return &afternoons[office];
}
