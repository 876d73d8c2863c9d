/* SPDX-License-Identifier: MIT
 * Who is invited into a group.  An admin of it writes there whom he invites (INVITEE), and a note to each of his
 * devices; when a device has consented, an admin's node writes ADD and KEYSHARE.  All of it goes through logs, so
 * nobody need be there at the same time.  PROTOCOL.md, "Invitations". */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"

/* Invites each device of the person that is no member, as a carrier of the group or (any other role) as a member.
 * ERR_NOT_FOUND: there is nobody of that id; ERR_CARRIER: in the workspace all that he has are carriers, so they cannot
 * be members; ERR_EXISTS: all are in it; ERR_NO_KEY. */
MUST_USE enum error invitees_invite(struct node *node, struct group *group, const struct person_id *person,
                                    enum role role);
/* Nobody admits those of the person's devices any more that were invited and are no members.  ERR_NOT_FOUND: none was.
 */
MUST_USE enum error invitees_withdraw(struct node *node, struct group *group, const struct person_id *person);
/* A note to this device itself: should its disk be put back to an older copy, it will know of the group again. */
MUST_USE enum error invitees_remember(struct node *node, const struct group *group);
/* An INVITEE of a group was read. */
void invitees_read(struct node *node, const struct log *log, const struct entry *entry, struct bytes plain);
/* What was told of the device that this INVITEE names is to be told anew (told.h): nobody has invited it. */
void invitees_forget_one(struct node *node, struct group *group, struct bytes plain);
/* A CONSENT or DECLINE for this device was opened. */
void invitees_answered(struct node *node, const struct sign_public *author, const struct note *note);
/* Once a step: admits those who have consented. */
void invitees_settle(struct node *node);
void invitees_time(struct node *node);

MUST_USE enum error invitees_load(struct node *node); /* after the groups */
void invitees_forget(struct node *node);
