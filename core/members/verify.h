/* SPDX-License-Identifier: MIT
 * Whose devices this person has verified, by comparing fingerprints with the other; known on this device only.  Kept by
 * device key, with the person and the name that it then had: a name that shows up with another key, or a key with
 * another name, is told.  Devices that brought each other in for one person (LINK) are verified with each other. */
#pragma once
#include "core/node_query.h"
#include "core/state.h"

MUST_USE enum error verify_load(struct node *node);
void verify_forget(struct node *node);

/* COMMAND_VERIFY.  ERR_NO_WORKSPACE; ERR_NOT_FOUND: no such member, or nothing to undo; ERR_USAGE: it is this device;
 * ERR_NO_KEY: his name has not come yet. */
MUST_USE enum error verify_command(struct node *node, const struct command *command);

/* `name` is empty while it is unknown. */
enum verification verify_state(const struct node *node, const struct sign_public *device,
                               const struct person_id *person, struct bytes name);
