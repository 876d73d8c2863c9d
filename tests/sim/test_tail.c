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
    if (size) /* its key may not have come */
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

/* ---------------------------------------------------------------- an order view that follows behind */

static struct storage under;
static bool view_is_held;
static uint64_t view_ends; /* at this arrival */

static uint64_t late_progress(void *ctx)
{
    return view_is_held ? view_ends : under.order_progress(ctx);
}

struct late_view {
    storage_order_visitor visit;
    void *arg, *ctx;
};
static bool visit_what_it_has(void *arg, const struct order_row *row)
{
    const struct late_view *view = arg;
    struct stored_entry stored;
    CHECK_OK(under.get_entry(view->ctx, row->log, row->seq, &stored));
    return stored.arrival > view_ends || view->visit(view->arg, row);
}

static enum error late_each_ordered(void *ctx, uint32_t group, struct bytes cursor, bool backward,
                                    storage_order_visitor visit, void *arg)
{
    struct late_view view = {visit, arg, ctx};
    return view_is_held ? under.each_ordered(ctx, group, cursor, backward, visit_what_it_has, &view)
                        : under.each_ordered(ctx, group, cursor, backward, visit, arg);
}

/* From now on the view of this computer stays as it is. */
static void hold_view(struct host *host)
{
    under = host->storage;
    view_is_held = true;
    view_ends = host->storage.last_arrival(host->storage.ctx);
    host->storage.order_progress = late_progress;
    host->storage.each_ordered = late_each_ordered;
}

static bool count_text(void *arg, const struct message *message)
{
    struct heard *heard = arg;
    heard->count += bytes_equal(message->text, BYTES_TEXT("from carol"));
    return true;
}

static size_t early_from_carol(struct world *world)
{
    struct heard heard = {0};
    CHECK_OK(node_early_messages(world_host(world, "bob")->node, 1, count_text, &heard));
    return heard.count;
}

/* Carol's log is short, so all of it is here before alice's newest messages. */
static void what_is_stored_and_not_yet_in_the_order_is_read_early_too(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    for (uint64_t seed = 20; seed < 30; seed++) {
        begin_story(&world, seed, "alice", GUESTS("carol"));
        say_many(&world, "alice", MANY, 50);
        for (int i = 0; i < 4; i++)
            CHECK_OK(world_say(&world, "carol", "from carol"));
        world_settle(&world);
        world.weather.bytes_per_ms = 1000;
        world_add(&world, "bob");
        hold_view(world_host(&world, "bob"));
        CHECK_OK(world_invite(&world, "alice", &code));
        CHECK_OK(world_join(&world, "bob", &code));
        world_run(&world, 1500);
        assert_int_equal(early_of(&world, "bob").count, 200);
        assert_int_equal(early_from_carol(&world), 4);
        world_run(&world, 20000); /* all is here, and the view has not moved */
        assert_int_equal(early_of(&world, "bob").count, 200);
        assert_int_equal(early_from_carol(&world), 4);
        CHECK_OK(world_say(&world, "carol", "from carol"));
        world_run(&world, 1000);
        assert_int_equal(early_of(&world, "bob").count, 200);
        assert_int_equal(early_from_carol(&world), 5);
        view_is_held = false;
        world_run(&world, 2000);
        assert_int_equal(early_of(&world, "bob").count, 0);
        world_settle(&world);
        CHECK_HOLDS(&world);
        end_story(&world);
    }
}

static void what_was_stored_before_the_newest_came_is_among_them(void **state)
{
    struct world world;
    (void)state;
    begin_story(&world, 30, "alice", GUESTS("bob", "carol"));
    world_isolate(&world, "alice");
    world_run(&world, 10000);
    say_many(&world, "alice", MANY, 50);
    hold_view(world_host(&world, "bob"));
    for (int i = 0; i < 4; i++)
        CHECK_OK(world_say(&world, "carol", "from carol"));
    world_run(&world, 2000);
    world_heal(&world);
    world_isolate(&world, "bob");
    world_run(&world, 60000); /* alice and carol have all of it now */
    world.weather.bytes_per_ms = 1000;
    world_heal(&world);
    assert_true(world_until(&world, bob_reads_the_newest, 40000));
    assert_int_equal(early_from_carol(&world), 4);
    view_is_held = false;
    world_settle(&world);
    CHECK_HOLDS(&world);
    end_story(&world);
}

/* What alice says while bob does not know her yet tells him her log's name for nothing. */
static void what_was_said_before_the_roster_came_does_not_hide_the_newest(void **state)
{
    struct world world;
    struct code code;
    (void)state;
    begin_story(&world, 40, "alice", NULL);
    say_many(&world, "alice", MANY, 50);
    world_settle(&world);
    for (uint64_t after_ms = 0; after_ms < 40; after_ms++) {
        char name[16];
        snprintf(name, sizeof name, "bob %d", (int)after_ms);
        world_add(&world, name);
        CHECK_OK(world_invite(&world, "alice", &code));
        world.weather.bytes_per_ms = 1000;
        struct command join = {.type = COMMAND_JOIN, .code = code, .deadline_ms = UINT64_MAX};
        world_ask(&world, name, &join);
        struct node_info info = {0};
        while (!info.links) {
            world_run(&world, 1);
            node_info(world_host(&world, name)->node, &info);
        }
        world_run(&world, after_ms / 4);
        world_post(&world, "alice", "news");
        size_t most = 0;
        for (int i = 0; i < 40 && most < 199; i++) { /* one more may be on its way to alice's own disk */
            world_run(&world, 20);
            most = early_of(&world, name).count;
        }
        if (most < 199)
            fail_msg("%zu of the newest, when alice spoke after %d ms", most, (int)after_ms / 4);
        world_crash(&world, name, false);
    }
    CHECK_HOLDS(&world);
    world_done(&world);
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
        cmocka_unit_test(what_is_stored_and_not_yet_in_the_order_is_read_early_too),
        cmocka_unit_test(what_was_stored_before_the_newest_came_is_among_them),
        cmocka_unit_test(what_was_said_before_the_roster_came_does_not_hide_the_newest),
        cmocka_unit_test(what_is_said_meanwhile_is_shown_at_once),
        cmocka_unit_test(who_lacks_little_asks_for_no_tail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
