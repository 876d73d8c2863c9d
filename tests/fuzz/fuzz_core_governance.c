/* SPDX-License-Identifier: MIT
 * Who may do what: the input decides whatever the makers of random histories leave to chance, what is written and in
 * which order it is told.  Each history is told in two orders, and held against the naive evaluator. */
#include "governance/orders.h"

#define ORDERS 2

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bytes input;

/* ---------------------------------------------------------------- in place of core/base/random.c */

void random_stir(struct random *random, const uint8_t seed[32])
{
    random->counter = get_u64(seed);
}

/* Names: no two are the same, whatever the input says.  SplitMix64. */
void random_bytes(struct random *random, void *out, size_t size)
{
    uint8_t *at = out;
    for (size_t i = 0; i < size; i += 8) {
        uint8_t word[8];
        uint64_t z = random->counter += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        put_u64(word, z ^ z >> 31);
        memcpy(at + i, word, size - i < 8 ? size - i : 8);
    }
}

/* Choices: the input's, as long as there is any. */
uint64_t random_below(struct random *random, uint64_t bound)
{
    uint64_t value;
    if (!input.size) {
        random_bytes(random, &value, sizeof value);
        return value % bound;
    }
    value = *input.data++;
    input.size--;
    return value % bound;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tale tale;
    input = (struct bytes){data, size};
    tale_make(&tale, 1);
    for (int order = 0; order < ORDERS; order++)
        orders_tell(&tale, &tale.random, order == 0);
    tale_done(&tale);
    return 0;
}
