/* SPDX-License-Identifier: MIT
 * The handshake against the published vectors, and against strangers. */
#include "check.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/link/noise.h"

struct pair {
    struct noise_handshake initiator, responder;
};

static void done(struct pair *pair)
{
    noise_done(&pair->initiator);
    noise_done(&pair->responder);
}

/* ---------------------------------------------------------------- published vectors */

static json_t *load_vectors(void)
{
    const char *folder = getenv("ZURUF_TEST_DATA");
    if (!folder) {
        puts("skipped: ZURUF_TEST_DATA is not set, so there are no published Noise vectors");
        skip();
    }
    char path[4096];
    snprintf(path, sizeof path, "%s/noise-vectors.json", folder);
    json_error_t error;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("%s: %s", path, error.text);
    return root;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    assert_non_null(text);
    return text;
}

static void init_side(struct noise_handshake *noise, const json_t *vector, enum noise_role role, enum noise_psk psk_at)
{
    bool is_initiator = role == NOISE_INITIATOR;
    struct buffer prologue = {0};
    unhex(text_of(vector, is_initiator ? "init_prologue" : "resp_prologue"), &prologue);
    uint8_t static_seed[32], ephemeral[32];
    unhex_to(text_of(vector, is_initiator ? "init_static" : "resp_static"), static_seed, 32);
    unhex_to(text_of(vector, is_initiator ? "init_ephemeral" : "resp_ephemeral"), ephemeral, 32);

    struct secret_key psk;
    const json_t *psks = json_object_get(vector, is_initiator ? "init_psks" : "resp_psks");
    if (psk_at != NOISE_XX)
        unhex_to(json_string_value(json_array_get(psks, 0)), psk.bytes, sizeof psk.bytes);

    struct dh_public s;
    struct dh_secret s_secret;
    crypto_dh_keypair_from(static_seed, &s, &s_secret);
    noise_init(noise, role, psk_at, buffer_bytes(&prologue), &s, &s_secret, ephemeral,
               psk_at == NOISE_XX ? NULL : &psk);
    buffer_done(&prologue);
}

static void check_handshake_message(const json_t *message, struct noise_handshake *from, struct noise_handshake *to)
{
    struct buffer payload = {0}, expected = {0}, wire = {0}, read = {0};
    unhex(text_of(message, "payload"), &payload);
    unhex(text_of(message, "ciphertext"), &expected);
    assert_int_equal(noise_write(from, buffer_bytes(&payload), &wire), OK);
    CHECK_BYTES(buffer_bytes(&wire), buffer_bytes(&expected));
    assert_int_equal(noise_read(to, buffer_bytes(&wire), &read), OK);
    CHECK_BYTES(buffer_bytes(&read), buffer_bytes(&payload));
    buffer_done(&payload);
    buffer_done(&expected);
    buffer_done(&wire);
    buffer_done(&read);
}

static void check_transport_message(const json_t *message, struct noise_cipher *from, struct noise_cipher *to)
{
    struct buffer payload = {0}, expected = {0}, wire = {0}, read = {0};
    unhex(text_of(message, "payload"), &payload);
    unhex(text_of(message, "ciphertext"), &expected);
    noise_encrypt(from, buffer_bytes(&payload), &wire);
    CHECK_BYTES(buffer_bytes(&wire), buffer_bytes(&expected));
    assert_int_equal(noise_decrypt(to, buffer_bytes(&wire), &read), OK);
    CHECK_BYTES(buffer_bytes(&read), buffer_bytes(&payload));
    buffer_done(&payload);
    buffer_done(&expected);
    buffer_done(&wire);
    buffer_done(&read);
}

static void check_vector(const char *name, enum noise_psk psk_at)
{
    json_t *root = load_vectors();
    const json_t *vectors = json_object_get(root, "vectors");
    size_t at = 0;
    while (at < json_array_size(vectors) && strcmp(text_of(json_array_get(vectors, at), "protocol_name"), name) != 0)
        at++;
    const json_t *vector = json_array_get(vectors, at);
    assert_non_null(vector);

    struct pair pair;
    init_side(&pair.initiator, vector, NOISE_INITIATOR, psk_at);
    init_side(&pair.responder, vector, NOISE_RESPONDER, psk_at);
    const json_t *messages = json_object_get(vector, "messages");
    assert_int_equal(json_array_size(messages), 6);
    for (size_t i = 0; i < NOISE_HANDSHAKE_MESSAGES; i++) {
        bool is_initiators = i % 2 == 0;
        check_handshake_message(json_array_get(messages, i), is_initiators ? &pair.initiator : &pair.responder,
                                is_initiators ? &pair.responder : &pair.initiator);
    }
    check_hex(BYTES_OF(pair.initiator.h), text_of(vector, "handshake_hash"));
    check_hex(BYTES_OF(pair.responder.h), text_of(vector, "handshake_hash"));

    struct noise_cipher sends[2], receives[2];
    noise_split(&pair.initiator, &sends[0], &receives[0]);
    noise_split(&pair.responder, &sends[1], &receives[1]);
    for (size_t i = NOISE_HANDSHAKE_MESSAGES; i < 6; i++)
        check_transport_message(json_array_get(messages, i), &sends[i % 2], &receives[1 - i % 2]);
    done(&pair);
    json_decref(root);
}

static void xx_speaks_as_published(void **state)
{
    (void)state;
    check_vector("Noise_XX_25519_ChaChaPoly_BLAKE2b", NOISE_XX);
}

static void xxpsk3_speaks_as_published(void **state)
{
    (void)state;
    check_vector("Noise_XXpsk3_25519_ChaChaPoly_BLAKE2b", NOISE_XXPSK3);
}

/* ---------------------------------------------------------------- psk0, as Zuruf speaks it */

static const struct secret_key office_key = {{0x0f}}, other_key = {{0xf0}};

static void init_psk0(struct noise_handshake *noise, enum noise_role role, const struct secret_key *psk)
{
    uint8_t static_seed[32] = {0, (uint8_t)(role + 1)}, ephemeral[32] = {0, (uint8_t)(role + 11)};
    struct dh_public s;
    struct dh_secret s_secret;
    crypto_dh_keypair_from(static_seed, &s, &s_secret);
    noise_init(noise, role, NOISE_XXPSK0, BYTES_TEXT("ZURUF1"), &s, &s_secret, ephemeral, psk);
}

static void init_pair(struct pair *pair)
{
    init_psk0(&pair->initiator, NOISE_INITIATOR, &office_key);
    init_psk0(&pair->responder, NOISE_RESPONDER, &office_key);
}

/* Message `number` from one side to the other, carrying its number as text. */
static enum error pass(struct pair *pair, unsigned number)
{
    struct noise_handshake *from = number % 2 ? &pair->responder : &pair->initiator;
    struct noise_handshake *to = number % 2 ? &pair->initiator : &pair->responder;
    const char *const payloads[] = {"first", "second", "third"};
    struct buffer wire = {0}, read = {0};
    enum error err = noise_write(from, BYTES_TEXT(payloads[number]), &wire);
    if (!err)
        err = noise_read(to, buffer_bytes(&wire), &read);
    if (!err)
        CHECK_BYTES(buffer_bytes(&read), BYTES_TEXT(payloads[number]));
    buffer_done(&wire);
    buffer_done(&read);
    return err;
}

static void pass_all(struct pair *pair)
{
    for (unsigned i = 0; i < NOISE_HANDSHAKE_MESSAGES; i++)
        assert_int_equal(pass(pair, i), OK);
}

static void two_with_the_same_psk_learn_each_others_static_key(void **state)
{
    (void)state;
    struct pair pair;
    init_pair(&pair);
    pass_all(&pair);
    assert_true(pair.initiator.has_rs && pair.responder.has_rs);
    assert_memory_equal(pair.initiator.rs.bytes, pair.responder.s.bytes, 32);
    assert_memory_equal(pair.responder.rs.bytes, pair.initiator.s.bytes, 32);
    assert_memory_equal(pair.initiator.h, pair.responder.h, 64);
    done(&pair);
}

static void another_psk_is_refused_at_the_first_message(void **state)
{
    (void)state;
    struct pair pair;
    init_pair(&pair);
    init_psk0(&pair.responder, NOISE_RESPONDER, &other_key);
    assert_int_equal(pass(&pair, 0), ERR_CRYPTO);
    done(&pair);
}

static void another_prologue_is_refused_at_the_first_message(void **state)
{
    (void)state;
    struct pair pair;
    init_pair(&pair);
    const uint8_t ephemeral[32] = {1};
    noise_init(&pair.responder, NOISE_RESPONDER, NOISE_XXPSK0, BYTES_TEXT("ZURUF2"), &pair.initiator.s,
               &pair.initiator.s_secret, ephemeral, &office_key);
    assert_int_equal(pass(&pair, 0), ERR_CRYPTO);
    done(&pair);
}

/* The h that a payload signs is the same on both sides, and is not what it becomes with the payload. */
static void a_payload_can_sign_the_hash_before_it(void **state)
{
    (void)state;
    struct pair pair;
    init_pair(&pair);
    assert_int_equal(pass(&pair, 0), OK);

    struct buffer wire = {0}, read = {0};
    assert_int_equal(noise_write_tokens(&pair.responder, &wire), OK);
    struct buffer payload = {0};
    buffer_append(&payload, BYTES_OF(pair.responder.h));
    noise_write_payload(&pair.responder, buffer_bytes(&payload), &wire);

    struct bytes rest;
    assert_int_equal(noise_read_tokens(&pair.initiator, buffer_bytes(&wire), &rest), OK);
    CHECK_BYTES(BYTES_OF(pair.initiator.h), buffer_bytes(&payload));
    assert_int_equal(noise_read_payload(&pair.initiator, rest, &read), OK);
    CHECK_BYTES(buffer_bytes(&read), buffer_bytes(&payload));
    assert_memory_not_equal(pair.initiator.h, payload.data, 64);
    assert_int_equal(pass(&pair, 2), OK);
    buffer_done(&wire);
    buffer_done(&read);
    buffer_done(&payload);
    done(&pair);
}

/* Writes message `number` of a fresh pair, the ones before it passed. */
static void write_message(struct pair *pair, unsigned number, struct buffer *wire)
{
    init_pair(pair);
    for (unsigned i = 0; i < number; i++)
        assert_int_equal(pass(pair, i), OK);
    assert_int_equal(noise_write(number % 2 ? &pair->responder : &pair->initiator, BYTES_TEXT("payload"), wire), OK);
}

static void check_is_refused(const struct pair *pair, unsigned number, struct bytes message)
{
    struct noise_handshake to = number % 2 ? pair->initiator : pair->responder;
    struct buffer read = {0};
    enum error err = noise_read(&to, message, &read);
    assert_true(err == ERR_CRYPTO || err == ERR_MALFORMED);
    assert_int_equal(read.size, 0);
    buffer_done(&read);
    noise_done(&to);
}

static void every_truncated_or_changed_message_is_refused(void **state)
{
    (void)state;
    for (unsigned number = 0; number < NOISE_HANDSHAKE_MESSAGES; number++) {
        struct pair pair;
        struct buffer wire = {0};
        write_message(&pair, number, &wire);
        for (size_t size = 0; size < wire.size; size++)
            check_is_refused(&pair, number, (struct bytes){wire.data, size});
        for (size_t i = 0; i < wire.size; i++) {
            wire.data[i] ^= 0x04;
            check_is_refused(&pair, number, buffer_bytes(&wire));
            wire.data[i] ^= 0x04;
        }
        buffer_append_byte(&wire, 0);
        check_is_refused(&pair, number, buffer_bytes(&wire));
        buffer_done(&wire);
        done(&pair);
    }
}

static void a_message_longer_than_noise_allows_is_malformed(void **state)
{
    (void)state;
    static const uint8_t message[NOISE_MESSAGE_MAX + 1];
    struct pair pair;
    init_pair(&pair);
    struct buffer read = {0};
    assert_int_equal(noise_read(&pair.responder, BYTES_OF(message), &read), ERR_MALFORMED);
    done(&pair);
}

/* An insider who knows the psk and sends the zero point, so that the shared secret would be known to all. */
static void a_zero_ephemeral_is_refused(void **state)
{
    (void)state;
    struct pair pair;
    init_pair(&pair);
    memset(pair.initiator.e.bytes, 0, sizeof pair.initiator.e.bytes);
    assert_int_equal(pass(&pair, 0), OK);
    struct buffer wire = {0};
    buffer_append_byte(&wire, 'x');
    assert_int_equal(noise_write(&pair.responder, (struct bytes){0}, &wire), ERR_CRYPTO);
    assert_int_equal(wire.size, 1);
    buffer_done(&wire);
    done(&pair);
}

/* ---------------------------------------------------------------- transport */

struct channel {
    struct noise_cipher send, receive;
};

static void open_channel(struct channel *channel)
{
    struct pair pair;
    init_pair(&pair);
    pass_all(&pair);
    struct noise_cipher unused;
    noise_split(&pair.initiator, &channel->send, &unused);
    noise_split(&pair.responder, &unused, &channel->receive);
    done(&pair);
}

static void frames_open_once_and_in_order(void **state)
{
    (void)state;
    struct channel channel;
    open_channel(&channel);
    struct buffer first = {0}, second = {0}, read = {0};
    noise_encrypt(&channel.send, BYTES_TEXT("one"), &first);
    noise_encrypt(&channel.send, (struct bytes){0}, &second);
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&second), &read), ERR_CRYPTO);
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&first), &read), OK);
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&first), &read), ERR_CRYPTO);
    CHECK_BYTES(buffer_bytes(&read), BYTES_TEXT("one"));
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&second), &read), OK);
    assert_int_equal(read.size, 3);
    buffer_done(&first);
    buffer_done(&second);
    buffer_done(&read);
}

static void a_truncated_or_changed_frame_is_refused(void **state)
{
    (void)state;
    struct channel channel;
    open_channel(&channel);
    struct buffer frame = {0}, read = {0};
    noise_encrypt(&channel.send, BYTES_TEXT("frame"), &frame);
    for (size_t size = 0; size < frame.size; size++)
        assert_int_equal(noise_decrypt(&channel.receive, (struct bytes){frame.data, size}, &read), ERR_CRYPTO);
    for (size_t i = 0; i < frame.size; i++) {
        frame.data[i] ^= 1;
        assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&frame), &read), ERR_CRYPTO);
        frame.data[i] ^= 1;
    }
    assert_int_equal(read.size, 0);
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&frame), &read), OK);
    buffer_done(&frame);
    buffer_done(&read);
}

static void rekeying_changes_the_key_on_both_sides_and_keeps_counting(void **state)
{
    (void)state;
    struct channel channel;
    open_channel(&channel);
    struct buffer frame = {0}, read = {0};
    noise_encrypt(&channel.send, BYTES_TEXT("before"), &frame);
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&frame), &read), OK);

    const struct secret_key before = channel.send.key;
    noise_rekey(&channel.send);
    assert_memory_not_equal(channel.send.key.bytes, before.bytes, sizeof before.bytes);
    assert_int_equal(channel.send.counter, 1);
    frame.size = 0;
    noise_encrypt(&channel.send, BYTES_TEXT("after"), &frame);
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&frame), &read), ERR_CRYPTO);
    noise_rekey(&channel.receive);
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&frame), &read), OK);
    CHECK_BYTES(buffer_bytes(&read), BYTES_TEXT("beforeafter"));
    buffer_done(&frame);
    buffer_done(&read);
}

static void a_sign_of_life_overtakes_frames_and_is_heard_once(void **state)
{
    (void)state;
    struct channel channel;
    struct noise_cipher send, receive;
    open_channel(&channel);
    noise_life(&channel.send, &send);
    noise_life(&channel.receive, &receive);
    struct buffer frame = {0}, life = {0}, read = {0};
    noise_encrypt(&channel.send, BYTES_TEXT("held"), &frame);
    noise_encrypt(&send, (struct bytes){0}, &life);
    assert_int_equal(life.size, AEAD_TAG_SIZE);
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&life), &read), ERR_CRYPTO);
    assert_int_equal(noise_decrypt(&receive, buffer_bytes(&life), &read), OK);
    assert_int_equal(noise_decrypt(&receive, buffer_bytes(&life), &read), ERR_CRYPTO);
    assert_int_equal(noise_decrypt(&channel.receive, buffer_bytes(&frame), &read), OK);
    CHECK_BYTES(buffer_bytes(&read), BYTES_TEXT("held"));
    buffer_done(&frame);
    buffer_done(&life);
    buffer_done(&read);
}

/* Computed by another program. */
static void the_next_key_is_what_the_last_counter_makes_of_zeros(void **state)
{
    (void)state;
    struct noise_cipher cipher = {.has_key = true};
    for (uint8_t i = 0; i < sizeof cipher.key.bytes; i++)
        cipher.key.bytes[i] = i;
    noise_rekey(&cipher);
    check_hex(BYTES_OF(cipher.key.bytes), "50835543a205b22c9323f2022bc4f67d838f90e61d5ccf33c4513e01f85b5042");
}

static void done_wipes_every_secret(void **state)
{
    (void)state;
    struct pair pair;
    init_pair(&pair);
    pass_all(&pair);
    done(&pair);
    assert_true(crypto_is_zero(&pair, sizeof pair));
}

static int start_crypto(void **state)
{
    (void)state;
    return crypto_init() == OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xx_speaks_as_published),
        cmocka_unit_test(xxpsk3_speaks_as_published),
        cmocka_unit_test(two_with_the_same_psk_learn_each_others_static_key),
        cmocka_unit_test(another_psk_is_refused_at_the_first_message),
        cmocka_unit_test(another_prologue_is_refused_at_the_first_message),
        cmocka_unit_test(a_payload_can_sign_the_hash_before_it),
        cmocka_unit_test(every_truncated_or_changed_message_is_refused),
        cmocka_unit_test(a_message_longer_than_noise_allows_is_malformed),
        cmocka_unit_test(a_zero_ephemeral_is_refused),
        cmocka_unit_test(frames_open_once_and_in_order),
        cmocka_unit_test(a_truncated_or_changed_frame_is_refused),
        cmocka_unit_test(a_sign_of_life_overtakes_frames_and_is_heard_once),
        cmocka_unit_test(rekeying_changes_the_key_on_both_sides_and_keeps_counting),
        cmocka_unit_test(the_next_key_is_what_the_last_counter_makes_of_zeros),
        cmocka_unit_test(done_wipes_every_secret),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
