/* SPDX-License-Identifier: MIT
 * Disks that stand still for a while.  A receiver may read slowly, and that costs no connection. */
#include "story.h"

#define STALL_MS 30000
#define LONG 16000
#define MANY 280 /* of those: more than is sent without an acknowledgement */

static void say_long(struct world *world, const char *name, size_t count)
{
    char text[LONG + 1];
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "message %zu,%*s", i, LONG - 20, "");
        world_post(world, name, text);
        if (i % 20 == 19)
            world_run(world, 20);
    }
    world_run(world, 1000);
}

static void stall(struct world *world, const char *name, uint64_t ms)
{
    world_host(world, name)->stall_us = ms * 1000;
}

static bool bob_does_not_read(struct world *world)
{
    return world_host(world, "bob")->behind;
}

/* What waits for bob's disk holds up all that he says. */
static void one_whose_disk_stands_still_is_not_taken_for_silent(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob"));
    world_run(&world, 5000);
    size_t connections = world_connections(&world, "bob");
    stall(&world, "bob", STALL_MS);
    CHECK_OK(world_say(&world, "alice", "hello"));
    world_run(&world, STALL_MS - 2000);
    assert_int_equal(world_text_count(&world, "bob", "hello"), 0);
    assert_int_equal(world_links(&world, "alice", "bob"), 1);
    assert_int_equal(world_connections(&world, "bob"), connections);
    world_run(&world, 3000);
    assert_int_equal(world_text_count(&world, "bob", "hello"), 1);
    assert_int_equal(world_connections(&world, "bob"), connections);
    world_settle(&world);
    end_story(&world);
}

static void one_who_does_not_read_takes_nobody_for_silent(void **state)
{
    struct world world;
    const char *const authors[] = {"alice", "carol"};
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob", "carol"));
    for (int i = 0; i < 2; i++)
        world_isolate(&world, authors[i]);
    world_run(&world, 10000);
    for (int i = 0; i < 2; i++)
        say_long(&world, authors[i], MANY);
    stall(&world, "bob", 3 * STALL_MS);
    world_heal(&world);
    world_cut(&world, "alice", "carol"); /* so that bob gets each log of its author */
    assert_true(world_until(&world, bob_does_not_read, 2 * STALL_MS));
    size_t connections = world_connections(&world, "bob");
    world_run(&world, STALL_MS - 2000);
    assert_true(bob_does_not_read(&world));
    assert_int_equal(world_connections(&world, "bob"), connections);
    for (int i = 0; i < 2; i++)
        assert_int_equal(world_links(&world, "bob", authors[i]), 1);
    world_run(&world, 2 * STALL_MS);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_connections(&world, "bob"), connections);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_whose_disk_stands_still_is_not_taken_for_silent),
        cmocka_unit_test(one_who_does_not_read_takes_nobody_for_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
