/* SPDX-License-Identifier: MIT */
#include "net/discover/sightings.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const uint8_t own[8] = {9, 9, 9, 9, 9, 9, 9, 9};

static struct service_key key_of(const char *instance, AvahiIfIndex interface)
{
    struct service_key key = {.interface = interface, .protocol = AVAHI_PROTO_INET};
    snprintf(key.instance, sizeof key.instance, "%s", instance);
    return key;
}

static struct address address_number(uint8_t number)
{
    return (struct address){.ip = {[10] = 0xff, 0xff, 10, 0, 0, number}, .port = 7000};
}

static struct beacon beacon_number(uint8_t number)
{
    struct beacon beacon = {.has_tag = true};
    memset(beacon.salt, number, sizeof beacon.salt);
    return beacon;
}

/* Found, looked up, and answered with that address and that salt. */
static void see(struct sightings *sightings, const struct service_key *key, uint8_t address_n, uint8_t beacon_n)
{
    struct address address = address_number(address_n);
    struct beacon beacon = beacon_number(beacon_n);
    struct service_key asked;
    uint64_t due = UINT64_MAX;
    sightings_found(sightings, key);
    while (sightings_next_lookup(sightings, 0, &asked, &due))
        sightings_resolved(sightings, &asked, &address, &beacon, 0);
}

/* "+name" or "-name"; empty if there is nothing to tell. */
static const char *next_report(struct sightings *sightings)
{
    static char text[AVAHI_LABEL_MAX + 1];
    struct sighting_report report;
    if (!sightings_next_report(sightings, own, &report))
        return "";
    snprintf(text, sizeof text, "%c%s", report.gone ? '-' : '+', report.instance);
    return text;
}

static int make(void **state)
{
    *state = sightings_new();
    return 0;
}

static int drop(void **state)
{
    sightings_free(*state);
    return 0;
}

static void a_peer_is_told_once_and_its_end_too(void **state)
{
    struct service_key key = key_of("a", 1);
    see(*state, &key, 1, 1);
    assert_string_equal(next_report(*state), "+a");
    assert_string_equal(next_report(*state), "");
    sightings_found(*state, &key);
    assert_string_equal(next_report(*state), "");
    sightings_lost(*state, &key);
    assert_string_equal(next_report(*state), "-a");
    assert_string_equal(next_report(*state), "");
}

static void what_was_never_told_ends_in_silence(void **state)
{
    struct service_key key = key_of("a", 1);
    see(*state, &key, 1, 1);
    sightings_lost(*state, &key);
    assert_string_equal(next_report(*state), "");
}

static void the_own_announcement_is_not_told(void **state)
{
    struct service_key key = key_of("me", 1);
    see(*state, &key, 1, 9);
    assert_string_equal(next_report(*state), "");
    sightings_lost(*state, &key);
    assert_string_equal(next_report(*state), "");
}

static void the_same_address_through_two_interfaces_is_told_once(void **state)
{
    struct service_key first = key_of("a", 1), second = key_of("a", 2);
    see(*state, &first, 1, 1);
    see(*state, &second, 1, 1);
    assert_string_equal(next_report(*state), "+a");
    assert_string_equal(next_report(*state), "");
}

static void two_addresses_are_told_both_and_gone_only_with_the_last(void **state)
{
    struct service_key first = key_of("a", 1), second = key_of("a", 2);
    see(*state, &first, 1, 1);
    see(*state, &second, 2, 1);
    assert_string_equal(next_report(*state), "+a");
    assert_string_equal(next_report(*state), "+a");
    sightings_lost(*state, &first);
    assert_string_equal(next_report(*state), "");
    sightings_lost(*state, &second);
    assert_string_equal(next_report(*state), "-a");
    assert_string_equal(next_report(*state), "");
}

static void both_lost_at_once_is_gone_once(void **state)
{
    struct service_key first = key_of("a", 1), second = key_of("a", 2);
    see(*state, &first, 1, 1);
    see(*state, &second, 2, 1);
    while (*next_report(*state))
        ;
    sightings_lost(*state, &first);
    sightings_lost(*state, &second);
    assert_string_equal(next_report(*state), "-a");
    assert_string_equal(next_report(*state), "");
}

static void the_end_is_told_even_if_only_an_untold_row_was_left(void **state)
{
    struct service_key first = key_of("a", 1), second = key_of("a", 2);
    see(*state, &first, 1, 1);
    assert_string_equal(next_report(*state), "+a");
    sightings_found(*state, &second);
    sightings_lost(*state, &first);
    assert_string_equal(next_report(*state), "");
    sightings_lost(*state, &second);
    assert_string_equal(next_report(*state), "-a");
}

static void a_changed_record_is_told(void **state)
{
    struct service_key key = key_of("a", 1);
    struct beacon same = beacon_number(1), other = beacon_number(2);
    see(*state, &key, 1, 1);
    assert_string_equal(next_report(*state), "+a");
    sightings_changed(*state, "a", &same);
    assert_string_equal(next_report(*state), "");
    sightings_changed(*state, "a", &other);
    assert_string_equal(next_report(*state), "+a");
    sightings_changed(*state, "b", &same);
    assert_string_equal(next_report(*state), "");
}

static void no_answer_is_asked_for_again_ever_later(void **state)
{
    const uint64_t waits[] = {2000, 4000, 8000, 16000, 32000, 64000, 64000};
    struct service_key key = key_of("a", 1), asked;
    uint64_t now = 0;
    sightings_found(*state, &key);
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        uint64_t due = UINT64_MAX;
        assert_true(sightings_next_lookup(*state, now, &asked, &due));
        assert_false(sightings_next_lookup(*state, now, &asked, &due)); /* one is under way */
        sightings_resolved(*state, &key, NULL, NULL, now);
        assert_false(sightings_next_lookup(*state, now + waits[i] - 1, &asked, &due));
        assert_int_equal(due, now + waits[i]);
        now = due;
    }
}

static void what_is_put_back_is_next_again(void **state)
{
    struct service_key key = key_of("a", 1), asked;
    uint64_t due = UINT64_MAX;
    sightings_found(*state, &key);
    assert_true(sightings_next_lookup(*state, 0, &asked, &due));
    sightings_put_back(*state, &asked);
    assert_true(sightings_next_lookup(*state, 0, &asked, &due));
    assert_string_equal(asked.instance, "a");
}

static void foreign_services_are_left_alone(void **state)
{
    struct service_key key = key_of("a", 1), asked;
    struct address address = address_number(1);
    uint64_t due = UINT64_MAX;
    sightings_found(*state, &key);
    assert_true(sightings_next_lookup(*state, 0, &asked, &due));
    sightings_resolved(*state, &key, &address, NULL, 0);
    assert_string_equal(next_report(*state), "");
    assert_false(sightings_next_lookup(*state, 1000000, &asked, &due));
    assert_int_equal(due, UINT64_MAX);
}

static void after_a_change_of_back_ends_all_is_told_again_or_swept(void **state)
{
    struct service_key stays = key_of("stays", 1), leaves = key_of("leaves", 1);
    see(*state, &stays, 1, 1);
    see(*state, &leaves, 2, 2);
    while (*next_report(*state))
        ;
    sightings_unconfirm(*state);
    assert_string_equal(next_report(*state), "");
    see(*state, &stays, 1, 1);
    assert_string_equal(next_report(*state), "+stays");
    sightings_sweep(*state);
    assert_string_equal(next_report(*state), "-leaves");
    assert_string_equal(next_report(*state), "");
}

static void a_lookup_that_a_lost_back_end_took_along_is_begun_again(void **state)
{
    struct service_key key = key_of("a", 1), asked;
    uint64_t due = UINT64_MAX;
    sightings_found(*state, &key);
    assert_true(sightings_next_lookup(*state, 0, &asked, &due));
    sightings_unconfirm(*state);
    sightings_found(*state, &key);
    assert_true(sightings_next_lookup(*state, 0, &asked, &due));
}

static void a_flood_of_services_is_bounded_and_keeps_no_newcomer_out(void **state)
{
    struct service_key key, asked;
    uint64_t due = UINT64_MAX;
    size_t count = 0;
    char name[16];
    for (int i = 0; i < 2 * SIGHTINGS_MAX; i++) {
        snprintf(name, sizeof name, "n%d", i);
        key = key_of(name, 1);
        sightings_found(*state, &key);
    }
    while (sightings_next_lookup(*state, 0, &asked, &due))
        count++;
    assert_int_equal(count, SIGHTINGS_MAX);
    key = key_of("late", 1);
    see(*state, &key, 1, 1);
    assert_string_equal(next_report(*state), "+late");
    assert_string_equal(next_report(*state), "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, drop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_peer_is_told_once_and_its_end_too),
        TEST(what_was_never_told_ends_in_silence),
        TEST(the_own_announcement_is_not_told),
        TEST(the_same_address_through_two_interfaces_is_told_once),
        TEST(two_addresses_are_told_both_and_gone_only_with_the_last),
        TEST(both_lost_at_once_is_gone_once),
        TEST(the_end_is_told_even_if_only_an_untold_row_was_left),
        TEST(a_changed_record_is_told),
        TEST(no_answer_is_asked_for_again_ever_later),
        TEST(what_is_put_back_is_next_again),
        TEST(foreign_services_are_left_alone),
        TEST(after_a_change_of_back_ends_all_is_told_again_or_swept),
        TEST(a_lookup_that_a_lost_back_end_took_along_is_begun_again),
        TEST(a_flood_of_services_is_bounded_and_keeps_no_newcomer_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
