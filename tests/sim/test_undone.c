/* SPDX-License-Identifier: MIT
 * Removals that turn out not to count, and several at the same time: all see the same in the end, also whom they hit.
 */
#include "chats.h"
#include "core/keys/keys.h"
#include "core/keys/sealing.h"
#include "core/members/groups.h"

static bool reads(struct world *world, const char *name, const char *chat, const char *text)
{
    return strstr(world_texts_in(world, name, chat), text) != NULL;
}

static enum role role_of(const struct world *world, const char *by, const char *group, const char *name)
{
    struct node_person person;
    uint32_t number = group_of(world, by, group);
    for (size_t i = 0; node_person_at(world_host(world, by)->node, number, i, &person); i++)
        if (bytes_equal(person.name, BYTES_TEXT(name)))
            return person.role;
    return 0;
}

static struct receipt receipt_of(const struct world *world, const char *name, const struct message_ref *message)
{
    struct receipt receipt = {0};
    CHECK_OK(node_receipt(world_host(world, name)->node, message, &receipt));
    return receipt;
}

/* Each of these from each of those. */
static void part(struct world *world, const char *const *these, const char *const *those)
{
    for (; *these; these++)
        for (size_t i = 0; those[i]; i++)
            world_cut(world, *these, those[i]);
    world_run(world, 20000);
}

static void check_all(struct world *world, const char *group, size_t count, const char *const *names)
{
    world_heal(world);
    world_run(world, 60000);
    world_settle(world);
    CHECK_HOLDS(world);
    for (; *names; names++)
        if (members(world, *names, group) != count)
            fail_msg("%s counts %d members", *names, (int)members(world, *names, group));
}

/* Alice's group, bob an admin, carol and dave in it; then alice is alone, bob removes carol, and alice takes his right
 * back without knowing of that. */
static void remove_and_revoke_apart(struct world *world, uint64_t seed, const char *group)
{
    begin(world, seed, "alice", GUESTS("bob", "carol", "dave"));
    if (strcmp(group, "Office") != 0)
        CHECK_OK(create(world, "alice", group, GUESTS("bob", "carol", "dave")));
    world_settle(world);
    CHECK_OK(set_role(world, "alice", group, "bob", ROLE_ADMIN));
    world_settle(world);
    CHECK_OK(world_say_to(world, "carol", group, "from the beginning"));
    world_settle(world);
    part(world, GUESTS("alice"), GUESTS("bob", "carol", "dave"));
    CHECK_OK(remove_from(world, "bob", group, "carol"));
    world_run(world, 10000);
    assert_int_equal(role_of(world, "dave", group, "carol"), 0);
    CHECK_OK(set_role(world, "alice", group, "bob", ROLE_MEMBER));
    assert_int_equal(role_of(world, "alice", group, "carol"), ROLE_MEMBER);
}

static void check_carol_is_back(struct world *world, const char *group)
{
    static const char *const names[] = {"alice", "bob", "carol", "dave"};
    world_heal(world);
    world_run(world, 60000);
    world_settle(world);
    CHECK_HOLDS(world);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(role_of(world, names[i], group, "carol"), ROLE_MEMBER);
    CHECK_OK(world_say_to(world, "carol", group, "here I am"));
    CHECK_OK(world_say_to(world, "dave", group, "we missed you"));
    world_settle(world);
    CHECK_HOLDS(world);
    assert_true(reads(world, "alice", group, "here I am") && reads(world, "carol", group, "we missed you"));
    world_restart(world, "carol");
    world_settle(world);
    assert_int_equal(role_of(world, "carol", group, "carol"), ROLE_MEMBER);
    CHECK_HOLDS(world);
    end_story(world);
}

static void who_was_removed_from_a_group_without_right_is_in_it_again(void **state)
{
    struct world world;
    (void)state;
    remove_and_revoke_apart(&world, 1, "Board");
    CHECK_ERROR(world_say_to(&world, "carol", "Board", "and I?"), ERR_LEFT);
    check_carol_is_back(&world, "Board");
}

static void who_was_removed_from_the_workspace_without_right_is_in_it_again(void **state)
{
    struct world world;
    (void)state;
    remove_and_revoke_apart(&world, 2, "Office");
    CHECK_ERROR(world_say(&world, "carol", "and I?"), ERR_REMOVED);
    check_carol_is_back(&world, "Office");
}

/* Carol writes something on one side, bob removes her on another, and alice takes his right back on a third. */
static void what_was_hidden_is_shown_again(void **state)
{
    struct world world;
    struct message_ref message;
    (void)state;
    begin(&world, 3, "alice", GUESTS("bob", "carol", "dave", "eve"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob", "carol", "dave", "eve")));
    world_settle(&world);
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_ADMIN));
    world_settle(&world);
    CHECK_OK(world_say_more(&world, "eve", &(struct saying){.text = "hello", .to = "Board"}, &message));
    world_settle(&world);
    part(&world, GUESTS("alice"), GUESTS("bob", "carol", "dave", "eve"));
    part(&world, GUESTS("carol", "eve"), GUESTS("bob", "dave"));
    CHECK_OK(world_say_to(&world, "carol", "Board", "apart"));
    world_run(&world, 5000);
    assert_true(reads(&world, "eve", "Board", "apart"));
    assert_int_equal(receipt_of(&world, "eve", &message).persons, 4);
    CHECK_OK(remove_from(&world, "bob", "Board", "carol"));
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_MEMBER));

    world_heal(&world);
    part(&world, GUESTS("alice"), GUESTS("bob", "carol", "dave", "eve"));
    world_run(&world, 60000);
    assert_false(reads(&world, "eve", "Board", "apart") || reads(&world, "dave", "Board", "apart"));
    assert_int_equal(receipt_of(&world, "eve", &message).persons, 3);
    assert_int_equal(receipt_of(&world, "eve", &message).with, 3);

    check_all(&world, "Board", 5, GUESTS("alice", "bob", "carol", "dave", "eve"));
    assert_true(reads(&world, "eve", "Board", "apart") && reads(&world, "dave", "Board", "apart"));
    assert_true(reads(&world, "alice", "Board", "apart") && reads(&world, "carol", "Board", "apart"));
    assert_int_equal(receipt_of(&world, "eve", &message).persons, 4);
    assert_int_equal(receipt_of(&world, "eve", &message).with, 4);
    end_story(&world);
}

/* ---------------------------------------------------------------- at the same time */

/* Alice's group with two admins, and their lines cut. */
static void begin_with_two_admins(struct world *world, uint64_t seed)
{
    begin(world, seed, "alice", GUESTS("bob", "carol", "dave", "eve"));
    CHECK_OK(create(world, "alice", "Board", GUESTS("bob", "carol", "dave", "eve")));
    world_settle(world);
    CHECK_OK(set_role(world, "alice", "Board", "bob", ROLE_ADMIN));
    world_settle(world);
}

/* The one who has less of what she wrote decides. */
static void two_admins_remove_one_person_and_the_smaller_cut_holds(void **state)
{
    struct world world;
    (void)state;
    begin_with_two_admins(&world, 4);
    part(&world, GUESTS("alice", "carol", "eve"), GUESTS("bob", "dave"));
    CHECK_OK(world_say_to(&world, "carol", "Board", "apart"));
    world_run(&world, 5000);
    CHECK_OK(remove_from(&world, "alice", "Board", "carol"));
    CHECK_OK(remove_from(&world, "bob", "Board", "carol"));
    world_run(&world, 5000);
    assert_true(reads(&world, "eve", "Board", "apart"));
    check_all(&world, "Board", 4, GUESTS("alice", "bob", "dave", "eve"));
    assert_false(reads(&world, "alice", "Board", "apart") || reads(&world, "eve", "Board", "apart"));
    CHECK_ERROR(world_say_to(&world, "carol", "Board", "and I?"), ERR_LEFT);

    CHECK_OK(add(&world, "bob", "Board", "carol")); /* who has both now, and cites both */
    world_run(&world, 10000);
    CHECK_OK(answer(&world, "carol", "Board", COMMAND_GROUP_ACCEPT)); /* bob is no admin of the workspace */
    world_run(&world, 10000);
    check_all(&world, "Board", 5, GUESTS("alice", "bob", "carol", "dave", "eve"));
    CHECK_OK(world_say_to(&world, "carol", "Board", "back again"));
    world_settle(&world);
    assert_true(reads(&world, "dave", "Board", "back again"));
    assert_false(reads(&world, "dave", "Board", "apart"));
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void who_is_let_in_again_by_one_while_another_removes_him_is_out(void **state)
{
    struct world world;
    (void)state;
    begin_with_two_admins(&world, 5);
    part(&world, GUESTS("alice", "carol", "eve"), GUESTS("bob", "dave"));
    CHECK_OK(remove_from(&world, "alice", "Board", "carol"));
    world_run(&world, 5000);
    CHECK_OK(add(&world, "alice", "Board", "carol"));
    world_run(&world, 10000);
    assert_int_equal(members(&world, "eve", "Board"), 5);
    CHECK_OK(remove_from(&world, "bob", "Board", "carol"));
    check_all(&world, "Board", 4, GUESTS("alice", "bob", "dave", "eve"));

    CHECK_OK(add(&world, "alice", "Board", "carol"));
    world_run(&world, 10000);
    check_all(&world, "Board", 5, GUESTS("alice", "bob", "carol", "dave", "eve"));
    CHECK_OK(world_say_to(&world, "carol", "Board", "back again"));
    world_settle(&world);
    assert_true(reads(&world, "dave", "Board", "back again"));
    end_story(&world);
}

static bool holds_key_of(const struct world *world, const char *name, const char *writer)
{
    struct group *group = groups_by_number(world_host(world, writer)->node, group_of(world, writer, "Board"));
    const struct group *other = groups_by_number(world_host(world, name)->node, group_of(world, name, "Board"));
    const struct epoch_key *key = sealing_key(group);
    assert_non_null(key);
    return other && keys_find(other, &key->id);
}

/* Each makes a key without the one whom he removes, and with whom the other does. */
static void of_two_keys_that_each_leave_out_another_none_is_used(void **state)
{
    struct world world;
    (void)state;
    begin_with_two_admins(&world, 6);
    part(&world, GUESTS("alice", "carol"), GUESTS("bob", "dave", "eve"));
    CHECK_OK(remove_from(&world, "alice", "Board", "dave"));
    CHECK_OK(remove_from(&world, "bob", "Board", "carol"));
    world_run(&world, 5000);
    assert_true(holds_key_of(&world, "carol", "alice"));
    assert_true(holds_key_of(&world, "dave", "bob"));
    check_all(&world, "Board", 3, GUESTS("alice", "bob", "eve"));
    CHECK_OK(world_say_to(&world, "eve", "Board", "among us"));
    world_run(&world, 60000);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_true(reads(&world, "alice", "Board", "among us") && reads(&world, "bob", "Board", "among us"));
    assert_false(holds_key_of(&world, "carol", "eve") || holds_key_of(&world, "dave", "eve"));
    assert_true(holds_key_of(&world, "alice", "eve") && holds_key_of(&world, "bob", "eve"));
    end_story(&world);
}

/* It is sealed before the removal is known, and comes after it. */
static void what_comes_under_the_key_of_before_is_read_all_the_same(void **state)
{
    struct world world;
    (void)state;
    begin_with_two_admins(&world, 7);
    part(&world, GUESTS("eve"), GUESTS("alice", "bob", "carol", "dave"));
    CHECK_OK(world_say_to(&world, "eve", "Board", "from the train"));
    CHECK_OK(remove_from(&world, "alice", "Board", "carol"));
    CHECK_OK(world_say_to(&world, "dave", "Board", "among us"));
    check_all(&world, "Board", 4, GUESTS("alice", "bob", "dave", "eve"));
    assert_true(reads(&world, "dave", "Board", "from the train") && reads(&world, "eve", "Board", "among us"));
    assert_false(holds_key_of(&world, "carol", "eve"));
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_removed_from_a_group_without_right_is_in_it_again),
        cmocka_unit_test(who_was_removed_from_the_workspace_without_right_is_in_it_again),
        cmocka_unit_test(what_was_hidden_is_shown_again),
        cmocka_unit_test(two_admins_remove_one_person_and_the_smaller_cut_holds),
        cmocka_unit_test(who_is_let_in_again_by_one_while_another_removes_him_is_out),
        cmocka_unit_test(of_two_keys_that_each_leave_out_another_none_is_used),
        cmocka_unit_test(what_comes_under_the_key_of_before_is_read_all_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
