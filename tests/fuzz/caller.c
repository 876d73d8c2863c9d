/* SPDX-License-Identifier: MIT */
#include "caller.h"

#include "core/link/link.h"
#include <stdlib.h>

#define LINK_FIRST (UINT64_C(1) << 40) /* beyond the names that the world gives its cables */

static uint64_t last_link;

/* ---------------------------------------------------------------- what Alice says */

static void require_durable(const struct caller *caller, const struct effect *effect, struct bytes wire)
{
    struct entry entry;
    scene_require(caller->scene, entry_decode(wire, &entry) == OK, "alice sends entries");
    bool is_stored = medium_holds(caller->scene->alice->disk, &entry.log, entry.seq);
    scene_require(caller->scene, is_stored || effect->after, "alice tells of nothing that is not durable");
}

/* `head` bytes stand before the size of each. */
static void require_items(const struct caller *caller, const struct effect *effect, struct bytes left, size_t head)
{
    while (left.size) {
        size_t size = left.size >= head + 2 ? get_u16(left.data + head) : 0;
        bool fits = size > 0 && size <= left.size - head - 2;
        scene_require(caller->scene, fits, "alice's lists are whole");
        require_durable(caller, effect, (struct bytes){left.data + head + 2, size});
        left.data += head + 2 + size;
        left.size -= head + 2 + size;
    }
}

static size_t note_seqs(struct bytes seqs, uint64_t ret[ASKED_MAX])
{
    size_t count = 0;
    for (size_t at = 0; at < seqs.size && count < ASKED_MAX; at += 8)
        ret[count++] = get_u64(seqs.data + at);
    return count;
}

static void note_wants(struct asked_of *asked, struct bytes rows)
{
    asked->want_count = 0;
    for (size_t at = 0; at < rows.size && asked->want_count < ASKED_MAX; at += WANT_ROW_SIZE) {
        struct range *want = &asked->wants[asked->want_count++];
        memcpy(want->log.bytes, rows.data + at, sizeof want->log.bytes);
        want->from = get_u64(rows.data + at + 32);
        want->to = get_u64(rows.data + at + 40);
    }
}

static void note_said(struct caller *caller, const struct effect *effect, const struct wire_message *message)
{
    struct asked_of *asked = &caller->asked;
    scene_require(caller->scene, !caller->farewell, "alice says nothing after BYE");
    switch (message->type) {
    case WIRE_ENTRIES:
        require_items(caller, effect, message->entries.items, 0);
        break;
    case WIRE_TAIL:
        require_items(caller, effect, message->tail.items, 4);
        asked->tail = asked->tail || !message->tail.items.size;
        break;
    case WIRE_WANT:
        note_wants(asked, message->want.rows);
        break;
    case WIRE_PROBE:
        asked->probed = message->probe.log;
        asked->seq_count = note_seqs(message->probe.seqs, asked->seqs);
        break;
    case WIRE_WANTP:
        asked->payloads_of = message->wantp.log;
        asked->payload_count = note_seqs(message->wantp.seqs, asked->payload_seqs);
        break;
    case WIRE_INVITED:
        asked->invited = message->invited.person;
        break;
    case WIRE_BYE:
        caller->farewell = wire_bye_error(message->bye.code);
        break;
    case WIRE_REKEY:
        noise_rekey(&caller->receive);
        break;
    default:
        break;
    }
}

static void read_frame(struct caller *caller, const struct effect *effect, struct bytes frame)
{
    struct buffer plain = {0};
    struct wire_message message;
    enum error err = noise_decrypt(&caller->receive, (struct bytes){frame.data + 2, frame.size - 2}, &plain);
    scene_require(caller->scene, !err && frame.size - 2 == get_u16(frame.data), "alice's frames can be opened");
    caller->is_proven = true;
    struct reader in = {.left = buffer_bytes(&plain)};
    while (in.left.size) {
        scene_require(caller->scene, wire_decode(&in, &message) == OK, "alice says what a node may say");
        note_said(caller, effect, &message);
    }
    buffer_done(&plain);
}

/* ERR_CLOSED: the other side went, or fell silent. */
static void require_reason(const struct caller *caller, const struct effect *effect)
{
    scene_require(caller->scene, effect->error != OK, "alice has a reason");
    if (caller->is_proven && effect->error != ERR_CLOSED)
        scene_require(caller->scene, caller->farewell != OK, "alice names her reason");
}

static void hear_third(struct caller *caller, struct bytes frame)
{
    struct buffer payload = {0};
    struct bytes message = {frame.data + 2, frame.size - 2};
    scene_require(caller->scene, noise_read(&caller->noise, message, &payload) == OK, "alice ends the handshake");
    noise_split(&caller->noise, &caller->send, &caller->receive);
    caller->awaits_third = false;
    caller->is_sealed = true;
    buffer_done(&payload);
}

void callers_overhear(void *arg, const struct effects *effects, const struct effect *effect)
{
    const struct scene *scene = arg;
    struct caller *caller = scene->callers;
    while (caller && caller->link != effect->link)
        caller = caller->next;
    if (!caller)
        return;
    struct bytes sent = {effects->arena.data + effect->at, effect->size};
    if (effect->type == EFFECT_CLOSE)
        require_reason(caller, effect);
    else if (effect->type == EFFECT_SEND && caller->is_sealed)
        read_frame(caller, effect, sent);
    else if (effect->type == EFFECT_SEND && caller->awaits_third)
        hear_third(caller, sent);
    else if (effect->type == EFFECT_SEND)
        buffer_append(&caller->heard, sent);
}

/* ---------------------------------------------------------------- the connection */

static void connect_to(struct caller *caller, struct scene *scene, uint64_t dial)
{
    struct event event = {.type = EVENT_LINK_UP, .dial = dial, .address = {.ip = {[15] = 9}, .port = 999}};
    *caller = (struct caller){.scene = scene, .link = LINK_FIRST + ++last_link, .next = scene->callers};
    scene->callers = caller;
    event.link = caller->link;
    host_step(scene->alice, &event);
}

void caller_dial(struct caller *caller, struct scene *scene)
{
    connect_to(caller, scene, 0);
}

void caller_done(struct caller *caller)
{
    struct event event = {.type = EVENT_LINK_DOWN, .link = caller->link, .reason = ERR_CLOSED};
    if (!caller->scene)
        return;
    struct caller **at = &caller->scene->callers;
    while (*at != caller)
        at = &(*at)->next;
    *at = caller->next;
    if (caller_stands(caller))
        host_step(caller->scene->alice, &event);
    noise_done(&caller->noise);
    buffer_done(&caller->heard);
    *caller = (struct caller){0};
}

bool caller_stands(const struct caller *caller)
{
    return caller->scene && caller->scene->alice->node && link_find(caller->scene->alice->node, caller->link);
}

void caller_send(struct caller *caller, struct bytes bytes)
{
    struct event event = {.type = EVENT_BYTES, .link = caller->link, .bytes = bytes};
    caller->heard.size = 0;
    if (caller_stands(caller) && bytes.size)
        host_step(caller->scene->alice, &event);
}

void caller_send_framed(struct caller *caller, struct bytes message)
{
    struct buffer frame = {0};
    buffer_append_u16(&frame, (uint16_t)message.size);
    buffer_append(&frame, message);
    caller_send(caller, buffer_bytes(&frame));
    buffer_done(&frame);
}

void caller_send_sealed(struct caller *caller, struct bytes plain)
{
    struct buffer sealed = {0};
    noise_encrypt(&caller->send, plain, &sealed);
    caller_send_framed(caller, buffer_bytes(&sealed));
    buffer_done(&sealed);
}

/* ---------------------------------------------------------------- the handshake */

static bool read_answer(struct caller *caller)
{
    struct buffer payload = {0};
    struct bytes heard = buffer_bytes(&caller->heard);
    enum error err = ERR_CLOSED;
    if (heard.size > 2 && heard.size - 2 == get_u16(heard.data))
        err = noise_read(&caller->noise, (struct bytes){heard.data + 2, heard.size - 2}, &payload);
    buffer_done(&payload);
    return err == OK;
}

static void init_noise(struct caller *caller, enum noise_role role, const struct secret_key *key)
{
    const uint8_t seed[32] = {1}, ephemeral[32] = {2};
    struct dh_public link_key;
    struct dh_secret link_secret;
    crypto_dh_keypair_from(seed, &link_key, &link_secret);
    noise_init(&caller->noise, role, NOISE_XXPSK0, BYTES_TEXT("ZURUF1"), &link_key, &link_secret, ephemeral, key);
}

bool caller_begin(struct caller *caller, enum caller_key key)
{
    const struct mallory *mallory = scene_mallory();
    struct buffer message = {0};
    init_noise(caller, NOISE_INITIATOR, key == CALLER_INVITE ? &mallory->invite_psk : &mallory->workspace_key);
    enum error err = noise_write(&caller->noise, (struct bytes){0}, &message);
    if (!err)
        caller_send_framed(caller, buffer_bytes(&message));
    buffer_done(&message);
    return !err && read_answer(caller);
}

/* [lowest version, highest version, features, device, signature]: PROTOCOL.md, "Links". */
void caller_proof(const struct caller *caller, const struct sign_public *device, const struct sign_secret *secret,
                  struct buffer *out)
{
    static const char context[] = "zuruf-link-v1";
    struct noise_handshake ahead = caller->noise;
    struct buffer tokens = {0}, text = {0};
    struct signature signature;
    enum error err = noise_write_tokens(&ahead, &tokens);
    buffer_append_byte(&text, (uint8_t)ahead.role);
    buffer_append(&text, BYTES_OF(ahead.s.bytes));
    buffer_append(&text, BYTES_OF(ahead.h));
    crypto_sign(secret, BYTES_OF(context), buffer_bytes(&text), &signature);
    write_array(out, 5);
    write_uint(out, 1);
    write_uint(out, err ? 2 : 1);
    write_uint(out, 0);
    write_bytes(out, BYTES_OF(device->bytes));
    write_bytes(out, BYTES_OF(signature.bytes));
    buffer_done(&tokens);
    buffer_done(&text);
}

void caller_finish(struct caller *caller, struct bytes payload)
{
    struct buffer message = {0};
    if (noise_write(&caller->noise, payload, &message) == OK) {
        noise_split(&caller->noise, &caller->send, &caller->receive);
        caller->is_sealed = true;
        caller_send_framed(caller, buffer_bytes(&message));
    }
    buffer_done(&message);
}

bool caller_dialled(struct caller *caller, struct scene *scene, uint64_t dial, const struct secret_key *key)
{
    connect_to(caller, scene, dial);
    init_noise(caller, NOISE_RESPONDER, key);
    return read_answer(caller);
}

void caller_respond(struct caller *caller, struct bytes payload)
{
    struct buffer message = {0};
    caller->awaits_third = true;
    if (noise_write(&caller->noise, payload, &message) == OK)
        caller_send_framed(caller, buffer_bytes(&message));
    caller->awaits_third = false;
    buffer_done(&message);
}
