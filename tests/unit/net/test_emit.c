/* SPDX-License-Identifier: MIT */
#include "net/emit.h"
#include "net/rfc3339.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <jansson.h>

static void assert_text(struct buffer *out, const char *expected)
{
    assert_int_equal(out->size, strlen(expected));
    assert_memory_equal(out->data, expected, out->size);
    buffer_done(out);
}

static void commas_come_between_members_and_nowhere_else(void **state)
{
    struct buffer out = {0};

    (void)state;
    emit_open(&out, NULL, '{');
    emit_number(&out, "a", 1);
    emit_open(&out, "b", '[');
    emit_string(&out, NULL, "x");
    emit_bool(&out, NULL, true);
    emit_null(&out, NULL);
    emit_open(&out, NULL, '{');
    emit_close(&out, '}');
    emit_close(&out, ']');
    emit_digits(&out, "c", UINT64_MAX);
    emit_raw(&out, "d", BYTES_TEXT("-1"));
    emit_close(&out, '}');
    assert_text(&out, "{\"a\":1,\"b\":[\"x\",true,null,{}],\"c\":\"18446744073709551615\",\"d\":-1}");
}

static void a_text_that_ends_like_an_opening_is_still_followed_by_a_comma(void **state)
{
    struct buffer out = {0};

    (void)state;
    emit_open(&out, NULL, '[');
    emit_string(&out, NULL, "{");
    emit_string(&out, NULL, ",");
    emit_string(&out, NULL, "");
    emit_close(&out, ']');
    assert_text(&out, "[\"{\",\",\",\"\"]");
}

static void what_is_not_there_is_null(void **state)
{
    struct buffer out = {0};
    const uint8_t zeros[16] = {0};

    (void)state;
    emit_open(&out, NULL, '{');
    emit_text_or_null(&out, "text", (struct bytes){0});
    emit_base32_or_null(&out, "key", BYTES_OF(zeros));
    emit_time(&out, "time", 0);
    emit_close(&out, '}');
    assert_text(&out, "{\"text\":null,\"key\":null,\"time\":null}");
}

static void every_text_reads_back_as_it_was_on_one_line(void **state)
{
    char text[127 + 16];
    struct buffer out = {0};

    (void)state;
    for (int i = 1; i < 128; i++)
        text[i - 1] = (char)i;
    strcpy(text + 127, "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x93\xA3");
    emit_string(&out, NULL, text);
    assert_null(memchr(out.data, '\n', out.size));

    json_t *back = json_loadb((const char *)out.data, out.size, JSON_DECODE_ANY, NULL);
    assert_non_null(back);
    assert_string_equal(json_string_value(back), text);
    json_decref(back);
    buffer_done(&out);
}

static void bytes_that_are_no_utf8_become_replacement_characters(void **state)
{
    struct buffer out = {0};

    (void)state;
    emit_string(&out, NULL, "a\xFF\xC3z");
    assert_text(&out, "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
}

static void a_time_is_written_with_milliseconds(void **state)
{
    struct buffer out = {0};

    (void)state;
    emit_time(&out, NULL, 951782399007); /* the last second before a leap day */
    assert_text(&out, "\"2000-02-28T23:59:59.007Z\"");
    emit_time(&out, NULL, 951782400000);
    assert_text(&out, "\"2000-02-29T00:00:00.000Z\"");
    emit_time(&out, NULL, 1);
    assert_text(&out, "\"1970-01-01T00:00:00.001Z\"");
    emit_time(&out, NULL, UINT64_MAX); /* a peer may claim any time */
    assert_text(&out, "\"9999-12-31T23:59:59.999Z\"");
}

static uint64_t parsed(const char *text)
{
    uint64_t ms = 0;

    assert_int_equal(rfc3339_parse(BYTES_TEXT(text), &ms), OK);
    return ms;
}

static void a_time_may_have_any_offset_and_up_to_nine_decimals(void **state)
{
    (void)state;
    assert_int_equal(parsed("1970-01-01T00:00:00Z"), 0);
    assert_int_equal(parsed("2026-11-24T08:15:30.123Z"), 1795508130123);
    assert_int_equal(parsed("2026-11-24t09:15:30.123999999+01:00"), 1795508130123);
    assert_int_equal(parsed("2026-11-23 23:45:30.1-08:30"), 1795508130100);
    assert_int_equal(parsed("2016-12-31T23:59:60Z"), 1483228799000);
    assert_int_equal(parsed("9999-12-31T23:59:59.999Z"), RFC3339_MS_MAX);
}

static void every_day_reads_back_as_it_was_written(void **state)
{
    char text[RFC3339_SIZE];

    (void)state;
    for (uint64_t day = 0; day < 150000; day++) {
        rfc3339_format(day * 86400000 + 86399999, text);
        assert_int_equal(parsed(text), day * 86400000 + 86399999);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "2026-11-24",
        "2026-11-24T08:15:30",
        "2026-11-24T08:15:30.Z",
        "2026-11-24T08:15:30.1234567890Z",
        "2026-11-24T08:15:30Zx",
        "2026-02-29T08:15:30Z",
        "2026-13-01T08:15:30Z",
        "2026-00-01T08:15:30Z",
        "2026-06-31T08:15:30Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T08:60:00Z",
        "2026-11-24T08:15:61Z",
        "2026-11-24T08:15:30+1:00",
        "2026-11-24T08:15:30+24:00",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "+026-11-24T08:15:30Z",
    };
    uint64_t ms;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(rfc3339_parse(BYTES_TEXT(wrong[i]), &ms), ERR_MALFORMED);
    const char whole[] = "2026-11-24T08:15:30.123+01:00";
    for (size_t size = 0; size < sizeof whole - 1; size++)
        assert_int_equal(rfc3339_parse((struct bytes){(const uint8_t *)whole, size}, &ms), ERR_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commas_come_between_members_and_nowhere_else),
        cmocka_unit_test(a_text_that_ends_like_an_opening_is_still_followed_by_a_comma),
        cmocka_unit_test(what_is_not_there_is_null),
        cmocka_unit_test(every_text_reads_back_as_it_was_on_one_line),
        cmocka_unit_test(bytes_that_are_no_utf8_become_replacement_characters),
        cmocka_unit_test(a_time_is_written_with_milliseconds),
        cmocka_unit_test(a_time_may_have_any_offset_and_up_to_nine_decimals),
        cmocka_unit_test(every_day_reads_back_as_it_was_written),
        cmocka_unit_test(what_is_no_time_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
