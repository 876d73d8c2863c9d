/* SPDX-License-Identifier: MIT
 * The local API's connections and calls, through its socket. */
#include "rpc_world.h"

static void assert_call_refused(struct client *client, const char *method, const char *params, int number,
                                const char *code)
{
    assert_error(client_call(client, method, params), number, code);
}

static void what_is_unknown_or_wrong_is_refused_by_name(void **state)
{
    struct client client = client_of(*state);

    assert_call_refused(&client, "node.explode", "{}", -32601, "usage");
    assert_call_refused(&client, "node.info", "{\"x\":1}", -32602, "usage");
    assert_call_refused(&client, "message.send", "{\"text\":\"x\"}", -32602, "usage");
    assert_call_refused(&client, "message.send", "{\"target\":\"B\xC3\xBCro\",\"text\":1}", -32602, "usage");
    assert_call_refused(&client, "message.send", "{\"target\":\"B\xC3\xBCro\",\"text\":\"x\",\"urgent\":\"yes\"}",
                        -32602, "usage");
    assert_call_refused(&client, "message.send", "{\"target\":\"B\xC3\xBCro\",\"text\":\"x\",\"topic\":null}", -32602,
                        "usage");
    assert_call_refused(&client, "message.send", "{\"target\":\"@zoe\",\"text\":\"x\"}", -32000, "not_found");
    assert_call_refused(&client, "message.send", "{\"target\":\"B\xC3\xBCro\",\"text\":\"x\",\"reply_to\":\"99\"}",
                        -32000, "not_found");
    assert_call_refused(&client, "message.list", "{\"target\":\"B\xC3\xBCro\",\"limit\":1001}", -32602, "usage");
    assert_call_refused(&client, "message.list", "{\"target\":\"B\xC3\xBCro\",\"limit\":0}", -32602, "usage");
    assert_call_refused(&client, "message.list", "{\"target\":\"B\xC3\xBCro\",\"cursor\":\"!\"}", -32602, "usage");
    assert_call_refused(&client, "message.list", "{\"target\":\"B\xC3\xBCro\",\"since\":\"yesterday\"}", -32602,
                        "usage");
    assert_call_refused(&client, "message.list", "{\"target\":\"B\xC3\xBCro\",\"direction\":\"up\"}", -32602, "usage");
    assert_call_refused(&client, "peer.add", "{\"address\":\"nowhere\"}", -32602, "usage");
    assert_call_refused(&client, "workspace.join", "{\"code\":\"one two\"}", -32000, "malformed");
    assert_int_equal(((struct world *)*state)->commands, 0);
    client_done(&client);
}

static void the_answer_to_nonsense_has_no_id(void **state)
{
    struct client client = client_of(*state);

    client_write(&client, "\n  \r\nnonsense\n");
    json_t *answer = client_line(&client);
    assert_true(json_is_null(json_object_get(answer, "id")));
    assert_error(answer, -32700, "malformed");
    client_done(&client);
}

static void a_message_is_answered_when_it_is_durable_and_not_before(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    world->hold = true;
    client_write(&client, "{\"jsonrpc\":\"2.0\",\"id\":\"m\",\"method\":\"message.send\",\"params\":{\"target\":"
                          "\"b\xC3\xBCro\",\"text\":\"hi\",\"client_id\":\"c1\",\"urgent\":true}}\n");
    assert_true(client_has_nothing(&client));
    assert_int_equal(world->commands, 1);
    assert_int_equal(world->last.type, COMMAND_SEND);
    assert_int_equal(world->last.send.group, OFFICE);
    assert_true(world->last.send.urgent);
    assert_string_equal(world->last_text, "hi");
    assert_string_equal(world->last_client_id, "c1");

    world_release(world);
    json_t *answer = client_line(&client);
    assert_string_equal(text_at(answer, "id"), "m");
    assert_string_equal(text_at(answer, "result.id"), "ceirceirceirceir-1");
    assert_string_equal(text_at(answer, "result.time"), "2026-11-24T08:15:30.001Z");
    json_decref(answer);
    client_done(&client);
}

static void a_message_that_waits_for_a_key_has_no_id(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    world->no_key = true;
    json_t *answer = client_call(&client, "message.send", "{\"target\":\"B\xC3\xBCro\",\"text\":\"hi\"}");
    assert_string_equal(text_at(answer, "result.state"), "waiting_for_key");
    assert_null(json_object_get(json_object_get(answer, "result"), "id"));
    json_decref(answer);
    client_done(&client);
}

static void what_the_node_refuses_is_told_with_its_code(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    world->refuse = ERR_NAME_BAD;
    assert_error(client_call(&client, "identity.create", "{\"name\":\"\"}"), -32000, "name_bad");
    client_done(&client);
}

static void a_question_does_not_wait_for_a_command(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    world->hold = true;
    client_write(&client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"workspace.create\",\"params\":{\"name\":\"x\"}}\n"
                          "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"node.info\"}\n");
    json_t *first = client_line(&client);
    world_release(world);
    json_t *second = client_line(&client);
    assert_int_equal(json_integer_value(at(first, "id")), 2);
    assert_int_equal(json_integer_value(at(second, "id")), 1);
    assert_int_equal(json_object_size(at(second, "result")), 0);
    json_decref(first);
    json_decref(second);
    client_done(&client);
}

static void a_notification_is_carried_out_and_never_answered(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    client_write(&client, "{\"jsonrpc\":\"2.0\",\"method\":\"message.send\",\"params\":{\"target\":\"B\xC3\xBCro\","
                          "\"text\":\"hi\"}}\n{\"jsonrpc\":\"2.0\",\"method\":\"node.info\"}\n"
                          "{\"jsonrpc\":\"2.0\",\"method\":\"nothing\"}\n");
    assert_true(client_has_nothing(&client));
    assert_int_equal(world->commands, 1);
    client_done(&client);
}

static void a_request_may_come_byte_by_byte(void **state)
{
    struct client client = client_of(*state);
    const char *line = "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"node.info\"}\n";

    for (; *line; line++) {
        assert_int_equal(send(client.fd, line, 1, MSG_NOSIGNAL), 1);
        world_turn(*state);
        world_turn(*state);
    }
    json_t *answer = client_line(&client);
    assert_int_equal(json_integer_value(at(answer, "id")), 5);
    json_decref(answer);
    client_done(&client);
}

static void a_line_too_long_is_told_and_ends_the_connection(void **state)
{
    struct client client = client_of(*state);
    struct buffer line = {0};

    memset(buffer_extend(&line, RPC_LINE_MAX + (64u << 10)), ' ', RPC_LINE_MAX + (64u << 10));
    client_try_write(&client, buffer_bytes(&line));
    assert_error(client_line(&client), -32600, "too_big");
    assert_null(client_line(&client));
    buffer_done(&line);
    client_done(&client);
}

static void a_line_of_the_greatest_length_is_read(void **state)
{
    struct client client = client_of(*state);
    struct buffer line = {0};
    const char *request = "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"node.info\"}";

    buffer_append(&line, BYTES_TEXT(request));
    size_t padding = RPC_LINE_MAX - line.size;
    memset(buffer_extend(&line, padding), ' ', padding);
    buffer_append_byte(&line, '\n');
    assert_int_equal(client_try_write(&client, buffer_bytes(&line)), line.size);
    json_t *answer = client_line(&client);
    assert_int_equal(json_integer_value(at(answer, "id")), 5);
    json_decref(answer);
    buffer_done(&line);
    client_done(&client);
}

static void one_client_too_many_is_told_and_closed(void **state)
{
    struct client clients[RPC_CONNECTIONS_MAX];

    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++) {
        clients[i] = client_of(*state);
        json_decref(client_call(&clients[i], "node.info", "{}"));
    }
    struct client late = client_of(*state);
    assert_error(client_line(&late), -32000, "limit");
    assert_null(client_line(&late));
    client_done(&late);

    client_done(&clients[3]);
    world_settle(*state);
    clients[3] = client_of(*state);
    for (size_t i = 0; i < RPC_CONNECTIONS_MAX; i++) {
        json_decref(client_call(&clients[i], "node.info", "{}"));
        client_done(&clients[i]);
    }
}

/* Writes requests until the server takes no more of them; returns how many were written whole. */
static size_t flood(struct client *client, const char *request, size_t most)
{
    size_t count = 0;

    while (count < most && client_try_write(client, BYTES_TEXT(request)) == strlen(request))
        count++;
    return count;
}

static void a_client_with_too_much_unanswered_is_held_and_goes_on_later(void **state)
{
    static char request[8192];
    struct world *world = *state;
    struct client client = client_of(world);
    size_t owed = 0;

    snprintf(
        request, sizeof request,
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"message.send\",\"params\":{\"target\":\"B\xC3\xBCro\",\"text\":"
        "\"%05000d\"}}\n",
        0);
    world->hold = true;
    size_t written = flood(&client, request, 10000);
    assert_true(written < 10000);
    owed = world->commands * strlen(request);
    assert_true(owed >= RPC_LINE_MAX);
    assert_true(owed < RPC_LINE_MAX + 3 * strlen(request));

    world->hold = false;
    world_release(world);
    for (size_t i = 0; i < written; i++) {
        json_t *answer = client_line(&client);
        assert_true(json_is_object(at(answer, "result")));
        json_decref(answer);
    }
    assert_in_range(world->commands, written, written + 1);
    client_done(&client);
}

static void a_client_that_does_not_read_is_not_read(void **state)
{
    static char text[60], request[8192];
    struct world *world = *state;
    struct client client = client_of(world);

    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i < 1000; i++)
        node_add(&world->node, text);
    node_make_durable(&world->node);
    snprintf(request, sizeof request,
             "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"message.list\",\"params\":{\"target\":\"B\xC3\xBCro\","
             "\"limit\":1000}%8000s}\n",
             "");
    size_t written = flood(&client, request, 1000);
    assert_true(written < 1000);

    for (size_t i = 0; i < written; i++) {
        json_t *answer = client_line(&client);
        assert_int_equal(json_array_size(at(answer, "result.messages")), 1000);
        json_decref(answer);
    }
    client_done(&client);
}

static void a_client_that_stops_sending_gets_what_it_waits_for(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    world->hold = true;
    client_write(&client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"workspace.create\",\"params\":{\"name\":\"x\"}}\n"
                          "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"node.info\"}"); /* without its line feed */
    shutdown(client.fd, SHUT_WR);
    json_t *info = client_line(&client);
    assert_int_equal(json_integer_value(at(info, "id")), 2);
    assert_true(client_has_nothing(&client));
    world_release(world);
    json_t *created = client_line(&client);
    assert_int_equal(json_integer_value(at(created, "id")), 1);
    assert_null(client_line(&client));
    json_decref(info);
    json_decref(created);
    client_done(&client);
}

static void a_client_that_vanishes_leaves_its_command_to_the_node(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    world->hold = true;
    client_write(&client,
                 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"workspace.create\",\"params\":{\"name\":\"x\"}}\n");
    world_settle(world);
    client_done(&client);
    world_settle(world);
    assert_int_equal(world->commands, 1);
    world_release(world);
    world_settle(world);
}

static void the_end_of_the_server_answers_what_waits(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    world->hold = true;
    client_write(&client,
                 "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"workspace.create\",\"params\":{\"name\":\"x\"}}\n");
    world_settle(world);
    world_close(world);
    assert_error(client_line(&client), -32000, "shutting_down");
    assert_null(client_line(&client));
    client_done(&client);
}

static void a_stop_is_answered_and_then_told_once(void **state)
{
    struct world *world = *state;
    struct client client = client_of(world);

    for (int i = 0; i < 2; i++) {
        json_t *answer = client_call(&client, "node.stop", "{}");
        assert_true(json_is_object(at(answer, "result")));
        json_decref(answer);
    }
    world_settle(world);
    assert_int_equal(world->stops, 1);
    client_done(&client);
}

/* ---------------------------------------------------------------- the socket itself */

static void the_socket_is_for_its_user_only(void **state)
{
    struct world *world = *state;
    struct stat status;

    assert_int_equal(stat(world->path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 0777, 0600);
}

static void another_user_is_closed_even_where_the_modes_let_him_in(void **state)
{
    struct world *world = *state;

    if (geteuid() != 0)
        skip(); /* only root can be somebody else */
    assert_int_equal(chmod(world->home, 0755), 0);
    assert_int_equal(chmod(world->path, 0666), 0);
    assert_int_equal(seteuid(65534), 0);
    struct client client = client_of(world); /* credentials are those at connect() */
    assert_int_equal(seteuid(0), 0);
    assert_null(client_line(&client));
    client_done(&client);
}

static void a_socket_that_answers_is_never_taken_over(void **state)
{
    struct world *world = *state;
    struct rpc_options options = world_options(world);
    struct rpc *second;

    assert_int_equal(rpc_open(&options, &second), ERR_BUSY);
    struct client client = client_of(world);
    json_decref(client_call(&client, "node.info", "{}"));
    client_done(&client);
}

static void a_leftover_socket_is_replaced(void **state)
{
    struct world *world = *state;
    struct rpc_options options = world_options(world);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    world_close(world);
    world_settle(world);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, world->path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
    assert_int_equal(rpc_open(&options, &world->rpc), OK);
    struct client client = client_of(world);
    json_decref(client_call(&client, "node.info", "{}"));
    client_done(&client);
}

static void what_is_no_socket_is_left_alone(void **state)
{
    struct world *world = *state;
    struct rpc_options options = world_options(world);
    char path[256];
    struct rpc *rpc;

    snprintf(path, sizeof path, "%s/file", world->home);
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    options.path = path;
    assert_int_equal(rpc_open(&options, &rpc), ERR_EXISTS);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/nowhere/socket", world->home);
    assert_int_equal(rpc_open(&options, &rpc), ERR_NOT_PERMITTED);
    snprintf(path, sizeof path, "%s/%0120d", world->home, 0);
    assert_int_equal(rpc_open(&options, &rpc), ERR_TOO_BIG);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_unknown_or_wrong_is_refused_by_name),
        TEST(the_answer_to_nonsense_has_no_id),
        TEST(a_message_is_answered_when_it_is_durable_and_not_before),
        TEST(a_message_that_waits_for_a_key_has_no_id),
        TEST(what_the_node_refuses_is_told_with_its_code),
        TEST(a_question_does_not_wait_for_a_command),
        TEST(a_notification_is_carried_out_and_never_answered),
        TEST(a_request_may_come_byte_by_byte),
        TEST(a_line_too_long_is_told_and_ends_the_connection),
        TEST(a_line_of_the_greatest_length_is_read),
        TEST(one_client_too_many_is_told_and_closed),
        TEST(a_client_with_too_much_unanswered_is_held_and_goes_on_later),
        TEST(a_client_that_does_not_read_is_not_read),
        TEST(a_client_that_stops_sending_gets_what_it_waits_for),
        TEST(a_client_that_vanishes_leaves_its_command_to_the_node),
        TEST(the_end_of_the_server_answers_what_waits),
        TEST(a_stop_is_answered_and_then_told_once),
        TEST(the_socket_is_for_its_user_only),
        TEST(another_user_is_closed_even_where_the_modes_let_him_in),
        TEST(a_socket_that_answers_is_never_taken_over),
        TEST(a_leftover_socket_is_replaced),
        TEST(what_is_no_socket_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
