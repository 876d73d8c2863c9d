/* SPDX-License-Identifier: MIT
 * What is said right after a start waits for word from somebody, but not for long. */
#include "story.h"

/* How long it takes until a message is durable; it must not fail. */
static uint64_t say_and_time(struct world *world, const char *name, const char *text)
{
    uint64_t began = world->now_us;
    CHECK_OK(world_say(world, name, text));
    return (world->now_us - began) / 1000;
}

/* Database and lineage file are of one age, so nothing on this computer shows that it has written more since. */
static void roll_back(struct world *world, const char *name, const struct medium *backup)
{
    struct host *host = world_host(world, name);
    world_crash(world, name, false);
    medium_free(host->disk);
    host->disk = medium_copy(backup);
    host->rolled_back = true;
    host_start(host);
}

static void a_home_of_last_week_writes_nothing_twice_while_another_is_there(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct world world;
        begin_story(&world, seed, "alice", GUESTS("bob"));
        CHECK_OK(world_say(&world, "alice", "last week"));
        world_settle(&world);
        struct medium *backup = medium_copy(world_host(&world, "alice")->disk);
        CHECK_OK(world_say(&world, "alice", "this week"));
        world_settle(&world);
        roll_back(&world, "alice", backup);
        CHECK_OK(world_say(&world, "alice", "today"));
        world_settle(&world);
        CHECK_HOLDS(&world); /* that also says: no number was taken twice */
        assert_string_equal(world_texts(&world, "alice"), "alice: last week\nalice: this week\nalice: today\n");
        assert_string_equal(world_texts(&world, "bob"), "alice: last week\nalice: this week\nalice: today\n");
        medium_free(backup);
        end_story(&world);
    }
}

static void where_nobody_answers_it_takes_three_seconds(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob"));
    world_crash(&world, "bob", false);
    world_restart(&world, "alice");
    const struct asked *first = world_post(&world, "alice", "one");
    const struct asked *second = world_post(&world, "alice", "two");
    world_run(&world, 2900);
    assert_false(first->answered || second->answered);
    world_run(&world, 200);
    assert_true(first->answered && second->answered);
    CHECK_OK(first->error);
    CHECK_OK(second->error);
    assert_string_equal(world_texts(&world, "alice"), "alice: one\nalice: two\n");
    assert_true(say_and_time(&world, "alice", "three") < 50); /* it has written since */
    end_story(&world);
}

static void with_somebody_there_it_takes_as_long_as_meeting(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob"));
    world_restart(&world, "alice");
    assert_true(say_and_time(&world, "alice", "here again") < 1500);
    end_story(&world);
}

static void who_is_alone_in_the_workspace_does_not_wait(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 4, "alice", NULL);
    world_restart(&world, "alice");
    assert_true(say_and_time(&world, "alice", "note to myself") < 50);
    end_story(&world);
}

static void what_waits_when_the_node_stops_is_refused(void **state)
{
    struct world world;
    struct asked stopped;
    struct command stop = {.type = COMMAND_STOP};
    (void)state;
    begin_story(&world, 5, "alice", GUESTS("bob"));
    world_crash(&world, "bob", false);
    world_restart(&world, "alice");
    const struct asked *asked = world_post(&world, "alice", "too late");
    CHECK_OK(world_command(&world, "alice", &stop, 1000, &stopped));
    assert_true(asked->answered);
    CHECK_ERROR(asked->error, ERR_SHUTTING_DOWN);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_home_of_last_week_writes_nothing_twice_while_another_is_there),
        cmocka_unit_test(where_nobody_answers_it_takes_three_seconds),
        cmocka_unit_test(with_somebody_there_it_takes_as_long_as_meeting),
        cmocka_unit_test(who_is_alone_in_the_workspace_does_not_wait),
        cmocka_unit_test(what_waits_when_the_node_stops_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
