/* SPDX-License-Identifier: MIT */
#include "noise.h"

#include <assert.h>

#define DH_SIZE 32
#define HASH_SIZE 64
#define TOKENS_MAX 4

enum token { TOKEN_NONE, TOKEN_E, TOKEN_S, TOKEN_EE, TOKEN_ES, TOKEN_SE };

/* Noise §7.5: XX.  The psk token comes before the first message (psk0) or after the last (psk3), §9. */
static const enum token pattern[NOISE_HANDSHAKE_MESSAGES][TOKENS_MAX] = {
    {TOKEN_E},
    {TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES},
    {TOKEN_S, TOKEN_SE},
};

/* ---------------------------------------------------------------- symmetric state (Noise §5.2) */

static void mix_hash(struct noise_handshake *noise, struct bytes data)
{
    const struct bytes parts[] = {BYTES_OF(noise->h), data};
    crypto_hash512(parts, 2, noise->h);
}

/* HKDF of Noise §4.3: outputs chained by their number, as many as `count`. */
static void hkdf(const uint8_t ck[HASH_SIZE], struct bytes input, uint8_t ret[][HASH_SIZE], uint8_t count)
{
    uint8_t temp[HASH_SIZE];
    crypto_hmac512((struct bytes){ck, HASH_SIZE}, &input, 1, temp);
    for (uint8_t i = 0; i < count; i++) {
        uint8_t number = (uint8_t)(i + 1);
        struct bytes before = i ? BYTES_OF(ret[i - 1]) : (struct bytes){0};
        const struct bytes parts[] = {before, {&number, 1}};
        crypto_hmac512(BYTES_OF(temp), parts, 2, ret[i]);
    }
    crypto_wipe(temp, sizeof temp);
}

static void set_key(struct noise_cipher *cipher, const uint8_t key[HASH_SIZE])
{
    memcpy(cipher->key.bytes, key, sizeof cipher->key.bytes); /* the first half of the hash */
    cipher->counter = 0;
    cipher->has_key = true;
}

static void mix_key(struct noise_handshake *noise, struct bytes input)
{
    uint8_t keys[2][HASH_SIZE];
    hkdf(noise->ck, input, keys, 2);
    memcpy(noise->ck, keys[0], HASH_SIZE);
    set_key(&noise->cipher, keys[1]);
    crypto_wipe(keys, sizeof keys);
}

static void mix_psk(struct noise_handshake *noise)
{
    uint8_t keys[3][HASH_SIZE];
    hkdf(noise->ck, BYTES_OF(noise->psk.bytes), keys, 3);
    memcpy(noise->ck, keys[0], HASH_SIZE);
    mix_hash(noise, BYTES_OF(keys[1]));
    set_key(&noise->cipher, keys[2]);
    crypto_wipe(keys, sizeof keys);
}

static enum error mix_dh(struct noise_handshake *noise, const struct dh_secret *own, const struct dh_public *peer)
{
    uint8_t shared[DH_SIZE];
    enum error err = crypto_dh(own, peer, shared);
    if (err)
        return err;
    mix_key(noise, BYTES_OF(shared));
    crypto_wipe(shared, sizeof shared);
    return OK;
}

static size_t tag_size(const struct noise_handshake *noise)
{
    return noise->cipher.has_key ? AEAD_TAG_SIZE : 0;
}

static void encrypt_and_hash(struct noise_handshake *noise, struct bytes text, struct buffer *out)
{
    size_t size = text.size + tag_size(noise);
    uint8_t *part = buffer_extend(out, size);
    if (noise->cipher.has_key)
        crypto_aead_seal(&noise->cipher.key, noise->cipher.counter++, BYTES_OF(noise->h), text, part);
    else if (size)
        memcpy(part, text.data, size);
    mix_hash(noise, (struct bytes){part, size});
}

/* `out` has room for the text. */
static enum error decrypt_and_hash(struct noise_handshake *noise, struct bytes sealed, uint8_t *out)
{
    if (sealed.size < tag_size(noise))
        return ERR_MALFORMED;
    if (noise->cipher.has_key) {
        enum error err = crypto_aead_open(&noise->cipher.key, noise->cipher.counter, BYTES_OF(noise->h), sealed, out);
        if (err)
            return err;
        noise->cipher.counter++;
    } else if (sealed.size) {
        memcpy(out, sealed.data, sealed.size);
    }
    mix_hash(noise, sealed);
    return OK;
}

/* ---------------------------------------------------------------- handshake state (Noise §5.3) */

/* All three names have less than 64 bytes, so h is the name and zeros, not its hash (§5.2). */
static struct bytes protocol_name(enum noise_psk psk_at)
{
    switch (psk_at) {
    case NOISE_XX:
        return BYTES_TEXT("Noise_XX_25519_ChaChaPoly_BLAKE2b");
    case NOISE_XXPSK0:
        return BYTES_TEXT("Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b");
    case NOISE_XXPSK3:
        return BYTES_TEXT("Noise_XXpsk3_25519_ChaChaPoly_BLAKE2b");
    }
    assert(false);
    return (struct bytes){0};
}

void noise_init(struct noise_handshake *noise, enum noise_role role, enum noise_psk psk_at, struct bytes prologue,
                const struct dh_public *s, const struct dh_secret *s_secret, const uint8_t ephemeral_seed[32],
                const struct secret_key *psk)
{
    assert(psk || psk_at == NOISE_XX);
    *noise = (struct noise_handshake){.role = role, .psk_at = psk_at, .s = *s, .s_secret = *s_secret};
    if (psk)
        noise->psk = *psk;
    crypto_dh_keypair_from(ephemeral_seed, &noise->e, &noise->e_secret);

    struct bytes name = protocol_name(psk_at);
    memcpy(noise->h, name.data, name.size);
    memcpy(noise->ck, noise->h, sizeof noise->ck);
    mix_hash(noise, prologue);
}

void noise_done(struct noise_handshake *noise)
{
    crypto_wipe(noise, sizeof *noise);
}

static bool is_own_turn(const struct noise_handshake *noise)
{
    bool is_initiators = noise->message % 2 == 0;
    return is_initiators == (noise->role == NOISE_INITIATOR);
}

static void mix_ephemeral(struct noise_handshake *noise, const struct dh_public *e)
{
    mix_hash(noise, BYTES_OF(e->bytes));
    if (noise->psk_at != NOISE_XX)
        mix_key(noise, BYTES_OF(e->bytes)); /* §9.2: so that two handshakes never share a key stream */
}

/* A token that is the same work on both sides. */
static enum error mix_token(struct noise_handshake *noise, enum token token)
{
    bool is_initiator = noise->role == NOISE_INITIATOR;
    switch (token) {
    case TOKEN_EE:
        return mix_dh(noise, &noise->e_secret, &noise->re);
    case TOKEN_ES:
        return is_initiator ? mix_dh(noise, &noise->e_secret, &noise->rs) : mix_dh(noise, &noise->s_secret, &noise->re);
    case TOKEN_SE:
        return is_initiator ? mix_dh(noise, &noise->s_secret, &noise->re) : mix_dh(noise, &noise->e_secret, &noise->rs);
    case TOKEN_NONE:
    case TOKEN_E:
    case TOKEN_S:
        break;
    }
    return OK;
}

static enum error write_token(struct noise_handshake *noise, enum token token, struct buffer *out)
{
    if (token == TOKEN_E) {
        buffer_append(out, BYTES_OF(noise->e.bytes));
        mix_ephemeral(noise, &noise->e);
        return OK;
    }
    if (token == TOKEN_S) {
        encrypt_and_hash(noise, BYTES_OF(noise->s.bytes), out);
        return OK;
    }
    return mix_token(noise, token);
}

enum error noise_write_tokens(struct noise_handshake *noise, struct buffer *out)
{
    assert(noise->message < NOISE_HANDSHAKE_MESSAGES && is_own_turn(noise));
    size_t start = out->size;
    if (noise->psk_at == NOISE_XXPSK0 && noise->message == 0)
        mix_psk(noise);
    for (size_t i = 0; i < TOKENS_MAX; i++) {
        enum error err = write_token(noise, pattern[noise->message][i], out);
        if (err) {
            out->size = start;
            return err;
        }
    }
    if (noise->psk_at == NOISE_XXPSK3 && noise->message == 2)
        mix_psk(noise);
    return OK;
}

void noise_write_payload(struct noise_handshake *noise, struct bytes payload, struct buffer *out)
{
    encrypt_and_hash(noise, payload, out);
    noise->message++;
}

enum error noise_write(struct noise_handshake *noise, struct bytes payload, struct buffer *out)
{
    enum error err = noise_write_tokens(noise, out);
    if (!err)
        noise_write_payload(noise, payload, out);
    return err;
}

/* Cuts `size` bytes off the front of `rest`. */
static enum error cut(struct bytes *rest, size_t size, struct bytes *ret)
{
    if (rest->size < size)
        return ERR_MALFORMED;
    *ret = (struct bytes){rest->data, size};
    *rest = (struct bytes){rest->data + size, rest->size - size};
    return OK;
}

static enum error read_token(struct noise_handshake *noise, enum token token, struct bytes *rest)
{
    struct bytes key;
    if (token == TOKEN_E) {
        enum error err = cut(rest, DH_SIZE, &key);
        if (err)
            return err;
        memcpy(noise->re.bytes, key.data, DH_SIZE);
        noise->has_re = true;
        mix_ephemeral(noise, &noise->re);
        return OK;
    }
    if (token == TOKEN_S) {
        enum error err = cut(rest, DH_SIZE + tag_size(noise), &key);
        if (!err)
            err = decrypt_and_hash(noise, key, noise->rs.bytes);
        noise->has_rs = !err;
        return err;
    }
    return mix_token(noise, token);
}

enum error noise_read_tokens(struct noise_handshake *noise, struct bytes message, struct bytes *ret_rest)
{
    assert(noise->message < NOISE_HANDSHAKE_MESSAGES && !is_own_turn(noise));
    if (message.size > NOISE_MESSAGE_MAX)
        return ERR_MALFORMED;
    if (noise->psk_at == NOISE_XXPSK0 && noise->message == 0)
        mix_psk(noise);
    for (size_t i = 0; i < TOKENS_MAX; i++) {
        enum error err = read_token(noise, pattern[noise->message][i], &message);
        if (err)
            return err;
    }
    if (noise->psk_at == NOISE_XXPSK3 && noise->message == 2)
        mix_psk(noise);
    *ret_rest = message;
    return OK;
}

enum error noise_read_payload(struct noise_handshake *noise, struct bytes rest, struct buffer *ret_payload)
{
    size_t before = ret_payload->size;
    size_t overhead = tag_size(noise);
    uint8_t *out = buffer_extend(ret_payload, rest.size > overhead ? rest.size - overhead : 0);
    enum error err = decrypt_and_hash(noise, rest, out);
    if (err) {
        ret_payload->size = before;
        return err;
    }
    noise->message++;
    return OK;
}

enum error noise_read(struct noise_handshake *noise, struct bytes message, struct buffer *ret_payload)
{
    struct bytes rest;
    enum error err = noise_read_tokens(noise, message, &rest);
    return err ? err : noise_read_payload(noise, rest, ret_payload);
}

/* ---------------------------------------------------------------- transport (Noise §5.1) */

void noise_split(const struct noise_handshake *noise, struct noise_cipher *ret_send, struct noise_cipher *ret_receive)
{
    assert(noise->message == NOISE_HANDSHAKE_MESSAGES);
    bool is_initiator = noise->role == NOISE_INITIATOR;
    uint8_t keys[2][HASH_SIZE];
    hkdf(noise->ck, (struct bytes){0}, keys, 2);
    set_key(ret_send, keys[is_initiator ? 0 : 1]);
    set_key(ret_receive, keys[is_initiator ? 1 : 0]);
    crypto_wipe(keys, sizeof keys);
}

void noise_encrypt(struct noise_cipher *cipher, struct bytes text, struct buffer *out)
{
    assert(cipher->has_key && cipher->counter < UINT64_MAX);
    uint8_t *part = buffer_extend(out, text.size + AEAD_TAG_SIZE);
    crypto_aead_seal(&cipher->key, cipher->counter++, (struct bytes){0}, text, part);
}

enum error noise_decrypt(struct noise_cipher *cipher, struct bytes sealed, struct buffer *out)
{
    assert(cipher->has_key);
    if (sealed.size < AEAD_TAG_SIZE || cipher->counter == UINT64_MAX)
        return ERR_CRYPTO;
    size_t before = out->size;
    uint8_t *part = buffer_extend(out, sealed.size - AEAD_TAG_SIZE);
    enum error err = crypto_aead_open(&cipher->key, cipher->counter, (struct bytes){0}, sealed, part);
    if (err) {
        out->size = before;
        return err;
    }
    cipher->counter++;
    return OK;
}

/* §4.2: what a counter that is never reached makes of zeros. */
static void derive_key(const struct secret_key *from, uint64_t counter, struct secret_key *ret)
{
    static const uint8_t zeros[sizeof from->bytes];
    uint8_t sealed[sizeof zeros + AEAD_TAG_SIZE];
    crypto_aead_seal(from, counter, (struct bytes){0}, BYTES_OF(zeros), sealed);
    memcpy(ret->bytes, sealed, sizeof ret->bytes);
    crypto_wipe(sealed, sizeof sealed);
}

/* The counter goes on. */
void noise_rekey(struct noise_cipher *cipher)
{
    derive_key(&cipher->key, UINT64_MAX, &cipher->key);
}

void noise_life(const struct noise_cipher *transport, struct noise_cipher *ret)
{
    *ret = (struct noise_cipher){.has_key = true};
    derive_key(&transport->key, UINT64_MAX - 1, &ret->key);
}
