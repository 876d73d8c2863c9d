/* SPDX-License-Identifier: MIT
 * An admin whose grant does not reach what he writes: his keys count nowhere, and he stops making them. */
#include "gathering.h"
#include "usurper.h"

static uint64_t governance_written(const struct world *world, const char *name)
{
    const struct node *node = world_host(world, name)->node;
    for (size_t i = 0; i < node->workspace->log_count; i++) {
        const struct log *log = node->workspace->logs[i];
        if (log->named && log->kind == KIND_GOVERNANCE && same_key(&log->row.name.device, &node->identity.device))
            return log->row.head_seq;
    }
    return 0;
}

/* Bob is an admin, by a grant that begins in a log which is none of his. */
static void grant_elsewhere(struct usurper *usurper)
{
    const struct cut elsewhere = {.log = {{7}}, .seq = 1, .id = {{7}}};
    struct grant grant = {.device = world_host(&usurper->rogue.world, "bob")->node->identity.device, .instance = 1};
    struct buffer from = {0}, payload = {0};
    cut_append(&elsewhere, &from);
    grant.from = buffer_bytes(&from);
    grant_encode(&grant, &payload);
    go_on_as_root(usurper, "bob", ENTRY_GRANT, buffer_bytes(&payload));
    buffer_done(&from);
    buffer_done(&payload);
}

/* Whomever she has brought in is in no more, nor is his key of use. */
static void revoke_alice(struct usurper *usurper, const struct hash *genesis)
{
    const struct revocation revocation = {.grant = *genesis};
    struct buffer payload = {0};
    revocation_encode(&revocation, &payload);
    go_on_as_root(usurper, "bob", ENTRY_REVOKE, buffer_bytes(&payload));
    buffer_done(&payload);
}

static void keys_that_do_not_count_are_not_made_again_and_again(void **state)
{
    struct usurper usurper;
    struct world *world = &usurper.rogue.world;
    (void)state;
    begin_with_usurper(&usurper, 1);
    const struct hash genesis = usurper.genesis.head;
    CHECK_OK(gathering_found(world, "bob", "Board", GUESTS("alice"))); /* of which the office's root is to be told */
    world_stop(world, "alice");
    grant_elsewhere(&usurper);
    revoke_alice(&usurper, &genesis);
    world_restart(world, "bob");
    world_post(world, "bob", "is anybody there?");
    world_run(world, 40000);
    CHECK_HOLDS(world);
    assert_int_equal(members_of(world, "bob"), 2);
    assert_int_equal(governance_written(world, "bob"), 1); /* he has tried */
    stranger_done(&usurper.rogue.mallory);
    end_story(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_that_do_not_count_are_not_made_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
