/* SPDX-License-Identifier: MIT
 * Quick random numbers (splitmix64), the same everywhere for one seed: nothing here is secret. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct dice {
    uint64_t state;         /* any seed will do */
    const uint8_t *choices; /* borrowed; a fuzzer's: what dice_below() says as long as there are any, one each */
    size_t choices_left;
};

static inline uint64_t dice_draw(struct dice *dice)
{
    uint64_t value = dice->state += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}
/* 0 .. bound-1; bound > 0, and small */
static inline uint32_t dice_below(struct dice *dice, uint32_t bound)
{
    if (dice->choices_left) {
        dice->choices_left--;
        return *dice->choices++ % bound;
    }
    return (uint32_t)((dice_draw(dice) >> 32) * bound >> 32);
}
static inline void dice_fill(struct dice *dice, void *out, size_t size)
{
    for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
        const uint64_t drawn = dice_draw(dice);
        memcpy((uint8_t *)out + done, &drawn, size - done < sizeof drawn ? size - done : sizeof drawn);
    }
}
