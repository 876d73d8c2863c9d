/* SPDX-License-Identifier: MIT
 * Sending a message: COMMAND_SEND. */
#pragma once
#include "core/state.h"

/* Where there is no key to seal it with it is kept (held.h), and answered without an id. */
void say_command(struct node *node, const struct command *command);
/* Sends one that was kept.  ERR_NO_KEY: it goes on waiting; so it does after other errors. */
MUST_USE enum error say_held(struct node *node, struct group *group, const struct command *command);
/* A batch is no longer pending: its client ids are on disk, or gone. */
void say_settled(struct node *node, const struct batch *batch);
void say_done(struct node *node);
