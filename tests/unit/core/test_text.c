/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "core/base/text.h"

static void utf8_of_every_size_is_taken(void **state)
{
    (void)state;
    assert_true(text_is_utf8((struct bytes){0}));
    assert_true(text_is_utf8(BYTES_TEXT("plain")));
    assert_true(text_is_utf8(BYTES_TEXT("Grüße, 世界 \U0001f600")));
    assert_true(
        text_is_utf8(BYTES_TEXT("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")));
    assert_true(text_is_utf8(BYTES_TEXT("\xed\x9f\xbf\xee\x80\x80"))); /* on both sides of the surrogates */
    const uint8_t zero[] = {'a', 0, 'b'};
    assert_true(text_is_utf8(BYTES_OF(zero)));
}

static void what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    const char *const wrong[] = {
        "\x80", /* continuation alone */
        "\xbf",
        "\xc0\xaf", /* overlong */
        "\xc1\xbf",
        "\xe0\x9f\xbf",
        "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80", /* surrogates */
        "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "\xc3", /* cut short */
        "\xe4\xb8",
        "\xf0\x9f\x98",
        "\xc3(", /* no continuation */
        "\xe4\xb8(",
        "\xf0\x9f\x98(",
        "good \xfe bad",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (text_is_utf8(BYTES_TEXT(wrong[i])))
            fail_msg("number %zu was taken", i);
    }
}

static void every_truncation_inside_a_character_is_refused(void **state)
{
    (void)state;
    struct bytes text = BYTES_TEXT("aü世\U0001f600");
    const bool is_whole[] = {true, true, false, true, false, false, true, false, false, false};
    for (size_t size = 0; size < text.size; size++)
        assert_int_equal(text_is_utf8((struct bytes){text.data, size}), is_whole[size]);
}

static void behind_any_number_of_ascii_it_is_looked_at_alike(void **state)
{
    uint8_t text[40];
    (void)state;
    for (size_t at = 0; at + 2 <= sizeof text; at++) {
        memset(text, 'a', sizeof text);
        text[at] = 0xc3;
        assert_false(text_is_utf8(BYTES_OF(text)));
        text[at + 1] = 0xbc;
        assert_true(text_is_utf8(BYTES_OF(text)));
        assert_false(text_is_utf8((struct bytes){text, at + 1}));
        text[at] = 'a';
        assert_false(text_is_utf8(BYTES_OF(text)));
    }
}

static void check_name(const char *raw, const char *clean)
{
    struct buffer out = {0};
    assert_int_equal(text_clean_name(BYTES_TEXT(raw), &out), OK);
    CHECK_BYTES(buffer_bytes(&out), BYTES_TEXT(clean));
    buffer_done(&out);
}

static void a_good_name_stays_as_it_is(void **state)
{
    (void)state;
    check_name("Ada", "Ada");
    check_name("Jörg Müller-Lüdenscheidt", "Jörg Müller-Lüdenscheidt");
    check_name("山田 太郎", "山田 太郎");
    check_name("Zoë \U0001f600", "Zoë \U0001f600");
}

static void what_cannot_be_seen_is_taken_out_of_names(void **state)
{
    (void)state;
    check_name("A\x1b[31md\x07"
               "a\x7f",
               "A[31mda");
    check_name("A\xc2\x9b"
               "31mda",
               "A31mda");                                 /* C1: CSI in one character */
    check_name("\u202eadA\u202c \u2066x\u2069", "adA x"); /* bidi */
    check_name("A\u200bd\u200c\u200da\ufeff\u2060\u00ad", "Ada");
    check_name("A\U000e0041da\u3164", "Ada");
}

static void white_space_of_any_kind_becomes_one_blank(void **state)
{
    (void)state;
    check_name("  Ada\t\n  Lovelace\r\n", "Ada Lovelace");
    check_name("Ada\u00a0\u2003\u3000\u2028Lovelace\xc2\x85", "Ada Lovelace");
    check_name("Ada \u200b Lovelace", "Ada Lovelace");
    check_name("\u200b Ada", "Ada");
}

static void check_refused(struct bytes raw)
{
    struct buffer out = {0};
    buffer_append(&out, BYTES_TEXT("kept"));
    assert_int_equal(text_clean_name(raw, &out), ERR_NAME_BAD);
    CHECK_BYTES(buffer_bytes(&out), BYTES_TEXT("kept"));
    buffer_done(&out);
}

static void nothing_to_see_is_not_a_name(void **state)
{
    (void)state;
    check_refused((struct bytes){0});
    check_refused(BYTES_TEXT(" \t\n"));
    check_refused(BYTES_TEXT("\u200b\u202e"));
    check_refused(BYTES_TEXT("Ada\xff"));
    check_refused(BYTES_TEXT("Ad\xc3"));
}

static void a_name_is_measured_after_cleaning(void **state)
{
    (void)state;
    char longest[NAME_MAX_SIZE + 2] = {0};
    memset(longest, 'x', NAME_MAX_SIZE);
    check_name(longest, longest);
    longest[NAME_MAX_SIZE] = ' ';
    struct buffer out = {0};
    assert_int_equal(text_clean_name(BYTES_TEXT(longest), &out), OK);
    assert_int_equal(out.size, NAME_MAX_SIZE);
    buffer_done(&out);
    longest[NAME_MAX_SIZE] = 'x';
    check_refused(BYTES_TEXT(longest));
    memcpy(longest + NAME_MAX_SIZE - 1, "ü", 2); /* half of it would fit */
    check_refused(BYTES_TEXT(longest));
    static uint8_t huge[100000];
    memset(huge, 'x', sizeof huge);
    check_refused(BYTES_OF(huge));
}

static void names_that_differ_in_ascii_case_are_the_same(void **state)
{
    (void)state;
    assert_true(text_same_name(BYTES_TEXT("Ada Lovelace"), BYTES_TEXT("aDA lOVELACE")));
    assert_false(text_same_name(BYTES_TEXT("Ada"), BYTES_TEXT("Adam")));
    assert_false(text_same_name(BYTES_TEXT("Ada["), BYTES_TEXT("Ada{"))); /* 0x20 apart, but no letters */
    assert_false(text_same_name(BYTES_TEXT("Ä"), BYTES_TEXT("ä")));
}

static void assert_path(const char *raw, const char *clean)
{
    struct buffer out = {0};
    assert_int_equal(text_clean_path(BYTES_TEXT(raw), &out), clean ? OK : ERR_NAME_BAD);
    assert_true(bytes_equal(buffer_bytes(&out), clean ? BYTES_TEXT(clean) : (struct bytes){0}));
    buffer_done(&out);
}

static void a_path_is_names_between_slashes(void **state)
{
    struct buffer none = {0};
    (void)state;
    assert_path("Projekte/Alpha", "Projekte/Alpha");
    assert_path("", "");
    assert_int_equal(text_clean_path((struct bytes){0}, &none), OK);
    assert_int_equal(none.size, 0);
    buffer_done(&none);
    assert_path(" / ", "");
    assert_path("/ Projekte //  Alpha  Beta/", "Projekte/Alpha Beta");
    assert_path("..", NULL);
    assert_path("a/./b", NULL);
    assert_path("a/\xff", NULL);
    assert_path("a/\u202e", NULL); /* nothing to see */
    char long_path[PATH_MAX_SIZE + 2];
    memset(long_path, 'x', sizeof long_path);
    for (size_t i = 60; i < sizeof long_path; i += 60)
        long_path[i] = '/';
    long_path[PATH_MAX_SIZE] = 0;
    assert_path(long_path, long_path);
    long_path[PATH_MAX_SIZE] = 'x';
    long_path[PATH_MAX_SIZE + 1] = 0;
    assert_path(long_path, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_of_every_size_is_taken),
        cmocka_unit_test(what_is_not_utf8_is_refused),
        cmocka_unit_test(every_truncation_inside_a_character_is_refused),
        cmocka_unit_test(behind_any_number_of_ascii_it_is_looked_at_alike),
        cmocka_unit_test(a_good_name_stays_as_it_is),
        cmocka_unit_test(what_cannot_be_seen_is_taken_out_of_names),
        cmocka_unit_test(white_space_of_any_kind_becomes_one_blank),
        cmocka_unit_test(nothing_to_see_is_not_a_name),
        cmocka_unit_test(a_name_is_measured_after_cleaning),
        cmocka_unit_test(names_that_differ_in_ascii_case_are_the_same),
        cmocka_unit_test(a_path_is_names_between_slashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
