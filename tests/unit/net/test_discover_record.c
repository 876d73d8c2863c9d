/* SPDX-License-Identifier: MIT
 * The TXT record, and when what is published has to change. */
#include "net/discover/publication.h"
#include "net/discover/record.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct beacon some_beacon(bool has_tag, size_t invite_count)
{
    struct beacon beacon = {.has_tag = has_tag, .invite_count = invite_count};
    for (uint8_t i = 0; i < 8; i++)
        beacon.salt[i] = (uint8_t)(i ? 0xf8 + i : 0); /* zeros and no ASCII */
    memset(beacon.tag, '=', has_tag ? TAG_SIZE : 0);
    memset(beacon.invites, 3, invite_count * TAG_SIZE);
    return beacon;
}

static void a_beacon_comes_back_from_its_record(void **state)
{
    (void)state;
    for (size_t invites = 0; invites <= INVITES_MAX; invites += INVITES_MAX / 2) {
        struct beacon in = some_beacon(invites > 0, invites), out = {0};
        AvahiStringList *text = record_text(&in);
        assert_true(record_parse(text, &out));
        assert_true(record_equal(&in, &out));
        avahi_string_list_free(text);
    }
}

static void beacons_differ_by_each_of_their_parts(void **state)
{
    (void)state;
    struct beacon a = some_beacon(true, 2), b = a;
    assert_true(record_equal(&a, &b));
    b.salt[7] ^= 1;
    assert_false(record_equal(&a, &b));
    b = a;
    b.tag[7] ^= 1;
    assert_false(record_equal(&a, &b));
    b = a;
    b.has_tag = false;
    assert_false(record_equal(&a, &b));
    b = a;
    b.invite_count = 1;
    assert_false(record_equal(&a, &b));
    b = a;
    b.invites[1][7] ^= 1;
    assert_false(record_equal(&a, &b));
    b = a;
    b.invites[2][0] ^= 1; /* beyond the count */
    assert_true(record_equal(&a, &b));
}

static bool parses(const char *first, const char *second, const char *third, const char *fourth)
{
    struct beacon beacon;
    AvahiStringList *text = avahi_string_list_new(first, second, third, fourth, NULL);
    bool good = record_parse(text, &beacon);
    avahi_string_list_free(text);
    return good;
}

static void only_well_formed_records_of_this_version_count(void **state)
{
    (void)state;
    assert_true(parses("v=1", "s=12345678", NULL, NULL));
    assert_true(parses("s=12345678", "future=x", "v=1", "t=12345678"));
    assert_true(parses("v=1", "s=12345678", "j=1234567812345678", NULL));
    assert_false(parses(NULL, NULL, NULL, NULL));
    assert_false(parses("v=2", "s=12345678", NULL, NULL));
    assert_false(parses("v=11", "s=12345678", NULL, NULL));
    assert_false(parses("v", "s=12345678", NULL, NULL));
    assert_false(parses("s=12345678", NULL, NULL, NULL));
    assert_false(parses("v=1", NULL, NULL, NULL));
    assert_false(parses("v=1", "s=1234567", NULL, NULL));
    assert_false(parses("v=1", "s=123456789", NULL, NULL));
    assert_false(parses("v=1", "s=12345678", "t=", NULL));
    assert_false(parses("v=1", "s=12345678", "t=1234567", NULL));
    assert_false(parses("v=1", "s=12345678", "j=123456781", NULL));
}

static void too_many_invites_are_refused(void **state)
{
    (void)state;
    char invites[3 + 17 * 8] = "j=";
    memset(invites + 2, 'x', 17 * 8);
    assert_false(parses("v=1", "s=12345678", invites, NULL));
    invites[2 + 16 * 8] = '\0';
    assert_true(parses("v=1", "s=12345678", invites, NULL));
}

/* ---------------------------------------------------------------- publication */

static struct announcement some_announcement(void)
{
    return (struct announcement){.set = true, .port = 7001, .beacon = some_beacon(true, 0)};
}

static void publishes_when_there_is_something_and_only_what_changed(void **state)
{
    (void)state;
    struct publication publication = {0};
    struct announcement wanted = {0};
    uint64_t due = UINT64_MAX;
    assert_int_equal(publication_next(&publication, &wanted, 0, &due), PUBLISH_NOTHING);
    wanted = some_announcement();
    assert_int_equal(publication_next(&publication, &wanted, 0, &due), PUBLISH_ANEW);
    publication_committed(&publication, &wanted, 0);
    assert_int_equal(publication_next(&publication, &wanted, 0, &due), PUBLISH_NOTHING);
    wanted.beacon.invite_count = 1;
    assert_int_equal(publication_next(&publication, &wanted, 0, &due), PUBLISH_TEXT);
    publication_committed(&publication, &wanted, 0);
    assert_int_equal(publication_next(&publication, &wanted, 0, &due), PUBLISH_NOTHING);
    assert_int_equal(due, UINT64_MAX);
}

static void again_and_another_port_publish_anew_after_a_pause(void **state)
{
    (void)state;
    struct publication publication = {0};
    struct announcement wanted = some_announcement();
    uint64_t due = UINT64_MAX;
    publication_committed(&publication, &wanted, 1000);
    wanted.round++;
    assert_int_equal(publication_next(&publication, &wanted, 1000, &due), PUBLISH_NOTHING);
    assert_true(due > 1000 && due < 10000);
    assert_int_equal(publication_next(&publication, &wanted, due, &due), PUBLISH_ANEW);
    publication_committed(&publication, &wanted, due);
    wanted.port++;
    assert_int_equal(publication_next(&publication, &wanted, 2 * due, &due), PUBLISH_ANEW);
}

static void a_failure_is_mended_after_a_pause(void **state)
{
    (void)state;
    struct publication publication = {0};
    struct announcement wanted = some_announcement();
    uint64_t due = UINT64_MAX;
    publication_committed(&publication, &wanted, 0);
    publication_failed(&publication, 5000);
    assert_int_equal(publication_next(&publication, &wanted, 5000, &due), PUBLISH_NOTHING);
    assert_true(due > 5000 && due < 10000);
    assert_int_equal(publication_next(&publication, &wanted, due, &due), PUBLISH_ANEW);
}

static void names_are_labels_of_twelve_letters(void **state)
{
    (void)state;
    struct publication publication = {0};
    uint8_t random[INSTANCE_SIZE] = {0, 25, 26, 31, 32, 255};
    publication_rename(&publication, random);
    assert_string_equal(publication.instance, "az27a7aaaaaa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_beacon_comes_back_from_its_record),
        cmocka_unit_test(beacons_differ_by_each_of_their_parts),
        cmocka_unit_test(only_well_formed_records_of_this_version_count),
        cmocka_unit_test(too_many_invites_are_refused),
        cmocka_unit_test(publishes_when_there_is_something_and_only_what_changed),
        cmocka_unit_test(again_and_another_port_publish_anew_after_a_pause),
        cmocka_unit_test(a_failure_is_mended_after_a_pause),
        cmocka_unit_test(names_are_labels_of_twelve_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
