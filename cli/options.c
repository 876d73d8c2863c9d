/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "translate.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void options_begin(void)
{
    optind = 0; /* glibc: forget the earlier argv altogether */
}

int options_next(struct context *context, int argc, char **argv, const char *shorts, const struct option *longs)
{
    for (;;) {
        int option = getopt_long(argc, argv, shorts, longs, NULL);
        if (option == OPTION_JSON)
            context->json = true;
        else if (option == OPTION_HOME)
            options_set_home(context, optarg);
        else
            return option;
    }
}

enum exit_code options_other(const struct context *context, int option)
{
    if (option == OPTION_HELP) {
        fputs(_(context->verb->help), stdout);
        return EXIT_DONE;
    }
    fprintf(stderr, _("See `zuruf help %s`.\n"), context->verb->name);
    return EXIT_USAGE;
}

bool options_only_common(struct context *context, int argc, char **argv, enum exit_code *ret_exit)
{
    static const struct option longs[] = {OPTIONS_COMMON};

    options_begin();
    int option = options_next(context, argc, argv, "", longs);
    if (option == -1)
        return true;
    *ret_exit = options_other(context, option);
    return false;
}

bool options_take(struct context *context, int argc, char **argv, const struct option *longs,
                  const struct option_place *places, enum exit_code *ret_exit)
{
    int option;

    options_begin();
    while ((option = options_next(context, argc, argv, "", longs)) != -1) {
        if (option < OPTION_OWN) {
            *ret_exit = options_other(context, option);
            return false;
        }
        const struct option_place *place = &places[option - OPTION_OWN];
        if (place->text)
            *place->text = optarg;
        else
            *place->flag = true;
    }
    return true;
}

enum exit_code options_misused(const struct context *context, const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "zuruf %s: ", context->verb->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    fprintf(stderr, _("See `zuruf help %s`.\n"), context->verb->name);
    return EXIT_USAGE;
}

/* `path` as it is seen from the root of the file system; the folder need not exist. */
static bool make_absolute(const char *path, char ret[PATH_MAX])
{
    char here[PATH_MAX];
    int size;

    if (*path == '/')
        size = snprintf(ret, PATH_MAX, "%s", path);
    else if (getcwd(here, sizeof here))
        size = snprintf(ret, PATH_MAX, "%s/%s", here, path);
    else
        return false;
    return size > 0 && size < PATH_MAX;
}

/* HOME, which service managers and cron may leave out; NULL: an unknown user. */
static const char *user_home(void)
{
    const char *home = getenv("HOME");

    if (home && *home)
        return home;
    const struct passwd *user = getpwuid(getuid());
    return user ? user->pw_dir : NULL;
}

static bool default_home(char ret[PATH_MAX])
{
    const char *home = getenv("ZURUF_HOME");
    const char *data = getenv("XDG_DATA_HOME");
    const char *user;
    int size = 0;

    if (home && *home)
        return make_absolute(home, ret);
    if (data && *data == '/')
        size = snprintf(ret, PATH_MAX, "%s/zuruf", data);
    else if ((user = user_home()) != NULL)
        size = snprintf(ret, PATH_MAX, "%s/.local/share/zuruf", user);
    return size > 0 && size < PATH_MAX;
}

bool options_set_home(struct context *context, const char *given)
{
    char path[PATH_MAX];

    if (given ? !*given || !make_absolute(given, path) : !default_home(path))
        return false;
    free(context->home);
    context->home = strdup(path);
    return context->home != NULL;
}

bool options_number(const char *text, uint64_t most, uint64_t *ret)
{
    char *rest;

    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, &rest, 10);
    if (errno || *rest || value > most)
        return false;
    *ret = value;
    return true;
}
