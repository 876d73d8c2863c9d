/* SPDX-License-Identifier: MIT
 * core/crypto.h and core/base/random.h without any strength, for runs with many seeds: a signature is a keyed hash that
 * whoever knows the public key can make, a cipher is XOR, the group of the key exchange has 61 bits.  What they must
 * do for the core they do: other bytes give another hash, what was altered does not verify or open, both sides of an
 * exchange get the same. */
#include "core/base/random.h"
#include <assert.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#define FIELD ((UINT64_C(1) << 61) - 1) /* a Mersenne prime */
#define GENERATOR 37
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)
#define JOINED_MAX 1024 /* what is hashed in one go on the stack */

__extension__ typedef unsigned __int128 wide; /* C11 has no name for it */

enum error crypto_init(void)
{
    return OK;
}

bool crypto_equal(const void *a, const void *b, size_t size)
{
    return size == 0 || memcmp(a, b, size) == 0;
}

void crypto_wipe(void *secret, size_t size)
{
    if (size)
        memset(secret, 0, size);
}

bool crypto_is_zero(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    uint8_t any = 0;
    for (size_t i = 0; i < size; i++)
        any |= bytes[i];
    return any == 0;
}

/* ---------------------------------------------------------------- numbers from numbers: SplitMix64 */

static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t number(const uint8_t bytes[8])
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static uint64_t number_of_key(const uint8_t key[32])
{
    return mix(number(key) + mix(number(key + 8) + mix(number(key + 16) + mix(number(key + 24)))));
}

/* out = in XOR a stream of numbers. */
static void stream_xor(uint64_t seed, const uint8_t *in, uint8_t *out, size_t size)
{
    uint64_t word, pad = mix(seed);
    for (; size >= sizeof word; in += sizeof word, out += sizeof word, size -= sizeof word) {
        memcpy(&word, in, sizeof word);
        word ^= pad += GOLDEN;
        memcpy(out, &word, sizeof word);
    }
    pad += GOLDEN;
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(in[i] ^ pad >> 8 * i);
}

static void stream(uint64_t seed, uint8_t *out, size_t size)
{
    for (uint64_t word; size; out += sizeof word, size -= sizeof word) {
        word = mix(seed += GOLDEN);
        if (size < sizeof word) {
            memcpy(out, &word, size);
            return;
        }
        memcpy(out, &word, sizeof word);
    }
}

/* ---------------------------------------------------------------- hashes */

static void spread(XXH128_hash_t hash, uint8_t *ret, size_t size)
{
    memcpy(ret, &hash, sizeof hash);
    if (size > sizeof hash)
        stream(hash.low64 ^ mix(hash.high64), ret + sizeof hash, size - sizeof hash);
}

static XXH128_hash_t hash_long(const struct bytes *parts, size_t count, uint64_t seed)
{
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_128bits_reset_withSeed(&state, seed);
    for (size_t i = 0; i < count; i++)
        XXH3_128bits_update(&state, parts[i].data, parts[i].size);
    return XXH3_128bits_digest(&state);
}

static void hash_seeded(const struct bytes *parts, size_t count, uint64_t seed, uint8_t *ret, size_t size)
{
    uint8_t joined[JOINED_MAX];
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].size > sizeof joined - total) {
            spread(hash_long(parts, count, seed), ret, size);
            return;
        }
        if (parts[i].size)
            memcpy(joined + total, parts[i].data, parts[i].size);
        total += parts[i].size;
    }
    spread(XXH3_128bits_withSeed(joined, total, seed), ret, size);
}

void crypto_hash(struct bytes data, struct hash *ret)
{
    spread(XXH3_128bits(data.data, data.size), ret->bytes, sizeof ret->bytes);
}

void crypto_hash_parts(const struct bytes *parts, size_t count, struct hash *ret)
{
    hash_seeded(parts, count, 0, ret->bytes, sizeof ret->bytes);
}

void crypto_hash_keyed(const struct secret_key *key, struct bytes data, struct hash *ret)
{
    spread(XXH3_128bits_withSeed(data.data, data.size, number_of_key(key->bytes)), ret->bytes, sizeof ret->bytes);
}

void crypto_hash512(const struct bytes *parts, size_t count, uint8_t ret[64])
{
    hash_seeded(parts, count, 0, ret, 64);
}

void crypto_hmac512(struct bytes key, const struct bytes *parts, size_t count, uint8_t ret[64])
{
    hash_seeded(parts, count, XXH3_64bits(key.data, key.size), ret, 64);
}

/* ---------------------------------------------------------------- signatures */

void crypto_sign_keypair_from(const uint8_t seed[32], struct sign_public *ret_public, struct sign_secret *ret_secret)
{
    stream(number_of_key(seed), ret_public->bytes, sizeof ret_public->bytes);
    memcpy(ret_secret->bytes, seed, 32);
    memcpy(ret_secret->bytes + 32, ret_public->bytes, 32);
}

void crypto_sign(const struct sign_secret *secret, struct bytes context, struct bytes message, struct signature *ret)
{
    const struct bytes parts[] = {context, message};
    hash_seeded(parts, 2, number_of_key(secret->bytes + 32), ret->bytes, sizeof ret->bytes);
}

enum error crypto_verify(const struct sign_public *key, struct bytes context, struct bytes message,
                         const struct signature *signature)
{
    const struct bytes parts[] = {context, message};
    uint8_t expected[64];
    hash_seeded(parts, 2, number_of_key(key->bytes), expected, sizeof expected);
    return memcmp(expected, signature->bytes, sizeof expected) == 0 ? OK : ERR_BAD_SIGNATURE;
}

/* ---------------------------------------------------------------- key exchange: Diffie and Hellman, modulo FIELD */

static uint64_t times(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;
    uint64_t sum = (uint64_t)(product & FIELD) + (uint64_t)(product >> 61);
    return sum >= FIELD ? sum - FIELD : sum;
}

static uint64_t power(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    for (; exponent; exponent >>= 1, base = times(base, base))
        if (exponent & 1)
            result = times(result, base);
    return result;
}

/* An element of the group in 32 bytes, the same to all who know it. */
static void spread_element(uint64_t element, uint8_t ret[32])
{
    memcpy(ret, &element, sizeof element);
    stream(element, ret + 8, 24);
}

void crypto_dh_keypair_from(const uint8_t seed[32], struct dh_public *ret_public, struct dh_secret *ret_secret)
{
    memcpy(ret_secret->bytes, seed, sizeof ret_secret->bytes);
    spread_element(power(GENERATOR, number_of_key(seed)), ret_public->bytes);
}

enum error crypto_dh_public_of(const struct sign_public *key, struct dh_public *ret)
{
    spread_element(power(GENERATOR, number_of_key(key->bytes)), ret->bytes);
    return OK;
}

void crypto_dh_secret_of(const struct sign_secret *secret, struct dh_secret *ret)
{
    memcpy(ret->bytes, secret->bytes + 32, sizeof ret->bytes);
}

enum error crypto_dh(const struct dh_secret *secret, const struct dh_public *peer, uint8_t ret[32])
{
    uint64_t element = number(peer->bytes) % FIELD;
    if (element == 0)
        return ERR_CRYPTO;
    spread_element(power(element, number_of_key(secret->bytes)), ret);
    return OK;
}

/* ---------------------------------------------------------------- sealing */

static void make_tag(uint64_t seed, struct bytes ad, struct bytes text, uint8_t ret[AEAD_TAG_SIZE])
{
    XXH128_hash_t hash = XXH3_128bits_withSeed(text.data, text.size, XXH3_64bits_withSeed(ad.data, ad.size, seed));
    memcpy(ret, &hash, AEAD_TAG_SIZE);
}

static void seal(uint64_t seed, struct bytes ad, struct bytes text, uint8_t *out)
{
    stream_xor(seed, text.data, out, text.size);
    make_tag(seed, ad, (struct bytes){out, text.size}, out + text.size);
}

static enum error open_sealed(uint64_t seed, struct bytes ad, struct bytes sealed, uint8_t *out)
{
    uint8_t tag[AEAD_TAG_SIZE];
    if (sealed.size < sizeof tag)
        return ERR_CRYPTO;
    struct bytes text = {sealed.data, sealed.size - sizeof tag};
    make_tag(seed, ad, text, tag);
    if (memcmp(tag, sealed.data + text.size, sizeof tag) != 0)
        return ERR_CRYPTO;
    stream_xor(seed, text.data, out, text.size);
    return OK;
}

void crypto_aead_seal(const struct secret_key *key, uint64_t counter, struct bytes ad, struct bytes text, uint8_t *out)
{
    seal(mix(number_of_key(key->bytes) + counter), ad, text, out);
}

enum error crypto_aead_open(const struct secret_key *key, uint64_t counter, struct bytes ad, struct bytes sealed,
                            uint8_t *out)
{
    return open_sealed(mix(number_of_key(key->bytes) + counter), ad, sealed, out);
}

static uint64_t number_of_nonce(const struct secret_key *key, const uint8_t nonce[SEALED_NONCE_SIZE])
{
    return number_of_key(key->bytes) + XXH3_64bits(nonce, SEALED_NONCE_SIZE);
}

void crypto_seal(const struct secret_key *key, const uint8_t nonce[24], struct bytes ad, struct bytes text,
                 struct buffer *out)
{
    uint8_t *sealed = buffer_extend(out, SEALED_OVERHEAD + text.size);
    memcpy(sealed, nonce, SEALED_NONCE_SIZE);
    seal(number_of_nonce(key, nonce), ad, text, sealed + SEALED_NONCE_SIZE);
}

enum error crypto_open(const struct secret_key *key, struct bytes ad, struct bytes sealed, struct buffer *out)
{
    if (sealed.size < SEALED_OVERHEAD)
        return ERR_CRYPTO;
    size_t before = out->size;
    struct bytes rest = {sealed.data + SEALED_NONCE_SIZE, sealed.size - SEALED_NONCE_SIZE};
    uint8_t *text = buffer_extend(out, sealed.size - SEALED_OVERHEAD);
    enum error err = open_sealed(number_of_nonce(key, sealed.data), ad, rest, text);
    if (err)
        out->size = before;
    return err;
}

/* ---------------------------------------------------------------- boxes */

enum error crypto_box_key(const struct dh_secret *ephemeral, const struct dh_public *ephemeral_public,
                          const struct dh_public *recipient, const struct secret_key *key, uint8_t ret[BOX_KEY_SIZE])
{
    uint8_t shared[32];
    enum error err = crypto_dh(ephemeral, recipient, shared);
    if (!err)
        seal(number_of_key(shared), BYTES_OF(ephemeral_public->bytes), BYTES_OF(key->bytes), ret);
    return err;
}

enum error crypto_unbox_key(const struct dh_secret *secret, const struct dh_public *own_public,
                            const struct dh_public *ephemeral, const uint8_t box[BOX_KEY_SIZE], struct secret_key *ret)
{
    uint8_t shared[32];
    enum error err = crypto_dh(secret, ephemeral, shared);
    (void)own_public;
    if (err)
        return err;
    return open_sealed(number_of_key(shared), BYTES_OF(ephemeral->bytes), (struct bytes){box, BOX_KEY_SIZE},
                       ret->bytes);
}

enum error crypto_password_key(struct bytes password, struct bytes salt, struct secret_key *ret)
{
    const struct bytes parts[] = {salt, password};
    hash_seeded(parts, 2, 0, ret->bytes, sizeof ret->bytes);
    return OK;
}

enum error crypto_password_key_at(struct password_cost cost, struct bytes password, struct bytes salt,
                                  struct secret_key *ret)
{
    return cost.passes ? crypto_password_key(password, salt, ret) : ERR_CRYPTO;
}

/* ---------------------------------------------------------------- randomness */

void random_stir(struct random *random, const uint8_t seed[32])
{
    uint64_t key = mix(number(random->key.bytes) + number_of_key(seed));
    memcpy(random->key.bytes, &key, sizeof key);
    random->counter = 0;
}

void random_bytes(struct random *random, void *out, size_t size)
{
    stream(number(random->key.bytes) + mix(++random->counter), out, size);
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    uint64_t value;
    assert(bound > 0);
    random_bytes(random, &value, sizeof value);
    return (uint64_t)((wide)value * bound >> 64);
}
