/* SPDX-License-Identifier: MIT */
#include "times.h"
#include "translate.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t times_now_ms(void)
{
    return read_clock(CLOCK_REALTIME);
}

uint64_t times_mono_ms(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void times_rfc3339(uint64_t ms, char ret[TIMES_SIZE])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char day[32];

    gmtime_r(&seconds, &parts);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(ret, TIMES_SIZE, "%s.%03uZ", day, (unsigned)(ms % 1000));
}

/* The fraction of a second and the zone, which strptime() does not know. */
static bool parse_fraction_and_zone(const char *rest, uint64_t *ret_ms, long *ret_offset_seconds)
{
    uint64_t ms = 0;
    unsigned hours, minutes;
    int used = 0;

    if (*rest == '.') {
        uint64_t weight = 100;
        for (rest++; isdigit((unsigned char)*rest); rest++, weight /= 10)
            ms += (uint64_t)(*rest - '0') * weight;
    }
    *ret_ms = ms;
    *ret_offset_seconds = 0;
    if (strcmp(rest, "Z") == 0 || strcmp(rest, "z") == 0)
        return true;
    if ((*rest != '+' && *rest != '-') || sscanf(rest + 1, "%2u:%2u%n", &hours, &minutes, &used) != 2 || rest[1 + used])
        return false;
    *ret_offset_seconds = (long)(hours * 3600 + minutes * 60) * (*rest == '-' ? -1 : 1);
    return true;
}

bool times_parse_rfc3339(const char *text, uint64_t *ret_ms)
{
    struct tm parts = {0};
    uint64_t ms;
    long offset;

    const char *rest = strptime(text, "%Y-%m-%d", &parts);
    if (!rest || !strchr("Tt ", *rest) || !*rest)
        return false;
    rest = strptime(rest + 1, "%H:%M:%S", &parts);
    if (!rest || !parse_fraction_and_zone(rest, &ms, &offset))
        return false;
    time_t seconds = timegm(&parts) - offset;
    if (seconds < 0)
        return false;
    *ret_ms = (uint64_t)seconds * 1000 + ms;
    return true;
}

void times_local(uint64_t ms, enum times_form form, char ret[TIMES_SIZE])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    const char *pattern = NULL;

    switch (form) {
    case TIMES_DAY_AND_MINUTE:
        /* TRANSLATORS: a strftime(3) pattern: day and time of day as the language writes them */
        pattern = _("%Y-%m-%d %H:%M");
        break;
    case TIMES_DAY:
        /* TRANSLATORS: a strftime(3) pattern: a day as the language writes it */
        pattern = _("%Y-%m-%d");
        break;
    case TIMES_MINUTE:
        pattern = "%H:%M";
        break;
    }
    localtime_r(&seconds, &parts);
    if (strftime(ret, TIMES_SIZE, pattern, &parts) == 0)
        ret[0] = '\0';
}

bool times_parse_duration(const char *text, uint64_t *ret_ms)
{
    static const struct {
        const char *unit;
        uint64_t ms;
    } units[] = {{"", 1000},     {"s", 1000},     {"m", 60000},    {"min", 60000},
                 {"h", 3600000}, {"d", 86400000}, {"w", 604800000}};
    char *rest;

    if (!isdigit((unsigned char)*text))
        return false;
    unsigned long long count = strtoull(text, &rest, 10);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(rest, units[i].unit) != 0)
            continue;
        if (count > 1000ull * 365 * 86400000 / units[i].ms)
            return false;
        *ret_ms = count * units[i].ms;
        return true;
    }
    return false;
}

/* A day in one of the two forms, then perhaps a clock time, in the local zone. */
static bool parse_local(const char *text, enum times_edge edge, uint64_t *ret_ms)
{
    struct tm parts = {.tm_isdst = -1};
    const char *rest = strptime(text, "%Y-%m-%d", &parts);

    if (!rest)
        rest = strptime(text, "%d.%m.%Y", &parts);
    if (!rest)
        return false;
    if (!*rest) {
        if (edge == TIMES_END_OF_DAY)
            parts.tm_mday++; /* mktime() carries */
    } else {
        const char *clock = rest + 1;
        if (*rest != ' ' && *rest != 'T')
            return false;
        rest = strptime(clock, "%H:%M:%S", &parts);
        if (!rest)
            rest = strptime(clock, "%H:%M", &parts);
        if (!rest || *rest)
            return false;
    }
    parts.tm_isdst = -1;
    time_t seconds = mktime(&parts);
    if (seconds < 0)
        return false;
    *ret_ms = (uint64_t)seconds * 1000;
    return true;
}

bool times_parse(const char *text, uint64_t now_ms, enum times_edge edge, uint64_t *ret_ms)
{
    uint64_t ago;

    if (times_parse_rfc3339(text, ret_ms) || parse_local(text, edge, ret_ms))
        return true;
    if (!times_parse_duration(text, &ago) || ago > now_ms)
        return false;
    *ret_ms = now_ms - ago;
    return true;
}
