/* SPDX-License-Identifier: MIT
 * NOTEs to a group: they look like any other, and whoever knows of the group can tell, and open them.  PROTOCOL.md,
 * "Notes", VISIT. */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"

/* ERR_NO_KEY: nothing can be said in the workspace now. */
MUST_USE enum error visit_notes_send(struct node *node, const struct hash *group, const struct note *note);
/* Whether it is for one of this node's groups; then it is carried out. */
bool visit_notes_read(struct node *node, const struct sign_public *author, const struct sealed_note *sealed);
