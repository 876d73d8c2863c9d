/* SPDX-License-Identifier: MIT
 * Disks that fail, fill up, or come back as they were last week. */
#include "story.h"

static void a_failed_commit_is_an_error_and_the_node_goes_on(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob"));
    CHECK_OK(world_say(&world, "alice", "before"));
    world_run(&world, 5000); /* nothing else is on its way to the disk */
    world_host(&world, "alice")->fail_commits = 1;
    world_host(&world, "alice")->fail_with = ERR_DISK_FULL;
    const struct asked *first = world_post(&world, "alice", "lost");
    const struct asked *second = world_post(&world, "alice", "lost with it");
    world_run(&world, 100);
    assert_true(first->answered && second->answered);
    CHECK_ERROR(first->error, ERR_DISK_FULL);
    CHECK_ERROR(second->error, ERR_DISK_FULL);
    world_run(&world, 3000);
    CHECK_OK(world_say(&world, "alice", "after"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "bob"), "alice: before\nalice: after\n");
    end_story(&world);
}

static void a_client_id_whose_message_was_lost_may_be_used_again(void **state)
{
    struct world world;
    struct message_ref message;
    struct saying saying = {.text = "again", .client_id = "1"};
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob"));
    world_host(&world, "alice")->fail_commits = 1;
    world_host(&world, "alice")->fail_with = ERR_DISK;
    CHECK_ERROR(world_say_more(&world, "alice", &saying, &message), ERR_DISK);
    CHECK_OK(world_say_more(&world, "alice", &saying, &message));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "bob"), "alice: again\n");
    end_story(&world);
}

static void commits_that_fail_at_random_lose_nothing_acknowledged(void **state)
{
    struct world world;
    const char *names[] = {"alice", "bob", "carol"};
    (void)state;
    for (uint64_t seed = 10; seed < 40; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob", "carol"));
        for (int i = 0; i < 60; i++) {
            char text[32];
            snprintf(text, sizeof text, "message %d", i);
            world_post(&world, names[world_below(&world, 3)], text);
            world_run(&world, world_below(&world, 30));
            struct host *unlucky = world.hosts[world_below(&world, 3)];
            if (!world_below(&world, 6))
                unlucky->fail_commits = 1 + (unsigned)world_below(&world, 3);
            unlucky->fail_with = world_below(&world, 2) ? ERR_DISK : ERR_DISK_FULL;
        }
        for (int i = 0; i < 3; i++)
            world.hosts[i]->fail_commits = 0;
        world_settle(&world);
        CHECK_HOLDS(&world);
        end_story(&world);
    }
}

/* After each failure the node knows no more of what it has dialled. */
static void a_failing_disk_does_not_multiply_what_is_dialled(void **state)
{
    struct world world;
    struct asked asked;
    (void)state;
    begin_story(&world, 4, "alice", NULL);
    for (int i = 0; i < 40; i++) {
        char name[16];
        snprintf(name, sizeof name, "far %d", i);
        world_add(&world, name);
    }
    world_isolate(&world, "alice");
    for (int i = 0; i < 40; i++) {
        struct command command = {.type = COMMAND_PEER_ADD, .addresses = {world.hosts[1 + i]->address}};
        command.address_count = 1;
        CHECK_OK(world_command(&world, "alice", &command, 5000, &asked));
    }
    for (int i = 0; i < 8; i++) {
        world_host(&world, "alice")->fail_commits = 1;
        world_host(&world, "alice")->fail_with = ERR_DISK;
        CHECK_ERROR(world_say(&world, "alice", "lost"), ERR_DISK);
        world_run(&world, 200);
    }
    CHECK_HOLDS(&world);
    CHECK_OK(world_say(&world, "alice", "kept"));
    world_heal(&world);
    world_run(&world, 5000);
    end_story(&world);
}

static void a_joiner_whose_disk_fails_may_try_again(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 3, "alice", NULL);
    world_add(&world, "bob");
    CHECK_OK(world_invite(&world, "alice", &code));
    world_host(&world, "bob")->fail_commits = 1;
    world_host(&world, "bob")->fail_with = ERR_DISK_FULL;
    CHECK_ERROR(world_join(&world, "bob", &code), ERR_DISK_FULL);
    CHECK_OK(world_join(&world, "bob", &code));
    CHECK_OK(world_say(&world, "bob", "in"));
    end_story(&world);
}

static void an_inviter_whose_disk_fails_lets_nobody_in_by_half(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 4, "alice", NULL);
    world_add(&world, "bob");
    CHECK_OK(world_invite(&world, "alice", &code));
    world_host(&world, "alice")->fail_commits = 1;
    world_host(&world, "alice")->fail_with = ERR_DISK;
    CHECK_OK(world_join(&world, "bob", &code)); /* at the second attempt, by itself */
    world_settle(&world);
    CHECK_OK(world_say(&world, "bob", "in"));
    end_story(&world);
}

static void a_nearly_full_disk_takes_own_messages_only(void **state)
{
    struct world world;
    struct host *bob;
    (void)state;
    begin_story(&world, 5, "alice", GUESTS("bob"));
    bob = world_host(&world, "bob");
    bob->free_disk = 200u << 20;
    CHECK_OK(world_say(&world, "alice", "big news"));
    CHECK_OK(world_say(&world, "bob", "no room"));
    world_run(&world, 5000);
    assert_string_equal(world_texts(&world, "bob"), "bob: no room\n");
    bob->free_disk = 10u << 20;
    world_run(&world, 2000);
    CHECK_ERROR(world_say(&world, "bob", "nothing"), ERR_DISK_FULL);
    bob->free_disk = UINT64_C(50) << 30;
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "bob"), "alice: big news\nbob: no room\n");
    end_story(&world);
}

static void a_disk_that_cannot_be_read_makes_nobody_new(void **state)
{
    struct world world;
    struct command command = {.type = COMMAND_IDENTITY_CREATE, .name = BYTES_TEXT("eve")};
    struct asked asked;
    struct node_info before, after;
    struct host *alice;
    (void)state;
    begin_story(&world, 7, "alice", GUESTS("bob"));
    alice = world_host(&world, "alice");
    node_info(alice->node, &before);
    world_crash(&world, "alice", false);
    medium_fail_reads(alice->disk, ERR_DISK);
    host_start(alice);
    world_run(&world, 5000);
    CHECK_ERROR(world_command(&world, "alice", &command, 1000, &asked), ERR_DISK);
    CHECK_ERROR(world_found(&world, "alice", "Second"), ERR_DISK);
    assert_int_equal(world_links(&world, "alice", "bob"), 0);
    medium_fail_reads(alice->disk, OK);
    world_restart(&world, "alice");
    node_info(alice->node, &after);
    assert_memory_equal(&before.device, &after.device, sizeof before.device);
    CHECK_OK(world_say(&world, "alice", "here again"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* ---------------------------------------------------------------- old copies */

static void a_restored_copy_writes_into_a_new_log(void **state)
{
    struct world world;
    (void)state;
    for (uint64_t seed = 50; seed < 60; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob"));
        CHECK_OK(world_say(&world, "alice", "monday"));
        struct medium *backup = medium_copy(world_host(&world, "alice")->disk);
        CHECK_OK(world_say(&world, "alice", "tuesday"));
        world_settle(&world);
        world_cut(&world, "alice", "bob"); /* nobody can tell it what it has forgotten */
        world_restore(&world, "alice", backup);
        CHECK_OK(world_say(&world, "alice", "wednesday"));
        world_restart(&world, "alice"); /* and it does not forget that again */
        CHECK_OK(world_say(&world, "alice", "thursday"));
        world_heal(&world);
        world_settle(&world);
        CHECK_HOLDS(&world);
        CHECK_OK(world_say(&world, "alice", "friday"));
        world_restart(&world, "alice");
        CHECK_OK(world_say(&world, "alice", "saturday"));
        world_settle(&world);
        CHECK_HOLDS(&world);
        assert_int_equal(world_text_count(&world, "bob", "\n"), 6);
        assert_int_equal(world_text_count(&world, "alice", "tuesday"), 1);
        medium_free(backup);
        end_story(&world);
    }
}

static void a_restored_copy_that_nobody_noticed_is_told_by_its_peers(void **state)
{
    struct world world;
    struct host *alice;
    (void)state;
    begin_story(&world, 6, "alice", GUESTS("bob"));
    alice = world_host(&world, "alice");
    struct medium *backup = medium_copy(alice->disk);
    CHECK_OK(world_say(&world, "alice", "tuesday"));
    world_settle(&world);
    world_crash(&world, "alice", false);
    medium_free(alice->disk);
    alice->disk = backup;
    host_start(alice);
    world_run(&world, 5000); /* the first peer's clock comes */
    CHECK_OK(world_say(&world, "alice", "wednesday"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "bob"), "alice: tuesday\nalice: wednesday\n");
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_commit_is_an_error_and_the_node_goes_on),
        cmocka_unit_test(a_client_id_whose_message_was_lost_may_be_used_again),
        cmocka_unit_test(commits_that_fail_at_random_lose_nothing_acknowledged),
        cmocka_unit_test(a_failing_disk_does_not_multiply_what_is_dialled),
        cmocka_unit_test(a_joiner_whose_disk_fails_may_try_again),
        cmocka_unit_test(an_inviter_whose_disk_fails_lets_nobody_in_by_half),
        cmocka_unit_test(a_nearly_full_disk_takes_own_messages_only),
        cmocka_unit_test(a_disk_that_cannot_be_read_makes_nobody_new),
        cmocka_unit_test(a_restored_copy_writes_into_a_new_log),
        cmocka_unit_test(a_restored_copy_that_nobody_noticed_is_told_by_its_peers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
