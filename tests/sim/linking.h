/* SPDX-License-Identifier: MIT
 * Bringing in further computers of somebody who is there, for stories. */
#pragma once
#include "core/state.h"
#include "story.h"

static inline enum error make_code(struct world *world, const char *name, enum invite_kind kind, const char *person,
                                   struct code *ret)
{
    struct command command = {.type = COMMAND_INVITE_CREATE, .role = ROLE_MEMBER, .invite = kind};
    struct asked asked;
    command.name = BYTES_TEXT(person ? person : "");
    command.expires_ms = host_now_ms(world_host(world, name)) + 24ull * 3600 * 1000;
    enum error err = world_command(world, name, &command, 10000, &asked);
    *ret = asked.code;
    return err;
}

static inline enum error link_with(struct world *world, const char *name, const struct code *code)
{
    struct command command = {.type = COMMAND_JOIN, .code = *code, .links = true};
    struct asked asked;
    return world_command(world, name, &command, 30000, &asked);
}

/* `by` brings in `name`, which is a new computer. */
static inline enum error link_device(struct world *world, const char *by, const char *name)
{
    struct code code;
    world_add(world, name);
    enum error err = make_code(world, by, INVITE_DEVICE, NULL, &code);
    return err ? err : link_with(world, name, &code);
}

static inline enum error revoke_by(struct world *world, const char *by, const char *whom)
{
    struct command command = {.type = COMMAND_DEVICE_REVOKE};
    struct asked asked;
    command.device = world_host(world, whom)->node->identity.device;
    return world_command(world, by, &command, 10000, &asked);
}
