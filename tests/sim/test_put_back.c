/* SPDX-License-Identifier: MIT
 * Disks put back to an older copy where people were removed meanwhile. */
#include "chats.h"
#include "copies.h"

static void accept_invitation(struct world *world, const char *name)
{
    CHECK_OK(answer(world, name, "Board", COMMAND_GROUP_ACCEPT));
    world_run(world, 5000);
}

/* What he said while he was there holds: without it nobody could bring her back, since he was the only admin. */
static void the_invitation_of_who_is_gone_brings_back_into_a_group(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 1, "alice", GUESTS("bob", "carol", "dave"));
    struct medium *backup = medium_copy(world_host(&world, "carol")->disk);
    CHECK_OK(create(&world, "bob", "Board", GUESTS("carol", "dave")));
    world_run(&world, 5000);
    accept_invitation(&world, "carol");
    accept_invitation(&world, "dave");
    CHECK_OK(world_say_to(&world, "carol", "Board", "one"));
    world_settle(&world);
    world_stop(&world, "bob");
    CHECK_OK(remove_from(&world, "alice", ".", "bob"));
    world_settle(&world);

    world_roll_back(&world, "carol", backup);
    world_run(&world, 30000);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(members(&world, "dave", "Board"), 2);
    assert_int_equal(members(&world, "carol", "Board"), 2);
    assert_string_equal(world_texts_in(&world, "carol", "Board"), "carol: one\n");
    medium_free(backup);
    end_story(&world);
}

/* He cannot be answered, and nobody else lets anybody in. */
static void an_invitation_of_who_is_gone_is_offered_to_nobody(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 2, "alice", GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "bob", "Board", GUESTS("carol")));
    world_run(&world, 5000);
    assert_int_equal(invitations(&world, "carol"), 1);
    world_stop(&world, "bob");
    CHECK_OK(remove_from(&world, "alice", ".", "bob"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(invitations(&world, "carol"), 0);
    end_story(&world);
}

/* The note comes with the office's log, before anybody tells of the group. */
static void who_was_removed_before_an_older_copy_finds_its_group_again_learns_that(void **state)
{
    struct world world;
    struct node_group group = {.number = 0};
    (void)state;
    begin(&world, 3, "alice", GUESTS("bob", "carol"));
    struct medium *backup = medium_copy(world_host(&world, "bob")->disk);
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob", "carol")));
    world_run(&world, 5000);
    world_settle(&world);
    world_isolate(&world, "carol"); /* she still takes bob for a member */
    CHECK_OK(remove_from(&world, "alice", "Board", "bob"));
    world_run(&world, 5000);
    world_roll_back(&world, "bob", backup);
    world_run(&world, 5000);
    world_stop(&world, "alice");
    world_heal(&world);
    world_run(&world, 60000);
    for (size_t i = 0; node_group_at(world_host(&world, "bob")->node, i, &group); i++)
        assert_true(group.kind == GROUP_WORKSPACE || group.has_left);
    world_restart(&world, "alice");
    world_settle(&world);
    CHECK_HOLDS(&world);
    medium_free(backup);
    end_story(&world);
}

/* Only another home of alice's knows that there is such a chat. */
static void a_chat_with_who_is_gone_is_found_again(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 4, "alice", GUESTS("bob", "carol"));
    world_clone(&world, "carol", "carol-2");
    world_run(&world, 2000);
    world_cut(&world, "carol-2", "carol");
    world_cut(&world, "carol-2", "bob");
    CHECK_OK(world_say_to(&world, "bob", "@carol", "between us"));
    world_run(&world, 2000);
    world_stop(&world, "bob");
    CHECK_OK(remove_from(&world, "alice", ".", "bob"));
    world_run(&world, 10000);
    world_heal(&world);
    world_run(&world, 40000); /* mDNS asks again */
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_host(&world, "carol-2")->node->group_count, 2);
    end_story(&world);
}

/* Bob came in by carol, who was no admin any more: so it turns out when alice tells. */
static void a_chat_with_who_never_counted_is_found_again(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 6, "alice", GUESTS("carol"));
    CHECK_OK(set_role(&world, "alice", ".", "carol", ROLE_ADMIN));
    world_settle(&world);
    world_isolate(&world, "alice");
    world_run(&world, 10000);
    world_add(&world, "bob");
    world_cut(&world, "bob", "alice");
    CHECK_OK(world_meet(&world, "carol", "bob"));
    world_clone(&world, "carol", "carol-2");
    world_isolate(&world, "carol-2");
    CHECK_OK(world_say_to(&world, "carol", "@bob", "between us"));
    world_run(&world, 2000);
    CHECK_OK(set_role(&world, "alice", ".", "carol", ROLE_MEMBER));
    world_stop(&world, "bob");
    world_stop(&world, "carol");
    world_heal(&world);
    world_run(&world, 40000); /* mDNS asks again */
    assert_int_equal(members(&world, "carol-2", "."), 2);
    world_restart(&world, "carol");
    world_run(&world, 40000);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_host(&world, "carol-2")->node->group_count, 2);
    end_story(&world);
}

static void strip(struct world *world, const char *name)
{
    struct medium *disk = world_host(world, name)->disk;
    for (uint64_t arrival = 1; arrival <= medium_entry_count(disk); arrival++)
        medium_strip(disk, arrival);
}

/* What bob gives her came without; carol has it, but that she is a member went with alice's disk, and so she is asked
 * only when she has proved it. */
static void who_turns_out_to_be_a_member_is_asked_for_what_is_missing(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 5, "alice", GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    struct medium *backup = medium_copy(world_host(&world, "alice")->disk);
    CHECK_OK(world_say_to(&world, "alice", "Board", "one"));
    world_settle(&world);
    world_stop(&world, "bob");
    CHECK_OK(add(&world, "alice", "Board", "carol"));
    world_run(&world, 5000);
    strip(&world, "bob");
    world_cut(&world, "alice", "carol");
    world_roll_back(&world, "alice", backup);
    world_restart(&world, "bob");
    world_cut(&world, "bob", "carol");
    world_run(&world, 10000);
    assert_string_equal(world_texts_in(&world, "alice", "Board"), "alice: (cannot be read)\n");
    world_stop(&world, "bob");
    world_heal(&world);
    world_run(&world, 10000);
    assert_string_equal(world_texts_in(&world, "alice", "Board"), "alice: one\n");
    CHECK_HOLDS(&world);
    medium_free(backup);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_invitation_of_who_is_gone_brings_back_into_a_group),
        cmocka_unit_test(an_invitation_of_who_is_gone_is_offered_to_nobody),
        cmocka_unit_test(who_was_removed_before_an_older_copy_finds_its_group_again_learns_that),
        cmocka_unit_test(a_chat_with_who_is_gone_is_found_again),
        cmocka_unit_test(a_chat_with_who_never_counted_is_found_again),
        cmocka_unit_test(who_turns_out_to_be_a_member_is_asked_for_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
