/* SPDX-License-Identifier: MIT */
#include "stranger.h"

#include "core/base/cbor.h"
#include "core/base/table.h"
#include "core/entry/payload.h"
#include "core/state.h"
#include <assert.h>
#include <stdlib.h>

#define ANSWER_MS 500

static const char proof_context[] = "zuruf-link-v1"; /* with its zero byte */

void stranger_init(struct stranger *stranger, struct world *world, const char *name)
{
    uint8_t seed[32];
    *stranger = (struct stranger){.world = world, .host = host_new(world, name)};
    world->hosts[world->host_count++] = stranger->host;
    stranger->host->running = true;
    random_bytes(&world->random, seed, sizeof seed);
    crypto_sign_keypair_from(seed, &stranger->device, &stranger->secret);
}

void stranger_done(struct stranger *stranger)
{
    buffer_done(&stranger->plain);
}

void stranger_dial(struct stranger *stranger, const char *whom)
{
    if (stranger->cable)
        cable_vanish(stranger->cable, 0, true);
    stranger->host->heard.size = 0;
    stranger->host->hung_up = 0;
    stranger->read = stranger->said = stranger->plain.size = 0;
    stranger->cable = cable_dial(stranger->host, 1, &world_host(stranger->world, whom)->address);
    world_run(stranger->world, 10);
}

void stranger_send(struct stranger *stranger, struct bytes bytes)
{
    cable_send(stranger->cable, 0, 0, bytes);
    cable_flush(stranger->cable, 0);
}

size_t stranger_heard(const struct stranger *stranger)
{
    return stranger->host->heard.size;
}

bool stranger_was_left(const struct stranger *stranger)
{
    return stranger->host->hung_up > 0;
}

/* ---------------------------------------------------------------- the handshake */

static void send_frame(struct stranger *stranger, struct bytes message)
{
    struct buffer frame = {0};
    buffer_append_u16(&frame, (uint16_t)message.size);
    buffer_append(&frame, message);
    stranger_send(stranger, buffer_bytes(&frame));
    buffer_done(&frame);
}

/* The next whole frame that came; false: none. */
static bool next_frame(struct stranger *stranger, struct bytes *ret)
{
    const struct buffer *heard = &stranger->host->heard;
    if (heard->size < stranger->read + 2)
        return false;
    size_t size = get_u16(heard->data + stranger->read);
    if (heard->size < stranger->read + 2 + size)
        return false;
    *ret = (struct bytes){heard->data + stranger->read + 2, size};
    stranger->read += 2 + size;
    return true;
}

static void begin(struct stranger *stranger, const struct secret_key *psk, struct noise_handshake *noise,
                  struct buffer *out)
{
    uint8_t seeds[2][32];
    struct dh_public link;
    struct dh_secret link_secret;
    random_bytes(&stranger->world->random, seeds, sizeof seeds);
    crypto_dh_keypair_from(seeds[0], &link, &link_secret);
    noise_init(noise, NOISE_INITIATOR, NOISE_XXPSK0, BYTES_TEXT("ZURUF1"), &link, &link_secret, seeds[1], psk);
    enum error err = noise_write(noise, (struct bytes){0}, out);
    assert(!err);
    (void)err;
}

void stranger_first_message(struct stranger *stranger, const struct secret_key *psk, struct buffer *out)
{
    struct noise_handshake noise;
    struct buffer message = {0};
    begin(stranger, psk, &noise, &message);
    buffer_append_u16(out, (uint16_t)message.size);
    buffer_append(out, buffer_bytes(&message));
    buffer_done(&message);
    noise_done(&noise);
}

/* Payload of message 3: versions, features, device, signature over role ‖ link key ‖ h. */
static void write_proof(const struct stranger *stranger, const struct noise_handshake *noise, struct buffer *out)
{
    struct buffer text = {0};
    struct signature signature;
    buffer_append_byte(&text, NOISE_INITIATOR);
    buffer_append(&text, BYTES_OF(noise->s.bytes));
    buffer_append(&text, BYTES_OF(noise->h));
    crypto_sign(&stranger->secret, BYTES_OF(proof_context), buffer_bytes(&text), &signature);
    buffer_done(&text);
    write_array(out, 5);
    write_uint(out, 1);
    write_uint(out, 1);
    write_uint(out, 0);
    write_bytes(out, BYTES_OF(stranger->device.bytes));
    write_bytes(out, BYTES_OF(signature.bytes));
}

enum error stranger_begin(struct stranger *stranger, const char *whom, const struct secret_key *psk)
{
    struct buffer message = {0}, payload = {0};
    struct bytes frame;
    stranger_dial(stranger, whom);
    begin(stranger, psk, &stranger->noise, &message);
    send_frame(stranger, buffer_bytes(&message));
    world_run(stranger->world, ANSWER_MS);
    enum error err = next_frame(stranger, &frame) ? noise_read(&stranger->noise, frame, &payload) : ERR_CLOSED;
    buffer_done(&message);
    buffer_done(&payload);
    return err;
}

enum error stranger_finish(struct stranger *stranger)
{
    struct buffer message = {0}, proof = {0};
    enum error err = noise_write_tokens(&stranger->noise, &message);
    if (!err) {
        write_proof(stranger, &stranger->noise, &proof);
        noise_write_payload(&stranger->noise, buffer_bytes(&proof), &message);
        send_frame(stranger, buffer_bytes(&message));
        noise_split(&stranger->noise, &stranger->send, &stranger->receive);
        world_run(stranger->world, ANSWER_MS);
    }
    noise_done(&stranger->noise);
    buffer_done(&message);
    buffer_done(&proof);
    return err;
}

enum error stranger_greet(struct stranger *stranger, const char *whom, const struct secret_key *psk)
{
    enum error err = stranger_begin(stranger, whom, psk);
    return err ? err : stranger_finish(stranger);
}

/* ---------------------------------------------------------------- inside */

void stranger_say_plain(struct stranger *stranger, struct bytes plain)
{
    struct buffer sealed = {0};
    noise_encrypt(&stranger->send, plain, &sealed);
    send_frame(stranger, buffer_bytes(&sealed));
    buffer_done(&sealed);
}

void stranger_say(struct stranger *stranger, const struct wire_message *message)
{
    struct buffer plain = {0};
    wire_encode(message, &plain);
    stranger_say_plain(stranger, buffer_bytes(&plain));
    buffer_done(&plain);
}

void stranger_hello(struct stranger *stranger)
{
    struct wire_message hello = {.type = WIRE_HELLO};
    random_bytes(&stranger->world->random, hello.hello.home, sizeof hello.hello.home);
    stranger_say(stranger, &hello);
    world_run(stranger->world, ANSWER_MS);
}

bool stranger_hears(struct stranger *stranger, enum wire_type type, struct wire_message *ret)
{
    struct bytes frame;
    for (;;) {
        struct reader in = {.left = {stranger->plain.data + stranger->said, stranger->plain.size - stranger->said}};
        while (in.left.size && wire_decode(&in, ret) == OK) {
            stranger->said = stranger->plain.size - in.left.size;
            if (ret->type == type)
                return true;
        }
        stranger->plain.size = stranger->said = 0;
        if (!next_frame(stranger, &frame))
            return false;
        if (frame.size != AEAD_TAG_SIZE && noise_decrypt(&stranger->receive, frame, &stranger->plain) != OK)
            return false;
    }
}

enum error stranger_join(struct stranger *stranger, const char *whom, const struct code *code)
{
    struct secret_key psk = stranger_key_of_code(code);
    struct membership member = {.device = stranger->device};
    struct wire_message message, join = {.type = WIRE_JOIN};
    struct dh_secret box_secret;
    uint8_t seed[32];
    enum error err = stranger_greet(stranger, whom, &psk);
    if (err || !stranger_hears(stranger, WIRE_INVITED, &message))
        return err ? err : ERR_CLOSED;
    random_bytes(&stranger->world->random, seed, sizeof seed);
    crypto_dh_keypair_from(seed, &member.box, &box_secret);
    member.person = message.invited.person;
    member.instance = message.invited.instance;
    membership_sign(&message.invited.group, &member, &stranger->secret);
    join.join.name = BYTES_TEXT(stranger->host->name);
    join.join.box = member.box;
    join.join.consent = member.consent;
    stranger_say(stranger, &join);
    world_run(stranger->world, ANSWER_MS);
    return stranger_hears(stranger, WIRE_WELCOME, &message) ? OK : ERR_CLOSED;
}

/* ---------------------------------------------------------------- stolen */

struct secret_key stranger_key_of_code(const struct code *code)
{
    struct secret_key key = {{0}};
    struct buffer text = {0};
    words_code_text(code, &text);
    enum error err = crypto_password_key(buffer_bytes(&text), BYTES_TEXT("zuruf-invite-v1"), &key);
    assert(!err);
    (void)err;
    buffer_done(&text);
    return key;
}

struct secret_key stranger_steal_key(const struct host *host)
{
    return host->node->workspace->workspace_key;
}

struct hash stranger_steal_group(const struct host *host)
{
    return host->node->workspace->id;
}

struct sign_public stranger_steal_root(const struct host *host)
{
    return host->node->workspace->root;
}
