/* SPDX-License-Identifier: MIT
 * This device's keys and its person's name; and founding a workspace. */
#pragma once
#include "state.h"

MUST_USE enum error identity_load(struct node *node);
void identity_done(struct node *node);
/* Draws the keys, or, before a workspace is joined, changes the name only. */
MUST_USE enum error identity_create(struct node *node, struct bytes name);
/* GENESIS, first epoch, title and the founder's name, in one batch; the root key lies under `root_passphrase`, if there
 * is one (root.h). */
MUST_USE enum error identity_found_workspace(struct node *node, struct bytes name, struct bytes root_passphrase);
