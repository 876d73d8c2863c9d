/* SPDX-License-Identifier: MIT
 * One node founds a workspace and writes, the other joins with a code, reads it all and answers. */
#include <assert.h>

#include "pair.h"
#include "parts.h"

#include "core/state.h"

static void expect_ok(const struct side *side)
{
    assert(side->replied && side->reply == OK);
    (void)side;
}

static void ask(struct pair *pair, struct side *side, struct command command)
{
    side->replied = false;
    pair_command(pair, side, &command);
}

static void introduce(struct pair *pair, struct side *side)
{
    pair_start(pair, side);
    ask(pair, side, (struct command){.type = COMMAND_IDENTITY_CREATE, .name = BYTES_TEXT(side->name)});
    expect_ok(side);
}

static void say(struct pair *pair, struct side *side, const char *text, const char *topic,
                const struct message_ref *reply)
{
    struct command command = {.type = COMMAND_SEND};
    command.send.group = 1;
    command.send.text = BYTES_TEXT(text);
    command.send.topic = BYTES_TEXT(topic);
    if (reply)
        command.send.reply_to = *reply;
    ask(pair, side, command);
    expect_ok(side);
}

static struct message_ref first_message(const struct node *node)
{
    for (size_t i = 0; i < node->log_count; i++)
        if (node->logs[i]->kind == KIND_CONTENT && !node->logs[i]->own)
            return (struct message_ref){node->logs[i]->id, 3}; /* after TITLE and PROFILE */
    assert(false);
    return (struct message_ref){{{0}}, 0};
}

static json_t *secrets_of(const struct side *side)
{
    const struct node *node = side->node;
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "device", HEX_OF(node->identity.device.bytes), "box",
                     HEX_OF(node->identity.box.bytes), "box_secret", HEX_OF(node->identity.box_secret.bytes),
                     "link_secret", HEX_OF(node->link_secret.bytes), "home", HEX_OF(node->home));
}

static void play(struct pair *pair, struct code *ret_code)
{
    struct side *anna = &pair->one, *bora = &pair->two;
    introduce(pair, anna);
    introduce(pair, bora);
    ask(pair, anna, (struct command){.type = COMMAND_WORKSPACE_CREATE, .name = BYTES_TEXT("Werkstatt")});
    expect_ok(anna);
    say(pair, anna, "Moin zusammen", "Lieferung", NULL);
    say(pair, anna, "Ist das Holz da?", "", NULL);
    ask(pair, anna, (struct command){.type = COMMAND_INVITE_CREATE, .role = ROLE_MEMBER, .expires_ms = UINT64_MAX / 2});
    expect_ok(anna);

    *ret_code = anna->code;
    struct command join = {.type = COMMAND_JOIN, .code = *ret_code, .deadline_ms = 60000, .address_count = 1};
    join.addresses[0].port = 4711;
    ask(pair, bora, join);
    pair_run(pair, 4000);
    expect_ok(bora);
    struct message_ref answered = first_message(bora->node);
    say(pair, bora, "Es kommt um zehn.", "", &answered);
    pair_run(pair, 500);
    anna->node->links[0]->rekey_ms = 0; /* as after an hour */
    say(pair, anna, "Danke!", "", NULL);
    pair_run(pair, 500);
    ask(pair, anna, (struct command){.type = COMMAND_STOP});
    pair_carry(pair);
}

json_t *conversation(void)
{
    struct pair pair;
    struct code code;
    struct buffer words = {0};
    pair_init(&pair, "Anna", "Bora");
    play(&pair, &code);
    words_code_text(&code, &words);
    json_t *value = json_pack("{s:o, s:o, s:o, s:O}", "Anna", secrets_of(&pair.one), "Bora", secrets_of(&pair.two),
                              "code", text(buffer_bytes(&words)), "connections", pair.connections);
    buffer_done(&words);
    pair_done(&pair);
    return value;
}
