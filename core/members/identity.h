/* SPDX-License-Identifier: MIT
 * This device's keys and its person's name. */
#pragma once
#include "core/state.h"

MUST_USE enum error identity_load(struct node *node);
void identity_done(struct node *node);
/* Draws the keys, or, before a workspace is joined, changes the name only. */
MUST_USE enum error identity_create(struct node *node, struct bytes name);
