/* SPDX-License-Identifier: MIT
 * Root logs: forked by an old copy, recovered, handed over; the workspace's root in a group. */
#include "office.h"

static void what_stands_behind_a_fork_of_the_root_log_does_not_count(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1), *root = &office.root[WORKSPACE];
    put(&office, &alice, adds(BOB, 1, ROLE_MEMBER));
    put(&office, &alice, adds(CARL, 1, ROLE_MEMBER));
    struct pen old_copy = *root;
    struct hash first = put(&office, root, grants_to(BOB, 1));
    CHECK_COUNTS(&office, WORKSPACE, first);
    struct hash second = put(&office, &old_copy, grants_to(CARL, 1));
    CHECK_RULE(&office, WORKSPACE, first, RULE_ROOT_ENDED);
    CHECK_RULE(&office, WORKSPACE, second, RULE_ROOT_ENDED);
    assert_true(is_admin(&office, WORKSPACE, ALICE) && !is_admin(&office, WORKSPACE, BOB));

    /* The next generation names a branch. */
    struct pen recovered = root_pen(WORKSPACE, &root->device, 1);
    put(&office, &recovered, continues(&second));
    assert_true(is_admin(&office, WORKSPACE, CARL) && !is_admin(&office, WORKSPACE, BOB));
    struct hash late = put(&office, root, grants_to(BOB, 1));
    CHECK_RULE(&office, WORKSPACE, late, RULE_ROOT_ENDED);

    /* It hands over; the heir opens, and the old key is done. */
    const struct sign_public heir = spare_root(0);
    struct hash handover = put(&office, &recovered, hands_over(&heir, NULL));
    struct hash behind = put(&office, &recovered, grants_to(BOB, 1));
    CHECK_RULE(&office, WORKSPACE, behind, RULE_ROOT_ENDED);
    struct pen third = root_pen(WORKSPACE, &heir, 2);
    put(&office, &third, continues(&handover));
    put(&office, &third, grants_to(BOB, 1));
    assert_true(is_admin(&office, WORKSPACE, BOB) && is_admin(&office, WORKSPACE, CARL));
    office_close(&office);
}

/* Who has stolen the key would else leave nobody in the group. */
static void of_a_root_log_with_two_beginnings_genesis_stays(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1), *root = &office.root[WORKSPACE];
    struct pen usurper = root_pen(WORKSPACE, &root->device, 0);
    put(&office, &alice, adds(BOB, 1, ROLE_MEMBER));
    struct hash before = put(&office, root, grants_to(BOB, 1));
    CHECK_COUNTS(&office, WORKSPACE, before);
    struct hash other = put(&office, &usurper, grants_to(SPY, 1));
    CHECK_RULE(&office, WORKSPACE, other, RULE_ROOT_ENDED);
    CHECK_RULE(&office, WORKSPACE, before, RULE_ROOT_ENDED);
    assert_true(is_admin(&office, WORKSPACE, ALICE) && is_member(&office, WORKSPACE, BOB));
    assert_false(is_admin(&office, WORKSPACE, BOB) || is_admin(&office, WORKSPACE, SPY));
    office_close(&office);
}

static void an_old_root_key_opens_nothing_after_its_handover(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen *root = &office.root[WORKSPACE];
    const struct sign_public heir = spare_root(0), old = root->device;
    const struct pen before = *root;
    struct hash handover = put(&office, root, hands_over(&heir, NULL));
    struct pen thief = root_pen(WORKSPACE, &old, 1);
    struct hash opening = put(&office, &thief, continues(&before.head));
    CHECK_RULE(&office, WORKSPACE, opening, RULE_ROOT_ENDED);
    struct pen branch = before; /* nor by a history in which he handed nothing over */
    struct hash fork = put(&office, &branch, grants_to(SPY, 1));
    struct pen again = root_pen(WORKSPACE, &old, 1);
    struct hash second = put(&office, &again, continues(&fork));
    CHECK_RULE(&office, WORKSPACE, fork, RULE_ROOT_ENDED);
    CHECK_RULE(&office, WORKSPACE, second, RULE_ROOT_ENDED);
    struct pen next = root_pen(WORKSPACE, &heir, 1);
    struct hash opened = put(&office, &next, continues(&handover));
    struct hash grant = put(&office, &next, grants_to(BOB, 1));
    CHECK_COUNTS(&office, WORKSPACE, opened);
    CHECK_COUNTS(&office, WORKSPACE, grant);
    CHECK_COUNTS(&office, WORKSPACE, handover);
    CHECK_RULE(&office, WORKSPACE, second, RULE_ROOT_ENDED);
    assert_false(is_admin(&office, WORKSPACE, SPY));
    office_close(&office);
}

static void of_two_openings_the_one_with_the_smaller_id_counts(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen *root = &office.root[WORKSPACE];
    const struct pen head = *root;
    struct hash lost = put(&office, root, grants_to(BOB, 1));
    struct pen one = root_pen(WORKSPACE, &root->device, 1), two = one;
    struct hash first = put(&office, &one, continues(&head.head)), second = put(&office, &two, continues(&lost));
    CHECK_COUNTS(&office, WORKSPACE, first);
    CHECK_RULE(&office, WORKSPACE, second, RULE_ROOT_ENDED);
    CHECK_RULE(&office, WORKSPACE, lost, RULE_ROOT_ENDED); /* beyond the head that was named */
    struct hash grant = put(&office, &one, grants_to(CARL, 1));
    CHECK_COUNTS(&office, WORKSPACE, grant);
    office_close(&office);
}

static void a_root_key_is_no_device(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1), *root = &office.root[WORKSPACE];
    struct item add = adds(BOB, 1, ROLE_MEMBER), grant = grants_to(BOB, 1);
    add.device = grant.device = root->device;
    CHECK_RULE(&office, WORKSPACE, put(&office, &alice, add), RULE_ROOT_KEY);
    CHECK_RULE(&office, WORKSPACE, put(&office, root, grant), RULE_ROOT_KEY);
    struct pen log = {.place = WORKSPACE, .device = root->device, .instance = 1, .sub = 3};
    CHECK_RULE(&office, WORKSPACE, put(&office, &log, adds(SPY, 1, ROLE_MEMBER)), RULE_ROOT_ENDED);
    office_close(&office);
}

/* ---------------------------------------------------------------- the workspace's root in a group */

static void the_workspaces_root_rules_a_group_but_not_the_other_way(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, true);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1), in_group = pen(GROUP, ALICE, 1, 1);
    struct pen superior = root_pen(GROUP, &office.root[WORKSPACE].device, 0), *root = &office.root[GROUP];
    put(&office, &alice, adds(BOB, 1, ROLE_MEMBER));
    put(&office, &in_group, adds(BOB, 1, ROLE_MEMBER));
    put(&office, &superior, continues(NULL));
    struct hash grant = put(&office, &superior, grants_to(BOB, 1));
    assert_true(is_admin(&office, GROUP, BOB));
    CHECK_RULE(&office, GROUP, put(&office, root, revokes_of(&grant)), RULE_NO_GRANT);
    CHECK_RULE(&office, GROUP, put(&office, root, removes(BOB, 1)), RULE_SUPERIOR);
    assert_true(is_admin(&office, GROUP, BOB));

    /* The group's root log is closed before what it wrote last, and handed over. */
    const struct sign_public heir = spare_root(1);
    const struct hash genesis = office.told[GROUP]->items[0].id;
    struct hash founder = put(&office, &superior, revokes_of(&genesis));
    CHECK_COUNTS(&office, GROUP, founder);
    struct hash late = put(&office, root, grants_to(EVE, 1));
    CHECK_COUNTS(&office, GROUP, late);
    put(&office, &superior, hands_over(&heir, &genesis));
    CHECK_RULE(&office, GROUP, late, RULE_ROOT_ENDED);
    struct pen next = root_pen(GROUP, &heir, 1);
    CHECK_COUNTS(&office, GROUP, put(&office, &next, continues(&genesis)));
    CHECK_COUNTS(&office, GROUP, put(&office, &next, grants_to(ALICE, 1)));
    CHECK_RULE(&office, GROUP, put(&office, &superior, hands_over(&heir, &late)), RULE_COUNTS);
    office_close(&office);
}

static void the_old_key_of_the_workspace_says_no_more_in_groups_than_its_handover_tells(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, true);
    struct pen superior = root_pen(GROUP, &office.root[WORKSPACE].device, 0), *root = &office.root[WORKSPACE];
    put(&office, &superior, continues(NULL));
    struct hash honest = put(&office, &superior, grants_to(BOB, 1));
    const struct sign_public heir = spare_root(2);
    struct hash handover = put(&office, root, cutting(hands_over(&heir, NULL), &superior));
    struct hash stolen = put(&office, &superior, grants_to(SPY, 1));
    CHECK_COUNTS(&office, GROUP, honest);
    CHECK_RULE(&office, GROUP, stolen, RULE_ROOT_ENDED);
    struct pen next = root_pen(WORKSPACE, &heir, 1), next_superior = root_pen(GROUP, &heir, 1);
    put(&office, &next, continues(&handover));
    put(&office, &next_superior, continues(&honest));
    struct hash grant = put(&office, &next_superior, grants_to(CARL, 1));
    CHECK_COUNTS(&office, GROUP, honest);
    CHECK_COUNTS(&office, GROUP, grant);
    CHECK_RULE(&office, GROUP, stolen, RULE_ROOT_ENDED);
    office_close(&office);
}

/* ---------------------------------------------------------------- logs of admins */

static void both_branches_of_an_admins_log_count(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen alice = pen(WORKSPACE, ALICE, 1, 1);
    put(&office, &alice, adds(BOB, 1, ROLE_MEMBER));
    struct pen snapshot = alice;
    struct hash one = put(&office, &alice, adds(CARL, 1, ROLE_MEMBER));
    struct hash two = put(&office, &snapshot, adds(DORA, 1, ROLE_MEMBER));
    CHECK_COUNTS(&office, WORKSPACE, one);
    CHECK_COUNTS(&office, WORKSPACE, two);
    assert_true(is_member(&office, WORKSPACE, CARL) && is_member(&office, WORKSPACE, DORA));
    /* A cut covers one branch: what leads to the entry it names. */
    const struct hash genesis = office.told[WORKSPACE]->items[0].id;
    put(&office, &office.root[WORKSPACE], cutting(revokes_of(&genesis), &snapshot));
    CHECK_RULE(&office, WORKSPACE, one, RULE_NO_AUTHORITY);
    CHECK_COUNTS(&office, WORKSPACE, two);
    assert_true(is_member(&office, WORKSPACE, BOB) && is_member(&office, WORKSPACE, DORA));
    office_close(&office);
}

static struct governance_root root_now(const struct office *office)
{
    struct governance_root root;
    assert_true(governance_root(office->in[WORKSPACE], &root));
    return root;
}

/* What a program asks that is to write as the root. */
static void it_is_told_who_goes_on_from_where(void **state)
{
    struct office office;
    (void)state;
    office_open(&office, false);
    struct pen *root = &office.root[WORKSPACE], copy = *root;
    const struct sign_public heir = spare_root(0), old = root->device;
    struct governance_root now = root_now(&office);
    assert_false(now.is_over || now.forked || now.generation);
    assert_memory_equal(&now.head, &root->head, sizeof now.head);

    struct hash first = put(&office, root, grants_to(BOB, 1));
    put(&office, &copy, grants_to(CARL, 1));
    struct hash longer = put(&office, &copy, grants_to(DORA, 1));
    now = root_now(&office);
    assert_true(now.is_over && now.forked);
    assert_memory_equal(&now.named, &longer, sizeof now.named);
    assert_int_equal(governance_root_void(office.in[WORKSPACE]), 3);

    struct hash handover = put(&office, root, hands_over(&heir, NULL)); /* is final, in whatever branch */
    now = root_now(&office);
    assert_memory_equal(&now.key, &heir, sizeof heir);
    assert_memory_equal(&now.named, &handover, sizeof now.named);
    assert_true(governance_was_root(office.in[WORKSPACE], &old));
    struct pen next = root_pen(WORKSPACE, &heir, 1);
    struct hash opening = put(&office, &next, continues(&now.named));
    now = root_now(&office);
    assert_false(now.is_over || now.forked);
    assert_true(now.generation == 1 && memcmp(&now.writer, &heir, sizeof heir) == 0);
    assert_memory_equal(&now.head, &opening, sizeof now.head);
    CHECK_COUNTS(&office, WORKSPACE, first);
    CHECK_RULE(&office, WORKSPACE, longer, RULE_ROOT_ENDED);
    office_close(&office);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_behind_a_fork_of_the_root_log_does_not_count),
        cmocka_unit_test(of_a_root_log_with_two_beginnings_genesis_stays),
        cmocka_unit_test(an_old_root_key_opens_nothing_after_its_handover),
        cmocka_unit_test(of_two_openings_the_one_with_the_smaller_id_counts),
        cmocka_unit_test(it_is_told_who_goes_on_from_where),
        cmocka_unit_test(a_root_key_is_no_device),
        cmocka_unit_test(the_workspaces_root_rules_a_group_but_not_the_other_way),
        cmocka_unit_test(the_old_key_of_the_workspace_says_no_more_in_groups_than_its_handover_tells),
        cmocka_unit_test(both_branches_of_an_admins_log_count),
    };
    return crypto_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
