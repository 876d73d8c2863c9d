/* SPDX-License-Identifier: MIT
 * A person leaves a group, with all devices.  Those that this one may remove it removes; the others, and whoever is
 * invited there, are told in a note and go by themselves when it reaches them.  PROTOCOL.md, "Invitations", LEAVE. */
#pragma once
#include "core/entry/payload_note.h"
#include "core/state.h"

/* *ret_remaining: the person's other devices that are still in it, until they hear of it.  ERR_NOT_FOUND: this device
 * is no member; ERR_NEEDS_NEWER; ERR_LAST_ADMIN; ERR_NO_KEY: the others could not be told.  On errors nothing is
 * written. */
MUST_USE enum error leaving_group(struct node *node, struct group *group, size_t *ret_remaining);
/* A LEAVE for this device was opened, in that log, of that time. */
void leaving_told(struct node *node, const struct log_name *log, uint64_t hlc, const struct note *note);
/* Whether this person has left the group since that time, so that an invitation from before holds no more. */
bool leaving_is_later(const struct node *node, const struct hash *group, uint64_t hlc);
/* This device wants to be in the group, whatever it was told before. */
void leaving_cancel(struct node *node, const struct hash *group);
/* Once a step: leaves where it was told to. */
void leaving_settle(struct node *node);

MUST_USE enum error leaving_load(struct node *node); /* after the groups */
void leaving_done(struct node *node);
