/* SPDX-License-Identifier: MIT
 * Groups into which this device is invited.  It answers by a note with its consent, at once if an admin of the
 * workspace asks, else when its person says so; an admin of the group then admits it (invitees.h).  PROTOCOL.md,
 * "Invitations". */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"

/* An INVITATION for this device was opened. */
void invitations_noted(struct node *node, const struct sign_public *author, uint64_t hlc, const struct note *note);
/* The group of that id, begun now if there is an invitation into it: whoever tells of it says that this device has
 * consented, which an older copy of its disk may have forgotten.  NULL: there is none. */
struct group *invitations_expect(struct node *node, const struct link *link, const struct hash *id);
/* Who is an admin of the workspace may have changed: so may what needs no question. */
void invitations_judge(struct node *node);
/* Once a step: consents to what needs no question. */
void invitations_settle(struct node *node);

/* The invitation into that group.  ERR_NOT_FOUND: there is none, or nobody to answer to; ERR_LIMIT: in as many groups
 * as a node may be; ERR_NO_KEY. */
MUST_USE enum error invitations_accept(struct node *node, const struct hash *group);
MUST_USE enum error invitations_decline(struct node *node, const struct hash *group);

MUST_USE enum error invitations_load(struct node *node); /* after the groups */
void invitations_forget(struct node *node);
