/* SPDX-License-Identifier: MIT */
#include "rfc3339.h"
#include <stdio.h>

struct date {
    int64_t year;
    unsigned month, day; /* from 1 */
};

/* Days since 1970-01-01 in the Gregorian calendar, counted in years that begin on 1 March, so that the leap day is
 * the last of its year. */
static int64_t days_from_date(struct date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = year / 400;
    int64_t year_of_era = year % 400;
    int64_t from_march = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t day_of_year = (153 * from_march + 2) / 5 + date.day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static struct date date_from_days(int64_t days)
{
    int64_t since_march_0000 = days + 719468;
    int64_t era = since_march_0000 / 146097;
    int64_t day_of_era = since_march_0000 % 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* from March */

    return (struct date){
        .year = year_of_era + era * 400 + (month >= 10),
        .month = (unsigned)(month < 10 ? month + 3 : month - 9),
        .day = (unsigned)(day_of_year - (153 * month + 2) / 5 + 1),
    };
}

void rfc3339_format(uint64_t ms, char out[RFC3339_SIZE])
{
    uint64_t shown = ms < RFC3339_MS_MAX ? ms : RFC3339_MS_MAX;
    struct date date = date_from_days((int64_t)(shown / 86400000));
    unsigned of_day = (unsigned)(shown % 86400000);

    /* The remainders only tell the compiler what is true anyhow: every field fits its width. */
    snprintf(out, RFC3339_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)date.year % 10000, date.month % 100,
             date.day % 100, of_day / 3600000 % 24, of_day / 60000 % 60, of_day / 1000 % 60, of_day % 1000);
}

/* What is left to read; after a fault every read is a no-op that returns 0. */
struct scan {
    struct bytes left;
    bool failed;
};

static uint8_t take(struct scan *scan)
{
    if (scan->failed || scan->left.size == 0) {
        scan->failed = true;
        return 0;
    }
    scan->left.size--;
    return *scan->left.data++;
}

static void expect(struct scan *scan, const char *either)
{
    uint8_t byte = take(scan);
    if (byte == 0 || !strchr(either, byte))
        scan->failed = true;
}

static unsigned number(struct scan *scan, int digits, unsigned least, unsigned most)
{
    unsigned value = 0;

    for (int i = 0; i < digits; i++) {
        uint8_t byte = take(scan);
        if (byte < '0' || byte > '9')
            scan->failed = true;
        else
            value = value * 10 + (unsigned)(byte - '0');
    }
    if (value < least || value > most)
        scan->failed = true;
    return value;
}

static bool next_is(const struct scan *scan, char byte)
{
    return !scan->failed && scan->left.size > 0 && scan->left.data[0] == (uint8_t)byte;
}

static unsigned decimals_as_ms(struct scan *scan)
{
    unsigned ms = 0, count = 0;

    if (!next_is(scan, '.'))
        return 0;
    take(scan);
    while (scan->left.size > 0 && scan->left.data[0] >= '0' && scan->left.data[0] <= '9') {
        uint8_t digit = take(scan);
        if (count++ < 3)
            ms = ms * 10 + (unsigned)(digit - '0');
    }
    if (count == 0 || count > 9)
        scan->failed = true;
    for (; count < 3; count++)
        ms *= 10;
    return ms;
}

static int64_t offset_seconds(struct scan *scan)
{
    if (next_is(scan, 'Z') || next_is(scan, 'z')) {
        take(scan);
        return 0;
    }
    bool west = next_is(scan, '-');
    expect(scan, "+-");
    unsigned hours = number(scan, 2, 0, 23);
    expect(scan, ":");
    unsigned minutes = number(scan, 2, 0, 59);
    int64_t seconds = (int64_t)hours * 3600 + (int64_t)minutes * 60;
    return west ? -seconds : seconds;
}

static struct date read_date(struct scan *scan)
{
    struct date date = {.year = number(scan, 4, 1, 9999)};
    expect(scan, "-");
    date.month = number(scan, 2, 1, 12);
    expect(scan, "-");
    date.day = number(scan, 2, 1, 31);
    if (scan->failed)
        return date;
    struct date back = date_from_days(days_from_date(date));
    if (back.day != date.day) /* 31 June */
        scan->failed = true;
    return date;
}

enum error rfc3339_parse(struct bytes text, uint64_t *ret_ms)
{
    struct scan scan = {.left = text};
    struct date date = read_date(&scan);
    expect(&scan, "Tt ");
    unsigned hours = number(&scan, 2, 0, 23);
    expect(&scan, ":");
    unsigned minutes = number(&scan, 2, 0, 59);
    expect(&scan, ":");
    unsigned seconds = number(&scan, 2, 0, 60);
    unsigned ms = decimals_as_ms(&scan);
    int64_t offset = offset_seconds(&scan);

    if (scan.failed || scan.left.size > 0)
        return ERR_MALFORMED;
    if (seconds == 60)
        seconds = 59;
    int64_t total = days_from_date(date) * 86400 + (int64_t)hours * 3600 + (int64_t)minutes * 60 + seconds - offset;
    if (total < 0)
        return ERR_MALFORMED;
    *ret_ms = (uint64_t)total * 1000 + ms;
    return OK;
}
