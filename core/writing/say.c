/* SPDX-License-Identifier: MIT */
#include "say.h"

#include "compose.h"
#include "core/base/alloc.h"
#include "core/keys/keys.h"
#include "core/log/branches.h"
#include "core/log/logs.h"
#include "core/log/lookup.h"
#include "core/log/unproven.h"
#include "core/members/direct.h"
#include "core/members/groups.h"
#include "core/members/roster.h"
#include "held.h"
#include <stdlib.h>

/* ---------------------------------------------------------------- client ids: the same one again, the same message */

static const char client_kind[] = "client/";
#define CLIENT_KEY_SIZE (sizeof client_kind - 1 + sizeof(struct hash))

static void client_key(const struct group *group, struct bytes client_id, struct hash *ret_name,
                       uint8_t key[CLIENT_KEY_SIZE])
{
    const struct bytes parts[] = {hash_bytes(&group->id), client_id};
    crypto_hash_parts(parts, 2, ret_name);
    memcpy(key, client_kind, sizeof client_kind - 1);
    memcpy(key + sizeof client_kind - 1, ret_name->bytes, sizeof ret_name->bytes);
}

static bool find_client(struct node *node, const struct group *group, struct bytes client_id, struct message_ref *ret)
{
    struct hash name;
    uint8_t key[CLIENT_KEY_SIZE];
    struct bytes value;
    client_key(group, client_id, &name, key);
    const struct message_ref *pending = table_get(&node->clients, name.bytes);
    if (pending) {
        *ret = *pending;
        return true;
    }
    if (node->storage->begin(node->storage->ctx) ||
        node->storage->get_local(node->storage->ctx, BYTES_OF(key), &value) || value.size != 40)
        return false;
    memcpy(ret->log.bytes, value.data, 32);
    ret->seq = get_u64(value.data + 32);
    return true;
}

static void keep_client(struct node *node, const struct group *group, struct bytes client_id,
                        const struct message_ref *message)
{
    struct hash name;
    uint8_t key[CLIENT_KEY_SIZE], value[40];
    client_key(group, client_id, &name, key);
    memcpy(value, message->log.bytes, 32);
    put_u64(value + 32, message->seq);
    batch_put_local(node_batch(node), BYTES_OF(key), BYTES_OF(value));
    struct message_ref *pending = alloc_zero(1, sizeof *pending);
    *pending = *message;
    table_put(&node->clients, name.bytes, pending);
}

void say_settled(struct node *node, const struct batch *batch)
{
    for (size_t i = 0; i < batch->local_count; i++) {
        const struct batch_local *local = &batch->locals[i];
        const uint8_t *key = batch->arena.data + local->key_at;
        if (local->key_size != CLIENT_KEY_SIZE || memcmp(key, client_kind, sizeof client_kind - 1) != 0)
            continue;
        free(table_get(&node->clients, key + sizeof client_kind - 1));
        table_remove(&node->clients, key + sizeof client_kind - 1);
    }
}

void say_done(struct node *node)
{
    for (size_t i = 0; i < node->clients.capacity; i++)
        free(node->clients.slots[i].value);
    table_done(&node->clients);
}

/* ---------------------------------------------------------------- what is answered */

struct answered {
    struct dep dep;
    uint64_t hlc;
    struct buffer plain; /* owns the topic's bytes */
    struct bytes topic;
};

static enum error find_answered(struct node *node, const struct group *group, const struct message_ref *ref,
                                struct answered *ret)
{
    struct stored_entry stored;
    struct entry entry;
    struct hash id;
    struct message_content content;
    struct log *named = logs_find(node, &ref->log);
    if (!named || named->group != group || named->kind != KIND_CONTENT)
        return ERR_NOT_FOUND;
    unproven_settle_log(node, named, ref->seq);
    const struct log *log = branches_now(node, named, ref->seq);
    enum error err = lookup_entry(node, log, ref->seq, &stored);
    if (!err)
        err = entry_decode(stored.wire, &entry);
    if (err)
        return err;
    entry_id(&entry, &id);
    ret->hlc = entry.hlc;
    ret->dep = (struct dep){.log = log->root->id, .seq = entry.seq};
    memcpy(ret->dep.id, id.bytes, sizeof ret->dep.id);
    if (entry.type == ENTRY_MESSAGE && !entry.payload_missing && keys_open(group, &entry, &ret->plain) == OK &&
        message_content_decode(buffer_bytes(&ret->plain), &content) == OK)
        ret->topic = content.topic;
    return OK;
}

/* ---------------------------------------------------------------- the command */

static enum error may_write(const struct node *node, const struct group *group)
{
    if (!node->identity.exists)
        return ERR_NO_IDENTITY;
    if (!group)
        return node->workspace ? ERR_NOT_FOUND : ERR_NO_WORKSPACE;
    if (group->roster.needs_newer)
        return ERR_NEEDS_NEWER;
    const struct member *me = roster_find(&group->roster, &node->identity.device);
    if (node->dismissal.instance || roster_has_left(&node->workspace->roster, &node->identity.device))
        return ERR_REMOVED;
    if (roster_has_left(&group->roster, &node->identity.device))
        return ERR_LEFT;
    if (!me)
        return ERR_NO_KEY; /* joined, but the log that says so is still coming */
    return me->role == ROLE_ADMIN || me->role == ROLE_MEMBER ? OK : ERR_NOT_PERMITTED;
}

static enum error check_text(const struct command *command, struct buffer *topic)
{
    if (command->send.text.size == 0)
        return ERR_USAGE;
    if (command->send.text.size > TEXT_MAX_SIZE || command->send.client_id.size > CLIENT_ID_MAX)
        return ERR_TOO_BIG;
    if (!text_is_utf8(command->send.text))
        return ERR_MALFORMED;
    return command->send.topic.size ? text_clean_name(command->send.topic, topic) : OK;
}

static enum error write_message(struct node *node, struct group *group, const struct command *command,
                                struct bytes topic, struct message_ref *ret)
{
    struct answered answered = {0};
    struct buffer plain = {0};
    bool answers = command->send.reply_to.seq != 0;
    enum error err = answers ? find_answered(node, group, &command->send.reply_to, &answered) : OK;
    if (!err) {
        struct message_content content = {.topic = topic.size ? topic : answered.topic, .text = command->send.text};
        content.flags = (answers ? MESSAGE_FLAG_REPLY : 0) | (command->send.urgent ? MESSAGE_FLAG_URGENT : 0);
        message_content_encode(&content, &plain);
        err = compose_content(node, group, ENTRY_MESSAGE, buffer_bytes(&plain), answers ? &answered.dep : NULL,
                              answered.hlc, ret);
    }
    buffer_done(&answered.plain);
    buffer_done(&plain);
    return err;
}

static void tell(struct node *node, const struct message_ref *message)
{
    const struct log *log = logs_find(node, &message->log);
    node_notify(node, NOTICE_SHOWN_EARLY, log, message->seq, &node->identity.device, 0);
    node_notify(node, NOTICE_MESSAGE, log, message->seq, &node->identity.device, node_after(node));
}

/* NULL: there is none. */
static struct group *find_target(struct node *node, const struct command *command)
{
    struct group *group = groups_by_number(node, command->send.group);
    bool to_person = !command->send.group && node->workspace &&
                     !crypto_is_zero(command->send.person.bytes, sizeof command->send.person.bytes);
    return to_person && direct_open(node, &command->send.person, &group) != OK ? NULL : group;
}

/* Those that wait already go before it. */
static enum error write_or_keep(struct node *node, struct group *group, const struct command *command,
                                struct bytes topic, struct message_ref *ret)
{
    struct command clean = *command;
    enum error err = may_write(node, group);
    if (!err)
        err = held_any(node, group) ? ERR_NO_KEY : write_message(node, group, command, topic, ret);
    clean.send.topic = topic;
    return err == ERR_NO_KEY ? held_keep(node, group, &clean) : err;
}

enum error say_held(struct node *node, struct group *group, const struct command *command)
{
    struct command alone = *command;
    struct message_ref message;
    enum error err = may_write(node, group);
    if (!err)
        err = write_message(node, group, command, command->send.topic, &message);
    alone.send.reply_to.seq = 0;
    if (err == ERR_NOT_FOUND) /* what it answers has gone with an older copy of the disk */
        err = write_message(node, group, &alone, command->send.topic, &message);
    if (err)
        return err;
    if (command->send.client_id.size)
        keep_client(node, group, command->send.client_id, &message);
    tell(node, &message);
    return OK;
}

void say_command(struct node *node, const struct command *command)
{
    struct group *group = find_target(node, command);
    struct message_ref message = {{{0}}, 0};
    struct buffer topic = {0};
    bool has_client = command->send.client_id.size != 0;
    enum error err = may_write(node, group);
    if (!err || (err == ERR_NO_KEY && group))
        err = check_text(command, &topic);
    if (!err && !(has_client && find_client(node, group, command->send.client_id, &message))) {
        err = write_or_keep(node, group, command, buffer_bytes(&topic), &message);
        if (!err && has_client)
            keep_client(node, group, command->send.client_id, &message);
        if (!err && message.seq)
            tell(node, &message);
    }
    buffer_done(&topic);
    node_reply(node, command->id, err, err ? 0 : node_after(node));
    node->effects->items[node->effects->count - 1].message = message;
}
