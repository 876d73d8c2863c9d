/* SPDX-License-Identifier: MIT
 * Groups that have lost their admin, and the workspace's root that gives them another. */
#include "core/members/charters.h"
#include "core/members/groups.h"
#include "core/members/sealed_notes.h"
#include "roots.h"

static const struct group *find(const struct world *world, const char *name, const char *group)
{
    return groups_by_number(world_host(world, name)->node, group_of(world, name, group));
}

static bool reads(struct world *world, const char *name, const char *group, const char *text)
{
    return strstr(world_texts_in(world, name, group), text) != NULL;
}

/* Alice has the root key; bob's group has carol and dave in it, and not alice. */
static void begin_board(struct world *world, uint64_t seed)
{
    begin(world, seed, "alice", GUESTS("bob", "carol", "dave", "erin"));
    CHECK_OK(create(world, "bob", "Board", GUESTS("carol", "dave")));
    world_settle(world);
    CHECK_OK(answer(world, "carol", "Board", COMMAND_GROUP_ACCEPT));
    CHECK_OK(answer(world, "dave", "Board", COMMAND_GROUP_ACCEPT));
    world_settle(world);
    assert_int_equal(members(world, "carol", "Board"), 3);
    assert_int_equal(group_of(world, "alice", "Board"), 0);
    CHECK_OK(world_say_to(world, "carol", "Board", "from before"));
    world_settle(world);
    CHECK_HOLDS(world);
}

static void check_goes_on(struct world *world)
{
    assert_string_equal(role_word(world, "carol", "Board", "carol"), "admin");
    assert_string_equal(role_word(world, "dave", "Board", "carol"), "admin");
    CHECK_OK(add(world, "carol", "Board", "erin"));
    world_settle(world);
    CHECK_OK(answer(world, "erin", "Board", COMMAND_GROUP_ACCEPT));
    world_run(world, 2000);
    world_settle(world);
    CHECK_OK(world_say_to(world, "erin", "Board", "we go on"));
    world_settle(world);
    assert_true(reads(world, "dave", "Board", "we go on") && reads(world, "erin", "Board", "from before"));
    CHECK_HOLDS(world);
}

static void count_note(struct node *node, const struct sign_public *author, uint64_t hlc,
                       const struct sealed_note *note, const void *arg)
{
    (void)node, (void)author, (void)hlc, (void)note;
    ++**(size_t *const *)arg;
}

/* How many notes that computer has still to try, with its root key, or with another one. */
static size_t untried(const struct world *world, const char *name, bool another)
{
    struct host *host = world_host(world, name);
    struct governance_root root;
    size_t count = 0, *counter = &count;
    assert_true(governance_root(host->node->workspace->roster.governance, &root));
    root.key.bytes[0] ^= another;
    sealed_notes_each(host->node, &root.key, count_note, &counter);
    host_end_read(host);
    return count;
}

static void a_note_is_tried_once_with_a_root_key(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 11);
    const size_t before = untried(&world, "alice", false);
    assert_true(before > 0);
    assert_int_equal(groups_of_root(&world, "alice"), 1);
    assert_int_equal(untried(&world, "alice", false), 0);
    world_run(&world, 1000);
    world_crash(&world, "alice", true);
    world_restart(&world, "alice");
    assert_int_equal(untried(&world, "alice", false), 0);
    assert_int_equal(untried(&world, "alice", true), before);
    CHECK_OK(create(&world, "bob", "Other", GUESTS("carol")));
    world_settle(&world);
    assert_in_range(untried(&world, "alice", false), 1, 4);
    assert_int_equal(groups_of_root(&world, "alice"), 2);
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void the_root_gives_a_group_another_admin(void **state)
{
    struct world world;
    struct node_charter charter;
    (void)state;
    begin_board(&world, 1);
    assert_int_equal(groups_of_root(&world, "alice"), 1);
    assert_true(node_charter_at(world_host(&world, "alice")->node, 0, &charter));
    assert_true(bytes_equal(charter.name, BYTES_TEXT("Board")) && bytes_equal(charter.author, BYTES_TEXT("bob")));
    assert_false(charter.is_ruled || charter.is_member || charter.is_entered);

    CHECK_OK(remove_from(&world, "alice", "Office", "bob"));
    world_settle(&world);
    assert_int_equal(add(&world, "carol", "Board", "erin"), ERR_NOT_PERMITTED);
    CHECK_OK(enter(&world, "alice", "Board"));
    world_run(&world, 5000);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(members(&world, "alice", "Board"), 2);
    assert_int_equal(members(&world, "carol", "Board"), 2);              /* who has entered is no member, */
    assert_int_equal(world_texts_in(&world, "alice", "Board")[0], '\0'); /* and reads nothing */
    assert_int_equal(find(&world, "alice", "Board")->key_count, 0);
    CHECK_OK(set_role(&world, "alice", "Board", "carol", ROLE_ADMIN));
    world_settle(&world);
    check_goes_on(&world);
    world_restart(&world, "alice");
    world_restart(&world, "carol");
    world_settle(&world);
    CHECK_OK(set_role(&world, "alice", "Board", "dave", ROLE_ADMIN));
    world_settle(&world);
    assert_string_equal(role_word(&world, "erin", "Board", "dave"), "admin");
    end_story(&world);
}

/* Nobody is left in it who was asked: its admin lets himself in. */
static void the_root_may_let_itself_in(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 2);
    CHECK_OK(enter(&world, "alice", "Board"));
    world_run(&world, 5000);
    CHECK_OK(set_role(&world, "alice", "Board", "alice", ROLE_ADMIN));
    world_run(&world, 10000);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(role_word(&world, "bob", "Board", "alice"), "admin");
    assert_true(reads(&world, "alice", "Board", "from before"));
    CHECK_OK(set_role(&world, "alice", "Board", "bob", ROLE_MEMBER)); /* whom the group's own root has made one */
    CHECK_OK(remove_from(&world, "alice", "Board", "bob"));
    world_settle(&world);
    CHECK_OK(world_say_to(&world, "alice", "Board", "without bob"));
    world_settle(&world);
    assert_true(reads(&world, "dave", "Board", "without bob"));
    assert_false(reads(&world, "bob", "Board", "without bob"));
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* Bob made it, and holds its root key; the workspace's root thinks better of it. */
static void the_root_gives_a_group_another_root(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 6);
    CHECK_OK(set_role(&world, "bob", "Board", "dave", ROLE_ADMIN));
    CHECK_OK(enter(&world, "alice", "Board"));
    world_run(&world, 5000);
    world_isolate(&world, "bob");
    CHECK_OK(take_over(&world, "alice", "Board"));
    CHECK_OK(set_role(&world, "alice", "Board", "carol", ROLE_ADMIN));
    world_run(&world, 100); /* live: the new key's log comes right behind what makes it the root's */
    assert_string_equal(role_word(&world, "carol", "Board", "carol"), "admin");
    assert_string_equal(role_word(&world, "dave", "Board", "carol"), "admin");
    CHECK_OK(set_role(&world, "bob", "Board", "dave", ROLE_MEMBER)); /* he does not know yet */
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(role_word(&world, "bob", "Board", "carol"), "admin");
    assert_string_equal(role_word(&world, "bob", "Board", "dave"), "admin"); /* as said before it was taken over */
    CHECK_ERROR(set_role(&world, "bob", "Board", "dave", ROLE_MEMBER), ERR_ROOT_HANDED_OVER);
    CHECK_OK(set_role(&world, "alice", "Board", "dave", ROLE_MEMBER));
    world_settle(&world);
    assert_string_equal(role_word(&world, "carol", "Board", "dave"), "member");
    CHECK_ERROR(take_over(&world, "alice", "Office"), ERR_USAGE);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* Whoever knows who is in it is away when the root asks, or did not know of the group yet. */
static void the_question_reaches_who_comes_later(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 5);
    CHECK_OK(remove_from(&world, "alice", "Office", "bob"));
    world_settle(&world);
    world_stop(&world, "carol");
    world_stop(&world, "dave");
    CHECK_OK(enter(&world, "alice", "Board"));
    world_run(&world, 5000);
    assert_int_equal(members(&world, "alice", "Board"), 0);
    CHECK_ERROR(set_role(&world, "alice", "Board", "carol", ROLE_ADMIN), ERR_NOT_FOUND);
    world_stop(&world, "alice");
    world_restart(&world, "carol"); /* by way of erin, who is not in it */
    world_run(&world, 10000);
    world_restart(&world, "alice");
    world_run(&world, 15000);
    assert_int_equal(members(&world, "alice", "Board"), 2);
    CHECK_OK(set_role(&world, "alice", "Board", "carol", ROLE_ADMIN));
    world_run(&world, 3000);
    CHECK_OK(add(&world, "carol", "Board", "erin"));
    world_run(&world, 3000);
    CHECK_OK(answer(&world, "erin", "Board", COMMAND_GROUP_ACCEPT));
    world_run(&world, 10000);
    world_stop(&world, "carol");
    world_restart(&world, "dave");
    world_run(&world, 15000);
    CHECK_OK(set_role(&world, "alice", "Board", "erin", ROLE_ADMIN)); /* erin knows of the visit, too */
    world_run(&world, 10000);
    assert_string_equal(role_word(&world, "erin", "Board", "erin"), "admin");
    world_restart(&world, "carol");
    world_settle(&world);
    assert_string_equal(role_word(&world, "dave", "Board", "erin"), "admin");
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* Bob's, with alice and carol. */
static void begin_secret(struct world *world, uint64_t seed)
{
    struct command command = {
        .type = COMMAND_GROUP_CREATE, .name = BYTES_TEXT("Secret"), .group = {.is_private = true}};
    struct asked asked;
    begin(world, seed, "alice", GUESTS("bob", "carol"));
    command.group.persons[command.group.person_count++] = person_of(world, "bob", "alice");
    command.group.persons[command.group.person_count++] = person_of(world, "bob", "carol");
    CHECK_OK(world_command(world, "bob", &command, ANSWER_MS, &asked));
    CHECK_OK(world_say_to(world, "bob", "@carol", "nor is this"));
    world_settle(world);
    CHECK_OK(answer(world, "alice", "Secret", COMMAND_GROUP_ACCEPT));
    CHECK_OK(answer(world, "carol", "Secret", COMMAND_GROUP_ACCEPT));
    world_settle(world);
}

/* As a group was before there were charters: nobody has told of it, and it is not private. */
static void make_old(struct world *world, const char *const *names)
{
    for (; *names; names++)
        groups_by_number(world_host(world, *names)->node, group_of(world, *names, "Secret"))->is_private = false;
}

/* A program that knows of charters reads what one before it left. */
static void bring_up_to_date(struct world *world, const char *name)
{
    struct host *host = world_host(world, name);
    charters_done(host->node);
    CHECK_OK(charters_load(host->node));
    host_end_read(host);
    world_run(world, 2000);
    world_settle(world);
}

static void of_an_old_group_its_founder_tells_when_he_is_up_to_date(void **state)
{
    struct world world;
    (void)state;
    begin_secret(&world, 12);
    CHECK_OK(leave(&world, "alice", "Secret"));
    world_settle(&world);
    make_old(&world, GUESTS("alice", "bob", "carol"));
    assert_int_equal(groups_of_root(&world, "alice"), 0);
    bring_up_to_date(&world, "carol"); /* who did not found it */
    assert_int_equal(groups_of_root(&world, "alice"), 0);
    bring_up_to_date(&world, "bob");
    assert_int_equal(groups_of_root(&world, "alice"), 1);
    CHECK_OK(enter(&world, "alice", "Secret"));
    world_run(&world, 5000);
    CHECK_OK(set_role(&world, "alice", "Secret", "carol", ROLE_ADMIN));
    world_run(&world, 5000);
    assert_string_equal(role_word(&world, "bob", "Secret", "carol"), "admin");
    end_story(&world);
}

/* Its founder has gone before that; the root's holder is in it. */
static void an_old_group_without_a_founder_is_taken_over(void **state)
{
    struct world world;
    (void)state;
    begin_secret(&world, 13);
    make_old(&world, GUESTS("alice", "carol"));
    CHECK_OK(remove_from(&world, "alice", "Office", "bob"));
    world_stop(&world, "bob");
    world_run(&world, 60000);
    assert_int_equal(groups_of_root(&world, "alice"), 0);
    CHECK_OK(take_over(&world, "alice", "Secret"));
    CHECK_OK(set_role(&world, "alice", "Secret", "carol", ROLE_ADMIN)); /* with the group's root, now hers */
    world_run(&world, 5000);
    assert_string_equal(role_word(&world, "carol", "Secret", "carol"), "admin");
    assert_int_equal(members(&world, "carol", "Secret"), 2);
    CHECK_OK(world_say_to(&world, "carol", "Secret", "we go on"));
    world_run(&world, 5000);
    assert_true(reads(&world, "alice", "Secret", "we go on"));
    assert_int_equal(groups_of_root(&world, "alice"), 1); /* who holds its root says so to whoever comes next */
    end_story(&world);
}

static void a_private_group_is_out_of_reach(void **state)
{
    struct world world;
    (void)state;
    begin_secret(&world, 3);
    assert_int_equal(groups_of_root(&world, "alice"), 0);
    CHECK_ERROR(enter(&world, "alice", "Secret"), ERR_PRIVATE_GROUP);
    CHECK_ERROR(set_role(&world, "alice", "Secret", "carol", ROLE_ADMIN), ERR_PRIVATE_GROUP);
    CHECK_ERROR(enter(&world, "alice", "Nowhere"), ERR_NOT_FOUND);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* The root's holder was in it, so he knows its id, and his program asks where it should not. */
static void members_of_a_private_group_tell_the_root_nothing(void **state)
{
    struct world world;
    struct command command = {.type = COMMAND_ROOT_ENTER};
    struct asked asked;
    (void)state;
    begin_secret(&world, 7);
    CHECK_OK(leave(&world, "alice", "Secret"));
    world_settle(&world);
    struct group *group = groups_by_number(world_host(&world, "alice")->node, group_of(&world, "alice", "Secret"));
    group->is_private = false;
    command.group.id = group->id;
    CHECK_OK(world_command(&world, "alice", &command, ANSWER_MS, &asked));
    CHECK_OK(set_role(&world, "bob", "Secret", "carol", ROLE_ADMIN));
    world_run(&world, 20000);
    CHECK_HOLDS(&world); /* nobody let alice know of it */
    assert_int_equal(find(&world, "bob", "Secret")->visitor_count, 0);
    assert_string_equal(role_word(&world, "bob", "Secret", "carol"), "admin");
    assert_string_equal(role_word(&world, "alice", "Secret", "carol"), "member");
    end_story(&world);
}

/* What the old key has said in groups goes on counting, and the new one is told of them. */
static void a_new_root_key_knows_the_groups(void **state)
{
    struct world world;
    (void)state;
    begin_board(&world, 4);
    CHECK_OK(enter(&world, "alice", "Board"));
    world_run(&world, 5000);
    CHECK_OK(set_role(&world, "alice", "Board", "carol", ROLE_ADMIN));
    world_settle(&world);
    CHECK_OK(recover_root(&world, "erin", "alice"));
    world_settle(&world);
    assert_int_equal(groups_of_root(&world, "erin"), 1);
    CHECK_ERROR(hand_over_root(&world, "erin"), ERR_ROOT_UNENTERED);
    CHECK_OK(enter(&world, "erin", "Board"));
    world_run(&world, 5000);
    CHECK_OK(hand_over_root(&world, "erin"));
    CHECK_OK(create(&world, "dave", "Later", GUESTS("bob")));
    world_settle(&world);
    assert_string_equal(role_word(&world, "dave", "Board", "carol"), "admin");
    assert_true(groups_of_root(&world, "erin") == 2);
    CHECK_ERROR(enter(&world, "alice", "Board"), ERR_ROOT_HANDED_OVER);
    CHECK_OK(enter(&world, "erin", "Board"));
    CHECK_OK(set_role(&world, "erin", "Board", "dave", ROLE_ADMIN));
    world_settle(&world);
    assert_string_equal(role_word(&world, "bob", "Board", "dave"), "admin");
    assert_string_equal(role_word(&world, "bob", "Board", "carol"), "admin");
    CHECK_HOLDS(&world);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_tried_once_with_a_root_key),
        cmocka_unit_test(of_an_old_group_its_founder_tells_when_he_is_up_to_date),
        cmocka_unit_test(an_old_group_without_a_founder_is_taken_over),
        cmocka_unit_test(the_root_gives_a_group_another_admin),
        cmocka_unit_test(the_root_may_let_itself_in),
        cmocka_unit_test(the_root_gives_a_group_another_root),
        cmocka_unit_test(the_question_reaches_who_comes_later),
        cmocka_unit_test(a_private_group_is_out_of_reach),
        cmocka_unit_test(members_of_a_private_group_tell_the_root_nothing),
        cmocka_unit_test(a_new_root_key_knows_the_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
