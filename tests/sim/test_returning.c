/* SPDX-License-Identifier: MIT
 * Who was removed and is invited again: shown as invited, and in again only if he is. */
#include "chats.h"
#include "linking.h"

static bool is_shown_as_invited(const struct world *world, const char *by, const char *name)
{
    struct node_invitee invitee;
    uint32_t number = group_of(world, by, "Board");
    for (size_t i = 0; node_invitee_at(world_host(world, by)->node, number, i, &invitee); i++)
        if (bytes_equal(invitee.name, BYTES_TEXT(name)) && !invitee.declined)
            return true;
    return false;
}

/* Alice's group Board, with bob, who is removed from it. */
static void begin_without_bob(struct world *world, uint64_t seed)
{
    begin(world, seed, "alice", GUESTS("bob", "carol"));
    CHECK_OK(create(world, "alice", "Board", GUESTS("bob", "carol")));
    world_settle(world);
    CHECK_OK(remove_from(world, "alice", "Board", "bob"));
    world_settle(world);
    assert_int_equal(members(world, "alice", "Board"), 2);
    assert_false(is_shown_as_invited(world, "alice", "bob"));
}

static void who_is_invited_again_is_shown_as_invited_until_he_comes(void **state)
{
    struct world world;
    (void)state;
    begin_without_bob(&world, 1);
    world_stop(&world, "bob");
    CHECK_OK(add(&world, "alice", "Board", "bob"));
    world_run(&world, 5000);
    assert_true(is_shown_as_invited(&world, "alice", "bob"));
    assert_true(is_shown_as_invited(&world, "carol", "bob"));
    world_restart(&world, "alice");
    assert_true(is_shown_as_invited(&world, "alice", "bob"));
    world_restart(&world, "bob");
    world_run(&world, 10000);
    world_settle(&world);
    assert_false(is_shown_as_invited(&world, "carol", "bob"));
    assert_int_equal(members(&world, "carol", "Board"), 3);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* A program of his own making consents to what nobody has asked him. */
static void the_invitation_of_before_lets_nobody_in_again(void **state)
{
    struct world world;
    (void)state;
    begin_without_bob(&world, 2);
    struct node *bob = world_host(&world, "bob")->node;
    assert_int_equal(bob->invitation_count, 1);
    bob->invitations[0].state = INVITATION_OPEN;
    bob->invitations[0].instance = 2;
    struct command command = {.type = COMMAND_GROUP_ACCEPT, .group.id = bob->invitations[0].group};
    struct asked asked;
    CHECK_OK(world_command(&world, "bob", &command, ANSWER_MS, &asked));
    world_run(&world, 60000);
    assert_int_equal(members(&world, "alice", "Board"), 2);
    CHECK_OK(add(&world, "alice", "Board", "bob"));
    world_run(&world, 10000);
    world_settle(&world);
    assert_int_equal(members(&world, "alice", "Board"), 3);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* With the same computer, as the same person; also when it was away meanwhile. */
static void who_was_removed_from_the_workspace_comes_back_by_a_code(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin(&world, 3, "alice", GUESTS("bob", "carol"));
    CHECK_OK(world_say(&world, "bob", "before"));
    world_settle(&world);
    CHECK_OK(remove_from(&world, "alice", "Office", "bob"));
    world_run(&world, 5000);
    CHECK_ERROR(world_say(&world, "bob", "and I?"), ERR_REMOVED);
    CHECK_OK(world_invite(&world, "alice", &code));
    CHECK_ERROR(world_join(&world, "bob", &code), ERR_NAME_TAKEN); /* that was himself */
    CHECK_OK(make_code(&world, "alice", INVITE_AGAIN, "bob", &code));
    CHECK_OK(world_join(&world, "bob", &code));
    CHECK_OK(world_say(&world, "bob", "after"));
    CHECK_OK(world_say(&world, "carol", "welcome"));
    world_restart(&world, "bob");
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(members(&world, "carol", "Office"), 3);
    assert_string_equal(world_texts(&world, "carol"), "bob: before\nbob: after\ncarol: welcome\n");
    assert_string_equal(world_texts(&world, "bob"), "bob: before\nbob: after\ncarol: welcome\n");

    CHECK_OK(remove_from(&world, "alice", "Office", "bob"));
    world_run(&world, 5000);
    CHECK_ERROR(world_say(&world, "bob", "once more?"), ERR_REMOVED);
    CHECK_ERROR(world_join(&world, "bob", &code), ERR_CODE_USED); /* it was for that time */
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_invited_again_is_shown_as_invited_until_he_comes),
        cmocka_unit_test(the_invitation_of_before_lets_nobody_in_again),
        cmocka_unit_test(who_was_removed_from_the_workspace_comes_back_by_a_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
