/* SPDX-License-Identifier: MIT
 * Follows the events of the node without missing one: when the node says that this subscriber was too slow, it
 * subscribes again from where the gap begins. */
#pragma once
#include "client.h"
#include "verbs.h"

/* `types`: the wanted ones, ended by NULL.  On failure the reason has been said. */
enum exit_code follow_start(const struct context *context, struct client *client, const char *const *types);

/* The next event (its params), the caller's; NULL: none within `timeout_ms` (0: only what is there; negative: no
 * limit).  `types` as at the start. */
enum exit_code follow_next(const struct context *context, struct client *client, const char *const *types,
                           int64_t timeout_ms, json_t **ret);
