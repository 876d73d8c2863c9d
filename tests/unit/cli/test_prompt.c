/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/prompt.h"
#include <stdlib.h>
#include <string.h>

static struct prompt prompt;
static char *screen;
static size_t screen_size;

static int begin(void **state)
{
    (void)state;
    prompt_init(&prompt, open_memstream(&screen, &screen_size), 20);
    prompt_set_label(&prompt, "> ");
    return 0;
}

static int end(void **state)
{
    (void)state;
    fclose(prompt.stream);
    prompt_done(&prompt);
    free(screen);
    screen = NULL;
    return 0;
}

static enum prompt_event type(const char *keys)
{
    enum prompt_event event = PROMPT_NOTHING;

    for (; *keys; keys++)
        event = prompt_key(&prompt, *keys);
    return event;
}

static void a_line_is_handed_out_at_enter(void **state)
{
    (void)state;
    assert_int_equal(type("hello"), PROMPT_NOTHING);
    assert_int_equal(type("\r"), PROMPT_ENTERED);
    assert_string_equal(prompt.line, "hello");
    prompt_clear(&prompt);
    assert_string_equal(prompt.line, "");
}

static void backspace_takes_a_whole_character(void **state)
{
    (void)state;
    type("aü€😀");
    type("\x7f");
    assert_string_equal(prompt.line, "aü€");
    type("\x7f\x7f");
    assert_string_equal(prompt.line, "a");
    type("\x7f\x7f\x7f");
    assert_string_equal(prompt.line, "");
}

static void words_and_lines_are_taken_back(void **state)
{
    (void)state;
    type("one two  \x17");
    assert_string_equal(prompt.line, "one ");
    type("\x15");
    assert_string_equal(prompt.line, "");
}

static void arrow_keys_leave_nothing_behind(void **state)
{
    (void)state;
    type("a\x1b[Ab\x1b[1;5Cc\x1bOPd");
    assert_string_equal(prompt.line, "abcd");
}

static void control_d_ends_only_an_empty_line(void **state)
{
    (void)state;
    assert_int_equal(type("a\x04"), PROMPT_NOTHING);
    assert_int_equal(type("\x7f\x04"), PROMPT_ENDED);
    assert_int_equal(type("abc\x03"), PROMPT_ENDED);
}

static void a_long_line_shows_its_end_in_one_row(void **state)
{
    (void)state;
    type("abcdefghijklmnopqrstuvwxyz");
    prompt_show(&prompt);
    assert_string_equal(screen, "\r\x1b[K> jklmnopqrstuvwxyz");
}

static void pasted_lines_are_one_text(void **state)
{
    (void)state;
    assert_int_equal(type("so: \x1b[200~one\rtwo\r\n\tthree\nfour\r\n\x1b[201~"), PROMPT_NOTHING);
    assert_string_equal(prompt.line, "so: one\ntwo\n\tthree\nfour");
    assert_int_equal(type("\r"), PROMPT_ENTERED);
}

static void what_is_pasted_is_no_key(void **state)
{
    (void)state;
    assert_int_equal(type("\x1b[200~a\x03\x04\x15\x7f"
                          "b\x1b[201~"),
                     PROMPT_NOTHING);
    assert_string_equal(prompt.line, "a\x7f"
                                     "b");
    assert_int_equal(type("\x03"), PROMPT_ENDED);
}

static void a_pasted_line_break_takes_one_column(void **state)
{
    (void)state;
    type("\x1b[200~abcdefghij\nklmnopqrstuvwx\x1b[201~");
    prompt_show(&prompt);
    assert_string_equal(screen, "\r\x1b[K> ij⏎klmnopqrstuvwx");
}

static void a_line_has_an_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * PROMPT_LINE_MAX; i++)
        prompt_key(&prompt, 'x');
    assert_int_equal(prompt.size, PROMPT_LINE_MAX);
    assert_int_equal(strlen(prompt.line), PROMPT_LINE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_line_is_handed_out_at_enter, begin, end),
        cmocka_unit_test_setup_teardown(backspace_takes_a_whole_character, begin, end),
        cmocka_unit_test_setup_teardown(words_and_lines_are_taken_back, begin, end),
        cmocka_unit_test_setup_teardown(arrow_keys_leave_nothing_behind, begin, end),
        cmocka_unit_test_setup_teardown(control_d_ends_only_an_empty_line, begin, end),
        cmocka_unit_test_setup_teardown(a_long_line_shows_its_end_in_one_row, begin, end),
        cmocka_unit_test_setup_teardown(pasted_lines_are_one_text, begin, end),
        cmocka_unit_test_setup_teardown(what_is_pasted_is_no_key, begin, end),
        cmocka_unit_test_setup_teardown(a_pasted_line_break_takes_one_column, begin, end),
        cmocka_unit_test_setup_teardown(a_line_has_an_end, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
