/* SPDX-License-Identifier: MIT
 * The status as people see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/status.h"
#include <stdlib.h>
#include <string.h>

/* Takes over `sync`. */
static char *shown(json_t *sync)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    json_t *info = json_pack("{s:b, s:b, s:s, s:s}", "has_identity", 1, "has_workspace", 1, "name", "Alice",
                             "fingerprint", "six words");

    status_print(stream, info, sync, NULL);
    fclose(stream);
    json_decref(info);
    json_decref(sync);
    return text;
}

static char *shown_forked(json_t *forked)
{
    return shown(json_pack("{s:[], s:o}", "groups", "forked_logs", forked));
}

static void whose_log_was_written_twice_is_named_once(void **state)
{
    (void)state;
    char *text = shown_forked(json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}]", "log", "a", "device",
                                        "b", "author", "Bob", "log", "c", "device", "b", "author", "Bob", "log", "d",
                                        "device", "e", "author", ""));
    const char *first = strstr(text, "Written twice"), *second = first ? strstr(first + 1, "Written twice") : NULL;
    assert_non_null(first);
    assert_non_null(second);
    assert_null(strstr(second + 1, "Written twice"));
    assert_non_null(strstr(text, "both versions are kept: Bob\n"));
    assert_non_null(strstr(text, "both versions are kept: somebody\n"));
    free(text);
}

static void nothing_is_said_where_nothing_forked(void **state)
{
    (void)state;
    char *text = shown_forked(json_array());
    assert_null(strstr(text, "Written twice"));
    free(text);
}

static void check_shown(const char *words, json_t *yes, json_t *no)
{
    char *with = shown(yes), *without = shown(no);
    assert_non_null(strstr(with, words));
    assert_null(strstr(without, words));
    free(with);
    free(without);
}

static void what_others_write_with_a_newer_program_is_said_at_the_chat(void **state)
{
    (void)state;
    check_shown("newer Zuruf", json_pack("{s:[{s:s, s:b}]}", "groups", "name", "Office", "needs_newer", 1),
                json_pack("{s:[{s:s, s:b}]}", "groups", "name", "Office", "needs_newer", 0));
}

static void an_identity_on_two_computers_is_told(void **state)
{
    (void)state;
    check_shown("on another computer, too", json_pack("{s:b}", "runs_twice", 1), json_pack("{s:b}", "runs_twice", 0));
}

static void who_removed_this_computer_is_told(void **state)
{
    (void)state;
    check_shown("removed from the workspace by Bob.",
                json_pack("{s:{s:s, s:s}}", "removed", "by", "admin", "name", "Bob"), json_pack("{s:n}", "removed"));
    check_shown("with the root key.", json_pack("{s:{s:s}}", "removed", "by", "root"), json_pack("{s:n}", "removed"));
    check_shown("has left the workspace.", json_pack("{s:{s:s}}", "removed", "by", "self"),
                json_pack("{s:n}", "removed"));
}

static void a_root_key_on_one_computer_only_is_reminded_of(void **state)
{
    static const struct {
        const char *root, *said, *unsaid;
    } cases[] = {
        {"null", "Connections", "Root key"},
        {"{\"passphrase\":true,\"shares\":0}", "on this computer only", "no passphrase of its own"},
        {"{\"passphrase\":false,\"shares\":5,\"shares_needed\":3}", "no passphrase of its own", "only"},
        {"{\"passphrase\":false,\"shares\":5,\"shares_needed\":3}", "3 of 5 sheets", "only"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = shown(json_pack("{s:o}", "root", json_loads(cases[i].root, JSON_DECODE_ANY, NULL)));
        assert_non_null(strstr(text, cases[i].said));
        assert_null(strstr(text, cases[i].unsaid));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_log_was_written_twice_is_named_once),
        cmocka_unit_test(nothing_is_said_where_nothing_forked),
        cmocka_unit_test(what_others_write_with_a_newer_program_is_said_at_the_chat),
        cmocka_unit_test(an_identity_on_two_computers_is_told),
        cmocka_unit_test(who_removed_this_computer_is_told),
        cmocka_unit_test(a_root_key_on_one_computer_only_is_reminded_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
