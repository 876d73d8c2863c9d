/* SPDX-License-Identifier: MIT
 * Starts the node in the background for a verb that needs it: this program again with `node --home HOME`, in a session
 * of its own, its words in HOME/node.log.  ZURUF_NODE_ARGS may hold further options for it, separated by blanks. */
#pragma once
#include "client.h"
#include "verbs.h"

#define START_NODE_PATIENCE_MS 5000

/* Waits until the node serves.  EXIT_DONE: *ret is connected and the caller's; else the reason has been said. */
enum exit_code start_node(const struct context *context, struct client **ret);
