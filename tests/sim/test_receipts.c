/* SPDX-License-Identifier: MIT
 * Who is known to have a message. */
#include "story.h"

static struct receipt receipt_of(struct world *world, const char *name, const struct message_ref *message)
{
    struct receipt receipt = {0};
    CHECK_OK(node_receipt(world_host(world, name)->node, message, &receipt));
    return receipt;
}

static void what_was_known_before_a_restart_is_known_after_it(void **state)
{
    struct world world;
    struct message_ref message;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob", "carol"));
    world_crash(&world, "carol", false);
    world_run(&world, 1000);
    CHECK_OK(world_say_more(&world, "alice", &(struct saying){.text = "hi"}, &message));
    assert_int_equal(receipt_of(&world, "alice", &message).with, 0); /* queued */
    world_run(&world, 1500);
    assert_int_equal(receipt_of(&world, "alice", &message).with, 1);
    world_isolate(&world, "alice");
    world_crash(&world, "alice", true);
    world_restart(&world, "alice");
    assert_int_equal(world_links(&world, "alice", "bob"), 0);
    assert_int_equal(receipt_of(&world, "alice", &message).persons, 2);
    assert_int_equal(receipt_of(&world, "alice", &message).with, 1);
    world_heal(&world);
    world_restart(&world, "carol");
    world_settle(&world);
    world_run(&world, 2000);
    assert_int_equal(receipt_of(&world, "alice", &message).with, 2); /* with all */
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void evidence_costs_at_most_a_commit_a_second(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob"));
    world_run(&world, 5000);
    uint64_t commits = world_host(&world, "alice")->commits;
    for (int i = 0; i < 20; i++) {
        CHECK_OK(world_say(&world, "alice", "hi"));
        world_run(&world, 100);
    }
    world_run(&world, 5000);
    commits = world_host(&world, "alice")->commits - commits;
    assert_in_range(commits, 20, 20 + 4);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_known_before_a_restart_is_known_after_it),
        cmocka_unit_test(evidence_costs_at_most_a_commit_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
