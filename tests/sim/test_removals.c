/* SPDX-License-Identifier: MIT
 * Who was removed: what he wrote beyond the cut is gone from every screen alike, and nobody speaks with him. */
#include "usurper.h"

static const struct log *content_of(struct world *world, const char *at, const struct sign_public *device)
{
    const struct group *group = world_host(world, at)->node->workspace;
    for (size_t i = 0; i < group->log_count; i++) {
        const struct log *log = group->logs[i];
        if (log->named && log->kind == KIND_CONTENT && log->row.head_seq && same_key(log_author(log), device))
            return log;
    }
    fail_msg("%s has nothing of it", at);
    return NULL;
}

/* As alice has it now. */
static struct cut cut_now(struct world *world, const char *author)
{
    const struct log *log = content_of(world, "alice", &world_host(world, author)->node->identity.device);
    return (struct cut){log->id, log->row.head_seq, log->row.head_id};
}

static void remove_as_root(struct usurper *usurper, const char *whom, const struct cut *cut)
{
    struct buffer payload = {0}, cuts = {0};
    cut_append(cut, &cuts);
    struct removal removal = {.device = world_host(&usurper->rogue.world, whom)->node->identity.device,
                              .instance = 1,
                              .cut = buffer_bytes(&cuts)};
    removal_encode(&removal, &payload);
    write_as_root(usurper, usurper->genesis, "alice", ENTRY_REMOVE, buffer_bytes(&payload));
    buffer_done(&payload);
    buffer_done(&cuts);
}

static void begin_with_carol(struct usurper *usurper, uint64_t seed)
{
    begin_with_usurper(usurper, seed);
    usurper->rogue.world.forks_allowed = false;
    world_add(&usurper->rogue.world, "carol");
    CHECK_OK(world_meet(&usurper->rogue.world, "alice", "carol"));
    CHECK_OK(world_say(&usurper->rogue.world, "bob", "one"));
    world_settle(&usurper->rogue.world);
}

static void check_shows_one_only(struct world *world, const char *name)
{
    assert_int_equal(world_text_count(world, name, "one"), 1);
    assert_int_equal(world_text_count(world, name, "two"), 0);
}

static void end_with_usurper(struct usurper *usurper)
{
    CHECK_HOLDS(&usurper->rogue.world);
    stranger_done(&usurper->rogue.mallory);
    end_story(&usurper->rogue.world);
}

static void what_lies_beyond_the_cut_is_neither_shown_nor_told(void **state)
{
    struct usurper usurper;
    struct world *world = &usurper.rogue.world;
    (void)state;
    begin_with_carol(&usurper, 1);
    struct cut cut = cut_now(world, "bob");
    struct sign_public bob = world_host(world, "bob")->node->identity.device;
    CHECK_OK(world_say(world, "bob", "two"));
    world_settle(world);
    assert_int_equal(world_text_count(world, "carol", "two"), 1);

    remove_as_root(&usurper, "bob", &cut);
    world_run(world, 5000);
    world_stop(world, "bob");
    world_settle(world);
    CHECK_HOLDS(world);
    check_shows_one_only(world, "alice");
    check_shows_one_only(world, "carol");
    assert_int_equal(members_of(world, "carol"), 3);

    world_add(world, "dave");
    CHECK_OK(world_meet(world, "alice", "dave"));
    CHECK_OK(world_say(world, "carol", "three"));
    world_settle(world);
    CHECK_HOLDS(world);
    check_shows_one_only(world, "dave");
    assert_int_equal(content_of(world, "dave", &bob)->row.head_seq, cut.seq);

    world_restart(world, "alice");
    world_settle(world);
    CHECK_HOLDS(world);
    check_shows_one_only(world, "alice");
    end_with_usurper(&usurper);
}

static void who_was_removed_while_he_was_away_is_spoken_with_no_more(void **state)
{
    struct usurper usurper;
    struct world *world = &usurper.rogue.world;
    (void)state;
    begin_with_carol(&usurper, 2);
    struct cut cut = cut_now(world, "bob");
    world_isolate(world, "bob");
    CHECK_OK(world_say(world, "bob", "two"));
    remove_as_root(&usurper, "bob", &cut);
    world_run(world, 5000);
    world_heal(world);
    world_run(world, 60000);
    assert_int_equal(world_links(world, "alice", "bob"), 0);
    assert_int_equal(world_links(world, "carol", "bob"), 0);
    CHECK_OK(world_say(world, "alice", "three"));
    world_run(world, 60000);
    assert_int_equal(world_text_count(world, "bob", "three"), 0);
    check_shows_one_only(world, "alice");
    check_shows_one_only(world, "carol");
    world_stop(world, "bob");
    world_settle(world);
    end_with_usurper(&usurper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_beyond_the_cut_is_neither_shown_nor_told),
        cmocka_unit_test(who_was_removed_while_he_was_away_is_spoken_with_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
