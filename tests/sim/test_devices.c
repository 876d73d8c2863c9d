/* SPDX-License-Identifier: MIT
 * People with more than one computer. */
#include "core/keys/keys.h"
#include "core/keys/sealing.h"
#include "core/log/lookup.h"
#include "core/members/groups.h"
#include "linking.h"

#define ANSWER_MS 10000

static struct person_id person_of(const struct world *world, const char *name)
{
    struct node_info info;
    node_info(world_host(world, name)->node, &info);
    host_end_read(world_host(world, name));
    return info.person;
}

static void check_same_person(const struct world *world, const char *a, const char *b)
{
    struct person_id one = person_of(world, a), other = person_of(world, b);
    assert_memory_equal(&one, &other, sizeof one);
}

static size_t devices(const struct world *world, const char *name)
{
    struct node_device device;
    size_t count = 0;
    while (node_device_at(world_host(world, name)->node, count, &device))
        count++;
    host_end_read(world_host(world, name));
    return count;
}

static size_t members(const struct world *world, const char *name, const char *chat)
{
    struct node *node = world_host(world, name)->node;
    struct node_person person;
    uint32_t group;
    size_t count = 0;
    CHECK_OK(node_find_group(node, BYTES_TEXT(chat), &group));
    while (node_person_at(node, group, count, &person))
        count++;
    host_end_read(world_host(world, name));
    return count;
}

static void create_group(struct world *world, const char *name, const char *title, const char *member)
{
    struct command command = {.type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT(title)};
    struct asked asked;
    command.group.persons[command.group.person_count++] = person_of(world, member);
    CHECK_OK(world_command(world, name, &command, ANSWER_MS, &asked));
}

/* ---------------------------------------------------------------- linking */

static void both_computers_speak_for_one_person(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 1, "alice", GUESTS("bob"));
    CHECK_OK(world_say(&world, "bob", "one"));
    CHECK_OK(link_device(&world, "bob", "laptop"));
    check_same_person(&world, "bob", "laptop");
    CHECK_OK(world_say(&world, "laptop", "two"));
    CHECK_OK(world_say(&world, "bob", "three"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    const char *all = "bob: one\nbob: two\nbob: three\n";
    assert_string_equal(world_texts(&world, "alice"), all);
    assert_string_equal(world_texts(&world, "bob"), all);
    assert_string_equal(world_texts(&world, "laptop"), all);
    assert_int_equal(devices(&world, "bob"), 2);
    assert_int_equal(devices(&world, "laptop"), 2);
    assert_int_equal(devices(&world, "alice"), 1);
    end_story(&world);
}

/* Also what was written before, and after a restart. */
static void chats_with_one_person_and_with_some_come_along(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob", "carol"));
    create_group(&world, "alice", "Board", "bob");
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "alice", "Board", "minutes"));
    CHECK_OK(world_say_to(&world, "carol", "@bob", "for you"));
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "bob", "@carol", "thanks"));
    world_settle(&world);
    CHECK_OK(link_device(&world, "bob", "laptop"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts_in(&world, "laptop", "@carol"), "carol: for you\nbob: thanks\n");
    assert_string_equal(world_texts_in(&world, "laptop", "Board"), "alice: minutes\n");
    world_restart(&world, "laptop");
    CHECK_OK(world_say_to(&world, "laptop", "@carol", "from the train"));
    CHECK_OK(world_say_to(&world, "laptop", "Board", "seen"));
    CHECK_OK(world_say_to(&world, "carol", "@bob", "where to?"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    const char *direct = "carol: for you\nbob: thanks\nbob: from the train\ncarol: where to?\n";
    assert_string_equal(world_texts_in(&world, "carol", "@bob"), direct);
    assert_string_equal(world_texts_in(&world, "bob", "@carol"), direct);
    assert_string_equal(world_texts_in(&world, "laptop", "@carol"), direct);
    assert_string_equal(world_texts_in(&world, "alice", "Board"), "alice: minutes\nbob: seen\n");
    assert_int_equal(members(&world, "alice", "Board"), 3);
    end_story(&world);
}

static void a_group_that_one_of_them_makes_is_on_the_other(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 10, "alice", GUESTS("bob", "carol"));
    CHECK_OK(link_device(&world, "bob", "laptop"));
    world_settle(&world);
    create_group(&world, "laptop", "Lunch", "bob"); /* himself: he is in it anyhow */
    CHECK_OK(world_say_to(&world, "laptop", "Lunch", "pasta"));
    world_run(&world, 5000);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts_in(&world, "bob", "Lunch"), "bob: pasta\n");
    assert_int_equal(members(&world, "bob", "Lunch"), 2);
    uint32_t unknown;
    CHECK_ERROR(node_find_group(world_host(&world, "carol")->node, BYTES_TEXT("Lunch"), &unknown), ERR_NOT_FOUND);
    end_story(&world);
}

static void who_was_brought_in_may_bring_in_one_more_and_that_is_all(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob"));
    CHECK_OK(link_device(&world, "bob", "laptop"));
    world_settle(&world);
    CHECK_OK(link_device(&world, "laptop", "phone"));
    world_settle(&world);
    CHECK_ERROR(make_code(&world, "phone", INVITE_DEVICE, NULL, &code), ERR_NOT_PERMITTED);
    CHECK_OK(world_say(&world, "phone", "small"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "alice"), "bob: small\n");
    assert_int_equal(devices(&world, "bob"), 3);
    end_story(&world);
}

static void eight_computers_are_enough(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 4, "alice", NULL);
    for (int i = 1; i <= 8; i++) {
        char name[24];
        snprintf(name, sizeof name, "machine%d", i);
        CHECK_OK(link_device(&world, "alice", name));
        world_settle(&world);
    }
    CHECK_ERROR(make_code(&world, "alice", INVITE_DEVICE, NULL, &code), ERR_LIMIT);
    assert_int_equal(devices(&world, "machine3"), 9);
    end_story(&world);
}

static void a_code_does_what_its_reader_meant_or_nothing(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 5, "alice", NULL);
    world_add(&world, "bob");
    CHECK_ERROR(make_code(&world, "bob", INVITE_DEVICE, NULL, &code), ERR_NO_WORKSPACE);
    CHECK_OK(make_code(&world, "alice", INVITE_DEVICE, NULL, &code));
    CHECK_ERROR(world_join(&world, "bob", &code), ERR_CODE_LINKS);
    CHECK_OK(world_invite(&world, "alice", &code));
    CHECK_ERROR(link_with(&world, "bob", &code), ERR_CODE_INVITES);
    CHECK_OK(world_join(&world, "bob", &code)); /* it is still good */
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(devices(&world, "alice"), 1);
    end_story(&world);
}

/* Through a line that breaks at random moments. */
static void link_in_a_storm(uint64_t seed)
{
    struct world world;
    struct code code;
    begin_story(&world, seed, "alice", GUESTS("bob"));
    CHECK_OK(world_say_to(&world, "alice", "@bob", "hello"));
    world_settle(&world);
    world_add(&world, "laptop");
    CHECK_OK(make_code(&world, "bob", INVITE_DEVICE, NULL, &code));
    world.weather.resets_per_million = 100000;
    world.weather.segment_max = 40;
    enum error err = ERR_TIMEOUT;
    for (int i = 0; i < 30 && err != OK && err != ERR_EXISTS; i++)
        err = link_with(&world, "laptop", &code);
    world.weather.resets_per_million = 0;
    if (err != OK && err != ERR_EXISTS)
        fail_msg("seed %d: %s", (int)seed, error_code(err));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts_in(&world, "laptop", "@alice"), "alice: hello\n");
    assert_int_equal(devices(&world, "bob"), 2);
    end_story(&world);
}

static void a_line_that_breaks_does_not_spoil_linking(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 120; seed++)
        link_in_a_storm(seed);
}

/* ---------------------------------------------------------------- revoking */

/* With the keys it has, and with those that it could get out of what all others hold. */
static bool can_open(const struct world *world, const char *name, const char *holder, const struct hash *id)
{
    const struct node *thief = world_host(world, name)->node, *node = world_host(world, holder)->node;
    struct group *group = groups_by_id(node, id);
    const struct group *own = groups_by_id(thief, id);
    const struct epoch_key *key = sealing_key(group);
    bool opens = own && keys_find(own, &key->id);
    for (size_t i = 0; i < group->log_count; i++)
        for (uint64_t seq = 1; seq <= group->logs[i]->row.head_seq; seq++) {
            struct stored_entry stored;
            struct entry entry;
            struct epoch epoch;
            struct secret_key found;
            CHECK_OK(lookup_entry(node, group->logs[i], seq, &stored));
            CHECK_OK(entry_decode(stored.wire, &entry));
            if (entry.type == ENTRY_EPOCH && epoch_decode(entry.payload, &epoch) == OK &&
                memcmp(&epoch.id, &key->id, sizeof epoch.id) == 0)
                opens |= box_record_open(epoch.records, &epoch.ephemeral, &thief->identity.box,
                                         &thief->identity.box_secret, &found) == OK;
        }
    host_end_read(world_host(world, holder));
    return opens;
}

static struct hash group_id(const struct world *world, const char *name, size_t index)
{
    struct node_group group;
    assert_true(node_group_at(world_host(world, name)->node, index, &group));
    return group.id;
}

/* It was stolen: its thief goes on writing, and has all the keys that were on it. */
static void a_lost_computer_learns_nothing_more(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 8, "alice", GUESTS("bob"));
    create_group(&world, "alice", "Board", "bob");
    CHECK_OK(world_say_to(&world, "alice", "@bob", "hello"));
    world_settle(&world);
    CHECK_OK(link_device(&world, "bob", "laptop"));
    CHECK_OK(world_say(&world, "laptop", "before"));
    world_settle(&world);
    world_isolate(&world, "laptop");
    CHECK_OK(revoke_by(&world, "bob", "laptop"));
    CHECK_OK(world_say(&world, "laptop", "stolen"));
    CHECK_OK(world_say(&world, "alice", "after"));
    CHECK_OK(world_say_to(&world, "alice", "@bob", "between us"));
    CHECK_OK(world_say_to(&world, "bob", "Board", "among us"));
    world_heal(&world);
    world_run(&world, 60000);
    CHECK_HOLDS(&world);
    assert_int_equal(world_links(&world, "alice", "laptop"), 0);
    assert_int_equal(world_links(&world, "bob", "laptop"), 0);
    assert_string_equal(world_texts(&world, "alice"), "bob: before\nalice: after\n");
    assert_int_equal(world_text_count(&world, "laptop", "after"), 0);
    for (size_t i = 0; i < 3; i++) {
        const struct hash id = group_id(&world, "alice", i);
        assert_true(can_open(&world, "bob", "alice", &id));
        assert_false(can_open(&world, "laptop", "alice", &id));
    }
    assert_int_equal(devices(&world, "bob"), 1);
    assert_int_equal(members(&world, "alice", "Board"), 2);
    world_stop(&world, "laptop");
    world_settle(&world);
    assert_string_equal(world_texts_in(&world, "bob", "Board"), "bob: among us\n");
    end_story(&world);
}

static void nobody_revokes_what_is_not_his_or_was_granted(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 9, "alice", GUESTS("bob"));
    CHECK_OK(link_device(&world, "alice", "desk"));
    CHECK_OK(link_device(&world, "bob", "laptop"));
    world_settle(&world);
    CHECK_ERROR(revoke_by(&world, "bob", "alice"), ERR_NOT_FOUND);
    CHECK_ERROR(revoke_by(&world, "bob", "bob"), ERR_USAGE);
    CHECK_ERROR(revoke_by(&world, "desk", "alice"), ERR_NO_ROOT); /* the founder's is an admin by the root's word */
    CHECK_OK(revoke_by(&world, "laptop", "bob"));                 /* the older one is as good as lost */
    world_run(&world, 5000);
    world_stop(&world, "bob");
    CHECK_OK(world_say(&world, "laptop", "it is me"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "alice"), "bob: it is me\n");
    end_story(&world);
}

/* ---------------------------------------------------------------- what others see */

static enum verification seen(const struct world *world, const char *by, const char *whom)
{
    struct sign_public device = world_host(world, whom)->node->identity.device;
    return node_verification(world_host(world, by)->node, &device);
}

static void verify(struct world *world, const char *by, const char *whom)
{
    struct command command = {.type = COMMAND_VERIFY};
    struct asked asked;
    command.verify.device = world_host(world, whom)->node->identity.device;
    CHECK_OK(world_command(world, by, &command, ANSWER_MS, &asked));
}

static void a_verified_computer_vouches_for_those_it_brought_in(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 6, "alice", GUESTS("bob"));
    verify(&world, "alice", "bob");
    CHECK_OK(link_device(&world, "bob", "laptop"));
    world_settle(&world);
    CHECK_OK(link_device(&world, "laptop", "phone"));
    world_settle(&world);
    assert_int_equal(seen(&world, "alice", "laptop"), VERIFICATION_VERIFIED);
    assert_int_equal(seen(&world, "alice", "phone"), VERIFICATION_VERIFIED);
    assert_int_equal(seen(&world, "phone", "bob"), VERIFICATION_VERIFIED);
    assert_int_equal(seen(&world, "bob", "phone"), VERIFICATION_VERIFIED);
    assert_int_equal(seen(&world, "phone", "phone"), VERIFICATION_SELF);
    assert_int_equal(seen(&world, "phone", "alice"), VERIFICATION_NONE);
    end_story(&world);
}

/* His old computer is lost, and with it his keys. */
static void who_begins_anew_comes_back_under_his_name_and_with_another_key(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 7, "alice", GUESTS("bob", "carol"));
    verify(&world, "carol", "bob");
    CHECK_OK(world_say(&world, "bob", "before"));
    world_settle(&world);
    world_stop(&world, "bob");
    world_add(&world, "bob again");
    CHECK_ERROR(make_code(&world, "alice", INVITE_AGAIN, "nobody", &code), ERR_NOT_FOUND);
    CHECK_ERROR(make_code(&world, "carol", INVITE_AGAIN, "bob", &code), ERR_NOT_PERMITTED);
    CHECK_OK(make_code(&world, "alice", INVITE_AGAIN, "BOB", &code));
    CHECK_OK(world_join(&world, "bob again", &code));
    CHECK_OK(world_say(&world, "bob again", "after"));
    CHECK_OK(world_say_to(&world, "carol", "@bob", "is that you?"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "carol"), "bob: before\nbob: after\n");
    assert_string_equal(world_texts_in(&world, "bob again", "@carol"), "carol: is that you?\n");
    assert_int_equal(seen(&world, "carol", "bob again"), VERIFICATION_CHANGED);
    assert_int_equal(seen(&world, "alice", "bob again"), VERIFICATION_NONE);
    end_story(&world);
}

/* ---------------------------------------------------------------- what they are called */

static enum error call_it(struct world *world, const char *host, const char *label)
{
    const struct command command = {.type = COMMAND_DEVICE_NAME, .name = BYTES_TEXT(label)};
    struct asked asked;
    return world_command(world, host, &command, 10000, &asked);
}

static bool is_called(const struct world *world, const char *by, const char *host, const char *label)
{
    const struct sign_public *device = &world_host(world, host)->node->identity.device;
    struct node_person person;
    for (size_t i = 0; node_person_at(world_host(world, by)->node, 1, i, &person); i++)
        if (same_key(&person.device, device))
            return bytes_equal(person.label, BYTES_TEXT(label));
    return false;
}

static void each_says_what_it_is_called(void **state)
{
    struct world world;
    struct node_device device;
    (void)state;
    begin_story(&world, 40, "alice", GUESTS("bob"));
    CHECK_OK(link_device(&world, "bob", "laptop"));
    world_settle(&world);
    CHECK_OK(call_it(&world, "laptop", "  Bob's\tlaptop "));
    CHECK_OK(call_it(&world, "bob", "tower"));
    CHECK_ERROR(call_it(&world, "bob", " "), ERR_NAME_BAD);
    world_settle(&world);
    assert_true(is_called(&world, "alice", "laptop", "Bob's laptop") && is_called(&world, "alice", "bob", "tower"));
    assert_true(is_called(&world, "bob", "laptop", "Bob's laptop") && is_called(&world, "bob", "alice", ""));
    assert_null(strstr(world_texts(&world, "alice"), "laptop")); /* it is no message */

    world_isolate(&world, "laptop");
    CHECK_OK(call_it(&world, "laptop", "old name"));
    world_run(&world, 1000);
    CHECK_OK(call_it(&world, "laptop", "new name"));
    size_t entries = medium_entry_count(world_host(&world, "laptop")->disk);
    CHECK_OK(call_it(&world, "laptop", "new name")); /* nothing to say */
    assert_int_equal(medium_entry_count(world_host(&world, "laptop")->disk), entries);
    world_heal(&world);
    world_settle(&world);
    assert_true(is_called(&world, "alice", "laptop", "new name"));
    world_restart(&world, "alice");
    world_add(&world, "carol");
    CHECK_OK(world_meet(&world, "alice", "carol"));
    world_settle(&world);
    assert_true(is_called(&world, "alice", "laptop", "new name") && is_called(&world, "carol", "laptop", "new name"));
    assert_true(node_device_at(world_host(&world, "laptop")->node, 0, &device) && device.label.size);
    CHECK_HOLDS(&world);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_says_what_it_is_called),
        cmocka_unit_test(both_computers_speak_for_one_person),
        cmocka_unit_test(chats_with_one_person_and_with_some_come_along),
        cmocka_unit_test(a_group_that_one_of_them_makes_is_on_the_other),
        cmocka_unit_test(who_was_brought_in_may_bring_in_one_more_and_that_is_all),
        cmocka_unit_test(eight_computers_are_enough),
        cmocka_unit_test(a_code_does_what_its_reader_meant_or_nothing),
        cmocka_unit_test(a_line_that_breaks_does_not_spoil_linking),
        cmocka_unit_test(a_lost_computer_learns_nothing_more),
        cmocka_unit_test(nobody_revokes_what_is_not_his_or_was_granted),
        cmocka_unit_test(a_verified_computer_vouches_for_those_it_brought_in),
        cmocka_unit_test(who_begins_anew_comes_back_under_his_name_and_with_another_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
