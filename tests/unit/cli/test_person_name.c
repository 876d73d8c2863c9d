/* SPDX-License-Identifier: MIT
 * Names with what is known of the key behind them; and QR codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/person_name.h"
#include "cli/qr.h"
#include <stdlib.h>
#include <string.h>

static char *shown(const char *name, const char *verification)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);

    person_name_print(stream, name, verification);
    fclose(stream);
    return text;
}

static void check_shown(const char *name, const char *verification, const char *expected)
{
    char *text = shown(name, verification);
    assert_string_equal(text, expected);
    free(text);
}

static void the_mark_follows_the_name(void **state)
{
    (void)state;
    check_shown("Bernd Größ", "verified", "Bernd Größ ✓");
    check_shown("Bernd", "unverified", "Bernd");
    check_shown("Bernd", "self", "Bernd");
    check_shown("Bernd", "", "Bernd");
    check_shown("Bernd", "changed", "Bernd (not as you verified!)");
    check_shown("", "unverified", "somebody");
}

static void no_name_can_pass_for_a_verified_one(void **state)
{
    (void)state;
    check_shown("Bernd ✓", "unverified", "Bernd \\u2713");
    check_shown("✔️ Bernd", "verified", "\\u2714\xef\xb8\x8f Bernd ✓");
    check_shown("Be✅rnd\x1b[2J", "unverified", "Be\\u2705rnd\\x1b[2J");
    check_shown("Bernd \xff", "unverified", "Bernd \\xff");
}

/* Every line of a code is equally wide, light all around, and has dark modules in between. */
static void a_code_is_a_square_of_half_blocks(void **state)
{
    char *text = NULL;
    size_t size, lines = 0, columns = 0;
    (void)state;

    FILE *stream = open_memstream(&text, &size);
    assert_true(qr_print(stream, "zuruf:device/abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst"));
    fclose(stream);
    for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL && *line; lines++) {
        size_t width = 0;
        for (const char *at = line; *at; at++)
            width += ((unsigned char)*at & 0xc0) != 0x80;
        assert_true(lines == 0 || width == columns);
        columns = width;
        assert_memory_equal(line, "████", 12);
        if (lines < 2)
            assert_null(strchr(line, ' '));
        if (lines == 2)
            assert_non_null(strchr(line, ' '));
    }
    assert_int_equal(columns % 4, 17 % 4); /* 4 × version + 17 modules, and 8 around */
    assert_int_equal(lines, (columns + 1) / 2);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mark_follows_the_name),
        cmocka_unit_test(no_name_can_pass_for_a_verified_one),
        cmocka_unit_test(a_code_is_a_square_of_half_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
