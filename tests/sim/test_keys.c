/* SPDX-License-Identifier: MIT
 * Keys of groups: who is removed reads nothing more, and who belongs to them always can. */
#include "core/keys/custody.h"
#include "core/keys/keys.h"
#include "core/keys/sealing.h"
#include "core/log/lookup.h"
#include "core/members/root_log.h"
#include "core/members/roster.h"
#include "core/writing/compose.h"
#include "core/writing/held.h"
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

/* Whether somebody holds the key that another seals with. */
static bool could_read(struct world *world, const char *reader, const char *author)
{
    const struct epoch_key *key = sealing_key(group_of(world, author));
    assert_non_null(key);
    return keys_find(group_of(world, reader), &key->id) != NULL;
}

/* Lets a node write what there is no command for. */
static struct node *begin_writing(struct world *world, const char *name)
{
    struct node *node = node_of(world, name);
    node->effects = &world_host(world, name)->effects;
    return node;
}

static void end_writing(struct world *world, const char *name)
{
    struct event event = {.type = EVENT_TIME};
    host_step(world_host(world, name), &event);
    world_run(world, 1000);
}

static void write_policy(struct world *world, const char *admin, bool share_history)
{
    struct policy_change change = {.policy = {.share_history = share_history}};
    struct buffer payload = {0};
    policy_encode(&change, &payload);
    struct node *node = begin_writing(world, admin);
    compose_governance(node, node->workspace, ENTRY_POLICY, buffer_bytes(&payload));
    end_writing(world, admin);
    buffer_done(&payload);
}

/* The founder makes somebody an admin, with the root key. */
static void grant(struct world *world, const char *founder, const char *whom)
{
    struct grant wish = {.device = node_of(world, whom)->identity.device, .instance = 1};
    struct root_voice root;
    struct buffer payload = {0};
    grant_encode(&wish, &payload);
    struct node *node = begin_writing(world, founder);
    CHECK_OK(root_voice_open(node, node->workspace, (struct bytes){0}, &root));
    CHECK_OK(root_log_write(node, node->workspace, &root, ENTRY_GRANT, buffer_bytes(&payload)));
    end_writing(world, founder);
    buffer_done(&payload);
}

/* How many entries of a kind-0 type there are in the workspace, as one node has it. */
static size_t count_entries(struct world *world, const char *name, enum entry_type type)
{
    const struct node *node = node_of(world, name);
    size_t count = 0;
    for (size_t i = 0; i < node->log_count; i++) {
        const struct log *log = node->logs[i];
        for (uint64_t seq = 1;
             log->group == node->workspace && log->kind == KIND_GOVERNANCE && seq <= log->row.head_seq; seq++) {
            struct stored_entry stored;
            struct entry entry;
            CHECK_OK(lookup_entry(node, log, seq, &stored));
            CHECK_OK(entry_decode(stored.wire, &entry));
            count += entry.type == type;
        }
    }
    host_end_read(world_host(world, name));
    return count;
}

/* The key was used as often as it may. */
static void wear_out(struct world *world, const char *name)
{
    struct group *group = group_of(world, name);
    sealing_key(group);
    group->counted_epoch = group->sealing.id;
    group->counted = CUSTODY_ENTRIES_MAX - 1;
    CHECK_OK(world_say(world, name, "once more"));
}

static void jump(struct world *world, const char *name, int64_t days)
{
    world_host(world, name)->clock_ms += days * 24 * 3600 * 1000;
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
    assert_false(could_read(&world, "carol", "bob"));
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

static void who_missed_a_key_is_given_it_by_one_of_many(void **state)
{
    struct world world;
    char name[24];
    (void)state;
    begin_story(&world, 4, "alice", GUESTS("bob"));
    for (int i = 0; i < 16; i++) {
        snprintf(name, sizeof name, "guest%d", i);
        world_add(&world, name);
        CHECK_OK(world_meet(&world, "alice", name));
    }
    world_add(&world, "dave");
    for (size_t i = 0; i < world.host_count; i++)
        if (strcmp(world.hosts[i]->name, "alice") != 0 && strcmp(world.hosts[i]->name, "dave") != 0) {
            world_cut(&world, "alice", world.hosts[i]->name);
            world_cut(&world, "dave", world.hosts[i]->name);
        }
    world_run(&world, 10000);
    CHECK_OK(world_meet(&world, "alice", "dave"));
    size_t shares = count_entries(&world, "alice", ENTRY_KEYSHARE);
    wear_out(&world, "bob");
    world_run(&world, 35ull * 60 * 1000); /* whoever is first makes a key, or after a while another */
    assert_int_equal(count_entries(&world, "bob", ENTRY_EPOCH), 2);
    assert_false(same_sealing(&world, "alice", "bob"));
    world_heal(&world);
    world_settle(&world);
    world_run(&world, 70000);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_true(same_sealing(&world, "dave", "bob"));
    assert_in_range(count_entries(&world, "alice", ENTRY_KEYSHARE) - shares, 1, 2);
    CHECK_OK(world_say(&world, "bob", "welcome"));
    world_settle(&world);
    assert_int_equal(world_text_count(&world, "dave", "welcome"), 1);
    end_story(&world);
}

static void who_comes_later_reads_what_was_before_where_history_is_shared(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 5, "alice", GUESTS("bob"));
    CHECK_OK(world_say(&world, "bob", "first key"));
    wear_out(&world, "alice");
    wear_out(&world, "bob");
    world_run(&world, 35ull * 60 * 1000);
    CHECK_OK(world_say(&world, "bob", "second key"));
    world_add(&world, "carol");
    CHECK_OK(world_meet(&world, "alice", "carol"));
    world_settle(&world);
    assert_int_equal(world_text_count(&world, "carol", "first key"), 1);
    assert_int_equal(world_text_count(&world, "carol", "second key"), 1);
    end_story(&world);
}

static void who_comes_later_reads_from_then_on_where_history_is_not_shared(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 6, "alice", GUESTS("bob"));
    write_policy(&world, "alice", false);
    CHECK_OK(world_say(&world, "bob", "before"));
    world_settle(&world);
    world_add(&world, "carol");
    CHECK_OK(world_meet(&world, "alice", "carol"));
    world_run(&world, 5000);
    CHECK_OK(world_say(&world, "bob", "then"));
    world_run(&world, 70000);
    assert_int_equal(world_text_count(&world, "bob", "before"), 1);
    assert_int_equal(world_text_count(&world, "carol", "before"), 0);
    assert_int_equal(world_text_count(&world, "carol", "then"), 1);
    assert_int_equal(group_of(&world, "carol")->key_count, 1);
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void a_key_is_changed_after_a_week_and_once_only(void **state)
{
    static const char *const all[] = {"alice", "bob", "carol"};
    struct world world;
    (void)state;
    begin_story(&world, 7, "alice", GUESTS("bob", "carol"));
    CHECK_OK(world_say(&world, "bob", "old key"));
    world_run(&world, 15ull * 60 * 1000);
    for (size_t i = 0; i < 3; i++)
        jump(&world, all[i], 6);
    world_run(&world, 40ull * 60 * 1000);
    assert_int_equal(count_entries(&world, "alice", ENTRY_EPOCH), 1);
    for (size_t i = 0; i < 3; i++)
        jump(&world, all[i], 2);
    world_run(&world, 40ull * 60 * 1000);
    world_settle(&world);
    assert_int_equal(count_entries(&world, "alice", ENTRY_EPOCH), 2);
    assert_true(same_sealing(&world, "alice", "bob") && same_sealing(&world, "alice", "carol"));
    assert_true(same_workspace_key(&world, "alice", "bob"));
    end_story(&world);
}

static void a_clock_that_jumps_changes_the_key_once_at_most(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 8, "alice", GUESTS("bob", "carol"));
    for (int i = 0; i < 4; i++) {
        jump(&world, "bob", i % 2 ? -365 : 365);
        CHECK_OK(world_say(&world, "alice", "tick"));
        world_run(&world, 40ull * 60 * 1000);
    }
    world_settle(&world);
    assert_in_range(count_entries(&world, "alice", ENTRY_EPOCH), 2, 3);
    end_story(&world);
}

/* A group of `founder` and `member`, who accepts. */
static struct group *gather(struct world *world, const char *founder, const char *member)
{
    struct command create = {.type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT("Secret")};
    struct command accept = {.type = COMMAND_GROUP_ACCEPT};
    struct node_invitation invitation;
    struct asked asked;
    const struct node *node = node_of(world, founder);
    create.group.persons[create.group.person_count++] =
        roster_find(&node->workspace->roster, &node_of(world, member)->identity.device)->person;
    CHECK_OK(world_command(world, founder, &create, 10000, &asked));
    world_run(world, 3000);
    if (node_invitation_at(node_of(world, member), 0, &invitation)) {
        accept.group.id = invitation.group;
        CHECK_OK(world_command(world, member, &accept, 10000, &asked));
    }
    world_settle(world);
    world_run(world, 3000);
    assert_int_equal(node->group_count, 2);
    assert_int_equal(node->groups[1]->roster.count, 2);
    return node->groups[1];
}

static bool is_removed_here(const struct group *group, const struct sign_public *device)
{
    struct governance_standing standing;
    return governance_standing(group->roster.governance, device, 1, &standing) && standing.removed;
}

static void who_leaves_the_office_is_removed_from_its_groups_at_once(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 10, "alice", GUESTS("bob"));
    const struct sign_public bob = node_of(&world, "bob")->identity.device;
    struct group *group = gather(&world, "alice", "bob");
    uint64_t height = governance_next_height(group->roster.governance);
    uint64_t commits = world_host(&world, "alice")->node->last_batch;
    CHECK_OK(remove_person(&world, "alice", "bob"));
    assert_true(is_removed_here(group, &bob));
    assert_int_equal(governance_next_height(group->roster.governance), height + 1);
    assert_in_range(world_host(&world, "alice")->node->last_batch - commits, 1, 2); /* one, and receipts */
    world_stop(&world, "bob");
    end_story(&world);
}

static void who_leaves_the_office_is_removed_from_other_peoples_groups(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 11, "alice", GUESTS("bob", "carol"));
    const struct sign_public carol = node_of(&world, "carol")->identity.device;
    struct group *group = gather(&world, "bob", "carol");
    uint64_t height = governance_next_height(group->roster.governance);
    CHECK_OK(remove_person(&world, "alice", "carol"));
    world_stop(&world, "carol");
    world_run(&world, 10000);
    assert_true(is_removed_here(group, &carol));
    assert_int_equal(governance_next_height(group->roster.governance), height + 1);
    end_story(&world);
}

static void two_admins_who_remove_the_same_one_agree_on_a_key(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 9, "alice", GUESTS("bob", "carol", "dave"));
    grant(&world, "alice", "bob");
    world_settle(&world);
    world_cut(&world, "alice", "bob");
    world_cut(&world, "alice", "carol");
    world_run(&world, 10000);
    CHECK_OK(remove_person(&world, "alice", "dave"));
    CHECK_OK(remove_person(&world, "bob", "dave"));
    world_run(&world, 5000);
    assert_false(same_sealing(&world, "alice", "bob"));
    assert_false(could_read(&world, "dave", "alice") || could_read(&world, "dave", "bob"));
    world_crash(&world, "dave", false);
    world_heal(&world);
    world_settle(&world);
    world_run(&world, 70000);
    assert_int_equal(count_entries(&world, "carol", ENTRY_EPOCH), 3);
    assert_int_equal(count_entries(&world, "carol", ENTRY_REMOVE), 2);
    assert_true(same_sealing(&world, "alice", "bob") && same_sealing(&world, "alice", "carol"));
    assert_true(same_workspace_key(&world, "alice", "bob") && same_workspace_key(&world, "alice", "carol"));
    end_story(&world);
}

/* Erin, who is new, knows that carol was removed and that there is a key without carol, and was not given it. */
static void begin_without_key(struct world *world, uint64_t seed)
{
    begin_story(world, seed, "alice", GUESTS("bob", "carol"));
    grant(world, "alice", "bob");
    world_settle(world);
    world_cut(world, "alice", "bob");
    world_cut(world, "alice", "carol");
    world_add(world, "erin");
    world_cut(world, "erin", "bob");
    world_cut(world, "erin", "carol");
    world_run(world, 10000);
    CHECK_OK(world_meet(world, "alice", "erin"));
    CHECK_OK(remove_person(world, "bob", "carol"));
    world_stop(world, "carol");
    world_heal(world);
    for (int i = 0; i < 3000 && governance_next_height(group_of(world, "erin")->roster.governance) < 3; i++)
        world_run(world, 20);
    world_isolate(world, "erin");
    assert_null(sealing_key(group_of(world, "erin")));
    CHECK_OK(world_say(world, "erin", "one"));
    CHECK_OK(world_say(world, "erin", "two"));
    assert_int_equal(held_count(node_of(world, "erin"), group_of(world, "erin")), 2);
    assert_int_equal(world_text_count(world, "erin", "one"), 0);
}

static void who_has_no_key_writes_all_the_same_and_it_goes_out_with_the_key(void **state)
{
    struct world world;
    (void)state;
    begin_without_key(&world, 12);
    world_crash(&world, "erin", true);
    world_restart(&world, "erin");
    assert_int_equal(held_count(node_of(&world, "erin"), group_of(&world, "erin")), 2);
    world_heal(&world);
    world_run(&world, 60000);
    world_settle(&world);
    assert_int_equal(held_count(node_of(&world, "erin"), group_of(&world, "erin")), 0);
    assert_string_equal(world_texts(&world, "bob"), "erin: one\nerin: two\n");
    world_restart(&world, "erin");
    world_run(&world, 10000);
    world_settle(&world);
    assert_string_equal(world_texts(&world, "alice"), "erin: one\nerin: two\n");
    end_story(&world);
}

static void who_is_given_no_key_makes_one_after_a_while(void **state)
{
    const struct saying saying = {.text = "three", .client_id = "same"};
    struct world world;
    struct message_ref message;
    (void)state;
    begin_without_key(&world, 13);
    CHECK_OK(world_say_more(&world, "erin", &saying, &message));
    CHECK_OK(world_say_more(&world, "erin", &saying, &message));
    assert_int_equal(message.seq, 0);
    world_run(&world, 35000);
    assert_int_equal(held_count(node_of(&world, "erin"), group_of(&world, "erin")), 0);
    CHECK_OK(world_say_more(&world, "erin", &saying, &message));
    assert_int_not_equal(message.seq, 0);
    world_heal(&world);
    world_settle(&world);
    assert_string_equal(world_texts(&world, "bob"), "erin: one\nerin: two\nerin: three\n");
    assert_true(same_workspace_key(&world, "bob", "erin"));
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_removed_opens_nothing_that_is_written_later),
        cmocka_unit_test(who_was_away_during_two_new_keys_comes_back),
        cmocka_unit_test(who_was_removed_gets_no_link_under_an_old_key),
        cmocka_unit_test(who_missed_a_key_is_given_it_by_one_of_many),
        cmocka_unit_test(who_comes_later_reads_what_was_before_where_history_is_shared),
        cmocka_unit_test(who_comes_later_reads_from_then_on_where_history_is_not_shared),
        cmocka_unit_test(a_key_is_changed_after_a_week_and_once_only),
        cmocka_unit_test(a_clock_that_jumps_changes_the_key_once_at_most),
        cmocka_unit_test(who_leaves_the_office_is_removed_from_its_groups_at_once),
        cmocka_unit_test(who_leaves_the_office_is_removed_from_other_peoples_groups),
        cmocka_unit_test(two_admins_who_remove_the_same_one_agree_on_a_key),
        cmocka_unit_test(who_has_no_key_writes_all_the_same_and_it_goes_out_with_the_key),
        cmocka_unit_test(who_is_given_no_key_makes_one_after_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
