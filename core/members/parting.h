/* SPDX-License-Identifier: MIT
 * Telling devices that they were removed from a group of some people: it is given to them no more, so they would never
 * see the REMOVE.  An admin of the group says so in a note.  PROTOCOL.md, "Invitations". */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"

/* A note to each device of the person that is in the group now; before its removal, in the same batch. */
MUST_USE enum error parting_tell(struct node *node, const struct group *group, const struct person_id *person);
/* A PARTING for this device was opened. */
void parting_told(struct node *node, const struct sign_public *author, const struct note *note);

MUST_USE enum error parting_load(struct node *node); /* after the groups */
