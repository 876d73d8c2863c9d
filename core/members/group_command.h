/* SPDX-License-Identifier: MIT
 * What people ask for about groups: create, add, rename, remove, leave, roles, accept and
 * decline. */
#pragma once
#include "core/state.h"

/* One of COMMAND_GROUP_*: checks it, carries it out and replies.  ERR_NAME_USED: a group here is called so; ERR_USAGE:
 * that is no group of people, or it is oneself who would be removed; ERR_LAST_ADMIN, and as
 * removal.h and roles.h. */
void group_command(struct node *node, const struct command *command);
