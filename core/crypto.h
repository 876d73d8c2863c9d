/* SPDX-License-Identifier: MIT
 * The one seam to libsodium: every key is a type of its own, every call total or an enum error.
 * Draws no randomness: whoever needs some passes it in (random.h). */
#pragma once
#include "core/base/bytes.h"
#include "error.h"

struct hash {
    uint8_t bytes[32];
}; /* BLAKE2b-256 */
struct sign_public {
    uint8_t bytes[32];
}; /* Ed25519 (RFC 8032): a device, or a root */
struct sign_secret {
    uint8_t bytes[64];
}; /* seed and public key, as libsodium keeps them */
struct signature {
    uint8_t bytes[64];
};
struct dh_public {
    uint8_t bytes[32];
}; /* X25519 (RFC 7748): box keys and link keys */
struct dh_secret {
    uint8_t bytes[32];
};
struct secret_key {
    uint8_t bytes[32];
}; /* symmetric: psk, workspace key, epoch key, store key */

#define AEAD_TAG_SIZE 16
#define SEALED_NONCE_SIZE 24
#define SEALED_OVERHEAD (SEALED_NONCE_SIZE + AEAD_TAG_SIZE)
#define BOX_KEY_SIZE (32 + 16) /* a 32-byte key in a box */

MUST_USE enum error crypto_init(void);                        /* once per process, before anything else */
bool crypto_equal(const void *a, const void *b, size_t size); /* constant time */
void crypto_wipe(void *secret, size_t size);
bool crypto_is_zero(const void *data, size_t size);

/* --- hashes: BLAKE2b (RFC 7693), unkeyed unless a key is named */
void crypto_hash(struct bytes data, struct hash *ret);
void crypto_hash_parts(const struct bytes *parts, size_t count, struct hash *ret); /* of the concatenation */
void crypto_hash_keyed(const struct secret_key *key, struct bytes data, struct hash *ret);
void crypto_hash512(const struct bytes *parts, size_t count, uint8_t ret[64]); /* BLAKE2b-512, for Noise */
void crypto_hmac512(struct bytes key, const struct bytes *parts, size_t count,
                    uint8_t ret[64]); /* HMAC-BLAKE2b, block 128 */

/* --- Ed25519 */
void crypto_sign_keypair_from(const uint8_t seed[32], struct sign_public *ret_public, struct sign_secret *ret_secret);
/* Signs context ‖ message; message is at most 8 KiB. */
void crypto_sign(const struct sign_secret *secret, struct bytes context, struct bytes message, struct signature *ret);
MUST_USE enum error crypto_verify(const struct sign_public *key, struct bytes context, struct bytes message,
                                  const struct signature *signature); /* ERR_BAD_SIGNATURE */

/* --- X25519 */
void crypto_dh_keypair_from(const uint8_t seed[32], struct dh_public *ret_public, struct dh_secret *ret_secret);
/* The pair that belongs to an Ed25519 one (RFC 7748 §4.1, the birational map).  ERR_CRYPTO: it is no such key. */
MUST_USE enum error crypto_dh_public_of(const struct sign_public *key, struct dh_public *ret);
void crypto_dh_secret_of(const struct sign_secret *secret, struct dh_secret *ret);
MUST_USE enum error crypto_dh(const struct dh_secret *secret, const struct dh_public *peer,
                              uint8_t ret[32]); /* ERR_CRYPTO: all zero */

/* --- ChaCha20-Poly1305 (RFC 8439) with a counter nonce as Noise counts: 32 zero bits, 64-bit little-endian.
 * `out` holds text.size + AEAD_TAG_SIZE (seal) or sealed.size - AEAD_TAG_SIZE (open); in place is allowed. */
void crypto_aead_seal(const struct secret_key *key, uint64_t counter, struct bytes ad, struct bytes text, uint8_t *out);
MUST_USE enum error crypto_aead_open(const struct secret_key *key, uint64_t counter, struct bytes ad,
                                     struct bytes sealed, uint8_t *out); /* ERR_CRYPTO */

/* --- XChaCha20-Poly1305: sealed = nonce(24) ‖ ciphertext ‖ tag.  Appends to `out`. */
void crypto_seal(const struct secret_key *key, const uint8_t nonce[24], struct bytes ad, struct bytes text,
                 struct buffer *out);
MUST_USE enum error crypto_open(const struct secret_key *key, struct bytes ad, struct bytes sealed,
                                struct buffer *out); /* ERR_CRYPTO */

/* --- a 32-byte key for one box key, from a fresh ephemeral one: crypto_box_easy with
 * nonce = first 24 bytes of BLAKE2b-256("zuruf-box-v1" ‖ ephemeral public ‖ recipient) */
MUST_USE enum error crypto_box_key(const struct dh_secret *ephemeral, const struct dh_public *ephemeral_public,
                                   const struct dh_public *recipient, const struct secret_key *key,
                                   uint8_t ret[BOX_KEY_SIZE]);
MUST_USE enum error crypto_unbox_key(const struct dh_secret *secret, const struct dh_public *own_public,
                                     const struct dh_public *ephemeral, const uint8_t box[BOX_KEY_SIZE],
                                     struct secret_key *ret);

/* --- Argon2id (RFC 9106), one lane; `salt` is hashed to 16 bytes.  ERR_CRYPTO: there is no such memory, or less than
 * 8 KiB or no pass is asked for. */
struct password_cost {
    uint32_t passes, memory_kib;
};
MUST_USE enum error crypto_password_key_at(struct password_cost cost, struct bytes password, struct bytes salt,
                                           struct secret_key *ret);
/* With 64 MiB and 2 passes; about 0.1 s. */
MUST_USE enum error crypto_password_key(struct bytes password, struct bytes salt, struct secret_key *ret);
