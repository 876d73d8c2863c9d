/* SPDX-License-Identifier: MIT
 * Randomness as a value: a ChaCha20 stream from a 32-byte seed that came in with the event. */
#pragma once
#include "core/crypto.h"

struct random {
    struct secret_key key;
    uint64_t counter;
};

/* Mixes `seed` into what is there: key = BLAKE2b(old key ‖ seed). */
void random_stir(struct random *random, const uint8_t seed[32]);
void random_bytes(struct random *random, void *out, size_t size);
uint64_t random_below(struct random *random, uint64_t bound); /* 0 .. bound-1, unbiased; bound > 0 */
