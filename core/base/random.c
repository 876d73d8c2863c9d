/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <assert.h>
#include <sodium/crypto_stream_chacha20.h>

void random_stir(struct random *random, const uint8_t seed[32])
{
    const struct bytes parts[] = {BYTES_OF(random->key.bytes), {seed, 32}};
    struct hash key;
    crypto_hash_parts(parts, 2, &key);
    memcpy(random->key.bytes, key.bytes, sizeof key.bytes);
    random->counter = 0;
    crypto_wipe(&key, sizeof key);
}

void random_bytes(struct random *random, void *out, size_t size)
{
    static_assert(crypto_stream_chacha20_NONCEBYTES == sizeof random->counter, "a draw is named by its number");
    uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
    put_u64(nonce, random->counter++);
    crypto_stream_chacha20(out, size, nonce, random->key.bytes);
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    assert(bound > 0);
    uint64_t surplus = (UINT64_MAX % bound + 1) % bound; /* 2^64 mod bound: values that would favour the small ones */
    uint64_t value;
    do
        random_bytes(random, &value, sizeof value);
    while (value < surplus);
    return value % bound;
}
