/* SPDX-License-Identifier: MIT */
#include "loop_help.h"
#include "net/admission.h"

static struct admission admission;

static int fresh(void **state)
{
    (void)state;
    admission_init(&admission, 1000);
    return 0;
}

static int let_in(const char *from, int tries, uint64_t mono_ms)
{
    struct address address = address_of(from);
    int count = 0;

    for (int i = 0; i < tries; i++)
        count += admission_take(&admission, &address, mono_ms);
    return count;
}

static void one_address_gets_twenty_a_second(void **state)
{
    (void)state;
    assert_int_equal(let_in("10.0.0.1:1", 50, 1000), 20);
    assert_int_equal(let_in("10.0.0.1:2", 50, 1100), 2);
    assert_int_equal(let_in("10.0.0.1:3", 50, 5000), 20);
}

static void another_address_does_not_suffer(void **state)
{
    (void)state;
    let_in("10.0.0.1:1", 50, 1000);
    assert_int_equal(let_in("10.0.0.2:1", 5, 1000), 5);
}

static void an_ipv6_network_counts_as_one_address(void **state)
{
    (void)state;
    assert_int_equal(let_in("[2001:db8:0:1::1]:1", 15, 1000), 15);
    assert_int_equal(let_in("[2001:db8:0:1::2]:1", 15, 1000), 5);
    assert_int_equal(let_in("[2001:db8:0:2::1]:1", 15, 1000), 15);
}

static void link_local_neighbours_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(let_in("[fe80::1]:1", 25, 1000), 20);
    assert_int_equal(let_in("[fe80::2]:1", 25, 1000), 20);
}

static void all_together_get_two_hundred_a_second(void **state)
{
    char text[32];
    int count = 0;

    (void)state;
    for (int i = 1; i <= 250; i++) {
        snprintf(text, sizeof text, "10.0.0.%d:1", i);
        count += let_in(text, 1, 1000);
    }
    assert_int_equal(count, 200);
    assert_int_equal(let_in("10.1.0.1:1", 1, 1004), 0);
    assert_int_equal(let_in("10.1.0.1:1", 1, 1005), 1);
}

static void the_table_never_runs_out(void **state)
{
    char text[32];
    int count = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) { /* ten a millisecond, each from an address of its own */
        snprintf(text, sizeof text, "10.%d.%d.%d:1", i >> 16 & 255, i >> 8 & 255, i & 255);
        count += let_in(text, 1, 1000 + (uint64_t)i / 10);
    }
    assert_in_range(count, 200 + 2 * 200 - 2, 200 + 2 * 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(one_address_gets_twenty_a_second, fresh),
        cmocka_unit_test_setup(another_address_does_not_suffer, fresh),
        cmocka_unit_test_setup(an_ipv6_network_counts_as_one_address, fresh),
        cmocka_unit_test_setup(link_local_neighbours_are_told_apart, fresh),
        cmocka_unit_test_setup(all_together_get_two_hundred_a_second, fresh),
        cmocka_unit_test_setup(the_table_never_runs_out, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
