/* SPDX-License-Identifier: MIT
 * What people do with the workspace's root key: COMMAND_ROOT_RECOVER, _HAND_OVER, _GROUPS, _ENTER and _TAKE_OVER. */
#pragma once
#include "core/state.h"

/* Carries it out, and replies.  Of all: ERR_NO_WORKSPACE; of all but RECOVER: ERR_NO_ROOT, ERR_ROOT_HANDED_OVER,
 * ERR_NO_PASSPHRASE, ERR_BAD_PASSPHRASE.
 * RECOVER: root_recover().
 * HAND_OVER puts a new key in the place of the one that is here, which counts no more: ERR_ROOT_UNENTERED: it has
 * spoken in groups that this device has not entered, where it would not count either; ERR_NO_KEY: nothing can be said
 * in the workspace now, so the new one could not be told of the groups.
 * ENTER: visits_enter().
 * TAKE_OVER ends what the group's own root says, and gives its word to a new key on this device: ERR_NOT_FOUND;
 * ERR_PRIVATE_GROUP; ERR_NO_KEY: its GENESIS is not here yet; ERR_USAGE: it has no root of its own. */
void root_command(struct node *node, const struct command *command);
