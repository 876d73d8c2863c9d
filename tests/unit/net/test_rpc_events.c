/* SPDX-License-Identifier: MIT
 * What subscribers to the local API are told, through its socket. */
#include "rpc_world.h"

/* Returns the cursor where it starts. */
static unsigned long subscribe(struct client *client, const char *params)
{
    json_t *answer = client_call(client, "event.subscribe", params);
    unsigned long cursor = strtoul(text_at(answer, "result.cursor"), NULL, 10);

    assert_true(json_is_string(at(answer, "result.cursor")));
    json_decref(answer);
    return cursor;
}

static json_t *event(struct client *client, const char *type)
{
    json_t *line = client_line(client);

    assert_non_null(line);
    assert_string_equal(text_at(line, "method"), "event");
    assert_null(json_object_get(line, "id"));
    assert_string_equal(text_at(line, "params.type"), type);
    return line;
}

static void assert_message(struct client *client, size_t number)
{
    json_t *added = event(client, "message.added");
    char text[32];

    snprintf(text, sizeof text, "%zu", number);
    assert_string_equal(text_at(added, "params.message.text"), text);
    assert_int_equal(strtoul(text_at(added, "params.cursor"), NULL, 10), arrival_of(number));
    json_decref(added);
}

/* Messages whose text is their number. */
static void add_messages(struct world *world, size_t count)
{
    char text[32];

    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%zu", world->node.count);
        world_message(world, text);
    }
}

static void a_subscriber_is_told_what_comes_after_it_subscribed(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    add_messages(world, 3);
    assert_int_equal(subscribe(&client, "{}"), arrival_of(2));
    assert_true(client_has_nothing(&client));
    add_messages(world, 2);
    assert_message(&client, 3);
    assert_message(&client, 4);
    assert_true(client_has_nothing(&client));
    client_done(&client);
}

static void missed_messages_come_first_without_gap_or_duplicate(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    add_messages(world, 1700);
    assert_int_equal(subscribe(&client, "{\"cursor\":\"0\"}"), 0);
    for (size_t i = 0; i < 300; i++)
        assert_message(&client, i);
    add_messages(world, 50); /* while the others are still on their way */
    for (size_t i = 300; i < 1750; i++)
        assert_message(&client, i);
    assert_true(client_has_nothing(&client));
    add_messages(world, 1);
    assert_message(&client, 1750);
    client_done(&client);
}

static void the_loop_does_not_wait_while_there_is_more_to_tell(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    add_messages(world, 600);
    subscribe(&client, "{\"cursor\":\"0\"}");
    assert_int_equal(uv_backend_timeout(&world->loop), 0);
    for (size_t i = 0; i < 600; i++)
        assert_message(&client, i);
    world_settle(world);
    assert_int_not_equal(uv_backend_timeout(&world->loop), 0);
    client_done(&client);
}

static void a_cursor_resumes_right_after_its_message(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);
    char params[64];

    add_messages(world, 10);
    snprintf(params, sizeof params, "{\"cursor\":\"%llu\"}", (unsigned long long)arrival_of(6));
    subscribe(&client, params);
    assert_message(&client, 7);
    assert_message(&client, 8);
    assert_message(&client, 9);
    assert_true(client_has_nothing(&client));
    client_done(&client);
}

static void a_cursor_ahead_of_the_database_is_refused(void **state)
{
    struct client client = client_of(*state);

    add_messages(*state, 1);
    assert_error(client_call(&client, "event.subscribe", "{\"cursor\":\"1000\"}"), -32000, "not_found");
    assert_error(client_call(&client, "event.subscribe", "{\"cursor\":\"-1\"}"), -32602, "usage");
    assert_error(client_call(&client, "event.subscribe", "{\"cursor\":\"\"}"), -32602, "usage");
    assert_error(client_call(&client, "event.subscribe", "{\"cursor\":\"99999999999999999999\"}"), -32602, "usage");
    assert_error(client_call(&client, "event.subscribe", "{\"types\":[\"message.exploded\"]}"), -32602, "usage");
    assert_error(client_call(&client, "event.subscribe", "{\"types\":[1]}"), -32602, "usage");
    client_done(&client);
}

static void entries_that_are_no_messages_are_passed_over(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    subscribe(&client, "{}");
    node_add(&world->node, "a name")->state = MESSAGE_NOT_TEXT;
    add_messages(world, 1);
    assert_message(&client, 1);
    assert_true(client_has_nothing(&client));
    client_done(&client);
}

static void only_the_types_asked_for_are_told(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    subscribe(&client, "{\"types\":[\"peer.up\",\"roster.changed\"]}");
    add_messages(world, 1);
    world_notice(world, NOTICE_PEER_DOWN, 0);
    world_notice(world, NOTICE_PEER_UP, 0);
    world_notice(world, NOTICE_WORKSPACE, 0);
    world_notice(world, NOTICE_ROSTER, 0);
    json_t *up = event(&client, "peer.up");
    assert_string_equal(text_at(up, "params.name"), "Bob");
    assert_int_equal(strlen(text_at(up, "params.device")), 52);
    json_decref(up);
    json_decref(event(&client, "roster.changed"));
    assert_true(client_has_nothing(&client));
    client_done(&client);
}

static void a_message_is_shown_early_only_to_those_who_asked(void **state)
{
    struct world *world = *state;
    struct client early = client_of(world), other = client_of(world);

    subscribe(&early, "{\"early\":true}");
    subscribe(&other, "{}");
    node_add(&world->node, "0");
    world_notice(world, NOTICE_SHOWN_EARLY, 1);
    json_t *shown = event(&early, "message.shown");
    assert_string_equal(text_at(shown, "params.message.text"), "0");
    assert_null(at(shown, "params.cursor"));
    json_decref(shown);
    assert_true(client_has_nothing(&other));

    node_make_durable(&world->node);
    world_notice(world, NOTICE_MESSAGE, 1);
    assert_message(&early, 0);
    assert_message(&other, 0);
    client_done(&early);
    client_done(&other);
}

static void a_text_that_came_later_is_told_once_more_without_a_cursor(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world), other = client_of(world);

    add_messages(world, 1);
    subscribe(&client, "{}");
    subscribe(&other, "{\"types\":[\"message.added\"]}");
    world_notice(world, NOTICE_COMPLETED, 1);
    json_t *told = event(&client, "message.completed");
    assert_string_equal(text_at(told, "params.message.id"), "ceirceirceirceir-1");
    assert_string_equal(text_at(told, "params.message.state"), "readable");
    assert_null(at(told, "params.cursor"));
    json_decref(told);
    assert_true(client_has_nothing(&client) && client_has_nothing(&other));
    client_done(&client);
    client_done(&other);
}

static void an_acknowledgement_tells_how_many_have_it(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    add_messages(world, 1);
    subscribe(&client, "{}");
    world->node.with = 1;
    world_notice(world, NOTICE_ACKNOWLEDGED, 1);
    json_t *told = event(&client, "message.acknowledged");
    assert_string_equal(text_at(told, "params.id"), "ceirceirceirceir-1");
    assert_int_equal(json_integer_value(at(told, "params.with")), 1);
    assert_int_equal(json_integer_value(at(told, "params.persons")), 2);
    json_decref(told);
    client_done(&client);
}

static void a_later_subscription_replaces_the_earlier(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    subscribe(&client, "{}");
    subscribe(&client, "{\"types\":[]}");
    add_messages(world, 1);
    assert_true(client_has_nothing(&client));
    subscribe(&client, "{}");
    add_messages(world, 1);
    assert_message(&client, 1);
    assert_true(client_has_nothing(&client));
    client_done(&client);
}

static void a_client_that_stops_sending_ends_its_subscription(void **state)
{
    struct client client = client_of(*state);

    subscribe(&client, "{}");
    shutdown(client.fd, SHUT_WR);
    assert_null(client_line(&client));
    client_done(&client);
}

/* Reads on to event.lost, counting the messages before it; returns its cursor. */
static unsigned long read_until_lost(struct client *client, size_t *next)
{
    for (;;) {
        json_t *line = client_line(client);
        assert_non_null(line);
        bool is_lost = strcmp(text_at(line, "params.type"), "event.lost") == 0;
        unsigned long cursor = strtoul(text_at(line, "params.cursor"), NULL, 10);
        json_decref(line);
        if (is_lost)
            return cursor;
        assert_int_equal(cursor, arrival_of((*next)++));
    }
}

static void a_subscriber_that_takes_nothing_is_told_so_and_resumes_without_gap(void **state)
{
    struct world *world = *state;
    struct client slow = client_of(world), quick = client_of(world);
    size_t count = 4000, next = 0;
    char params[64];

    subscribe(&slow, "{}");
    subscribe(&quick, "{}");
    for (size_t i = 0; i < count; i++) { /* nobody waits for the slow one */
        add_messages(world, 1);
        assert_message(&quick, i);
    }
    for (uint64_t until = moment_mono_ms() + 4000; moment_mono_ms() < until;)
        uv_run(&world->loop, UV_RUN_NOWAIT);

    unsigned long cursor = read_until_lost(&slow, &next);
    assert_true(next > 0 && next < count);
    assert_int_equal(cursor, arrival_of(next - 1));
    assert_true(client_has_nothing(&slow)); /* the subscription has ended */

    snprintf(params, sizeof params, "{\"cursor\":\"%lu\"}", cursor);
    subscribe(&slow, params);
    for (; next < count; next++)
        assert_message(&slow, next);
    assert_true(client_has_nothing(&slow));
    client_done(&slow);
    client_done(&quick);
}

static void events_pushed_to_one_who_reads_nothing_stay_bounded(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);
    size_t count = 0;

    subscribe(&client, "{}");
    for (size_t i = 0; i < 12000; i++) {
        world_notice(world, NOTICE_PEER_UP, 0);
        if (i % 100 == 0)
            world_turn(world);
    }
    json_t *line;
    for (; (line = client_line(&client)) != NULL; count++) {
        bool is_lost = strcmp(text_at(line, "params.type"), "event.lost") == 0;
        json_decref(line);
        if (is_lost)
            break;
    }
    assert_in_range(count, 1000, 11000);
    client_done(&client);
}

static void a_slow_reader_that_does_read_is_waited_for_and_loses_nothing(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    subscribe(&client, "{}");
    add_messages(world, 3000); /* more than may be unread, as after days offline */
    world_settle(world);
    for (size_t i = 0; i < 3000; i++)
        assert_message(&client, i);
    client_done(&client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_subscriber_is_told_what_comes_after_it_subscribed),
        TEST(missed_messages_come_first_without_gap_or_duplicate),
        TEST(the_loop_does_not_wait_while_there_is_more_to_tell),
        TEST(a_cursor_resumes_right_after_its_message),
        TEST(a_cursor_ahead_of_the_database_is_refused),
        TEST(entries_that_are_no_messages_are_passed_over),
        TEST(only_the_types_asked_for_are_told),
        TEST(a_message_is_shown_early_only_to_those_who_asked),
        TEST(a_text_that_came_later_is_told_once_more_without_a_cursor),
        TEST(an_acknowledgement_tells_how_many_have_it),
        TEST(a_later_subscription_replaces_the_earlier),
        TEST(a_client_that_stops_sending_ends_its_subscription),
        TEST(a_subscriber_that_takes_nothing_is_told_so_and_resumes_without_gap),
        TEST(events_pushed_to_one_who_reads_nothing_stay_bounded),
        TEST(a_slow_reader_that_does_read_is_waited_for_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
