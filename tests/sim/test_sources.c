/* SPDX-License-Identifier: MIT
 * Whom a node asks for what it lacks. */
#include "story.h"

static void say_many(struct world *world, const char *name, int count)
{
    for (int i = 0; i < count; i++) {
        char text[900];
        snprintf(text, sizeof text, "message %d,%800s", i, "");
        world_post(world, name, text);
        if (i % 100 == 99)
            world_run(world, 20);
    }
    world_settle(world);
    CHECK_HOLDS(world);
}

static bool bob_has_all(struct world *world)
{
    struct node_info bob, carol;
    node_info(world_host(world, "bob")->node, &bob);
    node_info(world_host(world, "carol")->node, &carol);
    return bob.entries == carol.entries;
}

/* Whichever of the two is asked first: the other sends the rest, long before the line is given up. */
static void another_source_is_asked_when_one_falls_silent(void **state)
{
    const char *const silent[] = {"alice", "carol"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct world world;
        begin_story(&world, 1, "alice", GUESTS("bob", "carol"));
        world_crash(&world, "bob", false);
        say_many(&world, "alice", 4000);
        world.weather.bytes_per_ms = 1000;
        world_restart(&world, "bob");
        world_run(&world, 2000);
        world_cut(&world, silent[i], "bob");
        assert_true(world_until(&world, bob_has_all, 15000));
        world_heal(&world);
        world_settle(&world);
        CHECK_HOLDS(&world);
        assert_int_equal(world_text_count(&world, "bob", "message"), 4000);
        end_story(&world);
    }
}

/* Silent for longer than a source may be, and there is no other: what is on its way comes once. */
static void what_is_on_its_way_is_not_asked_for_again(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob"));
    world_crash(&world, "bob", false);
    uint64_t before = world.bytes_sent;
    say_many(&world, "alice", 200);
    assert_int_equal(world.bytes_sent, before);
    world.weather.bytes_per_ms = 50;
    world.weather.segment_max = 1000;
    world_restart(&world, "bob");
    world_run(&world, 1500);
    world.cut[world_host(&world, "alice")->index][world_host(&world, "bob")->index] = true;
    world_run(&world, 5000); /* what is lost comes after 6.2 s, before the line is given up */
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_text_count(&world, "bob", "message"), 200);
    assert_in_range(world.bytes_sent - before, 200 * 800, 200 * 1500);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_source_is_asked_when_one_falls_silent),
        cmocka_unit_test(what_is_on_its_way_is_not_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
