/* SPDX-License-Identifier: MIT
 * Who founded a group, whose word about times counts, and who wrote what when he is gone. */
#include "founding.h"

static void found(struct founding *founding)
{
    founding_begin(founding);
    founding_open(founding, &founding->group);
}

static void note_clock(struct founding *founding, struct scribe *author, struct doubt doubt)
{
    struct buffer payload = {0};
    clock_encode(&doubt, &payload);
    assert_int_equal(scribe_write(author, &founding->roster, ENTRY_CLOCK, buffer_bytes(&payload)), OK);
    buffer_done(&payload);
}

static void add(struct founding *founding, struct scribe *by, const struct scribe *whom)
{
    struct buffer payload = {0};
    struct add add = {.member = {.device = whom->name.device,
                                 .person = {{whom->name.device.bytes[0]}},
                                 .instance = whom->name.instance,
                                 .role = ROLE_MEMBER}};
    membership_sign(&founding->group, &add.member, &whom->secret);
    add_encode(&add, &payload);
    assert_int_equal(scribe_write(by, &founding->roster, ENTRY_ADD, buffer_bytes(&payload)), OK);
    buffer_done(&payload);
}

static void remove_from(struct founding *founding, struct scribe *by, const struct scribe *whom)
{
    struct buffer payload = {0};
    struct removal removal = {.device = whom->name.device, .instance = whom->name.instance};
    removal_encode(&removal, &payload);
    assert_int_equal(scribe_write(by, &founding->roster, ENTRY_REMOVE, buffer_bytes(&payload)), OK);
    buffer_done(&payload);
}

static void the_founder_is_the_first_admin(void **state)
{
    struct founding founding;
    (void)state;
    found(&founding);
    founding_note(&founding);
    assert_int_equal(founding.roster.count, 1);
    assert_int_equal(founding.roster.members[0].role, ROLE_ADMIN);
    assert_true(roster_is_admin(&founding.roster, &founding.admin.name.device));
    founding_done(&founding);
}

static void a_genesis_that_does_not_hash_to_the_group_founds_nothing(void **state)
{
    struct founding founding;
    (void)state;
    founding_begin(&founding);
    founding.group.bytes[31] ^= 1;
    founding.root.name.group = founding.group;
    founding_open(&founding, &founding.group);
    founding_note(&founding);
    assert_int_equal(founding.roster.count, 0);
    founding_done(&founding);
}

static const struct doubt three[] = {
    {.log = {{1}}, .from = 5, .to = 9}, {.log = {{1}}, .from = 2, .to = 4}, {.log = {{1}}, .from = 20, .to = 30}};

static void clocks_of_an_admin_count_in_any_order(void **state)
{
    (void)state;
    for (size_t first = 0; first < 3; first++) {
        struct founding founding;
        found(&founding);
        for (size_t i = 0; i < 4; i++) /* one of them twice, and some before it is known who is admin */
            if (i == first)
                founding_note(&founding);
            else
                note_clock(&founding, &founding.admin, three[i % 3]);
        note_clock(&founding, &founding.admin, three[first]);
        assert_int_equal(founding.roster.doubt_count, 2);
        assert_int_equal(founding.roster.doubts[0].from, 2);
        assert_int_equal(founding.roster.doubts[0].to, 9);
        assert_int_equal(founding.roster.doubts[1].from, 20);
        assert_true(founding.roster.doubts_changed);
        assert_false(founding.roster.needs_newer);
        founding.roster.doubts_changed = false;
        note_clock(&founding, &founding.admin, (struct doubt){.log = {{1}}, .from = 3, .to = 3});
        assert_false(founding.roster.doubts_changed); /* covered already */
        founding_done(&founding);
    }
}

static void clocks_of_others_have_no_effect(void **state)
{
    struct founding founding;
    (void)state;
    found(&founding);
    founding_note(&founding);
    struct scribe somebody = scribe_of(&founding.group, 9, 1, 1);
    note_clock(&founding, &somebody, three[0]);
    note_clock(&founding, &founding.root, three[1]);
    assert_int_equal(founding.roster.doubt_count, 0);
    assert_false(founding.roster.doubts_changed);
    assert_false(founding.roster.needs_newer);
    founding_done(&founding);
}

static void who_was_removed_is_still_known_as_an_author(void **state)
{
    struct founding founding;
    struct member author;
    (void)state;
    found(&founding);
    founding_note(&founding);
    struct scribe bob = scribe_of(&founding.group, 7, 1, 1), nobody = scribe_of(&founding.group, 8, 1, 1);
    add(&founding, &founding.admin, &bob);
    assert_non_null(roster_find(&founding.roster, &bob.name.device));
    remove_from(&founding, &founding.admin, &bob);
    assert_null(roster_find(&founding.roster, &bob.name.device));
    assert_true(roster_author(&founding.roster, &bob.name, &author));
    assert_int_equal(author.person.bytes[0], bob.name.device.bytes[0]);
    assert_false(roster_author(&founding.roster, &nobody.name, &author));
    founding_done(&founding);
}

static void when_somebody_was_last_heard_survives_a_new_evaluation(void **state)
{
    struct founding founding;
    (void)state;
    found(&founding);
    founding_note(&founding);
    for (uint8_t i = 20; i < 30; i++) {
        struct scribe one = scribe_of(&founding.group, i, 1, 1);
        add(&founding, &founding.admin, &one);
        for (size_t m = 0; m < founding.roster.count; m++)
            if (same_key(&founding.roster.members[m].device, &one.name.device))
                founding.roster.members[m].last_heard_ms = i;
    }
    assert_int_equal(founding.roster.count, 11);
    for (uint8_t i = 20; i < 30; i++) {
        struct scribe one = scribe_of(&founding.group, i, 1, 1);
        assert_int_equal(roster_find(&founding.roster, &one.name.device)->last_heard_ms, i);
    }
    founding_done(&founding);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_founder_is_the_first_admin),
        cmocka_unit_test(a_genesis_that_does_not_hash_to_the_group_founds_nothing),
        cmocka_unit_test(clocks_of_an_admin_count_in_any_order),
        cmocka_unit_test(clocks_of_others_have_no_effect),
        cmocka_unit_test(who_was_removed_is_still_known_as_an_author),
        cmocka_unit_test(when_somebody_was_last_heard_survives_a_new_evaluation),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
