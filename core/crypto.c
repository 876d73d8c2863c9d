/* SPDX-License-Identifier: MIT */
#include "crypto.h"

#include <assert.h>
/* Not <sodium.h>: it declares a crypto_hash and a crypto_sign of its own. */
#include <sodium/core.h>
#include <sodium/crypto_aead_chacha20poly1305.h>
#include <sodium/crypto_aead_xchacha20poly1305.h>
#include <sodium/crypto_box.h>
#include <sodium/crypto_generichash.h>
#include <sodium/crypto_pwhash.h>
#include <sodium/crypto_scalarmult.h>
#include <sodium/crypto_sign_ed25519.h>
#include <sodium/utils.h>

#define SIGNED_MAX 8192
#define CONTEXT_MAX 128
#define HMAC_BLOCK 128
#define HMAC_HASH 64

static_assert(sizeof(struct sign_public) == crypto_sign_ed25519_PUBLICKEYBYTES, "Ed25519");
static_assert(sizeof(struct sign_secret) == crypto_sign_ed25519_SECRETKEYBYTES, "Ed25519");
static_assert(sizeof(struct signature) == crypto_sign_ed25519_BYTES, "Ed25519");
static_assert(sizeof(struct dh_public) == crypto_box_PUBLICKEYBYTES, "X25519");
static_assert(AEAD_TAG_SIZE == crypto_aead_chacha20poly1305_ietf_ABYTES, "Poly1305");
static_assert(SEALED_NONCE_SIZE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "XChaCha20");
static_assert(BOX_KEY_SIZE == sizeof(struct secret_key) + crypto_box_MACBYTES, "crypto_box");

enum error crypto_init(void)
{
    return sodium_init() < 0 ? ERR_CRYPTO : OK;
}

bool crypto_equal(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

void crypto_wipe(void *secret, size_t size)
{
    sodium_memzero(secret, size);
}

bool crypto_is_zero(const void *data, size_t size)
{
    return sodium_is_zero(data, size) == 1;
}

/* ---------------------------------------------------------------- hashes */

void crypto_hash(struct bytes data, struct hash *ret)
{
    crypto_generichash(ret->bytes, sizeof ret->bytes, data.data, data.size, NULL, 0);
}

void crypto_hash_keyed(const struct secret_key *key, struct bytes data, struct hash *ret)
{
    crypto_generichash(ret->bytes, sizeof ret->bytes, data.data, data.size, key->bytes, sizeof key->bytes);
}

static void hash_parts(const struct bytes *parts, size_t count, uint8_t *ret, size_t size)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, size);
    for (size_t i = 0; i < count; i++)
        crypto_generichash_update(&state, parts[i].data, parts[i].size);
    crypto_generichash_final(&state, ret, size);
}

void crypto_hash_parts(const struct bytes *parts, size_t count, struct hash *ret)
{
    hash_parts(parts, count, ret->bytes, sizeof ret->bytes);
}

void crypto_hash512(const struct bytes *parts, size_t count, uint8_t ret[64])
{
    hash_parts(parts, count, ret, 64);
}

/* RFC 2104; the keyed mode of BLAKE2b is something else. */
void crypto_hmac512(struct bytes key, const struct bytes *parts, size_t count, uint8_t ret[64])
{
    uint8_t pad[HMAC_BLOCK] = {0};
    if (key.size > sizeof pad)
        crypto_hash512(&key, 1, pad);
    else if (key.size)
        memcpy(pad, key.data, key.size);

    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36;
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, HMAC_HASH);
    crypto_generichash_update(&state, pad, sizeof pad);
    for (size_t i = 0; i < count; i++)
        crypto_generichash_update(&state, parts[i].data, parts[i].size);
    uint8_t inner[HMAC_HASH];
    crypto_generichash_final(&state, inner, sizeof inner);

    for (size_t i = 0; i < sizeof pad; i++)
        pad[i] ^= 0x36 ^ 0x5c;
    const struct bytes outer[] = {BYTES_OF(pad), BYTES_OF(inner)};
    crypto_hash512(outer, 2, ret);

    crypto_wipe(pad, sizeof pad);
    crypto_wipe(inner, sizeof inner);
    crypto_wipe(&state, sizeof state);
}

/* ---------------------------------------------------------------- Ed25519 */

void crypto_sign_keypair_from(const uint8_t seed[32], struct sign_public *ret_public, struct sign_secret *ret_secret)
{
    crypto_sign_ed25519_seed_keypair(ret_public->bytes, ret_secret->bytes, seed);
}

/* What is signed lies in one piece: pure Ed25519 reads it twice. */
struct signed_text {
    size_t size;
    uint8_t bytes[CONTEXT_MAX + SIGNED_MAX];
};

static void join(struct signed_text *text, struct bytes context, struct bytes message)
{
    assert(context.size <= CONTEXT_MAX && message.size <= SIGNED_MAX);
    if (context.size)
        memcpy(text->bytes, context.data, context.size);
    if (message.size)
        memcpy(text->bytes + context.size, message.data, message.size);
    text->size = context.size + message.size;
}

void crypto_sign(const struct sign_secret *secret, struct bytes context, struct bytes message, struct signature *ret)
{
    struct signed_text text;
    join(&text, context, message);
    crypto_sign_ed25519_detached(ret->bytes, NULL, text.bytes, text.size, secret->bytes);
}

enum error crypto_verify(const struct sign_public *key, struct bytes context, struct bytes message,
                         const struct signature *signature)
{
    if (message.size > SIGNED_MAX)
        return ERR_BAD_SIGNATURE; /* nobody signs this much, and it may come from a peer */

    struct signed_text text;
    join(&text, context, message);
    int result = crypto_sign_ed25519_verify_detached(signature->bytes, text.bytes, text.size, key->bytes);
    return result == 0 ? OK : ERR_BAD_SIGNATURE;
}

/* ---------------------------------------------------------------- X25519 */

void crypto_dh_keypair_from(const uint8_t seed[32], struct dh_public *ret_public, struct dh_secret *ret_secret)
{
    memcpy(ret_secret->bytes, seed, sizeof ret_secret->bytes); /* clamped at each use, RFC 7748 §5 */
    crypto_scalarmult_base(ret_public->bytes, ret_secret->bytes);
}

enum error crypto_dh_public_of(const struct sign_public *key, struct dh_public *ret)
{
    struct dh_public public;
    if (crypto_sign_ed25519_pk_to_curve25519(public.bytes, key->bytes) != 0)
        return ERR_CRYPTO;
    *ret = public;
    return OK;
}

void crypto_dh_secret_of(const struct sign_secret *secret, struct dh_secret *ret)
{
    crypto_sign_ed25519_sk_to_curve25519(ret->bytes, secret->bytes);
}

enum error crypto_dh(const struct dh_secret *secret, const struct dh_public *peer, uint8_t ret[32])
{
    uint8_t shared[crypto_scalarmult_BYTES];
    if (crypto_scalarmult(shared, secret->bytes, peer->bytes) != 0)
        return ERR_CRYPTO;
    memcpy(ret, shared, sizeof shared);
    crypto_wipe(shared, sizeof shared);
    return OK;
}

/* ---------------------------------------------------------------- sealing */

static void counter_nonce(uint64_t counter, uint8_t ret[crypto_aead_chacha20poly1305_ietf_NPUBBYTES])
{
    memset(ret, 0, 4);
    for (int i = 0; i < 8; i++)
        ret[4 + i] = (uint8_t)(counter >> 8 * i);
}

void crypto_aead_seal(const struct secret_key *key, uint64_t counter, struct bytes ad, struct bytes text, uint8_t *out)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    counter_nonce(counter, nonce);
    crypto_aead_chacha20poly1305_ietf_encrypt(out, NULL, text.data, text.size, ad.data, ad.size, NULL, nonce,
                                              key->bytes);
}

enum error crypto_aead_open(const struct secret_key *key, uint64_t counter, struct bytes ad, struct bytes sealed,
                            uint8_t *out)
{
    uint8_t nonce[crypto_aead_chacha20poly1305_ietf_NPUBBYTES];
    counter_nonce(counter, nonce);
    int result = crypto_aead_chacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed.data, sealed.size, ad.data, ad.size,
                                                           nonce, key->bytes);
    return result == 0 ? OK : ERR_CRYPTO;
}

void crypto_seal(const struct secret_key *key, const uint8_t nonce[24], struct bytes ad, struct bytes text,
                 struct buffer *out)
{
    uint8_t *sealed = buffer_extend(out, SEALED_OVERHEAD + text.size);
    memcpy(sealed, nonce, SEALED_NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + SEALED_NONCE_SIZE, NULL, text.data, text.size, ad.data, ad.size,
                                               NULL, nonce, key->bytes);
}

enum error crypto_open(const struct secret_key *key, struct bytes ad, struct bytes sealed, struct buffer *out)
{
    if (sealed.size < SEALED_OVERHEAD)
        return ERR_CRYPTO;

    size_t before = out->size;
    uint8_t *text = buffer_extend(out, sealed.size - SEALED_OVERHEAD);
    int result = crypto_aead_xchacha20poly1305_ietf_decrypt(text, NULL, NULL, sealed.data + SEALED_NONCE_SIZE,
                                                            sealed.size - SEALED_NONCE_SIZE, ad.data, ad.size,
                                                            sealed.data, key->bytes);
    if (result != 0) {
        out->size = before;
        return ERR_CRYPTO;
    }
    return OK;
}

/* ---------------------------------------------------------------- boxes */

static void box_nonce(const struct dh_public *ephemeral, const struct dh_public *recipient,
                      uint8_t ret[crypto_box_NONCEBYTES])
{
    const struct bytes parts[] = {BYTES_TEXT("zuruf-box-v1"), BYTES_OF(ephemeral->bytes), BYTES_OF(recipient->bytes)};
    struct hash hash;
    crypto_hash_parts(parts, 3, &hash);
    memcpy(ret, hash.bytes, crypto_box_NONCEBYTES);
}

enum error crypto_box_key(const struct dh_secret *ephemeral, const struct dh_public *ephemeral_public,
                          const struct dh_public *recipient, const struct secret_key *key, uint8_t ret[BOX_KEY_SIZE])
{
    uint8_t nonce[crypto_box_NONCEBYTES], box[BOX_KEY_SIZE];
    box_nonce(ephemeral_public, recipient, nonce);
    if (crypto_box_easy(box, key->bytes, sizeof key->bytes, nonce, recipient->bytes, ephemeral->bytes) != 0)
        return ERR_CRYPTO;
    memcpy(ret, box, sizeof box);
    return OK;
}

enum error crypto_unbox_key(const struct dh_secret *secret, const struct dh_public *own_public,
                            const struct dh_public *ephemeral, const uint8_t box[BOX_KEY_SIZE], struct secret_key *ret)
{
    uint8_t nonce[crypto_box_NONCEBYTES];
    struct secret_key key;
    box_nonce(ephemeral, own_public, nonce);
    if (crypto_box_open_easy(key.bytes, box, BOX_KEY_SIZE, nonce, ephemeral->bytes, secret->bytes) != 0)
        return ERR_CRYPTO;
    *ret = key;
    crypto_wipe(&key, sizeof key);
    return OK;
}

enum error crypto_password_key_at(struct password_cost cost, struct bytes password, struct bytes salt,
                                  struct secret_key *ret)
{
    uint8_t salt_hash[crypto_pwhash_SALTBYTES];
    crypto_generichash(salt_hash, sizeof salt_hash, salt.data, salt.size, NULL, 0);

    const char *text = password.size ? (const char *)password.data : "";
    struct secret_key key;
    if (crypto_pwhash(key.bytes, sizeof key.bytes, text, password.size, salt_hash, cost.passes,
                      (size_t)cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return ERR_CRYPTO;
    *ret = key;
    crypto_wipe(&key, sizeof key);
    return OK;
}

enum error crypto_password_key(struct bytes password, struct bytes salt, struct secret_key *ret)
{
    static const struct password_cost cost = {.passes = 2, .memory_kib = 64u * 1024};
    return crypto_password_key_at(cost, password, salt, ret);
}
