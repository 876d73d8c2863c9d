/* SPDX-License-Identifier: MIT */
#include "leaving.h"

#include "core/base/alloc.h"
#include "core/joining/invitees.h"
#include "core/keys/vault.h"
#include "groups.h"
#include "notes.h"
#include "removal.h"
#include "roles.h"
#include "roster.h"
#include <stdlib.h>

static bool same_person(const struct person_id *a, const struct person_id *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* ---------------------------------------------------------------- leaving */

/* As which the device is in the group, or is invited to come in; 0: neither. */
static uint64_t standing_of(const struct group *group, const struct sign_public *device)
{
    const struct member *member = roster_find(&group->roster, device);
    for (size_t i = 0; !member && i < group->invitee_count; i++)
        if (same_key(&group->invitees[i].device, device) && invitee_is_open(group->invitees[i].state))
            return group->invitees[i].instance;
    return member ? member->instance : 0;
}

/* *ret_count: how many there are.  `tells`: each gets its note; else whether that is possible, so that none is. */
static enum error each_other(struct node *node, const struct group *group, bool tells, size_t *ret_count)
{
    const struct roster *office = &node->workspace->roster;
    const struct member *me = roster_find(office, &node->identity.device);
    enum error err = OK;
    *ret_count = 0;
    for (size_t i = 0; me && !err && i < office->count; i++) {
        const struct member *other = &office->members[i];
        const uint64_t instance = standing_of(group, &other->device);
        if (other == me || !instance || !same_person(&other->person, &me->person))
            continue;
        const struct note note = {.kind = NOTE_LEAVE, .group = group->id, .instance = instance};
        ++*ret_count;
        if (tells)
            err = notes_send(node, other, &note);
        else if (!notes_is_possible(node, other))
            err = ERR_NO_KEY;
    }
    return err;
}

static enum error may_leave(struct node *node, const struct group *group, const struct person_id *person)
{
    size_t others;
    if (group->roster.needs_newer)
        return ERR_NEEDS_NEWER;
    if (roles_is_last_admin(group, person))
        return ERR_LAST_ADMIN;
    return each_other(node, group, false, &others);
}

static size_t count_of(const struct group *group, const struct person_id *person)
{
    size_t count = 0;
    for (size_t i = 0; i < group->roster.count; i++)
        count += same_person(&group->roster.members[i].person, person);
    return count;
}

enum error leaving_group(struct node *node, struct group *group, size_t *ret_remaining)
{
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    size_t told;
    if (!me)
        return ERR_NOT_FOUND;
    const struct person_id person = me->person;
    enum error err = may_leave(node, group, &person);
    if (!err)
        err = each_other(node, group, true, &told);
    if (!err && group->kind == GROUP_CHAT && roster_is_admin(&group->roster, &node->identity.device) &&
        invitees_withdraw(node, group, &person) == ERR_NO_KEY)
        err = ERR_NO_KEY;
    if (!err)
        err = removal_leave(node, group, true);
    if (!err)
        *ret_remaining = count_of(group, &person);
    return err;
}

/* ---------------------------------------------------------------- being told to */

#define LEAVINGS_MAX 1024u

static struct leaving *find(const struct node *node, const struct hash *group)
{
    for (size_t i = 0; i < node->leaving_count; i++)
        if (same_hash(&node->leavings[i].group, group))
            return &node->leavings[i];
    return NULL;
}

static struct leaving *get(struct node *node, const struct hash *group)
{
    struct leaving *leaving = find(node, group);
    if (leaving || node->leaving_count >= LEAVINGS_MAX)
        return leaving;
    ARRAY_ROOM(node->leavings, node->leaving_count, node->leaving_capacity);
    leaving = &node->leavings[node->leaving_count++];
    *leaving = (struct leaving){.group = *group};
    return leaving;
}

/* Row: "leaving/" ‖ group → u64 hlc ‖ u64 instance. */
static const char row_kind[] = "leaving/";

static void store(struct node *node, const struct leaving *leaving)
{
    uint8_t plain[16];
    struct vault_key key = vault_key(row_kind, hash_bytes(&leaving->group));
    put_u64(plain, leaving->hlc);
    put_u64(plain + 8, leaving->instance);
    vault_put(node, &key, BYTES_OF(plain));
}

/* Its writer may have left the workspace since. */
static bool is_of_own_person(const struct node *node, const struct log_name *log)
{
    const struct roster *office = &node->workspace->roster;
    const struct member *me = roster_find(office, &node->identity.device);
    struct member author;
    return me && roster_author(office, log, &author) && same_person(&author.person, &me->person);
}

void leaving_told(struct node *node, const struct log_name *log, uint64_t hlc, const struct note *note)
{
    struct leaving *leaving = is_of_own_person(node, log) ? get(node, &note->group) : NULL;
    if (!leaving || hlc <= leaving->hlc)
        return;
    leaving->hlc = hlc;
    leaving->instance = note->instance;
    store(node, leaving);
    node->leaving_due = true;
    node->invitations_due = true; /* those from before hold no more */
}

bool leaving_is_later(const struct node *node, const struct hash *group, uint64_t hlc)
{
    const struct leaving *leaving = find(node, group);
    return leaving && leaving->hlc > hlc;
}

static void finish(struct node *node, struct leaving *leaving)
{
    leaving->instance = 0;
    store(node, leaving);
}

void leaving_cancel(struct node *node, const struct hash *group)
{
    struct leaving *leaving = find(node, group);
    if (leaving && leaving->instance)
        finish(node, leaving);
}

/* ---------------------------------------------------------------- doing it */

/* Where nobody else is an admin any more the group would have none, so this one stays. */
static bool carry_out(struct node *node, const struct leaving *leaving)
{
    struct group *group = groups_by_id(node, &leaving->group);
    const struct member *me = group ? roster_find(&group->roster, &node->identity.device) : NULL;
    if (!group || group->gated || (!me && !roster_has_left(&group->roster, &node->identity.device)))
        return false; /* that it was let in may still come */
    if (!me || me->instance > leaving->instance || roles_is_last_admin(group, &me->person))
        return true;
    if (group->roster.needs_newer || removal_leave(node, group, false) != OK)
        return false;
    node_notify(node, NOTICE_GROUP, NULL, 0, NULL, node_after(node));
    return true;
}

void leaving_settle(struct node *node)
{
    if (!node->leaving_due || node->disk_state == ERR_DISK_FULL)
        return;
    node->leaving_due = false;
    for (size_t i = 0; i < node->leaving_count; i++) {
        struct leaving *leaving = &node->leavings[i];
        if (!leaving->instance)
            continue;
        if (carry_out(node, leaving))
            finish(node, leaving);
        else
            node->leaving_due = true;
    }
}

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct hash group;
    if (which.size != sizeof group.bytes || plain.size != 16)
        return;
    memcpy(group.bytes, which.data, sizeof group.bytes);
    struct leaving *leaving = get(node, &group);
    if (!leaving)
        return;
    leaving->hlc = get_u64(plain.data);
    leaving->instance = get_u64(plain.data + 8);
    node->leaving_due = true;
}

enum error leaving_load(struct node *node)
{
    return vault_each(node, row_kind, load);
}

void leaving_done(struct node *node)
{
    free(node->leavings);
    node->leavings = NULL;
    node->leaving_count = node->leaving_capacity = 0;
    node->leaving_due = false;
}
