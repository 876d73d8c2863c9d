/* SPDX-License-Identifier: MIT
 * People who are removed: from groups, and now and then from the workspace.  They go on writing as long as they do not
 * know it, or cannot.  And who is made an admin, or no admin any more, or leaves a group. */
#include "accidents.h"

/* Somebody who goes leaves enough of the others for a life. */
static bool may_go(const struct life *life, const struct node_group *group)
{
    return group->kind == GROUP_CHAT || (group->kind == GROUP_WORKSPACE && life->removed * 3 < life->people_count);
}

void accident_removals(struct life *life)
{
    struct world *world = &life->world;
    const struct host *host = life_anybody(life)->host;
    struct command command = {.type = COMMAND_GROUP_REMOVE};
    struct node_group group;
    struct node_person person;
    if (!life_has_workspace(host) || !node_group_at(host->node, world_below(world, 4), &group) ||
        group.role != ROLE_ADMIN || !may_go(life, &group) ||
        !node_person_at(host->node, group.number, world_below(world, life->people_count), &person) || person.self)
        return;
    command.group.number = group.number;
    command.group.persons[command.group.person_count++] = person.person;
    life->removed += group.kind == GROUP_WORKSPACE;
    world_ask(world, host->name, &command);
}

/* Whoever has the root key of the group makes and unmakes admins; the others are refused. */
void accident_offices(struct life *life)
{
    struct world *world = &life->world;
    const struct host *host = life_anybody(life)->host;
    struct command command = {.type = COMMAND_GROUP_ROLE};
    struct node_group group;
    struct node_person person;
    if (!life_has_workspace(host) || !node_group_at(host->node, world_below(world, 6), &group) ||
        group.kind == GROUP_DIRECT ||
        !node_person_at(host->node, group.number, world_below(world, life->people_count), &person))
        return;
    command.group.number = group.number;
    if (group.kind == GROUP_CHAT && life_one_in(life, 6)) {
        command.type = COMMAND_GROUP_LEAVE;
    } else {
        command.role = life_one_in(life, 2) ? ROLE_ADMIN : ROLE_MEMBER;
        command.group.persons[command.group.person_count++] = person.person;
    }
    world_ask(world, host->name, &command);
}
