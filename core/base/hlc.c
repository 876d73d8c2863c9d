/* SPDX-License-Identifier: MIT */
#include "hlc.h"

#define MS_MAX (UINT64_MAX >> 16)

uint64_t hlc_believed(uint64_t hlc, uint64_t now_ms)
{
    return hlc_ms(hlc) > now_ms && hlc_ms(hlc) - now_ms > HLC_AHEAD_MAX_MS ? 0 : hlc;
}

/* One more than `seen`, or 0 where the clock that made it cannot be believed. */
static uint64_t after(uint64_t seen, uint64_t now_ms)
{
    seen = hlc_believed(seen, now_ms);
    return seen == 0 || seen == UINT64_MAX ? 0 : seen + 1;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t hlc_next(uint64_t now_ms, uint64_t own_last, uint64_t cause_max)
{
    if (now_ms > MS_MAX)
        now_ms = MS_MAX;
    return larger(hlc_make(now_ms, 0), larger(after(own_last, now_ms), after(cause_max, now_ms)));
}

struct sort_key sort_key_of_hlc(uint64_t hlc)
{
    return (struct sort_key){.ms = hlc_ms(hlc), .ticks = hlc & UINT16_MAX};
}

struct sort_key sort_key_after(struct sort_key own, struct sort_key cause)
{
    cause.ticks++; /* from 16 bits and one at a time: no history is long enough to wrap it */
    return sort_key_compare(own, cause) > 0 ? own : cause;
}

int sort_key_compare(struct sort_key a, struct sort_key b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return (a.ticks > b.ticks) - (a.ticks < b.ticks);
}
