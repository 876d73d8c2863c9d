/* SPDX-License-Identifier: MIT
 * A person with several computers leaves a group: none of them stays in it. */
#include "chats.h"
#include "linking.h"

static struct sign_public device_of(const struct world *world, const char *name)
{
    return world_host(world, name)->node->identity.device;
}

/* As `by` sees the group Board. */
static bool is_in(const struct world *world, const char *by, const struct sign_public *device)
{
    struct node_person person;
    uint32_t number = group_of(world, by, "Board");
    for (size_t i = 0; node_person_at(world_host(world, by)->node, number, i, &person); i++)
        if (same_key(&person.device, device))
            return true;
    return false;
}

/* As "group leave" tells it. */
static size_t leave_remaining(struct world *world, const char *name, const char *group)
{
    struct command command = {.type = COMMAND_GROUP_LEAVE};
    struct asked asked;
    command.group.number = group_of(world, name, group);
    CHECK_OK(world_command(world, name, &command, ANSWER_MS, &asked));
    return asked.remaining;
}

static void the_computers_that_he_linked_go_with_him_at_once(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 1, "alice", GUESTS("bob"));
    CHECK_OK(create(&world, "alice", "Board", GUESTS("bob")));
    world_settle(&world);
    CHECK_OK(link_device(&world, "bob", "laptop"));
    world_settle(&world);
    CHECK_OK(link_device(&world, "laptop", "phone"));
    world_settle(&world);
    assert_int_equal(members(&world, "alice", "Board"), 4);
    world_stop(&world, "bob");
    assert_int_equal(leave_remaining(&world, "laptop", "Board"), 0);
    world_run(&world, 5000);
    assert_int_equal(members(&world, "alice", "Board"), 1);
    CHECK_OK(world_say_to(&world, "alice", "Board", "at last"));
    world_restart(&world, "bob");
    world_settle(&world);
    assert_int_equal(world_say_to(&world, "phone", "Board", "and I?"), ERR_LEFT);
    assert_int_equal(world_say_to(&world, "bob", "Board", "and I?"), ERR_LEFT);
    assert_null(strstr(world_texts_in(&world, "bob", "Board"), "at last"));
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* They were let in one by one, so no LINK joins them there. */
static void begin_with_two_let_in(struct world *world, uint64_t seed)
{
    begin(world, seed, "alice", GUESTS("bob", "carol"));
    CHECK_OK(link_device(world, "bob", "laptop"));
    world_settle(world);
    CHECK_OK(create(world, "alice", "Board", GUESTS("bob", "carol")));
    world_run(world, 5000);
    world_settle(world);
    assert_int_equal(members(world, "alice", "Board"), 4);
}

static void one_that_was_let_in_by_itself_leaves_when_it_hears_of_it(void **state)
{
    struct world world;
    (void)state;
    begin_with_two_let_in(&world, 2);
    struct sign_public bob = device_of(&world, "bob"), laptop = device_of(&world, "laptop");
    world_stop(&world, "bob");
    assert_int_equal(leave_remaining(&world, "laptop", "Board"), 1);
    world_run(&world, 5000);
    assert_true(is_in(&world, "alice", &bob));
    assert_false(is_in(&world, "alice", &laptop));
    world_stop(&world, "laptop"); /* it is told by way of others */
    world_restart(&world, "bob");
    world_run(&world, 15000);
    assert_false(is_in(&world, "alice", &bob));
    assert_int_equal(world_say_to(&world, "bob", "Board", "and I?"), ERR_LEFT);
    world_restart(&world, "laptop");
    world_settle(&world);
    CHECK_HOLDS(&world);

    CHECK_OK(add(&world, "alice", "Board", "bob"));
    world_run(&world, 10000);
    world_settle(&world);
    assert_int_equal(members(&world, "carol", "Board"), 4); /* what was said of before holds no more */
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void one_that_is_only_invited_says_no(void **state)
{
    struct world world;
    (void)state;
    begin(&world, 3, "alice", GUESTS("bob", "carol"));
    CHECK_OK(link_device(&world, "bob", "laptop"));
    world_settle(&world);
    world_stop(&world, "laptop");
    CHECK_OK(create(&world, "carol", "Lunch", GUESTS("bob"))); /* who is asked, as carol is no admin */
    world_run(&world, 5000);
    CHECK_OK(answer(&world, "bob", "Lunch", COMMAND_GROUP_ACCEPT));
    world_run(&world, 5000);
    assert_int_equal(members(&world, "carol", "Lunch"), 2);
    CHECK_OK(leave(&world, "bob", "Lunch"));
    world_run(&world, 5000);
    world_restart(&world, "laptop");
    world_run(&world, 10000);
    assert_int_equal(members(&world, "carol", "Lunch"), 1);
    struct node_invitation invitation;
    assert_true(node_invitation_at(world_host(&world, "laptop")->node, 0, &invitation));
    assert_true(invitation.declined);
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* Both leave at the same time, each counting on the other; the computers that hear of it later do not make it worse. */
static void no_group_loses_its_last_admin_by_hearsay(void **state)
{
    struct world world;
    (void)state;
    begin_with_two_let_in(&world, 4);
    struct sign_public bob = device_of(&world, "bob"), laptop = device_of(&world, "laptop");
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_ADMIN));
    world_settle(&world);
    world_stop(&world, "bob");
    world_isolate(&world, "laptop");
    world_run(&world, 20000);
    CHECK_OK(leave(&world, "alice", "Board"));
    assert_int_equal(leave_remaining(&world, "laptop", "Board"), 1);
    world_heal(&world);
    world_run(&world, 20000);
    world_restart(&world, "bob");
    world_run(&world, 20000);
    assert_true(is_in(&world, "carol", &bob));
    assert_false(is_in(&world, "carol", &laptop));
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void who_leaves_the_workspace_leaves_it_with_all_computers(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin(&world, 5, "alice", GUESTS("bob", "carol"));
    CHECK_OK(link_device(&world, "bob", "laptop"));
    world_settle(&world);
    world_add(&world, "attic"); /* an admin lets it in, as bob's */
    CHECK_OK(make_code(&world, "alice", INVITE_AGAIN, "bob", &code));
    CHECK_OK(world_join(&world, "attic", &code));
    world_settle(&world);
    assert_int_equal(members(&world, "carol", "Office"), 5);
    assert_int_equal(leave_remaining(&world, "laptop", "Office"), 1);
    world_run(&world, 20000);
    assert_int_equal(members(&world, "carol", "Office"), 2);
    CHECK_ERROR(world_say(&world, "attic", "and I?"), ERR_REMOVED);
    CHECK_ERROR(world_say(&world, "bob", "and I?"), ERR_REMOVED);
    CHECK_OK(world_say(&world, "carol", "gone"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_computers_that_he_linked_go_with_him_at_once),
        cmocka_unit_test(one_that_was_let_in_by_itself_leaves_when_it_hears_of_it),
        cmocka_unit_test(one_that_is_only_invited_says_no),
        cmocka_unit_test(no_group_loses_its_last_admin_by_hearsay),
        cmocka_unit_test(who_leaves_the_workspace_leaves_it_with_all_computers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
