/* SPDX-License-Identifier: MIT */
#include "gathering.h"

#include "core/members/roster.h"

#define ANSWER_MS 10000
#define ADMITTED_MS 5000

struct person_id gathering_person(const struct world *world, const char *name)
{
    const struct node *node = world_host(world, name)->node;
    return roster_find(&node->workspace->roster, &node->identity.device)->person;
}

static enum error ask(struct world *world, const char *name, const struct command *command)
{
    struct asked asked;
    enum error err = world_command(world, name, command, ANSWER_MS, &asked);
    if (!err)
        world_run(world, ADMITTED_MS);
    return err;
}

enum error gathering_found(struct world *world, const char *founder, const char *name, const char *const *guests)
{
    struct command command = {.type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT(name)};
    for (; *guests; guests++)
        command.group.persons[command.group.person_count++] = gathering_person(world, *guests);
    return ask(world, founder, &command);
}

enum error gathering_accept(struct world *world, const char *name)
{
    struct command command = {.type = COMMAND_GROUP_ACCEPT};
    struct node_invitation invitation;
    if (!node_invitation_at(world_host(world, name)->node, 0, &invitation))
        return OK;
    command.group.id = invitation.group;
    return ask(world, name, &command);
}

enum error gathering_genesis(struct host *host, const struct group *group, struct buffer *out)
{
    const struct log_name root_log = {.group = group->id, .device = group->root, .kind = KIND_GOVERNANCE};
    struct stored_entry stored;
    struct entry entry;
    struct hash log;
    log_name_id(&root_log, &log);
    for (uint64_t arrival = 1; medium_arrival(host->disk, arrival, &stored) == OK; arrival++)
        if (entry_decode(stored.wire, &entry) == OK && same_hash(&entry.log, &log) && entry.seq == 1) {
            buffer_append(out, entry.payload);
            return OK;
        }
    return ERR_NOT_FOUND;
}
