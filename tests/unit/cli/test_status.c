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

static char *shown(json_t *forked)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    json_t *info = json_pack("{s:b, s:b, s:s, s:s}", "has_identity", 1, "has_workspace", 1, "name", "Alice",
                             "fingerprint", "six words");
    json_t *sync = json_pack("{s:[], s:o}", "groups", "forked_logs", forked);

    status_print(stream, info, sync, NULL);
    fclose(stream);
    json_decref(info);
    json_decref(sync);
    return text;
}

static void whose_log_was_written_twice_is_named_once(void **state)
{
    (void)state;
    char *text =
        shown(json_pack("[{s:s, s:s, s:s}, {s:s, s:s, s:s}, {s:s, s:s, s:s}]", "log", "a", "device", "b", "author",
                        "Bob", "log", "c", "device", "b", "author", "Bob", "log", "d", "device", "e", "author", ""));
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
    char *text = shown(json_array());
    assert_null(strstr(text, "Written twice"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whose_log_was_written_twice_is_named_once),
        cmocka_unit_test(nothing_is_said_where_nothing_forked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
