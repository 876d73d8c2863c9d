/* SPDX-License-Identifier: MIT
 * Clocks that are wrong: by a century, by a year for a while; and an admin who says that they are not to be believed.
 */
#include "story.h"

#define YEAR_MS (INT64_C(365) * 86400 * 1000)
#define HOUR_MS UINT64_C(3600000)

/* What stands in somebody's list under a text. */
struct wanted {
    const char *text;
    struct message message; /* its borrowed parts are gone */
    bool found;
};

static bool look(void *arg, const struct message *message)
{
    struct wanted *wanted = arg;
    if (message->state == MESSAGE_READABLE && bytes_equal(message->text, BYTES_TEXT(wanted->text))) {
        wanted->message = *message;
        wanted->found = true;
    }
    return !wanted->found;
}

static struct message find(struct world *world, const char *name, const char *text)
{
    struct wanted wanted = {.text = text};
    CHECK_OK(node_messages(world_host(world, name)->node, &(struct message_query){.group = 1}, look, &wanted));
    assert_true(wanted.found);
    return wanted.message;
}

static enum error distrust(struct world *world, const char *name, const struct message *from, const struct message *to)
{
    struct command command = {.type = COMMAND_CLOCK_DISTRUST, .distrust = {from->ref, to->ref}};
    struct asked asked;
    return world_command(world, name, &command, 10000, &asked);
}

static void check_texts(struct world *world, const char *expected)
{
    world_settle(world); /* the same for all */
    CHECK_HOLDS(world);
    for (size_t i = 0; i < world->host_count; i++)
        assert_string_equal(world_texts(world, world->hosts[i]->name), expected);
}

static void restart_all(struct world *world)
{
    for (size_t i = 0; i < world->host_count; i++)
        world_restart(world, world->hosts[i]->name);
    world_settle(world);
}

/* Bob comes from the year 2099 and Carol from 1970; Dave's clock is right, but he is alone for a while. */
static void begin_centuries(struct world *world)
{
    begin_story(world, 1, "alice", GUESTS("bob", "carol", "dave"));
    world_host(world, "bob")->clock_ms = 75 * YEAR_MS;
    world_host(world, "carol")->clock_ms = -(int64_t)host_now_ms(world_host(world, "carol")) + 1000;
    CHECK_OK(world_say(world, "alice", "one"));
    world_settle(world);
    world_isolate(world, "dave");
    world_run(world, 60000);
    CHECK_OK(world_say(world, "bob", "future"));
    world_run(world, 60000);
    CHECK_OK(world_say(world, "dave", "alone"));
    CHECK_OK(world_say(world, "carol", "past"));
    world_run(world, 1000); /* what follows it names it */
    CHECK_OK(world_say(world, "bob", "far future"));
    world_heal(world);
    check_texts(world, "alice: one\ndave: alone\nbob: future\ncarol: past\nbob: far future\n");
}

static const char as_it_was[] = "alice: one\nbob: future\ncarol: past\nbob: far future\ndave: alone\n";

static void what_an_admin_doubts_goes_where_its_causes_put_it(void **state)
{
    struct world world;
    (void)state;
    begin_centuries(&world);
    struct message first = find(&world, "alice", "future"), last = find(&world, "alice", "far future"),
                   past = find(&world, "alice", "past");
    CHECK_OK(distrust(&world, "alice", &first, &last));
    CHECK_OK(distrust(&world, "alice", &past, &past));
    check_texts(&world, as_it_was);

    struct message marked = find(&world, "carol", "far future"), right = find(&world, "carol", "alone");
    assert_true(marked.time_doubtful && find(&world, "dave", "past").time_doubtful);
    assert_true(marked.time_ms == last.time_ms); /* what is shown stays the author's */
    assert_false(right.time_doubtful);

    world_add(&world, "erin"); /* who gets it with all else */
    CHECK_OK(world_meet(&world, "alice", "erin"));
    check_texts(&world, as_it_was);
    restart_all(&world);
    check_texts(&world, as_it_was);
    assert_true(find(&world, "erin", "future").time_doubtful);
    end_story(&world);
}

static void what_is_doubted_far_from_its_author_reaches_all_alike(void **state)
{
    struct world world;
    (void)state;
    begin_centuries(&world);
    struct message first = find(&world, "alice", "future"), last = find(&world, "alice", "far future");
    world_isolate(&world, "bob");
    world_isolate(&world, "dave");
    CHECK_OK(distrust(&world, "alice", &first, &last));
    CHECK_OK(world_say(&world, "alice", "two")); /* stands after them all the same: it follows them */
    CHECK_OK(world_say(&world, "dave", "still alone"));
    world_run(&world, 20000);
    world_heal(&world);
    check_texts(&world, "alice: one\nbob: future\ncarol: past\nbob: far future\ndave: alone\n"
                        "alice: two\ndave: still alone\n");
    restart_all(&world);
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

static void only_an_admin_may_doubt_and_only_what_there_is(void **state)
{
    struct world world;
    (void)state;
    begin_centuries(&world);
    struct message first = find(&world, "alice", "future"), last = find(&world, "alice", "far future"),
                   other = find(&world, "alice", "past"), none = {.ref = {{{7}}, 1}};
    CHECK_ERROR(distrust(&world, "carol", &first, &last), ERR_NOT_PERMITTED);
    CHECK_ERROR(distrust(&world, "alice", &last, &first), ERR_USAGE);
    CHECK_ERROR(distrust(&world, "alice", &first, &other), ERR_USAGE);
    CHECK_ERROR(distrust(&world, "alice", &none, &none), ERR_NOT_FOUND);
    CHECK_OK(distrust(&world, "alice", &first, &last));
    world_settle(&world);
    size_t entries = medium_entry_count(world_host(&world, "carol")->disk);
    CHECK_OK(distrust(&world, "alice", &last, &last)); /* doubted already: nothing is written */
    world_run(&world, 5000);
    assert_int_equal(medium_entry_count(world_host(&world, "carol")->disk), entries);
    end_story(&world);
}

static void what_is_doubted_is_listed_by_its_place(void **state)
{
    struct world world;
    (void)state;
    begin_centuries(&world);
    struct host *alice = world_host(&world, "alice");
    struct message first = find(&world, "alice", "future"), last = find(&world, "alice", "far future");
    CHECK_OK(distrust(&world, "alice", &first, &last));
    world_settle(&world);
    for (int backward = 0; backward < 2; backward++) {
        struct wanted wanted = {.text = "far future"};
        struct message_query query = {
            .group = 1, .backward = backward, .until_ms = host_now_ms(alice), .since_ms = host_now_ms(alice) - HOUR_MS};
        CHECK_OK(node_messages(alice->node, &query, look, &wanted));
        assert_true(wanted.found);
        query.until_ms = query.since_ms;
        query.since_ms = 0;
        wanted.found = false;
        CHECK_OK(node_messages(alice->node, &query, look, &wanted));
        assert_false(wanted.found);
    }
    end_story(&world);
}

/* ---------------------------------------------------------------- a clock that was put right */

static uint64_t hlc_of(struct world *world, const char *name, const char *text)
{
    struct message message = find(world, name, text);
    struct stored_entry stored;
    struct entry entry;
    CHECK_OK(medium_arrival(world_host(world, name)->disk, message.arrival, &stored));
    CHECK_OK(entry_decode(stored.wire, &entry));
    return entry.hlc;
}

static void who_puts_a_clock_right_writes_with_the_right_time_again(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob", "carol"));
    struct host *bob = world_host(&world, "bob");
    bob->clock_ms = YEAR_MS;
    CHECK_OK(world_say(&world, "bob", "next year"));
    bob->clock_ms = 0;
    world_post(&world, "bob", "one"); /* in the same millisecond: the counter tells them apart */
    world_post(&world, "bob", "two");
    world_settle(&world);
    world_restart(&world, "bob");
    world_run(&world, 5000);
    CHECK_OK(world_say(&world, "bob", "three"));
    world_run(&world, 1000);
    CHECK_OK(world_say(&world, "carol", "four")); /* nor do those inherit the year who follow */
    check_texts(&world, "bob: next year\nbob: one\nbob: two\nbob: three\ncarol: four\n");

    uint64_t now_ms = host_now_ms(bob);
    const char *later[] = {"one", "two", "three", "four"};
    for (size_t i = 0; i < 4; i++) {
        uint64_t hlc = hlc_of(&world, "alice", later[i]);
        assert_true(hlc_ms(hlc) <= now_ms && hlc_ms(hlc) > now_ms - HOUR_MS);
        if (i > 0)
            assert_true(hlc > hlc_of(&world, "alice", later[i - 1]));
        assert_false(find(&world, "alice", later[i]).implausible);
    }
    assert_true(find(&world, "alice", "next year").implausible);
    restart_all(&world);
    check_texts(&world, "bob: next year\nbob: one\nbob: two\nbob: three\ncarol: four\n");
    end_story(&world);
}

/* One cause that cannot be believed does not hide another that can. */
static void a_clock_a_little_ahead_is_followed_beside_one_far_ahead(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob", "carol"));
    world_host(&world, "bob")->clock_ms = YEAR_MS;
    world_host(&world, "carol")->clock_ms = 300000;
    world_post(&world, "bob", "a year ahead");
    world_post(&world, "carol", "five minutes ahead");
    world_settle(&world);
    CHECK_OK(world_say(&world, "alice", "after both"));
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_true(hlc_of(&world, "alice", "after both") > hlc_of(&world, "alice", "five minutes ahead"));
    assert_true(hlc_of(&world, "alice", "after both") < hlc_of(&world, "alice", "a year ahead"));
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_an_admin_doubts_goes_where_its_causes_put_it),
        cmocka_unit_test(what_is_doubted_far_from_its_author_reaches_all_alike),
        cmocka_unit_test(only_an_admin_may_doubt_and_only_what_there_is),
        cmocka_unit_test(what_is_doubted_is_listed_by_its_place),
        cmocka_unit_test(who_puts_a_clock_right_writes_with_the_right_time_again),
        cmocka_unit_test(a_clock_a_little_ahead_is_followed_beside_one_far_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
