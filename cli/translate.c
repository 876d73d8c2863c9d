/* SPDX-License-Identifier: MIT */
#include "translate.h"
#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* gettext ignores the language where the locale of that language is not generated on the computer.  A person who set
 * LANG=de_DE.UTF-8 still wants German. */
static void use_language_without_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    if (!setlocale(LC_ALL, "C.UTF-8"))
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) {
            setenv("LANGUAGE", value, 0);
            return;
        }
    }
}

/* Writes the folder of the running program and `tail` to `ret`. */
static bool beside_program(const char *tail, char ret[PATH_MAX])
{
    char program[PATH_MAX];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);

    if (size <= 0)
        return false;
    program[size] = '\0';
    char *slash = strrchr(program, '/');
    if (!slash)
        return false;
    *slash = '\0';
    int length = snprintf(ret, PATH_MAX, "%s/%s", program, tail);
    return length > 0 && length < PATH_MAX && access(ret, R_OK) == 0;
}

void translate_init(void)
{
    char folder[PATH_MAX];

    if (!setlocale(LC_ALL, ""))
        use_language_without_locale();
    setlocale(LC_NUMERIC, "C");
    if (beside_program("locale", folder) || beside_program("../share/locale", folder))
        bindtextdomain("zuruf", folder);
    else
        bindtextdomain("zuruf", ZURUF_LOCALE_DIR);
    bind_textdomain_codeset("zuruf", "UTF-8");
    textdomain("zuruf");
}
