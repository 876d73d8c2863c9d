/* SPDX-License-Identifier: MIT
 * What the people in a world do: commands as the local API gives them, and reading. */
#include "core/base/alloc.h"
#include "world.h"
#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MS 10000
#define JOIN_MS 20000 /* the answer comes a little later */

struct host *world_add(struct world *world, const char *name)
{
    struct command command = {.type = COMMAND_IDENTITY_CREATE, .name = BYTES_TEXT(name)};
    struct host *host = host_new(world, name);
    struct asked asked;
    world->hosts[world->host_count++] = host;
    host_start(host);
    enum error err = world_command(world, name, &command, ANSWER_MS, &asked);
    if (err)
        world_fail(world, "%s cannot become anybody: %s", name, error_code(err));
    return host;
}

/* ---------------------------------------------------------------- commands */

static struct asked *ask(struct world *world, struct host *host, const struct command *command)
{
    struct asked *asked = alloc_zero(1, sizeof *asked);
    struct command with_id = *command;
    struct event event = {.type = EVENT_COMMAND, .command = &with_id};
    if (world->asked_count == world->asked_capacity) {
        world->asked_capacity = world->asked_capacity ? 2 * world->asked_capacity : 64;
        world->asked = alloc_grow(world->asked, world->asked_capacity, sizeof(struct asked *));
    }
    world->asked[world->asked_count++] = asked;
    with_id.id = world->asked_count;
    *asked = (struct asked){.host = host, .type = command->type};
    if (command->type == COMMAND_JOIN)
        with_id.deadline_ms = host_mono_ms(host) + JOIN_MS;
    int size =
        command->send.text.size < sizeof asked->text ? (int)command->send.text.size : (int)sizeof asked->text - 1;
    snprintf(asked->text, sizeof asked->text, "%.*s", size, (const char *)command->send.text.data);
    host_step(host, &event);
    return asked;
}

void world_answered(struct world *world, const struct effect *effect, enum error err)
{
    struct asked *asked = world->asked[effect->command - 1];
    if (asked->answered)
        world_fail(world, "%s answered a command twice", asked->host->name);
    asked->answered = true;
    asked->error = err;
    asked->code = effect->code;
    asked->message = effect->message;
    asked->remaining = effect->remaining;
}

static enum error wait_for(struct world *world, const struct asked *asked, uint64_t ms)
{
    uint64_t until_us = world->now_us + ms * 1000;
    while (!asked->answered && !world->failure[0] && world->now_us < until_us)
        world_run(world, 1);
    return asked->answered ? asked->error : ERR_TIMEOUT;
}

const struct asked *world_ask(struct world *world, const char *name, const struct command *command)
{
    return ask(world, world_host(world, name), command);
}

enum error world_command(struct world *world, const char *name, const struct command *command, uint64_t ms,
                         struct asked *ret)
{
    const struct asked *asked = ask(world, world_host(world, name), command);
    enum error err = wait_for(world, asked, ms);
    *ret = *asked;
    return err;
}

enum error world_found(struct world *world, const char *name, const char *workspace)
{
    struct command command = {.type = COMMAND_WORKSPACE_CREATE, .name = BYTES_TEXT(workspace)};
    struct asked asked;
    return world_command(world, name, &command, ANSWER_MS, &asked);
}

enum error world_invite_as(struct world *world, const char *name, enum role role, struct code *ret)
{
    struct command command = {.type = COMMAND_INVITE_CREATE, .role = role};
    struct asked asked;
    command.expires_ms = host_now_ms(world_host(world, name)) + 24ull * 3600 * 1000;
    enum error err = world_command(world, name, &command, ANSWER_MS, &asked);
    *ret = asked.code;
    return err;
}

enum error world_invite(struct world *world, const char *name, struct code *ret)
{
    return world_invite_as(world, name, ROLE_MEMBER, ret);
}

enum error world_join(struct world *world, const char *name, const struct code *code)
{
    struct command command = {.type = COMMAND_JOIN, .code = *code};
    struct asked asked;
    return world_command(world, name, &command, JOIN_MS + ANSWER_MS, &asked);
}

static bool may_write(struct host *host)
{
    struct node_group group;
    struct node_info info;
    node_info(host->node, &info);
    return node_group_at(host->node, 0, &group) && group.has_key && group.role != ROLE_READER;
}

enum error world_meet(struct world *world, const char *inviter, const char *guest)
{
    struct code code;
    enum error err = world_invite(world, inviter, &code);
    if (!err)
        err = world_join(world, guest, &code);
    for (int i = 0; !err && !may_write(world_host(world, guest)); i++) {
        world_run(world, 20);
        if (i > 1000)
            err = ERR_TIMEOUT;
    }
    return err;
}

/* ---------------------------------------------------------------- saying */

static struct bytes text_or_nothing(const char *text)
{
    return text ? BYTES_TEXT(text) : (struct bytes){0};
}

/* As the local API finds it: *ret_person is used where there is no group yet. */
static enum error find_chat(const struct node *node, const char *chat, uint32_t *ret_group,
                            struct person_id *ret_person)
{
    struct node_direct direct;
    if (!chat || *chat != '@')
        return node_find_group(node, BYTES_TEXT(chat ? chat : "."), ret_group);
    enum error err = node_find_direct(node, BYTES_TEXT(chat + 1), &direct);
    if (err)
        return err;
    *ret_group = direct.group;
    *ret_person = direct.person;
    return OK;
}

static struct command sending(const struct host *host, const struct saying *saying)
{
    struct command command = {.type = COMMAND_SEND};
    if (find_chat(host->node, saying->to, &command.send.group, &command.send.person) != OK)
        command.send.group = UINT32_MAX; /* refused */
    command.send.text = text_or_nothing(saying->text);
    command.send.topic = text_or_nothing(saying->topic);
    command.send.client_id = text_or_nothing(saying->client_id);
    command.send.reply_to = saying->reply_to;
    command.send.urgent = saying->urgent;
    return command;
}

enum error world_say_more(struct world *world, const char *name, const struct saying *saying, struct message_ref *ret)
{
    struct command command = sending(world_host(world, name), saying);
    struct asked asked;
    enum error err = world_command(world, name, &command, ANSWER_MS, &asked);
    *ret = asked.message;
    return err;
}

enum error world_say(struct world *world, const char *name, const char *text)
{
    struct saying saying = {.text = text};
    struct message_ref ignored;
    return world_say_more(world, name, &saying, &ignored);
}

enum error world_say_to(struct world *world, const char *name, const char *to, const char *text)
{
    struct saying saying = {.text = text, .to = to};
    struct message_ref ignored;
    return world_say_more(world, name, &saying, &ignored);
}

const struct asked *world_post_more(struct world *world, const char *name, const struct saying *saying)
{
    struct command command = sending(world_host(world, name), saying);
    return ask(world, world_host(world, name), &command);
}

const struct asked *world_post(struct world *world, const char *name, const char *text)
{
    return world_post_more(world, name, &(struct saying){.text = text});
}

/* ---------------------------------------------------------------- reading */

static bool show(void *arg, const struct message *message)
{
    struct buffer *out = arg;
    if (message->state == MESSAGE_NOT_TEXT)
        return true;
    buffer_append(out, message->author.size ? message->author : BYTES_TEXT("?"));
    buffer_append(out, BYTES_TEXT(": "));
    buffer_append(out, message->state == MESSAGE_READABLE ? message->text : BYTES_TEXT("(cannot be read)"));
    buffer_append(out, BYTES_TEXT("\n"));
    return true;
}

const char *world_texts(struct world *world, const char *name)
{
    return world_texts_in(world, name, NULL);
}

const char *world_texts_in(struct world *world, const char *name, const char *chat)
{
    struct node *node = world_host(world, name)->node;
    struct message_query query = {0};
    struct person_id ignored;
    world->scratch.size = 0;
    enum error err = find_chat(node, chat, &query.group, &ignored);
    if (!err)
        err = node_messages(node, &query, show, &world->scratch);
    if (err)
        world_fail(world, "%s cannot list its messages: %s", name, error_code(err));
    buffer_append_byte(&world->scratch, 0);
    return (const char *)world->scratch.data;
}

size_t world_text_count(struct world *world, const char *name, const char *text)
{
    size_t count = 0;
    for (const char *at = world_texts(world, name); (at = strstr(at, text)); at += strlen(text))
        count++;
    return count;
}
