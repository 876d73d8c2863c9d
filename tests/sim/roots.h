/* SPDX-License-Identifier: MIT
 * What is done with root keys, and what is seen of it, for stories. */
#pragma once
#include "chats.h"
#include "copies.h"

struct root_seed {
    uint8_t bytes[32];
};

/* As it lies on that computer. */
static inline struct root_seed seed_of(const struct world *world, const char *name)
{
    struct host *host = world_host(world, name);
    struct sign_public root;
    struct root_seed seed = {{0}};
    CHECK_OK(node_root_export(host->node, (struct bytes){0}, &root, seed.bytes));
    host_end_read(host);
    return seed;
}

static inline enum error recover_root_from(struct world *world, const char *name, const struct root_seed *seed)
{
    struct command command = {.type = COMMAND_ROOT_RECOVER, .root = {.of = 3, .need = 2}};
    struct asked asked;
    memcpy(command.root.seed, seed->bytes, sizeof command.root.seed);
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

/* From the shares of `whose` key. */
static inline enum error recover_root(struct world *world, const char *name, const char *whose)
{
    struct root_seed seed = seed_of(world, whose);
    return recover_root_from(world, name, &seed);
}

static inline enum error hand_over_root(struct world *world, const char *name)
{
    const struct command command = {.type = COMMAND_ROOT_HAND_OVER};
    struct asked asked;
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

static inline enum error open_charters(struct world *world, const char *name)
{
    const struct command command = {.type = COMMAND_ROOT_GROUPS};
    struct asked asked;
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

/* How many there are. */
static inline size_t groups_of_root(struct world *world, const char *name)
{
    struct node_charter charter;
    size_t count = 0;
    CHECK_OK(open_charters(world, name));
    while (node_charter_at(world_host(world, name)->node, count, &charter))
        count++;
    return count;
}

static inline enum error enter(struct world *world, const char *name, const char *group)
{
    struct command command = {.type = COMMAND_ROOT_ENTER};
    struct asked asked;
    enum error err = open_charters(world, name);
    if (!err)
        err = node_find_charter(world_host(world, name)->node, BYTES_TEXT(group), &command.group.id);
    return err ? err : world_command(world, name, &command, ANSWER_MS, &asked);
}

static inline enum error take_over(struct world *world, const char *name, const char *group)
{
    struct command command = {.type = COMMAND_ROOT_TAKE_OVER};
    struct asked asked;
    command.group.number = group_of(world, name, group);
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

static inline struct node_root root_of(const struct world *world, const char *name)
{
    struct host *host = world_host(world, name);
    struct node_root root;
    assert_true(node_root(host->node, &root));
    host_end_read(host);
    return root;
}

static inline enum error see_void(struct world *world, const char *name)
{
    const struct command command = {.type = COMMAND_ROOT_SEEN};
    struct asked asked;
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

/* As `by` sees it; empty: no member. */
static inline const char *role_word(const struct world *world, const char *by, const char *group, const char *name)
{
    static const char *const words[] = {"", "admin", "member", "reader", "carrier"};
    struct node_person person;
    uint32_t number = group_of(world, by, group);
    for (size_t i = 0; number && node_person_at(world_host(world, by)->node, number, i, &person); i++)
        if (bytes_equal(person.name, BYTES_TEXT(name)))
            return words[person.role];
    return "";
}
