/* SPDX-License-Identifier: MIT */
#include "held.h"

#include "core/base/alloc.h"
#include "core/base/cbor.h"
#include "core/keys/vault.h"
#include "core/members/groups.h"
#include "say.h"
#include <stdlib.h>

#define MESSAGES_MAX 4096u
#define BYTES_MAX (4u << 20)

/* ---------------------------------------------------------------- rows: "held/" ‖ u64 number → the command */

static struct vault_key row_key(uint64_t number)
{
    uint8_t which[8];
    put_u64(which, number);
    return vault_key("held/", BYTES_OF(which));
}

static void encode(const struct group *group, const struct command *command, struct buffer *out)
{
    write_array(out, 7);
    write_uint(out, group->number);
    write_bytes(out, command->send.text);
    write_bytes(out, command->send.topic);
    write_bytes(out, BYTES_OF(command->send.reply_to.log.bytes));
    write_uint(out, command->send.reply_to.seq);
    write_bool(out, command->send.urgent);
    write_bytes(out, command->send.client_id);
}

/* Borrows from `plain`. */
static bool decode(struct bytes plain, struct command *ret)
{
    struct reader in = {.left = plain};
    *ret = (struct command){.type = COMMAND_SEND};
    read_array_of(&in, 7);
    ret->send.group = (uint32_t)read_uint(&in);
    ret->send.text = read_bytes(&in, TEXT_MAX_SIZE);
    ret->send.topic = read_bytes(&in, TEXT_MAX_SIZE);
    read_fixed(&in, ret->send.reply_to.log.bytes, sizeof ret->send.reply_to.log.bytes);
    ret->send.reply_to.seq = read_uint(&in);
    ret->send.urgent = read_bool(&in);
    ret->send.client_id = read_bytes(&in, CLIENT_ID_MAX);
    read_end(&in);
    return !in.failed;
}

/* ---------------------------------------------------------------- the queue */

static void append(struct node *node, uint64_t number, const struct group *group, struct bytes plain)
{
    struct held *held = &node->held;
    struct held_message message = {.number = number, .group = group->number};
    buffer_append(&message.plain, plain);
    ARRAY_ROOM(held->messages, held->count, held->capacity);
    size_t at = held->count++;
    for (; at > 0 && held->messages[at - 1].number > number; at--)
        held->messages[at] = held->messages[at - 1];
    held->messages[at] = message;
    held->bytes += plain.size;
    if (number > held->last_number)
        held->last_number = number;
}

enum error held_keep(struct node *node, const struct group *group, const struct command *command)
{
    struct buffer plain = {0};
    enum error err = OK;
    encode(group, command, &plain);
    if (node->held.count >= MESSAGES_MAX || node->held.bytes + plain.size > BYTES_MAX)
        err = ERR_LIMIT;
    if (!err) {
        append(node, node->held.last_number + 1, group, buffer_bytes(&plain));
        struct vault_key row = row_key(node->held.last_number);
        vault_put(node, &row, buffer_bytes(&plain));
    }
    buffer_wipe(&plain);
    return err;
}

size_t held_count(const struct node *node, const struct group *group)
{
    size_t count = 0;
    for (size_t i = 0; i < node->held.count; i++)
        count += node->held.messages[i].group == group->number;
    return count;
}

bool held_any(const struct node *node, const struct group *group)
{
    return node->held.count && held_count(node, group);
}

/* ---------------------------------------------------------------- sending them */

static bool send(struct node *node, struct group *group, const struct held_message *message)
{
    struct command command;
    if (!decode(buffer_bytes(&message->plain), &command))
        return true; /* written by nobody: it would block those behind it for ever */
    if (say_held(node, group, &command) != OK)
        return false;
    struct vault_key row = row_key(message->number);
    vault_delete(node, &row);
    return true;
}

/* They go in order: behind one that stays all of its group do. */
static bool may_go(const struct group *group)
{
    return group && !group->gated && !group->held_stays;
}

void held_settle(struct node *node)
{
    struct held *held = &node->held;
    size_t left = 0;
    if (!held->count || node->disk_state == ERR_DISK_FULL)
        return;
    for (size_t i = 0; i < node->group_count; i++)
        node->groups[i]->held_stays = false;
    for (size_t i = 0; i < held->count; i++) {
        struct held_message message = held->messages[i];
        struct group *group = groups_by_number(node, message.group);
        if (may_go(group) && send(node, group, &message)) {
            held->bytes -= message.plain.size;
            buffer_wipe(&message.plain);
            continue;
        }
        if (group)
            group->held_stays = true;
        held->messages[left++] = message;
    }
    held->count = left;
}

/* ---------------------------------------------------------------- loading */

static void load(struct node *node, struct bytes which, struct bytes plain)
{
    struct command command;
    const struct group *group = decode(plain, &command) ? groups_by_number(node, command.send.group) : NULL;
    if (which.size == 8 && group)
        append(node, get_u64(which.data), group, plain);
}

enum error held_load(struct node *node)
{
    return vault_each(node, "held/", load);
}

void held_forget(struct node *node)
{
    for (size_t i = 0; i < node->held.count; i++)
        buffer_wipe(&node->held.messages[i].plain);
    free(node->held.messages);
    node->held = (struct held){0};
}
