/* SPDX-License-Identifier: MIT
 * An admin says that the times of some entries are not to be believed: COMMAND_CLOCK_DISTRUST. */
#pragma once
#include "core/state.h"

/* Replies ERR_NOT_PERMITTED to who is no admin, ERR_NOT_FOUND for a log that is not here, ERR_USAGE for what is no
 * range of one log.  What is doubted already is not written again. */
void distrust_command(struct node *node, const struct command *command);
