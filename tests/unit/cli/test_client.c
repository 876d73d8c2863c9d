/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/client.h"
#include "cli/fields.h"
#include "cli/times.h"
#include "fake_node.h"
#include <sys/stat.h>

static void answer_one(FILE *from, FILE *to)
{
    json_t *request = fake_node_request(from);
    json_t *result = json_pack("{s:O, s:O}", "method", json_object_get(request, "method"), "params",
                               json_object_get(request, "params"));
    fake_node_answer(to, request, result);
}

static void a_call_brings_back_its_result(void **state)
{
    struct fake_node node;
    json_t *result, *refusal;
    (void)state;

    fake_node_start(&node, answer_one);
    json_t *params = json_pack("{s:s}", "name", "Ä");
    assert_int_equal(client_call(node.client, "identity.create", params, 5000, &result, &refusal), OK);
    assert_null(refusal);
    assert_string_equal(field_text(result, "method"), "identity.create");
    assert_string_equal(field_text(json_object_get(result, "params"), "name"), "Ä");
    json_decref(result);
    fake_node_end(&node);
}

static void refuse_one(FILE *from, FILE *to)
{
    fake_node_refuse(to, fake_node_request(from), "not_found");
}

static void a_refusal_is_no_result(void **state)
{
    struct fake_node node;
    json_t *result, *refusal;
    (void)state;

    fake_node_start(&node, refuse_one);
    assert_int_equal(client_call(node.client, "message.get", NULL, 5000, &result, &refusal), OK);
    assert_null(result);
    assert_string_equal(field_text(json_object_get(refusal, "data"), "code"), "not_found");
    json_decref(refusal);
    fake_node_end(&node);
}

static void notify_then_answer(FILE *from, FILE *to)
{
    json_t *request = fake_node_request(from);

    for (int i = 1; i <= 3; i++)
        fprintf(to, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"type\":\"t\",\"cursor\":\"%d\"}}\n", i);
    fake_node_answer(to, request, json_object());
    fputs("{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"type\":\"t\",\"cursor\":\"4\"}}\n", to);
}

static void events_during_a_call_are_kept_in_order(void **state)
{
    struct fake_node node;
    json_t *result, *refusal, *event;
    (void)state;

    fake_node_start(&node, notify_then_answer);
    assert_int_equal(client_call(node.client, "event.subscribe", NULL, 5000, &result, &refusal), OK);
    json_decref(result);
    assert_true(client_has_more(node.client));
    for (uint64_t i = 1; i <= 4; i++) {
        assert_int_equal(client_event(node.client, 5000, &event), OK);
        assert_int_equal(field_number(event, "cursor"), i);
        json_decref(event);
    }
    assert_int_equal(client_event(node.client, 5000, &event), ERR_CLOSED);
    fake_node_end(&node);
}

static void answer_two_backwards(FILE *from, FILE *to)
{
    json_t *first = fake_node_request(from), *second = fake_node_request(from);

    fake_node_answer(to, second, json_string("second"));
    fake_node_answer(to, first, json_string("first"));
}

static void an_answer_finds_its_request_in_any_order(void **state)
{
    struct fake_node node;
    json_t *result, *refusal;
    uint64_t id;
    (void)state;

    fake_node_start(&node, answer_two_backwards);
    assert_int_equal(client_request(node.client, "a.b", NULL, &id), OK);
    assert_int_equal(client_call(node.client, "a.b", NULL, 5000, &result, &refusal), OK);
    assert_string_equal(json_string_value(result), "second");
    json_decref(result);
    fake_node_end(&node);
}

static void answer_byte_by_byte(FILE *from, FILE *to)
{
    static const char reply[] = "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{\"text\":\"\\u0000x\"}}\n";

    json_decref(fake_node_request(from));
    for (size_t i = 0; reply[i]; i++) {
        fputc(reply[i], to);
        fflush(to);
    }
}

static void a_line_may_come_in_any_pieces(void **state)
{
    struct fake_node node;
    json_t *result, *refusal;
    (void)state;

    fake_node_start(&node, answer_byte_by_byte);
    assert_int_equal(client_call(node.client, "a.b", NULL, 5000, &result, &refusal), OK);
    assert_int_equal(json_string_length(json_object_get(result, "text")), 2);
    json_decref(result);
    fake_node_end(&node);
}

static void say_nothing(FILE *from, FILE *to)
{
    (void)to;
    json_decref(fake_node_request(from));
    json_decref(fake_node_request(from)); /* until the client goes */
}

static void a_silent_node_is_not_waited_for_forever(void **state)
{
    struct fake_node node;
    json_t *result, *refusal;
    (void)state;

    fake_node_start(&node, say_nothing);
    uint64_t start = times_mono_ms();
    assert_int_equal(client_call(node.client, "a.b", NULL, 50, &result, &refusal), ERR_TIMEOUT);
    assert_in_range(times_mono_ms() - start, 50, 5000);
    fake_node_end(&node);
}

static void go_away(FILE *from, FILE *to)
{
    (void)to;
    json_decref(fake_node_request(from));
}

static void a_node_that_ends_is_noticed(void **state)
{
    struct fake_node node;
    json_t *result, *refusal;
    (void)state;

    fake_node_start(&node, go_away);
    assert_int_equal(client_call(node.client, "a.b", NULL, -1, &result, &refusal), ERR_CLOSED);
    fake_node_end(&node);
}

static void speak_nonsense(FILE *from, FILE *to)
{
    json_decref(fake_node_request(from));
    fputs("{\"id\":\"1\",\"id\":\"1\"}\n", to);
}

static void nonsense_from_the_node_is_an_error(void **state)
{
    struct fake_node node;
    json_t *result, *refusal;
    (void)state;

    fake_node_start(&node, speak_nonsense);
    assert_int_equal(client_call(node.client, "a.b", NULL, 5000, &result, &refusal), ERR_MALFORMED);
    fake_node_end(&node);
}

/* Answers more than the pipes hold before it reads on: a client that only writes would wait for ever. */
static void answer_at_length(FILE *from, FILE *to)
{
    char *long_text = malloc(200001);
    json_t *request;

    memset(long_text, 'x', 200000);
    long_text[200000] = '\0';
    while ((request = fake_node_request(from)))
        fake_node_answer(to, request, json_string(long_text));
    free(long_text);
}

static void two_full_pipes_do_not_wait_for_each_other(void **state)
{
    enum { REQUESTS = 40 };
    struct fake_node node;
    json_t *reply;
    uint64_t id;
    (void)state;

    fake_node_start(&node, answer_at_length);
    char *text = malloc(300001);
    memset(text, 'y', 300000);
    text[300000] = '\0';
    for (int i = 0; i < REQUESTS; i++)
        assert_int_equal(client_request(node.client, "a.b", json_pack("{s:s}", "text", text), &id), OK);
    assert_int_equal(client_flush(node.client), OK);
    for (int i = 0; i < REQUESTS; i++) {
        assert_int_equal(client_receive(node.client, 5000, &reply), OK);
        json_decref(reply);
    }
    free(text);
    fake_node_end(&node);
}

static void a_request_longer_than_a_line_may_be_is_not_sent(void **state)
{
    struct fake_node node;
    uint64_t id;
    (void)state;

    fake_node_start(&node, go_away);
    char *text = calloc(1, CLIENT_LINE_MAX + 1);
    memset(text, 'y', CLIENT_LINE_MAX);
    assert_int_equal(client_request(node.client, "a.b", json_pack("{s:s}", "text", text), &id), ERR_TOO_BIG);
    assert_int_equal(client_queued(node.client), 0);
    free(text);
    fake_node_end(&node);
}

static void where_no_node_is_none_is_found(void **state)
{
    char home[] = "/tmp/zuruf-client.XXXXXX", too_long[300];
    struct client *client;
    (void)state;

    assert_non_null(mkdtemp(home));
    assert_int_equal(client_open(home, &client), ERR_NOT_FOUND);
    assert_int_equal(client_open("/nowhere/at/all", &client), ERR_NOT_FOUND);
    memset(too_long, 'x', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    assert_int_equal(client_open(too_long, &client), ERR_TOO_BIG);
    rmdir(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_brings_back_its_result),
        cmocka_unit_test(a_refusal_is_no_result),
        cmocka_unit_test(events_during_a_call_are_kept_in_order),
        cmocka_unit_test(an_answer_finds_its_request_in_any_order),
        cmocka_unit_test(a_line_may_come_in_any_pieces),
        cmocka_unit_test(a_silent_node_is_not_waited_for_forever),
        cmocka_unit_test(a_node_that_ends_is_noticed),
        cmocka_unit_test(nonsense_from_the_node_is_an_error),
        cmocka_unit_test(two_full_pipes_do_not_wait_for_each_other),
        cmocka_unit_test(a_request_longer_than_a_line_may_be_is_not_sent),
        cmocka_unit_test(where_no_node_is_none_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
