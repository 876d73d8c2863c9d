/* SPDX-License-Identifier: MIT
 * What the core must be given because it has none of its own: the time and fresh randomness. */
#pragma once
#include "core/node.h"

#define MOMENT_POOL_SIZE 4096 /* randomness fetched at once */

/* Zeroed: the pool is empty. */
struct moment {
    uint8_t pool[MOMENT_POOL_SIZE];
    size_t left;
};

/* Sets now_ms, mono_ms and random; what was handed out is wiped from the pool. */
void moment_stamp(struct moment *moment, struct event *event);
void moment_done(struct moment *moment); /* wipes the pool */

uint64_t moment_mono_ms(void); /* CLOCK_MONOTONIC, as the loop's own clock */
