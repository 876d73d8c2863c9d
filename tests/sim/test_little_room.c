/* SPDX-License-Identifier: MIT
 * A disk that is nearly full, and one that has room again. */
#include "story.h"

#define MIB (1ull << 20)

static void what_others_write_is_not_asked_for_until_there_is_room(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob"));
    world_crash(&world, "bob", false);
    for (int i = 0; i < 3000; i++) {
        char text[400];
        snprintf(text, sizeof text, "missed %d,%300s", i, "");
        world_post(&world, "alice", text);
        if (i % 100 == 99)
            world_run(&world, 20);
    }
    world_run(&world, 1000);
    world_host(&world, "bob")->free_disk = 200 * MIB;
    world_restart(&world, "bob");
    uint64_t sent = world.bytes_sent;
    world_run(&world, 5000);
    CHECK_OK(world_say(&world, "alice", "news"));
    CHECK_OK(world_say(&world, "bob", "I have no room"));
    world_run(&world, 30000);
    assert_string_equal(world_texts(&world, "bob"), "bob: I have no room\n");
    assert_int_equal(world_text_count(&world, "alice", "I have no room"), 1); /* his own got through */
    assert_true(world.bytes_sent - sent < 300 * 1024);                        /* of more than a MiB */

    world_host(&world, "bob")->free_disk = 60 * MIB;
    world_run(&world, 3000);
    CHECK_ERROR(world_say(&world, "bob", "nothing"), ERR_DISK_FULL);
    struct node_info info;
    node_info(world_host(&world, "bob")->node, &info);
    assert_string_equal(error_code(info.disk_state), "disk_full");

    world_host(&world, "bob")->free_disk = 10000 * MIB; /* nobody does anything else */
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_text_count(&world, "bob", "missed"), 3000);
    assert_int_equal(world_text_count(&world, "bob", "news"), 1);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_others_write_is_not_asked_for_until_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
