/* SPDX-License-Identifier: MIT
 * HOST:PORT as people type it, resolved by the system into the numeric addresses that the node takes. */
#pragma once
#include "core/node.h"
#include "verbs.h"
#include <jansson.h>

/* All addresses of `text`, at most JOIN_ADDRESSES_MAX.  On failure the reason has been said. */
enum exit_code peers_resolve(const struct context *context, const char *text, struct address ret[JOIN_ADDRESSES_MAX],
                             size_t *ret_count);
/* Appends them as strings to an array for the API. */
enum exit_code peers_resolve_to(const struct context *context, const char *text, json_t *array);
