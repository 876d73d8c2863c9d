/* SPDX-License-Identifier: MIT
 * Telling devices that they were removed from a group of some people: it is given to them no more, so they would never
 * see the REMOVE.  An admin of the group says so in a note, which holds until he was removed himself without that
 * REMOVE. PROTOCOL.md, "Invitations". */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"

/* A note to a device that was in the group, of the REMOVE that ended its membership; in the same batch. */
void parting_tell(struct node *node, const struct group *group, const struct sign_public *device, uint64_t instance,
                  const struct hash *removal);
/* A PARTING for this device was opened. */
void parting_told(struct node *node, const struct sign_public *author, const struct note *note);
/* Members of the group have changed: of what was told before, some may be by an admin. */
void parting_settle(struct node *node, struct group *group);

MUST_USE enum error parting_load(struct node *node); /* after the groups */
void parting_forget(struct node *node);
