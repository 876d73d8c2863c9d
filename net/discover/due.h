/* SPDX-License-Identifier: MIT
 * When the main loop has to wake up at the latest: each part lowers one common moment. */
#pragma once
#include <stdint.h>

#define DUE_NEVER UINT64_MAX

static inline void due_at(uint64_t *due_ms, uint64_t at_ms)
{
    if (at_ms < *due_ms)
        *due_ms = at_ms;
}
