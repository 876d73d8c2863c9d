/* SPDX-License-Identifier: MIT
 * How the program says no: what happened, why, and what to do, by the stable code of the error. */
#pragma once
#include "core/error.h"
#include "verbs.h"
#include <jansson.h>

struct refusal {
    const char *code;
    enum exit_code exit;
    bool show_detail;     /* the code is so general that the node's own sentence tells more */
    const char *sentence; /* a gettext msgid */
};

/* NULL: a code of a newer node. */
const struct refusal *refusal_find(const char *code);

/* Says the refusal of the node (the "error" of its reply) on standard error; with --json as one object
 * {"error":{"code","message"}}.  Returns what to exit with. */
enum exit_code refusal_of_node(const struct context *context, const json_t *error);
/* The same for a failure on this side. */
enum exit_code refusal_of_error(const struct context *context, enum error error);
/* The same in the words of the caller; `code` is for machines. */
enum exit_code refusal_say(const struct context *context, enum exit_code exit, const char *code, const char *format,
                           ...) __attribute__((format(printf, 4, 5)));
