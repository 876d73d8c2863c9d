/* SPDX-License-Identifier: MIT
 * Logs written twice: old copies that nobody noticed, clones, liars.  Whatever came first, in the end all hold the same
 * logs, in the same order, and nothing that anyone wrote is lost. */
#include "core/state.h"
#include "story.h"

#define QUIET_MS 10000
#define QUIET_BYTES_PER_HOST                                                                                           \
    20000 /* digests and signs of life; rows asked again and again would be many times that                            \
           */

#define LINKS_DIE_MS 9000 /* what is under way on a link that was cut would come after all */

/* ---------------------------------------------------------------- accidents */

static struct medium *back_up(struct world *world, const char *name)
{
    return medium_copy(world_host(world, name)->disk);
}

/* The disk is an older copy, and nothing tells. */
static void roll_back(struct world *world, const char *name, const struct medium *backup)
{
    struct host *host = world_host(world, name);
    world_crash(world, name, false);
    medium_free(host->disk);
    host->disk = medium_copy(backup);
    host->rolled_back = true;
    host_start(host);
}

/* A second computer with a copy of the disk: the same device twice. */
static void clone_host(struct world *world, const char *name, const char *clone, const struct medium *copy)
{
    struct host *host = host_new(world, clone);
    world->hosts[world->host_count++] = host;
    medium_free(host->disk);
    host->disk = medium_copy(copy);
    host->store_key = world_host(world, name)->store_key;
    host_start(host);
}

static void only_these_meet(struct world *world, const char *a, const char *b)
{
    world_isolate(world, a);
    world_isolate(world, b);
    for (int i = 0; i < 2; i++)
        world->cut[world_host(world, i ? a : b)->index][world_host(world, i ? b : a)->index] = false;
    world_run(world, LINKS_DIE_MS);
}

/* Whoever it meets has not heard of what it has forgotten. */
static void come_back_elsewhere(struct world *world, const char *name, const struct medium *backup, const char *friend)
{
    world_crash(world, name, false);
    only_these_meet(world, name, friend);
    roll_back(world, name, backup);
}

static void say_many(struct world *world, const char *name, const char *what, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s %zu", what, i);
        world_post(world, name, text);
        if (i % 50 == 49)
            world_run(world, 5);
    }
    world_run(world, 200);
}

/* ---------------------------------------------------------------- what must hold */

static void check_quiet(struct world *world)
{
    world_run(world, 3000);
    uint64_t before = world->bytes_sent;
    world_run(world, QUIET_MS);
    uint64_t sent = world->bytes_sent - before;
    if (sent > QUIET_BYTES_PER_HOST * world->host_count)
        fail_msg("%llu bytes in %d s when all is said", (unsigned long long)sent, QUIET_MS / 1000);
}

static void check_healed(struct world *world, const char *const *said)
{
    world_heal(world);
    world_settle(world);
    CHECK_HOLDS(world);
    for (size_t i = 0; i < world->host_count; i++)
        for (const char *const *text = said; *text; text++)
            if (world_text_count(world, world->hosts[i]->name, *text) != 1)
                fail_msg("%s has \"%s\" %zu times:\n%s", world->hosts[i]->name, *text,
                         world_text_count(world, world->hosts[i]->name, *text),
                         world_texts(world, world->hosts[i]->name));
    check_quiet(world);
    assert_true(world_agrees(world));
}
#define SAID(...) ((const char *const[]){__VA_ARGS__, NULL})

struct marks {
    size_t written_twice, others;
};
static bool count_mark(void *arg, const struct message *message)
{
    struct marks *marks = arg;
    if (message->state == MESSAGE_READABLE)
        (*(message->written_twice ? &marks->written_twice : &marks->others))++;
    return true;
}

static struct marks marks_of(struct world *world, const char *name)
{
    struct message_query query = {.group = 1};
    struct marks marks = {0};
    CHECK_OK(node_messages(world_host(world, name)->node, &query, count_mark, &marks));
    return marks;
}

/* Everyone starts again from what the disk holds. */
static void check_after_restart(struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++)
        world_restart(world, world->hosts[i]->name);
    world_settle(world);
    CHECK_HOLDS(world);
    check_quiet(world);
}

/* ---------------------------------------------------------------- stories */

struct versions {
    struct message_ref some;
    size_t doubted;
};
static bool look_at_versions(void *arg, const struct message *message)
{
    struct versions *versions = arg;
    if (message->state == MESSAGE_READABLE && message->written_twice)
        versions->some = message->ref;
    versions->doubted += message->time_doubtful;
    return true;
}

/* A doubt names the log as it was before it forked: else a liar could write on in another version. */
static void what_is_doubted_is_doubted_in_every_version(void **state)
{
    struct world world;
    struct versions versions = {0};
    struct asked asked;
    struct node_forked_log forked;
    (void)state;
    begin_story(&world, 3, "bob", GUESTS("alice", "carol"));
    world.forks_allowed = true;
    CHECK_OK(world_say(&world, "alice", "monday"));
    struct medium *backup = back_up(&world, "alice");
    CHECK_OK(world_say(&world, "alice", "tuesday"));
    world_settle(&world);
    assert_false(node_forked_log_at(world_host(&world, "carol")->node, 0, &forked));
    world_isolate(&world, "alice");
    roll_back(&world, "alice", backup);
    CHECK_OK(world_say(&world, "alice", "forgotten"));
    check_healed(&world, SAID("monday", "tuesday", "forgotten"));
    assert_true(node_forked_log_at(world_host(&world, "carol")->node, 0, &forked));
    assert_true(bytes_equal(forked.author, BYTES_TEXT("alice")));
    assert_false(node_forked_log_at(world_host(&world, "carol")->node, 1, &forked));

    struct message_query query = {.group = 1};
    CHECK_OK(node_messages(world_host(&world, "bob")->node, &query, look_at_versions, &versions));
    struct command command = {.type = COMMAND_CLOCK_DISTRUST, .distrust = {versions.some, versions.some}};
    CHECK_OK(world_command(&world, "bob", &command, 10000, &asked));
    check_after_restart(&world);
    versions.doubted = 0;
    CHECK_OK(node_messages(world_host(&world, "carol")->node, &query, look_at_versions, &versions));
    assert_int_equal(versions.doubted, 2);
    medium_free(backup);
    end_story(&world);
}

static void a_rollback_that_nobody_noticed_loses_nothing(void **state)
{
    struct world world;
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob", "carol"));
        world.forks_allowed = true;
        CHECK_OK(world_say(&world, "alice", "monday"));
        struct medium *backup = back_up(&world, "alice");
        CHECK_OK(world_say(&world, "alice", "tuesday"));
        CHECK_OK(world_say(&world, "alice", "wednesday"));
        world_settle(&world);
        world_isolate(&world, "alice");
        roll_back(&world, "alice", backup);
        CHECK_OK(world_say(&world, "alice", "forgotten"));
        check_healed(&world, SAID("monday", "tuesday", "wednesday", "forgotten"));
        struct marks marks = marks_of(&world, "bob");
        assert_int_equal(marks.written_twice, 3);
        assert_int_equal(marks.others, 1);
        CHECK_OK(world_say(&world, "alice", "thursday"));
        CHECK_OK(world_say(&world, "bob", "what happened?"));
        check_healed(&world, SAID("thursday", "what happened?"));
        marks = marks_of(&world, "alice");
        assert_int_equal(marks.written_twice, 3);
        check_after_restart(&world);
        medium_free(backup);
        end_story(&world);
    }
}

static void a_clone_that_lives_on_beside_the_original(void **state)
{
    struct world world;
    (void)state;
    for (uint64_t seed = 20; seed < 30; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob", "carol"));
        world.forks_allowed = true;
        CHECK_OK(world_say(&world, "bob", "before"));
        struct medium *copy = back_up(&world, "bob");
        clone_host(&world, "bob", "bob-again", copy);
        CHECK_OK(world_say(&world, "bob", "the first"));
        CHECK_OK(world_say(&world, "bob-again", "the second"));
        CHECK_OK(world_say(&world, "bob", "the third"));
        CHECK_OK(world_say(&world, "bob-again", "the fourth"));
        check_healed(&world, SAID("before", "the first", "the second", "the third", "the fourth"));
        CHECK_OK(world_say(&world, "bob", "the fifth"));
        CHECK_OK(world_say(&world, "bob-again", "the sixth"));
        check_healed(&world, SAID("the fifth", "the sixth"));
        check_after_restart(&world);
        medium_free(copy);
        end_story(&world);
    }
}

static void two_halves_that_were_told_two_stories_meet(void **state)
{
    struct world world;
    (void)state;
    for (uint64_t seed = 40; seed < 50; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob", "carol", "dave", "mallory"));
        world.forks_allowed = true;
        CHECK_OK(world_say(&world, "mallory", "hello"));
        world_settle(&world);
        struct medium *copy = back_up(&world, "mallory");
        only_these_meet(&world, "mallory", "bob");
        CHECK_OK(world_say(&world, "mallory", "yes"));
        CHECK_OK(world_say(&world, "mallory", "to you alone"));
        world_run(&world, 3000);
        come_back_elsewhere(&world, "mallory", copy, "carol");
        CHECK_OK(world_say(&world, "mallory", "no"));
        world_run(&world, 3000);
        world_crash(&world, "mallory", false);
        world_heal(&world);
        world_run(&world, 5000);
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(world_text_count(&world, world.hosts[i]->name, "yes"), 1);
            assert_int_equal(world_text_count(&world, world.hosts[i]->name, "to you alone"), 1);
            assert_int_equal(world_text_count(&world, world.hosts[i]->name, "no\n"), 1);
        }
        CHECK_OK(world_say(&world, "dave", "which is it?"));
        world_restart(&world, "mallory");
        check_healed(&world, SAID("hello", "yes", "to you alone", "no\n", "which is it?"));
        medium_free(copy);
        end_story(&world);
    }
}

static void a_branch_forks_again(void **state)
{
    struct world world;
    (void)state;
    for (uint64_t seed = 60; seed < 70; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob", "carol", "dave", "erin"));
        world.forks_allowed = true;
        CHECK_OK(world_say(&world, "erin", "root"));
        world_settle(&world);
        struct medium *first = back_up(&world, "erin");
        only_these_meet(&world, "erin", "bob");
        CHECK_OK(world_say(&world, "erin", "a1"));
        CHECK_OK(world_say(&world, "erin", "a2"));
        struct medium *second = back_up(&world, "erin");
        CHECK_OK(world_say(&world, "erin", "a3"));
        CHECK_OK(world_say(&world, "erin", "a4"));
        world_run(&world, 3000);
        come_back_elsewhere(&world, "erin", first, "carol");
        CHECK_OK(world_say(&world, "erin", "b1"));
        CHECK_OK(world_say(&world, "erin", "b2"));
        CHECK_OK(world_say(&world, "erin", "b3"));
        world_run(&world, 3000);
        come_back_elsewhere(&world, "erin", second, "dave");
        CHECK_OK(world_say(&world, "erin", "c3"));
        world_run(&world, 3000);
        check_healed(&world, SAID("root", "a1", "a2", "a3", "a4", "b1", "b2", "b3", "c3"));
        assert_int_equal(marks_of(&world, "alice").others, 1);
        roll_back(&world, "erin", first); /* and once more, at the same place */
        world_isolate(&world, "erin");
        CHECK_OK(world_say(&world, "erin", "d1"));
        check_healed(&world, SAID("root", "a1", "a2", "a3", "a4", "b1", "b2", "b3", "c3", "d1"));
        check_after_restart(&world);
        medium_free(first);
        medium_free(second);
        end_story(&world);
    }
}

static void long_branches_meet_in_a_catch_up(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 80, "alice", GUESTS("bob", "carol", "dave"));
    world.forks_allowed = true;
    say_many(&world, "alice", "common", 300);
    world_settle(&world);
    CHECK_HOLDS(&world);
    struct medium *backup = back_up(&world, "alice");
    only_these_meet(&world, "alice", "bob");
    say_many(&world, "alice", "left", 700);
    world_run(&world, 5000);
    come_back_elsewhere(&world, "alice", backup, "carol");
    say_many(&world, "alice", "right", 500);
    world_run(&world, 5000);
    uint64_t before = world.bytes_sent;
    check_healed(&world, SAID("common 299\n", "left 0\n", "left 699\n", "right 0\n", "right 499\n"));
    print_message("healing took %llu bytes\n", (unsigned long long)(world.bytes_sent - before));
    assert_int_equal(marks_of(&world, "dave").written_twice, 1200);
    world_add(&world, "erin"); /* who has nothing yet gets it all */
    CHECK_OK(world_meet(&world, "alice", "erin"));
    check_healed(&world, SAID("common 0\n", "left 699\n", "right 499\n"));
    check_after_restart(&world);
    medium_free(backup);
    end_story(&world);
}

static size_t members_at(const struct world *world, const char *name)
{
    struct node_person person;
    size_t count = 0;
    while (node_person_at(world_host(world, name)->node, 1, count, &person))
        count++;
    return count;
}

static void a_forked_log_of_invitations_lets_both_guests_in(void **state)
{
    struct world world;
    (void)state;
    for (uint64_t seed = 90; seed < 96; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob", "carol"));
        world.forks_allowed = true;
        struct medium *backup = back_up(&world, "alice");
        world_add(&world, "dave");
        only_these_meet(&world, "alice", "dave");
        CHECK_OK(world_meet(&world, "alice", "dave"));
        CHECK_OK(world_say(&world, "dave", "i am dave"));
        world_run(&world, 3000);
        world_add(&world, "erin");
        come_back_elsewhere(&world, "alice", backup, "erin");
        CHECK_OK(world_meet(&world, "alice", "erin"));
        CHECK_OK(world_say(&world, "erin", "i am erin"));
        world_run(&world, 3000);
        check_healed(&world, SAID("i am dave", "i am erin"));
        assert_int_equal(members_at(&world, "bob"), 5);
        check_after_restart(&world);
        assert_int_equal(members_at(&world, "bob"), 5);
        medium_free(backup);
        end_story(&world);
    }
}

static void of_too_many_branches_all_show_the_same_eight(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 100, "alice", GUESTS("bob", "carol", "mallory"));
    world.forks_allowed = true;
    CHECK_OK(world_say(&world, "mallory", "hello"));
    world_settle(&world);
    struct medium *backup = back_up(&world, "mallory");
    for (int i = 0; i < 11; i++) {
        char text[32];
        come_back_elsewhere(&world, "mallory", backup, i % 2 ? "bob" : "carol");
        world_isolate(&world, "mallory"); /* says it before anyone can warn */
        snprintf(text, sizeof text, "version %d", i);
        CHECK_OK(world_say(&world, "mallory", text));
        world.cut[world_host(&world, "mallory")->index][world_host(&world, i % 2 ? "bob" : "carol")->index] = false;
        world.cut[world_host(&world, i % 2 ? "bob" : "carol")->index][world_host(&world, "mallory")->index] = false;
        world_run(&world, 8000);
    }
    world_crash(&world, "mallory", false);
    world_heal(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(marks_of(&world, "alice").written_twice, 8);
    check_quiet(&world);
    CHECK_OK(world_say(&world, "alice", "i have seen eight"));
    world_restart(&world, "mallory");
    check_healed(&world, SAID("hello", "i have seen eight"));
    medium_free(backup);
    world_done(&world);
}

static enum error call_computer(struct world *world, const char *name, const char *label)
{
    const struct command command = {.type = COMMAND_DEVICE_NAME, .name = BYTES_TEXT(label)};
    struct asked asked;
    return world_command(world, name, &command, 10000, &asked);
}

static enum error remove_person(struct world *world, const char *name, const char *whom)
{
    struct command command = {.type = COMMAND_GROUP_REMOVE};
    struct node_person person;
    struct asked asked;
    struct sign_public device = world_host(world, whom)->node->identity.device;
    for (size_t i = 0; node_person_at(world_host(world, name)->node, 1, i, &person); i++)
        if (same_key(&person.device, &device))
            command.group.persons[command.group.person_count++] = person.person;
    command.group.number = 1;
    return world_command(world, name, &command, 10000, &asked);
}

/* The cut names the end of a branch, and that is no message: it is read in the very step in which the log is found to
 * have forked, with all that it hangs on. */
static void of_two_branches_the_cut_keeps_the_one_that_it_names(void **state)
{
    struct world world;
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        begin_story(&world, seed, "alice", GUESTS("bob", "carol"));
        world.forks_allowed = true;
        CHECK_OK(world_say(&world, "bob", "before"));
        struct medium *backup = back_up(&world, "bob");
        world_settle(&world);
        only_these_meet(&world, "alice", "bob");
        CHECK_OK(world_say(&world, "bob", "told alice"));
        CHECK_OK(call_computer(&world, "bob", "laptop"));
        world_run(&world, 1000);
        come_back_elsewhere(&world, "bob", backup, "carol");
        CHECK_OK(world_say(&world, "bob", "told carol"));
        world_run(&world, 1000);
        CHECK_OK(remove_person(&world, "alice", "bob"));
        world_crash(&world, "bob", false);
        world_heal(&world);
        world_settle(&world);
        CHECK_HOLDS(&world);
        assert_int_equal(world_text_count(&world, "carol", "told alice"), 1);
        assert_int_equal(world_text_count(&world, "carol", "told carol"), 0);
        medium_free(backup);
        world_done(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rollback_that_nobody_noticed_loses_nothing),
        cmocka_unit_test(what_is_doubted_is_doubted_in_every_version),
        cmocka_unit_test(a_clone_that_lives_on_beside_the_original),
        cmocka_unit_test(two_halves_that_were_told_two_stories_meet),
        cmocka_unit_test(a_branch_forks_again),
        cmocka_unit_test(long_branches_meet_in_a_catch_up),
        cmocka_unit_test(a_forked_log_of_invitations_lets_both_guests_in),
        cmocka_unit_test(of_two_branches_the_cut_keeps_the_one_that_it_names),
        cmocka_unit_test(of_too_many_branches_all_show_the_same_eight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
