/* SPDX-License-Identifier: MIT
 * Two parts of a network make a key each: whoever came into one of them meanwhile reads what was said in the other. */
#include "chats.h"

/* Frank is with alice.  Carol comes at alice's, erin at bob's, and dave is removed by both.  Of the two new keys one
 * stands before the other, and each leaves somebody out. */
static void part(struct world *world, uint64_t seed)
{
    begin(world, seed, "alice", GUESTS("bob", "dave", "frank"));
    CHECK_OK(set_role(world, "alice", ".", "bob", ROLE_ADMIN));
    world_settle(world);
    world_stop(world, "dave");
    world_add(world, "carol");
    world_add(world, "erin");
    const char *const here[] = {"alice", "carol", "frank"};
    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        world_cut(world, here[i], "bob");
        world_cut(world, here[i], "erin");
    }
    world_run(world, 10000);
    CHECK_OK(world_meet(world, "alice", "carol"));
    CHECK_OK(world_meet(world, "bob", "erin"));
    CHECK_OK(remove_from(world, "alice", ".", "dave"));
    CHECK_OK(remove_from(world, "bob", ".", "dave"));
    world_run(world, 2000);
    CHECK_OK(world_say(world, "alice", "from here"));
    CHECK_OK(world_say(world, "bob", "from there"));
    world_run(world, 2000);
}

static void check_both_read(struct world *world)
{
    static const char *const readers[] = {"alice", "bob", "carol", "erin"};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        assert_int_equal(world_text_count(world, readers[i], "alice: from here"), 1);
        assert_int_equal(world_text_count(world, readers[i], "bob: from there"), 1);
    }
}

static void who_came_meanwhile_reads_what_the_other_part_said(void **state)
{
    struct world world;
    (void)state;
    part(&world, 1);
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    check_both_read(&world);
    end_story(&world);
}

/* Whoever writes next makes a new key, but nobody does. */
static void so_it_is_where_somebody_with_both_keys_has_left(void **state)
{
    struct world world;
    struct governance_epoch epoch;
    (void)state;
    part(&world, 3);
    CHECK_OK(leave(&world, "frank", "."));
    world_run(&world, 2000);
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_false(governance_epoch(world_host(&world, "bob")->node->workspace->roster.governance, 0, &epoch));
    check_both_read(&world);
    end_story(&world);
}

static size_t tips(const struct world *world, const char *name)
{
    return world_host(world, name)->node->workspace->key_tips;
}

static bool bob_and_alice_have_both_keys(struct world *world)
{
    return tips(world, "alice") == 2 && tips(world, "bob") == 2;
}

/* That nobody was given one of them yet is known again from the disk. */
static void so_it_is_where_all_computers_were_started_anew_before(void **state)
{
    struct world world;
    (void)state;
    part(&world, 2);
    world_heal(&world);
    assert_true(world_until(&world, bob_and_alice_have_both_keys, 20000));
    for (size_t i = 0; i < world.host_count; i++)
        if (strcmp(world.hosts[i]->name, "dave") != 0)
            world_restart(&world, world.hosts[i]->name);
    assert_in_range(world_text_count(&world, "erin", "alice: from here") +
                        world_text_count(&world, "carol", "bob: from there"),
                    0, 1); /* somebody still lacks one */
    world_settle(&world);
    CHECK_HOLDS(&world);
    check_both_read(&world);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_came_meanwhile_reads_what_the_other_part_said),
        cmocka_unit_test(so_it_is_where_somebody_with_both_keys_has_left),
        cmocka_unit_test(so_it_is_where_all_computers_were_started_anew_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
