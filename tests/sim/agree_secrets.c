/* SPDX-License-Identifier: MIT
 * Who may read what by the rules (agree_epochs.h), against the keys that each node holds, also those of the removed. */
#include "agree.h"
#include "agree_epochs.h"
#include "check.h"
#include "core/keys/keys.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "core/state.h"

/* A member, and a group as it knows it. */
struct witness {
    const struct host *host;
    const struct group *group;
};

static const struct group *group_at(const struct host *host, const struct hash *id)
{
    return host->node ? groups_by_id(host->node, id) : NULL;
}

static void check_denied(void *arg, const struct epoch_id *epoch, const struct sign_public *device)
{
    const struct witness *witness = arg;
    struct world *world = witness->host->world;
    for (size_t i = 0; i < world->host_count; i++) {
        const struct host *host = world->hosts[i];
        const struct group *group = group_at(host, &witness->group->id);
        if (group && node_is_me(host->node, device) && keys_find(group, epoch))
            world_fail(world, "%s holds a key of %s's group %u that was made after its removal", host->name,
                       witness->host->name, witness->group->number);
    }
}

/* Of keys that were made at the same time, those that lost are given to all with the next one only. */
static void check_given(const struct witness *witness)
{
    struct governance_epoch epoch;
    if (governance_epoch(witness->group->roster.governance, 0, &epoch) && !keys_find(witness->group, &epoch.id))
        world_fail(witness->host->world, "%s lacks the key of its group %u", witness->host->name,
                   witness->group->number);
}

static bool holds_content(const struct group *group)
{
    for (size_t i = 0; i < group->log_count; i++)
        if (group->logs[i]->kind == KIND_CONTENT && group->logs[i]->row.head_seq)
            return true;
    return false;
}

/* He was removed, and by one who was removed as well: they go on for themselves. */
static bool is_of_the_removed(const struct host *host, const struct hash *id)
{
    const struct world *world = host->world;
    for (size_t i = 0; i < world->host_count && !agree_takes_part(host); i++) {
        const struct host *other = world->hosts[i];
        const struct group *group = group_at(other, id);
        if (other != host && group && !agree_takes_part(other) &&
            epochs_speak_of(group->roster.governance, &host->node->identity.device))
            return true;
    }
    return false;
}

static void check_outsider(const struct witness *witness, const struct host *host)
{
    const struct group *group = group_at(host, &witness->group->id);
    if (!group || epochs_speak_of(witness->group->roster.governance, &host->node->identity.device) ||
        is_of_the_removed(host, &group->id))
        return;
    bool is_sealed = host->world->strangers || !holds_content(group); /* who may bring him what they found on a disk */
    if (group->key_count || !is_sealed || !view_is_invited(host, &group->id))
        world_fail(host->world, "%s knows of a group of %s's in which it never was", host->name, witness->host->name);
}

/* With a rolled back disk may have gone the only entry that says that somebody was let in. */
static void check_outsiders(const struct witness *witness)
{
    const struct world *world = witness->host->world;
    bool rolled_back = false;
    for (size_t i = 0; i < world->host_count; i++)
        rolled_back |= world->hosts[i]->rolled_back;
    for (size_t i = 0; !rolled_back && i < world->host_count; i++)
        if (world->hosts[i]->node)
            check_outsider(witness, world->hosts[i]);
}

/* The first one speaks for all, who agree by now. */
static void check_group(struct witness *witness, bool is_first)
{
    const struct host *host = witness->host;
    const struct group *group = witness->group;
    const struct member *me = roster_find(&group->roster, &host->node->identity.device);
    if (me->role != ROLE_CARRIER)
        check_given(witness);
    if (!is_first)
        return;
    epochs_each_denied(group->roster.governance, check_denied, witness);
    if (group->kind == GROUP_CHAT)
        check_outsiders(witness);
}

void check_secrets(struct world *world)
{
    struct table seen = {0};
    for (size_t i = 0; i < world->host_count; i++) {
        const struct host *host = world->hosts[i];
        bool takes_part = agree_takes_part(host);
        for (size_t g = 0; takes_part && g < host->node->group_count; g++) {
            struct witness witness = {host, host->node->groups[g]};
            if (!roster_find(&witness.group->roster, &host->node->identity.device))
                continue;
            check_group(&witness, !table_get(&seen, witness.group->id.bytes));
            table_put(&seen, witness.group->id.bytes, world);
        }
    }
    table_done(&seen);
}
