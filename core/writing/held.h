/* SPDX-License-Identifier: MIT
 * Messages that people have sent and that nothing can seal yet: they lie on disk under the store key, and go out in
 * order, by themselves, as soon as there is a key. */
#pragma once
#include "core/state.h"

/* Keeps a COMMAND_SEND to the group with this step's batch.  ERR_LIMIT: too much waits already. */
MUST_USE enum error held_keep(struct node *node, const struct group *group, const struct command *command);
bool held_any(const struct node *node, const struct group *group);
size_t held_count(const struct node *node, const struct group *group);
/* Once a step: those whose key has come. */
void held_settle(struct node *node);
MUST_USE enum error held_load(struct node *node); /* after the groups */
void held_forget(struct node *node);
