/* SPDX-License-Identifier: MIT
 * A handshake whose message number N is not what the peer wrote.  The first byte chooses N, the pattern, and whether
 * the rest of the input is the message itself or is laid over the true one.  With psk0 any change must be refused. */
#include <stdlib.h>

#include "core/link/noise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void start(struct noise_handshake *noise, enum noise_role role, enum noise_psk psk_at)
{
    const uint8_t seed[32] = {0, (uint8_t)(1 + role)}, ephemeral[32] = {0, (uint8_t)(11 + role)};
    const struct secret_key psk = {{7}};
    struct dh_public s;
    struct dh_secret s_secret;
    crypto_dh_keypair_from(seed, &s, &s_secret);
    noise_init(noise, role, psk_at, BYTES_TEXT("ZURUF1"), &s, &s_secret, ephemeral, &psk);
}

/* `wire` as the input wants it. */
static void spoil(struct buffer *wire, struct bytes input, bool is_overlay)
{
    if (!is_overlay) {
        wire->size = 0;
        buffer_append(wire, input);
        return;
    }
    for (size_t i = 0; i < input.size && i < wire->size; i++)
        wire->data[i] ^= input.data[i];
}

static void require_sound(struct noise_handshake *to, struct bytes sent, struct bytes original)
{
    bool is_changed = !bytes_equal(sent, original);
    unsigned before = to->message;
    struct buffer payload = {0};
    enum error err = noise_read(to, sent, &payload);
    require(err == OK || err == ERR_CRYPTO || err == ERR_MALFORMED);
    require(err ? payload.size == 0 && to->message == before : to->message == before + 1);
    if (to->psk_at == NOISE_XXPSK0)
        require((err == OK) == !is_changed);
    buffer_done(&payload);
}

static void require_transport_sound(const struct noise_handshake *from, struct noise_handshake *to, struct bytes input,
                                    bool is_overlay)
{
    struct noise_cipher send, receive, unused;
    noise_split(from, &send, &unused);
    noise_split(to, &unused, &receive);
    struct buffer frame = {0}, sent = {0}, read = {0};
    noise_encrypt(&send, BYTES_TEXT("a frame of some text"), &frame);
    buffer_append(&sent, buffer_bytes(&frame));
    spoil(&sent, input, is_overlay);
    enum error err = noise_decrypt(&receive, buffer_bytes(&sent), &read);
    require((err == OK) == bytes_equal(buffer_bytes(&sent), buffer_bytes(&frame)));
    buffer_done(&frame);
    buffer_done(&sent);
    buffer_done(&read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const enum noise_psk patterns[] = {NOISE_XX, NOISE_XXPSK0, NOISE_XXPSK3, NOISE_XXPSK0};
    enum noise_psk psk_at = patterns[data[0] & 3];
    unsigned spoiled = data[0] >> 2 & 3;
    bool is_overlay = data[0] >> 4 & 1;
    struct bytes input = {data + 1, size - 1};

    struct noise_handshake sides[2];
    start(&sides[0], NOISE_INITIATOR, psk_at);
    start(&sides[1], NOISE_RESPONDER, psk_at);
    for (unsigned number = 0; number < NOISE_HANDSHAKE_MESSAGES; number++) {
        struct buffer wire = {0}, sent = {0}, payload = {0};
        require(noise_write(&sides[number % 2], BYTES_TEXT("payload"), &wire) == OK);
        buffer_append(&sent, buffer_bytes(&wire));
        if (number == spoiled) {
            spoil(&sent, input, is_overlay);
            require_sound(&sides[1 - number % 2], buffer_bytes(&sent), buffer_bytes(&wire));
        } else {
            require(noise_read(&sides[1 - number % 2], buffer_bytes(&sent), &payload) == OK);
        }
        buffer_done(&wire);
        buffer_done(&sent);
        buffer_done(&payload);
        if (number == spoiled)
            return 0;
    }
    require_transport_sound(&sides[0], &sides[1], input, is_overlay);
    return 0;
}
