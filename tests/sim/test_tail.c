/* SPDX-License-Identifier: MIT
 * The newest messages first, while the history is still coming. */
#include "story.h"

#define MANY 3000
#define LONG 700

static void say_many(struct world *world, const char *name, size_t count, int length)
{
    for (size_t i = 0; i < count; i++) {
        char text[LONG + 1];
        snprintf(text, sizeof text, "message %zu,%*s", i, length, "");
        world_post(world, name, text);
        if (i % 100 == 99)
            world_run(world, 20);
    }
    world_run(world, 1000);
}

struct heard {
    size_t count, readable;
    char last[16];
};

static bool hear(void *arg, const struct message *message)
{
    struct heard *heard = arg;
    heard->count++;
    heard->readable += message->early && message->state == MESSAGE_READABLE;
    size_t size = message->text.size < sizeof heard->last - 1 ? message->text.size : sizeof heard->last - 1;
    memcpy(heard->last, message->text.data, size);
    heard->last[size] = '\0';
    return true;
}

static struct heard early_of(struct world *world, const char *name)
{
    struct heard heard = {0};
    enum error err = node_early_messages(world_host(world, name)->node, 1, hear, &heard);
    assert_true(err == OK || err == ERR_NOT_FOUND); /* not joined yet */
    return heard;
}

static bool bob_reads_the_newest(struct world *world)
{
    return early_of(world, "bob").count >= 200;
}

static uint64_t stored_by(struct world *world, const char *name)
{
    struct node_info info;
    node_info(world_host(world, name)->node, &info);
    return info.entries;
}

static void a_joiner_reads_the_newest_before_the_history(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 1, "alice", NULL);
    say_many(&world, "alice", MANY, 50);
    world.weather.bytes_per_ms = 1000; /* a megabyte a second: the history takes longer than a second */
    world_add(&world, "bob");
    CHECK_OK(world_invite(&world, "alice", &code));
    CHECK_OK(world_join(&world, "bob", &code));
    assert_true(world_until(&world, bob_reads_the_newest, 1000));
    struct heard heard = early_of(&world, "bob");
    assert_int_equal(heard.count, 200);
    assert_int_equal(heard.readable, 200);
    assert_string_equal(heard.last, "message 2999,  ");
    assert_true(stored_by(&world, "bob") < MANY);
    assert_int_equal(world_text_count(&world, "bob", "message 2999,"), 0); /* in no list */

    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_text_count(&world, "bob", "message"), MANY);
    assert_int_equal(early_of(&world, "bob").count, 0); /* the chain has brought them */
    end_story(&world);
}

static bool bob_shows_what_is_said_now(struct world *world)
{
    return strcmp(early_of(world, "bob").last, "now") == 0;
}

static void what_is_said_meanwhile_is_shown_at_once(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 2, "alice", GUESTS("bob"));
    world_isolate(&world, "bob");
    world_run(&world, 10000);
    say_many(&world, "alice", 5000, LONG - 20); /* more than is on its way at a time */
    world.weather.bytes_per_ms = 1000;
    world_heal(&world);
    assert_true(world_until(&world, bob_reads_the_newest, 40000));
    assert_int_equal(world_say(&world, "alice", "now"), OK);
    assert_true(world_until(&world, bob_shows_what_is_said_now, 5000));
    assert_int_equal(world_text_count(&world, "bob", "now"), 0);
    world_settle(&world);
    CHECK_HOLDS(&world);
    assert_int_equal(world_text_count(&world, "bob", "now"), 1);
    end_story(&world);
}

static void who_lacks_little_asks_for_no_tail(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 3, "alice", GUESTS("bob"));
    world_isolate(&world, "bob");
    world_run(&world, 10000);
    say_many(&world, "alice", 900, 0);
    world_heal(&world);
    for (int i = 0; i < 400 && !world_text_count(&world, "bob", "message 899,"); i++) {
        assert_int_equal(early_of(&world, "bob").count, 0);
        world_run(&world, 100);
    }
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_joiner_reads_the_newest_before_the_history),
        cmocka_unit_test(what_is_said_meanwhile_is_shown_at_once),
        cmocka_unit_test(who_lacks_little_asks_for_no_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
