/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/refusal.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void every_stable_code_has_a_sentence_that_says_what_to_do(void **state)
{
    (void)state;
    for (int error = ERR_MALFORMED; error < ERROR_COUNT; error++) {
        const struct refusal *refusal = refusal_find(error_code((enum error)error));
        assert_non_null(refusal);
        assert_int_not_equal(refusal->exit, EXIT_DONE);
        assert_non_null(strchr(refusal->sentence, ' '));
    }
}

static void codes_map_to_the_promised_exits(void **state)
{
    static const char *const not_permitted[] = {"code_unknown", "code_used",     "code_expired",
                                                "name_taken",   "may_not_admit", "not_permitted"};
    (void)state;

    for (size_t i = 0; i < sizeof not_permitted / sizeof *not_permitted; i++)
        assert_int_equal(refusal_find(not_permitted[i])->exit, EXIT_NOT_PERMITTED);
    assert_int_equal(refusal_find("not_found")->exit, EXIT_NOT_FOUND);
    assert_int_equal(refusal_find("timeout")->exit, EXIT_NOT_IN_TIME);
    assert_null(refusal_find("from_the_future"));
}

/* What was written to standard error while `error` was said. */
static char *said(const struct context *context, const char *error, enum exit_code *ret_exit)
{
    char *text = calloc(1, 4096);
    json_t *object = json_loads(error, 0, NULL);
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);

    assert_non_null(object);
    fflush(stderr);
    dup2(fileno(file), STDERR_FILENO);
    *ret_exit = refusal_of_node(context, object);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    assert_true(fread(text, 1, 4095, file) > 0);
    fclose(file);
    json_decref(object);
    return text;
}

static void an_expired_code_tells_what_to_ask_for(void **state)
{
    struct context context = {0};
    enum exit_code exit;
    (void)state;

    char *text = said(&context, "{\"code\":-32000,\"message\":\"x\",\"data\":{\"code\":\"code_expired\"}}", &exit);
    assert_int_equal(exit, EXIT_NOT_PERMITTED);
    assert_string_equal(text,
                        "zuruf: This code has expired. Ask the person who invited you for a new one: they run `zuruf "
                        "invite`.\n");
    free(text);
}

static void the_nodes_own_sentence_is_shown_where_it_tells_more(void **state)
{
    struct context context = {0};
    enum exit_code exit;
    (void)state;

    char *text = said(&context, "{\"message\":\"limit: not a number\",\"data\":{\"code\":\"malformed\"}}", &exit);
    assert_non_null(strstr(text, "\nThe node says: limit: not a number\n"));
    free(text);
    text = said(&context, "{\"message\":\"this exists already\",\"data\":{\"code\":\"exists\"}}", &exit);
    assert_null(strstr(text, "The node says"));
    free(text);
}

static void a_code_of_a_newer_node_is_said_in_its_own_words(void **state)
{
    struct context context = {0};
    enum exit_code exit;
    (void)state;

    char *text =
        said(&context, "{\"code\":-32000,\"message\":\"too much moon\",\"data\":{\"code\":\"moon\",\"hint\":\"wait\"}}",
             &exit);
    assert_int_equal(exit, EXIT_FAILED);
    assert_string_equal(text, "zuruf: too much moon. wait\n");
    free(text);
}

static void machines_get_the_code(void **state)
{
    struct context context = {.json = true};
    enum exit_code exit;
    (void)state;

    char *text = said(&context, "{\"code\":-32000,\"message\":\"gone\",\"data\":{\"code\":\"not_found\"}}", &exit);
    assert_int_equal(exit, EXIT_NOT_FOUND);
    assert_string_equal(text, "{\"error\":{\"code\":\"not_found\",\"message\":\"gone\"}}\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stable_code_has_a_sentence_that_says_what_to_do),
        cmocka_unit_test(codes_map_to_the_promised_exits),
        cmocka_unit_test(an_expired_code_tells_what_to_ask_for),
        cmocka_unit_test(the_nodes_own_sentence_is_shown_where_it_tells_more),
        cmocka_unit_test(a_code_of_a_newer_node_is_said_in_its_own_words),
        cmocka_unit_test(machines_get_the_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
