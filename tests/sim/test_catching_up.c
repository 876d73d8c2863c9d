/* SPDX-License-Identifier: MIT
 * Long histories: a newcomer gets all of it, once, in bounded pieces. */
#include "story.h"

#define MANY 20000

static void write_many(struct world *world, const char *name, size_t count)
{
    char text[64];
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s's line number %zu of many", name, i);
        world_post(world, name, text);
        if (i % 50 == 49)
            world_run(world, 10);
    }
}

struct sums {
    uint64_t sent, taken;
};

static struct sums sums(const struct world *world)
{
    struct sums sums = {.sent = world->bytes_sent};
    for (size_t i = 0; i < world->host_count; i++)
        sums.taken += world->hosts[i]->bytes_taken;
    return sums;
}

static void a_newcomer_gets_twenty_thousand_messages_once(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob", "carol"));
    write_many(&world, "alice", MANY / 2);
    write_many(&world, "bob", MANY / 2);
    world_settle(&world);
    CHECK_HOLDS(&world);
    world_add(&world, "dave");
    struct sums before = sums(&world);
    CHECK_OK(world_meet(&world, "alice", "dave"));
    uint64_t began_us = world.now_us;
    world_settle(&world);
    CHECK_HOLDS(&world);
    struct sums after = sums(&world);
    double ratio = (double)(after.sent - before.sent) / (double)(after.taken - before.taken);
    print_message("%.1f virtual s, %.2f bytes sent for each that was missing\n",
                  (double)(world.now_us - began_us) / 1e6, ratio);
    assert_true(ratio < 1.5);
    assert_int_equal(world_text_count(&world, "dave", "\n"), MANY);
    world_done(&world); /* looking for each acknowledged one would take long */
}

static void two_halves_of_an_office_exchange_what_they_wrote(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob", "carol", "dave"));
    for (int i = 0; i < 2; i++)
        for (int j = 2; j < 4; j++)
            world.cut[i][j] = world.cut[j][i] = true;
    world_run(&world, 8000);
    write_many(&world, "alice", 2000);
    write_many(&world, "carol", 2000);
    world_run(&world, 5000);
    struct sums before = sums(&world);
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    struct sums after = sums(&world);
    double ratio = (double)(after.sent - before.sent) / (double)(after.taken - before.taken);
    print_message("%.2f bytes sent for each that was missing\n", ratio);
    assert_true(ratio < 1.5);
    end_story(&world);
}

static void a_source_that_goes_away_is_replaced(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob"));
    write_many(&world, "alice", 5000);
    world_settle(&world);
    world_add(&world, "carol");
    world.weather.bytes_per_ms = 1000; /* 1 MB a second */
    CHECK_OK(world_meet(&world, "alice", "carol"));
    for (int i = 0; i < 6; i++) {
        world_run(&world, 300);
        world_restart(&world, i % 2 ? "alice" : "bob");
        if (i == 3)
            world_restart(&world, "carol");
    }
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_text_count(&world, "carol", "\n"), 5000);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_newcomer_gets_twenty_thousand_messages_once),
        cmocka_unit_test(two_halves_of_an_office_exchange_what_they_wrote),
        cmocka_unit_test(a_source_that_goes_away_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
