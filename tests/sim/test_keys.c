/* SPDX-License-Identifier: MIT
 * Keys of groups: who is removed reads nothing more, and who belongs to them always can. */
#include "core/keys.h"
#include "core/logs.h"
#include "core/roster.h"
#include "core/sealing.h"
#include "core/workspace_keys.h"
#include "story.h"

static struct node *node_of(struct world *world, const char *name)
{
    return world_host(world, name)->node;
}

static struct group *group_of(struct world *world, const char *name)
{
    return node_of(world, name)->workspace;
}

static enum error remove_from(struct world *world, const char *admin, uint32_t group, const char *whom)
{
    struct command command = {.type = COMMAND_GROUP_REMOVE, .group.number = group};
    struct asked asked;
    command.group.device = node_of(world, whom)->identity.device;
    return world_command(world, admin, &command, 10000, &asked);
}

static enum error remove_person(struct world *world, const char *admin, const char *whom)
{
    return remove_from(world, admin, group_of(world, admin)->number, whom);
}

/* Whether somebody who has these keys could open what `author` wrote last there. */
static bool opens_newest(struct world *world, const struct group *reader, struct group *group, const char *author)
{
    const struct epoch_key *key = sealing_key(group);
    assert_non_null(key);
    (void)world;
    (void)author;
    return keys_find(reader, &key->id) != NULL;
}

static bool same_sealing(struct world *world, const char *a, const char *b)
{
    const struct epoch_key *x = sealing_key(group_of(world, a)), *y = sealing_key(group_of(world, b));
    return x && y && memcmp(&x->id, &y->id, sizeof x->id) == 0;
}

static bool same_workspace_key(struct world *world, const char *a, const char *b)
{
    return memcmp(&group_of(world, a)->workspace_key, &group_of(world, b)->workspace_key, sizeof(struct secret_key)) ==
           0;
}

static void who_was_removed_opens_nothing_that_is_written_later(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob", "carol"));
    CHECK_OK(world_say(&world, "bob", "before"));
    world_settle(&world);
    CHECK_OK(remove_person(&world, "alice", "carol"));
    world_run(&world, 2000);
    CHECK_OK(world_say(&world, "bob", "after"));
    world_run(&world, 2000);
    assert_true(same_sealing(&world, "alice", "bob"));
    assert_true(same_workspace_key(&world, "alice", "bob"));
    assert_false(same_workspace_key(&world, "alice", "carol"));
    assert_false(opens_newest(&world, group_of(&world, "carol"), group_of(&world, "bob"), "bob"));
    assert_int_equal(world_text_count(&world, "alice", "after"), 1);
    assert_int_equal(world_text_count(&world, "carol", "after"), 0);
    world_stop(&world, "carol");
    end_story(&world);
}

static void who_was_away_during_two_new_keys_comes_back(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob", "carol", "dave"));
    world_isolate(&world, "bob");
    world_run(&world, 10000);
    CHECK_OK(remove_person(&world, "alice", "carol"));
    world_run(&world, 2000);
    world_crash(&world, "carol", false);
    CHECK_OK(remove_person(&world, "alice", "dave"));
    world_run(&world, 2000);
    world_crash(&world, "dave", false);
    CHECK_OK(world_say(&world, "alice", "after"));
    CHECK_OK(world_say(&world, "bob", "from afar"));
    assert_false(same_workspace_key(&world, "alice", "bob"));
    world_heal(&world);
    world_settle(&world);
    assert_true(same_workspace_key(&world, "alice", "bob"));
    assert_int_equal(world_text_count(&world, "bob", "after"), 1);
    assert_int_equal(world_text_count(&world, "alice", "from afar"), 1);
    world_restart(&world, "bob");
    CHECK_OK(world_say(&world, "bob", "and under the new key"));
    world_settle(&world);
    assert_int_equal(world_text_count(&world, "alice", "and under the new key"), 1);
    end_story(&world);
}

static size_t open_links(struct world *world, const char *name)
{
    struct node_info info;
    node_info(node_of(world, name), &info);
    return info.links;
}

static void who_was_removed_gets_no_link_under_an_old_key(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob", "carol"));
    world_isolate(&world, "carol");
    world_run(&world, 10000);
    CHECK_OK(remove_person(&world, "alice", "carol"));
    world_run(&world, 2000);
    world_heal(&world);
    for (int i = 0; i < 600; i++) {
        world_run(&world, 100);
        assert_int_equal(open_links(&world, "carol"), 0);
    }
    assert_int_equal(open_links(&world, "alice"), 1);
    world_stop(&world, "carol");
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_removed_opens_nothing_that_is_written_later),
        cmocka_unit_test(who_was_away_during_two_new_keys_comes_back),
        cmocka_unit_test(who_was_removed_gets_no_link_under_an_old_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
