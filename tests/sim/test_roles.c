/* SPDX-License-Identifier: MIT
 * Who goes from a group, who comes back, and who may do what in it. */
#include "linking.h"
#include "roots.h"

static bool reads(struct world *world, const char *name, const char *text)
{
    return strstr(world_texts_in(world, name, "Board"), text) != NULL;
}

static enum role role_of(const struct world *world, const char *by, const char *name)
{
    struct node_person person;
    uint32_t number = group_of(world, by, "Board");
    for (size_t i = 0; node_person_at(world_host(world, by)->node, number, i, &person); i++)
        if (bytes_equal(person.name, BYTES_TEXT(name)))
            return person.role;
    return 0;
}

/* Alice's group Board, with everybody. */
static void begin_board(struct world *world, uint64_t seed, const char *const *guests)
{
    begin(world, seed, "alice", guests);
    CHECK_OK(create(world, "alice", "Board", guests));
    world_settle(world);
    for (; *guests; guests++)
        assert_true(role_of(world, *guests, *guests) == ROLE_MEMBER);
}

static void who_is_removed_reads_no_more_and_may_come_back(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 1, GUESTS("bob", "carol"));
    CHECK_OK(world_say_to(&world, "bob", "Board", "while I am here"));
    world_settle(&world);
    CHECK_OK(remove_from(&world, "alice", "Board", "bob"));
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "carol", "Board", "without bob"));
    world_settle(&world);
    assert_true(reads(&world, "alice", "without bob") && reads(&world, "carol", "while I am here"));
    assert_false(reads(&world, "bob", "without bob"));
    assert_int_equal(members(&world, "carol", "Board"), 2);
    assert_int_equal(world_say_to(&world, "bob", "Board", "I am still here"), ERR_LEFT);
    CHECK_HOLDS(&world);

    CHECK_OK(add(&world, "alice", "Board", "bob"));
    world_run(&world, 5000); /* he has consented not long ago */
    world_settle(&world);
    assert_int_equal(role_of(&world, "carol", "bob"), ROLE_MEMBER);
    CHECK_OK(world_say_to(&world, "bob", "Board", "back again"));
    world_settle(&world);
    assert_true(reads(&world, "carol", "back again") && reads(&world, "bob", "without bob"));
    CHECK_OK(remove_from(&world, "alice", "Board", "bob"));
    world_settle(&world);
    assert_int_equal(members(&world, "carol", "Board"), 2);
    assert_true(reads(&world, "carol", "back again"));
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void only_the_root_makes_admins(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 2, GUESTS("bob", "carol", "dave"));
    assert_int_equal(set_role(&world, "bob", "Board", "carol", ROLE_READER), ERR_NOT_PERMITTED);
    assert_int_equal(set_role(&world, "alice", "Board", "bob", ROLE_MEMBER), ERR_EXISTS);
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_ADMIN));
    world_settle(&world);
    assert_int_equal(role_of(&world, "dave", "bob"), ROLE_ADMIN);
    assert_int_equal(set_role(&world, "bob", "Board", "carol", ROLE_ADMIN), ERR_NO_ROOT);
    assert_int_equal(remove_from(&world, "bob", "Board", "alice"), ERR_NO_ROOT);
    CHECK_OK(remove_from(&world, "bob", "Board", "dave"));
    world_settle(&world);
    assert_int_equal(members(&world, "carol", "Board"), 3);
    CHECK_HOLDS(&world);

    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_MEMBER));
    world_settle(&world);
    assert_int_equal(role_of(&world, "carol", "bob"), ROLE_MEMBER);
    assert_int_equal(remove_from(&world, "bob", "Board", "carol"), ERR_NOT_PERMITTED);
    assert_int_equal(members(&world, "carol", "Board"), 3); /* what he did as an admin stands */

    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_ADMIN));
    world_settle(&world);
    CHECK_OK(remove_from(&world, "bob", "Board", "carol"));
    world_settle(&world);
    CHECK_OK(remove_from(&world, "alice", "Board", "bob")); /* takes the right back first */
    world_settle(&world);
    assert_int_equal(members(&world, "alice", "Board"), 1);
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void readers_read_and_carriers_carry(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 3, GUESTS("bob", "carol"));
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_READER));
    CHECK_OK(set_role(&world, "alice", "Board", "carol", ROLE_CARRIER));
    world_settle(&world);
    assert_int_equal(role_of(&world, "carol", "bob"), ROLE_READER);
    assert_int_equal(role_of(&world, "bob", "carol"), ROLE_CARRIER);
    CHECK_OK(world_say_to(&world, "alice", "Board", "for readers"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_true(reads(&world, "bob", "for readers"));
    assert_false(reads(&world, "carol", "for readers"));
    assert_int_equal(world_say_to(&world, "bob", "Board", "may I?"), ERR_NOT_PERMITTED);
    assert_int_equal(world_say_to(&world, "carol", "Board", "may I?"), ERR_NOT_PERMITTED);

    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_MEMBER));
    CHECK_OK(set_role(&world, "alice", "Board", "carol", ROLE_MEMBER));
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "bob", "Board", "I may"));
    CHECK_OK(world_say_to(&world, "carol", "Board", "so may I"));
    world_settle(&world);
    assert_true(reads(&world, "alice", "I may") && reads(&world, "alice", "so may I"));
    assert_true(reads(&world, "carol", "for readers"));
    CHECK_HOLDS(&world);
    end_story(&world);
}

static size_t with_role(const struct world *world, const char *by, const char *group, const char *name, enum role role)
{
    struct node_person person;
    uint32_t number = group_of(world, by, group);
    size_t count = 0;
    for (size_t i = 0; number && node_person_at(world_host(world, by)->node, number, i, &person); i++)
        count += bytes_equal(person.name, BYTES_TEXT(name)) && person.role == role;
    return count;
}

/* Bob has two linked computers; Alice founded the group and has a second one, too. */
static void all_computers_of_a_person_get_the_role_at_once(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 8, "alice", GUESTS("bob", "carol"));
    CHECK_OK(link_device(&world, "bob", "phone"));
    CHECK_OK(link_device(&world, "alice", "desk"));
    world_settle(&world);
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob", "carol")));
    world_run(&world, 5000);
    world_settle(&world);
    assert_int_equal(with_role(&world, "carol", "Board", "bob", ROLE_MEMBER), 2);
    CHECK_OK(link_device(&world, "bob", "tablet"));
    world_settle(&world);
    assert_int_equal(with_role(&world, "carol", "Board", "bob", ROLE_MEMBER), 3);
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_READER));
    world_settle(&world);
    assert_int_equal(with_role(&world, "carol", "Board", "bob", ROLE_READER), 3);
    assert_int_equal(world_say_to(&world, "tablet", "Board", "may I?"), ERR_NOT_PERMITTED);
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_ADMIN));
    CHECK_OK(set_role(&world, "alice", "Office", "bob", ROLE_ADMIN));
    world_settle(&world);
    assert_int_equal(with_role(&world, "carol", "Board", "bob", ROLE_ADMIN), 3);
    assert_int_equal(with_role(&world, "carol", "Office", "bob", ROLE_ADMIN), 3);

    CHECK_OK(set_role(&world, "alice", "Board", "alice", ROLE_READER));
    CHECK_OK(set_role(&world, "alice", "Office", "bob", ROLE_READER));
    world_settle(&world);
    assert_int_equal(with_role(&world, "carol", "Board", "alice", ROLE_READER), 2);
    assert_int_equal(with_role(&world, "carol", "Office", "bob", ROLE_READER), 3);
    assert_int_equal(world_say_to(&world, "alice", "Board", "may I?"), ERR_NOT_PERMITTED);
    CHECK_OK(world_say_to(&world, "bob", "Board", "you may not"));
    world_settle(&world);
    assert_true(reads(&world, "desk", "you may not"));
    CHECK_OK(set_role(&world, "bob", "Board", "alice", ROLE_MEMBER));
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "alice", "Board", "now I may"));
    world_settle(&world);
    assert_true(reads(&world, "carol", "now I may"));
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* The group's own root is on Bob's computer, the workspace's on Alice's. */
static void each_root_takes_back_what_it_gave(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 9, "alice", GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "bob", "Board", GUESTS("alice", "carol")));
    world_settle(&world);
    CHECK_OK(answer(&world, "alice", "Board", COMMAND_GROUP_ACCEPT));
    CHECK_OK(answer(&world, "carol", "Board", COMMAND_GROUP_ACCEPT));
    world_settle(&world);
    CHECK_OK(set_role(&world, "bob", "Board", "carol", ROLE_ADMIN));
    world_settle(&world);
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_MEMBER)); /* whom his own root made one */
    CHECK_OK(set_role(&world, "alice", "Board", "alice", ROLE_ADMIN));
    world_settle(&world);
    assert_int_equal(role_of(&world, "carol", "bob"), ROLE_MEMBER);
    assert_int_equal(set_role(&world, "bob", "Board", "alice", ROLE_MEMBER), ERR_NOT_PERMITTED);
    CHECK_OK(set_role(&world, "bob", "Board", "bob", ROLE_ADMIN));
    world_settle(&world);
    assert_int_equal(set_role(&world, "bob", "Board", "alice", ROLE_MEMBER), ERR_NO_ROOT);
    CHECK_OK(set_role(&world, "alice", "Board", "alice", ROLE_MEMBER));
    world_settle(&world);
    assert_int_equal(role_of(&world, "carol", "alice"), ROLE_MEMBER);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* It keeps the workspace for two who are never there at the same time. */
static void a_carrier_is_let_in_and_reads_nothing(void **state)
{
    struct world world;
    struct code code;
    struct node_group group;
    (void)state;
    begin(&world, 6, "alice", GUESTS("bob"));
    CHECK_OK(world_say(&world, "alice", "before"));
    world_add(&world, "box");
    CHECK_OK(world_invite_as(&world, "alice", ROLE_CARRIER, &code));
    CHECK_OK(world_join(&world, "box", &code));
    world_settle(&world);
    assert_true(node_group_at(world_host(&world, "box")->node, 0, &group));
    assert_int_equal(group.role, ROLE_CARRIER);
    assert_false(group.has_key);

    world_stop(&world, "bob");
    CHECK_OK(world_say(&world, "alice", "by way of the box"));
    world_run(&world, 5000);
    world_stop(&world, "alice");
    world_restart(&world, "bob");
    world_run(&world, 15000);
    assert_non_null(strstr(world_texts(&world, "bob"), "by way of the box"));
    assert_null(strstr(world_texts(&world, "box"), "before"));
    assert_null(strstr(world_texts(&world, "box"), "by way"));
    assert_int_not_equal(world_say(&world, "box", "may I?"), OK);
    CHECK_OK(world_say(&world, "bob", "thank you"));
    world_run(&world, 5000);
    world_stop(&world, "bob");
    world_restart(&world, "alice");
    world_run(&world, 15000);
    assert_non_null(strstr(world_texts(&world, "alice"), "thank you"));
    world_restart(&world, "bob");
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void a_last_admin_hands_over_before_he_leaves(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 4, GUESTS("bob", "carol"));
    assert_int_equal(leave(&world, "alice", "Board"), ERR_LAST_ADMIN);
    assert_int_equal(set_role(&world, "alice", "Board", "alice", ROLE_MEMBER), ERR_LAST_ADMIN);
    CHECK_OK(leave(&world, "carol", "Board"));
    world_settle(&world);
    assert_int_equal(members(&world, "alice", "Board"), 2);
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_ADMIN));
    world_settle(&world);
    CHECK_OK(leave(&world, "alice", "Board"));
    world_settle(&world);
    assert_int_equal(members(&world, "bob", "Board"), 1);
    CHECK_OK(world_say_to(&world, "bob", "Board", "alone"));
    world_settle(&world);
    assert_false(reads(&world, "alice", "alone") || reads(&world, "carol", "alone"));
    CHECK_OK(leave(&world, "bob", "Board")); /* there is nobody to hand over to */
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void an_invitation_can_be_taken_back(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 5, "alice", GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "bob", "Board", GUESTS("carol"))); /* who is asked, as bob is no admin of the workspace */
    world_settle(&world);
    assert_int_equal(invitations(&world, "carol"), 1);
    CHECK_OK(remove_from(&world, "bob", "Board", "carol"));
    CHECK_OK(answer(&world, "carol", "Board", COMMAND_GROUP_ACCEPT));
    world_settle(&world);
    assert_int_equal(members(&world, "bob", "Board"), 1);
    assert_int_equal(remove_from(&world, "bob", "Board", "carol"), ERR_NOT_FOUND);
    CHECK_HOLDS(&world);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_removed_reads_no_more_and_may_come_back),
        cmocka_unit_test(only_the_root_makes_admins),
        cmocka_unit_test(readers_read_and_carriers_carry),
        cmocka_unit_test(all_computers_of_a_person_get_the_role_at_once),
        cmocka_unit_test(each_root_takes_back_what_it_gave),
        cmocka_unit_test(a_carrier_is_let_in_and_reads_nothing),
        cmocka_unit_test(a_last_admin_hands_over_before_he_leaves),
        cmocka_unit_test(an_invitation_can_be_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
