/* SPDX-License-Identifier: MIT
 * Who belongs to a group no more, and does not know it, or is told so by one who may not say it any more. */
#include "chats.h"
#include "copies.h"

/* Bob's group Board, with Carol and Dave. */
static void begin_board(struct world *world, uint64_t seed)
{
    begin(world, seed, "alice", GUESTS("bob", "carol", "dave"));
    CHECK_OK(create(world, "bob", "Board", GUESTS("carol", "dave")));
    world_settle(world);
    CHECK_OK(answer(world, "carol", "Board", COMMAND_GROUP_ACCEPT));
    CHECK_OK(answer(world, "dave", "Board", COMMAND_GROUP_ACCEPT));
    world_run(world, 5000);
    world_settle(world);
    assert_int_equal(members(world, "dave", "Board"), 3);
    CHECK_HOLDS(world);
}

static void who_left_and_has_an_older_disk_hears_of_it(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 1);
    struct medium *backup = medium_copy(world_host(&world, "dave")->disk);
    CHECK_OK(leave(&world, "dave", "Board"));
    world_settle(&world);
    world_restore(&world, "dave", backup);
    world_settle(&world);
    CHECK_HOLDS(&world);
    CHECK_ERROR(world_say_to(&world, "dave", "Board", "am I here?"), ERR_LEFT);

    world_restart(&world, "dave");
    CHECK_ERROR(world_say_to(&world, "dave", "Board", "and now?"), ERR_LEFT);
    CHECK_OK(add(&world, "bob", "Board", "dave"));
    world_run(&world, 5000);
    CHECK_OK(answer(&world, "dave", "Board", COMMAND_GROUP_ACCEPT));
    world_run(&world, 5000);
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "dave", "Board", "here again"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    medium_free(backup);
    end_story(&world);
}

static void a_copy_of_who_left_hears_of_it(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 2);
    world_stop(&world, "bob");
    world_stop(&world, "carol");
    world_clone(&world, "dave", "twin");
    world_isolate(&world, "twin");
    CHECK_OK(leave(&world, "dave", "Board"));
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    CHECK_ERROR(world_say_to(&world, "twin", "Board", "am I here?"), ERR_LEFT);
    end_story(&world);
}

static bool dave_has_left(struct world *world)
{
    struct node_group group;
    for (size_t i = 0; node_group_at(world_host(world, "dave")->node, i, &group); i++)
        if (group.kind == GROUP_CHAT)
            return group.has_left;
    return false;
}

/* Bob removes Dave while Alice removes Bob from the office, and no more than his note comes through. */
static void who_was_removed_by_one_who_was_out_himself_is_in(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 3);
    for (int i = 0; i < 4; i++)
        world_cut(&world, i % 2 ? "alice" : "carol", i < 2 ? "bob" : "dave");
    CHECK_OK(remove_from(&world, "bob", "Board", "dave"));
    assert_true(world_until(&world, dave_has_left, 2000));
    world_crash(&world, "bob", true);
    CHECK_OK(remove_from(&world, "alice", "Office", "bob"));
    world_heal(&world);
    world_run(&world, 70000);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(members(&world, "carol", "Board"), 2);
    CHECK_OK(world_say_to(&world, "dave", "Board", "I am"));
    world_settle(&world);
    assert_non_null(strstr(world_texts_in(&world, "carol", "Board"), "I am"));
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* Bob lets Dave in while Alice removes Bob from the office, and from the group, in which she has made herself an admin
 * with the root key of the office. */
static void who_was_let_in_by_one_who_was_out_himself_hears_of_it(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 4, "alice", GUESTS("bob", "carol", "dave"));
    CHECK_OK(create(&world, "bob", "Board", GUESTS("alice")));
    world_settle(&world);
    CHECK_OK(answer(&world, "alice", "Board", COMMAND_GROUP_ACCEPT));
    world_run(&world, 5000);
    world_settle(&world);
    for (int i = 0; i < 4; i++)
        world_cut(&world, i % 2 ? "alice" : "carol", i < 2 ? "bob" : "dave");
    CHECK_OK(add(&world, "bob", "Board", "dave"));
    world_run(&world, 1000);
    CHECK_OK(answer(&world, "dave", "Board", COMMAND_GROUP_ACCEPT));
    world_run(&world, 5000);
    assert_int_equal(members(&world, "dave", "Board"), 3);
    world_crash(&world, "bob", true);
    CHECK_OK(set_role(&world, "alice", "Board", "alice", ROLE_ADMIN));
    CHECK_OK(remove_from(&world, "alice", "Office", "bob"));
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(members(&world, "alice", "Board"), 1);
    assert_int_equal(members(&world, "dave", "Board"), 1);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_left_and_has_an_older_disk_hears_of_it),
        cmocka_unit_test(a_copy_of_who_left_hears_of_it),
        cmocka_unit_test(who_was_removed_by_one_who_was_out_himself_is_in),
        cmocka_unit_test(who_was_let_in_by_one_who_was_out_himself_hears_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
