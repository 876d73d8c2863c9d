/* SPDX-License-Identifier: MIT */
#include "loop_help.h"
#include <net/if.h>
#include <netinet/in.h>

static void expect_round_trip(const char *text)
{
    struct address address = address_of(text);
    char out[ADDRESS_TEXT_SIZE];

    assert_string_equal(address_format(&address, out), text);
}

static void what_is_parsed_is_formatted_alike(void **state)
{
    (void)state;
    expect_round_trip("192.168.1.7:4000");
    expect_round_trip("0.0.0.0:0");
    expect_round_trip("[::]:0");
    expect_round_trip("[2001:db8::7]:65535");
    expect_round_trip("[fe80::1]:80");
    expect_round_trip("[fe80::1%lo]:4000");
}

static void ipv4_is_one_address_however_it_is_written(void **state)
{
    struct address plain = address_of("10.0.0.1:5");
    struct address mapped = address_of("[::ffff:10.0.0.1]:5");

    (void)state;
    assert_true(address_is_ipv4(&plain));
    assert_true(address_equal(&plain, &mapped));
}

static void a_zone_may_be_a_number_or_a_name(void **state)
{
    unsigned lo = if_nametoindex("lo");
    struct address address;
    char text[64];

    (void)state;
    assert_int_equal(address_of("[fe80::1%lo]:1").scope, lo);
    snprintf(text, sizeof text, "[fe80::1%%%u]:1", lo);
    assert_int_equal(address_of(text).scope, lo);
    assert_int_equal(address_parse(BYTES_TEXT("[fe80::1%nosuch0]:1"), &address), ERR_NOT_FOUND);
    assert_int_equal(address_parse(BYTES_TEXT("[2001:db8::1%lo]:1"), &address), ERR_MALFORMED);
}

static void an_interface_that_is_gone_is_shown_by_number(void **state)
{
    struct address address = address_of("[fe80::1]:1");
    char out[ADDRESS_TEXT_SIZE];

    (void)state;
    address.scope = 999999;
    assert_string_equal(address_format(&address, out), "[fe80::1%999999]:1");
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {"",           ":",          "1.2.3.4",   "1.2.3.4:",     "1.2.3.4:65536",
                                      "1.2.3.4:-1", "1.2.3.4:1x", "1.2.3:80",  "::1:80",       "[::1]",
                                      "[::1]80",    "[]:80",      "[1.2.3.4]", "[fe80::1%]:1", "1.2.3.4:123456",
                                      "[::1:80",    "::1]:80",    " 1.2.3.4:1"};
    struct address untouched = {.port = 77};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_not_equal(address_parse(BYTES_TEXT(bad[i]), &untouched), OK);
    assert_int_equal(address_parse((struct bytes){(const uint8_t *)"1.2\0.3:1", 8}, &untouched), ERR_MALFORMED);
    assert_int_equal(untouched.port, 77);
}

static void a_very_long_text_is_refused(void **state)
{
    char text[400];
    struct address address;

    (void)state;
    memset(text, '1', sizeof text);
    memcpy(text + sizeof text - 4, ":80", 4);
    assert_int_equal(address_parse(BYTES_TEXT(text), &address), ERR_MALFORMED);
}

static void names_are_resolved_and_numbers_are_not(void **state)
{
    struct address found[4];
    size_t count = 0;

    (void)state;
    assert_int_equal(address_resolve(BYTES_TEXT("192.0.2.1:7"), found, 4, &count), OK);
    assert_int_equal(count, 1);
    assert_int_equal(address_resolve(BYTES_TEXT("localhost:7"), found, 4, &count), OK);
    assert_true(count >= 1);
    assert_int_equal(found[0].port, 7);
    assert_int_equal(address_resolve(BYTES_TEXT("[::zz]:7"), found, 4, &count), ERR_MALFORMED);
}

static void sockets_and_addresses_say_the_same(void **state)
{
    static const char *const texts[] = {"192.168.1.7:4000", "[2001:db8::7]:1", "[fe80::1%lo]:9"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct address before = address_of(texts[i]), after;
        struct sockaddr_storage name;
        address_to_sockaddr(&before, &name);
        assert_int_equal(name.ss_family, address_is_ipv4(&before) ? AF_INET : AF_INET6);
        assert_int_equal(address_from_sockaddr((struct sockaddr *)&name, &after), OK);
        assert_true(address_equal(&before, &after));
    }
    struct sockaddr unix_name = {.sa_family = AF_UNIX};
    struct address address;
    assert_int_equal(address_from_sockaddr(&unix_name, &address), ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_parsed_is_formatted_alike),
        cmocka_unit_test(ipv4_is_one_address_however_it_is_written),
        cmocka_unit_test(a_zone_may_be_a_number_or_a_name),
        cmocka_unit_test(an_interface_that_is_gone_is_shown_by_number),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(a_very_long_text_is_refused),
        cmocka_unit_test(names_are_resolved_and_numbers_are_not),
        cmocka_unit_test(sockets_and_addresses_say_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
