/* SPDX-License-Identifier: MIT */
#include "link_parts.h"

#include "core/joining/admit.h"
#include "core/keys/workspace_keys.h"
#include "session.h"

#define PROTOCOL_VERSION 1

static const char proof_context[] = "zuruf-link-v1"; /* with its zero byte */

/* What a proof signs; `h` is the handshake hash just before the payload that carries it, or behind the handshake. */
static void proved_text(enum noise_role role, const struct dh_public *link_key, const uint8_t h[64], struct buffer *out)
{
    buffer_append_byte(out, (uint8_t)role);
    buffer_append(out, BYTES_OF(link_key->bytes));
    buffer_append(out, (struct bytes){h, 64});
}

/* [lowest version, highest version, features, device, signature] */
static void write_proof(const struct node *node, const struct noise_handshake *noise, struct buffer *out)
{
    struct buffer text = {0};
    struct signature signature;
    proved_text(noise->role, &noise->s, noise->h, &text);
    crypto_sign(&node->identity.secret, BYTES_OF(proof_context), buffer_bytes(&text), &signature);
    buffer_done(&text);
    write_array(out, 5);
    write_uint(out, PROTOCOL_VERSION);
    write_uint(out, PROTOCOL_VERSION);
    write_uint(out, 0);
    write_bytes(out, BYTES_OF(node->identity.device.bytes));
    write_bytes(out, BYTES_OF(signature.bytes));
}

static enum error check_proof(struct link *link, const struct dh_public *link_key, const uint8_t h[64],
                              struct bytes payload)
{
    struct reader in = {.left = payload};
    struct sign_public device;
    struct signature signature;
    read_array_of(&in, 5);
    uint64_t lowest = read_uint(&in), highest = read_uint(&in);
    read_uint(&in);
    read_fixed(&in, device.bytes, sizeof device.bytes);
    read_fixed(&in, signature.bytes, sizeof signature.bytes);
    read_end(&in);
    if (in.failed)
        return ERR_MALFORMED;
    if (lowest > PROTOCOL_VERSION || highest < PROTOCOL_VERSION)
        return ERR_VERSION;

    struct buffer text = {0};
    proved_text(link->dialled ? NOISE_RESPONDER : NOISE_INITIATOR, link_key, h, &text);
    enum error err = crypto_verify(&device, BYTES_OF(proof_context), buffer_bytes(&text), &signature);
    buffer_done(&text);
    if (!err)
        link->device = device;
    return err;
}

static enum error write_message(struct node *node, struct link *link, bool with_proof)
{
    struct buffer message = {0}, proof = {0};
    enum error err = noise_write_tokens(&link->noise, &message);
    if (!err) {
        if (with_proof)
            write_proof(node, &link->noise, &proof);
        noise_write_payload(&link->noise, buffer_bytes(&proof), &message);
        link_send_raw(node, link, buffer_bytes(&message));
    }
    buffer_done(&message);
    buffer_done(&proof);
    return err;
}

static bool is_joining(const struct link *link)
{
    return link->peer && link->peer->for_join;
}

/* Whether the other side may leave its proof for later: who joins trusts nobody. */
static bool may_prove_later(const struct link *link)
{
    return link->dialled && !is_joining(link);
}

/* Whether the other side may hide who it is: it has been told who is here, and says BYE. */
static bool may_be_nameless(const struct link *link)
{
    return !link->dialled && !link->proves_later && !link->invite;
}

static enum error read_message(struct link *link, struct bytes message, bool with_proof)
{
    struct bytes rest;
    struct buffer payload = {0};
    uint8_t h[64];
    enum error err = noise_read_tokens(&link->noise, message, &rest);
    memcpy(h, link->noise.h, sizeof h);
    if (!err)
        err = noise_read_payload(&link->noise, rest, &payload);
    if (!err && with_proof && !payload.size && may_prove_later(link))
        link->proves_later = true;
    else if (!err && with_proof && !payload.size && may_be_nameless(link))
        link->nameless = true;
    else if (!err && with_proof)
        err = check_proof(link, &link->noise.rs, h, buffer_bytes(&payload));
    buffer_done(&payload);
    return err;
}

static void begin_noise(struct node *node, struct link *link, enum noise_role role, const struct secret_key *psk)
{
    uint8_t seed[32];
    random_bytes(&node->random, seed, sizeof seed);
    noise_init(&link->noise, role, NOISE_XXPSK0, text_bytes("ZURUF1"), &node->link_key, &node->link_secret, seed, psk);
    crypto_wipe(seed, sizeof seed);
}

/* The first message under each key this node answers to; the one whose MAC verifies is the key. */
static enum error read_first(struct node *node, struct link *link, struct bytes message)
{
    for (size_t i = 0; i < workspace_keys_count(node); i++) {
        begin_noise(node, link, NOISE_RESPONDER, workspace_keys_at(node, i));
        link->old_key = link->proves_later = i > 0;
        if (read_message(link, message, false) == OK)
            return OK;
    }
    link->old_key = link->proves_later = false;
    for (size_t i = 0; i < node->invite_count; i++) {
        begin_noise(node, link, NOISE_RESPONDER, &node->invites[i].psk);
        link->invite = i + 1;
        if (read_message(link, message, false) == OK)
            return OK;
    }
    return ERR_CRYPTO;
}

/* Under an older key may come, or answer, who was removed since; he learns that, and nothing about who is here. */
static enum error check_old_acquaintance(const struct node *node, struct link *link)
{
    const struct governance *workspace = link->old_key ? node->workspace->roster.governance : NULL;
    if (!workspace || governance_member(workspace, &link->device))
        return OK;
    return governance_was_removed(workspace, &link->device) ? ERR_REMOVED : ERR_CRYPTO;
}

static enum error begin_session(struct node *node, struct link *link, struct bytes proof)
{
    struct wire_message message = {.type = WIRE_PROOF, .proof = proof};
    if (link->invite) {
        link->state = LINK_INVITING;
        return admit_greet_joiner(node, link);
    }
    if (is_joining(link)) {
        link->state = LINK_JOINING;
        return OK;
    }
    if (link->nameless || (link->proves_later && link->dialled)) {
        link->state = LINK_PROVING;
        return OK;
    }
    if (link->proves_later)
        link_send(node, link, &message, 0);
    link->state = LINK_GREETING;
    session_greet(node, link);
    return OK;
}

static enum error finish_handshake(struct node *node, struct link *link)
{
    struct buffer proof = {0};
    if (link->proves_later && !link->dialled)
        write_proof(node, &link->noise, &proof);
    memcpy(link->proved_hash, link->noise.h, sizeof link->proved_hash);
    link->proving_key = link->noise.rs;
    noise_split(&link->noise, &link->send, &link->receive);
    noise_life(&link->send, &link->send_life);
    noise_life(&link->receive, &link->receive_life);
    noise_done(&link->noise);
    link->rekey_ms = node->mono_ms + REKEY_MS;
    bool proved = !link->invite && !link->nameless && !(link->dialled && link->proves_later);
    enum error err = proved ? check_old_acquaintance(node, link) : OK;
    if (!err)
        err = begin_session(node, link, buffer_bytes(&proof));
    if (err == ERR_REMOVED)
        link->state = LINK_GREETING; /* BYE can be said */
    buffer_done(&proof);
    return err;
}

enum error link_proof(struct node *node, struct link *link, struct bytes proof)
{
    enum error err = check_proof(link, &link->proving_key, link->proved_hash, proof);
    if (!err)
        err = check_old_acquaintance(node, link);
    if (err)
        return err;
    link->state = LINK_GREETING;
    session_greet(node, link);
    return OK;
}

/* What happens with message `link->noise.message` of the three; the initiator writes 0 and 2. */
enum error link_handshake_frame(struct node *node, struct link *link, struct bytes message)
{
    enum error err;
    if (message.size > HANDSHAKE_MESSAGE_MAX)
        return ERR_MALFORMED;
    if (link->dialled) {
        err = read_message(link, message, true);
        if (!err && !link->proves_later)
            err = check_old_acquaintance(node, link);
        bool may_know = err != ERR_REMOVED;
        if (!err || !may_know)
            err = write_message(node, link, may_know);
        return err ? err : finish_handshake(node, link);
    }
    if (!link->noise.message) {
        err = read_first(node, link, message);
        return err ? err : write_message(node, link, !link->proves_later);
    }
    err = read_message(link, message, true);
    return err ? err : finish_handshake(node, link);
}

enum error link_handshake_begin(struct node *node, struct link *link, const struct secret_key *psk)
{
    link->old_key = !is_joining(link) && psk != workspace_keys_at(node, 0);
    begin_noise(node, link, NOISE_INITIATOR, psk);
    return write_message(node, link, false);
}
