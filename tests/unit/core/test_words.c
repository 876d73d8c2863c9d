/* SPDX-License-Identifier: MIT */
#include "check.h"

#include "core/base/words.h"
#include "core/base/words_list.h"

static void the_list_is_sorted_and_four_letters_tell_all_words_apart(void **state)
{
    (void)state;
    for (size_t i = 0; i < WORDS_COUNT; i++) {
        size_t size = strlen(words_list[i]);
        assert_in_range(size, 3, WORD_SIZE_MAX);
        assert_int_equal(strspn(words_list[i], "abcdefghijklmnopqrstuvwxyz"), size);
        if (i > 0)
            assert_true(strncmp(words_list[i - 1], words_list[i], 4) < 0);
    }
    assert_string_equal(words_list[0], "abandon");
    assert_string_equal(words_list[2047], "zoo");
}

static void every_word_comes_back_whole_and_by_its_first_letters(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < WORDS_COUNT; i++) {
        const struct code code = {{i, 0, i, 2047, i, i}};
        struct code parsed;
        struct buffer text = {0}, brief = {0};
        words_code_text(&code, &text);
        assert_int_equal(words_code_parse(buffer_bytes(&text), &parsed), OK);
        assert_memory_equal(parsed.words, code.words, sizeof code.words);
        for (size_t word = 0; word < CODE_WORDS; word++) {
            struct bytes whole = BYTES_TEXT(words_list[code.words[word]]);
            buffer_append(&brief, (struct bytes){whole.data, whole.size < 4 ? whole.size : 4});
            buffer_append_byte(&brief, ' ');
        }
        assert_int_equal(words_code_parse(buffer_bytes(&brief), &parsed), OK);
        assert_memory_equal(parsed.words, code.words, sizeof code.words);
        buffer_done(&text);
        buffer_done(&brief);
    }
}

static void a_code_is_typed_as_people_type(void **state)
{
    (void)state;
    const struct code code = {{2, 15, 0, 2047, 1, 2}}; /* able acid abandon zoo ability able */
    const char *const ways[] = {
        "able-acid-abandon-zoo-ability-able",
        "able acid abandon zoo ability able",
        "  ABLE Acid\tabandon - ZOO\nabil able ",
        "able--acid aband zoo abilit able\r\n",
    };
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct code parsed;
        assert_int_equal(words_code_parse(BYTES_TEXT(ways[i]), &parsed), OK);
        assert_memory_equal(parsed.words, code.words, sizeof code.words);
    }
    struct buffer text = {0};
    words_code_text(&code, &text);
    CHECK_BYTES(buffer_bytes(&text), BYTES_TEXT(ways[0]));
    buffer_done(&text);
}

static void what_is_not_six_words_of_the_list_is_no_code(void **state)
{
    (void)state;
    const char *const wrong[] = {
        "",
        "-",
        "able",
        "able-acid-abandon-zoo-ability",
        "able-acid-abandon-zoo-ability-able-able",
        "able-acid-abandon-zoo-ability-zzzz",
        "able-acid-abandon-zoo-ability-aba",      /* three letters of a longer word */
        "able-acid-abandon-zoo-ability-abandons", /* more than the word */
        "able-acid-abandon-zoo-ability-abandonsxx",
        "able-acid-abandon-zoo-ability-zoos",
        "able-acid-abandon-zoo-ability-able.",
        "able_acid_abandon_zoo_ability_able",
        "able-acid-abandon-zoo-ability-äble",
        "ableacidabandonzooabilityable",
    };
    struct code code = {{1, 2, 3, 4, 5, 6}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (words_code_parse(BYTES_TEXT(wrong[i]), &code) != ERR_MALFORMED)
            fail_msg("\"%s\" was taken", wrong[i]);
    }
    static const char with_zero[] = "able-acid-abandon-zoo-ability-able"; /* its final zero byte is part of the view */
    assert_int_equal(words_code_parse(BYTES_OF(with_zero), &code), ERR_MALFORMED);
    assert_int_equal(code.words[5], 6);
}

static void a_code_cut_anywhere_is_refused_or_still_tells_its_words(void **state)
{
    (void)state;
    struct bytes text = BYTES_TEXT("able-acid-abandon-zoo-ability-abstract");
    struct code code;
    for (size_t size = 0; size < text.size; size++) {
        enum error expected = size >= text.size - 4 ? OK : ERR_MALFORMED; /* "abst" is enough */
        assert_int_equal(words_code_parse((struct bytes){text.data, size}, &code), expected);
    }
}

/* Computed by another program. */
static void a_fingerprint_is_the_first_66_bits_as_words(void **state)
{
    (void)state;
    struct sign_public key;
    memset(key.bytes, 0x11, sizeof key.bytes);
    struct buffer text = {0};
    words_fingerprint(&key, &text);
    CHECK_BYTES(buffer_bytes(&text), BYTES_TEXT("bomb-remember-drama-pig-snap-exchange"));
    buffer_done(&text);
}

/* RFC 4648 §10, without the padding. */
static void base32_has_the_published_form(void **state)
{
    (void)state;
    const char *const pairs[][2] = {{"", ""},
                                    {"f", "my"},
                                    {"fo", "mzxq"},
                                    {"foo", "mzxw6"},
                                    {"foob", "mzxw6yq"},
                                    {"fooba", "mzxw6ytb"},
                                    {"foobar", "mzxw6ytboi"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buffer text = {0}, data = {0};
        base32_encode(BYTES_TEXT(pairs[i][0]), &text);
        CHECK_BYTES(buffer_bytes(&text), BYTES_TEXT(pairs[i][1]));
        assert_int_equal(base32_decode(BYTES_TEXT(pairs[i][1]), &data), OK);
        CHECK_BYTES(buffer_bytes(&data), BYTES_TEXT(pairs[i][0]));
        buffer_done(&text);
        buffer_done(&data);
    }
}

static void any_bytes_survive_base32(void **state)
{
    (void)state;
    uint8_t bytes[256];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 37);
    for (size_t size = 0; size <= sizeof bytes; size++) {
        struct buffer text = {0}, data = {0};
        base32_encode((struct bytes){bytes, size}, &text);
        assert_int_equal(base32_decode(buffer_bytes(&text), &data), OK);
        CHECK_BYTES(buffer_bytes(&data), ((struct bytes){bytes, size}));
        buffer_done(&text);
        buffer_done(&data);
    }
}

static void base32_drops_bits_that_make_no_byte_and_reads_capitals(void **state)
{
    (void)state;
    struct buffer data = {0};
    assert_int_equal(base32_decode(BYTES_TEXT("MZXW6Y"), &data), OK);
    CHECK_BYTES(buffer_bytes(&data), BYTES_TEXT("foo"));
    buffer_done(&data);
}

static void other_digits_are_not_base32(void **state)
{
    (void)state;
    const char *const wrong[] = {"mzxw1", "mzxw8", "my======", "m y", "mü", "mzx-w6", "mzxw0", "@"};
    struct buffer data = {0};
    buffer_append(&data, BYTES_TEXT("kept"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(base32_decode(BYTES_TEXT(wrong[i]), &data), ERR_MALFORMED);
    CHECK_BYTES(buffer_bytes(&data), BYTES_TEXT("kept"));
    buffer_done(&data);
}

static int start_crypto(void **state)
{
    (void)state;
    return crypto_init() == OK ? 0 : -1;
}

static void bytes_come_back_from_their_words(void **state)
{
    uint8_t data[44];
    uint16_t words[32];
    struct buffer text = {0}, back = {0};
    size_t count;
    (void)state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 37 + 5);
    words_encode(BYTES_OF(data), &text);
    assert_true(words_read(buffer_bytes(&text), words, 32, &count));
    assert_int_equal(count, 32);
    words_decode(words, count, &back);
    CHECK_BYTES(buffer_bytes(&back), BYTES_OF(data));
    assert_false(words_read(buffer_bytes(&text), words, 31, &count)); /* one too many */
    assert_int_equal(count, 31);
    assert_false(words_read(BYTES_TEXT("abandon zoo zooo"), words, 32, &count));
    assert_int_equal(count, 2);
    assert_true(words_read(BYTES_TEXT("  "), words, 32, &count));
    assert_int_equal(count, 0);
    buffer_done(&text);
    buffer_done(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_list_is_sorted_and_four_letters_tell_all_words_apart),
        cmocka_unit_test(every_word_comes_back_whole_and_by_its_first_letters),
        cmocka_unit_test(a_code_is_typed_as_people_type),
        cmocka_unit_test(what_is_not_six_words_of_the_list_is_no_code),
        cmocka_unit_test(a_code_cut_anywhere_is_refused_or_still_tells_its_words),
        cmocka_unit_test(bytes_come_back_from_their_words),
        cmocka_unit_test(a_fingerprint_is_the_first_66_bits_as_words),
        cmocka_unit_test(base32_has_the_published_form),
        cmocka_unit_test(any_bytes_survive_base32),
        cmocka_unit_test(base32_drops_bits_that_make_no_byte_and_reads_capitals),
        cmocka_unit_test(other_digits_are_not_base32),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
