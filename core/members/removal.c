/* SPDX-License-Identifier: MIT */
#include "removal.h"

#include "core/base/alloc.h"
#include "core/keys/sealing.h"
#include "core/log/cuts.h"
#include "core/writing/compose.h"
#include "groups.h"
#include "parting.h"
#include "roster.h"
#include <stdlib.h>

#define LEFT_OVER_MAX 64 /* removed at once; the rest next time */

/* A membership to be ended. */
struct target {
    struct group *group;
    struct sign_public device;
    uint64_t instance;
};
struct targets {
    struct target *at;
    size_t count, capacity;
};

/* ---------------------------------------------------------------- one REMOVE */

/* How far this node has the logs of a membership. */
static void cut_logs(const struct target *target, struct buffer *out)
{
    const struct group *group = target->group;
    for (size_t i = 0; i < group->log_count && out->size < CUTS_MAX * CUT_SIZE; i++) {
        const struct log *log = group->logs[i];
        if (!log->named || !log->row.number || log->row.name.instance != target->instance ||
            !same_key(&log->row.name.device, &target->device) || log->row.head_seq <= log->row.base_seq)
            continue;
        bool is_cut = !cuts_cover(log, log->row.head_seq);
        const struct cut cut = {log->root->id, is_cut ? log->cut_seq : log->row.head_seq,
                                is_cut ? log->cut_id : log->row.head_id};
        if (cut.seq > log->row.base_seq)
            cut_append(&cut, out);
    }
}

/* What the workspace said of that device, if it did: then no REVOKE is needed. */
static bool cite_workspace(const struct node *node, const struct target *target, struct buffer *cites)
{
    struct governance_member there;
    struct governance_standing standing;
    const struct governance *workspace = node->workspace->roster.governance;
    if (target->group == node->workspace || governance_member(workspace, &target->device))
        return false;
    for (uint64_t instance = 1; governance_who(workspace, &target->device, instance, &there); instance++)
        if (governance_standing(workspace, &target->device, instance, &standing) && standing.removed)
            buffer_append(cites, BYTES_OF(standing.removal.bytes));
    return cites->size > 0;
}

static void write_removal(struct node *node, const struct target *target)
{
    struct buffer cut = {0}, cites = {0}, payload = {0};
    cut_logs(target, &cut);
    if (!cite_workspace(node, target, &cites) &&
        !governance_revocations(target->group->roster.governance, &target->device, target->instance, &cites))
        cites.size = 0; /* one's own needs none; for others that was looked at before */
    struct removal removal = {target->device, target->instance, buffer_bytes(&cut), buffer_bytes(&cites)};
    removal_encode(&removal, &payload);
    compose_governance(node, target->group, ENTRY_REMOVE, buffer_bytes(&payload));
    groups_settle(node);
    buffer_done(&cut);
    buffer_done(&cites);
    buffer_done(&payload);
}

/* ---------------------------------------------------------------- who */

static void add_target(struct targets *targets, struct group *group, const struct governance_member *member)
{
    ARRAY_ROOM(targets->at, targets->count, targets->capacity);
    targets->at[targets->count++] = (struct target){group, member->device, member->instance};
}

/* All current memberships of a device. */
static void target_device(struct targets *targets, struct group *group, const struct sign_public *device)
{
    size_t count;
    const struct governance_member *listed = governance_members(group->roster.governance, &count);
    for (size_t i = 0; i < count; i++)
        if (same_key(&listed[i].device, device))
            add_target(targets, group, &listed[i]);
}

static void target_person(struct targets *targets, struct group *group, const struct person_id *person)
{
    for (size_t i = 0; i < group->roster.count; i++)
        if (memcmp(&group->roster.members[i].person, person, sizeof *person) == 0)
            target_device(targets, group, &group->roster.members[i].device);
}

/* Behind those of the workspace the same devices in the groups that this device administers. */
static void target_groups(const struct node *node, struct targets *targets)
{
    const size_t first = targets->count;
    for (size_t i = 0; i < first; i++) {
        const struct sign_public device = targets->at[i].device;
        if (i && same_key(&targets->at[i - 1].device, &device))
            continue; /* another instance of it */
        for (size_t g = 0; g < node->group_count; g++)
            if (node->groups[g]->kind == GROUP_CHAT &&
                roster_is_admin(&node->groups[g]->roster, &node->identity.device))
                target_device(targets, node->groups[g], &device);
    }
}

static enum error may_remove(const struct node *node, const struct targets *targets, const struct group *group)
{
    struct buffer ignored = {0};
    enum error err = targets->count ? OK : ERR_NOT_FOUND;
    if (group->roster.needs_newer)
        return ERR_NEEDS_NEWER;
    if (group->kind == GROUP_DIRECT || !roster_is_admin(&group->roster, &node->identity.device))
        return ERR_NOT_PERMITTED;
    for (size_t i = 0; !err && i < targets->count; i++) {
        const struct target *target = &targets->at[i];
        if (node_is_me(node, &target->device))
            err = ERR_USAGE;
        else if (!governance_revocations(group->roster.governance, &target->device, target->instance, &ignored))
            err = ERR_NO_ROOT;
    }
    buffer_done(&ignored);
    return err;
}

/* ---------------------------------------------------------------- all of it */

static void write_each(struct node *node, const struct targets *targets, bool tells)
{
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *target = &targets->at[i];
        write_removal(node, target);
        if (tells && target->group->kind == GROUP_CHAT)
            parting_tell(node, target->group, &target->device, target->instance,
                         &target->group->own[KIND_GOVERNANCE]->row.head_id);
    }
}

/* Behind them the new keys. */
static void write_all(struct node *node, const struct targets *targets, bool tells)
{
    write_each(node, targets, tells);
    for (size_t i = 0; i < targets->count; i++) {
        bool seen = false;
        for (size_t before = 0; before < i; before++)
            seen |= targets->at[before].group == targets->at[i].group;
        if (!seen)
            sealing_renew(node, targets->at[i].group);
    }
}

static enum error carry_out(struct node *node, struct group *group, struct targets *targets)
{
    enum error err = may_remove(node, targets, group);
    if (!err && group == node->workspace)
        target_groups(node, targets);
    if (!err && group->kind == GROUP_CHAT && !sealing_is_possible(node, node->workspace))
        err = ERR_NO_KEY; /* they could not be told */
    if (!err)
        write_all(node, targets, group->kind == GROUP_CHAT);
    free(targets->at);
    return err;
}

enum error removal_person(struct node *node, struct group *group, const struct person_id *person)
{
    struct targets targets = {0};
    groups_settle(node);
    target_person(&targets, group, person);
    return carry_out(node, group, &targets);
}

enum error removal_device(struct node *node, struct group *group, const struct sign_public *device)
{
    struct targets targets = {0};
    groups_settle(node);
    target_device(&targets, group, device);
    return carry_out(node, group, &targets);
}

/* ---------------------------------------------------------------- one's own */

static bool is_joined(const struct node *node, const struct sign_public *device)
{
    const struct roster *roster = &node->workspace->roster;
    const struct member *me = roster_find(roster, &node->identity.device), *other = roster_find(roster, device);
    return me && other &&
           governance_joined(roster->governance, &me->device, me->instance, &other->device, other->instance);
}

static enum error may_revoke(const struct node *node, const struct sign_public *device)
{
    const struct roster *roster = node->workspace ? &node->workspace->roster : NULL;
    const struct member *me = roster ? roster_find(roster, &node->identity.device) : NULL;
    const struct member *other = me ? roster_find(roster, device) : NULL;
    struct buffer ignored = {0};
    if (!roster)
        return ERR_NO_WORKSPACE;
    if (!other || memcmp(&other->person, &me->person, sizeof me->person) != 0)
        return ERR_NOT_FOUND;
    if (node_is_me(node, device))
        return ERR_USAGE;
    if (roster->needs_newer)
        return ERR_NEEDS_NEWER;
    bool is_free = governance_revocations(roster->governance, device, other->instance, &ignored);
    buffer_done(&ignored);
    return is_free ? OK : ERR_NO_ROOT;
}

/* In the groups the workspace's word suffices, which stands before. */
enum error removal_own_device(struct node *node, const struct sign_public *device)
{
    struct targets targets = {0};
    groups_settle(node);
    enum error err = may_revoke(node, device);
    if (err)
        return err;
    if (!is_joined(node, device))
        return removal_device(node, node->workspace, device);
    target_device(&targets, node->workspace, device);
    for (size_t i = 0; i < node->group_count; i++)
        if (node->groups[i] != node->workspace && roster_find(&node->groups[i]->roster, &node->identity.device))
            target_device(&targets, node->groups[i], device);
    write_all(node, &targets, false);
    free(targets.at);
    return OK;
}

void removal_command(struct node *node, const struct command *command)
{
    enum error err = removal_own_device(node, &command->device);
    node_reply(node, command->id, err, err ? 0 : node_after(node));
}

void removal_follow_workspace(struct node *node, struct group *group)
{
    struct governance_member left[LEFT_OVER_MAX];
    struct targets targets = {0};
    size_t count = governance_left_over(group->roster.governance, left, LEFT_OVER_MAX);
    for (size_t i = 0; i < count; i++)
        add_target(&targets, group, &left[i]);
    if (targets.count)
        write_all(node, &targets, false);
    free(targets.at);
}

/* LINKs join it to this one, or this one is an admin; and no GRANT stands in the way. */
static bool may_take_along(const struct node *node, const struct group *group, const struct member *me,
                           const struct member *other)
{
    const struct governance *rules = group->roster.governance;
    struct buffer ignored = {0};
    bool may = (me->role == ROLE_ADMIN ||
                governance_joined(rules, &me->device, me->instance, &other->device, other->instance)) &&
               governance_revocations(rules, &other->device, other->instance, &ignored);
    buffer_done(&ignored);
    return may && !node_is_me(node, &other->device);
}

static void target_others(const struct node *node, struct targets *targets, struct group *group)
{
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    for (size_t i = 0; me && i < group->roster.count; i++) {
        const struct member *other = &group->roster.members[i];
        if (memcmp(&other->person, &me->person, sizeof me->person) == 0 && may_take_along(node, group, me, other))
            target_device(targets, group, &other->device);
    }
}

enum error removal_leave(struct node *node, struct group *group, bool with_others)
{
    struct targets targets = {0};
    groups_settle(node);
    if (with_others)
        target_others(node, &targets, group);
    size_t others = targets.count;
    target_device(&targets, group, &node->identity.device);
    enum error err = targets.count > others ? OK : ERR_NOT_FOUND;
    if (!err)
        write_each(node, &targets, false);
    free(targets.at);
    return err;
}
