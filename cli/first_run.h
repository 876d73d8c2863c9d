/* SPDX-License-Identifier: MIT
 * The first conversation with a person: a name, then create a workspace or join one. */
#pragma once
#include "client.h"
#include "verbs.h"

/* Asks, on the terminal, for whatever the node does not have yet.  EXIT_DONE: there is an identity and a workspace. */
enum exit_code first_run(const struct context *context, struct client *client);
