/* SPDX-License-Identifier: MIT
 * Opening a home whose keys lie under a passphrase. */
#pragma once
#include "client.h"
#include "verbs.h"

/* Asks for the passphrase (or reads `file`) and unlocks; what is wrong has been said. */
enum exit_code unlock_node(const struct context *context, struct client *client, const char *file);
/* For somebody at a terminal: the same with three tries, where the node is locked at all. */
enum exit_code unlock_if_locked(const struct context *context, struct client *client);
