/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/join_code.h"
#include "cli/listen_port.h"
#include "cli/options.h"
#include "cli/safe_file.h"
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void assert_home(const char *given, const char *expected)
{
    struct context context = {0};

    assert_true(options_set_home(&context, given));
    assert_string_equal(context.home, expected);
    free(context.home);
}

static void the_home_comes_from_the_nearest_place(void **state)
{
    char here[4096], expected[4200];
    (void)state;

    unsetenv("XDG_DATA_HOME");
    unsetenv("ZURUF_HOME");
    unsetenv("HOME");
    snprintf(expected, sizeof expected, "%s/.local/share/zuruf", getpwuid(getuid())->pw_dir);
    assert_home(NULL, expected);
    setenv("HOME", "/u", 1);
    assert_home(NULL, "/u/.local/share/zuruf");
    setenv("XDG_DATA_HOME", "/x", 1);
    assert_home(NULL, "/x/zuruf");
    setenv("ZURUF_HOME", "/z", 1);
    assert_home(NULL, "/z");
    assert_home("/given", "/given");
    assert_non_null(getcwd(here, sizeof here));
    snprintf(expected, sizeof expected, "%s/relative", here);
    assert_home("relative", expected);
}

static void home_and_json_may_stand_anywhere_after_the_verb(void **state)
{
    static const struct option longs[] = {OPTIONS_COMMON};
    char *argv[] = {(char *)"send", (char *)"Office", (char *)"--json",
                    (char *)"text", (char *)"--home", (char *)"/h",
                    (char *)"--",   (char *)"--json", NULL};
    struct context context = {0};
    (void)state;

    options_begin();
    assert_int_equal(options_next(&context, 8, argv, "", longs), -1);
    assert_true(context.json);
    assert_string_equal(context.home, "/h");
    assert_int_equal(8 - optind, 3);
    assert_string_equal(argv[optind], "Office");
    assert_string_equal(argv[optind + 1], "text");
    assert_string_equal(argv[optind + 2], "--json"); /* behind -- it is text */
    free(context.home);
}

static void a_number_is_digits_within_its_bound(void **state)
{
    uint64_t value;
    (void)state;

    assert_true(options_number("20", 100, &value) && value == 20);
    assert_false(options_number("101", 100, &value));
    assert_false(options_number("-1", 100, &value));
    assert_false(options_number("1x", 100, &value));
    assert_false(options_number("", 100, &value));
    assert_false(options_number("99999999999999999999999", UINT64_MAX, &value));
}

static void assert_code(char *const *words, size_t count, const char *expected)
{
    char *code = join_code_of(words, count);

    assert_string_equal(code, expected);
    free(code);
}

static void a_code_may_come_as_words_as_one_or_as_a_link(void **state)
{
    char *words[] = {(char *)"able", (char *)"acid", (char *)"arch"};
    char *one[] = {(char *)"able-acid arch"};
    char *link[] = {(char *)"zuruf:join/able-acid-arch"};
    char *loud[] = {(char *)"ZURUF:JOIN/able-acid-arch"};
    (void)state;

    assert_code(words, 3, "able-acid-arch");
    assert_code(one, 1, "able-acid arch");
    assert_code(link, 1, "able-acid-arch");
    assert_code(loud, 1, "able-acid-arch");
}

static void a_file_appears_whole_or_not_at_all(void **state)
{
    char folder[] = "/tmp/zuruf-file.XXXXXX", path[64], partial[80], content[16] = "";
    struct safe_file file;
    struct stat found;
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/out", folder);
    snprintf(partial, sizeof partial, "%s/out.partial", folder);

    assert_true(safe_file_open(&file, path));
    fputs("one", file.stream);
    safe_file_abandon(&file);
    assert_int_equal(stat(path, &found), -1);
    assert_int_equal(stat(partial, &found), -1);

    assert_true(safe_file_open(&file, path));
    fputs("two", file.stream);
    assert_int_equal(stat(path, &found), -1);
    assert_true(safe_file_commit(&file));
    assert_int_equal(stat(partial, &found), -1);
    FILE *in = fopen(path, "r");
    assert_non_null(fgets(content, sizeof content, in));
    fclose(in);
    assert_string_equal(content, "two");

    assert_int_equal(symlink("/tmp/zuruf-elsewhere", partial), 0);
    assert_false(safe_file_open(&file, path));
    assert_int_equal(errno, EEXIST);
    unlink(partial);
    unlink(path);
    rmdir(folder);
}

static void a_node_finds_its_port_again(void **state)
{
    char home[] = "/tmp/zuruf-port.XXXXXX", path[64];
    (void)state;

    assert_non_null(mkdtemp(home));
    assert_int_equal(listen_port_load(home), 0);
    listen_port_save(home, 4711);
    assert_int_equal(listen_port_load(home), 4711);
    snprintf(path, sizeof path, "%s/port", home);
    FILE *file = fopen(path, "w");
    fputs("99999\n", file);
    fclose(file);
    assert_int_equal(listen_port_load(home), 0);
    unlink(path);
    rmdir(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_home_comes_from_the_nearest_place),
        cmocka_unit_test(home_and_json_may_stand_anywhere_after_the_verb),
        cmocka_unit_test(a_number_is_digits_within_its_bound),
        cmocka_unit_test(a_code_may_come_as_words_as_one_or_as_a_link),
        cmocka_unit_test(a_file_appears_whole_or_not_at_all),
        cmocka_unit_test(a_node_finds_its_port_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
