/* SPDX-License-Identifier: MIT
 * People who are removed: from groups, and now and then from the workspace.  They go on writing as long as they do not
 * know it, or cannot. */
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
