/* SPDX-License-Identifier: MIT
 * A group and its workspace: who is removed there goes here, too. */
#include "office.h"

#include <stdlib.h>

/* Alice founded both and is admin in both; Bob is admin of the group; Carl and Dora are members of both. */
struct both {
    struct office office;
    struct pen alice, here[NAMES]; /* alice: in the workspace; here: in the group */
    struct hash bobs_grant;
};

static void open_both(struct both *both)
{
    office_open(&both->office, true);
    both->alice = pen(WORKSPACE, ALICE, 1, 1);
    for (enum name name = ALICE; name < NAMES; name++)
        both->here[name] = pen(GROUP, name, 1, 1);
    for (enum name name = BOB; name <= DORA; name++) {
        put(&both->office, &both->alice, adds(name, 1, ROLE_MEMBER));
        put(&both->office, &both->here[ALICE], adds(name, 1, ROLE_MEMBER));
    }
    both->bobs_grant = put(&both->office, &both->office.root[GROUP], grants_to(BOB, 1));
}

static void who_is_no_member_of_the_workspace_is_none_of_a_group(void **state)
{
    struct both both;
    struct governance_standing standing;
    const struct sign_public carl = device_of(CARL);
    (void)state;
    open_both(&both);
    put(&both.office, &both.here[ALICE], adds(EVE, 1, ROLE_MEMBER));
    assert_false(is_member(&both.office, GROUP, EVE));
    struct hash removal = put(&both.office, &both.alice, removes(CARL, 1));
    assert_false(is_member(&both.office, GROUP, CARL));
    assert_true(governance_standing(both.office.in[GROUP], &carl, 1, &standing));
    assert_true(standing.removed_in_workspace && !standing.removed);
    put(&both.office, &both.here[DORA], citing(cutting(removes(CARL, 1), &both.here[CARL]), removal));
    assert_true(governance_standing(both.office.in[GROUP], &carl, 1, &standing));
    assert_true(standing.removed && !standing.removed_in_workspace);
    struct hash late = put(&both.office, &both.here[CARL], epoch(1, 0));
    CHECK_RULE(&both.office, GROUP, late, RULE_CUT);
    office_close(&both.office);
}

static void the_only_admin_goes_when_the_workspace_says_so(void **state)
{
    struct both both;
    (void)state;
    open_both(&both);
    put(&both.office, &both.office.root[GROUP], revokes_of(&both.bobs_grant)); /* Alice is left */
    const struct hash genesis = both.office.told[WORKSPACE]->items[0].id;
    struct hash revoke = put(&both.office, &both.office.root[WORKSPACE], cutting(revokes_of(&genesis), &both.alice));
    put(&both.office, &both.office.root[WORKSPACE], grants_to(DORA, 1));
    struct pen dora = pen(WORKSPACE, DORA, 1, 1);
    struct hash removal = put(&both.office, &dora, citing(cutting(removes(ALICE, 1), &both.alice), revoke));
    CHECK_COUNTS(&both.office, WORKSPACE, removal);
    /* No REVOKE in the group is needed: a member passes the workspace's word on. */
    struct hash here =
        put(&both.office, &both.here[CARL], citing(cutting(removes(ALICE, 1), &both.here[ALICE]), removal));
    struct hash late = put(&both.office, &both.here[ALICE], adds(SPY, 1, ROLE_MEMBER));
    CHECK_COUNTS(&both.office, GROUP, here);
    CHECK_RULE(&both.office, GROUP, late, RULE_CUT);
    assert_true(is_member(&both.office, GROUP, CARL) && is_member(&both.office, GROUP, DORA));
    assert_false(is_admin(&both.office, GROUP, ALICE));
    /* From a log that cites nothing, with cut 0, somebody tries to undo all she did: the larger cut wins. */
    struct pen secret = pen(GROUP, DORA, 1, 4);
    secret.blind = true;
    CHECK_COUNTS(&both.office, GROUP, put(&both.office, &secret, citing(removes(ALICE, 1), removal)));
    assert_true(is_member(&both.office, GROUP, CARL));
    office_close(&both.office);
}

static void an_admins_word_goes_before_a_members(void **state)
{
    struct both both;
    (void)state;
    open_both(&both);
    struct hash one = put(&both.office, &both.here[CARL], epoch(1, 0)),
                two = put(&both.office, &both.here[CARL], epoch(2, 0));
    struct pen early = both.here[CARL];
    early.seq = 1;
    early.head = one;
    struct hash removal = put(&both.office, &both.alice, removes(CARL, 1));
    struct pen dora = both.here[DORA], bob = both.here[BOB];
    dora.blind = bob.blind = true;
    put(&both.office, &dora, citing(cutting(removes(CARL, 1), &both.here[CARL]), removal));
    CHECK_COUNTS(&both.office, GROUP, two);
    put(&both.office, &bob, citing(cutting(removes(CARL, 1), &early), removal));
    CHECK_COUNTS(&both.office, GROUP, one);
    CHECK_RULE(&both.office, GROUP, two, RULE_CUT);
    office_close(&both.office);
}

static void a_removal_stands_though_its_witness_leaves_the_group(void **state)
{
    struct both both;
    (void)state;
    open_both(&both);
    struct hash removal = put(&both.office, &both.alice, removes(CARL, 1));
    struct hash here =
        put(&both.office, &both.here[DORA], citing(cutting(removes(CARL, 1), &both.here[CARL]), removal));
    put(&both.office, &both.here[DORA], removes(DORA, 1));
    CHECK_COUNTS(&both.office, GROUP, here);
    put(&both.office, &both.here[BOB], removes(DORA, 1)); /* nor if she is removed, with whatever cut */
    CHECK_COUNTS(&both.office, GROUP, here);
    /* Who has left the workspace is no witness any more; another member passes the word on. */
    put(&both.office, &both.alice, removes(DORA, 1));
    CHECK_RULE(&both.office, GROUP, here, RULE_NO_AUTHORITY);
    assert_false(is_member(&both.office, GROUP, CARL));
    CHECK_COUNTS(&both.office, GROUP, put(&both.office, &both.here[BOB], citing(removes(CARL, 1), removal)));
    office_close(&both.office);
}

static void a_stale_word_does_not_remove_who_was_let_in_again(void **state)
{
    struct both both;
    (void)state;
    open_both(&both);
    struct hash there = put(&both.office, &both.alice, removes(CARL, 1));
    struct hash here = put(&both.office, &both.here[DORA], citing(removes(CARL, 1), there));
    put(&both.office, &both.alice, citing(adds(CARL, 2, ROLE_MEMBER), there));
    struct hash careless = put(&both.office, &both.here[ALICE], citing(adds(CARL, 2, ROLE_MEMBER), here));
    CHECK_RULE(&both.office, GROUP, careless, RULE_UNCITED); /* the workspace's removal is not named */
    assert_false(is_member(&both.office, GROUP, CARL));
    put(&both.office, &both.here[ALICE], citing(citing(adds(CARL, 2, ROLE_MEMBER), here), there));
    assert_true(is_member(&both.office, GROUP, CARL));
    struct hash stale = put(&both.office, &both.here[DORA], citing(removes(CARL, 2), there));
    CHECK_RULE(&both.office, GROUP, stale, RULE_NO_AUTHORITY);
    assert_true(is_member(&both.office, GROUP, CARL));
    office_close(&both.office);
}

static void a_direct_chat_is_of_the_devices_of_two_people(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1), bob = pen(WORKSPACE, BOB, 1, 1);
    put(&office, &alice, adds(BOB, 1, ROLE_MEMBER));
    put(&office, &alice, adds(CARL, 1, ROLE_MEMBER));
    put(&office, &bob, links(PHONE, BOB, 1));
    office.told[GROUP] = calloc(1, sizeof *office.told[GROUP]);
    struct governance_scope *scope = &office.told[GROUP]->scope;
    *scope = (struct governance_scope){.kind = GOVERN_DIRECT, .id = {{5}}};
    scope->people[0] = adds(ALICE, 1, ROLE_MEMBER).person;
    scope->people[1] = adds(BOB, 1, ROLE_MEMBER).person;
    office.in[GROUP] = governance_new(scope, office.in[WORKSPACE]);
    struct pen from_bob = pen(GROUP, BOB, 1, 1), from_carl = pen(GROUP, CARL, 1, 1);
    struct hash first = put(&office, &from_bob, epoch(1, 3, ALICE, BOB, PHONE));
    struct hash strangers = put(&office, &from_carl, epoch(1, 1, CARL));
    CHECK_COUNTS(&office, GROUP, first);
    CHECK_RULE(&office, GROUP, strangers, RULE_STRANGER);
    assert_true(is_member(&office, GROUP, ALICE) && is_member(&office, GROUP, BOB) && is_member(&office, GROUP, PHONE));
    assert_false(is_member(&office, GROUP, CARL) || is_admin(&office, GROUP, ALICE));
    CHECK_COUNTS(&office, GROUP, put(&office, &from_bob, plain(ENTRY_CLOCK)));
    CHECK_RULE(&office, GROUP, put(&office, &from_bob, adds(SPY, 1, ROLE_MEMBER)), RULE_NO_AUTHORITY);

    struct hash removal = put(&office, &alice, removes(PHONE, 1));
    assert_false(is_member(&office, GROUP, PHONE));
    struct pen from_alice = pen(GROUP, ALICE, 1, 1);
    CHECK_COUNTS(&office, GROUP, put(&office, &from_alice, citing(removes(PHONE, 1), removal)));
    office_close(&office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_no_member_of_the_workspace_is_none_of_a_group),
        cmocka_unit_test(the_only_admin_goes_when_the_workspace_says_so),
        cmocka_unit_test(an_admins_word_goes_before_a_members),
        cmocka_unit_test(a_removal_stands_though_its_witness_leaves_the_group),
        cmocka_unit_test(a_stale_word_does_not_remove_who_was_let_in_again),
        cmocka_unit_test(a_direct_chat_is_of_the_devices_of_two_people),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
