/* SPDX-License-Identifier: MIT
 * Admins against each other, against members, and stolen. */
#include "office.h"

/* Alice's log, and Bob as a second admin with his; Carl is a member. */
struct duel {
    struct office office;
    struct pen alice, bob, carl;
    struct hash bobs_grant, carls_add;
};

static void open_duel(struct duel *duel)
{
    office_open(&duel->office, false);
    duel->alice = pen(WORKSPACE, ALICE, 1, 1);
    duel->bob = pen(WORKSPACE, BOB, 1, 1);
    duel->carl = pen(WORKSPACE, CARL, 1, 1);
    put(&duel->office, &duel->alice, adds(BOB, 1, ROLE_MEMBER));
    duel->carls_add = put(&duel->office, &duel->alice, adds(CARL, 1, ROLE_MEMBER));
    duel->bobs_grant = put(&duel->office, &duel->office.root[WORKSPACE], grants_to(BOB, 1));
}

static struct pen *root_of(struct duel *duel)
{
    return &duel->office.root[WORKSPACE];
}

static void of_two_admins_who_remove_each_other_neither_does(void **state)
{
    struct duel duel;
    (void)state;
    open_duel(&duel);
    struct hash first = put(&duel.office, &duel.alice, removes(BOB, 1));
    struct hash second = put(&duel.office, &duel.bob, removes(ALICE, 1));
    CHECK_RULE(&duel.office, WORKSPACE, first, RULE_NEEDS_ROOT);
    CHECK_RULE(&duel.office, WORKSPACE, second, RULE_NEEDS_ROOT);
    assert_true(is_admin(&duel.office, WORKSPACE, ALICE) && is_admin(&duel.office, WORKSPACE, BOB));

    /* The root decides for Alice; her REMOVE that cites so counts. */
    struct hash revoke = put(&duel.office, root_of(&duel), cutting(revokes_of(&duel.bobs_grant), &duel.bob));
    assert_true(is_member(&duel.office, WORKSPACE, BOB) && !is_admin(&duel.office, WORKSPACE, BOB));
    put(&duel.office, &duel.alice, citing(removes(BOB, 1), revoke));
    assert_false(is_member(&duel.office, WORKSPACE, BOB));
    office_close(&duel.office);
}

static void who_was_removed_does_not_backdate(void **state)
{
    struct duel duel;
    (void)state;
    open_duel(&duel);
    struct hash before = put(&duel.office, &duel.carl, epoch(1, 1, CARL));
    put(&duel.office, &duel.alice, cutting(removes(CARL, 1), &duel.carl));
    struct hash after = put(&duel.office, &duel.carl, epoch(2, 1, CARL));
    struct pen secret = pen(WORKSPACE, CARL, 1, 2); /* a log nobody has seen, as if from before */
    secret.blind = true;
    struct hash hidden = put(&duel.office, &secret, epoch(1, 1, CARL));
    struct pen fork = pen(WORKSPACE, CARL, 1, 1); /* another history of the log that is cut */
    fork.blind = true;
    struct hash forked = put(&duel.office, &fork, epoch(1, 1, CARL));
    CHECK_COUNTS(&duel.office, WORKSPACE, before);
    CHECK_RULE(&duel.office, WORKSPACE, after, RULE_CUT);
    CHECK_RULE(&duel.office, WORKSPACE, hidden, RULE_CUT);
    CHECK_RULE(&duel.office, WORKSPACE, forked, RULE_CUT);
    office_close(&duel.office);
}

/* REMOVE by an admin, GRANT and REVOKE by the root, written in this order: what is Carl in the end?  The REMOVE cites a
 * REVOKE that was written before it. */
static void remove_grant_and_revoke_in(const char *order, bool member, bool removal_counts)
{
    struct duel duel;
    struct hash grant = {{0}}, revoke = {{0}}, removal = {{0}};
    open_duel(&duel);
    put(&duel.office, &duel.carl, plain(ENTRY_KEYSHARE));
    for (; *order; order++)
        if (*order == 'G')
            grant = put(&duel.office, root_of(&duel), grants_to(CARL, 1));
        else if (*order == 'V')
            revoke = put(&duel.office, root_of(&duel), cutting(revokes_of(&grant), &duel.carl));
        else
            removal = put(&duel.office, &duel.alice, citing(cutting(removes(CARL, 1), &duel.carl), revoke));
    assert_int_equal(is_member(&duel.office, WORKSPACE, CARL), member);
    assert_int_equal(verdict(&duel.office, WORKSPACE, removal) == RULE_COUNTS, removal_counts);
    assert_false(is_admin(&duel.office, WORKSPACE, CARL) && removal_counts);
    office_close(&duel.office);
}

static void remove_grant_and_revoke_of_one_device_in_every_order(void **state)
{
    (void)state;
    remove_grant_and_revoke_in("R", false, true);
    remove_grant_and_revoke_in("RG", true, false); /* the root made him an admin meanwhile: it needs the root */
    remove_grant_and_revoke_in("GR", true, false);
    remove_grant_and_revoke_in("RGV", true, false);
    remove_grant_and_revoke_in("GRV", true, false);
    remove_grant_and_revoke_in("GVR", false, true);
    remove_grant_and_revoke_in("GVRG", true, false); /* granted anew: that grant's REVOKE is missing */
    remove_grant_and_revoke_in("GVGVR", true, false);
}

static void an_outgoing_admin_writes_the_next_epoch_in_vain(void **state)
{
    struct duel duel;
    struct governance_epoch best;
    (void)state;
    open_duel(&duel);
    put(&duel.office, &duel.bob, epoch(1, 3, ALICE, BOB, CARL));
    struct hash revoke = put(&duel.office, root_of(&duel), cutting(revokes_of(&duel.bobs_grant), &duel.bob));
    put(&duel.office, &duel.alice, cutting(citing(removes(BOB, 1), revoke), &duel.bob));
    assert_false(governance_epoch(duel.office.in[WORKSPACE], 0, &best)); /* its author has gone */
    struct hash his = put(&duel.office, &duel.bob, epoch(2, 3, ALICE, BOB, CARL));
    struct hash hers = put(&duel.office, &duel.alice, epoch(2, 2, ALICE, CARL));
    CHECK_RULE(&duel.office, WORKSPACE, his, RULE_CUT);
    CHECK_COUNTS(&duel.office, WORKSPACE, hers);
    assert_true(governance_epoch(duel.office.in[WORKSPACE], 0, &best));
    assert_memory_equal(&best.entry, &hers, sizeof hers);
    assert_false(governance_epoch(duel.office.in[WORKSPACE], 1, &best));
    assert_int_equal(governance_next_height(duel.office.in[WORKSPACE]), 3);
    office_close(&duel.office);
}

static void a_rogue_admin_adds_a_device_of_alices(void **state)
{
    struct duel duel;
    (void)state;
    open_duel(&duel);
    struct item device = adds(SPY, 1, ROLE_MEMBER);
    device.person = adds(ALICE, 1, ROLE_MEMBER).person;
    struct hash add = put(&duel.office, &duel.bob, device);
    const struct sign_public key = device_of(SPY);
    const struct governance_member *spy = governance_member(duel.office.in[WORKSPACE], &key);
    assert_non_null(spy); /* it is shown as added by Bob, not linked by Alice */
    assert_memory_equal(&spy->added_by, &duel.bob.device, sizeof duel.bob.device);
    assert_false(spy->linked);
    /* The root cuts before it: at nothing, since it was the first he wrote. */
    put(&duel.office, root_of(&duel), revokes_of(&duel.bobs_grant));
    CHECK_RULE(&duel.office, WORKSPACE, add, RULE_NO_AUTHORITY);
    assert_false(is_member(&duel.office, WORKSPACE, SPY));
    assert_true(is_member(&duel.office, WORKSPACE, BOB));

    /* Nor can he change Alice's own device: she has not signed. */
    struct item box = adds(ALICE, 1, ROLE_MEMBER);
    box.consented = false;
    box.box = box_of(SPY);
    CHECK_RULE(&duel.office, WORKSPACE, put(&duel.office, &duel.bob, box), RULE_NO_CONSENT);
    office_close(&duel.office);
}

static void a_stolen_admin_laptop_is_undone_by_one_cut(void **state)
{
    struct duel duel;
    (void)state;
    open_duel(&duel);
    struct hash own = put(&duel.office, &duel.bob, adds(DORA, 1, ROLE_MEMBER));
    const struct pen last_honest = duel.bob;
    struct hash spy = put(&duel.office, &duel.bob, adds(SPY, 1, ROLE_MEMBER));
    struct hash removal = put(&duel.office, &duel.bob, cutting(removes(CARL, 1), &duel.carl));
    struct pen secret = pen(WORKSPACE, BOB, 1, 9);
    secret.blind = true;
    struct hash hidden = put(&duel.office, &secret, removes(DORA, 1));
    /* Even "I leave, with cut 0", from a log that cites nothing, takes nothing back. */
    struct hash leave = put(&duel.office, &secret, removes(BOB, 1));
    assert_false(is_member(&duel.office, WORKSPACE, CARL));
    CHECK_COUNTS(&duel.office, WORKSPACE, leave);
    CHECK_COUNTS(&duel.office, WORKSPACE, own);

    put(&duel.office, root_of(&duel), cutting(revokes_of(&duel.bobs_grant), &last_honest));
    CHECK_COUNTS(&duel.office, WORKSPACE, own);
    CHECK_RULE(&duel.office, WORKSPACE, spy, RULE_NO_AUTHORITY);
    CHECK_RULE(&duel.office, WORKSPACE, removal, RULE_NO_AUTHORITY);
    CHECK_RULE(&duel.office, WORKSPACE, hidden, RULE_NO_AUTHORITY);
    assert_true(is_member(&duel.office, WORKSPACE, CARL) && is_member(&duel.office, WORKSPACE, DORA));
    assert_false(is_member(&duel.office, WORKSPACE, SPY));
    office_close(&duel.office);
}

static void a_rogue_purge_is_undone(void **state)
{
    struct duel duel;
    (void)state;
    open_duel(&duel);
    struct hash first = put(&duel.office, &duel.bob, plain(ENTRY_PURGE));
    const struct pen honest = duel.bob;
    struct hash rogue = put(&duel.office, &duel.bob, plain(ENTRY_PURGE));
    CHECK_COUNTS(&duel.office, WORKSPACE, rogue);
    put(&duel.office, root_of(&duel), cutting(revokes_of(&duel.bobs_grant), &honest));
    CHECK_COUNTS(&duel.office, WORKSPACE, first);
    CHECK_RULE(&duel.office, WORKSPACE, rogue, RULE_NO_AUTHORITY);
    office_close(&duel.office);
}

static void of_two_revokes_the_smaller_cut_counts_until_a_new_grant(void **state)
{
    struct duel duel;
    (void)state;
    open_duel(&duel);
    put(&duel.office, &duel.bob, plain(ENTRY_HOLD));
    const struct pen early = duel.bob;
    struct hash middle = put(&duel.office, &duel.bob, plain(ENTRY_HOLD));
    put(&duel.office, root_of(&duel), cutting(revokes_of(&duel.bobs_grant), &duel.bob));
    CHECK_COUNTS(&duel.office, WORKSPACE, middle);
    put(&duel.office, root_of(&duel), cutting(revokes_of(&duel.bobs_grant), &early));
    CHECK_RULE(&duel.office, WORKSPACE, middle, RULE_NO_AUTHORITY);
    put(&duel.office, root_of(&duel), cutting(grants_to(BOB, 1), &early)); /* from there on */
    CHECK_COUNTS(&duel.office, WORKSPACE, middle);
    struct pen other = pen(WORKSPACE, BOB, 1, 7); /* a log that the new grant does not name */
    CHECK_RULE(&duel.office, WORKSPACE, put(&duel.office, &other, plain(ENTRY_HOLD)), RULE_NO_AUTHORITY);
    office_close(&duel.office);
}

static void the_second_instance_of_a_revoked_admin_is_none(void **state)
{
    struct duel duel;
    (void)state;
    open_duel(&duel);
    struct hash revoke = put(&duel.office, root_of(&duel), cutting(revokes_of(&duel.bobs_grant), &duel.bob));
    struct hash removal = put(&duel.office, &duel.alice, citing(removes(BOB, 1), revoke));
    CHECK_COUNTS(&duel.office, WORKSPACE, removal);
    put(&duel.office, &duel.alice, citing(adds(BOB, 2, ROLE_ADMIN), removal)); /* no role makes an admin */
    struct pen second = pen(WORKSPACE, BOB, 2, 1);
    struct hash add = put(&duel.office, &second, adds(SPY, 1, ROLE_MEMBER));
    CHECK_RULE(&duel.office, WORKSPACE, add, RULE_NO_AUTHORITY);
    CHECK_COUNTS(&duel.office, WORKSPACE, put(&duel.office, &second, epoch(1, 1, BOB)));
    assert_true(is_member(&duel.office, WORKSPACE, BOB) && !is_admin(&duel.office, WORKSPACE, BOB));
    office_close(&duel.office);
}

static void a_spy_added_before_the_revoke_makes_the_key_unusable_when_he_goes(void **state)
{
    struct duel duel;
    struct governance_epoch best;
    (void)state;
    open_duel(&duel);
    struct item first = epoch(1, 3, ALICE, BOB, CARL);
    put(&duel.office, &duel.alice, first);
    put(&duel.office, &duel.bob, adds(SPY, 1, ROLE_MEMBER));
    put(&duel.office, &duel.bob, share(&first.epoch, 1, SPY));
    assert_true(governance_epoch(duel.office.in[WORKSPACE], 0, &best)); /* he is a member like any other */
    struct hash revoke = put(&duel.office, root_of(&duel), cutting(revokes_of(&duel.bobs_grant), &duel.bob));
    assert_true(is_member(&duel.office, WORKSPACE, SPY)); /* the cut is behind his ADD */
    put(&duel.office, &duel.alice, removes(SPY, 1));
    assert_false(is_member(&duel.office, WORKSPACE, SPY));
    assert_false(governance_epoch(duel.office.in[WORKSPACE], 0, &best)); /* he has the key */
    put(&duel.office, &duel.alice, citing(removes(BOB, 1), revoke));
    put(&duel.office, &duel.alice, epoch(2, 2, ALICE, CARL));
    assert_true(governance_epoch(duel.office.in[WORKSPACE], 0, &best));
    assert_int_equal(best.height, 2);
    office_close(&duel.office);
}

static size_t missed_by(struct duel *duel, struct item removal, struct dh_public *ret)
{
    struct item next = epoch(1, 2, ALICE, CARL);
    open_duel(duel);
    put(&duel->office, &duel->alice, removal);
    put(&duel->office, &duel->alice, next);
    assert_true(is_admin(&duel->office, WORKSPACE, BOB));
    return governance_missed(duel->office.in[WORKSPACE], &next.epoch, ret, 1);
}

/* Else he would be given a key that was made without him, while the REVOKE is on its way in the root's log. */
static void whom_a_revoke_to_come_puts_out_is_given_no_key(void **state)
{
    static const struct hash to_come = {{7}};
    const struct dh_public bobs = box_of(BOB);
    struct dh_public missed;
    struct duel duel;
    (void)state;
    assert_int_equal(missed_by(&duel, citing(removes(BOB, 1), to_come), &missed), 0);
    office_close(&duel.office);
    assert_int_equal(missed_by(&duel, removes(BOB, 1), &missed), 1); /* this one can never count */
    assert_memory_equal(&missed, &bobs, sizeof missed);
    office_close(&duel.office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_two_admins_who_remove_each_other_neither_does),
        cmocka_unit_test(who_was_removed_does_not_backdate),
        cmocka_unit_test(remove_grant_and_revoke_of_one_device_in_every_order),
        cmocka_unit_test(an_outgoing_admin_writes_the_next_epoch_in_vain),
        cmocka_unit_test(a_rogue_admin_adds_a_device_of_alices),
        cmocka_unit_test(a_stolen_admin_laptop_is_undone_by_one_cut),
        cmocka_unit_test(a_rogue_purge_is_undone),
        cmocka_unit_test(of_two_revokes_the_smaller_cut_counts_until_a_new_grant),
        cmocka_unit_test(the_second_instance_of_a_revoked_admin_is_none),
        cmocka_unit_test(a_spy_added_before_the_revoke_makes_the_key_unusable_when_he_goes),
        cmocka_unit_test(whom_a_revoke_to_come_puts_out_is_given_no_key),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
