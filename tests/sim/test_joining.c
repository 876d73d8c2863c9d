/* SPDX-License-Identifier: MIT
 * Codes: who is let in, who is refused in which words, and what happens when something breaks on the way. */
#include "copies.h"
#include "story.h"

static void a_used_code_is_refused_as_used(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 1, "alice", NULL);
    world_add(&world, "bob");
    world_add(&world, "carol");
    CHECK_OK(world_invite(&world, "alice", &code));
    CHECK_OK(world_join(&world, "bob", &code));
    CHECK_ERROR(world_join(&world, "carol", &code), ERR_CODE_USED);
    CHECK_OK(world_meet(&world, "alice", "carol"));
    end_story(&world);
}

static void an_unknown_code_is_refused_as_unknown(void **state)
{
    struct world world;
    struct code code = {{1, 2, 3, 4, 5, 6}};
    struct asked asked;
    (void)state;
    begin_story(&world, 2, "alice", NULL);
    world_add(&world, "bob");
    CHECK_ERROR(world_join(&world, "bob", &code), ERR_CODE_UNKNOWN); /* nobody announces it */
    struct command command = {.type = COMMAND_JOIN, .code = code, .address_count = 1};
    command.addresses[0] = world_host(&world, "alice")->address;
    CHECK_ERROR(world_command(&world, "bob", &command, 20000, &asked), ERR_CODE_UNKNOWN);
    CHECK_OK(world_meet(&world, "alice", "bob"));
    end_story(&world);
}

static void an_expired_code_is_refused_as_expired(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 3, "alice", NULL);
    world_add(&world, "bob");
    CHECK_OK(world_invite(&world, "alice", &code));
    world_run(&world, 25 * 3600 * 1000);
    CHECK_ERROR(world_join(&world, "bob", &code), ERR_CODE_EXPIRED);
    CHECK_OK(world_meet(&world, "alice", "bob"));
    end_story(&world);
}

static void a_name_that_somebody_has_is_refused(void **state)
{
    struct world world;
    struct code code;
    struct command command = {.type = COMMAND_IDENTITY_CREATE, .name = BYTES_TEXT("Robert")};
    struct asked asked;
    (void)state;
    begin_story(&world, 4, "alice", GUESTS("bob"));
    world_add(&world, "BOB");
    CHECK_OK(world_invite(&world, "alice", &code));
    CHECK_ERROR(world_join(&world, "BOB", &code), ERR_NAME_TAKEN);
    CHECK_OK(world_command(&world, "BOB", &command, 1000, &asked));
    CHECK_OK(world_join(&world, "BOB", &code)); /* the code is still good */
    world_run(&world, 1000);
    CHECK_OK(world_say(&world, "BOB", "hi"));
    world_settle(&world);
    assert_string_equal(world_texts(&world, "alice"), "Robert: hi\n");
    end_story(&world);
}

static void only_the_founder_invites(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 5, "alice", GUESTS("bob"));
    world_add(&world, "carol");
    CHECK_ERROR(world_invite(&world, "bob", &code), ERR_NOT_PERMITTED);
    CHECK_ERROR(world_invite(&world, "carol", &code), ERR_NO_WORKSPACE);
    CHECK_ERROR(world_found(&world, "bob", "Second"), ERR_EXISTS);
    end_story(&world);
}

/* Joins through a line that breaks at random moments, and through crashes of both. */
static void join_in_a_storm(uint64_t seed)
{
    struct world world;
    struct code code;
    begin_story(&world, seed, "alice", NULL);
    world_add(&world, "bob");
    CHECK_OK(world_invite(&world, "alice", &code));
    world.weather.resets_per_million = 150000;
    world.weather.segment_max = 40;
    enum error err = ERR_TIMEOUT;
    for (int i = 0; i < 20 && err != OK && err != ERR_EXISTS; i++) {
        err = world_join(&world, "bob", &code);
        if (err == ERR_CODE_USED)
            break;
    }
    world.weather.resets_per_million = 0;
    if (err != OK && err != ERR_EXISTS)
        fail_msg("seed %d: %s", (int)seed, error_code(err));
    world_settle(&world);
    assert_int_equal(world_text_count(&world, "alice", "\n"), 0);
    CHECK_OK(world_say(&world, "bob", "in"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_string_equal(world_texts(&world, "alice"), "bob: in\n");
    end_story(&world);
}

static void a_line_that_breaks_does_not_spoil_joining(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 150; seed++)
        join_in_a_storm(seed);
}

static void a_lost_welcome_is_said_again(void **state)
{
    struct world world;
    struct code code;
    struct command command = {.type = COMMAND_JOIN};
    size_t lost = 0;
    (void)state;
    for (uint64_t seed = 200; seed < 240; seed++) { /* bob's power goes at some moment of it */
        begin_story(&world, seed, "alice", NULL);
        world_add(&world, "bob");
        CHECK_OK(world_invite(&world, "alice", &command.code));
        code = command.code;
        struct asked asked;
        enum error err = world_command(&world, "bob", &command, 10 * (1 + seed % 40), &asked);
        world_crash(&world, "bob", true);
        lost += err != OK;
        world_restart(&world, "bob");
        world_run(&world, 2000);
        err = world_join(&world, "bob", &code);
        if (err != OK && err != ERR_EXISTS)
            fail_msg("seed %d: %s", (int)seed, error_code(err));
        world_run(&world, 3000);
        CHECK_OK(world_say(&world, "bob", "in"));
        world_settle(&world);
        CHECK_HOLDS(&world);
        end_story(&world);
    }
    assert_in_range(lost, 5, 35);
}

static bool bob_has_a_workspace(struct world *world)
{
    struct node_info info;
    node_info(world_host(world, "bob")->node, &info);
    return info.has_workspace;
}

/* Alice welcomes bob, and her disk is an older copy before anybody else has heard of it. */
static void forget_bob(struct world *world)
{
    struct code code;
    world_add(world, "bob");
    struct medium *backup = medium_copy(world_host(world, "alice")->disk);
    CHECK_OK(world_invite(world, "alice", &code));
    struct command command = {.type = COMMAND_JOIN, .code = code};
    world_ask(world, "bob", &command);
    for (int ms = 0; ms < 20000 && !bob_has_a_workspace(world); ms++)
        world_run(world, 1);
    assert_true(bob_has_a_workspace(world));
    world_cut(world, "alice", "bob");
    world_roll_back(world, "alice", backup);
    medium_free(backup);
    world_run(world, 30000);
    world_heal(world);
    world_run(world, 30000);
}

static void who_was_let_in_and_forgotten_comes_in_by_another_code(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 20, "alice", NULL);
    forget_bob(&world);
    CHECK_OK(world_say(&world, "bob", "hello?")); /* it waits */
    CHECK_OK(world_invite(&world, "alice", &code));
    CHECK_OK(world_join(&world, "bob", &code));
    CHECK_OK(world_say(&world, "bob", "here again"));
    world_settle(&world);
    assert_string_equal(world_texts(&world, "alice"), "bob: hello?\nbob: here again\n");
    CHECK_OK(world_invite(&world, "alice", &code));
    CHECK_ERROR(world_join(&world, "bob", &code), ERR_EXISTS); /* a member needs no code */
    end_story(&world);
}

/* Alice's disk is an older copy, and she lets in another one at the same place. */
static void who_stands_on_one_of_two_branches_is_a_member_all_the_same(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 22, "alice", NULL);
    struct medium *backup = medium_copy(world_host(&world, "alice")->disk);
    world_add(&world, "bob");
    CHECK_OK(world_meet(&world, "alice", "bob"));
    world_isolate(&world, "bob");
    world_roll_back(&world, "alice", backup);
    medium_free(backup);
    world_add(&world, "carol");
    world_cut(&world, "bob", "carol");
    CHECK_OK(world_meet(&world, "alice", "carol"));
    world_heal(&world);
    world_settle(&world);
    CHECK_OK(world_say(&world, "bob", "was I forgotten?"));
    CHECK_OK(world_say(&world, "carol", "no"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_text_count(&world, "alice", "was I forgotten?"), 1);
    assert_int_equal(world_text_count(&world, "carol", "was I forgotten?"), 1);
    assert_int_equal(world_text_count(&world, "bob", "no"), 1);
    end_story(&world);
}

static void who_was_forgotten_does_not_come_into_another_workspace(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 21, "alice", NULL);
    forget_bob(&world);
    world_add(&world, "zoe");
    CHECK_OK(world_found(&world, "zoe", "Elsewhere"));
    CHECK_OK(world_invite(&world, "zoe", &code));
    CHECK_ERROR(world_join(&world, "bob", &code), ERR_EXISTS);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_used_code_is_refused_as_used),
        cmocka_unit_test(an_unknown_code_is_refused_as_unknown),
        cmocka_unit_test(an_expired_code_is_refused_as_expired),
        cmocka_unit_test(a_name_that_somebody_has_is_refused),
        cmocka_unit_test(only_the_founder_invites),
        cmocka_unit_test(a_line_that_breaks_does_not_spoil_joining),
        cmocka_unit_test(a_lost_welcome_is_said_again),
        cmocka_unit_test(who_was_let_in_and_forgotten_comes_in_by_another_code),
        cmocka_unit_test(who_stands_on_one_of_two_branches_is_a_member_all_the_same),
        cmocka_unit_test(who_was_forgotten_does_not_come_into_another_workspace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
