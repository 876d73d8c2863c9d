/* SPDX-License-Identifier: MIT
 * The holder of the workspace's root key in a group that he is no member of: its members tell him what governs it, and
 * nothing of what is said there, because the root asks them to (PROTOCOL.md, "Notes", VISIT).  So he can name an admin
 * where there is none any more. */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"
#include "root_log.h"

/* Begins the group here, from its charter, and asks.  ERR_NOT_FOUND: there is no charter; ERR_EXISTS: this device is a
 * member; ERR_PRIVATE_GROUP; ERR_LIMIT; ERR_NO_KEY: nothing can be said in the workspace now. */
MUST_USE enum error visits_enter(struct node *node, const struct hash *id, const struct root_voice *root,
                                 struct group **ret);
/* A VISIT to that group was opened. */
void visits_told(struct node *node, struct group *group, const struct sign_public *author, const struct note *note);
/* Whether the workspace's root, as it is now, wants that device to know what governs the group. */
bool visits_allow(const struct node *node, const struct group *group, const struct sign_public *device);

MUST_USE enum error visits_load(struct node *node); /* after the groups */
