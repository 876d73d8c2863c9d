/* SPDX-License-Identifier: MIT
 * Sending a message: COMMAND_SEND. */
#pragma once
#include "state.h"

void say_command(struct node *node, const struct command *command);
/* A batch is no longer pending: its client ids are on disk, or gone. */
void say_settled(struct node *node, const struct batch *batch);
void say_done(struct node *node);
