/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/times.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOON 1795521600000u /* 2026-11-24T12:00:00Z */

static void assert_instant(const char *typed, enum times_edge edge, const char *expected)
{
    char shown[TIMES_SIZE];
    uint64_t ms;

    assert_true(times_parse(typed, NOON, edge, &ms));
    times_rfc3339(ms, shown);
    assert_string_equal(shown, expected);
}

static void rfc3339_goes_out_and_comes_back(void **state)
{
    char text[TIMES_SIZE];
    uint64_t ms;
    (void)state;

    times_rfc3339(NOON + 7, text);
    assert_string_equal(text, "2026-11-24T12:00:00.007Z");
    assert_true(times_parse_rfc3339(text, &ms));
    assert_int_equal(ms, NOON + 7);
}

static void zones_and_fractions_are_understood(void **state)
{
    (void)state;
    assert_instant("2026-11-24T13:00:00+01:00", TIMES_START_OF_DAY, "2026-11-24T12:00:00.000Z");
    assert_instant("2026-11-24T07:00:00.5-05:00", TIMES_START_OF_DAY, "2026-11-24T12:00:00.500Z");
}

static void what_has_no_zone_is_local(void **state)
{
    (void)state;
    assert_instant("2026-11-24 13:30", TIMES_START_OF_DAY, "2026-11-24T12:30:00.000Z");
    assert_instant("24.11.2026 13:30", TIMES_START_OF_DAY, "2026-11-24T12:30:00.000Z");
    assert_instant("2026-07-01T02:00:05", TIMES_START_OF_DAY, "2026-07-01T00:00:05.000Z"); /* summer time */
}

static void a_day_means_its_start_or_its_end(void **state)
{
    (void)state;
    assert_instant("2026-11-30", TIMES_START_OF_DAY, "2026-11-29T23:00:00.000Z");
    assert_instant("2026-11-30", TIMES_END_OF_DAY, "2026-11-30T23:00:00.000Z");
}

static void a_duration_means_that_long_ago(void **state)
{
    (void)state;
    assert_instant("2h", TIMES_START_OF_DAY, "2026-11-24T10:00:00.000Z");
    assert_instant("1d", TIMES_START_OF_DAY, "2026-11-23T12:00:00.000Z");
}

static void nonsense_is_no_time(void **state)
{
    static const char *const typed[] = {
        "", "yesterdayish", "2026-13-01", "2026-11-24Q10:00", "2026-11-24 25:00", "2026-11-24T10:00:00+01:00x", "-2h",
        "h"};
    uint64_t ms;
    (void)state;

    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        assert_false(times_parse(typed[i], NOON, TIMES_START_OF_DAY, &ms));
}

static void durations_have_units(void **state)
{
    uint64_t ms;
    (void)state;

    assert_true(times_parse_duration("90", &ms) && ms == 90000);
    assert_true(times_parse_duration("15m", &ms) && ms == 900000);
    assert_true(times_parse_duration("24h", &ms) && ms == 86400000);
    assert_true(times_parse_duration("2w", &ms) && ms == 1209600000);
    assert_false(times_parse_duration("24 h", &ms));
    assert_false(times_parse_duration("99999999999999999999d", &ms));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc3339_goes_out_and_comes_back),
        cmocka_unit_test(zones_and_fractions_are_understood),
        cmocka_unit_test(what_has_no_zone_is_local),
        cmocka_unit_test(a_day_means_its_start_or_its_end),
        cmocka_unit_test(a_duration_means_that_long_ago),
        cmocka_unit_test(nonsense_is_no_time),
        cmocka_unit_test(durations_have_units),
    };

    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
