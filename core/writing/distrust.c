/* SPDX-License-Identifier: MIT */
#include "distrust.h"

#include "compose.h"
#include "core/log/logs.h"
#include "core/members/groups.h"
#include "core/members/roster.h"

/* A branch bears the name of the log that forked. */
static enum error read_range(const struct node *node, const struct command *command, struct group **ret_group,
                             struct doubt *ret)
{
    const struct log *first = logs_find(node, &command->distrust.from.log);
    const struct log *last = logs_find(node, &command->distrust.to.log);
    if (!first || !last)
        return ERR_NOT_FOUND;
    *ret = (struct doubt){first->root->id, command->distrust.from.seq, command->distrust.to.seq};
    *ret_group = first->group;
    return first->root == last->root && ret->from > 0 && ret->from <= ret->to ? OK : ERR_USAGE;
}

static enum error check(const struct node *node, const struct group *group)
{
    if (group->roster.needs_newer)
        return ERR_NEEDS_NEWER;
    return roster_is_admin(&group->roster, &node->identity.device) ? OK : ERR_NOT_PERMITTED;
}

void distrust_command(struct node *node, const struct command *command)
{
    struct buffer payload = {0};
    struct group *group;
    struct doubt doubt;
    enum error err = node->workspace ? read_range(node, command, &group, &doubt) : ERR_NO_WORKSPACE;
    if (!err)
        err = check(node, group);
    if (!err) {
        const struct roster *roster = &group->roster;
        const struct doubt *held = doubts_find(roster->doubts, roster->doubt_count, &doubt.log, doubt.from);
        clock_encode(&doubt, &payload);
        if (!held || held->to < doubt.to)
            compose_governance(node, group, ENTRY_CLOCK, buffer_bytes(&payload));
        groups_settle(node); /* the order changes in the same commit */
    }
    node_reply(node, command->id, err, err ? 0 : node_after(node));
    buffer_done(&payload);
}
