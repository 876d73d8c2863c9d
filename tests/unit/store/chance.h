/* SPDX-License-Identifier: MIT
 * Random numbers that are the same in every run of a seed: splitmix64 (Steele, Lea, Flood, 2014). */
#pragma once
#include <stdint.h>

static uint64_t random_state; /* the seed, at first */

static inline uint64_t below(uint64_t bound)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % bound;
}
