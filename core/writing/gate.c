/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include "core/base/alloc.h"
#include "core/log/logs.h"
#include "core/members/group_command.h"
#include "core/members/groups.h"
#include "core/members/labels.h"
#include "core/members/removal.h"
#include "core/members/root_command.h"
#include "distrust.h"
#include "say.h"
#include <stdlib.h>

#define WAIT_MS 3000
#define COMMANDS_MAX 4096
#define BYTES_MAX (4u << 20)

/* ---------------------------------------------------------------- closed and open */

void gate_start(struct node *node)
{
    node->gate.until_ms = node->mono_ms + WAIT_MS;
    for (size_t i = 0; i < node->group_count; i++) {
        struct group *group = node->groups[i];
        group->gated = group->roster.count > 1; /* else nobody could tell anything */
        if (group->gated)
            node_wake_at(node, node->gate.until_ms);
    }
}

void gate_open(struct group *group)
{
    group->gated = false;
}

/* ---------------------------------------------------------------- what waits */

static struct bytes keep(struct buffer *text, struct bytes bytes)
{
    size_t at = text->size;
    buffer_append(text, bytes);
    return (struct bytes){text->data + at, bytes.size};
}

static bool is_about_groups(const struct command *command)
{
    return command->type >= COMMAND_GROUP_CREATE && command->type <= COMMAND_GROUP_DECLINE;
}

static bool is_by_root(const struct command *command)
{
    return command->type >= COMMAND_ROOT_RECOVER && command->type <= COMMAND_ROOT_ENTER;
}

/* It writes into the workspace, wherever else. */
static bool tells_all(const struct command *command)
{
    return is_about_groups(command) || is_by_root(command) || command->type == COMMAND_DEVICE_REVOKE ||
           command->type == COMMAND_DEVICE_NAME;
}

/* Whether a group that it would write into waits. */
static bool is_gated(const struct node *node, const struct command *command)
{
    const struct log *log =
        command->type == COMMAND_CLOCK_DISTRUST ? logs_find(node, &command->distrust.from.log) : NULL;
    uint32_t number = is_about_groups(command) ? command->group.number : command->send.group;
    const struct group *group = log ? log->group : groups_by_number(node, number);
    bool waits_for_all = tells_all(command) && node->workspace && node->workspace->gated;
    return waits_for_all || (group && group->gated);
}

/* Somebody has told of more that governs it. */
static bool lacks_governance(const struct group *group)
{
    for (size_t i = 0; group && i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        if (log->kind == KIND_GOVERNANCE && !log->forked && logs_wanted_seq(log) > log->row.head_seq)
            return true;
    }
    return false;
}

/* A root goes on from the newest that those who are linked have. */
static bool is_behind(const struct node *node, const struct waiting *waiting)
{
    const struct command *command = &waiting->command;
    bool is_of_role = command->type == COMMAND_GROUP_ROLE || command->type == COMMAND_GROUP_REMOVE;
    if (node->mono_ms >= waiting->until_ms || (!is_of_role && !is_by_root(command)))
        return false;
    return lacks_governance(node->workspace) ||
           (is_of_role && lacks_governance(groups_by_number(node, command->group.number)));
}

static bool waits(const struct node *node, const struct waiting *waiting)
{
    return is_gated(node, &waiting->command) || is_behind(node, waiting);
}

bool gate_holds(struct node *node, const struct command *command)
{
    struct gate *gate = &node->gate;
    const struct waiting now = {.command = *command, .until_ms = node->mono_ms + WAIT_MS};
    size_t size = command->send.text.size + command->send.topic.size + command->send.client_id.size +
                  command->name.size + command->group.folder.size + command->root.passphrase.size +
                  command->root.new_passphrase.size;
    if (!waits(node, &now))
        return false;
    if (gate->count >= COMMANDS_MAX || gate->bytes + size > BYTES_MAX) {
        node_reply(node, command->id, ERR_LIMIT, 0);
        return true;
    }
    ARRAY_ROOM(gate->waiting, gate->count, gate->capacity);
    struct waiting *waiting = &gate->waiting[gate->count++];
    *waiting = now;
    buffer_reserve(&waiting->text, size + 1);
    waiting->command.send.text = keep(&waiting->text, command->send.text);
    waiting->command.send.topic = keep(&waiting->text, command->send.topic);
    waiting->command.send.client_id = keep(&waiting->text, command->send.client_id);
    waiting->command.name = keep(&waiting->text, command->name);
    waiting->command.group.folder = keep(&waiting->text, command->group.folder);
    waiting->command.root.passphrase = keep(&waiting->text, command->root.passphrase);
    waiting->command.root.new_passphrase = keep(&waiting->text, command->root.new_passphrase);
    gate->bytes += size;
    node_wake_at(node, is_gated(node, command) ? gate->until_ms : waiting->until_ms);
    return true;
}

static void wipe(struct waiting *waiting)
{
    buffer_wipe(&waiting->text);
    crypto_wipe(&waiting->command.root, sizeof waiting->command.root);
}

static void forget_waiting(struct gate *gate)
{
    for (size_t i = 0; i < gate->count; i++)
        wipe(&gate->waiting[i]);
    free(gate->waiting);
    gate->waiting = NULL;
    gate->count = gate->capacity = gate->bytes = 0;
}

static void carry_out(struct node *node, const struct command *command)
{
    if (node->disk_state == ERR_DISK_FULL)
        node_reply(node, command->id, ERR_DISK_FULL, 0);
    else if (command->type == COMMAND_CLOCK_DISTRUST)
        distrust_command(node, command);
    else if (command->type == COMMAND_DEVICE_REVOKE)
        removal_command(node, command);
    else if (command->type == COMMAND_DEVICE_NAME)
        labels_command(node, command);
    else if (is_about_groups(command))
        group_command(node, command);
    else if (is_by_root(command))
        root_command(node, command);
    else
        say_command(node, command);
}

void gate_settle(struct node *node)
{
    struct gate *gate = &node->gate;
    size_t left = 0;
    for (size_t i = 0; node->mono_ms >= gate->until_ms && i < node->group_count; i++)
        gate_open(node->groups[i]);
    if (!gate->count)
        return;
    for (size_t i = 0; i < gate->count; i++) {
        struct waiting *waiting = &gate->waiting[i];
        if (waits(node, waiting)) {
            node_wake_at(node, waiting->until_ms);
            struct waiting kept = *waiting;
            gate->waiting[left++] = kept;
            continue;
        }
        carry_out(node, &waiting->command);
        gate->bytes -= waiting->text.size;
        wipe(waiting);
    }
    gate->count = left;
}

void gate_done(struct node *node, enum error reason)
{
    for (size_t i = 0; i < node->gate.count; i++)
        node_reply(node, node->gate.waiting[i].command.id, reason, 0);
    forget_waiting(&node->gate);
}
