/* SPDX-License-Identifier: MIT
 * Telling a device that was removed from the workspace why nobody speaks with it any more: the REMOVE goes in the BYE,
 * and it believes that only if somebody signed it who may.  PROTOCOL.md, "Messages", BYE. */
#pragma once
#include "core/state.h"

/* What BYE carries besides its code, appended: nothing, if no REMOVE of the device is here. */
void dismissal_write(const struct node *node, const struct sign_public *device, struct buffer *out);
/* What a BYE removed brought. */
void dismissal_told(struct node *node, struct bytes proof);
/* Once a step: whoever was let in again, or whose removal does not count, forgets it. */
void dismissal_settle(struct node *node);

MUST_USE enum error dismissal_load(struct node *node); /* after the groups */
