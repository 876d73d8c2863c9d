/* SPDX-License-Identifier: MIT
 * Options: the ones that every verb understands, and the reading of values.  --home and --json may stand before or
 * after the verb. */
#pragma once
#include "verbs.h"
#include <getopt.h>
#include <stdint.h>

enum option_value { OPTION_HOME = 256, OPTION_JSON, OPTION_HELP, OPTION_OWN /* a verb's own count on from here */ };

#define OPTIONS_COMMON                                                                                                 \
    {"home", required_argument, NULL, OPTION_HOME}, {"json", no_argument, NULL, OPTION_JSON},                          \
        {"help", no_argument, NULL, OPTION_HELP},                                                                      \
    {                                                                                                                  \
        NULL, 0, NULL, 0                                                                                               \
    }

/* Starts reading an argv; then options_next() until it returns -1, which leaves `optind` at the first operand. */
void options_begin(void);
/* As getopt_long() (`shorts` may be ""); takes the common options itself.  What is neither -1 nor an own option goes to
 * options_other(). */
int options_next(struct context *context, int argc, char **argv, const char *shorts, const struct option *longs);
/* --help: prints the verb's help; an unknown option (getopt has said so): points to the help. */
enum exit_code options_other(const struct context *context, int option);
/* For a verb without own options: options_begin() … to the operands; false: return *ret_exit. */
bool options_only_common(struct context *context, int argc, char **argv, enum exit_code *ret_exit);

/* Where the value of an option goes, or that it was given. */
struct option_place {
    const char **text;
    bool *flag; /* of one without a value */
};
/* All options of a verb whose own count on from OPTION_OWN in the order of `places`, to the operands; false: return
 * *ret_exit. */
bool options_take(struct context *context, int argc, char **argv, const struct option *longs,
                  const struct option_place *places, enum exit_code *ret_exit);

/* "zuruf send: TEXT", then where the help is; returns EXIT_USAGE. */
enum exit_code options_misused(const struct context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets context->home: `given` or, where NULL, ZURUF_HOME, $XDG_DATA_HOME/zuruf or ~/.local/share/zuruf.  Made absolute.
 * False: there is no home at all. */
bool options_set_home(struct context *context, const char *given);

/* Digits only, at most `most`. */
bool options_number(const char *text, uint64_t most, uint64_t *ret);
