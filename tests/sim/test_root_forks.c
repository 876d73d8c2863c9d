/* SPDX-License-Identifier: MIT
 * A root log that was written twice, by one who has stolen the root key.  It counts up to where it forked, and the
 * group goes on. */
#include "usurper.h"

/* Without an effect of its own. */
static void fork_root_log(struct usurper *usurper, struct forged_log log, const char *whom, uint64_t which)
{
    struct buffer payload = {0};
    const struct doubt doubt = {.log = log.id, .from = which, .to = which};
    clock_encode(&doubt, &payload);
    write_as_root(usurper, log, whom, ENTRY_CLOCK, buffer_bytes(&payload));
    buffer_done(&payload);
}

/* Two histories of it are known to all, and everything goes on. */
static void check_goes_on(struct usurper *usurper, const struct hash *forked)
{
    struct world *world = &usurper->rogue.world;
    const char *const names[] = {"alice", "bob", "carol"};
    world_settle(world);
    CHECK_HOLDS(world);
    for (int i = 0; i < 2; i++) {
        const char *name = names[i];
        struct node_forked_log log;
        assert_true(node_forked_log_at(world_host(world, name)->node, 0, &log));
        assert_memory_equal(&log.log, forked, sizeof *forked);
        assert_false(node_forked_log_at(world_host(world, name)->node, 1, &log));
        assert_int_equal(members_of(world, name), 3);
    }
    world_add(world, "carol");
    CHECK_OK(world_meet(world, "alice", "carol"));
    CHECK_OK(world_say(world, "carol", "i am new"));
    CHECK_OK(world_say(world, "bob", "and i am here"));
    world_restart(world, "alice");
    world_restart(world, "bob");
    world_settle(world);
    CHECK_HOLDS(world);
    for (int i = 0; i < 3; i++)
        assert_int_equal(members_of(world, names[i]), 4);
    end_with_mallory(&usurper->rogue);
}

static void a_root_log_that_forks_behind_its_genesis_ends_there(void **state)
{
    struct usurper usurper;
    (void)state;
    begin_with_usurper(&usurper, 1);
    fork_root_log(&usurper, usurper.genesis, "bob", 1);
    fork_root_log(&usurper, usurper.genesis, "alice", 2);
    check_goes_on(&usurper, &usurper.genesis.id);
}

/* GENESIS itself is in one of two histories then, and is the one that the group's id names. */
static void a_root_log_with_two_beginnings_leaves_the_group_as_it_was(void **state)
{
    struct usurper usurper;
    (void)state;
    begin_with_usurper(&usurper, 2);
    struct forged_log log = usurper.genesis;
    log.seq = 0;
    memset(&log.head, 0, sizeof log.head);
    fork_root_log(&usurper, log, "bob", 1);
    check_goes_on(&usurper, &usurper.genesis.id);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_log_that_forks_behind_its_genesis_ends_there),
        cmocka_unit_test(a_root_log_with_two_beginnings_leaves_the_group_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
