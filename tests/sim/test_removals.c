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

static struct sign_public device_of(const struct world *world, const char *name)
{
    return world_host(world, name)->node->identity.device;
}

static void encode_removal(const struct world *world, const char *whom, const struct cut *cut, struct buffer *out)
{
    struct buffer cuts = {0};
    cut_append(cut, &cuts);
    struct removal removal = {.device = device_of(world, whom), .instance = 1, .cut = buffer_bytes(&cuts)};
    removal_encode(&removal, out);
    buffer_done(&cuts);
}

static void remove_as_root(struct usurper *usurper, const char *whom, const struct cut *cut)
{
    struct buffer payload = {0};
    encode_removal(&usurper->rogue.world, whom, cut, &payload);
    go_on_as_root(usurper, "alice", ENTRY_REMOVE, buffer_bytes(&payload));
    buffer_done(&payload);
}

/* By mallory, whom the root makes an admin for it. */
static void remove_as_admin(struct usurper *usurper, const char *whom, const struct cut *cut)
{
    struct rogue *rogue = &usurper->rogue;
    struct forged_log log = open_log(rogue, KIND_GOVERNANCE);
    struct buffer payload = {0}, wire = {0};
    grant_as_root(usurper, "alice", &rogue->mallory.device);
    encode_removal(&rogue->world, whom, cut, &payload);
    log.number = 7;
    tell_log(rogue, &log);
    write_entry(rogue, &log, ENTRY_REMOVE, buffer_bytes(&payload), now_hlc(rogue), &wire);
    send_entry(rogue, &log, buffer_bytes(&wire));
    buffer_done(&payload);
    buffer_done(&wire);
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
    CHECK_OK(world_say(world, "carol", "cites it"));

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

/* ---------------------------------------------------------------- who learns of it */

static void assert_removed_by(const struct world *world, const char *name, const char *by)
{
    struct node_dismissal dismissal;
    assert_true(node_dismissal(world_host(world, name)->node, &dismissal));
    assert_true(dismissal.time_ms > 0);
    if (by)
        assert_true(bytes_equal(dismissal.name, BYTES_TEXT(by)));
    else
        assert_true(dismissal.by_root);
}

static void who_comes_back_is_told_that_the_root_removed_him(void **state)
{
    struct usurper usurper;
    struct world *world = &usurper.rogue.world;
    (void)state;
    begin_with_carol(&usurper, 3);
    struct cut cut = cut_now(world, "bob");
    world_isolate(world, "bob");
    CHECK_OK(world_say(world, "alice", "of which he hears nothing"));
    remove_as_root(&usurper, "bob", &cut);
    world_heal(world);
    world_run(world, 30000);
    assert_removed_by(world, "bob", NULL);
    CHECK_ERROR(world_say(world, "bob", "two"), ERR_REMOVED);
    world_restart(world, "bob");
    world_run(world, 1000);
    assert_removed_by(world, "bob", NULL);
    world_settle(world);
    end_with_usurper(&usurper);
}

static void who_is_there_is_told_which_admin_removed_him(void **state)
{
    struct usurper usurper;
    struct world *world = &usurper.rogue.world;
    (void)state;
    begin_with_carol(&usurper, 4);
    struct cut cut = cut_now(world, "bob");
    remove_as_admin(&usurper, "bob", &cut);
    world_run(world, 5000);
    assert_removed_by(world, "bob", "mallory");
    assert_int_equal(world_links(world, "alice", "bob"), 0);
    assert_int_equal(world_links(world, "carol", "bob"), 0);
    world_settle(world);
    end_with_usurper(&usurper);
}

/* He hears of it from whoever finds him, and they tell him once. */
static void who_dials_nobody_is_told_by_those_who_find_him(void **state)
{
    struct usurper usurper;
    struct world *world = &usurper.rogue.world;
    (void)state;
    begin_with_carol(&usurper, 8);
    struct command remove = {.type = COMMAND_GROUP_REMOVE, .group.number = 1};
    struct asked asked;
    world_isolate(world, "bob");
    world_run(world, 60000);
    remove.group.device = device_of(world, "bob");
    CHECK_OK(world_command(world, "alice", &remove, 10000, &asked)); /* with a new key of the workspace */
    world_run(world, 5000);
    world_host(world, "bob")->dials_nobody = true;
    world_heal(world);
    world_run(world, 60000);
    assert_removed_by(world, "bob", "alice");
    size_t connections = world_connections(world, "bob");
    world_run(world, 300000);
    assert_in_range(world_connections(world, "bob"), connections, connections + 4);
    world_settle(world);
    end_with_usurper(&usurper);
}

/* Carol lies to bob that he was removed; she is no admin, and has signed it herself. */
static void nobody_believes_a_member_that_he_was_removed(void **state)
{
    struct usurper usurper;
    struct rogue *rogue = &usurper.rogue;
    struct node_dismissal ignored;
    (void)state;
    begin_with_carol(&usurper, 5);
    struct cut cut = cut_now(&rogue->world, "bob");
    struct forged_log log = open_log(rogue, KIND_GOVERNANCE);
    struct buffer payload = {0}, proof = {0}, wire = {0};
    struct wire_message bye = {.type = WIRE_BYE, .bye.code = BYE_REMOVED};
    encode_removal(&rogue->world, "bob", &cut, &payload);
    write_entry(rogue, &log, ENTRY_REMOVE, buffer_bytes(&payload), now_hlc(rogue), &wire);
    buffer_append(&proof, BYTES_OF(log.name.device.bytes));
    buffer_append_u64(&proof, log.name.instance);
    buffer_append(&proof, BYTES_OF(log.name.sub.bytes));
    buffer_append(&proof, buffer_bytes(&wire));
    bye.bye.proof = buffer_bytes(&proof);
    meet(rogue, "bob");
    stranger_say(&rogue->mallory, &bye);
    world_run(&rogue->world, 1000);
    assert_false(node_dismissal(world_host(&rogue->world, "bob")->node, &ignored));
    CHECK_OK(world_say(&rogue->world, "bob", "two"));
    buffer_done(&payload);
    buffer_done(&proof);
    buffer_done(&wire);
    world_settle(&rogue->world);
    end_with_usurper(&usurper);
}

/* ---------------------------------------------------------------- what it takes with it */

static void assert_called(const struct world *world, const char *name, const char *workspace)
{
    struct node_info info;
    node_info(world_host(world, name)->node, &info);
    assert_true(bytes_equal(info.workspace_name, BYTES_TEXT(workspace)));
}

static void what_he_called_the_workspace_beyond_the_cut_is_taken_back(void **state)
{
    struct usurper usurper;
    struct world *world = &usurper.rogue.world;
    struct command rename = {.type = COMMAND_GROUP_RENAME, .name = BYTES_TEXT("Bobs")};
    struct sign_public bob;
    struct asked asked;
    (void)state;
    begin_with_carol(&usurper, 6);
    bob = device_of(world, "bob");
    struct cut cut = cut_now(world, "bob");
    grant_as_root(&usurper, "alice", &bob);
    world_settle(world);
    rename.group.number = 1;
    CHECK_OK(world_command(world, "bob", &rename, 10000, &asked));
    world_settle(world);
    assert_called(world, "carol", "Bobs");

    remove_as_root(&usurper, "bob", &cut);
    world_run(world, 5000);
    assert_called(world, "carol", "Office");
    world_add(world, "dave");
    CHECK_OK(world_meet(world, "alice", "dave"));
    world_restart(world, "alice");
    world_settle(world);
    assert_called(world, "alice", "Office");
    assert_called(world, "dave", "Office");
    end_with_usurper(&usurper);
}

static struct person_id person_of(const struct world *world, const char *name)
{
    struct node_info info;
    node_info(world_host(world, name)->node, &info);
    return info.person;
}

static struct governance_standing standing_in(const struct world *world, const char *at, const char *group,
                                              const struct sign_public *device)
{
    struct governance_standing standing = {0};
    uint32_t number = 0;
    const struct node *node = world_host(world, at)->node;
    CHECK_OK(node_find_group(node, BYTES_TEXT(group), &number));
    for (size_t i = 0; i < node->group_count; i++)
        if (node->groups[i]->number == number)
            governance_standing(node->groups[i]->roster.governance, device, 1, &standing);
    return standing;
}

static void who_leaves_the_workspace_leaves_its_groups_and_chats(void **state)
{
    struct usurper usurper;
    struct world *world = &usurper.rogue.world;
    struct command create = {.type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT("Garden")};
    struct asked asked;
    (void)state;
    begin_with_carol(&usurper, 7);
    struct sign_public bob = device_of(world, "bob");
    create.group.persons[create.group.person_count++] = person_of(world, "bob");
    create.group.persons[create.group.person_count++] = person_of(world, "carol");
    CHECK_OK(world_command(world, "alice", &create, 10000, &asked));
    world_settle(world);
    CHECK_OK(world_say_to(world, "bob", "Garden", "seeds"));
    CHECK_OK(world_say_to(world, "bob", "@carol", "hush"));
    world_settle(world);

    struct cut cut = cut_now(world, "bob");
    remove_as_root(&usurper, "bob", &cut);
    world_run(world, 70000);
    assert_true(standing_in(world, "alice", "Garden", &bob).removed);
    assert_true(standing_in(world, "carol", "Garden", &bob).removed);
    assert_non_null(strstr(world_texts_in(world, "carol", "Garden"), "seeds"));
    assert_removed_by(world, "bob", NULL);
    CHECK_ERROR(world_say_to(world, "bob", "Garden", "more"), ERR_REMOVED);
    world_settle(world);
    end_with_usurper(&usurper);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_beyond_the_cut_is_neither_shown_nor_told),
        cmocka_unit_test(who_was_removed_while_he_was_away_is_spoken_with_no_more),
        cmocka_unit_test(who_comes_back_is_told_that_the_root_removed_him),
        cmocka_unit_test(who_is_there_is_told_which_admin_removed_him),
        cmocka_unit_test(who_dials_nobody_is_told_by_those_who_find_him),
        cmocka_unit_test(nobody_believes_a_member_that_he_was_removed),
        cmocka_unit_test(what_he_called_the_workspace_beyond_the_cut_is_taken_back),
        cmocka_unit_test(who_leaves_the_workspace_leaves_its_groups_and_chats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
