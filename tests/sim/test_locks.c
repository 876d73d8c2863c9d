/* SPDX-License-Identifier: MIT
 * A locked home tells nothing and loses nothing; unlocked, it goes on where it was. */
#include "story.h"

static struct node_info info_of(const struct world *world, const char *name)
{
    struct node_info info;
    node_info(world_host(world, name)->node, &info);
    host_end_read(world_host(world, name));
    return info;
}

static bool is_locked(const struct world *world, const char *name)
{
    return node_is_locked(world_host(world, name)->node);
}

static void a_locked_node_refuses_everything_and_has_no_links(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob"));
    CHECK_OK(world_say(&world, "alice", "before"));
    world_settle(&world);
    world_lock(&world, "alice");
    struct node_info info = info_of(&world, "alice");
    assert_true(is_locked(&world, "alice"));
    assert_false(info.has_identity || info.has_workspace);
    assert_int_equal(info.name.size, 0);
    assert_int_equal(info.links, 0);
    CHECK_OK(info.disk_state);
    CHECK_ERROR(world_say(&world, "alice", "while locked"), ERR_LOCKED);
    world_run(&world, 30000);
    assert_int_equal(world_links(&world, "alice", "bob"), 0);
    CHECK_OK(world_say(&world, "bob", "meanwhile"));
    world_lock(&world, "alice"); /* once more changes nothing */

    world_unlock(&world, "alice");
    assert_false(is_locked(&world, "alice"));
    world_settle(&world);
    CHECK_OK(world_say(&world, "alice", "after"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "alice"), "alice: before\nbob: meanwhile\nalice: after\n");
    assert_string_equal(world_texts(&world, "bob"), "alice: before\nbob: meanwhile\nalice: after\n");
    end_story(&world);
}

static void a_home_with_a_passphrase_starts_locked(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob"));
    world_host(&world, "alice")->locked = true;
    world_restart(&world, "alice");
    world_run(&world, 30000);
    assert_true(is_locked(&world, "alice"));
    assert_int_equal(world_links(&world, "alice", "bob"), 0);
    world_unlock(&world, "alice");
    CHECK_OK(world_say(&world, "alice", "good morning"));
    world_settle(&world);
    assert_string_equal(world_texts(&world, "bob"), "alice: good morning\n");
    end_story(&world);
}

/* What was submitted before the lock is not on the disk yet when the key is here again. */
static void unlocking_waits_for_a_slow_disk(void **state)
{
    struct world world;
    struct command lock = {.type = COMMAND_LOCK};
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob"));
    struct command unlock = {.type = COMMAND_UNLOCK, .store_key = &world_host(&world, "alice")->store_key};
    world_host(&world, "alice")->stall_us = 400000;
    const struct asked *said = world_post(&world, "alice", "one");
    const struct asked *locked = world_ask(&world, "alice", &lock);
    const struct asked *unlocked = world_ask(&world, "alice", &unlock);
    const struct asked *again = world_ask(&world, "alice", &unlock);
    world_run(&world, 100);
    assert_false(said->answered || locked->answered || unlocked->answered);
    world_run(&world, 2000);
    assert_true(said->answered && locked->answered && unlocked->answered && again->answered);
    CHECK_ERROR(again->error, ERR_BUSY);
    CHECK_OK(said->error);
    CHECK_OK(unlocked->error);
    CHECK_OK(world_say(&world, "alice", "two"));
    world_settle(&world);
    assert_string_equal(world_texts(&world, "bob"), "alice: one\nalice: two\n");
    end_story(&world);
}

static void what_fails_to_be_stored_while_locked_is_not_there_afterwards(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 4, "alice", GUESTS("bob"));
    struct host *alice = world_host(&world, "alice");
    alice->fail_commits = 1;
    alice->fail_with = ERR_DISK;
    const struct asked *said = world_post(&world, "alice", "lost");
    struct command lock = {.type = COMMAND_LOCK};
    world_ask(&world, "alice", &lock);
    world_run(&world, 1000);
    CHECK_ERROR(said->error, ERR_DISK);
    assert_true(is_locked(&world, "alice"));
    world_unlock(&world, "alice");
    CHECK_OK(world_say(&world, "alice", "kept"));
    world_settle(&world);
    assert_string_equal(world_texts(&world, "alice"), "alice: kept\n");
    end_story(&world);
}

static void a_lock_takes_back_an_unlocking_that_waits(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 5, "alice", GUESTS("bob"));
    struct host *alice = world_host(&world, "alice");
    struct command lock = {.type = COMMAND_LOCK}, unlock = {.type = COMMAND_UNLOCK, .store_key = &alice->store_key};
    alice->commit_us = 400000;
    world_post(&world, "alice", "one");
    world_ask(&world, "alice", &lock);
    const struct asked *unlocked = world_ask(&world, "alice", &unlock);
    world_ask(&world, "alice", &lock);
    world_run(&world, 3000);
    CHECK_ERROR(unlocked->error, ERR_LOCKED);
    assert_true(is_locked(&world, "alice"));
    world_unlock(&world, "alice");
    world_settle(&world);
    assert_string_equal(world_texts(&world, "alice"), "alice: one\n");
    end_story(&world);
}

static void another_key_opens_nothing(void **state)
{
    struct world world;
    static const struct secret_key wrong;
    struct command unlock = {.type = COMMAND_UNLOCK, .store_key = &wrong};
    struct asked asked;
    (void)state;
    begin_story(&world, 6, "alice", NULL);
    world_lock(&world, "alice");
    CHECK_ERROR(world_command(&world, "alice", &unlock, 1000, &asked), ERR_CORRUPT);
    CHECK_ERROR(world_say(&world, "alice", "nobody"), ERR_CORRUPT);
    world_lock(&world, "alice");
    world_unlock(&world, "alice");
    CHECK_OK(world_say(&world, "alice", "myself"));
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_locked_node_refuses_everything_and_has_no_links),
        cmocka_unit_test(a_home_with_a_passphrase_starts_locked),
        cmocka_unit_test(unlocking_waits_for_a_slow_disk),
        cmocka_unit_test(what_fails_to_be_stored_while_locked_is_not_there_afterwards),
        cmocka_unit_test(a_lock_takes_back_an_unlocking_that_waits),
        cmocka_unit_test(another_key_opens_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
