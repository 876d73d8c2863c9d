/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/fields.h"
#include "cli/send_lines.h"
#include "fake_node.h"
#include <unistd.h>

static const struct outgoing to_office = {.target = (char *)"Office", .topic = "Fax"};

/* Sends `input` to a node that follows `script`; the texts of the results, in the order handed out. */
static enum exit_code send_input(const char *input, size_t size, void (*script)(FILE *from, FILE *to), json_t *ret_sent)
{
    struct context context = {.json = true};
    struct fake_node node;
    FILE *file = tmpfile();

    assert_int_equal(fwrite(input, 1, size, file), size);
    assert_int_equal(fflush(file), 0);
    rewind(file);
    fake_node_start(&node, script);
    enum exit_code exit = send_lines(&context, node.client, &to_office, fileno(file), ret_sent);
    fake_node_end(&node);
    fclose(file);
    return exit;
}

static json_t *echo(const json_t *request)
{
    return json_pack("{s:O}", "id", json_object_get(json_object_get(request, "params"), "text"));
}

static void echo_each(FILE *from, FILE *to)
{
    json_t *request;

    while ((request = fake_node_request(from)))
        fake_node_answer(to, request, echo(request));
}

static void assert_texts(json_t *sent, size_t count, const char *const *expected)
{
    assert_int_equal(json_array_size(sent), count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(field_text(json_array_get(sent, i), "id"), expected[i]);
    json_decref(sent);
}

static void each_line_is_a_message_and_empty_ones_are_none(void **state)
{
    static const char input[] = "one\n\n  two \r\n\r\nthree without an end";
    static const char *const expected[] = {"one", "  two ", "three without an end"};
    json_t *sent = json_array();
    (void)state;

    assert_int_equal(send_input(input, sizeof input - 1, echo_each, sent), EXIT_DONE);
    assert_texts(sent, 3, expected);
}

/* Answers in blocks of ten, the last first. */
static void echo_backwards(FILE *from, FILE *to)
{
    json_t *requests[10], *request;
    size_t count = 0;

    while ((request = fake_node_request(from))) {
        requests[count++] = request;
        if (count < 10)
            continue;
        for (; count > 0; count--)
            fake_node_answer(to, requests[count - 1], echo(requests[count - 1]));
    }
}

static void ids_come_in_the_order_of_the_lines(void **state)
{
    enum { LINES = 2500 }; /* more than the window */
    char *input = NULL, expected[32];
    size_t size;
    json_t *sent = json_array();
    FILE *stream = open_memstream(&input, &size);
    (void)state;

    for (int i = 0; i < LINES; i++)
        fprintf(stream, "line %d\n", i);
    fclose(stream);
    assert_int_equal(send_input(input, size, echo_backwards, sent), EXIT_DONE);
    assert_int_equal(json_array_size(sent), LINES);
    for (int i = 0; i < LINES; i++) {
        snprintf(expected, sizeof expected, "line %d", i);
        assert_string_equal(field_text(json_array_get(sent, (size_t)i), "id"), expected);
    }
    json_decref(sent);
    free(input);
}

/* Answers nothing before the window is full, and counts what comes before the first answer. */
static size_t seen_before_an_answer;
static void wait_for_a_full_window(FILE *from, FILE *to)
{
    json_t *request, *held[SEND_WINDOW];
    size_t count = 0;

    while (count < SEND_WINDOW && (request = fake_node_request(from)))
        held[count++] = request;
    seen_before_an_answer = count;
    for (size_t i = 0; i < count; i++)
        fake_node_answer(to, held[i], echo(held[i]));
    echo_each(from, to);
}

static void many_lines_are_under_way_at_once(void **state)
{
    enum { LINES = SEND_WINDOW + 500 };
    char *input = NULL;
    size_t size;
    json_t *sent = json_array();
    FILE *stream = open_memstream(&input, &size);
    (void)state;

    for (int i = 0; i < LINES; i++)
        fprintf(stream, "line %d\n", i);
    fclose(stream);
    assert_int_equal(send_input(input, size, wait_for_a_full_window, sent), EXIT_DONE);
    assert_int_equal(seen_before_an_answer, SEND_WINDOW);
    assert_int_equal(json_array_size(sent), LINES);
    json_decref(sent);
    free(input);
}

static void refuse_the_second(FILE *from, FILE *to)
{
    json_t *request;
    size_t count = 0;

    while ((request = fake_node_request(from))) {
        if (++count == 2)
            fake_node_refuse(to, request, "no_key");
        else
            fake_node_answer(to, request, echo(request));
    }
}

static void a_refused_line_fails_and_the_others_are_still_told(void **state)
{
    static const char input[] = "one\ntwo\nthree\n";
    static const char *const expected[] = {"one", "three"};
    json_t *sent = json_array();
    (void)state;

    assert_int_equal(send_input(input, sizeof input - 1, refuse_the_second, sent), EXIT_FAILED);
    assert_texts(sent, 2, expected);
}

static void what_is_no_utf8_is_refused_before_it_is_sent(void **state)
{
    static const char input[] = "one\n\xff\xfe\nthree\n";
    static const char *const expected[] = {"one"};
    json_t *sent = json_array();
    (void)state;

    assert_int_equal(send_input(input, sizeof input - 1, echo_each, sent), EXIT_FAILED);
    assert_texts(sent, 1, expected);
}

static void answer_one_and_go(FILE *from, FILE *to)
{
    json_t *request = fake_node_request(from);
    fake_node_answer(to, request, echo(request));
}

static void a_node_that_goes_away_is_no_success(void **state)
{
    static const char input[] = "one\ntwo\n";
    json_t *sent = json_array();
    (void)state;

    assert_int_equal(send_input(input, sizeof input - 1, answer_one_and_go, sent), EXIT_NO_NODE);
    json_decref(sent);
}

static void a_line_without_end_is_not_read_for_ever(void **state)
{
    size_t size = 3 * SEND_LINE_MAX;
    char *input = malloc(size);
    json_t *sent = json_array();
    (void)state;

    memset(input, 'x', size);
    assert_int_equal(send_input(input, size, echo_each, sent), EXIT_FAILED);
    json_decref(sent);
    free(input);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_a_message_and_empty_ones_are_none),
        cmocka_unit_test(ids_come_in_the_order_of_the_lines),
        cmocka_unit_test(many_lines_are_under_way_at_once),
        cmocka_unit_test(a_refused_line_fails_and_the_others_are_still_told),
        cmocka_unit_test(what_is_no_utf8_is_refused_before_it_is_sent),
        cmocka_unit_test(a_node_that_goes_away_is_no_success),
        cmocka_unit_test(a_line_without_end_is_not_read_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
