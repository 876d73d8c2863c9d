/* SPDX-License-Identifier: MIT
 * Groups of some people: how they come together, and that nobody else learns of it. */
#include "chats.h"

static bool is_of_workspace(void *arg, const struct log_row *row)
{
    const struct hash *workspace = arg;
    assert_memory_equal(&row->name.group, workspace, sizeof *workspace);
    return true;
}

/* Neither in RAM nor on the disk is there anything but the workspace. */
static void assert_knows_the_workspace_only(const struct world *world, const char *name)
{
    struct host *host = world_host(world, name);
    const struct storage *storage = &host->storage;
    assert_int_equal(host->node->group_count, 1);
    assert_int_equal(host->node->invitation_count, 0);
    CHECK_OK(storage->begin(storage->ctx));
    CHECK_OK(storage->each_log(storage->ctx, is_of_workspace, &host->node->workspace->id));
    storage->end(storage->ctx);
}

/* ---------------------------------------------------------------- stories */

static void a_group_of_two_and_the_third_knows_nothing(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 1, "alice", GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    CHECK_OK(world_say_to(&world, "alice", "Board", "welcome"));
    world_run(&world, 5000);
    assert_int_equal(members(&world, "bob", "Board"), 2);
    CHECK_OK(world_say_to(&world, "bob", "board", "thank you"));
    CHECK_OK(world_say(&world, "carol", "anybody here?"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts_in(&world, "alice", "Board"), "alice: welcome\nbob: thank you\n");
    assert_string_equal(world_texts_in(&world, "bob", "Board"), "alice: welcome\nbob: thank you\n");
    assert_int_equal(group_of(&world, "carol", "Board"), 0);
    assert_knows_the_workspace_only(&world, "carol");
    end_story(&world);
}

static void an_invitation_goes_by_way_of_a_third(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 2, "alice", GUESTS("bob", "carol"));
    world_cut(&world, "alice", "bob");
    world_run(&world, 10000);
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_run(&world, 10000);
    assert_int_equal(members(&world, "alice", "Board"), 2); /* his consent has come back, too */
    assert_int_equal(members(&world, "bob", "Board"), 0);
    assert_knows_the_workspace_only(&world, "carol");
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(members(&world, "bob", "Board"), 2);
    end_story(&world);
}

/* The two are never there together until the end: carol's computer carries invitation and consent. */
static void who_was_away_joins_later_and_reads_what_was_said(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 3, "alice", GUESTS("bob", "carol"));
    world_stop(&world, "bob");
    CHECK_OK(create(&world, "alice", "Board", GUESTS("carol")));
    world_run(&world, 5000);
    CHECK_OK(add(&world, "alice", "Board", "bob"));
    CHECK_OK(world_say_to(&world, "carol", "Board", "before bob"));
    world_run(&world, 5000);
    world_stop(&world, "alice");
    world_restart(&world, "bob");
    world_run(&world, 10000);
    world_stop(&world, "bob");
    world_restart(&world, "alice");
    world_run(&world, 10000);
    assert_int_equal(members(&world, "carol", "Board"), 3);
    world_restart(&world, "bob");
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(members(&world, "bob", "Board"), 3);
    assert_string_equal(world_texts_in(&world, "bob", "Board"), "carol: before bob\n");
    end_story(&world);
}

/* Carol is no admin of the workspace. */
static void who_is_invited_by_a_colleague_is_asked(void **state)
{
    struct world world;
    struct node_invitee invitee;
    (void)state;
    begin(&world, 4, "alice", GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "carol", "Lunch", GUESTS("bob", "alice")));
    world_settle(&world);
    world_run(&world, 3000);
    assert_int_equal(invitations(&world, "bob"), 1);
    assert_int_equal(invitations(&world, "alice"), 1);
    assert_int_equal(members(&world, "carol", "Lunch"), 1);
    world_restart(&world, "bob");
    world_run(&world, 3000);
    CHECK_OK(answer(&world, "bob", "Lunch", COMMAND_GROUP_ACCEPT));
    CHECK_OK(answer(&world, "alice", "Lunch", COMMAND_GROUP_DECLINE));
    CHECK_ERROR(answer(&world, "alice", "Lunch", COMMAND_GROUP_DECLINE), ERR_NOT_FOUND);
    world_run(&world, 5000);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(invitations(&world, "bob"), 0);
    assert_int_equal(members(&world, "bob", "Lunch"), 2);
    assert_int_equal(group_of(&world, "alice", "Lunch"), 0);
    assert_true(node_invitee_at(world_host(&world, "bob")->node, group_of(&world, "bob", "Lunch"), 0, &invitee));
    assert_true(invitee.declined);
    CHECK_OK(answer(&world, "alice", "Lunch", COMMAND_GROUP_ACCEPT)); /* she has changed her mind, */
    world_run(&world, 5000);
    assert_int_equal(members(&world, "carol", "Lunch"), 2); /* and must be invited again */
    CHECK_OK(add(&world, "carol", "Lunch", "alice"));
    world_run(&world, 5000);
    world_settle(&world);
    assert_int_equal(members(&world, "carol", "Lunch"), 3);
    end_story(&world);
}

static void nobody_comes_in_whom_no_admin_invited(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 5, "alice", GUESTS("bob", "carol"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_run(&world, 5000);
    CHECK_ERROR(add(&world, "bob", "Board", "carol"), ERR_NOT_PERMITTED);
    CHECK_ERROR(rename_group(&world, "bob", "Board", "Bored"), ERR_NOT_PERMITTED);
    CHECK_ERROR(add(&world, "alice", "Board", "bob"), ERR_EXISTS);
    CHECK_ERROR(add(&world, "alice", "Office", "bob"), ERR_USAGE);
    CHECK_ERROR(create(&world, "alice", "bOARD", NULL), ERR_NAME_USED);
    CHECK_ERROR(create(&world, "alice", "office", NULL), ERR_NAME_USED);
    CHECK_ERROR(create(&world, "alice", "@bob", NULL), ERR_NAME_BAD);
    CHECK_ERROR(create(&world, "alice", ".", NULL), ERR_NAME_BAD);
    world_settle(&world);
    assert_knows_the_workspace_only(&world, "carol");
    end_story(&world);
}

static void a_group_is_renamed_for_all(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 6, "alice", GUESTS("bob"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_run(&world, 5000);
    CHECK_OK(rename_group(&world, "alice", "Board", "Management"));
    CHECK_OK(rename_group(&world, "alice", "Office", "Head Office"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_not_equal(group_of(&world, "bob", "Management"), 0);
    assert_int_equal(group_of(&world, "bob", "Board"), 0);
    assert_int_equal(group_of(&world, "bob", "Head Office"), 1);
    world_restart(&world, "bob");
    assert_int_not_equal(group_of(&world, "bob", "Management"), 0);
    end_story(&world);
}

static void groups_last_over_restarts(void **state)
{
    struct world world;
    char name[24];
    (void)state;
    begin(&world, 7, "alice", GUESTS("bob", "carol"));
    for (int i = 0; i < 12; i++) {
        snprintf(name, sizeof name, "Group %d", i);
        CHECK_OK(create(&world, "alice", name, i % 2 ? GUESTS("bob") : GUESTS("carol")));
        if (i % 3 == 0) {
            world_restart(&world, "alice");
            world_restart(&world, "carol");
        }
        CHECK_OK(world_say_to(&world, "alice", name, name));
    }
    world_run(&world, 5000);
    world_restart(&world, "bob");
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_host(&world, "alice")->node->group_count, 13);
    assert_int_equal(world_host(&world, "bob")->node->group_count, 7);
    assert_int_equal(world_host(&world, "carol")->node->group_count, 7);
    assert_string_equal(world_texts_in(&world, "bob", "Group 11"), "alice: Group 11\n");
    CHECK_OK(world_say_to(&world, "carol", "Group 10", "late"));
    world_settle(&world);
    assert_string_equal(world_texts_in(&world, "alice", "Group 10"), "alice: Group 10\ncarol: late\n");
    end_story(&world);
}

/* Founder and guest alike: what the disk has forgotten the workspace's log and the others remember. */
static void an_older_copy_of_the_disk_finds_its_groups_again(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 8, "alice", GUESTS("bob", "carol"));
    struct medium *copies[2] = {medium_copy(world_host(&world, "alice")->disk),
                                medium_copy(world_host(&world, "bob")->disk)};
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob", "carol")));
    world_run(&world, 5000);
    CHECK_OK(world_say_to(&world, "alice", "Board", "remember this"));
    world_settle(&world);
    world_restore(&world, "alice", copies[0]);
    world_settle(&world);
    world_restore(&world, "bob", copies[1]);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts_in(&world, "alice", "Board"), "alice: remember this\n");
    assert_string_equal(world_texts_in(&world, "bob", "Board"), "alice: remember this\n");
    CHECK_OK(world_say_to(&world, "alice", "Board", "I do"));
    world_settle(&world);
    assert_string_equal(world_texts_in(&world, "carol", "Board"), "alice: remember this\nalice: I do\n");
    medium_free(copies[0]);
    medium_free(copies[1]);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_of_two_and_the_third_knows_nothing),
        cmocka_unit_test(an_invitation_goes_by_way_of_a_third),
        cmocka_unit_test(who_was_away_joins_later_and_reads_what_was_said),
        cmocka_unit_test(who_is_invited_by_a_colleague_is_asked),
        cmocka_unit_test(nobody_comes_in_whom_no_admin_invited),
        cmocka_unit_test(a_group_is_renamed_for_all),
        cmocka_unit_test(groups_last_over_restarts),
        cmocka_unit_test(an_older_copy_of_the_disk_finds_its_groups_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
