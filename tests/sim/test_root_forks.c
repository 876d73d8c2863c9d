/* SPDX-License-Identifier: MIT
 * A root log that was written twice, by one who has stolen the root key.  It counts up to where it forked, and the
 * group goes on. */
#include "core/state.h"
#include "core/vault.h"
#include "rogue.h"

/* The root log as mallory writes it, from a given entry on. */
struct usurper {
    struct rogue rogue;
    struct sign_secret own_secret, root_secret;
    struct forged_log genesis; /* the log with GENESIS in it */
};

static void steal_root(struct usurper *usurper)
{
    struct host *alice = world_host(&usurper->rogue.world, "alice");
    const struct group *group = alice->node->workspace;
    struct buffer seed = {0};
    struct sign_public root;
    uint8_t which[4];
    put_u32(which, group->number);
    struct vault_key row = vault_key("root/", BYTES_OF(which));
    CHECK_OK(vault_get(alice->node, &row, &seed));
    host_end_read(alice);
    crypto_sign_keypair_from(seed.data, &root, &usurper->root_secret);
    buffer_done(&seed);
    usurper->own_secret = usurper->rogue.mallory.secret;
    usurper->genesis = (struct forged_log){.name = {.group = group->id, .device = root}, .seq = 1, .number = 1};
    log_name_id(&usurper->genesis.name, &usurper->genesis.id);
    for (size_t i = 0; i < group->log_count; i++)
        if (same_hash(&group->logs[i]->id, &usurper->genesis.id))
            usurper->genesis.head = group->logs[i]->row.head_id;
}

static void begin_with_usurper(struct usurper *usurper, uint64_t seed)
{
    begin_with_mallory(&usurper->rogue, seed);
    usurper->rogue.world.forks_allowed = true;
    steal_root(usurper);
}

/* Tells `whom` an entry of the root that follows what `log` holds.  It has no effect by itself. */
static void write_as_root(struct usurper *usurper, struct forged_log log, const char *whom, uint64_t which)
{
    struct buffer wire = {0}, payload = {0};
    const struct doubt doubt = {.log = log.id, .from = which, .to = which};
    clock_encode(&doubt, &payload);
    meet(&usurper->rogue, whom);
    tell_log(&usurper->rogue, &log);
    usurper->rogue.mallory.secret = usurper->root_secret;
    write_entry(&usurper->rogue, &log, ENTRY_CLOCK, buffer_bytes(&payload), now_hlc(&usurper->rogue), &wire);
    usurper->rogue.mallory.secret = usurper->own_secret;
    send_entry(&usurper->rogue, &log, buffer_bytes(&wire));
    assert_false(stranger_was_left(&usurper->rogue.mallory));
    buffer_done(&wire);
    buffer_done(&payload);
}

static size_t members_of(struct world *world, const char *name)
{
    struct node_person person;
    size_t count = 0;
    while (node_person_at(world_host(world, name)->node, 1, count, &person))
        count++;
    return count;
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
    write_as_root(&usurper, usurper.genesis, "bob", 1);
    write_as_root(&usurper, usurper.genesis, "alice", 2);
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
    write_as_root(&usurper, log, "bob", 1);
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
