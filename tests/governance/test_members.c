/* SPDX-License-Identifier: MIT
 * Who comes, goes and comes back; linked devices; cuts; roles; policy. */
#include "office.h"

struct room {
    struct office office;
    struct pen alice, bob, carl;
};

static void open_room(struct room *room)
{
    office_open(&room->office, false);
    room->alice = pen(WORKSPACE, ALICE, 1, 1);
    room->bob = pen(WORKSPACE, BOB, 1, 1);
    room->carl = pen(WORKSPACE, CARL, 1, 1);
    put(&room->office, &room->alice, adds(BOB, 1, ROLE_MEMBER));
    put(&room->office, &room->alice, adds(CARL, 1, ROLE_MEMBER));
}

/* ---------------------------------------------------------------- coming back */

static void remove_wins_over_a_concurrent_add(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    struct pen other = room.alice; /* Alice on another computer, who does not know of the REMOVE */
    struct hash removal = put(&room.office, &room.alice, removes(CARL, 1));
    other.blind = true;
    struct hash same = put(&room.office, &other, adds(CARL, 1, ROLE_MEMBER));
    struct hash next = put(&room.office, &other, adds(CARL, 2, ROLE_MEMBER));
    CHECK_COUNTS(&room.office, WORKSPACE, removal);
    CHECK_COUNTS(&room.office, WORKSPACE, same);
    CHECK_RULE(&room.office, WORKSPACE, next, RULE_UNCITED);
    assert_false(is_member(&room.office, WORKSPACE, CARL));
    office_close(&room.office);
}

static void who_is_added_again_by_one_who_knows_is_back(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    struct hash first = put(&room.office, &room.alice, removes(CARL, 1));
    struct hash leave = put(&room.office, &room.carl, removes(CARL, 1));
    struct hash half = put(&room.office, &room.alice, citing(adds(CARL, 2, ROLE_MEMBER), first));
    CHECK_RULE(&room.office, WORKSPACE, half, RULE_UNCITED); /* he had left, too */
    put(&room.office, &room.alice, citing(citing(adds(CARL, 2, ROLE_READER), first), leave));
    assert_true(is_member(&room.office, WORKSPACE, CARL));
    struct pen second = pen(WORKSPACE, CARL, 2, 1);
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &second, epoch(1, 0)), RULE_ROLE);
    office_close(&room.office);
}

static void of_several_adds_the_one_that_cites_the_others_holds(void **state)
{
    struct room room;
    const struct sign_public key = device_of(DORA);
    (void)state;
    open_room(&room);
    struct hash first = put(&room.office, &room.alice, adds(DORA, 1, ROLE_CARRIER));
    struct hash second = put(&room.office, &room.alice, citing(adds(DORA, 1, ROLE_READER), first));
    assert_int_equal(governance_member(room.office.in[WORKSPACE], &key)->role, ROLE_READER);
    put(&room.office, &room.alice, citing(adds(DORA, 1, ROLE_MEMBER), first)); /* of two the one with less rights */
    assert_int_equal(governance_member(room.office.in[WORKSPACE], &key)->role, ROLE_READER);
    put(&room.office, &room.alice, citing(citing(adds(DORA, 1, ROLE_MEMBER), first), second));
    assert_int_equal(governance_member(room.office.in[WORKSPACE], &key)->role, ROLE_MEMBER);
    office_close(&room.office);
}

/* ---------------------------------------------------------------- cuts */

static bool covers(const struct room *room, enum name name, const struct hash *log, uint64_t seq)
{
    const struct sign_public key = device_of(name);
    return governance_covers_content(room->office.in[WORKSPACE], &key, 1, log, seq, NULL, NULL);
}

static struct item cut_at_seq(struct item item, const struct hash *log, uint64_t seq)
{
    item.cuts[item.cut_count++] = (struct cut){.log = *log, .seq = seq, .id = {{1}}};
    return item;
}

static void of_two_cuts_the_smaller_wins_but_for_content_the_one_that_cites(void **state)
{
    const struct hash content = {{77}};
    struct room room;
    (void)state;
    open_room(&room);
    struct hash one = put(&room.office, &room.carl, epoch(1, 0)), two = put(&room.office, &room.carl, epoch(2, 0));
    struct pen other = pen(WORKSPACE, ALICE, 1, 2); /* saw nothing of Carl */
    other.blind = true;
    struct item narrow = cut_at_seq(cut_at_seq(removes(CARL, 1), &content, 10), &room.carl.log, 1);
    narrow.cuts[1].id = one;
    struct hash first = put(&room.office, &other, narrow);
    CHECK_COUNTS(&room.office, WORKSPACE, one);
    CHECK_RULE(&room.office, WORKSPACE, two, RULE_CUT);
    assert_true(covers(&room, CARL, &content, 10));
    assert_false(covers(&room, CARL, &content, 11));

    /* His honest late work is let in: content follows the citing REMOVE, governance the smaller cut. */
    struct item wide = cut_at_seq(cutting(removes(CARL, 1), &room.carl), &content, 12);
    put(&room.office, &room.alice, citing(wide, first));
    CHECK_RULE(&room.office, WORKSPACE, two, RULE_CUT);
    assert_true(covers(&room, CARL, &content, 12));
    assert_false(covers(&room, CARL, &content, 13));
    put(&room.office, &other, cut_at_seq(removes(CARL, 1), &content, 3)); /* cites none */
    assert_false(covers(&room, CARL, &content, 4));
    office_close(&room.office);
}

static void a_cut_leaves_what_its_author_had_seen(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    struct hash seen = put(&room.office, &room.carl, epoch(1, 0));
    put(&room.office, &room.bob, plain(ENTRY_KEYSHARE));
    put(&room.office, &room.alice, removes(CARL, 1)); /* with cut 0 */
    struct hash unseen = put(&room.office, &room.carl, epoch(2, 0));
    CHECK_COUNTS(&room.office, WORKSPACE, seen);
    CHECK_RULE(&room.office, WORKSPACE, unseen, RULE_CUT);
    office_close(&room.office);
}

static void the_root_may_cut_below_what_everybody_saw(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    struct hash seen = put(&room.office, &room.carl, epoch(1, 0));
    put(&room.office, &room.office.root[WORKSPACE], removes(CARL, 1));
    CHECK_RULE(&room.office, WORKSPACE, seen, RULE_CUT);
    struct hash add = put(&room.office, &room.alice, adds(DORA, 1, ROLE_MEMBER));
    CHECK_COUNTS(&room.office, WORKSPACE, add);
    put(&room.office, &room.office.root[WORKSPACE], removes(ALICE, 1)); /* closes her grant, too */
    CHECK_RULE(&room.office, WORKSPACE, add, RULE_CUT);
    assert_false(is_member(&room.office, WORKSPACE, BOB));
    office_close(&room.office);
}

static void who_leaves_with_cut_0_takes_nothing_with_him(void **state)
{
    const struct hash content = {{77}};
    struct room room;
    (void)state;
    open_room(&room);
    struct hash before = put(&room.office, &room.carl, epoch(1, 3, ALICE, BOB, CARL));
    struct pen secret = pen(WORKSPACE, CARL, 1, 5);
    secret.blind = true;
    put(&room.office, &secret, removes(CARL, 1));
    struct hash after = put(&room.office, &room.carl, epoch(2, 0)); /* he cites it, as heads are cited */
    CHECK_COUNTS(&room.office, WORKSPACE, before);
    CHECK_RULE(&room.office, WORKSPACE, after, RULE_CUT);
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &secret, removes(CARL, 1)), RULE_CUT); /* once is enough */
    assert_true(covers(&room, CARL, &content, 1000));
    assert_false(is_member(&room.office, WORKSPACE, CARL));
    office_close(&room.office);
}

/* ---------------------------------------------------------------- linked devices */

static void a_stolen_phone_harms_its_own_person_only(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    put(&room.office, &room.carl, links(PHONE, CARL, 1));
    put(&room.office, &room.alice, links(DORA, ALICE, 1)); /* Alice's second */
    struct hash key = put(&room.office, &room.carl, epoch(1, 3, ALICE, BOB, CARL));
    struct pen phone = pen(WORKSPACE, PHONE, 1, 1), tablet = pen(WORKSPACE, DORA, 1, 1);
    put(&room.office, &phone, plain(ENTRY_KEYSHARE));
    struct hash other = put(&room.office, &phone, removes(BOB, 1));
    struct hash laptop = put(&room.office, &phone, removes(CARL, 1));
    struct hash admin = put(&room.office, &tablet, removes(ALICE, 1));
    CHECK_RULE(&room.office, WORKSPACE, other, RULE_NO_AUTHORITY);
    CHECK_COUNTS(&room.office, WORKSPACE, laptop);
    CHECK_COUNTS(&room.office, WORKSPACE, key);                    /* the phone had seen it */
    CHECK_RULE(&room.office, WORKSPACE, admin, RULE_NO_AUTHORITY); /* whoever was granted is the root's to remove */
    assert_true(is_member(&room.office, WORKSPACE, PHONE) && is_admin(&room.office, WORKSPACE, ALICE));
    office_close(&room.office);
}

/* From a log that cites nothing, so that the thief has seen nothing: a cut 0 that is meant to undo all Carl did. */
static void a_stolen_phone_with_cut_0_is_undone_by_an_admin_or_the_root(void **state)
{
    const struct hash content = {{77}};
    struct room room;
    (void)state;
    open_room(&room);
    put(&room.office, &room.carl, links(PHONE, CARL, 1));
    struct hash key = put(&room.office, &room.carl, epoch(1, 3, ALICE, BOB, CARL));
    struct pen phone = pen(WORKSPACE, PHONE, 1, 1), secret = pen(WORKSPACE, PHONE, 1, 2);
    put(&room.office, &phone, plain(ENTRY_KEYSHARE));
    const struct pen honest = phone;
    secret.blind = true;
    struct hash removal = put(&room.office, &secret, removes(CARL, 1));
    CHECK_COUNTS(&room.office, WORKSPACE, removal);
    CHECK_RULE(&room.office, WORKSPACE, key, RULE_CUT);
    assert_false(covers(&room, CARL, &content, 1));
    assert_true(is_member(&room.office, WORKSPACE, BOB)); /* it is his own person that he harms */
    assert_false(is_member(&room.office, WORKSPACE, CARL) || is_member(&room.office, WORKSPACE, PHONE));

    /* An admin brings back what Carl said, and Carl. */
    struct item wide = cut_at_seq(removes(CARL, 1), &content, 100);
    struct hash mended = put(&room.office, &room.alice, citing(cutting(wide, &room.carl), removal));
    assert_true(covers(&room, CARL, &content, 100));
    put(&room.office, &room.alice, citing(citing(adds(CARL, 2, ROLE_MEMBER), removal), mended));
    assert_true(is_member(&room.office, WORKSPACE, CARL));

    /* The root takes the thief's word away, and it is as if he had said nothing. */
    put(&room.office, &room.office.root[WORKSPACE], cutting(removes(PHONE, 1), &honest));
    CHECK_RULE(&room.office, WORKSPACE, removal, RULE_CUT);
    CHECK_COUNTS(&room.office, WORKSPACE, key);
    office_close(&room.office);
}

static void a_person_removes_the_stolen_phone(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    put(&room.office, &room.carl, links(PHONE, CARL, 1));
    struct pen phone = pen(WORKSPACE, PHONE, 1, 1), secret = pen(WORKSPACE, PHONE, 1, 2);
    struct hash honest = put(&room.office, &phone, epoch(1, 0));
    put(&room.office, &room.carl, cutting(removes(PHONE, 1), &phone));
    secret.blind = true;
    struct hash spy = put(&room.office, &secret, links(SPY, CARL, 1));
    CHECK_COUNTS(&room.office, WORKSPACE, honest);
    CHECK_RULE(&room.office, WORKSPACE, spy, RULE_CUT);
    assert_true(is_member(&room.office, WORKSPACE, CARL) && !is_member(&room.office, WORKSPACE, PHONE));
    office_close(&room.office);
}

static void a_stranger_is_not_linked_without_his_consent(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    struct item unsigned_link = links(EVE, CARL, 1);
    unsigned_link.consented = false;
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.carl, unsigned_link), RULE_NO_CONSENT);
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.carl, links(EVE, BOB, 1)), RULE_LINK_PERSON);
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.carl, links(BOB, CARL, 1)), RULE_ADDED);
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.carl, links(CARL, CARL, 1)), RULE_ITSELF);
    assert_false(is_member(&room.office, WORKSPACE, EVE));
    office_close(&room.office);
}

static void links_have_numbers_and_end_after_two(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    struct pen phone = pen(WORKSPACE, PHONE, 1, 1), tablet = pen(WORKSPACE, DORA, 1, 1);
    put(&room.office, &room.carl, links(PHONE, CARL, 1));
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.carl, links(EVE, CARL, 1)), RULE_LINK_TAKEN);
    CHECK_COUNTS(&room.office, WORKSPACE, put(&room.office, &phone, links(DORA, CARL, 1)));
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &tablet, links(EVE, CARL, 1)), RULE_LINK_DEPTH);
    assert_true(is_member(&room.office, WORKSPACE, DORA) && !is_member(&room.office, WORKSPACE, EVE));
    struct governance_standing standing;
    assert_true(governance_standing(room.office.in[WORKSPACE], &tablet.device, 1, &standing) && standing.current);
    assert_false(governance_may_write(room.office.in[WORKSPACE], &tablet.device, 1, ENTRY_LINK));
    assert_true(governance_may_write(room.office.in[WORKSPACE], &phone.device, 1, ENTRY_LINK));
    office_close(&room.office);
}

/* ---------------------------------------------------------------- keys and the rest */

static void a_carrier_writes_no_epoch(void **state)
{
    struct room room;
    struct governance_epoch best;
    (void)state;
    open_room(&room);
    put(&room.office, &room.alice, adds(EVE, 1, ROLE_CARRIER));
    struct pen carrier = pen(WORKSPACE, EVE, 1, 1);
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &carrier, epoch(1, 1, EVE)), RULE_ROLE);
    struct item good = epoch(1, 2, ALICE, BOB);
    good.carriers[good.carrier_count++] = box_of(EVE);
    put(&room.office, &room.alice, good);
    assert_true(governance_epoch(room.office.in[WORKSPACE], 0, &best));
    put(&room.office, &room.alice, epoch(2, 2, ALICE, EVE)); /* gives a carrier what is not for carriers */
    assert_true(governance_epoch(room.office.in[WORKSPACE], 0, &best));
    assert_int_equal(best.height, 1);
    CHECK_COUNTS(&room.office, WORKSPACE, put(&room.office, &carrier, plain(ENTRY_LETTER)));

    /* What a carrier writes about a key it cannot have makes no key unusable; what a member writes does. */
    put(&room.office, &carrier, share(&good.epoch, 1, SPY));
    assert_true(governance_epoch(room.office.in[WORKSPACE], 0, &best));
    put(&room.office, &room.bob, share(&good.epoch, 1, SPY));
    assert_false(governance_epoch(room.office.in[WORKSPACE], 0, &best));
    office_close(&room.office);
}

static void heights_follow_the_epochs_that_count(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.bob, epoch(1001, 0)), RULE_HEIGHT);
    CHECK_COUNTS(&room.office, WORKSPACE, put(&room.office, &room.bob, epoch(1000, 0)));
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.carl, epoch(1000, 0)), RULE_HEIGHT);
    CHECK_COUNTS(&room.office, WORKSPACE, put(&room.office, &room.carl, epoch(1001, 0)));
    office_close(&room.office);
}

static void of_concurrent_policies_the_stricter_holds_field_by_field(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    struct item first = plain(ENTRY_POLICY), second = plain(ENTRY_POLICY), third = plain(ENTRY_POLICY);
    first.policy = (struct policy){true, 30};
    second.policy = (struct policy){false, 10};
    third.policy = (struct policy){true, 5};
    struct hash one = put(&room.office, &room.alice, first), two = put(&room.office, &room.alice, second);
    struct policy policy = governance_policy(room.office.in[WORKSPACE]);
    assert_false(policy.share_history);
    assert_int_equal(policy.keep_days, 30); /* what is thrown away does not come back */
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.bob, third), RULE_NO_AUTHORITY);
    put(&room.office, &room.alice, citing(citing(third, one), two));
    policy = governance_policy(room.office.in[WORKSPACE]);
    assert_true(policy.share_history && policy.keep_days == 5);
    office_close(&room.office);
}

static void what_an_admin_wrote_with_a_newer_version_is_told(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.bob, plain(40)), RULE_UNKNOWN_TYPE);
    assert_false(governance_needs_newer(room.office.in[WORKSPACE]));
    put(&room.office, &room.alice, plain(40));
    assert_true(governance_needs_newer(room.office.in[WORKSPACE]));
    office_close(&room.office);
}

/* ---------------------------------------------------------------- with another role */

static enum role role_of(const struct room *room, enum name name)
{
    const struct sign_public key = device_of(name);
    const struct governance_member *member = governance_member(room->office.in[WORKSPACE], &key);
    return member ? member->role : 0;
}

static struct item unsigned_add(struct item item)
{
    item.consented = false;
    return item;
}

static void who_was_linked_or_founded_is_added_by_what_he_signed_then(void **state)
{
    struct room room;
    (void)state;
    open_room(&room);
    struct hash link = put(&room.office, &room.bob, links(PHONE, BOB, 1));
    struct item reader = adds(PHONE, 1, ROLE_READER);
    reader.person = links(PHONE, BOB, 1).person;
    struct hash uncited = put(&room.office, &room.alice, unsigned_add(reader));
    CHECK_RULE(&room.office, WORKSPACE, uncited, RULE_NO_CONSENT);
    struct item other = unsigned_add(citing(reader, link));
    other.box = box_of(SPY); /* not what it signed */
    CHECK_RULE(&room.office, WORKSPACE, put(&room.office, &room.alice, other), RULE_NO_CONSENT);
    assert_int_equal(role_of(&room, PHONE), ROLE_MEMBER);
    struct hash again = put(&room.office, &room.alice, unsigned_add(citing(reader, link)));
    CHECK_COUNTS(&room.office, WORKSPACE, again);
    assert_int_equal(role_of(&room, PHONE), ROLE_READER);
    CHECK_RULE(&room.office, WORKSPACE, link, RULE_ADDED);

    const struct hash genesis = room.office.told[WORKSPACE]->items[0].id;
    put(&room.office, &room.office.root[WORKSPACE], grants_to(BOB, 1));
    put(&room.office, &room.bob, unsigned_add(citing(adds(ALICE, 1, ROLE_READER), genesis)));
    assert_int_equal(role_of(&room, ALICE), ROLE_ADMIN); /* only the root takes that */
    put(&room.office, &room.office.root[WORKSPACE], revokes_of(&genesis));
    assert_int_equal(role_of(&room, ALICE), ROLE_READER);
    office_close(&room.office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(remove_wins_over_a_concurrent_add),
        cmocka_unit_test(who_is_added_again_by_one_who_knows_is_back),
        cmocka_unit_test(of_several_adds_the_one_that_cites_the_others_holds),
        cmocka_unit_test(of_two_cuts_the_smaller_wins_but_for_content_the_one_that_cites),
        cmocka_unit_test(a_cut_leaves_what_its_author_had_seen),
        cmocka_unit_test(the_root_may_cut_below_what_everybody_saw),
        cmocka_unit_test(who_leaves_with_cut_0_takes_nothing_with_him),
        cmocka_unit_test(a_stolen_phone_harms_its_own_person_only),
        cmocka_unit_test(a_stolen_phone_with_cut_0_is_undone_by_an_admin_or_the_root),
        cmocka_unit_test(a_person_removes_the_stolen_phone),
        cmocka_unit_test(a_stranger_is_not_linked_without_his_consent),
        cmocka_unit_test(links_have_numbers_and_end_after_two),
        cmocka_unit_test(a_carrier_writes_no_epoch),
        cmocka_unit_test(heights_follow_the_epochs_that_count),
        cmocka_unit_test(of_concurrent_policies_the_stricter_holds_field_by_field),
        cmocka_unit_test(what_an_admin_wrote_with_a_newer_version_is_told),
        cmocka_unit_test(who_was_linked_or_founded_is_added_by_what_he_signed_then),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
