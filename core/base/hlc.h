/* SPDX-License-Identifier: MIT
 * Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014): 48-bit Unix milliseconds, 16-bit counter
 * that carries into them; and the sort key that orders entries everywhere alike. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define HLC_AHEAD_MAX_MS (10u * 60u * 1000u) /* what a peer may be ahead before its clock is ignored */

static inline uint64_t hlc_make(uint64_t ms, uint16_t counter)
{
    return ms << 16 | counter;
}
static inline uint64_t hlc_ms(uint64_t hlc)
{
    return hlc >> 16;
}

/* `hlc`, or 0 where it is more than HLC_AHEAD_MAX_MS ahead of now_ms: no clock that shows that can be believed. */
uint64_t hlc_believed(uint64_t hlc, uint64_t now_ms);

/* The HLC of a new entry: max(now, own_last + 1, cause_max + 1), ignoring values more than HLC_AHEAD_MAX_MS ahead of
 * now_ms (own last included). */
uint64_t hlc_next(uint64_t now_ms, uint64_t own_last, uint64_t cause_max);

/* 48-bit ms plus 64-bit ticks; the larger of the entry's own HLC and one tick more than each cause's key. */
struct sort_key {
    uint64_t ms;
    uint64_t ticks;
};
struct sort_key sort_key_of_hlc(uint64_t hlc);
struct sort_key sort_key_after(struct sort_key own, struct sort_key cause); /* max(own, cause + 1 tick) */
int sort_key_compare(struct sort_key a, struct sort_key b);
