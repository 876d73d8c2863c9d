/* SPDX-License-Identifier: MIT
 * Sizes as people write and read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/sizes.h"

static void check_parsed(const char *text, uint64_t expected)
{
    uint64_t bytes = 1;
    assert_true(sizes_parse(text, &bytes));
    assert_true(bytes == expected);
}

static void a_size_is_read_in_any_unit(void **state)
{
    (void)state;
    check_parsed("0", 0);
    check_parsed("1000", 1000);
    check_parsed("5GB", 5000000000);
    check_parsed("5 gb", 5000000000);
    check_parsed("1.5T", 1500000000000);
    check_parsed("1,5 TB", 1500000000000);
    check_parsed("64MiB", 64ull << 20);
    check_parsed("0.001 kB", 1);
    check_parsed("900000000000000000", 900000000000000000);
}

static void what_is_no_size_is_refused(void **state)
{
    static const char *const others[] = {"",
                                         "GB",
                                         "-1",
                                         "5 XB",
                                         "5GBs",
                                         "1.",
                                         ".5GB",
                                         "1e3",
                                         "1.0001GB",
                                         "900000000000000001",
                                         "99999999999999999999",
                                         "900000 TiB",
                                         " 5"};
    uint64_t bytes;
    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(sizes_parse(others[i], &bytes));
}

static void check_written(uint64_t bytes, const char *expected)
{
    char text[SIZES_SIZE];
    sizes_format(bytes, text);
    assert_string_equal(text, expected);
}

static void a_size_is_written_in_the_largest_unit(void **state)
{
    (void)state;
    check_written(0, "0 B");
    check_written(999, "999 B");
    check_written(1000, "1.0 kB");
    check_written(1299999, "1.2 MB");
    check_written(15000000000, "15 GB");
    check_written(999999999999, "999 GB");
    check_written(UINT64_MAX, "18446 PB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_is_read_in_any_unit),
        cmocka_unit_test(what_is_no_size_is_refused),
        cmocka_unit_test(a_size_is_written_in_the_largest_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
