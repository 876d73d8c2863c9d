/* SPDX-License-Identifier: MIT
 * Whom a node asks for what it lacks. */
#include "core/state.h"
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

/* The first two logs whose content came to a newcomer's disk, by who wrote them. */
struct arrivals {
    struct hash logs[2];
    size_t count;
};

static bool note_arrival(void *arg, const struct stored_entry *stored)
{
    struct arrivals *arrivals = arg;
    struct entry entry;
    if (entry_decode(stored->wire, &entry) != OK || entry.payload.size < 500)
        return true;
    if (!arrivals->count || !same_hash(&arrivals->logs[arrivals->count - 1], &entry.log))
        arrivals->logs[arrivals->count++] = entry.log;
    return arrivals->count < 2;
}

static struct arrivals first_arrivals(struct world *world, const char *name)
{
    struct arrivals arrivals = {.count = 0};
    const struct storage *storage = &world_host(world, name)->storage;
    CHECK_OK(storage->begin(storage->ctx));
    CHECK_OK(storage->each_arrival(storage->ctx, 1, note_arrival, &arrivals));
    storage->end(storage->ctx);
    return arrivals;
}

/* Whatever the logs are called by: with several seeds a member's stands before the admin's. */
static void a_newcomer_gets_first_what_admins_wrote(void **state)
{
    const char *const members[] = {"bob", "carol", "dave"};
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct world world;
        struct message_ref admins;
        begin_story(&world, seed, "alice", GUESTS("bob", "carol", "dave"));
        say_many(&world, "bob", 50);
        say_many(&world, "carol", 50);
        say_many(&world, "alice", 50);
        CHECK_OK(world_say_more(&world, "alice", &(struct saying){.text = "the last"}, &admins));
        for (int i = 0; i < 3; i++) /* one source, or the logs come side by side */
            world_stop(&world, members[i]);
        world_add(&world, "erin");
        CHECK_OK(world_meet(&world, "alice", "erin"));
        world_settle(&world);
        CHECK_HOLDS(&world);
        struct arrivals arrivals = first_arrivals(&world, "erin");
        assert_int_equal(arrivals.count, 2);
        assert_memory_equal(&arrivals.logs[0], &admins.log, sizeof admins.log);
        end_story(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_source_is_asked_when_one_falls_silent),
        cmocka_unit_test(what_is_on_its_way_is_not_asked_for_again),
        cmocka_unit_test(a_newcomer_gets_first_what_admins_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
