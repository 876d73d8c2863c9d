/* SPDX-License-Identifier: MIT
 * A member of the office who says whatever the fuzzer wants.  The input is a script: messages with fields from what the
 * office knows, entries that are validly signed and otherwise false, true entries repeated or damaged, raw frames,
 * waiting, hanging up and calling again.  Afterwards the node that heard it all must still serve a good colleague, and
 * hold no more memory than the script could honestly cost. */
#include "forge.h"
#include <stdlib.h>

#define STEPS_MAX 60
#define MEMORY_MAX ((size_t)24 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct session {
    struct scene scene;
    struct caller caller;
    struct forge forge;
    struct script script;
    struct buffer items;   /* for the next ENTRIES or TAIL */
    uint8_t flip_at, flip; /* laid over the next frame */
};

static void call(struct session *session)
{
    struct buffer proof = {0};
    caller_dial(&session->caller, session->scene.alice);
    if (!caller_begin(&session->caller, CALLER_WORKSPACE))
        abort();
    caller_proof(&session->caller, &proof);
    caller_finish(&session->caller, buffer_bytes(&proof));
    buffer_done(&proof);
}

static void call_again(struct session *session)
{
    caller_done(&session->caller);
    call(session);
}

static void say(struct session *session, const struct buffer *plain)
{
    if (session->flip && session->flip_at < plain->size)
        plain->data[session->flip_at] ^= session->flip;
    session->flip = 0;
    if (plain->size && plain->size <= WIRE_PLAIN_MAX && caller_stands(&session->caller))
        caller_send_sealed(&session->caller, buffer_bytes(plain));
}

static void say_message(struct session *session, const struct wire_message *message)
{
    struct buffer plain = {0};
    wire_encode(message, &plain);
    say(session, &plain);
    buffer_done(&plain);
}

static void say_hello(struct session *session)
{
    struct wire_message hello = {.type = WIRE_HELLO};
    hello.hello.home[0] = script_byte(&session->script) % 3;
    hello.hello.port = 4999;
    say_message(session, &hello);
}

static void say_raw(struct session *session)
{
    struct bytes raw = script_bytes(&session->script);
    struct buffer plain = {0};
    buffer_append(&plain, raw);
    say(session, &plain);
    buffer_done(&plain);
}

static void say_forged(struct session *session)
{
    struct wire_message message;
    struct buffer rows = {0};
    forge_message(&session->forge, &session->script, &rows, &message);
    say_message(session, &message);
    buffer_done(&rows);
}

static void say_entries(struct session *session)
{
    struct wire_message message = {.type = WIRE_ENTRIES};
    message.entries.number = script_byte(&session->script) % 8;
    message.entries.flags = script_byte(&session->script) % 4;
    message.entries.items = buffer_bytes(&session->items);
    say_message(session, &message);
    session->items.size = 0;
}

static void add_item(struct session *session, struct bytes wire)
{
    if (session->items.size + wire.size + 16 > WIRE_PLAIN_MAX - 64)
        session->items.size = 0;
    if (script_byte(&session->script) & 1) /* as TAIL has them */
        buffer_append_u32(&session->items, script_byte(&session->script) % 8);
    buffer_append_u16(&session->items, (uint16_t)wire.size);
    buffer_append(&session->items, wire);
}

static void write_entry(struct session *session)
{
    struct buffer wire = {0};
    forge_entry(&session->forge, &session->script, &wire);
    scene_knows(&session->scene, buffer_bytes(&wire));
    if (wire.size)
        add_item(session, buffer_bytes(&wire));
    buffer_done(&wire);
}

static void repeat_entry(struct session *session)
{
    struct stored_entry stored;
    struct buffer wire = {0};
    uint64_t arrival = 1 + script_byte(&session->script) % medium_entry_count(session->scene.alice->disk);
    if (medium_arrival(session->scene.alice->disk, arrival, &stored) != OK)
        abort();
    buffer_append(&wire, stored.wire);
    size_t at = (size_t)script_byte(&session->script) * 4;
    if (at < wire.size)
        wire.data[at] ^= script_byte(&session->script);
    add_item(session, buffer_bytes(&wire));
    buffer_done(&wire);
}

/* Any message, of known or unknown type, with items of any kind. */
static void say_anything(struct session *session)
{
    struct buffer plain = {0};
    forge_anything(&session->forge, &session->script, buffer_bytes(&session->items), &plain);
    say(session, &plain);
    buffer_done(&plain);
    session->items.size = 0;
}

static void take_step(struct session *session)
{
    struct script *script = &session->script;
    switch (script_byte(script) % 12) {
    case 0:
        say_raw(session);
        return;
    case 1:
        world_run(&session->scene.world, (uint64_t)script_byte(script) * 10);
        return;
    case 2:
        call_again(session);
        say_hello(session);
        return;
    case 3:
        session->flip_at = script_byte(script);
        session->flip = script_byte(script);
        return;
    case 4:
    case 5:
        write_entry(session);
        return;
    case 6:
        repeat_entry(session);
        return;
    case 7:
        say_anything(session);
        return;
    case 8:
        world_post(&session->scene.world, script_byte(script) & 1 ? "alice" : "bob", "meanwhile");
        return;
    case 9:
    case 10:
        say_forged(session);
        return;
    default:
        say_entries(session);
        return;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct session session = {.script = {.left = {data, size}}};
    if (size < 4)
        return 0;
    scene_open(&session.scene, true);
    forge_init(&session.forge, session.scene.alice);
    call(&session);
    if (script_byte(&session.script))
        say_hello(&session);
    for (int i = 0; i < STEPS_MAX && session.script.left.size; i++)
        take_step(&session);
    world_run(&session.scene.world, 1000);
    scene_must_work(&session.scene);
    scene_must_be_small(&session.scene, MEMORY_MAX);
    caller_done(&session.caller);
    buffer_done(&session.items);
    scene_close(&session.scene);
    return 0;
}
