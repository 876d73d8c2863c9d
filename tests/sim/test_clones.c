/* SPDX-License-Identifier: MIT
 * One identity on two computers, and copies that wrote on without knowing of each other. */
#include "story.h"

/* A second computer starts with a copy of the first one's home. */
static void clone(struct world *world, const char *name, const char *copy)
{
    struct host *original = world_host(world, name);
    struct host *host = host_new(world, copy);
    medium_free(host->disk);
    host->disk = medium_copy(original->disk);
    host->store_key = original->store_key;
    host->rolled_back = original->rolled_back = true;
    world->hosts[world->host_count++] = host;
    host_start(host);
}

/* In its log, once, and in its state. */
static void check_told_of_twin(struct world *world, const char *name, bool told)
{
    struct node_info info;
    node_info(world_host(world, name)->node, &info);
    assert_int_equal(info.runs_twice, told);
    assert_int_equal(world_host(world, name)->told_of_twin, told);
}

static void two_homes_of_one_device_are_both_served(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob"));
    clone(&world, "alice", "alice2");
    world_run(&world, 5000);
    check_told_of_twin(&world, "alice", true);
    check_told_of_twin(&world, "alice2", true);
    CHECK_OK(world_say(&world, "bob", "to both"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "alice"), "bob: to both\n");
    assert_string_equal(world_texts(&world, "alice2"), "bob: to both\n");
    CHECK_OK(world_say(&world, "alice", "from one")); /* one after the other: nothing forks */
    world_run(&world, 3000);
    CHECK_OK(world_say(&world, "alice2", "from the other"));
    world_run(&world, 3000);
    CHECK_OK(world_say(&world, "alice", "from one again"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "bob"),
                        "bob: to both\nalice: from one\nalice: from the other\nalice: from one again\n");
    end_story(&world);
}

static uint64_t bytes_in_a_minute(struct world *world)
{
    uint64_t before = world->bytes_sent;
    world_run(world, 60000);
    return world->bytes_sent - before;
}

static void a_log_that_forked_does_not_stop_the_others(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob", "carol"));
    world.forks_allowed = true;
    world_run(&world, 5000);
    uint64_t quiet = bytes_in_a_minute(&world);
    clone(&world, "alice", "alice2");
    world_cut(&world, "alice", "alice2");
    world_cut(&world, "alice", "carol");
    world_cut(&world, "alice2", "bob");
    CHECK_OK(world_say(&world, "alice", "one truth"));
    CHECK_OK(world_say(&world, "alice2", "another truth"));
    world_run(&world, 9000);
    world_heal(&world);
    world_run(&world, 40000);
    CHECK_OK(world_say(&world, "alice", "after it, from one"));
    CHECK_OK(world_say(&world, "alice2", "after it, from the other"));
    CHECK_OK(world_say(&world, "bob", "bob goes on"));
    world_run(&world, 30000);
    CHECK_HOLDS(&world);
    const char *names[] = {"alice", "alice2", "bob", "carol"};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(world_text_count(&world, names[i], "after it, from one"), 1);
        assert_int_equal(world_text_count(&world, names[i], "after it, from the other"), 1);
        assert_int_equal(world_text_count(&world, names[i], "bob goes on"), 1);
    }
    assert_true(bytes_in_a_minute(&world) < 20 * quiet); /* and they do not argue about it for ever */
    world_done(&world);
}

/* The two have no link to each other, but both to carol, or only to one of her friends. */
static void two_homes_that_never_meet_are_both_told_by_others(void **state)
{
    struct world world;
    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        begin_story(&world, 3 + (uint64_t)shared, "alice", GUESTS("bob", "carol", "dave"));
        world_run(&world, 5000);
        clone(&world, "alice", "alice2");
        world_cut(&world, "alice", "alice2");
        if (!shared) {
            world_cut(&world, "alice", "bob");
            world_cut(&world, "alice2", "carol");
            world_cut(&world, "alice2", "dave");
        }
        world_run(&world, 60000);
        check_told_of_twin(&world, "alice", true);
        check_told_of_twin(&world, "alice2", true);
        check_told_of_twin(&world, "bob", false);
        CHECK_HOLDS(&world);
        world_done(&world);
    }
}

static void one_that_starts_again_with_its_clock_put_back_is_no_twin(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 5, "alice", GUESTS("bob", "carol", "dave"));
    world_run(&world, 5000);
    world_crash(&world, "alice", true); /* nobody learns that it is gone */
    world_host(&world, "alice")->clock_ms -= 3600000;
    host_start(world_host(&world, "alice"));
    world_run(&world, 60000);
    check_told_of_twin(&world, "alice", false);
    CHECK_HOLDS(&world);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_homes_of_one_device_are_both_served),
        cmocka_unit_test(two_homes_that_never_meet_are_both_told_by_others),
        cmocka_unit_test(one_that_starts_again_with_its_clock_put_back_is_no_twin),
        cmocka_unit_test(a_log_that_forked_does_not_stop_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
