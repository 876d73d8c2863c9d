/* SPDX-License-Identifier: MIT
 * What people do with groups, and what they see of them, for stories. */
#pragma once
#include "core/state.h"
#include "story.h"

#define ANSWER_MS 10000

static inline void begin(struct world *world, uint64_t seed, const char *founder, const char *const *guests)
{
    world_init(world, seed);
    world->tapped = true; /* whoever hears of a group that he is not in makes it fail */
    world_add(world, founder);
    CHECK_OK(world_found(world, founder, "Office"));
    for (; *guests; guests++) {
        world_add(world, *guests);
        CHECK_OK(world_meet(world, founder, *guests));
    }
    world_settle(world);
    CHECK_HOLDS(world);
}

/* ---------------------------------------------------------------- what people do */

/* As `by` knows him, also while he is away. */
static inline struct person_id person_of(const struct world *world, const char *by, const char *name)
{
    struct node_person person = {.name = {0}};
    for (size_t i = 0; node_person_at(world_host(world, by)->node, 1, i, &person); i++)
        if (bytes_equal(person.name, BYTES_TEXT(name)))
            break;
    return person.person;
}

static inline uint32_t group_of(const struct world *world, const char *name, const char *group)
{
    uint32_t number = 0;
    return node_find_group(world_host(world, name)->node, BYTES_TEXT(group), &number) == OK ? number : 0;
}

static inline enum error create(struct world *world, const char *name, const char *group, const char *const *members)
{
    struct command command = {.type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT(group)};
    struct asked asked;
    for (; members && *members; members++)
        command.group.persons[command.group.person_count++] = person_of(world, name, *members);
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

static inline enum error add(struct world *world, const char *name, const char *group, const char *member)
{
    struct command command = {.type = COMMAND_GROUP_ADD};
    struct asked asked;
    command.group.number = group_of(world, name, group);
    command.group.persons[command.group.person_count++] = person_of(world, name, member);
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

static inline enum error rename_group(struct world *world, const char *name, const char *group, const char *new_name)
{
    struct command command = {.type = COMMAND_GROUP_RENAME, .name = BYTES_TEXT(new_name)};
    struct asked asked;
    command.group.number = group_of(world, name, group);
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

static inline enum error answer(struct world *world, const char *name, const char *group, enum command_type type)
{
    struct command command = {.type = type};
    struct node_invitation invitation;
    struct asked asked;
    for (size_t i = 0; node_invitation_at(world_host(world, name)->node, i, &invitation); i++)
        if (bytes_equal(invitation.name, BYTES_TEXT(group)))
            command.group.id = invitation.group;
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

/* COMMAND_GROUP_REMOVE, _ROLE or _LEAVE. */
static inline enum error ask_about(struct world *world, enum command_type type, const char *name, const char *group,
                                   const char *member, enum role role)
{
    struct command command = {.type = type, .role = role};
    struct asked asked;
    command.group.number = group_of(world, name, group);
    if (member)
        command.group.persons[command.group.person_count++] = person_of(world, name, member);
    return world_command(world, name, &command, ANSWER_MS, &asked);
}
static inline enum error remove_from(struct world *world, const char *name, const char *group, const char *member)
{
    return ask_about(world, COMMAND_GROUP_REMOVE, name, group, member, 0);
}
static inline enum error set_role(struct world *world, const char *name, const char *group, const char *member,
                                  enum role role)
{
    return ask_about(world, COMMAND_GROUP_ROLE, name, group, member, role);
}
static inline enum error leave(struct world *world, const char *name, const char *group)
{
    return ask_about(world, COMMAND_GROUP_LEAVE, name, group, NULL, 0);
}

/* ---------------------------------------------------------------- what is seen */

static inline size_t invitations(const struct world *world, const char *name)
{
    struct node_invitation invitation;
    size_t count = 0;
    while (node_invitation_at(world_host(world, name)->node, count, &invitation))
        count++;
    return count;
}

static inline size_t members(const struct world *world, const char *name, const char *group)
{
    struct node_person person;
    size_t count = 0;
    uint32_t number = group_of(world, name, group);
    while (number && node_person_at(world_host(world, name)->node, number, count, &person))
        count++;
    return count;
}
