/* SPDX-License-Identifier: MIT
 * A root key in shares: any that are enough bring it back, everything else is refused by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/share_sheet.h"
#include "cli/shares.h"
#include "core/base/words.h"
#include <stdlib.h>
#include <string.h>

static const uint8_t seed[SHARE_SEED_SIZE] = {1, 2, 3, [31] = 255};

static int start_crypto(void **state)
{
    (void)state;
    return crypto_init() == OK ? 0 : -1;
}

static void numbers_of(const struct share *share, uint16_t ret[SHARE_WORDS])
{
    struct buffer text = {0};
    size_t count;
    share_encode(share, &text);
    assert_true(words_read((struct bytes){text.data, text.size}, ret, SHARE_WORDS, &count));
    assert_int_equal(count, SHARE_WORDS);
    buffer_done(&text);
}

static void any_two_of_four_bring_the_key_back_and_one_does_not(void **state)
{
    struct share shares[4];
    uint8_t back[SHARE_SEED_SIZE];
    (void)state;
    shares_split(seed, 4, 2, shares);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) {
            if (i == j)
                continue;
            const struct share two[] = {shares[i], shares[j]};
            assert_int_equal(shares_check(two, 1, &two[1]), OK);
            assert_int_equal(shares_join(two, back), OK);
            assert_memory_equal(back, seed, sizeof seed);
        }
    struct share alone = shares[0];
    alone.need = 1;
    assert_int_equal(shares_join(&alone, back), ERR_CORRUPT);
}

static void all_of_the_most_there_can_be_bring_it_back(void **state)
{
    struct share shares[SHARES_MAX];
    uint8_t back[SHARE_SEED_SIZE];
    (void)state;
    shares_split(seed, SHARES_MAX, SHARES_MAX, shares);
    assert_int_equal(shares_join(shares, back), OK);
    assert_memory_equal(back, seed, sizeof seed);
}

static void a_share_survives_its_words(void **state)
{
    struct share shares[3], back;
    uint16_t words[SHARE_WORDS];
    (void)state;
    shares_split(seed, 3, 2, shares);
    numbers_of(&shares[2], words);
    assert_int_equal(share_decode(words, &back), OK);
    assert_memory_equal(&back, &shares[2], sizeof back);
}

static void one_wrong_word_or_two_swapped_are_noticed(void **state)
{
    struct share shares[3], back;
    uint16_t words[SHARE_WORDS];
    (void)state;
    shares_split(seed, 3, 2, shares);
    numbers_of(&shares[0], words);
    for (size_t i = 0; i < SHARE_WORDS; i++) {
        words[i] ^= 1;
        assert_int_equal(share_decode(words, &back), ERR_MALFORMED);
        words[i] ^= 1;
    }
    for (size_t i = 0; i + 1 < SHARE_WORDS; i++) {
        uint16_t first = words[i];
        if (first == words[i + 1])
            continue;
        words[i] = words[i + 1];
        words[i + 1] = first;
        assert_int_equal(share_decode(words, &back), ERR_MALFORMED);
        words[i + 1] = words[i];
        words[i] = first;
    }
    assert_int_equal(share_decode(words, &back), OK);
}

static void shares_of_other_keys_and_other_splittings_do_not_mix(void **state)
{
    static const uint8_t other_seed[SHARE_SEED_SIZE] = {9};
    struct share shares[3], later[3], foreign[3];
    (void)state;
    shares_split(seed, 3, 2, shares);
    shares_split(other_seed, 3, 2, foreign);
    do
        shares_split(seed, 3, 2, later);
    while (memcmp(later[0].set, shares[0].set, sizeof shares[0].set) == 0); /* one in 65,536 */
    assert_int_equal(shares_check(shares, 1, &foreign[1]), ERR_OTHER_ROOT);
    assert_int_equal(shares_check(shares, 1, &later[1]), ERR_VERSION);
    assert_int_equal(shares_check(shares, 2, &shares[1]), ERR_EXISTS);
    assert_int_equal(shares_check(shares, 2, &shares[2]), OK);
}

static void a_sheet_says_what_it_is_in_narrow_lines(void **state)
{
    struct share shares[3];
    char *text = NULL;
    size_t size;
    (void)state;
    shares_split(seed, 3, 2, shares);
    FILE *stream = open_memstream(&text, &size);
    share_sheet_print(stream, &shares[1], "Office", "2026-11-24");
    fclose(stream);
    assert_non_null(strstr(text, "share 2 of 3"));
    assert_non_null(strstr(text, "Office"));
    assert_non_null(strstr(text, "Any 2 of the 3 sheets"));
    uint16_t words[SHARE_WORDS];
    size_t count = 0, read, longest = 0;
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
        longest = strlen(line) > longest ? strlen(line) : longest;
        if (strncmp(line, "      ", 6) != 0)
            continue;
        assert_true(
            words_read((struct bytes){(const uint8_t *)line, strlen(line)}, words + count, SHARE_WORDS - count, &read));
        count += read;
    }
    assert_true(longest <= 90);
    assert_int_equal(count, SHARE_WORDS);
    struct share back;
    assert_int_equal(share_decode(words, &back), OK);
    assert_memory_equal(&back, &shares[1], sizeof back);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_two_of_four_bring_the_key_back_and_one_does_not),
        cmocka_unit_test(all_of_the_most_there_can_be_bring_it_back),
        cmocka_unit_test(a_share_survives_its_words),
        cmocka_unit_test(one_wrong_word_or_two_swapped_are_noticed),
        cmocka_unit_test(shares_of_other_keys_and_other_splittings_do_not_mix),
        cmocka_unit_test(a_sheet_says_what_it_is_in_narrow_lines),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
