/* SPDX-License-Identifier: MIT
 * Times: RFC 3339 UTC for machines, the local zone for people, and what people type.  All in Unix milliseconds. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define TIMES_SIZE 64

uint64_t times_now_ms(void);
uint64_t times_mono_ms(void);

void times_rfc3339(uint64_t ms, char ret[TIMES_SIZE]); /* 2026-11-24T05:44:00.123Z */
bool times_parse_rfc3339(const char *text, uint64_t *ret_ms);

enum times_form { TIMES_DAY_AND_MINUTE, TIMES_DAY, TIMES_MINUTE };
/* In the local zone, in the form that the language uses (24.11.2026 05:44 in German). */
void times_local(uint64_t ms, enum times_form form, char ret[TIMES_SIZE]);

/* "90" (seconds), "90s", "15m", "24h", "7d", "2w". */
bool times_parse_duration(const char *text, uint64_t *ret_ms);

enum times_edge { TIMES_START_OF_DAY, TIMES_END_OF_DAY };
/* What follows --since or --until: RFC 3339; 2026-11-24 or 24.11.2026, either with a clock time, in the local zone; or
 * a duration, meaning that long before `now_ms`.  A day without clock time means its start, or its end. */
bool times_parse(const char *text, uint64_t now_ms, enum times_edge edge, uint64_t *ret_ms);
