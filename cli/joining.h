/* SPDX-License-Identifier: MIT
 * Coming in by a code, as a new person (join) or as a further computer of one (device link): options, waiting. */
#pragma once
#include "client.h"
#include "options.h"
#include <jansson.h>

struct joining {
    const struct context *context;
    json_t *peers;
    uint64_t timeout_ms;
    bool given; /* an option of these was */
};

/* For the table of a verb's options; its own must stay below. */
enum { JOINING_PEER = OPTION_OWN + 64, JOINING_TIMEOUT };
#define JOINING_OPTIONS                                                                                                \
    {"peer", required_argument, NULL, JOINING_PEER},                                                                   \
    {                                                                                                                  \
        "timeout", required_argument, NULL, JOINING_TIMEOUT                                                            \
    }

void joining_init(struct joining *joining, const struct context *context);
void joining_done(struct joining *joining);
/* One of the options above.  On failure the reason has been said. */
enum exit_code joining_take(struct joining *joining, int option, const char *value);
/* Calls `method` with the code in `words`, over `client`; waits.  EXIT_DONE: *ret_result is the caller's; else the
 * reason has been said. */
enum exit_code joining_run(const struct joining *joining, struct client *client, const char *method, char *const *words,
                           size_t count, json_t **ret_result);
