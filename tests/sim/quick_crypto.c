/* SPDX-License-Identifier: MIT
 * The core's cryptography with cheap signatures and codes, for runs with many seeds: who knows a public key can sign
 * for it, and Argon2id becomes one hash.  Everything else is the real thing. */
#define crypto_sign costly_sign
#define crypto_verify costly_verify
#define crypto_password_key costly_password_key
#include "core/crypto.c"
#undef crypto_sign
#undef crypto_verify
#undef crypto_password_key

void crypto_sign(const struct sign_secret *secret, struct bytes context, struct bytes message, struct signature *ret)
{
    const struct bytes parts[] = {{secret->bytes + 32, 32}, context, message};
    crypto_hash512(parts, 3, ret->bytes);
}

enum error crypto_verify(const struct sign_public *key, struct bytes context, struct bytes message,
                         const struct signature *signature)
{
    const struct bytes parts[] = {BYTES_OF(key->bytes), context, message};
    uint8_t expected[64];
    crypto_hash512(parts, 3, expected);
    return memcmp(expected, signature->bytes, sizeof expected) == 0 ? OK : ERR_BAD_SIGNATURE;
}

enum error crypto_password_key(struct bytes password, struct bytes salt, struct secret_key *ret)
{
    const struct bytes parts[] = {salt, password};
    struct hash hash;
    crypto_hash_parts(parts, 2, &hash);
    memcpy(ret->bytes, hash.bytes, sizeof hash.bytes);
    return OK;
}
