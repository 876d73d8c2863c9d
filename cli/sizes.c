/* SPDX-License-Identifier: MIT */
#include "sizes.h"
#include "translate.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MOST 900000000000000000ull

static const struct unit {
    const char *name;
    uint64_t bytes;
} units[] = {
    {"", 1},
    {"b", 1},
    {"k", 1000},
    {"kb", 1000},
    {"m", 1000000},
    {"mb", 1000000},
    {"g", 1000000000},
    {"gb", 1000000000},
    {"t", 1000000000000},
    {"tb", 1000000000000},
    {"ki", 1ull << 10},
    {"kib", 1ull << 10},
    {"mi", 1ull << 20},
    {"mib", 1ull << 20},
    {"gi", 1ull << 30},
    {"gib", 1ull << 30},
    {"ti", 1ull << 40},
    {"tib", 1ull << 40},
};

static uint64_t unit_called(const char *name)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcasecmp(units[i].name, name) == 0)
            return units[i].bytes;
    return 0;
}

/* Up to `most` digits; returns behind them. */
static const char *read_digits(const char *text, int most, uint64_t *ret, uint64_t *ret_scale)
{
    *ret = 0;
    *ret_scale = 1;
    for (; isdigit((unsigned char)*text) && most > 0; text++, most--) {
        *ret = 10 * *ret + (uint64_t)(*text - '0');
        *ret_scale *= 10;
    }
    return text;
}

bool sizes_parse(const char *text, uint64_t *ret)
{
    uint64_t whole, part = 0, scale = 1, ignored;
    const char *at = read_digits(text, 18, &whole, &ignored);

    if (at == text)
        return false;
    if ((*at == '.' || *at == ',') && isdigit((unsigned char)at[1]))
        at = read_digits(at + 1, 3, &part, &scale);
    while (*at == ' ')
        at++;
    uint64_t unit = unit_called(at);
    if (!unit || whole > MOST / unit)
        return false;
    uint64_t bytes = whole * unit + part * unit / scale; /* part < 1000, unit ≤ 2^40 */
    if (bytes > MOST)
        return false;
    *ret = bytes;
    return true;
}

void sizes_format(uint64_t bytes, char ret[SIZES_SIZE])
{
    static const char *const names[] = {"B", "kB", "MB", "GB", "TB", "PB"};
    uint64_t unit = 1;
    size_t name = 0;

    for (; name + 1 < sizeof names / sizeof *names && bytes / unit >= 1000; name++)
        unit *= 1000;
    uint64_t whole = bytes / unit, tenth = bytes % unit * 10 / unit;
    if (name && whole < 10)
        snprintf(ret, SIZES_SIZE, "%llu%s%llu %s", (unsigned long long)whole,
                 /* TRANSLATORS: between whole and tenth */ _("."), (unsigned long long)tenth, names[name]);
    else
        snprintf(ret, SIZES_SIZE, "%llu %s", (unsigned long long)whole, names[name]);
}
