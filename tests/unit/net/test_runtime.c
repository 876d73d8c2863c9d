/* SPDX-License-Identifier: MIT
 * The runtime with a scripted node: effects in order, nothing before its batch is durable, a clean end. */
#include "net/disk.h"
#include "net/runtime.h"
#include "scripted_node.h"

static struct world {
    uv_loop_t loop;
    struct runtime *runtime;
    struct node node;
    struct scripted_journal journal;
    struct address bound;
    char story[1024]; /* what the callbacks told */
    bool stopped;
} world;

/* ---------------------------------------------------------------- in place of core/node.c */

static void remember(struct node *node, const struct event *event)
{
    assert_true(node->count < SEEN_MAX);
    struct seen *seen = &node->seen[node->count++];
    *seen = (struct seen){.type = event->type,
                          .link = event->link,
                          .dial = event->dial,
                          .mono_ms = event->mono_ms,
                          .reason = event->reason,
                          .persisted = event->persisted,
                          .address = event->address,
                          .size = event->bytes.size,
                          .free_disk = event->free_disk};
    memcpy(seen->random, event->random, sizeof seen->random);
    if (event->command) {
        seen->command = event->command->type;
        seen->command_id = event->command->id;
    }
}

void node_step(struct node *node, const struct event *event, struct effects *effects)
{
    effects->count = 0;
    effects->arena.size = 0;
    remember(node, event);
    if (node->script)
        node->script(node, event, effects);
}

void effects_done(struct effects *effects)
{
    free(effects->items);
    buffer_done(&effects->arena);
}

/* ---------------------------------------------------------------- the world around */

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...)
{
    size_t at = strlen(world.story);
    va_list args;

    va_start(args, format);
    vsnprintf(world.story + at, sizeof world.story - at, format, args);
    va_end(args);
}

static void on_reply(void *arg, const struct effect *reply)
{
    (void)arg;
    tell("reply %d %s; ", (int)reply->command, error_code(reply->error));
}

static void on_notice(void *arg, const struct effect *notice)
{
    (void)arg;
    tell("notice %d; ", (int)notice->notice.seq);
}

static void on_announce(void *arg, const struct beacon *beacon, bool again, uint16_t port)
{
    (void)arg;
    assert_int_equal(port, world.bound.port);
    tell("announce %d%s; ", beacon->salt[0], again ? " again" : "");
}

static void on_log(void *arg, struct bytes text, enum error error)
{
    (void)arg;
    tell("log %.*s %s; ", (int)text.size, (const char *)text.data, error_code(error));
}

static int begin(void **state)
{
    struct address where = address_of("127.0.0.1:0");

    (void)state;
    memset(&world, 0, sizeof world);
    uv_loop_init(&world.loop);
    journal_init(&world.journal);
    const struct runtime_options options = {
        .loop = &world.loop,
        .storage = &world.journal.storage,
        .journal = &world.journal.table,
        .callbacks = {.on_reply = on_reply, .on_notice = on_notice, .on_announce = on_announce, .on_log = on_log}};
    world.runtime = runtime_new(&options);
    assert_int_equal(runtime_listen(world.runtime, &where, &world.bound), OK);
    return 0;
}

static void on_stopped(void *arg)
{
    runtime_free(world.runtime);
    *(bool *)arg = true;
}

static void stop(void)
{
    runtime_stop(world.runtime, on_stopped, &world.stopped);
    uv_run(&world.loop, UV_RUN_DEFAULT);
    assert_true(world.stopped);
    assert_int_equal(uv_loop_close(&world.loop), 0); /* no handle is left */
    node_done(&world.node);
}

static int end(void **state)
{
    (void)state;
    if (!world.stopped)
        stop();
    return 0;
}

static void start(void (*script)(struct node *node, const struct event *event, struct effects *effects))
{
    world.node.script = script;
    runtime_start(world.runtime, &world.node);
}

static size_t count_seen(enum event_type type)
{
    size_t count = 0;

    for (size_t i = 0; i < world.node.count; i++)
        count += world.node.seen[i].type == type;
    return count;
}

static const struct seen *find_seen(enum event_type type)
{
    for (size_t i = 0; i < world.node.count; i++) {
        if (world.node.seen[i].type == type)
            return &world.node.seen[i];
    }
    fail();
    return NULL;
}

struct wanted {
    enum event_type type;
    size_t count;
};

static bool was_seen(void *arg)
{
    const struct wanted *wanted = arg;
    return count_seen(wanted->type) >= wanted->count;
}

static void wait_seen(enum event_type type, size_t count)
{
    struct wanted wanted = {type, count};
    run_until(&world.loop, was_seen, &wanted);
}

static bool was_told(void *arg)
{
    return strstr(world.story, arg) != NULL;
}

static struct client connect_client(void)
{
    size_t before = count_seen(EVENT_LINK_UP);
    struct client client = {.fd = connect_to(&world.bound, 0)};

    wait_seen(EVENT_LINK_UP, before + 1);
    return client;
}

static uint64_t command(enum command_type type)
{
    struct command asked = {.type = type, .id = runtime_command_id(world.runtime)};

    runtime_command(world.runtime, &asked);
    return asked.id;
}

/* ---------------------------------------------------------------- each event brings what the core lacks */

static void each_event_brings_time_space_and_fresh_randomness(void **state)
{
    (void)state;
    start(NULL);
    for (int i = 0; i < 300; i++) /* more than one pool of randomness */
        command(COMMAND_PEER_ADD);
    const struct seen *seen = world.node.seen;
    assert_int_equal(seen[0].type, EVENT_START);
    assert_true(seen[300].mono_ms >= seen[0].mono_ms && seen[0].mono_ms > 0);
    assert_true(seen[0].free_disk > 1000);
    for (size_t i = 1; i < world.node.count; i++)
        assert_memory_not_equal(seen[i].random, seen[i - 1].random, 32);
    assert_memory_not_equal(seen[300].random, (uint8_t[32]){0}, 32);
    assert_true(world.journal.space_asked <= 2); /* a second has room for many steps */
    assert_true(world.journal.reads_ended >= world.node.count);
}

static void tell_all(struct node *node, const struct event *event, struct effects *effects)
{
    (void)node;
    if (event->type != EVENT_START)
        return;
    struct effect *announce = add_effect(effects, EFFECT_ANNOUNCE);
    announce->beacon.salt[0] = 7;
    announce->again = true;
    buffer_append(&effects->arena, BYTES_TEXT("words"));
    struct effect *log = add_effect(effects, EFFECT_LOG);
    log->size = 5;
    log->error = ERR_LIMIT;
    do_notify(effects, 3, 0);
}

static void do_nothing(struct node *node, const struct event *event, struct effects *effects)
{
    (void)node, (void)event, (void)effects;
}

static void who_pins_the_database_for_long_is_named_once(void **state)
{
    uint64_t process;
    (void)state;
    world.journal.pinned_ms = 9999;
    assert_int_equal(disk_pinned_ms(&world.journal.table, &process), 0);
    world.journal.pinned_ms = 10000;
    start(do_nothing);
    for (int i = 0; i < 5; i++)
        runtime_peer_gone(world.runtime, BYTES_TEXT("x"));
    assert_string_equal(world.story, "log process 4711 has been reading the database for long: until it ends the file "
                                     "grows all the time ok; ");
    assert_int_equal(disk_pinned_ms(&world.journal.table, &process), 10000);
    assert_int_equal(process, 4711);
}

static void announcements_logs_and_notices_are_passed_on(void **state)
{
    (void)state;
    start(tell_all);
    assert_string_equal(world.story, "announce 7 again; log words limit; notice 3; ");
}

/* ---------------------------------------------------------------- nothing before it is durable */

static void hold_on_up(struct node *node, const struct event *event, struct effects *effects)
{
    if (event->type == EVENT_BYTES) /* another link: shows that the loop has gone on */
        do_send(effects, event->link, 0, "echo");
    if (event->type != EVENT_LINK_UP || node->last_batch > 0)
        return;
    do_send(effects, event->link, 0, "a");
    uint64_t batch = do_persist(node, effects, 100);
    do_send(effects, event->link, batch, "b");
    do_send(effects, event->link, 0, "c");
}

static void bytes_are_held_until_their_batch_is_durable(void **state)
{
    (void)state;
    start(hold_on_up);
    struct client held = connect_client();
    client_expect(&world.loop, &held, "a");

    struct client other = connect_client();
    assert_int_equal(send(other.fd, "x", 1, 0), 1);
    client_expect(&world.loop, &other, "echo");
    client_read(&held);
    assert_string_equal(held.text, "a");

    journal_settle(&world.journal, 1, OK);
    client_expect(&world.loop, &held, "abc");
    wait_seen(EVENT_PERSISTED, 1);
    close(held.fd);
    close(other.fd);
}

static void a_failed_batch_closes_the_link_before_its_bytes(void **state)
{
    (void)state;
    start(hold_on_up);
    struct client held = connect_client();
    journal_settle(&world.journal, 1, ERR_DISK_FULL);
    wait_seen(EVENT_LINK_DOWN, 1);
    run_until(&world.loop, client_has_ended, &held);
    assert_string_equal(held.text, "a");

    const struct seen *persisted = find_seen(EVENT_PERSISTED), *down = find_seen(EVENT_LINK_DOWN);
    assert_true(persisted < down);
    assert_int_equal(persisted->persisted.result, ERR_DISK_FULL);
    assert_int_equal(down->reason, ERR_DISK_FULL);
    assert_int_equal(down->link, find_seen(EVENT_LINK_UP)->link);
    close(held.fd);
}

static void answer_when_durable(struct node *node, const struct event *event, struct effects *effects)
{
    if (event->type == EVENT_PERSISTED)
        tell("step %s; ", error_code(event->persisted.result));
    if (event->type != EVENT_COMMAND || event->command->type != COMMAND_SEND)
        return;
    uint64_t batch = do_persist(node, effects, 10);
    do_reply(effects, event->command->id, batch);
    do_notify(effects, batch, batch);
    do_notify(effects, 100 + batch, 0);
}

static void replies_come_before_the_node_knows_and_notices_after(void **state)
{
    (void)state;
    start(answer_when_durable);
    command(COMMAND_SEND);
    assert_string_equal(world.story, "");
    journal_settle(&world.journal, 1, OK);
    run_until(&world.loop, was_told, "notice 101");
    assert_string_equal(world.story, "reply 1 ok; step ok; notice 1; notice 101; ");
}

static void a_failed_batch_turns_replies_into_errors_and_drops_notices(void **state)
{
    (void)state;
    start(answer_when_durable);
    command(COMMAND_SEND);
    command(COMMAND_SEND);
    command(COMMAND_SEND);
    journal_settle(&world.journal, 2, ERR_DISK);
    run_until(&world.loop, was_told, "notice 102");
    journal_settle(&world.journal, 1, OK);
    run_until(&world.loop, was_told, "notice 103");
    assert_string_equal(world.story, "step disk; reply 1 disk; notice 101; step disk; reply 2 disk; notice 102; "
                                     "reply 3 ok; step ok; notice 3; notice 103; ");
}

static void look_at_journal(struct node *node, const struct event *event, struct effects *effects)
{
    if (event->type == EVENT_COMMAND && event->command->type == COMMAND_SEND)
        do_persist(node, effects, 10);
    if (event->type == EVENT_PERSISTED)
        tell("batch %d %s with %d results left; ", (int)event->persisted.batch, error_code(event->persisted.result),
             (int)world.journal.result_count);
}

static void a_failure_is_not_collected_before_the_node_has_taken_what_precedes_it(void **state)
{
    (void)state;
    start(look_at_journal);
    command(COMMAND_SEND);
    command(COMMAND_SEND);
    command(COMMAND_SEND);
    journal_settle(&world.journal, 1, OK);
    journal_settle(&world.journal, 2, ERR_DISK);
    wait_seen(EVENT_PERSISTED, 3);
    assert_string_equal(world.story, "batch 1 ok with 2 results left; batch 2 disk with 1 results left; "
                                     "batch 3 disk with 0 results left; ");
}

static void ask_again(void *arg, const struct effect *reply)
{
    on_reply(arg, reply);
    if (reply->command < 3)
        command(COMMAND_SEND);
}

static void answer_at_once(struct node *node, const struct event *event, struct effects *effects)
{
    (void)node;
    if (event->type == EVENT_COMMAND)
        do_reply(effects, event->command->id, 0);
}

static void a_reply_may_lead_to_the_next_command(void **state)
{
    const struct runtime_options options = {.loop = &world.loop,
                                            .storage = &world.journal.storage,
                                            .journal = &world.journal.table,
                                            .callbacks = {.on_reply = ask_again}};

    (void)state;
    stop();
    uv_loop_init(&world.loop);
    world.stopped = false;
    world.node = (struct node){0};
    world.runtime = runtime_new(&options);
    start(answer_at_once);
    command(COMMAND_SEND);
    assert_string_equal(world.story, "reply 1 ok; reply 2 ok; reply 3 ok; ");
}

/* ---------------------------------------------------------------- links */

static void dial_on_start(struct node *node, const struct event *event, struct effects *effects)
{
    (void)node;
    if (event->type == EVENT_START) {
        struct effect *effect = add_effect(effects, EFFECT_DIAL);
        effect->dial = 9;
        effect->address = world.bound;
    }
    if (event->type == EVENT_LINK_UP && event->dial == 9)
        do_send(effects, event->link, 0, "hello");
    if (event->type == EVENT_BYTES && event->bytes.size == 5) {
        do_send(effects, event->link, 0, "bye");
        add_effect(effects, EFFECT_CLOSE)->link = event->link;
    }
}

static void a_dialled_link_reaches_the_listener_and_closes_on_one_side_only(void **state)
{
    (void)state;
    start(dial_on_start); /* it calls itself */
    wait_seen(EVENT_LINK_DOWN, 1);
    assert_int_equal(count_seen(EVENT_LINK_UP), 2);
    assert_int_equal(count_seen(EVENT_BYTES), 2); /* "hello", and "bye" in spite of the close */
    for (int i = 0; i < 10; i++)
        uv_run(&world.loop, UV_RUN_NOWAIT);
    assert_int_equal(count_seen(EVENT_LINK_DOWN), 1);
}

static void persist_much(struct node *node, const struct event *event, struct effects *effects)
{
    if (event->type == EVENT_COMMAND && event->command->type == COMMAND_SEND)
        do_persist(node, effects, DISK_BEHIND_BYTES / 2 + 1);
}

static void nothing_is_read_while_the_disk_is_behind(void **state)
{
    (void)state;
    start(persist_much);
    struct client client = connect_client();
    command(COMMAND_SEND);
    command(COMMAND_SEND);
    assert_int_equal(send(client.fd, "x", 1, 0), 1);
    for (int i = 0; i < 20; i++)
        uv_run(&world.loop, UV_RUN_NOWAIT);
    assert_int_equal(count_seen(EVENT_BYTES), 0);
    journal_settle(&world.journal, 1, OK); /* half of it: not yet */
    wait_seen(EVENT_PERSISTED, 1);
    assert_int_equal(count_seen(EVENT_BYTES), 0);
    journal_settle(&world.journal, 1, OK);
    wait_seen(EVENT_BYTES, 1);
    close(client.fd);
}

/* ---------------------------------------------------------------- waking */

static void wake_twice(struct node *node, const struct event *event, struct effects *effects)
{
    (void)node;
    if (event->type == EVENT_START) {
        do_wake(effects, event->mono_ms + 60000);
        do_wake(effects, event->mono_ms + 50);
    } else if (event->type == EVENT_TIME && count_seen(EVENT_TIME) == 1) {
        do_wake(effects, 0); /* long ago: at once */
    } else if (event->type == EVENT_TIME) {
        do_wake(effects, event->mono_ms + 1);
        do_wake(effects, UINT64_MAX);
    }
}

static void the_node_wakes_when_it_asked_for_and_not_before(void **state)
{
    (void)state;
    start(wake_twice);
    wait_seen(EVENT_TIME, 2);
    const struct seen *time = find_seen(EVENT_TIME);
    assert_true(time->mono_ms >= world.node.seen[0].mono_ms + 50);
    assert_true(time->mono_ms < world.node.seen[0].mono_ms + 5000);
    uint64_t until = moment_mono_ms() + 20;
    while (moment_mono_ms() < until)
        uv_run(&world.loop, UV_RUN_NOWAIT);
    assert_int_equal(count_seen(EVENT_TIME), 2); /* the last wish was: never */
}

/* ---------------------------------------------------------------- stopping */

static void say_bye(struct node *node, const struct event *event, struct effects *effects)
{
    static uint64_t link;

    if (event->type == EVENT_LINK_UP)
        link = event->link;
    if (event->type != EVENT_COMMAND)
        return;
    if (event->command->type == COMMAND_STOP) {
        do_send(effects, link, 0, "BYE");
        do_reply(effects, event->command->id, 0);
    } else {
        do_reply(effects, event->command->id, do_persist(node, effects, 10));
    }
}

static void stopping_says_bye_and_answers_what_still_waits(void **state)
{
    (void)state;
    start(say_bye);
    struct client client = connect_client();
    command(COMMAND_SEND);
    stop(); /* the batch never becomes durable: after a second it is not waited for */
    client_read(&client);
    assert_true(client.ended);
    assert_string_equal(client.text, "BYE");
    assert_string_equal(world.story, "reply 1 shutting_down; ");
    close(client.fd);
}

static bool was_stopped(void *arg)
{
    return *(bool *)arg;
}

static void stopping_waits_for_what_is_on_its_way_to_disk(void **state)
{
    (void)state;
    start(say_bye);
    command(COMMAND_SEND);
    uint64_t before = moment_mono_ms();
    runtime_stop(world.runtime, on_stopped, &world.stopped);
    uv_run(&world.loop, UV_RUN_NOWAIT);
    assert_false(world.stopped);
    journal_settle(&world.journal, 1, OK);
    run_until(&world.loop, was_stopped, &world.stopped);
    assert_true(moment_mono_ms() - before < 900);
    assert_string_equal(world.story, "reply 1 ok; ");
    assert_int_equal(uv_loop_close(&world.loop), 0);
    node_done(&world.node);
}

static void after_the_stop_commands_are_refused(void **state)
{
    (void)state;
    start(answer_at_once);
    runtime_stop(world.runtime, on_stopped, &world.stopped);
    command(COMMAND_SEND);
    run_until(&world.loop, was_stopped, &world.stopped);
    assert_string_equal(world.story, "reply 2 shutting_down; ");
    assert_int_equal(uv_loop_close(&world.loop), 0);
}

static void stopping_takes_links_on_both_sides_and_dials_along(void **state)
{
    struct client clients[10];

    (void)state;
    start(NULL);
    for (size_t i = 0; i < 10; i++)
        clients[i] = connect_client();
    stop();
    for (size_t i = 0; i < 10; i++)
        close(clients[i].fd);
    assert_int_equal(count_seen(EVENT_LINK_DOWN), 0);
}

static void one_that_was_never_started_stops_too(void **state)
{
    (void)state;
    stop();
    assert_int_equal(world.node.count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(each_event_brings_time_space_and_fresh_randomness),
        TEST(who_pins_the_database_for_long_is_named_once),
        TEST(announcements_logs_and_notices_are_passed_on),
        TEST(bytes_are_held_until_their_batch_is_durable),
        TEST(a_failed_batch_closes_the_link_before_its_bytes),
        TEST(replies_come_before_the_node_knows_and_notices_after),
        TEST(a_failed_batch_turns_replies_into_errors_and_drops_notices),
        TEST(a_failure_is_not_collected_before_the_node_has_taken_what_precedes_it),
        TEST(a_reply_may_lead_to_the_next_command),
        TEST(a_dialled_link_reaches_the_listener_and_closes_on_one_side_only),
        TEST(nothing_is_read_while_the_disk_is_behind),
        TEST(the_node_wakes_when_it_asked_for_and_not_before),
        TEST(stopping_says_bye_and_answers_what_still_waits),
        TEST(stopping_waits_for_what_is_on_its_way_to_disk),
        TEST(after_the_stop_commands_are_refused),
        TEST(stopping_takes_links_on_both_sides_and_dials_along),
        TEST(one_that_was_never_started_stops_too),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
