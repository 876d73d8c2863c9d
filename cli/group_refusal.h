/* SPDX-License-Identifier: MIT
 * What a refusal means of something that was asked about a group, an invitation or a root: refusal.h knows the code
 * alone. */
#pragma once
#include "verbs.h"

enum group_matter {
    GROUP_MATTER_SHOW,
    GROUP_MATTER_CREATE, /* person: the only one of --member, or NULL */
    GROUP_MATTER_ADD,
    GROUP_MATTER_RENAME,
    GROUP_MATTER_REMOVE,
    GROUP_MATTER_ROLE,
    GROUP_MATTER_LEAVE,
    GROUP_MATTER_ANSWER, /* an invitation */
    GROUP_MATTER_ENTER,  /* with the root key */
    GROUP_MATTER_TAKE_OVER,
    GROUP_MATTERS,
};
struct group_asked {
    enum group_matter matter;
    const char *group, *person; /* as they were typed; person: NULL where none belongs to it */
};

/* A call_explain (call.h); `asked`: a struct group_asked. */
enum exit_code group_refusal(const struct context *context, const char *code, const void *asked);
/* EXIT_DONE: that chat has members to speak of; else it is said that it is one of two people. */
enum exit_code group_refusal_of_two(const struct context *context, const char *name);
