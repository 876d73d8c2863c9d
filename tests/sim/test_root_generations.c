/* SPDX-License-Identifier: MIT
 * The root key of the workspace on more than one computer, one after the other or at once, and in other hands. */
#include "roots.h"

static void begin_office(struct world *world, uint64_t seed)
{
    begin(world, seed, "alice", GUESTS("bob", "carol", "dave"));
}

/* All see the same of the workspace. */
static void check_admins(struct world *world, const char *carol, const char *dave)
{
    static const char *const names[] = {"alice", "bob", "carol", "dave"};
    world_settle(world);
    CHECK_HOLDS(world);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(role_word(world, names[i], "Office", "carol"), carol);
        assert_string_equal(role_word(world, names[i], "Office", "dave"), dave);
    }
}

static void a_recovered_root_goes_on_in_the_next_generation(void **state)
{
    struct world world;
    (void)state;
    begin_office(&world, 1);
    assert_int_equal(root_of(&world, "alice").generation, 0);
    CHECK_OK(recover_root(&world, "bob", "alice"));
    assert_int_equal(root_of(&world, "bob").generation, 1);
    CHECK_OK(set_role(&world, "bob", "Office", "carol", ROLE_ADMIN));
    check_admins(&world, "admin", "member");
    CHECK_OK(set_role(&world, "bob", "Office", "carol", ROLE_MEMBER));
    CHECK_OK(set_role(&world, "bob", "Office", "dave", ROLE_ADMIN));
    check_admins(&world, "member", "admin");
    assert_int_equal(root_of(&world, "bob").generation, 1); /* in the one it has begun */
    CHECK_OK(recover_root(&world, "bob", "alice"));
    assert_int_equal(root_of(&world, "bob").generation, 1);
    assert_int_equal(root_of(&world, "bob").void_count, 0);

    CHECK_OK(set_role(&world, "alice", "Office", "carol", ROLE_ADMIN)); /* who has the key goes on likewise */
    check_admins(&world, "admin", "admin");
    assert_int_equal(root_of(&world, "bob").generation, 2);
    world_restart(&world, "bob");
    world_restart(&world, "alice");
    CHECK_OK(set_role(&world, "alice", "Office", "dave", ROLE_MEMBER));
    check_admins(&world, "admin", "member");
    assert_int_equal(root_of(&world, "alice").generation, 2);
    end_story(&world);
}

/* The old computer does not know of it. */
static void what_the_generation_before_says_beyond_its_head_is_void(void **state)
{
    struct world world;
    (void)state;
    begin_office(&world, 2);
    world_isolate(&world, "alice");
    CHECK_OK(set_role(&world, "alice", "Office", "dave", ROLE_ADMIN));
    CHECK_OK(recover_root(&world, "bob", "alice"));
    CHECK_OK(set_role(&world, "bob", "Office", "carol", ROLE_ADMIN));
    CHECK_OK(set_role(&world, "alice", "Office", "bob", ROLE_ADMIN));
    world_run(&world, 5000);
    world_heal(&world);
    check_admins(&world, "admin", "member");
    assert_string_equal(role_word(&world, "alice", "Office", "bob"), "member");
    assert_string_equal(role_word(&world, "alice", "Office", "alice"), "admin");
    assert_int_equal(root_of(&world, "alice").void_count, 2);
    assert_int_equal(root_of(&world, "bob").void_count, 2);
    assert_int_equal(root_of(&world, "bob").void_new, 2);
    assert_int_equal(see_void(&world, "carol"), ERR_NO_ROOT);
    CHECK_OK(see_void(&world, "bob"));
    world_run(&world, 1000);
    world_crash(&world, "bob", true);
    world_restart(&world, "bob");
    assert_int_equal(root_of(&world, "bob").void_count, 2);
    assert_int_equal(root_of(&world, "bob").void_new, 0);
    assert_int_equal(root_of(&world, "alice").void_new, 2);
    assert_int_equal(root_of(&world, "alice").generation, 1);
    end_story(&world);
}

/* Of two openings the one with the smaller id counts; the other says what it wants once more. */
static void of_two_who_recover_at_once_one_counts(void **state)
{
    struct world world;
    (void)state;
    begin_office(&world, 3);
    world.forks_allowed = true;
    world_cut(&world, "bob", "carol");
    world_cut(&world, "bob", "dave");
    world_isolate(&world, "alice");
    CHECK_OK(recover_root(&world, "bob", "alice"));
    CHECK_OK(recover_root(&world, "carol", "alice"));
    CHECK_OK(set_role(&world, "bob", "Office", "dave", ROLE_ADMIN));
    CHECK_OK(set_role(&world, "carol", "Office", "carol", ROLE_ADMIN));
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    bool carols = strcmp(role_word(&world, "alice", "Office", "carol"), "admin") == 0;
    check_admins(&world, carols ? "admin" : "member", carols ? "member" : "admin");
    assert_int_equal(root_of(&world, "carol").void_count, 2);
    CHECK_OK(set_role(&world, "bob", "Office", carols ? "dave" : "carol", ROLE_ADMIN));
    check_admins(&world, "admin", "admin");
    assert_int_equal(root_of(&world, "carol").generation, 2);
    end_story(&world);
}

/* The disk of the root's holder was put back, in the same place, so that the program cannot tell. */
static void a_forked_root_log_goes_on_from_a_branch(void **state)
{
    struct world world;
    (void)state;
    begin_office(&world, 4);
    world.forks_allowed = true;
    struct medium *backup = medium_copy(world_host(&world, "alice")->disk);
    CHECK_OK(set_role(&world, "alice", "Office", "carol", ROLE_ADMIN));
    check_admins(&world, "admin", "member");
    world_isolate(&world, "alice");
    world_roll_back(&world, "alice", backup);
    medium_free(backup);
    world_run(&world, 5000);
    CHECK_OK(set_role(&world, "alice", "Office", "dave", ROLE_ADMIN));
    CHECK_OK(set_role(&world, "alice", "Office", "bob", ROLE_ADMIN));
    world_heal(&world);
    check_admins(&world, "member", "member");
    assert_true(root_of(&world, "alice").is_forked);
    CHECK_OK(recover_root(&world, "alice", "alice"));
    check_admins(&world, "member", "admin"); /* it names the one that holds more */
    assert_false(root_of(&world, "alice").is_forked);
    assert_int_equal(root_of(&world, "alice").generation, 1);
    assert_int_equal(root_of(&world, "alice").void_count, 1);
    CHECK_OK(set_role(&world, "alice", "Office", "carol", ROLE_ADMIN));
    check_admins(&world, "admin", "admin");
    end_story(&world);
}

/* The program can tell, and waits for nobody: it begins the next generation. */
static void a_restored_root_begins_the_next_generation(void **state)
{
    struct world world;
    (void)state;
    begin_office(&world, 5);
    struct medium *backup = medium_copy(world_host(&world, "alice")->disk);
    CHECK_OK(set_role(&world, "alice", "Office", "carol", ROLE_ADMIN));
    check_admins(&world, "admin", "member");
    world_restore(&world, "alice", backup);
    medium_free(backup);
    world_settle(&world);
    CHECK_OK(set_role(&world, "alice", "Office", "dave", ROLE_ADMIN));
    check_admins(&world, "admin", "admin");
    assert_int_equal(root_of(&world, "alice").generation, 1);
    assert_int_equal(root_of(&world, "alice").void_count, 0);
    end_story(&world);
}

/* What it said before is not there, and nobody can tell it: it does not write that a second time. */
static void a_restored_root_among_nobody_begins_the_next_generation(void **state)
{
    struct world world;
    (void)state;
    begin_office(&world, 8);
    struct medium *backup = medium_copy(world_host(&world, "alice")->disk);
    CHECK_OK(set_role(&world, "alice", "Office", "carol", ROLE_ADMIN));
    check_admins(&world, "admin", "member");
    world_isolate(&world, "alice");
    world_restore(&world, "alice", backup);
    medium_free(backup);
    world_run(&world, 5000);
    CHECK_OK(set_role(&world, "alice", "Office", "dave", ROLE_ADMIN));
    world_heal(&world);
    check_admins(&world, "member", "admin");
    assert_false(root_of(&world, "alice").is_forked);
    assert_int_equal(root_of(&world, "alice").generation, 1);
    assert_int_equal(root_of(&world, "alice").void_count, 1);
    end_story(&world);
}

/* Twice to the same place, and nobody is there to tell of the first time: it opens a generation that it has opened. Of
 * the two histories one counts, and the root goes on in the next generation. */
static void a_root_that_is_restored_twice_opens_a_generation_twice(void **state)
{
    for (uint64_t seed = 9; seed < 13; seed++) { /* either may be the one with the smaller id */
        struct world world;
        (void)state;
        begin_office(&world, seed);
        struct medium *backup = medium_copy(world_host(&world, "alice")->disk);
        world_restore(&world, "alice", backup);
        CHECK_OK(set_role(&world, "alice", "Office", "carol", ROLE_ADMIN));
        check_admins(&world, "admin", "member");
        world_isolate(&world, "alice");
        world_restore(&world, "alice", backup);
        medium_free(backup);
        world_run(&world, 5000);
        CHECK_OK(set_role(&world, "alice", "Office", "dave", ROLE_ADMIN));
        CHECK_OK(set_role(&world, "alice", "Office", "bob", ROLE_ADMIN));
        world_heal(&world);
        world_settle(&world);
        bool first = strcmp(role_word(&world, "alice", "Office", "carol"), "admin") == 0;
        check_admins(&world, first ? "admin" : "member", first ? "member" : "admin");
        assert_int_equal(root_of(&world, "alice").generation, 1);
        assert_int_equal(root_of(&world, "alice").void_count, first ? 3 : 2);
        CHECK_OK(set_role(&world, "alice", "Office", first ? "dave" : "carol", ROLE_ADMIN));
        check_admins(&world, "admin", "admin");
        assert_int_equal(root_of(&world, "alice").generation, 2);
        end_story(&world);
    }
}

static void a_root_that_was_handed_over_says_nothing_any_more(void **state)
{
    struct world world;
    (void)state;
    begin_office(&world, 6);
    CHECK_OK(recover_root(&world, "carol", "alice"));
    world_settle(&world);
    struct root_seed old = seed_of(&world, "alice");
    world_isolate(&world, "alice");
    CHECK_OK(hand_over_root(&world, "carol"));
    CHECK_OK(set_role(&world, "alice", "Office", "bob", ROLE_ADMIN)); /* it does not know yet */
    world_heal(&world);
    check_admins(&world, "member", "member");
    assert_string_equal(role_word(&world, "bob", "Office", "bob"), "member");
    CHECK_ERROR(set_role(&world, "alice", "Office", "dave", ROLE_ADMIN), ERR_ROOT_HANDED_OVER);
    CHECK_ERROR(hand_over_root(&world, "alice"), ERR_ROOT_HANDED_OVER);
    CHECK_ERROR(recover_root_from(&world, "bob", &old), ERR_ROOT_HANDED_OVER);
    CHECK_OK(set_role(&world, "carol", "Office", "dave", ROLE_ADMIN));
    check_admins(&world, "member", "admin");
    CHECK_OK(recover_root(&world, "alice", "carol"));
    CHECK_OK(set_role(&world, "alice", "Office", "carol", ROLE_ADMIN));
    check_admins(&world, "admin", "admin");
    end_story(&world);
}

/* It was away meanwhile, and asks before it goes on. */
static void a_recovered_root_goes_on_from_what_others_know(void **state)
{
    struct world world;
    (void)state;
    begin_office(&world, 7);
    world_stop(&world, "bob");
    CHECK_OK(set_role(&world, "alice", "Office", "carol", ROLE_ADMIN));
    CHECK_OK(set_role(&world, "alice", "Office", "dave", ROLE_ADMIN));
    for (int i = 0; i < 200; i++)
        CHECK_OK(world_say(&world, "dave", "and much to be caught up with"));
    world_settle(&world);
    struct root_seed seed = seed_of(&world, "alice");
    world_stop(&world, "alice");
    world_restart(&world, "bob");
    CHECK_OK(recover_root_from(&world, "bob", &seed)); /* at once */
    world_restart(&world, "alice");
    check_admins(&world, "admin", "admin");
    assert_int_equal(root_of(&world, "bob").generation, 1);
    assert_int_equal(root_of(&world, "bob").void_count, 0);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recovered_root_goes_on_in_the_next_generation),
        cmocka_unit_test(what_the_generation_before_says_beyond_its_head_is_void),
        cmocka_unit_test(of_two_who_recover_at_once_one_counts),
        cmocka_unit_test(a_forked_root_log_goes_on_from_a_branch),
        cmocka_unit_test(a_restored_root_begins_the_next_generation),
        cmocka_unit_test(a_restored_root_among_nobody_begins_the_next_generation),
        cmocka_unit_test(a_root_that_is_restored_twice_opens_a_generation_twice),
        cmocka_unit_test(a_recovered_root_goes_on_from_what_others_know),
        cmocka_unit_test(a_root_that_was_handed_over_says_nothing_any_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
