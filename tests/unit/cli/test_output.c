/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/message.h"
#include "cli/output.h"
#include <stdlib.h>
#include <string.h>

static char *text_as_shown(const char *text, size_t size, const char *indent)
{
    char *shown = NULL;
    size_t shown_size;
    FILE *stream = open_memstream(&shown, &shown_size);

    output_text(stream, text, size, indent);
    fclose(stream);
    return shown;
}

static void assert_shown(const char *text, const char *indent, const char *expected)
{
    char *shown = text_as_shown(text, strlen(text), indent);

    assert_string_equal(shown, expected);
    free(shown);
}

static void ordinary_text_is_shown_as_it_is(void **state)
{
    (void)state;
    assert_shown("Grüße, Ωμέγα, 日本, 👩‍💻", NULL, "Grüße, Ωμέγα, 日本, 👩‍💻");
}

static void nothing_that_steers_the_terminal_gets_through(void **state)
{
    (void)state;
    assert_shown("\x1b[2J\a\r\x7f", NULL, "\\x1b[2J\\x07\\x0d\\x7f");
    assert_shown("\xc2\x9b"
                 "31m",
                 NULL, "\\x9b31m"); /* CSI as a single C1 character */
}

static void every_control_character_is_made_visible(void **state)
{
    (void)state;
    for (char byte = 1; byte < 0x20; byte++) {
        char text[2] = {byte, '\0'};
        char *shown = text_as_shown(text, 1, NULL);
        for (const char *at = shown; *at; at++)
            assert_true((unsigned char)*at >= 0x20);
        free(shown);
    }
}

static void nothing_turns_the_reading_direction(void **state)
{
    (void)state;
    assert_shown("a\u202eb\u2066c\u2069\u200f", NULL, "a\\u202eb\\u2066c\\u2069\\u200f");
    assert_shown("a\u2028b", NULL, "a\\u2028b");
}

static void broken_utf8_is_shown_byte_by_byte(void **state)
{
    (void)state;
    assert_shown("a\xff\xc3", NULL, "a\\xff\\xc3");
    char *shown = text_as_shown("a\0b", 3, NULL);
    assert_string_equal(shown, "a\\x00b");
    free(shown);
}

static void a_line_break_cannot_begin_a_line_of_somebody_else(void **state)
{
    (void)state;
    assert_shown("one\n10:42 Boss: pay", "    ", "one\n    10:42 Boss: pay");
    assert_shown("one\ntwo", NULL, "one\\ntwo");
}

static void no_colour_leaves_this_program_except_to_a_terminal(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    assert_string_equal(output_style(file, STYLE_ALERT), "");
    fclose(file);
}

static void exports_have_sorted_keys_and_no_blanks(void **state)
{
    (void)state;
    char *line = NULL;
    size_t size;
    FILE *stream = open_memstream(&line, &size);
    json_t *object = json_pack("{s:i, s:{s:b, s:n}}", "z", 1, "a", "y", 1, "b");

    assert_true(output_json_canonical(stream, object));
    fclose(stream);
    assert_string_equal(line, "{\"a\":{\"b\":null,\"y\":true},\"z\":1}\n");
    json_decref(object);
    free(line);
}

static char *message_as_shown(json_t *message, unsigned form)
{
    char *shown = NULL;
    size_t size;
    FILE *stream = open_memstream(&shown, &size);

    message_print(stream, message, form);
    fclose(stream);
    json_decref(message);
    return shown;
}

static json_t *some_message(const char *author, const char *text)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:n, s:n, s:b}", "id", "aaaabbbbccccdddd-7", "author", author, "time",
                     "2026-11-24T10:42:00.000Z", "text", text, "state", "readable", "topic", "reply_to", "late", 0);
}

static void a_message_has_time_author_and_text(void **state)
{
    (void)state;
    char *shown = message_as_shown(some_message("Alice", "hello"), 0);
    assert_string_equal(shown, "2026-11-24 10:42 Alice: hello\n");
    free(shown);
    shown = message_as_shown(some_message("Alice", "hello"), MESSAGE_WITHOUT_DAY | MESSAGE_WITH_ID);
    assert_string_equal(shown, "aaaabbbbccccdddd-7 10:42 Alice: hello\n");
    free(shown);
}

static void marks_of_a_message_are_words(void **state)
{
    (void)state;
    json_t *message = some_message("Alice", "hello");
    json_object_set_new(message, "late", json_true());
    json_object_set_new(message, "implausible", json_true());
    json_object_set_new(message, "urgent", json_true());
    json_object_set_new(message, "topic", json_string("Fax"));
    char *shown = message_as_shown(message, MESSAGE_WITHOUT_DAY);
    assert_string_equal(shown, "10:42 Alice [Fax]: URGENT hello (came late) (doubtful time)\n");
    free(shown);
}

static void a_time_that_an_admin_doubts_is_marked_once(void **state)
{
    (void)state;
    json_t *message = some_message("Alice", "hello");
    json_object_set_new(message, "implausible", json_true());
    json_object_set_new(message, "time_doubtful", json_true());
    char *shown = message_as_shown(message, MESSAGE_WITHOUT_DAY);
    assert_string_equal(shown, "10:42 Alice: hello (time doubted)\n");
    free(shown);
}

static void a_message_without_its_key_says_so(void **state)
{
    (void)state;
    json_t *message = some_message("", "");
    json_object_set_new(message, "state", json_string("waiting_for_key"));
    char *shown = message_as_shown(message, MESSAGE_WITHOUT_DAY);
    assert_string_equal(shown, "10:42 somebody: (the key to read this has not arrived yet)\n");
    free(shown);
}

static void assert_receipt(int persons, int with, const char *expected)
{
    char *shown = NULL;
    size_t size;
    FILE *stream = open_memstream(&shown, &size);
    json_t *receipt = json_pack("{s:i, s:i}", "persons", persons, "with", with);

    message_print_receipt(stream, receipt);
    fclose(stream);
    assert_string_equal(shown, expected);
    json_decref(receipt);
    free(shown);
}

static void a_receipt_never_says_more_than_is_known(void **state)
{
    (void)state;
    assert_receipt(0, 0, "nobody else known yet");
    assert_receipt(3, 0, "queued");
    assert_receipt(3, 2, "with 2 of 3");
    assert_receipt(3, 3, "with all 3");
    assert_receipt(1, 1, "with the other person");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_text_is_shown_as_it_is),
        cmocka_unit_test(nothing_that_steers_the_terminal_gets_through),
        cmocka_unit_test(every_control_character_is_made_visible),
        cmocka_unit_test(nothing_turns_the_reading_direction),
        cmocka_unit_test(broken_utf8_is_shown_byte_by_byte),
        cmocka_unit_test(a_line_break_cannot_begin_a_line_of_somebody_else),
        cmocka_unit_test(no_colour_leaves_this_program_except_to_a_terminal),
        cmocka_unit_test(exports_have_sorted_keys_and_no_blanks),
        cmocka_unit_test(a_message_has_time_author_and_text),
        cmocka_unit_test(marks_of_a_message_are_words),
        cmocka_unit_test(a_time_that_an_admin_doubts_is_marked_once),
        cmocka_unit_test(a_message_without_its_key_says_so),
        cmocka_unit_test(a_receipt_never_says_more_than_is_known),
    };

    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
