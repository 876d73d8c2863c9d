/* SPDX-License-Identifier: MIT
 * Walks through the messages of a chat, page by page. */
#pragma once
#include "client.h"
#include "verbs.h"

struct listing {
    const char *target;          /* a group id, as target_group() gives it */
    const char *topic;           /* NULL: any */
    uint64_t since_ms, until_ms; /* 0: open */
    uint64_t most;               /* 0: all */
    bool backward;               /* from the newest */
    bool clock;                  /* with the vector clock of each message */
    bool await_order;            /* wait until everything stored stands in order, so that nothing is left out */
};

/* Returns false to stop.  The message is borrowed. */
typedef bool (*listing_visitor)(void *arg, json_t *message);

/* On failure the reason has been said. */
enum exit_code listing_run(const struct context *context, struct client *client, const struct listing *listing,
                           listing_visitor visit, void *arg);

/* The newest messages whose history is still coming, as far as the filters let them through: they stand in no page yet
 * and belong behind the last one.  *ret is an array, the caller's. */
enum exit_code listing_early(const struct context *context, struct client *client, const struct listing *listing,
                             json_t **ret);

/* Tries a range as people type it (NULL: open); false: said to be misused. */
bool listing_set_range(const struct context *context, struct listing *listing, const char *since, const char *until);
